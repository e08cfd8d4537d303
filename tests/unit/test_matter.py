# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of an announcement: offers, changes of hands, withdrawals, silence (POLICY R5, R6, R8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from epelbot.domain.evidence import AccessSeen, BuildChanged, PostRead, Recorded, ThreadSeen
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Horizon, SourceTrust
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Meaning, Reason
from epelbot.domain.profile import Profile, RetirementRules, Roles
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.judgement import judge
from epelbot.policy.telling import Audience, is_complete, tellings
from epelbot.shipped import load_calendar
from tests.unit.case_evidence import (
    FINAL,
    NEWER,
    NOW,
    OLD,
    access,
    checked,
    day,
    decided,
    facts,
    horizon,
    looked_up,
    read,
    reply,
    synced,
    tagged,
    told,
    untagged,
    update,
    whole_case,
)

ANNOUNCED = day("2026-11-01")
LATER = day("2026-11-05")
ANN = access("ann", day("2024-01-01"), seen=day("2026-11-02"))
LIVES = [*looked_up(), ANN, tagged(OLD, day("2024-06-03")), checked(OLD, "lacks"), synced(NOW)]
POST = read(ANNOUNCED)
LEAVES = [*LIVES, POST]
DONE = [
    *LEAVES,
    update("testing", day("2026-11-02")),
    tagged(FINAL, day("2026-11-10")),
    update("stable", day("2026-11-10", 15), seen=NOW),
    checked(FINAL, "carries", day("2026-11-03")),
]
UNDONE = [*DONE, tagged(NEWER, day("2026-11-20")), checked(NEWER, "lacks")]


def excuse_of(
    evidence: list[Recorded],
    *,
    as_of: date | None = None,
    seen_from: Horizon | None = None,
    profile: Profile | None = None,
    was_told: bool = False,
) -> Excuse:
    found = facts(evidence, as_of=as_of, seen_from=seen_from, profile=profile)
    found = replace(found, told_at=NOW) if was_told else found
    return judge(found, load_calendar(), profile or Profile())


def state(evidence: list[Recorded], **how: bool) -> State | None:
    retirement = excuse_of(evidence, **how).retirement  # type: ignore[arg-type]
    return retirement.state if retirement is not None else None


def finding(evidence: list[Recorded], rule: str, seen_from: Horizon | None = None) -> Finding | None:
    found = excuse_of(evidence, seen_from=seen_from).findings
    return next((one for one in found if one.rule == rule), None)


def verdict(evidence: list[Recorded], rule: str, seen_from: Horizon | None = None) -> Verdict | None:
    found = finding(evidence, rule, seen_from)
    return found.verdict if found is not None else None


def whom(evidence: list[Recorded]) -> list[tuple[str, Audience]]:
    return [(one.rule, one.audience) for one in tellings(excuse_of(evidence))]


# R5: an offer


def offer(author: str | None = "bob", at: str = "2026-11-05", thread: str | None = "P1") -> Recorded:
    return reply(day(at), Meaning.ADOPTION, author=author, thread=thread)


@pytest.mark.parametrize("author", ["bob", None])
def test_an_offer_in_the_thread_by_anybody_pauses_the_retirement(author: str | None) -> None:
    evidence = [*LEAVES, offer(author)]
    assert state(evidence) is State.ADOPTION_PROPOSED
    assert verdict(evidence, "R5") is Verdict.OTHERS_MUST_ACT
    assert whom(evidence) == [], "while it is paused nobody is asked for a step"


def test_an_offer_outside_the_thread_pauses_nothing() -> None:
    assert state([*LEAVES, offer(thread="P9")]) is State.ANNOUNCED
    assert state([*LEAVES, offer(thread=None)]) is State.ANNOUNCED


def test_an_offer_for_another_collection_pauses_nothing_here() -> None:
    elsewhere = reply(LATER, Meaning.ADOPTION, author="bob", collection="epel8")
    assert state([*LEAVES, elsewhere]) is State.ANNOUNCED


def test_a_complete_retirement_is_paused_too_and_the_release_manager_not_asked() -> None:
    assert state(DONE, was_told=True) is State.QUEUED
    paused = excuse_of([*DONE, offer(at="2026-11-20")], was_told=True)
    assert paused.retirement is not None
    assert paused.retirement.state is State.ADOPTION_PROPOSED
    assert {one.rule: one.verdict for one in paused.findings}["L2"] is Verdict.OK
    assert whom([*DONE, offer(at="2026-11-20")]) == []


