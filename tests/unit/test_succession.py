# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L3, succeeded: who takes whose place, what that does away with, and whose entry is inherited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import solv

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import BuildChecked, LookedUp, Recorded, RpmReadme, Succession
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Known, SourceTrust
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Obsoleted, Offered, Offers
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.judgement import judge
from epelbot.policy.succession import SUCCESSORS, binaries_of_build, successor_of, successors
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import (
    NOW,
    OLD,
    PACKAGE,
    access,
    blocked,
    checked,
    day,
    facts,
    horizon,
    looked_up,
    read,
    tagged,
    told,
)

CALENDAR, PROFILE = load_calendar(), load_profile()
ONE = EVR(0, "1.0", "1")
TRUST = SourceTrust(asked=True, max_age=timedelta(hours=96))
VIEW = replace(horizon(), repodata=TRUST)


def offer(
    name: str,
    evr: str = "1.0-1",
    *,
    source: str = "",
    obsoletes: Sequence[str] = (),
    provides: Sequence[str] = (),
) -> Offered:
    return Offered(
        source or name,
        name,
        EVR.parse(evr),
        tuple(map(Obsoleted.parse, obsoletes)),
        frozenset({name, *provides}),
    )


def offers(*some: Offered, **by_arch: tuple[Offered, ...]) -> Offers:
    return Offers(by_arch or {"x86_64": some})


NEW = offer("new", "2.0-1", obsoletes=("old < 2.0",), provides=("old",))


# Who takes whose place


def test_what_is_obsoleted_and_provided_is_succeeded() -> None:
    found = successors(offers(offer("old"), NEW))
    assert {package: (one.package, one.rpms) for package, one in found.items()} == {
        "old": ("new", (("old", "new"),))
    }


@pytest.mark.parametrize(
    "new",
    [
        offer("new", obsoletes=("old",)),
        offer("new", provides=("old",)),
        offer("new", obsoletes=("old < 1.0",), provides=("old",)),
        offer("new", obsoletes=("old < 1.0-1",), provides=("old",)),
        offer("new", obsoletes=("old = 2.0",), provides=("old",)),
        offer("new", obsoletes=("older",), provides=("old",)),
    ],
)
def test_one_without_the_other_or_of_another_version_does_not_count(new: Offered) -> None:
    assert successors(offers(offer("old"), new)) == {}


def test_all_its_packages_must_be_replaced_and_by_one_listing() -> None:
    old, libs = offer("old"), offer("old-libs", source="old")
    assert successors(offers(old, libs, NEW)) == {}
    other = offer("third", obsoletes=("old-libs",), provides=("old-libs",))
    assert successors(offers(old, libs, NEW, other)) == {}
    new_libs = offer("new-libs", source="new", obsoletes=("old-libs <= 1.0",), provides=("old-libs",))
    assert successors(offers(old, libs, NEW, new_libs))["old"].rpms == (
        ("old", "new"),
        ("old-libs", "new-libs"),
    )


def test_on_every_architecture_that_it_has() -> None:
    assert successors(offers(x86_64=(offer("old"), NEW), s390x=(offer("old"),))) == {}
    assert list(successors(offers(x86_64=(offer("old"), NEW), s390x=(offer("zip"),)))) == ["old"]


def test_a_package_that_has_moved_to_another_source_is_replaced_by_itself() -> None:
    moved = offer("old-libs", "1.1-1", source="new")
    assert successors(offers(offer("old-libs", source="old"), moved))["old"].package == "new"
    back = successors(offers(offer("old-libs", "1.2-1", source="old"), moved))
    assert {old: one.package for old, one in back.items()} == {"new": "old"}


def test_its_own_new_packages_succeed_nobody() -> None:
    renamed = offer("old-core", source="old", obsoletes=("old",), provides=("old",))
    assert successors(offers(offer("old"), renamed)) == {}


def test_of_a_listing_that_is_gone_the_names_in_its_last_build_are_looked_for() -> None:
    readmes = tuple(
        RpmReadme(*one)
        for one in (("old", "x86_64"), ("old", "src"), ("old-debuginfo", "x86_64"), ("old-data", "noarch"))
    )
    checks = [told(BuildChecked("old-1.0-1", 0, "lacks", "so it is", readmes), NOW)]
    gone = binaries_of_build(checks, "old-1.0-1", ONE)
    assert gone == {"x86_64": (("old", ONE),), "noarch": (("old-data", ONE),)}
    assert successor_of("old", gone, offers(NEW)) is None
    data = offer("new-data", source="new", obsoletes=("old-data",), provides=("old-data",))
    found = successor_of("old", gone, offers(NEW, data))
    assert found is not None
    assert found.package == "new"
    assert successor_of("old", {}, offers(NEW, data)) is None


