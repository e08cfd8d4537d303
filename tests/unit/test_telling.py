# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to be told what, once per cause (DESIGN, Tell)."""

from __future__ import annotations

from dataclasses import replace

from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.policy.judgement import judge
from epelbot.policy.telling import COMPLETE, Audience, complete_cause, tellings
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
POST = read(day("2026-10-01"))


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
