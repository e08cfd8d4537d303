# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verifying a build: what is asked of a source, how often, and what becomes of its failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from epelbot.domain.build import Build, BuildContents, BuildState, RpmContents
from epelbot.domain.nevra import NVR
from epelbot.domain.profile import ReadmeRules
from epelbot.errors import BadInput, DamagedRpm, NotThere, TransientError
from epelbot.policy.final_build import final_build_finding
from epelbot.policy.readme_survey import README_LIMIT
from epelbot.services.verify_build import verify_build, verify_files
from epelbot.testing.koji import FakeKoji
from epelbot.testing.world import World
from tests.unit.readme_builds import GOOD, PROGRAM, file, rpm, torn

LIBFOO = NVR("libfoo", "1.2", "3.el9")
TEXT = b"libfoo is retired; use libbar."
RULES = ReadmeRules()


def world_with(*rpms: RpmContents, texts: Mapping[str, bytes] | None = None) -> World:
    """A Koji that has libfoo; ``texts`` are those of an RPM's files, by default one that says so."""
    world = World()
    world.builds[LIBFOO] = Build(LIBFOO, 1, None, BuildState.COMPLETE)
    world.contents[LIBFOO] = BuildContents(str(LIBFOO), rpms)
    for one in rpms:
        for listed in one.files:
            world.texts[LIBFOO, str(one), listed.path] = (texts or {}).get(str(one), TEXT)
    return world


@dataclass(frozen=True)
class Watched:
    """A `BuildContentsSource` that writes down which texts were asked for, and tears some RPMs' payloads."""

    koji: FakeKoji
    torn: frozenset[str] = frozenset()
    asked: list[tuple[str, int]] = field(default_factory=list)

    def contents(self, nvr: NVR) -> BuildContents:
        return self.koji.contents(nvr)

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        self.asked.append((rpm, limit))
        if rpm in self.torn:
            raise DamagedRpm(f"{rpm}: the payload ends too early")
        return self.koji.text(nvr, rpm, path, limit)


def test_a_final_build_in_koji_is_verified() -> None:
    koji = FakeKoji(world_with(rpm("libfoo.x86_64", PROGRAM, GOOD), rpm("libfoo-libs.x86_64", PROGRAM)))
    checked = verify_build(koji, LIBFOO, 2, RULES)
    assert (checked.outcome, checked.nvr, checked.epoch) == ("carries", "libfoo-1.2-3.el9", 2)
    assert checked.without == ("libfoo-libs",)


def test_the_text_decides() -> None:
    rpms = (rpm("libfoo.x86_64", GOOD),)
    koji = FakeKoji(world_with(*rpms, texts={"libfoo.x86_64": b"unretired, hence alive"}))
    assert verify_build(koji, LIBFOO, None, RULES).outcome == "near-miss"
    assert verify_build(koji, LIBFOO, None, ReadmeRules(words=("alive",))).outcome == "carries"


def test_a_text_is_read_once_per_digest_and_only_up_to_the_limit() -> None:
    rpms = [rpm(f"libfoo{at}.{arch}", GOOD) for at in range(5) for arch in ("x86_64", "s390x")]
    source = Watched(FakeKoji(world_with(*rpms)))
    assert verify_build(source, LIBFOO, None, RULES).outcome == "carries"
    assert source.asked == [("libfoo0.s390x", README_LIMIT)]


def test_a_text_known_by_its_digest_is_not_read_again() -> None:
    source = Watched(FakeKoji(world_with(rpm("libfoo.x86_64", GOOD))))
    assert verify_build(source, LIBFOO, None, RULES, {GOOD.digest: True}).outcome == "carries"
    assert verify_build(source, LIBFOO, None, RULES, {GOOD.digest: False}).outcome == "near-miss"
    assert source.asked == []


def test_nothing_is_read_of_a_build_without_a_notice() -> None:
    source = Watched(FakeKoji(world_with(rpm("libfoo.x86_64", PROGRAM, file(flags=0)))))
    assert verify_build(source, LIBFOO, None, RULES).outcome == "near-miss"
    assert source.asked == []


