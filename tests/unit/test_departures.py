# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a listing left, by whose hand and when, from evidence in any order (POLICY, Words and Violations)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.departure import Act, Departure, How
from epelbot.domain.evidence import PackageListChanged, Recorded
from epelbot.domain.facts import Horizon, Known, Missing
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action
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
    told,
    untagged,
    update,
    whole_case,
)
from tests.unit.departed import LIVES

A_SECOND = timedelta(seconds=1)
GRACE = timedelta(hours=48)


def departure(
    *evidence: Recorded, as_of: str | None = None, seen_from: Horizon | None = None, lives: bool = True
) -> Departure | Missing | None:
    known = [*LIVES, *evidence] if lives else list(evidence)
    asked = date.fromisoformat(as_of) if as_of else None
    return facts(known, as_of=asked, seen_from=seen_from).departure


def left(*evidence: Recorded, as_of: str | None = None, seen_from: Horizon | None = None) -> Departure:
    found = departure(*evidence, as_of=as_of, seen_from=seen_from)
    assert isinstance(found, Departure)
    return found


def test_a_listing_that_is_there_has_not_left() -> None:
    assert departure() is None


def test_one_build_untagged_is_no_departure() -> None:
    assert departure(tagged(FINAL, day("2026-10-12")), untagged(OLD, day("2026-11-01"))) is None


def test_it_has_left_when_its_last_build_is_untagged() -> None:
    found = left(
        tagged(FINAL, day("2026-10-12")), untagged(OLD, day("2026-11-01")), untagged(FINAL, day("2026-11-02"))
    )
    assert found.at == day("2026-11-02")
    assert found.acts == (Act(How.UNTAGGED, day("2026-11-02"), "epel9", "releng", FINAL),)


def test_it_has_left_when_it_is_blocked_though_builds_are_tagged() -> None:
    found = left(blocked(day("2026-11-01"), by="smooge", source="koji"))
    assert (found.at, found.acts) == (
        day("2026-11-01"),
        (Act(How.BLOCKED, day("2026-11-01"), "epel9", "smooge"),),
    )


def test_a_message_tells_no_name_and_koji_an_earlier_time_but_it_is_one_block() -> None:
    found = left(
        blocked(day("2026-11-01") + A_SECOND),
        blocked(day("2026-11-01"), by="smooge", source="koji"),
    )
    assert found.acts == (Act(How.BLOCKED, day("2026-11-01"), "epel9", "smooge"),)


def test_a_block_that_was_only_looked_at_was_set_no_later_than_then() -> None:
    looked = told(PackageListChanged("epel9", "seen", blocked=True), day("2026-11-05"), "koji")
    assert left(looked).at == day("2026-11-05")


def test_it_left_with_the_first_of_block_and_untagging() -> None:
    assert left(blocked(day("2026-11-01")), untagged(OLD, day("2026-11-02"))).at == day("2026-11-01")
    assert left(blocked(day("2026-11-02")), untagged(OLD, day("2026-11-01"))).at == day("2026-11-01")


def test_a_block_taken_back_is_undone_and_a_second_one_counts_from_its_own_day() -> None:
    undone = [blocked(day("2026-11-01")), blocked(day("2026-11-03"), stays=False)]
    assert departure(*undone) is None
    assert left(*undone, blocked(day("2026-11-10"))).at == day("2026-11-10")


def test_what_is_tagged_again_is_back() -> None:
    assert departure(untagged(OLD, day("2026-11-01")), tagged(OLD, day("2026-11-05"))) is None


def test_what_never_was_in_the_collection_cannot_leave_it() -> None:
    elsewhere = [*looked_up(), access("ann", day("2024-01-01"), seen=NOW)]
    assert departure(*elsewhere, blocked(day("2026-11-01")), tip(NOW), lives=False) is None


def test_a_branch_that_was_dead_before_the_listing_entered_is_no_departure_of_it() -> None:
    killed = day("2024-05-01")
    assert departure(pushed(killed), tip(NOW, since=killed)) is None
    assert departure(tip(NOW, since=killed)) is None


