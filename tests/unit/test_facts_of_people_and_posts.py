# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts from evidence: who may announce, which posts announce, syncs, decisions (POLICY, Words, R1, R3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from epelbot.domain.evidence import AccessSeen, PostRead, Recorded
from epelbot.domain.facts import Facts, Known, Missing
from epelbot.domain.people import PackageAccess, People
from epelbot.domain.post import Meaning
from epelbot.domain.profile import Profile, Roles
from epelbot.domain.retirement import Action
from epelbot.policy.posts_from_evidence import ACCESS
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
    synced,
    tagged,
    told,
    untagged,
    update,
    whole_case,
)

ANN = access("ann", day("2024-01-01"), seen=NOW)


def announced_by(evidence: list[Recorded], **roles: tuple[str, ...]) -> str | None:
    found = facts([*looked_up(), *evidence], profile=Profile(roles=Roles(**roles))).announcement
    return None if found is None else found.read.post


def doubts(found: Facts) -> list[str]:
    return [post.read.post for post in found.doubtful]


# People


def test_the_people_are_those_of_the_last_word() -> None:
    found = facts([*looked_up(), access("ann", day("2024-01-01")), access("bob", day("2025-01-01"))])
    assert found.people == Known(People(("bob",), ()), "dist-git", day("2025-01-01"))


def test_an_owner_who_comes_back_is_the_owner() -> None:
    evidence = [*looked_up(), ANN, access("bob", day("2025-01-01"))]
    found = facts(evidence).people
    assert isinstance(found, Known)
    assert found.value.maintainers == ("ann",)


def test_a_message_keeps_the_epel_assignee_that_only_a_look_up_tells() -> None:
    looked = told(AccessSeen(PackageAccess("ann", epel_assignee="eve")), day("2025-01-01"), "dist-git")
    heard = told(AccessSeen(PackageAccess("bob")), day("2025-02-01"))
    found = facts([*looked_up(), looked, heard]).people
    assert isinstance(found, Known)
    assert found.value == People(("eve",), ("bob",))


def test_an_epel_assignee_who_was_taken_back_is_none_though_a_message_had_told_the_same_access() -> None:
    plain = PackageAccess("bob")
    heard = told(AccessSeen(plain, partial=True), day("2025-01-01"))
    looked = told(AccessSeen(replace(plain, epel_assignee="eve")), day("2025-02-01"), "dist-git")
    again = told(AccessSeen(plain), day("2025-03-01"), "dist-git", confirmed=NOW)
    assert heard.key != again.key, "else the look-up would only confirm what the message told"
    found = facts([*looked_up(), heard, looked, again]).people
    assert isinstance(found, Known)
    assert found.value.maintainers == ("bob",)


def test_the_list_of_all_packages_tells_a_new_owner_and_leaves_the_epel_assignee() -> None:
    looked = told(AccessSeen(PackageAccess("ann", epel_assignee="eve")), day("2025-01-01"), "dist-git")
    listed = told(AccessSeen(PackageAccess("bob"), partial=True), day("2025-02-01"), "dist-git")
    found = facts([*looked_up(), looked, listed]).people
    assert isinstance(found, Known)
    assert found.value == People(("eve",), ("bob",))


def test_a_package_that_dist_git_does_not_know_is_maintained_by_nobody() -> None:
    assert facts(looked_up()).people == Known(People((), ()), "dist-git", NOW)


def test_who_maintains_it_is_unknown_while_dist_git_is_silent() -> None:
    assert isinstance(facts([*looked_up(but=ACCESS), ANN]).people, Missing)


def test_offline_a_message_tells_who_maintains_it() -> None:
    found = facts([access("ann", day("2024-01-01"), source="bus")], seen_from=horizon(online=False)).people
    assert isinstance(found, Known)


