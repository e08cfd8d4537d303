# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `BuildHistory` keeps to: the fake, and the adapter that asks a hub over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from epelbot.domain.build import BuildState
from epelbot.domain.nevra import NVR
from epelbot.errors import TransientError
from epelbot.http import Http, Patience
from epelbot.ports import BuildHistory
from epelbot.sources.koji_hub import KojiHub
from epelbot.testing.koji import FakeKoji
from epelbot.testing.server import serve
from epelbot.testing.server_koji import koji_route
from epelbot.testing.world import World
from tests.contract.koji_world import BUILDING, DELETED, HELLO, OLD_HELLO, TORN, UNKNOWN, at, koji_world


@pytest.fixture
def world() -> World:
    return koji_world()


@pytest.fixture(params=["fake", "hub"])
def history(request: pytest.FixtureRequest, world: World) -> Iterator[BuildHistory]:
    if request.param == "fake":
        yield FakeKoji(world)
        return
    with serve(world, koji_route) as server, Http(patience=Patience(pauses=())) as http:
        yield KojiHub(http, f"{server.url}/kojihub", f"{server.url}/kojifiles")


def test_known_builds_are_told_whatever_became_of_them(history: BuildHistory) -> None:
    found = history.builds([HELLO, UNKNOWN, DELETED, BUILDING])
    assert {nvr: build.state for nvr, build in found.items()} == {
        HELLO: BuildState.COMPLETE,
        DELETED: BuildState.DELETED,
        BUILDING: BuildState.BUILDING,
    }


def test_a_build_is_told_in_full(history: BuildHistory) -> None:
    build = history.builds([OLD_HELLO])[OLD_HELLO]
    assert (build.nvr, build.build_id, build.epoch, build.owner) == (OLD_HELLO, 12, 1, "alice")
    assert build.completed_at == at("2025-01-04T10:00:00.750000")


def test_a_time_without_a_fraction_is_read_as_well(history: BuildHistory) -> None:
    assert history.builds([HELLO])[HELLO].completed_at == at("2026-02-19T10:00:00")


def test_a_build_without_an_epoch_and_one_without_an_end(history: BuildHistory) -> None:
    found = history.builds([TORN, BUILDING])
    assert found[TORN].epoch is None
    assert found[BUILDING].completed_at is None


def test_asking_for_nothing_gives_nothing(history: BuildHistory) -> None:
    assert history.builds([]) == {}
    assert history.tag_history("hello", []) == ()


def test_a_name_that_koji_would_take_for_another_builds_is_unknown(history: BuildHistory) -> None:
    assert history.builds([NVR("1:hello", "2.0", "1.el9"), NVR("hello", "1:2.0", "1.el9")]) == {}


@pytest.mark.parametrize("name", ["hello\0", "hello\ud800", "hello\x1b[2J", "<hello>&"])
def test_a_name_that_no_wire_can_carry_is_unknown_and_spoils_nothing(
    history: BuildHistory, name: str
) -> None:
    assert list(history.builds([NVR(name, "2.0", "1.el9"), HELLO])) == [HELLO]
    assert history.tag_history(name, ["epel9"]) == ()
    assert len(history.tag_history("hello", [name, "epel9"])) == 3
    assert history.is_blocked(name, "epel9") is None
    assert history.is_blocked("hello", name) is None


def test_every_stay_in_a_tag_is_told_oldest_first(history: BuildHistory) -> None:
    stays = history.tag_history("hello", ["epel9"])
    assert [(stay.nvr, stay.tagged_at, stay.untagged_at) for stay in stays] == [
        (OLD_HELLO, at("2025-01-05T12:00:00"), at("2026-04-01T00:00:00")),
        (HELLO, at("2026-02-28T08:00:00"), at("2026-03-01T08:00:00.250000")),
        (HELLO, at("2026-03-02T08:00:00.500000"), None),
    ]
    assert [(stay.tagged_by, stay.untagged_by) for stay in stays] == [
        ("bodhi", "releng"),
        ("alice", None),
        ("bodhi", None),
    ]
    assert {(stay.tag, stay.epoch) for stay in stays} == {("epel9", 1)}


def test_stays_in_several_tags_are_told_together(history: BuildHistory) -> None:
    stays = history.tag_history("hello", ["epel9", "epel9-testing", "epel8"])
    assert [stay.tag for stay in stays] == ["epel8", "epel9", "epel9-testing", "epel9", "epel9"]


def test_a_deleted_build_keeps_its_history(history: BuildHistory) -> None:
    assert [stay.nvr for stay in history.tag_history("hello", ["epel8"])] == [DELETED]


def test_tags_and_packages_that_do_not_exist_have_no_history(history: BuildHistory) -> None:
    assert history.tag_history("hello", ["epel7", "no such tag"]) == ()
    assert history.tag_history("nosuch", ["epel9"]) == ()
    assert len(history.tag_history("hello", ["nosuch", "epel9"])) == 3


@pytest.mark.parametrize(
    ("package", "tag", "blocked"),
    [
        ("hello", "epel9", True),
        ("hello", "epel9-testing", True),
        ("hello", "epel8", False),
        ("torn", "epel9", False),
        ("torn", "epel8", None),
        ("nosuch", "epel9", None),
        ("hello", "nosuch", None),
    ],
)
def test_a_block_counts_where_it_is_inherited_too(
    history: BuildHistory, package: str, tag: str, blocked: bool | None
) -> None:
    assert history.is_blocked(package, tag) is blocked