def test_after_the_approval_an_offer_changes_nothing() -> None:
    approved = decided(Action.APPROVE, day("2026-11-20"))
    assert state([*DONE, approved, offer(at="2026-11-21")]) is State.APPROVED


def test_an_approval_in_spite_of_an_offer_is_the_release_managers_word() -> None:
    assert state([*DONE, offer(), decided(Action.APPROVE, day("2026-11-20"))]) is State.APPROVED


def test_a_deferral_outweighs_the_offers_before_it_and_none_after() -> None:
    deferred = decided(Action.DEFER, day("2026-11-20"), minor="9.10")
    assert state([*DONE, offer(), deferred]) is State.DEFERRED
    assert state([*DONE, deferred, offer(at="2026-11-21")]) is State.ADOPTION_PROPOSED


def test_the_release_managers_rejection_of_a_paused_retirement_ends_it_as_adopted() -> None:
    rejected = decided(Action.REJECT, day("2026-11-20"), build=OLD)
    assert state([*LEAVES, rejected]) is State.REJECTED
    evidence = [*LEAVES, offer(), rejected]
    assert state(evidence) is State.ADOPTED
    newer_build = [tagged(NEWER, day("2026-11-21")), checked(NEWER, "lacks")]
    assert state([*evidence, *newer_build]) is State.ADOPTED, "a build begins nothing again"


# R5: other hands


def given(owner: str, at: str, *, seen: str | None = None) -> Recorded:
    return access(owner, day(at), source="bus", seen=day(seen) if seen else None)


def test_another_main_admin_pauses_it_and_the_new_one_is_asked() -> None:
    evidence = [*LEAVES, given("bob", "2026-11-05")]
    assert state(evidence) is State.ADOPTION_PROPOSED
    found = finding(evidence, "R5")
    assert found is not None
    assert found.measured == "paused: bob is its new main admin since 2026-11-05"
    assert whom(evidence) == [("R5", Audience.MAINTAINERS)]


def test_orphaning_pauses_nothing_but_taking_the_orphan_does() -> None:
    orphaned = [*LEAVES, given("orphan", "2026-11-03")]
    assert state(orphaned) is State.ANNOUNCED
    assert state([*orphaned, given("bob", "2026-11-05")]) is State.ADOPTION_PROPOSED
    taken_back = [*orphaned, access("ann", day("2024-01-01"), seen=day("2026-11-05"))]
    assert state(taken_back) is State.ADOPTION_PROPOSED, "its old maintainer counts as well"


def test_a_change_before_the_announcement_pauses_nothing() -> None:
    assert state([*LEAVES, given("bob", "2025-01-01", seen="2026-11-06")]) is State.ANNOUNCED


def test_who_was_not_known_at_the_announcement_has_not_changed() -> None:
    unknown = [one for one in LEAVES if one is not ANN]
    assert state([*unknown, access("ann", day("2026-11-02"), seen=NOW)]) is State.ANNOUNCED


def test_a_package_given_back_is_in_its_old_hands() -> None:
    back = access("ann", day("2024-01-01"), seen=day("2026-11-08"))
    assert state([*LEAVES, given("bob", "2026-11-05"), back]) is State.ANNOUNCED


def assigned(who: str | None, at: str, seen: str, source: str = "dist-git") -> Recorded:
    return told(AccessSeen(PackageAccess("ann", epel_assignee=who)), day(at), source, confirmed=day(seen))


@pytest.mark.parametrize("who", ["bob", "@epel-sig"])
def test_another_epel_assignee_pauses_it_be_it_a_person_or_a_group(who: str) -> None:
    evidence = [
        *LEAVES,
        assigned(None, "2026-10-01", "2026-11-02"),
        assigned(who, "2026-11-05", "2026-11-06"),
    ]
    found = finding(evidence, "R5")
    assert found is not None
    assert found.measured == f"paused: {who} is its new EPEL assignee since 2026-11-05"


def test_orphan_as_epel_assignee_is_nobody() -> None:
    evidence = [
        *LEAVES,
        assigned(None, "2026-10-01", "2026-11-02"),
        assigned("orphan", "2026-11-05", "2026-11-06"),
    ]
    assert verdict(evidence, "R5") is None


def test_a_message_that_does_not_tell_the_epel_assignee_changes_nothing() -> None:
    evidence = [
        *LEAVES,
        assigned("ann", "2026-10-01", "2026-11-02"),
        assigned(None, "2026-11-03", "2026-11-03", source="bus"),
        assigned("ann", "2026-10-01", "2026-11-08"),
    ]
    assert verdict(evidence, "R5") is None


