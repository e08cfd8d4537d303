# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A retirement's states, derived from evidence (POLICY R), and what the excuse says of the whole listing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts
from epelbot.domain.retirement import Action, Retirement, State
from epelbot.domain.verdict import Verdict
from epelbot.policy.judgement import judge
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import (
    FINAL,
    NEWER,
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
    read,
    synced,
    tagged,
    untagged,
    update,
    whole_case,
)

CALENDAR, PROFILE = load_calendar(), load_profile()
LIVES = [
    *looked_up(),
    access("ann", day("2024-01-01"), seen=NOW),
    tagged(OLD, day("2024-06-03")),
    checked(OLD, "lacks"),
    synced(NOW),
]
POST = read(day("2026-10-01"))
TESTING = [update("testing", day("2026-10-04")), checked(FINAL)]
STABLE = [tagged(FINAL, day("2026-10-12")), checked(FINAL)]


def judged(found: Facts, *, was_told: bool = False) -> Excuse:
    return judge(replace(found, told_at=NOW) if was_told else found, CALENDAR, PROFILE)


def retirement(evidence: list[Recorded], *, was_told: bool = False) -> Retirement:
    found = judged(facts(evidence), was_told=was_told).retirement
    assert found is not None
    return found


def test_a_final_build_without_a_post_has_begun() -> None:
    assert retirement([*LIVES, *TESTING]).state is State.BEGUN


def test_a_near_miss_is_a_beginning_too() -> None:
    assert retirement([*LIVES, update("testing", NOW), checked(FINAL, "near-miss")]).state is State.BEGUN


def test_a_post_announces() -> None:
    assert retirement([*LIVES, POST]).state is State.ANNOUNCED


def test_a_final_build_that_is_not_public_yet() -> None:
    assert retirement([*LIVES, POST, *TESTING]).state is State.FINAL_BUILD


def test_a_public_one_is_in_updates_until_the_notice_is_written_and_then_queued() -> None:
    assert retirement([*LIVES, POST, *STABLE]).state is State.IN_UPDATES
    assert retirement([*LIVES, POST, *STABLE], was_told=True).state is State.QUEUED


def test_a_newer_build_without_the_file_opens_it_again() -> None:
    undone = [*LIVES, POST, *STABLE, update("pending", NOW, NEWER, alias="B"), checked(NEWER, "lacks")]
    found = retirement(undone, was_told=False)
    assert (found.state, found.build_is_a_try) == (State.ANNOUNCED, True)


@pytest.mark.parametrize(
    ("action", "state"),
    [(Action.APPROVE, State.APPROVED), (Action.DEFER, State.DEFERRED), (Action.REJECT, State.REJECTED)],
)
def test_a_decision_is_the_state_while_it_stands(action: Action, state: State) -> None:
    assert retirement([*whole_case(), decided(action, day("2026-11-01"), minor="9.10")]).state is state


@pytest.mark.parametrize("how", [[blocked(NOW)], [untagged(OLD, NOW), untagged(FINAL, NOW)]])
def test_blocked_or_untagged_it_is_retired_and_owes_nobody_a_step(how: list[Recorded]) -> None:
    approved = decided(Action.APPROVE, day("2026-11-01"))
    excuse = judged(facts([*LIVES, POST, *STABLE, approved, *how]))
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.RETIRED
    assert {one.verdict for one in excuse.findings} <= {Verdict.OK}
    assert excuse.verdict is Verdict.OK


def test_a_package_that_left_without_a_word_is_retired_all_the_same() -> None:
    excuse = judged(facts([*LIVES, untagged(OLD, day("2026-10-01"))]))
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.RETIRED
    assert excuse.notes == ("the last build of foo was untagged from epel9 on 2026-10-01",)
    assert excuse.verdict is Verdict.VIOLATED


def test_a_day_before_the_entry_says_that_the_package_was_not_there() -> None:
    excuse = judged(facts([*looked_up(), access("ann", day("2024-01-01"), seen=NOW)]))
    assert excuse.notes == ("foo was not in epel9 by then",)


