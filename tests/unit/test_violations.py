# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V1 to V5: departures against the rules, whoever did it (POLICY, Violations)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from epelbot.domain.calendar import Calendar
from epelbot.domain.evidence import Outcome, PostRead, Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Horizon
from epelbot.domain.post import Meaning, Reason
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.judgement import judge
from epelbot.policy.violations import VIOLATIONS
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import (
    FINAL,
    NOW,
    OLD,
    access,
    blocked,
    checked,
    day,
    decided,
    facts,
    horizon,
    looked_up,
    pushed,
    read,
    tagged,
    tip,
    untagged,
    whole_case,
)
from tests.unit.departed import KNOWN, OLD_LISTING, YOUNG_LISTING

CALENDAR, PROFILE = load_calendar(), load_profile()
GONE = blocked(day("2026-11-10"), by="bob", source="koji")


def judged(
    evidence: list[Recorded],
    *,
    collection: str = "epel9",
    as_of: date | None = None,
    seen_from: Horizon | None = None,
    calendar: Calendar = CALENDAR,
    profile: Profile = PROFILE,
) -> Excuse:
    found = facts(evidence, collection=collection, as_of=as_of, seen_from=seen_from, profile=profile)
    return judge(found, calendar, profile)


def violations(excuse: Excuse) -> dict[str, Verdict]:
    return {found.rule: found.verdict for found in excuse.findings if found.rule in VIOLATIONS}


def finding(excuse: Excuse, rule: str) -> Finding:
    return next(found for found in excuse.findings if found.rule == rule)


def test_a_listing_that_is_there_violates_nothing() -> None:
    assert violations(judged(OLD_LISTING)) == {}


def test_whoever_just_blocks_a_package_violates_all_that_can_be() -> None:
    excuse = judged([*YOUNG_LISTING, GONE])
    assert excuse.verdict is Verdict.VIOLATED
    assert violations(excuse) == dict.fromkeys(("V1", "V2", "V3", "V4"), Verdict.VIOLATED)
    for found in excuse.findings:
        assert found.rule not in VIOLATIONS or found.waivable_by == "the release manager"


def test_who_did_it_when_and_by_which_call_or_commit_is_shown() -> None:
    killed = day("2026-11-08")
    excuse = judged([*OLD_LISTING, GONE, pushed(killed), tip(NOW, since=killed)])
    found = finding(excuse, "V2")
    assert found.measured.startswith("it left on 2026-11-10 by bob: ")
    assert [(one.what, one.at) for one in found.evidence] == [
        ("dead.package in dist-git, branch epel9, by bob: nobody uses it", killed),
        ("koji block-pkg epel9 foo, by bob", day("2026-11-10")),
    ]
    assert found.evidence[0].url == "https://src.fedoraproject.org/rpms/foo/c/aaaa?branch=epel9"


# V1


def test_v1_before_the_end_of_its_commitment() -> None:
    found = finding(judged([*YOUNG_LISTING, GONE]), "V1")
    assert found.verdict is Verdict.VIOLATED
    assert "entered 2026-06-15, owed until about 2027-05-20, at the latest 2027-07-15" in found.measured


@pytest.mark.parametrize(("left_on", "early"), [("2025-05-19", True), ("2025-05-20", False)])
def test_v1_from_the_day_on_which_its_commitment_is_over_it_may_leave(left_on: str, early: bool) -> None:
    # Entered 2024-06-03: over with RHEL 9.6, 2025-05-20.
    excuse = judged([*OLD_LISTING, blocked(day(left_on, 0))], as_of=date(2025, 8, 1))
    assert ("V1" in violations(excuse)) is early


def test_v1_does_not_go_away_when_the_day_has_come_meanwhile() -> None:
    gone = [*OLD_LISTING, blocked(day("2025-05-19"))]
    for as_of in (date(2025, 5, 19), date(2026, 1, 1)):
        assert violations(judged(gone, as_of=as_of))["V1"] is Verdict.VIOLATED


def test_v1_is_not_told_by_messages_alone_which_may_have_begun_after_the_entry() -> None:
    evidence = [
        access("ann", day("2024-01-01")),
        tagged(OLD, day("2026-06-15")),
        blocked(day("2026-11-10")),
    ]
    assert violations(judged(evidence, seen_from=horizon(online=False)))["V1"] is Verdict.CANNOT_KNOW


# V2


def test_v2_without_a_post_and_a_late_post_closes_it() -> None:
    assert violations(judged([*OLD_LISTING, GONE]))["V2"] is Verdict.VIOLATED
    late = read(day("2026-11-20"))
    assert "V2" not in violations(judged([*OLD_LISTING, GONE, late]))


def test_v2_wants_the_reason_too() -> None:
    assert (
        violations(judged([*OLD_LISTING, read(day("2026-11-01"), reason=None), GONE]))["V2"]
        is Verdict.VIOLATED
    )


