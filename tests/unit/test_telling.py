# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to be told what, once per cause (DESIGN, Tell)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action, EarliestCompose
from epelbot.policy.judgement import judge
from epelbot.policy.telling import (
    COMPLETE,
    DEMANDED,
    Audience,
    Telling,
    complete_cause,
    pause_after,
    tellings,
)
from epelbot.shipped import load_calendar, load_profile
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
    looked_up,
    read,
    synced,
    tagged,
    untagged,
    update,
    whole_case,
)

LIVES = [
    *looked_up(),
    access("ann", day("2024-01-01"), seen=NOW),
    tagged(OLD, day("2024-06-03")),
    checked(OLD, "lacks"),
    synced(NOW),
]
POST = read(day("2026-11-01"))


def excuse_of(evidence: list[Recorded], *, was_told: bool = False) -> Excuse:
    found = facts(evidence)
    return judge(replace(found, told_at=NOW) if was_told else found, load_calendar(), load_profile())


def causes(evidence: list[Recorded], *, was_told: bool = False) -> dict[str, str]:
    return {one.rule: one.cause for one in tellings(excuse_of(evidence, was_told=was_told))}


def test_a_package_that_nobody_wants_to_retire_gives_nothing_to_tell() -> None:
    assert causes(LIVES) == {}


def test_a_step_that_is_missing_is_told_to_the_maintainers() -> None:
    (one,) = tellings(excuse_of([*LIVES, POST]))
    assert (one.rule, one.audience) == ("R2", Audience.MAINTAINERS)


def test_a_complete_retirement_is_told_to_the_release_manager() -> None:
    (one,) = tellings(excuse_of(whole_case()))
    assert (one.rule, one.audience) == (COMPLETE, Audience.RELEASE_MANAGER)
    assert one.cause == complete_cause(excuse_of(whole_case()))


def test_what_only_waits_or_cannot_be_known_is_told_to_nobody() -> None:
    waiting = [*LIVES, POST, update("testing", NOW), checked(FINAL)]
    assert causes(waiting) == {}
    blind = [*LIVES, POST, update("testing", NOW)]
    assert causes(blind) == {}


def test_while_it_cannot_be_known_whether_it_is_announced_nobody_is_asked_for_anything() -> None:
    assert causes([*LIVES, read(day("2026-10-01"), reason=None, complete=False)]) == {}


def test_a_strangers_post_asks_the_maintainer_for_nothing() -> None:
    assert causes([*LIVES, read(day("2026-10-01"), author="mallory")]) == {}


def test_the_same_step_is_the_same_cause_whatever_else_comes_in() -> None:
    first = causes([*LIVES, POST])
    plain = [update("testing", NOW), checked(FINAL, "lacks")]
    assert causes([*LIVES, POST, *plain]) == first, "another build without any sign of the file is no news"


def test_a_near_miss_is_news_and_so_is_the_next_one() -> None:
    first = causes([*LIVES, POST])
    near = causes([*LIVES, POST, update("testing", NOW), checked(FINAL, "near-miss")])
    nearer = causes([*LIVES, POST, update("testing", NOW, NEWER), checked(NEWER, "near-miss")])
    assert len({first["R2"], near["R2"], nearer["R2"]}) == 3


def test_a_build_that_undoes_a_final_build_is_news() -> None:
    undone = [*whole_case(), update("testing", NOW, NEWER, alias="B"), checked(NEWER, "lacks")]
    assert causes(undone)["R2"] != causes([*LIVES, POST])["R2"]


def test_another_post_or_build_is_another_complete_retirement() -> None:
    other_post = [one for one in whole_case() if one.kind != "reading"] + [read(day("2026-10-02"), post="P2")]
    other_build = [*whole_case(), tagged(NEWER, day("2026-11-01")), checked(NEWER)]
    assert len({causes(one)[COMPLETE] for one in (whole_case(), other_post, other_build)}) == 3


def test_once_it_is_gone_or_rejected_nobody_has_anything_to_do() -> None:
    assert causes([*whole_case(), decided(Action.REJECT, day("2026-11-01"))]) == {}
    gone = [untagged(OLD, NOW), untagged(FINAL, NOW)]
    assert causes([*LIVES, POST, tagged(FINAL, day("2026-10-12")), *gone]) == {}


def test_the_cause_stays_once_it_is_told_approved_or_deferred() -> None:
    told = causes(whole_case())
    assert causes(whole_case(), was_told=True) == told
    for action in (Action.APPROVE, Action.DEFER):
        assert causes([*whole_case(), decided(action, day("2026-11-01"), minor="9.10")]) == told


# When


def one_telling(evidence: list[Recorded], as_of: date | None = None) -> Telling:
    found = judge(facts(evidence, as_of=as_of), load_calendar(), load_profile())
    (one,) = tellings(found)
    return one


def test_a_step_is_due_before_the_minor_with_which_the_package_may_leave() -> None:
    assert one_telling([*LIVES, POST], as_of=date(2026, 11, 5)).due == date(2026, 11, 20)
    assert one_telling(whole_case(), as_of=date(2026, 10, 15)).due == date(2026, 11, 20)


def test_a_minor_that_is_overdue_may_be_out_any_day_and_so_its_day_stays() -> None:
    assert one_telling([*LIVES, POST], as_of=date(2026, 11, 23)).due == date(2026, 11, 20)


def test_where_no_minor_comes_any_more_no_day_presses() -> None:
    excuse = excuse_of([*LIVES, POST])
    assert excuse.retirement is not None
    any_day = EarliestCompose(None, None, date(2026, 11, 24), projected=False)
    closed = replace(excuse, retirement=replace(excuse.retirement, earliest_compose=any_day))
    assert [one.due for one in tellings(closed)] == [None]


def test_news_is_what_was_measured_what_to_do_and_the_day() -> None:
    first = one_telling([*LIVES, POST])
    assert one_telling([*LIVES, POST], as_of=date(2026, 11, 22)).news == first.news, "time alone is no news"
    plain = [update("testing", NOW), checked(FINAL, "lacks")]
    assert one_telling([*LIVES, POST, *plain]).news != first.news


def test_nobody_is_reminded_of_what_has_been_decided() -> None:
    told = one_telling([*whole_case(), decided(Action.APPROVE, day("2026-11-01"))])
    assert (told.once, told.due) == (True, None)
    assert not one_telling(whole_case()).once


def test_pauses_double_and_are_never_longer_than_30_days() -> None:
    assert [pause_after(times).days for times in range(7)] == [7, 7, 14, 28, 30, 30, 30]


def test_the_policy_itself_demands_no_more_than_these() -> None:
    """POLICY R4, R6, R7 and Violations say that people are told; R1 and R2 that something is to be done."""
    assert DEMANDED == ("R4", "R6", "R7", "V1", "V2", "V3", "V4", "V5")
    assert pause_after(1) == timedelta(days=7)