def test_a_package_that_never_was_in_the_collection_cannot_leave_it() -> None:
    excuse = judged(facts([*looked_up(), POST, access("ann", day("2024-01-01"), seen=NOW)]))
    assert (excuse.retirement, excuse.findings) == (None, ())
    assert excuse.notes == ("its retirement is announced, but it never was in epel9",)


def test_nothing_is_owed_or_asked_for_in_a_closed_collection() -> None:
    seen = horizon(tags=("epel7",))
    evidence = [tagged(OLD, day("2020-01-01"), "epel7"), read(day("2024-08-01"), collection="epel7")]
    excuse = judged(facts([*LIVES, *evidence], seen_from=seen, collection="epel7"))
    assert (excuse.retirement, excuse.findings, excuse.verdict) == (None, (), Verdict.OK)
    assert excuse.notes == ("epel7 is closed: RHEL 7 ended on 2024-06-30",)


def test_a_trailing_collection_has_no_commitment_of_its_own() -> None:
    seen = horizon(tags=("epel10.1",))
    evidence = [tagged(OLD, day("2026-01-01"), "epel10.1"), read(day("2026-10-01"), collection="epel10.1")]
    excuse = judged(facts([*LIVES, *evidence], seen_from=seen, collection="epel10.1"))
    assert excuse.lifetime is None
    assert not {"L1", "L2"} & {one.rule for one in excuse.findings}
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.ANNOUNCED


def test_in_epel10_l2_is_silent_and_r4_says_that_nobody_has_decided() -> None:
    tag = "epel10.3"
    evidence = [
        *LIVES,
        tagged(OLD, day("2025-06-03"), tag),
        tagged(FINAL, day("2026-10-12"), tag),
        read(day("2026-10-01"), collection="epel10"),
        checked(FINAL),
        synced(NOW, tag),
    ]
    found = facts(evidence, seen_from=horizon(tags=(tag,)), collection="epel10")
    excuse = judged(found, was_told=True)
    by_rule = {one.rule: one for one in excuse.findings}
    assert "L2" not in by_rule
    assert by_rule["R4"].verdict is Verdict.OTHERS_MUST_ACT
    assert excuse.retirement is not None
    assert (excuse.retirement.state, excuse.retirement.steps.release_manager_told) == (State.QUEUED, True)
    assert excuse.tag == tag


def test_a_listings_verdict_is_the_worst_of_its_findings() -> None:
    excuse = judged(facts([*LIVES, POST]))
    assert excuse.verdict is Verdict.MUST_ACT
    assert excuse.verdict is max(one.verdict for one in excuse.findings)


def test_verdicts_stand_worst_last() -> None:
    words = ["ok", "waived", "wait", "others-must-act", "must-act", "cannot-know", "violated"]
    assert [one.value for one in sorted(map(Verdict, sorted(words)))] == words


def test_the_excuse_flips_on_the_first_day_on_which_a_finding_does() -> None:
    young = [*looked_up(), tagged(OLD, day("2026-06-15"))]
    excuse = judged(facts(young))
    assert excuse.flips_on is not None
    assert excuse.flips_on == min(one.flips_on for one in excuse.findings if one.flips_on)
    assert excuse.flips_on > excuse.as_of


def test_a_retirement_began_with_its_post_and_else_with_its_build() -> None:
    assert retirement([*LIVES, POST, *STABLE]).began_at == day("2026-10-01")
    assert retirement([*LIVES, *STABLE]).began_at == day("2026-10-12")


def test_what_the_calendar_does_not_know_is_a_note_and_no_failure() -> None:
    seen = horizon(tags=("epel99",))
    evidence = [*looked_up(), tagged(OLD, day("2026-01-01"), "epel99")]
    # RHEL 99 is told by nobody yet.
    excuse = judged(facts(evidence, seen_from=seen, collection="epel99.0"), was_told=False)
    assert excuse.lifetime is None
    assert any("RHEL 99" in note for note in excuse.notes)


def test_an_approval_counts_from_its_own_day_on() -> None:
    evidence = [*whole_case(), decided(Action.APPROVE, day("2026-11-01"))]
    before = judge(facts(evidence, as_of=date(2026, 10, 31)), CALENDAR, PROFILE).retirement
    assert before is not None
    assert before.decision is None