def test_the_new_maintainers_word_ends_it() -> None:
    word = reply(day("2026-11-06"), Meaning.ADOPTION, author="bob")
    evidence = [*LEAVES, given("bob", "2026-11-05"), word]
    assert state(evidence) is State.ADOPTED
    assert verdict(evidence, "R5") is Verdict.OK
    assert whom(evidence) == []
    excuse = excuse_of(evidence)
    assert excuse.verdict is Verdict.OK
    assert {one.rule for one in excuse.findings} == {"L1", "R5"}


def test_an_offer_that_came_before_the_package_was_handed_over_is_a_word_too() -> None:
    evidence = [*LEAVES, offer("bob", "2026-11-04"), given("bob", "2026-11-05")]
    assert state(evidence) is State.ADOPTED


def test_somebody_elses_word_ends_nothing() -> None:
    evidence = [*LEAVES, given("bob", "2026-11-05"), offer("eve", "2026-11-06")]
    assert state(evidence) is State.ADOPTION_PROPOSED


def test_a_member_of_the_new_group_speaks_for_it() -> None:
    group = PackageAccess("ann", epel_assignee="@epel-sig", members=(("epel-sig", ("gina",)),))
    evidence = [
        *LEAVES,
        assigned(None, "2026-10-01", "2026-11-02"),
        told(AccessSeen(group), day("2026-11-05"), "dist-git", confirmed=day("2026-11-08")),
        reply(day("2026-11-06"), Meaning.ADOPTION, author="gina"),
    ]
    assert state(evidence) is State.ADOPTED


def test_an_adopted_package_can_be_announced_again_by_its_new_maintainer() -> None:
    evidence = [
        *LEAVES,
        given("bob", "2026-11-05", seen="2026-11-21"),
        reply(day("2026-11-06"), Meaning.ADOPTION, author="bob"),
    ]
    again = read(day("2026-11-20"), post="P2", author="bob")
    assert state([*evidence, again]) is State.ANNOUNCED


def test_the_commitment_goes_on_whoever_takes_it_over() -> None:
    before, after = excuse_of(LEAVES).lifetime, excuse_of([*LEAVES, given("bob", "2026-11-05")]).lifetime
    assert before == after is not None


# R5, where the archive is silent


def archive(*, error: str | None = None) -> Horizon:
    return replace(horizon(), archive=SourceTrust(asked=True, max_age=timedelta(hours=48), error=error))


def thread(at: str = "2026-11-23", *replies: str) -> Recorded:
    return told(ThreadSeen("P1", replies), day(at, 6), "archive")


def test_while_the_archive_is_silent_nobody_knows_whether_somebody_offered() -> None:
    evidence = [*DONE]
    assert verdict(evidence, "R5", archive()) is Verdict.CANNOT_KNOW
    assert not is_complete(excuse_of(evidence, seen_from=archive()))
    told_lately = [*evidence, thread()]
    assert verdict(told_lately, "R5", archive()) is None
    assert is_complete(excuse_of(told_lately, seen_from=archive()))


def test_what_the_archive_told_three_days_ago_is_no_longer_believed() -> None:
    found = finding([*DONE, thread("2026-11-20")], "R5", archive(error="the archive is down"))
    assert found is not None
    assert found.verdict is Verdict.CANNOT_KNOW
    assert "the archive is down" in found.measured
    assert "2026-11-20" in found.measured


def test_a_silent_archive_does_not_hide_an_offer_that_is_known() -> None:
    assert verdict([*LEAVES, offer()], "R5", archive()) is Verdict.OTHERS_MUST_ACT


def test_of_an_approved_retirement_a_silent_archive_hides_a_withdrawal() -> None:
    evidence = [*DONE, decided(Action.APPROVE, day("2026-11-20"))]
    assert verdict(evidence, "R5", archive()) is None
    assert verdict(evidence, "R8", archive()) is Verdict.CANNOT_KNOW
    assert verdict([*evidence, thread()], "R8", archive()) is None


def test_of_history_the_archive_is_not_asked() -> None:
    since = replace(archive(), in_force_from=date(2026, 11, 2))
    assert verdict(LEAVES, "R5", since) is None


# R8


def withdrawal(author: str | None = "ann", at: str = "2026-11-05", thread: str | None = "P1") -> Recorded:
    return reply(day(at), Meaning.WITHDRAWAL, post="W1", author=author, thread=thread)


def test_an_entitled_post_in_the_thread_takes_the_retirement_back() -> None:
    for evidence in (LEAVES, DONE):
        taken_back = [*evidence, withdrawal(at="2026-11-20")]
        assert state(taken_back) is State.WITHDRAWN
        assert verdict(taken_back, "R8") is Verdict.OK
        assert whom(taken_back) == []