def test_how_a_package_has_stood_in_a_tag_is_told_oldest_first_with_who_did_it(
    history: BuildHistory,
) -> None:
    listed, blocked = history.package_entries("hello", ["epel9"])
    assert (listed.blocked, listed.set_at, listed.set_by) == (False, at("2024-01-01T08:00:00"), "alice")
    assert (listed.ended_at, listed.ended_by) == (blocked.set_at, "releng")
    assert (blocked.blocked, blocked.set_at, blocked.set_by, blocked.ended_at) == (
        True,
        at("2026-05-01T08:00:00.250000"),
        "releng",
        None,
    )
    assert [one.tag for one in history.package_entries("hello", ["epel9", "epel8"])] == [
        "epel8",
        "epel9",
        "epel9",
    ]


def test_what_no_tag_lists_has_not_stood_in_any(history: BuildHistory) -> None:
    assert history.package_entries("torn", ["epel8", "nosuch"]) == ()
    assert history.package_entries("nosuch", ["epel9"]) == ()
    assert history.package_entries("hello\0", ["epel9"]) == ()
    assert history.package_entries("hello", []) == ()


def test_only_the_stable_tags_of_epel_are_listed(history: BuildHistory) -> None:
    assert history.epel_tags() == ("epel10.0", "epel10.1", "epel8", "epel9")


def test_what_began_or_ended_in_a_time_is_told_for_all_packages(history: BuildHistory) -> None:
    def told(since: str | None, before: str) -> list[tuple[NVR, datetime]]:
        changes = history.changes_in_tag("epel9", at(since) if since else None, at(before))
        return [(stay.nvr, stay.tagged_at) for stay in changes]

    everything = told(None, "2026-12-31")
    assert [nvr for nvr, _ in everything] == [OLD_HELLO, HELLO, HELLO]
    assert told(None, "2025-12-31") == everything[:1]
    assert told("2026-03-31", "2026-05-01") == everything[:1], "it ended then"
    assert told("2026-02-01", "2026-03-01") == everything[1:2]
    assert told("2026-05-01", "2026-12-31") == []


def test_the_end_of_a_stay_is_told_with_it(history: BuildHistory) -> None:
    [stay] = history.changes_in_tag("epel9", at("2026-03-31"), at("2026-05-01"))
    assert (stay.untagged_at, stay.untagged_by) == (at("2026-04-01"), "releng")


def test_nothing_falls_between_two_times(history: BuildHistory) -> None:
    bound = at("2026-02-28T08:00:00")
    whole = history.changes_in_tag("epel9", None, at("2026-12-31"))
    before = history.changes_in_tag("epel9", None, bound)
    after = history.changes_in_tag("epel9", bound, at("2026-12-31"))
    assert {*before, *after} == set(whole)


@pytest.mark.parametrize("tag", ["nosuch", "no\0such"])
def test_a_tag_that_does_not_exist_has_no_changes_and_lists_nothing(history: BuildHistory, tag: str) -> None:
    assert history.changes_in_tag(tag, None, at("2026-12-31")) == ()
    assert history.package_list(tag) == {}


def test_a_package_list_tells_what_is_blocked(history: BuildHistory) -> None:
    assert history.package_list("epel9") == {"hello": True, "torn": False}
    assert history.package_list("epel9-testing") == {"hello": True, "torn": False}


def test_histories_of_several_packages_are_told_together(history: BuildHistory) -> None:
    packages = ["hello", "torn", "nosuch", "no\0such"]
    found = history.entries_of(packages, ["epel9", "epel8", "nosuch"])
    assert found == {one: history.package_entries(one, ["epel9", "epel8", "nosuch"]) for one in packages}
    assert found["hello"] != ()
    assert history.entries_of([], ["epel9"]) == {}


def test_a_tag_was_made_when_it_first_was_and_not_when_it_was_edited(
    history: BuildHistory, world: World
) -> None:
    made = datetime(2025, 2, 18, 15, 30, tzinfo=UTC)
    world.tags_made["epel10.1"] = made
    assert history.tags_made(["epel10.1", "epel10.9"]) == {"epel10.1": made}
    assert history.tags_made(["epel10.9", "epel\x0010"]) == {}
    assert history.tags_made([]) == {}


def test_an_outage_is_an_outage_whatever_is_asked(history: BuildHistory, world: World) -> None:
    world.down.add("koji")
    with pytest.raises(TransientError):
        history.builds([HELLO])
    with pytest.raises(TransientError):
        history.tag_history("hello", ["epel9"])
    with pytest.raises(TransientError):
        history.is_blocked("hello", "epel9")
    with pytest.raises(TransientError):
        history.package_entries("hello", ["epel9"])
    with pytest.raises(TransientError):
        history.epel_tags()
    with pytest.raises(TransientError):
        history.changes_in_tag("epel9", None, at("2026-12-31"))
    with pytest.raises(TransientError):
        history.package_list("epel9")
    with pytest.raises(TransientError):
        history.tags_made(["epel9"])
    world.down.clear()
    assert history.is_blocked("hello", "epel9") is True


def test_what_would_be_a_reply_too_long_is_asked_for_in_portions(world: World) -> None:
    with serve(world, koji_route) as server, Http(patience=Patience(pauses=())) as http:
        hub = KojiHub(http, f"{server.url}/kojihub", f"{server.url}/kojifiles", reply_limit=4500)
        found = hub.changes_in_tag("epel9", None, at("2026-12-31"))
        assert set(found) == {one for one in world.taggings if one.tag == "epel9"}
        assert len(server.requests) > 3