@pytest.mark.parametrize("comparison", ["<", "<=", "=", ">=", ">", ""])
@pytest.mark.parametrize("wanted", ["1.0", "1.0-1", "1.0-2", "1:0.9", "2.0", "1.0~rc1-1"])
@pytest.mark.parametrize("version", ["1.0-1", "1.0-2", "1:0.9-3", "1.0~rc1-1", "2.0-1.el9"])
def test_versions_are_compared_as_libsolv_does(comparison: str, wanted: str, version: str) -> None:
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    old = pool.add_repo("test").add_solvable()
    old.name, old.evr, old.arch = "old", version, "noarch"
    bits = {"<": solv.REL_LT, "=": solv.REL_EQ, ">": solv.REL_GT}
    own = pool.Dep("old").Rel(solv.REL_EQ, pool.str2id(version))
    old.add_deparray(solv.SOLVABLE_PROVIDES, own)
    pool.createwhatprovides()
    dep = pool.Dep("old")
    if comparison:
        dep = dep.Rel(sum(bits[sign] for sign in comparison), pool.str2id(wanted))
    text = f"old {comparison} {wanted}" if comparison else "old"
    assert str(dep) == text
    assert Obsoleted.parse(text).matches("old", EVR.parse(version)) is bool(pool.whatprovides(dep))


# What it does away with


def succession(
    old: str, new: str, at: datetime = NOW, *, package: str = PACKAGE, stands: bool = True
) -> Recorded:
    fact = Succession("epel9", old, new, ((old, new),), stands)
    return Recorded(fact, package, 9, "repodata", at, at, at)


YOUNG = [
    *looked_up(),
    access("ann", day("2026-01-01"), seen=NOW),
    tagged(OLD, day("2026-06-15")),
    checked(OLD, "lacks"),
]
GONE = blocked(day("2026-11-10"), by="bob", source="koji")


def judged(evidence: Sequence[Recorded], others: Mapping[str, Sequence[Recorded]] | None = None) -> Excuse:
    known = facts_from_evidence(
        PACKAGE,
        Collection(9),
        evidence,
        as_of=NOW.date(),
        horizon=VIEW,
        profile=PROFILE,
        ancestors=others or {},
    )
    return judge(known, CALENDAR, PROFILE)


def finding(excuse: Excuse, rule: str) -> Finding:
    return next(one for one in excuse.findings if one.rule == rule)


def test_what_is_succeeded_is_owed_nothing_and_asked_for_no_post_and_no_final_build() -> None:
    excuse = judged([*YOUNG, read(day("2026-10-01")), succession(PACKAGE, "bar")])
    for rule in ("L1", "L2", "R1", "R2"):
        found = finding(excuse, rule)
        assert found.verdict is Verdict.OK
        assert found.measured == "does not apply: succeeded by bar, which obsoletes and provides foo by bar"
        assert found.evidence[0].at == NOW
    assert finding(excuse, "L3").measured == "succeeded by bar, which obsoletes and provides foo by bar"
    assert excuse.retirement is not None
    assert excuse.retirement.earliest_compose is not None
    assert excuse.retirement.earliest_compose.day == NOW.date()


def test_nothing_retires_by_that_alone() -> None:
    excuse = judged([*YOUNG, succession(PACKAGE, "bar")])
    assert excuse.retirement is None
    assert excuse.verdict is Verdict.OK


def test_what_is_no_longer_so_changes_nothing() -> None:
    again = succession(PACKAGE, "bar", NOW + timedelta(minutes=1), stands=False)
    excuse = judged([*YOUNG, read(day("2026-10-01")), succession(PACKAGE, "bar"), again])
    assert finding(excuse, "L1").verdict is Verdict.WAIT
    assert "L3" not in {one.rule for one in excuse.findings}


def test_it_left_against_no_rule() -> None:
    excuse = judged([*YOUNG, GONE, succession(PACKAGE, "bar")])
    said = {one.rule: one.verdict for one in excuse.findings if one.rule.startswith("V")}
    assert said == dict.fromkeys(("V1", "V2", "V3", "V4"), Verdict.OK)
    assert "succeeded by bar" in finding(excuse, "V1").measured
    assert excuse.verdict is Verdict.OK