def test_an_approved_retirement_can_be_withdrawn() -> None:
    approved = decided(Action.APPROVE, day("2026-11-20"))
    assert state([*DONE, approved, withdrawal(at="2026-11-21")]) is State.WITHDRAWN


@pytest.mark.parametrize("author", ["mallory", None])
def test_a_withdrawal_by_somebody_else_is_for_a_person_to_read(author: str | None) -> None:
    evidence = [*LEAVES, withdrawal(author)]
    assert state(evidence) is State.ANNOUNCED
    assert verdict(evidence, "R8") is Verdict.OTHERS_MUST_ACT


def test_a_withdrawal_outside_the_thread_withdraws_nothing() -> None:
    assert state([*LEAVES, withdrawal(thread="P9")]) is State.ANNOUNCED


def test_a_member_of_an_entitled_group_may_withdraw() -> None:
    profile = Profile(roles=Roles(entitled_groups=("epel-sig",)))
    members = PackageAccess("ann", members=(("epel-sig", ("gina",)),))
    evidence = [*LEAVES, told(AccessSeen(members), day("2026-11-02"), "dist-git"), withdrawal("gina")]
    excuse = excuse_of(evidence, profile=profile)
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.WITHDRAWN
    assert state(evidence) is State.ANNOUNCED


def test_what_is_withdrawn_can_be_announced_again_and_withdrawn_again() -> None:
    again = read(day("2026-11-10"), post="P2")
    evidence = [*LEAVES, withdrawal(), again]
    assert state(evidence) is State.ANNOUNCED
    excuse = excuse_of(evidence)
    assert excuse.retirement is not None
    assert excuse.retirement.post == "P2"
    second = reply(day("2026-11-12"), Meaning.WITHDRAWAL, post="W2", thread="P2")
    assert state([*evidence, second]) is State.WITHDRAWN


def test_a_doubtful_post_from_before_the_withdrawal_is_settled_with_it() -> None:
    doubtful = read(day("2026-11-02"), post="D1", author=None)
    assert verdict([*LEAVES, doubtful, withdrawal()], "R1") is None


def test_a_final_build_that_stays_in_the_tag_is_named_after_a_withdrawal() -> None:
    (note,) = excuse_of([*DONE, withdrawal(at="2026-11-20")]).notes
    assert note == (
        "its newest build still says that foo is retired: build it again without README-RETIRED.txt"
    )


def test_a_final_build_made_after_the_withdrawal_begins_anew() -> None:
    again = [update("testing", day("2026-11-21"), NEWER, alias="B"), checked(NEWER, "carries")]
    submitted = [
        replace(one, fact=replace(one.fact, submitted_at=day("2026-11-21")))  # type: ignore[arg-type]
        if one.kind == "update"
        else one
        for one in again
    ]
    assert state([*DONE, withdrawal(at="2026-11-20"), *submitted]) is State.BEGUN


def test_a_newer_stable_build_without_the_file_asks_the_maintainer_one_question() -> None:
    assert state(UNDONE) is State.ANNOUNCED
    assert verdict(UNDONE, "R8") is Verdict.MUST_ACT
    assert whom(UNDONE) == [("R8", Audience.MAINTAINERS)]


def test_a_build_with_the_file_that_never_was_stable_is_no_final_build() -> None:
    taken_back = [*LEAVES, update("unpushed", day("2026-11-02")), checked(FINAL, "carries")]
    assert verdict([*taken_back, tagged(NEWER, day("2026-11-20")), checked(NEWER, "lacks")], "R8") is None


def test_a_final_build_that_was_stable_at_the_announcement_counts() -> None:
    late = read(day("2026-11-15"))
    assert verdict([*(one for one in UNDONE if one is not POST), late], "R8") is Verdict.MUST_ACT
    long_ago = [*LIVES, tagged(FINAL, day("2025-01-01")), checked(FINAL), tagged(NEWER, day("2025-02-01"))]
    assert verdict([*long_ago, checked(NEWER, "lacks"), late], "R8") is None


def test_a_newer_build_that_is_only_in_testing_asks_nothing_yet() -> None:
    in_testing = [*DONE, update("testing", day("2026-11-20"), NEWER, alias="B"), checked(NEWER, "lacks")]
    assert verdict(in_testing, "R8") is None