def test_who_is_first_seen_today_is_the_best_answer_for_a_day_before() -> None:
    found = facts([*looked_up(), access("ann", NOW)], as_of=date(2025, 1, 1)).people
    assert isinstance(found, Known)
    assert found.value.maintainers == ("ann",)


# Announcements


def test_a_maintainers_post_announces() -> None:
    assert announced_by([ANN, read(day("2026-10-01"))]) == "P1"


def test_a_co_maintainers_post_announces() -> None:
    both = told(AccessSeen(PackageAccess("bob", committers=("ann",))), day("2024-01-01"), "dist-git")
    assert announced_by([both, read(day("2026-10-01"))]) == "P1"


def test_a_strangers_post_goes_to_triage() -> None:
    found = facts([*looked_up(), ANN, read(day("2026-10-01"), author="mallory")])
    assert found.announcement is None
    assert doubts(found) == ["P1"]


def test_a_from_line_alone_entitles_nobody() -> None:
    assert announced_by([ANN, read(day("2026-10-01"), author=None)]) is None


def test_a_post_inside_a_discussion_goes_to_triage() -> None:
    found = facts([*looked_up(), ANN, read(day("2026-10-01"), starts=False)])
    assert found.announcement is None
    assert doubts(found) == ["P1"]


def test_a_post_that_the_reader_is_not_sure_about_goes_to_triage() -> None:
    found = facts([*looked_up(), ANN, read(day("2026-10-01"), meaning=Meaning.UNSURE)])
    assert found.announcement is None
    assert doubts(found) == ["P1"]


@pytest.mark.parametrize("meaning", [Meaning.OTHER, Meaning.ADOPTION, Meaning.ABI_CHANGE])
def test_a_post_about_something_else_is_nothing(meaning: Meaning) -> None:
    found = facts([*looked_up(), ANN, read(day("2026-10-01"), meaning=meaning)])
    assert (found.announcement, found.doubtful) == (None, ())


def test_a_member_of_an_entitled_group_may_announce() -> None:
    sig = PackageAccess("ann", members=(("epel-sig", ("gina",)),))
    evidence = [told(AccessSeen(sig), day("2024-01-01"), "dist-git"), read(day("2026-10-01"), author="gina")]
    assert announced_by(evidence) is None
    assert announced_by(evidence, entitled_groups=("epel-sig",)) == "P1"
    assert announced_by(evidence, entitled_groups=("@epel-sig",)) == "P1"


def test_a_groups_name_is_nobodys_account() -> None:
    evidence = [ANN, read(day("2026-10-01"), author="epel-sig")]
    assert announced_by(evidence, entitled_groups=("epel-sig",)) is None


def test_the_release_manager_announces_for_nobody() -> None:
    assert announced_by([ANN, read(day("2026-10-01"), author="smooge")], release_managers=("smooge",)) is None


def test_whoever_announces_and_then_gives_the_package_away_has_announced() -> None:
    evidence = [
        access("ann", day("2024-01-01"), seen=day("2026-10-01")),
        access("orphan", day("2026-10-02"), seen=NOW),
        read(day("2026-10-01", 13)),
    ]
    assert announced_by(evidence) == "P1"


def test_a_former_maintainer_does_not_announce() -> None:
    evidence = [
        access("ann", day("2024-01-01"), seen=day("2024-02-01")),
        access("bob", day("2025-01-01"), seen=NOW),
        read(day("2026-10-01")),
    ]
    assert announced_by(evidence) is None


def test_while_dist_git_is_silent_no_post_is_sure() -> None:
    found = facts([*looked_up(but=ACCESS), ANN, read(day("2026-10-01"))])
    assert found.announcement is None
    assert doubts(found) == ["P1"]


def test_a_post_about_all_collections_is_about_this_one() -> None:
    assert announced_by([ANN, read(day("2026-10-01"), collection=None)]) == "P1"


def test_a_post_about_another_collection_is_not() -> None:
    found = facts([*looked_up(), ANN, read(day("2026-10-01"), collection="epel8")])
    assert (found.announcement, found.doubtful) == (None, ())


