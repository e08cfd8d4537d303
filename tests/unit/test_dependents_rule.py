# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R7: who needs a package that retires is named, and what breaks holds it back, for one compose at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import Kind
from epelbot.domain.evidence import DependentsSeen, NeededBy, Recorded
from epelbot.domain.facts import Facts, SourceTrust
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.dependents_from_evidence import needed_by
from epelbot.policy.judgement import judge
from epelbot.shipped import load_calendar, load_profile
from epelbot.testing.package_index import small_graph
from tests.unit.case_evidence import NOW, PACKAGE, day, decided, facts, horizon, told, whole_case

CALENDAR, PROFILE = load_calendar(), load_profile()
TRUST = SourceTrust(asked=True, max_age=timedelta(hours=96))
BREAKS = NeededBy(
    "bellows", Kind.RUN_TIME, ("bellows-1-1.noarch",), (PACKAGE,), direct=True, maintainers=("amy",)
)
BUILDS = NeededBy("crane", Kind.BUILD_TIME, (), (PACKAGE,), direct=True, maintainers=())
WEAKLY = NeededBy("dowel", Kind.WEAK, ("dowel-1-1.noarch",), (PACKAGE,), direct=True)


def seen(*who: NeededBy, listed: bool = True) -> Recorded:
    return told(DependentsSeen("epel9", listed, who), NOW, "repodata")


def seen_by(evidence: Sequence[Recorded], *, trust: SourceTrust | None = TRUST) -> Facts:
    return facts(evidence, seen_from=replace(horizon(), repodata=trust))


def found_in(known: Facts) -> Finding | None:
    excuse = judge(known, CALENDAR, PROFILE)
    return next((one for one in excuse.findings if one.rule == "R7"), None)


def must(known: Facts) -> Finding:
    found = found_in(known)
    assert found is not None
    return found


def test_a_package_that_nobody_needs_may_go() -> None:
    found = must(seen_by([*whole_case(), seen()]))
    assert (found.verdict, found.measured) == (Verdict.OK, "nobody who stays needs it")


def test_what_would_no_longer_install_holds_it_back_and_is_named_with_its_maintainers() -> None:
    found = must(seen_by([*whole_case(), seen(BREAKS)]))
    assert found.verdict is Verdict.WAIT
    assert found.measured == (
        "held back from the compose for RHEL 9.9; if it leaves, 1 can no longer be installed: bellows (amy)"
    )
    assert found.waivable_by == "the release manager"


def test_build_time_and_weak_needs_are_told_and_hold_nothing() -> None:
    found = must(seen_by([*whole_case(), seen(BUILDS, WEAKLY)]))
    assert found.verdict is Verdict.OK
    assert "1 can no longer be built: crane (nobody maintains it)" in found.measured
    assert "dowel (maintainer not known)" in found.measured


def test_after_one_compose_the_release_manager_decides() -> None:
    known = seen_by([*whole_case(), seen(BREAKS)])
    complete_before_9_8 = replace(known, told_at=day("2026-05-01"))
    assert must(complete_before_9_8).verdict is Verdict.OTHERS_MUST_ACT
    assert must(replace(known, told_at=day("2026-05-20"))).verdict is Verdict.WAIT


def test_where_no_compose_comes_the_release_manager_decides_at_once() -> None:
    found = judge(
        replace(seen_by([*whole_case(), seen(BREAKS)]), collection=Collection(8)), CALENDAR, PROFILE
    ).findings
    assert next(one for one in found if one.rule == "R7").verdict is Verdict.OTHERS_MUST_ACT


def test_an_approval_is_the_release_manager_s_decision_about_it_too() -> None:
    evidence = [*whole_case(), seen(BREAKS), decided(Action.APPROVE, NOW)]
    found = must(seen_by(evidence))
    assert found.verdict is Verdict.OK
    assert found.measured.startswith("approved by smooge all the same; if it leaves, 1 can no longer")


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ([], "who needs it has not been looked up yet"),
        ([seen(listed=False)], "don't hold it"),
        ([told(DependentsSeen("epel9", True, ()), NOW - timedelta(hours=97), "repodata")], "outdated"),
        ([told(DependentsSeen("epel8", True, ()), NOW, "repodata")], "not been looked up"),
    ],
)
def test_who_needs_it_is_never_guessed(evidence: list[Recorded], why: str) -> None:
    found = must(seen_by([*whole_case(), *evidence]))
    assert found.verdict is Verdict.CANNOT_KNOW
    assert why in found.measured


def test_a_mirror_in_trouble_is_named() -> None:
    trust = replace(TRUST, error="mirror.example can't answer now (HTTP 503); try again later")
    assert "HTTP 503" in must(seen_by(whole_case(), trust=trust)).measured


def test_without_repositories_it_is_not_judged_and_the_excuse_says_so() -> None:
    known = replace(seen_by(whole_case(), trust=None), told_at=NOW)
    assert found_in(known) is None
    assert any("no repositories are set up" in note for note in judge(known, CALENDAR, PROFILE).notes)
    known = seen_by([*whole_case(), seen()])
    assert not any("no repositories" in note for note in judge(known, CALENDAR, PROFILE).notes)


def test_many_dependents_are_counted_and_the_first_named() -> None:
    many = [replace(BREAKS, package=f"p{number:02}") for number in range(12)]
    measured = must(seen_by([*whole_case(), seen(*many)])).measured
    assert "12 can no longer be installed: p00 (amy)" in measured
    assert measured.endswith("p07 (amy), and 4 more")


# --- worked out of a graph ---

GRAPH = small_graph({"anvil": (), "bellows": ["anvil"], "crane": ["bellows"]}, build={"dowel": ["anvil"]})


def needing(package: str, *together: str) -> DependentsSeen:
    return needed_by(package, Collection(9), GRAPH, together, lambda name: (f"{name}-owner",))


def test_dependents_are_found_directly_and_transitively_with_their_maintainers() -> None:
    found = needing("anvil")
    assert [(one.package, one.kind, one.direct, one.maintainers) for one in found.needed_by] == [
        ("bellows", Kind.RUN_TIME, True, ("bellows-owner",)),
        ("crane", Kind.RUN_TIME, False, ("crane-owner",)),
        ("dowel", Kind.BUILD_TIME, True, ("dowel-owner",)),
    ]


def test_who_leaves_with_it_loses_nothing() -> None:
    assert [one.package for one in needing("anvil", "bellows", "crane").needed_by] == ["dowel"]
    assert [one.package for one in needing("anvil", "bellows").needed_by] == ["bellows", "crane", "dowel"]


def test_a_package_that_the_metadata_do_not_hold_is_not_called_unneeded() -> None:
    assert not needing("zither").listed