def test_a_dead_branch_counts_after_its_grace() -> None:
    before_the_end = [pushed(NOW - GRACE + A_SECOND), tip(NOW, since=NOW - GRACE + A_SECOND)]
    assert not left(*before_the_end).counts
    after_it = left(pushed(NOW - GRACE), tip(NOW, since=NOW - GRACE))
    assert after_it.counts
    assert after_it.at == NOW
    assert after_it.acts == (Act(How.DEAD_PACKAGE, NOW - GRACE, "epel9", "bob", "aaaa", "nobody uses it"),)


def test_grace_hours_are_the_profile_s() -> None:
    known = [*LIVES, pushed(day("2026-11-20")), tip(NOW, since=day("2026-11-20"))]
    found = facts(known, profile=Profile(grace_hours=6)).departure
    assert isinstance(found, Departure)
    assert found.at == day("2026-11-20") + timedelta(hours=6)


def test_a_block_in_the_grace_counts_at_once_and_the_commit_tells_who_began() -> None:
    begun = NOW - timedelta(hours=20)
    found = left(pushed(begun), tip(NOW, since=begun), blocked(NOW - timedelta(hours=2), by="releng"))
    assert (found.counts, found.at) == (True, NOW - timedelta(hours=2))
    assert [(act.how, act.by) for act in found.acts] == [
        (How.DEAD_PACKAGE, "bob"),
        (How.BLOCKED, "releng"),
    ]


def test_look_ups_alone_tell_the_commit_and_its_author() -> None:
    found = left(tip(NOW, since=day("2026-11-01")))
    assert found.acts == (Act(How.DEAD_PACKAGE, day("2026-11-01"), "epel9", "Bob", "aaaa", "nobody uses it"),)


def test_a_branch_that_replays_old_history_has_not_died() -> None:
    replayed = [
        pushed(day("2026-11-01"), revision="1111"),
        pushed(day("2026-11-01"), "removed", revision="2222"),
        pushed(day("2026-11-01") + A_SECOND, revision="3333"),
    ]
    assert departure(*replayed, tip(day("2026-11-02"), None)) is None


def test_a_replay_does_not_take_the_place_of_the_commit_at_the_tip() -> None:
    killed, replayed = day("2026-11-01"), day("2026-11-10")
    found = left(
        pushed(killed, revision="aaaa", by="bob"),
        pushed(replayed, revision="1111", by="carol"),
        tip(NOW, since=killed, revision="aaaa"),
    )
    assert [(act.at, act.by) for act in found.acts] == [(killed, "bob")]


def test_an_un_retired_branch_is_alive_again() -> None:
    dead = [pushed(day("2026-11-01")), tip(day("2026-11-02"), since=day("2026-11-01"))]
    assert isinstance(departure(*dead), Departure)
    taken_out = pushed(day("2026-11-04"), "removed", revision="bbbb")
    assert departure(*dead, taken_out) is None
    assert departure(*dead, taken_out, tip(day("2026-11-05"), None)) is None
    assert departure(*dead, tip(day("2026-11-05"), None)) is None


def test_another_branch_is_another_listing() -> None:
    assert departure(pushed(day("2026-11-01"), branch="epel8"), tip(NOW, branch="epel8")) is None


def test_a_push_that_nobody_could_confirm_is_not_known_to_be_a_departure() -> None:
    found = departure(pushed(day("2026-11-01")))
    assert isinstance(found, Missing)
    assert "pushed on 2026-11-01" in found.why
    later = departure(tip(day("2026-10-01"), None), pushed(day("2026-11-01")))
    assert isinstance(later, Missing)


def test_without_look_ups_a_push_alone_proves_nothing() -> None:
    found = departure(pushed(day("2026-11-01")), seen_from=horizon(online=False))
    assert isinstance(found, Missing)
    assert "sources.online is off" in found.why


def test_an_unconfirmed_push_does_not_hide_a_block() -> None:
    assert left(pushed(day("2026-11-01")), blocked(day("2026-11-02"))).at == day("2026-11-02")


def test_while_koji_is_silent_a_sign_of_departure_is_not_forgotten() -> None:
    silent = [one for one in LIVES if one not in looked_up()] + looked_up(but="tag-history")
    down = horizon(error="Koji does not answer")
    for sign in (blocked(day("2026-11-01")), untagged(OLD, day("2026-11-01")), tip(NOW)):
        found = departure(*silent, sign, lives=False, seen_from=down)
        assert isinstance(found, Missing)
    assert departure(*silent, lives=False, seen_from=down) is None