def test_where_one_payload_is_torn_the_same_text_is_read_elsewhere() -> None:
    koji = FakeKoji(world_with(rpm("libfoo.s390x", GOOD), rpm("libfoo.x86_64", GOOD)))
    source = Watched(koji, torn=frozenset({"libfoo.s390x"}))
    assert verify_build(source, LIBFOO, None, RULES).outcome == "carries"
    assert [asked for asked, _ in source.asked] == ["libfoo.s390x", "libfoo.x86_64"]


def test_a_text_that_no_rpm_gives_is_cannot_know_and_told_why() -> None:
    koji = FakeKoji(world_with(rpm("libfoo.x86_64", GOOD)))
    checked = verify_build(Watched(koji, torn=frozenset({"libfoo.x86_64"})), LIBFOO, None, RULES)
    assert checked.outcome == "unreadable"
    assert "the payload ends too early" in checked.why
    del koji.world.texts[LIBFOO, "libfoo.x86_64", GOOD.path]
    assert verify_build(koji, LIBFOO, None, RULES).outcome == "unreadable"


def test_an_rpm_that_the_source_can_not_read_is_told() -> None:
    koji = FakeKoji(world_with(torn("libfoo.x86_64")))
    assert "cut short" in verify_build(koji, LIBFOO, None, RULES).why


def test_an_outage_is_no_answer() -> None:
    world = world_with(rpm("libfoo.x86_64", GOOD))
    world.down.add("koji")
    with pytest.raises(TransientError):
        verify_build(FakeKoji(world), LIBFOO, None, RULES)


def test_an_outage_while_reading_the_text_is_no_answer_either() -> None:
    class Failing(FakeKoji):
        def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
            self.world.down.add("koji")
            return super().text(nvr, rpm, path, limit)

    with pytest.raises(TransientError):
        verify_build(Failing(world_with(rpm("libfoo.x86_64", GOOD))), LIBFOO, None, RULES)


def test_a_build_that_is_not_there_is_not_there() -> None:
    with pytest.raises(NotThere, match="nosuch-1-1"):
        verify_build(FakeKoji(World()), NVR("nosuch", "1", "1"), None, RULES)


# --- RPM files that a person names


@dataclass(frozen=True)
class SomeFiles:
    """`RpmFiles` over a made-up Fedora: every build in it, and files that nobody can make sense of."""

    world: World
    lost: tuple[RpmContents, ...] = ()

    def builds(self) -> tuple[NVR, ...]:
        return tuple(sorted(self.world.builds, key=str))

    def nameless(self) -> tuple[RpmContents, ...]:
        return self.lost

    def contents(self, nvr: NVR) -> BuildContents:
        return FakeKoji(self.world).contents(nvr)

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        return FakeKoji(self.world).text(nvr, rpm, path, limit)


def test_files_of_one_build_are_verified_under_its_name() -> None:
    checked = verify_files(SomeFiles(world_with(rpm("libfoo.x86_64", GOOD))), RULES)
    assert (checked.nvr, checked.outcome) == ("libfoo-1.2-3.el9", "carries")


def test_files_of_several_builds_are_refused() -> None:
    world = world_with(rpm("libfoo.x86_64", GOOD))
    world.builds[NVR("other", "1", "1")] = Build(NVR("other", "1", "1"), 2, None, BuildState.COMPLETE)
    with pytest.raises(BadInput, match=r"2 builds \(libfoo-1\.2-3\.el9, other-1-1\); give one"):
        verify_files(SomeFiles(world), RULES)


def test_no_files_at_all_are_refused() -> None:
    with pytest.raises(BadInput, match="give RPM files, or the folder"):
        verify_files(SomeFiles(World()), RULES)


def test_files_that_cannot_be_read_at_all_are_cannot_know() -> None:
    checked = verify_files(SomeFiles(World(), lost=(torn("download.unknown"),)), RULES)
    assert (checked.nvr, checked.outcome) == ("download", "unreadable")
    assert final_build_finding(checked).verdict.value == "cannot-know"