def test_v2_by_a_post_that_a_person_has_to_read_nobody_is_accused() -> None:
    stranger = read(day("2026-11-01"), author="zoe")
    found = finding(judged([*OLD_LISTING, stranger, GONE]), "V2")
    assert found.verdict is Verdict.OTHERS_MUST_ACT
    assert found.waivable_by is None


def test_v2_cannot_be_known_while_nobody_tells_whose_word_counts() -> None:
    evidence = [*OLD_LISTING[len(KNOWN) :], *looked_up(but="access")]
    down = horizon(error="dist-git does not answer")
    assert violations(judged([*evidence, GONE], seen_from=down))["V2"] is Verdict.CANNOT_KNOW


# V3


def test_v3_is_about_the_last_build_that_its_users_got() -> None:
    final = [*OLD_LISTING, tagged(FINAL, day("2026-10-12")), checked(FINAL, "carries")]
    assert "V3" not in violations(judged([*final, GONE]))
    all_out = [untagged(OLD, day("2026-11-10")), untagged(FINAL, day("2026-11-10"))]
    assert "V3" not in violations(judged([*final, *all_out]))
    taken_back = [untagged(FINAL, day("2026-10-20")), untagged(OLD, day("2026-11-10"))]
    assert violations(judged([*final, *taken_back]))["V3"] is Verdict.VIOLATED


@pytest.mark.parametrize("outcome", ["lacks", "near-miss"])
def test_v3_names_the_build_and_what_it_lacks(outcome: Outcome) -> None:
    evidence = [*OLD_LISTING[:-1], checked(OLD, outcome), GONE]
    found = finding(judged(evidence), "V3")
    assert found.verdict is Verdict.VIOLATED
    assert f"{OLD}: {OLD} {outcome}" in found.measured


def test_v3_cannot_be_known_of_a_build_that_nobody_could_read() -> None:
    unread: list[Recorded] = []
    for check in (unread, [checked(OLD, "unreadable")]):
        assert violations(judged([*OLD_LISTING[:-1], *check, GONE]))["V3"] is Verdict.CANNOT_KNOW


# V4


@pytest.mark.parametrize(
    ("left_on", "inside"), [("2026-05-19", True), ("2026-05-20", False), ("2026-05-21", True)]
)
def test_v4_inside_a_cycle_but_not_on_the_day_of_a_ga(left_on: str, inside: bool) -> None:
    excuse = judged([*OLD_LISTING, blocked(day(left_on))])
    assert ("V4" in violations(excuse)) is inside


def test_v4_names_the_cycle_and_the_minor_that_was_to_come() -> None:
    found = finding(judged([*OLD_LISTING, GONE]), "V4")
    assert "inside the cycle of RHEL 9.8 (since 2026-05-20)" in found.measured
    assert "RHEL 9.9 (expected about 2026-11-20) was not out" in found.measured


def test_v4_without_a_further_minor_any_day_will_do() -> None:
    evidence = [tagged(OLD, day("2021-06-03"), "epel8"), *KNOWN, checked(OLD, "lacks")]
    of_eight = [replace(one, major=8) if one.major == 9 else one for one in evidence]
    gone = [*of_eight, replace(blocked(day("2026-11-10"), "epel8"), major=8)]
    excuse = judged(gone, collection="epel8", seen_from=horizon(tags=("epel8",)))
    assert "V4" not in violations(excuse)
    assert violations(excuse)["V2"] is Verdict.VIOLATED


def test_v4_does_not_apply_to_epel10() -> None:
    evidence = [
        *KNOWN,
        tagged("foo-1-1.el10_0", day("2024-12-01"), "epel10.0"),
        tagged("foo-1-1.el10_0", day("2025-03-01"), "epel10.1"),
        checked("foo-1-1.el10_0", "lacks"),
        blocked(day("2026-11-10"), "epel10.1"),
    ]
    view = horizon(tags=("epel10.0", "epel10.1"), led_until=(("epel10.0", date(2025, 2, 18)),))
    assert set(violations(judged(evidence, collection="epel10", seen_from=view))) == {"V2", "V3"}


# V5


def trailing(left_on: str, minor: str = "epel10.0", as_of: date | None = None) -> dict[str, Verdict]:
    build = "foo-1-1.el10_0"
    evidence = [*KNOWN, tagged(build, day("2024-12-01"), minor), blocked(day(left_on), minor)]
    return violations(judged(evidence, collection=minor, as_of=as_of, seen_from=horizon(tags=(minor,))))


def test_v5_before_its_minor_is_superseded() -> None:
    # 10.0 was branched on 2025-02-18 and superseded by 10.1 on 2025-11-12.
    assert trailing("2025-06-01", as_of=date(2025, 12, 1)) == {"V5": Verdict.VIOLATED}
    assert trailing("2025-11-11", as_of=date(2025, 12, 1)) == {"V5": Verdict.VIOLATED}
    assert trailing("2025-11-12", as_of=date(2025, 12, 1)) == {}


def test_v5_is_not_about_what_left_while_that_tag_led_epel10() -> None:
    assert trailing("2025-02-17", as_of=date(2025, 12, 1)) == {}