def test_what_left_before_the_policy_was_in_force_is_history() -> None:
    since = replace(horizon(), in_force_from=date(2026, 11, 2))
    assert not left(blocked(day("2026-11-01")), seen_from=since).in_force
    assert left(blocked(day("2026-11-02")), seen_from=since).in_force


def test_a_past_day_shows_what_had_happened_by_then() -> None:
    evidence = [blocked(day("2026-11-01")), blocked(day("2026-11-10"), stays=False)]
    assert departure(*evidence, as_of="2026-10-31") is None
    assert left(*evidence, as_of="2026-11-05").at == day("2026-11-01")
    assert departure(*evidence, as_of="2026-11-10") is None


def test_its_last_build_is_the_latest_that_was_tagged_when_it_left() -> None:
    final = tagged(FINAL, day("2026-10-12"))
    blocked_only = left(final, blocked(day("2026-11-01")))
    assert blocked_only.last_build is not None
    assert str(blocked_only.last_build.nvr) == FINAL
    # One after another, an hour apart: still one act.
    hour = timedelta(hours=1)
    all_out = left(final, untagged(FINAL, day("2026-11-01")), untagged(OLD, day("2026-11-01") + hour))
    assert all_out.last_build is not None
    assert str(all_out.last_build.nvr) == FINAL
    # What had been taken out long before was not what its users had.
    only_old = left(final, untagged(FINAL, day("2026-10-20")), untagged(OLD, day("2026-11-01")))
    assert only_old.last_build is not None
    assert str(only_old.last_build.nvr) == OLD


def test_what_its_last_build_says_is_known_though_it_is_untagged() -> None:
    known = [*LIVES, checked(OLD, "lacks"), untagged(OLD, day("2026-11-01"))]
    found = facts(known).last_check
    assert isinstance(found, Known)
    assert found.value.nvr == OLD
    assert isinstance(facts([*LIVES, untagged(OLD, day("2026-11-01"))]).last_check, Missing)
    assert facts(LIVES).last_check is None


def test_an_approval_that_stood_when_it_left_stands_for_good() -> None:
    approved = [*whole_case(), decided(Action.APPROVE, day("2026-11-01"))]
    gone = [*approved, blocked(day("2026-11-10"))]
    found = facts(gone).departure
    assert isinstance(found, Departure)
    assert found.approved
    # Another post later, or another build: what was right on that day stays right.
    for later in (
        read(day("2026-11-12"), post="P0", reason="x"),
        update("testing", day("2026-11-15"), "foo-2-1.el9", alias="B"),
    ):
        found = facts([*gone, later]).departure
        assert isinstance(found, Departure)
        assert found.approved


def test_other_decisions_and_dead_approvals_are_none() -> None:
    for made in (
        [],
        [decided(Action.DEFER, day("2026-11-01"), minor="9.10")],
        [decided(Action.APPROVE, day("2026-11-01")), decided(Action.REJECT, day("2026-11-05"))],
        [decided(Action.APPROVE, day("2026-11-01"), build=OLD)],
        [decided(Action.APPROVE, day("2026-11-12"))],
    ):
        found = facts([*whole_case(), *made, blocked(day("2026-11-10"))]).departure
        assert isinstance(found, Departure)
        assert not found.approved


EVENTS = [
    tagged(FINAL, day("2026-10-12")),
    untagged(OLD, day("2026-11-01")),
    untagged(FINAL, day("2026-11-02")),
    blocked(day("2026-11-02") + A_SECOND),
    blocked(day("2026-11-02"), by="smooge", source="koji"),
    blocked(day("2026-11-04"), stays=False),
    tagged(FINAL, day("2026-11-04")),
    pushed(day("2026-10-30")),
    pushed(day("2026-10-30"), "removed", revision="bbbb"),
    tip(day("2026-10-31"), since=day("2026-10-30")),
    tip(day("2026-11-05"), None),
    checked(FINAL, "lacks"),
]


@given(st.lists(st.sampled_from(EVENTS), unique_by=id), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repetition_make_no_difference(events: list[Recorded], dice: object) -> None:
    shuffled = [*events, *events]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert departure(*events) == departure(*shuffled)
    assert facts([*LIVES, *events]).last_check == facts([*LIVES, *shuffled]).last_check