@pytest.mark.parametrize("meaning", [Meaning.WITHDRAWAL, Meaning.ADOPTION])
def test_the_maintainers_confirmation_withdraws_it(meaning: Meaning) -> None:
    assert state([*UNDONE, reply(day("2026-11-21"), meaning)]) is State.WITHDRAWN


def test_without_such_a_build_an_offer_by_its_own_maintainer_is_an_offer() -> None:
    assert state([*DONE, reply(day("2026-11-21"), Meaning.ADOPTION)]) is State.ADOPTION_PROPOSED


# R6


def test_after_four_weeks_without_a_final_build_the_maintainer_is_reminded() -> None:
    old = [*LIVES, read(day("2026-10-27"))]
    before = excuse_of(old, as_of=date(2026, 11, 23))
    assert before.flips_on == date(2026, 11, 24)
    assert verdict(old, "R6") is Verdict.OK
    on_the_day = [*LIVES, read(day("2026-10-26"))]
    assert verdict(on_the_day, "R6") is Verdict.MUST_ACT
    assert whom(on_the_day) == [("R6", Audience.MAINTAINERS)]


def test_the_weeks_are_the_profiles() -> None:
    excuse = excuse_of(LEAVES, profile=Profile(retirement=RetirementRules(stall_weeks=3)))
    assert {one.rule: one.verdict for one in excuse.findings}["R6"] is Verdict.MUST_ACT


def test_where_nobody_maintains_it_the_release_manager_is_reminded() -> None:
    orphaned = [*LIVES, read(day("2026-10-01")), given("orphan", "2026-10-03", seen="2026-11-22")]
    assert verdict(orphaned, "R6") is Verdict.OTHERS_MUST_ACT
    assert whom(orphaned) == [("R6", Audience.RELEASE_MANAGER)]


def test_nobody_is_reminded_of_what_is_paused_decided_done_or_gone() -> None:
    old = [*LIVES, read(day("2026-10-01"))]
    paused = [*old, reply(day("2026-11-05"), Meaning.ADOPTION, author="bob")]
    rejected = [*old, decided(Action.REJECT, day("2026-11-01"), build=OLD)]
    gone = [*old, untagged(OLD, day("2026-11-01"))]
    for evidence in (paused, rejected, whole_case(), gone):
        assert verdict(evidence, "R6") is None


# Reasons that make a step impossible


def test_without_any_maintainer_the_final_build_is_for_others() -> None:
    orphaned = [*LEAVES, given("orphan", "2026-11-03", seen="2026-11-22")]
    for rule in ("R2", "R3"):
        found = finding(orphaned, rule)
        assert found is not None
        assert found.verdict is Verdict.OTHERS_MUST_ACT
        assert found.remedy == "find a proven packager for the final build, or waive R2 and R3"


def test_a_co_maintainer_can_make_the_final_build() -> None:
    helped = told(AccessSeen(PackageAccess("orphan", committers=("zoe",))), day("2026-11-03"), "bus")
    assert verdict([*LEAVES, helped], "R2") is Verdict.MUST_ACT


def fails_to_build(at: str, target: str | None = "epel9-candidate") -> list[Recorded]:
    post = read(ANNOUNCED)
    assert isinstance(post.fact, PostRead)
    reading = replace(post.fact.reading, category=Reason.FAILS_TO_BUILD)
    failed = told(BuildChanged(NEWER, "failed", target=target), day(at))
    return [*LIVES, replace(post, fact=replace(post.fact, reading=reading)), failed]


@pytest.mark.parametrize("target", ["epel9", "epel9-candidate", "epel9-build-side-12345"])
def test_what_fails_to_build_after_the_announcement_is_for_others(target: str) -> None:
    found = finding(fails_to_build("2026-11-03", target), "R2")
    assert found is not None
    assert found.verdict is Verdict.OTHERS_MUST_ACT
    assert f"{NEWER} failed to build on 2026-11-03" in found.measured
    assert verdict(fails_to_build("2026-11-03"), "R3") is Verdict.OTHERS_MUST_ACT


@pytest.mark.parametrize(
    "evidence",
    [
        fails_to_build("2026-10-31"),
        fails_to_build("2026-11-03", target="epel8-candidate"),
        fails_to_build("2026-11-03", target=None),
        [*LEAVES, told(BuildChanged(NEWER, "failed", target="epel9-candidate"), day("2026-11-03"))],
    ],
    ids=["failed before", "for another collection", "for nobody knows what", "for another reason"],
)
def test_other_failures_leave_the_step_to_the_maintainer(evidence: list[Recorded]) -> None:
    assert verdict(evidence, "R2") is Verdict.MUST_ACT
    assert verdict(evidence, "R3") is None