def test_the_text_takes_back_what_the_subject_seemed_to_say() -> None:
    subject = read(day("2026-10-01"), collection=None, reason=None, complete=False)
    text = read(day("2026-10-01"), collection="epel8")
    assert announced_by([ANN, subject]) == "P1"
    assert announced_by([ANN, subject, text]) is None
    nothing = read(day("2026-10-01"), collection=None, meaning=Meaning.OTHER)
    assert announced_by([ANN, subject, nothing]) is None


def test_a_later_reading_of_a_post_replaces_the_one_before() -> None:
    before = read(day("2026-10-01"), collection="epel9", confirmed=day("2026-10-01"))
    after = read(day("2026-10-01"), collection="epel8", confirmed=day("2026-10-05"))
    assert announced_by([ANN, before]) == "P1"
    assert announced_by([ANN, before, after]) is None


def test_the_first_post_that_announces_counts() -> None:
    evidence = [ANN, read(day("2026-10-05"), post="P2"), read(day("2026-10-01"))]
    assert announced_by(evidence) == "P1"


def test_one_with_a_reason_counts_before_one_without() -> None:
    evidence = [ANN, read(day("2026-10-01"), reason=None), read(day("2026-10-05"), post="P2")]
    assert announced_by(evidence) == "P2"
    assert announced_by(evidence[:2]) == "P1"


def test_a_post_about_an_earlier_life_of_the_package_is_past() -> None:
    life = [
        tagged(OLD, day("2020-01-01")),
        untagged(OLD, day("2021-01-01")),
        tagged(FINAL, day("2024-06-03")),
    ]
    assert announced_by([ANN, *life, read(day("2020-12-01"))]) is None
    assert announced_by([ANN, *life, read(day("2026-10-01"))]) == "P1"


def test_offline_a_post_before_the_first_tagging_that_was_heard_of_counts() -> None:
    evidence = [access("ann", day("2020-01-01"), source="bus"), tagged(FINAL, day("2026-10-12"))]
    found = facts([*evidence, read(day("2026-10-01"))], seen_from=horizon(online=False))
    assert found.announcement is not None


def test_a_post_from_before_the_policy_was_in_force_gives_way_to_a_later_one() -> None:
    in_force = horizon(in_force_from=date(2026, 9, 1))
    old, new = read(day("2026-08-01")), read(day("2026-10-05"), post="P2", reason=None)
    found = facts([*looked_up(), ANN, old, new], seen_from=in_force).announcement
    assert found is not None
    assert found.read.post == "P2"
    alone = facts([*looked_up(), ANN, old], seen_from=in_force).announcement
    assert alone is not None, "history is shown"


def test_a_doubtful_post_from_before_the_policy_was_in_force_is_nobodys_task() -> None:
    doubtful = read(day("2026-08-01"), author=None)
    found = facts([*looked_up(), ANN, doubtful], seen_from=horizon(in_force_from=date(2026, 8, 2)))
    assert doubts(found) == []
    assert [post.read.post for post in found.doubtful_before] == ["P1"]
    same_day = facts([*looked_up(), ANN, doubtful], seen_from=horizon(in_force_from=date(2026, 8, 1)))
    assert doubts(same_day) == ["P1"]


# Syncs


def test_of_a_past_day_only_syncs_until_its_end_count() -> None:
    syncs = [synced(day("2026-10-01")), synced(day("2026-10-02", 23)), synced(day("2026-10-03", 0))]
    found = facts([*looked_up(), *syncs], as_of=date(2026, 10, 2))
    assert found.synced_at == (day("2026-10-01"), day("2026-10-02", 23))