def test_v5_cannot_be_known_without_the_day_of_the_branching() -> None:
    assert trailing("2026-11-10", "epel10.2") == {"V5": Verdict.CANNOT_KNOW}


# All


def test_a_retirement_that_was_approved_violates_nothing() -> None:
    approved = [*whole_case(), decided(Action.APPROVE, day("2026-11-01")), GONE]
    excuse = judged(approved)
    assert violations(excuse) == {}
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.RETIRED
    assert violations(judged([*whole_case(), GONE])) == {"V4": Verdict.VIOLATED}


def test_none_for_closed_collections() -> None:
    evidence = [tagged(OLD, day("2021-06-03"), "epel7"), *KNOWN]
    of_seven = [replace(one, major=7) if one.major == 9 else one for one in evidence]
    for left_on in ("2024-06-01", "2024-07-10"):
        gone = [*of_seven, replace(blocked(day(left_on), "epel7"), major=7)]
        seen_from = horizon(tags=("epel7",))
        assert violations(judged(gone, collection="epel7", seen_from=seen_from)) == {}
        open_yet = judged(gone, collection="epel7", seen_from=seen_from, as_of=date(2024, 6, 30))
        assert ("V2" in violations(open_yet)) is (left_on < "2024-06-30")


def test_an_earlier_departure_is_history_never_a_violation() -> None:
    since = horizon(in_force_from=date(2026, 11, 11))
    excuse = judged([*OLD_LISTING, GONE], seen_from=since)
    assert violations(excuse) == {}
    assert any("before the policy was in force" in note for note in excuse.notes)


def test_open_until_undone() -> None:
    unblocked = blocked(day("2026-11-12"), stays=False)
    excuse = judged([*OLD_LISTING, GONE, unblocked])
    assert violations(excuse) == {}
    assert excuse.verdict is Verdict.OK


def test_open_until_past_and_then_history() -> None:
    left_on = date(2025, 6, 2)
    gone = [*OLD_LISTING, blocked(day("2025-06-02"))]
    last_day = left_on + timedelta(days=400)
    shown = judged(gone, as_of=last_day)
    assert set(violations(shown)) == {"V2", "V3", "V4"}
    assert finding(shown, "V2").flips_on == last_day + timedelta(days=1)
    assert violations(judged(gone, as_of=last_day + timedelta(days=1))) == {}


def test_dead_package_counts_after_its_grace_and_is_told_before() -> None:
    young = [*OLD_LISTING, pushed(day("2026-11-22")), tip(NOW, since=day("2026-11-22"))]
    excuse = judged(young)
    assert violations(excuse) == {}
    (note,) = excuse.notes
    assert "by bob on 2026-11-22 12:00 UTC" in note
    assert "from 2026-11-24 12:00 UTC on, it counts as gone" in note
    assert excuse.flips_on == date(2026, 11, 25)
    old = [*OLD_LISTING, pushed(day("2026-11-12")), tip(NOW, since=day("2026-11-12"))]
    assert set(violations(judged(old))) == {"V2", "V3", "V4"}
    # It is not gone from Koji, so what it owes its users is shown as well.
    assert judged(old).retirement is None


def test_a_push_that_cannot_be_confirmed_is_neither_a_violation_nor_a_pass() -> None:
    excuse = judged([*OLD_LISTING, pushed(day("2026-11-12"))])
    assert set(violations(excuse).values()) == {Verdict.CANNOT_KNOW}


def said_to_be_in_rhel(at: str) -> Recorded:
    post = read(day(at))
    assert isinstance(post.fact, PostRead)
    reading = replace(post.fact.reading, category=Reason.IN_RHEL, reason="it is in RHEL 9.8 now")
    return replace(post, fact=replace(post.fact, reading=reading))


def test_what_is_said_to_be_in_rhel_is_not_called_too_early_before_anybody_looked() -> None:
    dead = [pushed(day("2026-11-09")), tip(NOW, "Now part of RHEL 9.8", since=day("2026-11-09"))]
    for said in ([said_to_be_in_rhel("2026-11-01")], dead):
        found = violations(judged([*YOUNG_LISTING, GONE, *said]))
        assert {found["V1"], found["V3"], found["V4"]} == {Verdict.CANNOT_KNOW}
    # Whether it was announced has nothing to do with it.
    assert violations(judged([*YOUNG_LISTING, GONE, *dead]))["V2"] is Verdict.VIOLATED


def test_a_post_about_something_else_announces_nothing() -> None:
    other = read(day("2026-11-01"), meaning=Meaning.OTHER)
    assert violations(judged([*OLD_LISTING, other, GONE]))["V2"] is Verdict.VIOLATED


def test_a_calendar_without_the_major_can_tell_nothing() -> None:
    nothing = judged([*OLD_LISTING, GONE], calendar=Calendar(()))
    assert Verdict.VIOLATED not in {violations(nothing).get(rule) for rule in ("V1", "V4")}