def test_before_anybody_is_accused_it_is_looked_whether_there_is_a_successor() -> None:
    excuse = judged([*YOUNG, GONE])
    said = {one.rule: one.verdict for one in excuse.findings if one.rule.startswith("V")}
    assert set(said.values()) == {Verdict.CANNOT_KNOW}
    asked = told(LookedUp(SUCCESSORS, "epel9"), NOW, "repodata")
    excuse = judged([*YOUNG, GONE, asked])
    said = {one.rule: one.verdict for one in excuse.findings if one.rule.startswith("V")}
    assert set(said.values()) == {Verdict.VIOLATED}


# Whose entry is inherited


def entered(name: str, at: str) -> list[Recorded]:
    """What Koji tells of another package of the collection."""
    line = [tagged(f"{name}-1.0-1.el9", day(at)), *looked_up()]
    return [replace(one, package=name) for one in line]


def lifetime_of(
    evidence: Sequence[Recorded], others: Mapping[str, Sequence[Recorded]]
) -> tuple[date | None, str]:
    excuse = judged(evidence, others)
    return excuse.lifetime.entered if excuse.lifetime else None, finding(excuse, "L1").measured


def test_the_successor_inherits_the_entry_and_says_from_whom() -> None:
    others = {"old": entered("old", "2024-06-03")}
    excuse = judged([*YOUNG, succession("old", PACKAGE)], others)
    assert excuse.lifetime is not None
    assert (excuse.lifetime.entered, excuse.lifetime.over) == (date(2024, 6, 3), True)
    assert finding(excuse, "L1").measured.startswith(
        "entered 2024-06-03 (inherited from old, which it succeeds), owed until 2025-05-20"
    )
    assert finding(excuse, "L3").measured == "it succeeds old, which entered on 2024-06-03"
    assert finding(excuse, "L3").evidence[-1].what == "old-1.0-1.el9 was tagged into epel9"


def test_along_a_line_the_first_entry_counts() -> None:
    others = {
        "old": [*entered("old", "2026-01-10"), succession("older", "old", package="old")],
        "older": entered("older", "2024-06-03"),
    }
    assert lifetime_of([*YOUNG, succession("old", PACKAGE)], others)[0] == date(2024, 6, 3)


def test_a_later_entry_is_no_inheritance() -> None:
    others = {"old": entered("old", "2026-08-01")}
    assert lifetime_of([*YOUNG, succession("old", PACKAGE)], others)[0] == date(2026, 6, 15)


def test_in_a_circle_everybody_keeps_what_is_earliest_and_it_ends() -> None:
    others = {"old": [*entered("old", "2026-01-10"), succession(PACKAGE, "old", package="old")]}
    assert lifetime_of([*YOUNG, succession("old", PACKAGE)], others)[0] == date(2026, 1, 10)


def test_a_line_that_is_too_long_ends() -> None:
    names = [f"p{number}" for number in range(30)]
    others = {
        name: [*entered(name, f"2026-03-{30 - number:02}"), succession(after, name, package=name)]
        for number, (name, after) in enumerate(zip(names, [*names[1:], "none"], strict=True))
    }
    entry, _ = lifetime_of([*YOUNG, succession("p0", PACKAGE)], others)
    assert entry == date(2026, 3, 21)


def test_while_nobody_knows_when_the_other_entered_nobody_knows_what_is_owed() -> None:
    excuse = judged([*YOUNG, succession("old", PACKAGE)], {"old": []})
    assert finding(excuse, "L1").verdict is Verdict.CANNOT_KNOW
    gone = judged(
        [*YOUNG, GONE, succession("old", PACKAGE), told(LookedUp(SUCCESSORS, "epel9"), NOW)], {"old": []}
    )
    assert finding(gone, "V1").verdict is Verdict.CANNOT_KNOW


def test_what_is_over_anyway_is_over() -> None:
    long_ago = [*looked_up(), access("ann", day("2024-01-01"), seen=NOW), tagged(OLD, day("2024-06-03"))]
    assert finding(judged([*long_ago, succession("old", PACKAGE)], {"old": []}), "L1").verdict is Verdict.OK


def test_without_metadata_nobody_succeeds_anybody() -> None:
    known = facts([*YOUNG, GONE])
    assert known.succession is None
    assert isinstance(known.presence, Known)