def test_after_96_hours_without_a_sync_nobody_knows_what_is_public() -> None:
    last = NOW - timedelta(hours=96)
    assert facts([synced(last)]).sync_silence is None
    silence = facts([synced(last - timedelta(seconds=1))]).sync_silence
    assert silence is not None
    assert silence.since == last - timedelta(seconds=1)
    never = facts([]).sync_silence
    assert never is not None
    assert never.since is None


def test_a_past_day_is_measured_by_the_syncs_of_its_own_time() -> None:
    assert facts([synced(day("2026-01-01"))], as_of=date(2026, 1, 3)).sync_silence is None


# Decisions

DECIDED = day("2026-11-01")


def decision(evidence: list[Recorded], as_of: date | None = None) -> Action | None:
    found = facts([*whole_case(), *evidence], as_of=as_of).decision
    return None if found is None else found.action


def test_the_last_decision_counts() -> None:
    first = decided(Action.APPROVE, DECIDED)
    assert decision([first]) is Action.APPROVE
    assert decision([first, decided(Action.REJECT, DECIDED + timedelta(days=1))]) is Action.REJECT


def test_a_decision_is_unknown_on_the_day_before() -> None:
    assert decision([decided(Action.APPROVE, DECIDED)], as_of=date(2026, 10, 31)) is None


def test_a_decision_dies_when_its_post_changes() -> None:
    assert decision([decided(Action.APPROVE, DECIDED, post="P0")]) is None
    assert decision([decided(Action.APPROVE, DECIDED, post=None)]) is None


def test_a_decision_dies_when_a_newer_build_enters_an_update() -> None:
    newer = update("pending", day("2026-11-05"), NEWER, alias="B")
    assert decision([decided(Action.APPROVE, DECIDED), newer]) is None


def test_a_decision_dies_when_a_newer_build_is_tagged() -> None:
    assert decision([decided(Action.APPROVE, DECIDED), tagged(NEWER, day("2026-11-05"))]) is None


def test_a_dead_decision_does_not_come_back_to_life() -> None:
    gone = [
        update("pending", day("2026-11-05"), NEWER, alias="B"),
        update("unpushed", day("2026-11-06"), NEWER, alias="B"),
    ]
    assert decision([decided(Action.APPROVE, DECIDED), *gone]) is None
    anew = decided(Action.APPROVE, day("2026-11-07"))
    assert decision([decided(Action.APPROVE, DECIDED), *gone, anew]) is Action.APPROVE


def test_a_decision_survives_what_was_there_before_it() -> None:
    before = [
        update("pending", day("2026-10-05"), NEWER, alias="B"),
        update("unpushed", day("2026-10-06"), NEWER, alias="B"),
        update("unpushed", day("2026-11-06"), NEWER, alias="B"),
    ]
    assert decision([decided(Action.APPROVE, DECIDED), *before]) is Action.APPROVE


def test_a_decision_survives_while_a_source_is_silent() -> None:
    last_week = NOW - timedelta(days=7)
    blind = [one for one in whole_case() if one.confirmed != NOW or one.kind != "looked-up"]
    evidence = [*blind, *looked_up(at=last_week), decided(Action.APPROVE, DECIDED)]
    found = facts(evidence)
    assert isinstance(found.newest, Missing)
    assert isinstance(found.people, Missing)
    assert found.decision is not None


def test_a_decision_survives_while_the_newest_build_is_not_read_again() -> None:
    unread = [one for one in whole_case() if one.kind != "build-check"]
    found = facts([*unread, decided(Action.APPROVE, DECIDED), checked(OLD, "lacks")])
    assert found.decision is not None


def test_a_decision_on_another_collection_is_not_this_ones() -> None:
    assert decision([decided(Action.APPROVE, DECIDED, collection="epel8")]) is None


def test_every_fact_of_a_whole_case_is_known() -> None:
    found = facts(whole_case())
    known = (found.presence, found.newest, found.check, found.people)
    assert all(isinstance(one, Known) for one in known)
    assert isinstance(found.announcement.read if found.announcement else None, PostRead)
    assert found.sync_silence is None
