# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V4 retired-inside-a-cycle: the listing left while a minor was current, and not with a compose (L2).

A retirement that was approved is told which compose to leave with; one that was not has none to leave with.
Only on the very day of a GA, or when no further minor will come, may it go all the same. ``epel10`` is
free to drop packages between branchings.
"""

from __future__ import annotations

from collections.abc import Sequence

from epelbot.domain.calendar import Milestone
from epelbot.domain.verdict import Finding
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule
from epelbot.policy.violations import (
    departure,
    excused,
    speaks_of_own_commitment,
    unsettled,
    violated,
)


def _judge(case: Case) -> Finding | None:
    major, day = case.facts.collection.major, departure(case).day
    try:
        releases = case.calendar.releases(major, day, case.profile.calendar.cadence_months)
    except ValueError as unknown:
        return unsettled(
            case, "V4", str(unknown), RULE.required, remedy="see 'epelbot calendar' for the days it knows"
        )
    current = [one for one in releases if one.begins is not None and one.begins <= day]
    following = releases[len(current) :]
    if not following or any(day in (one.begins, one.happened) for one in current):
        return None
    return excused(case, "V4", RULE.required) or violated(
        case, "V4", f"inside {_cycle(current)}, and RHEL {_next(following[0])}", RULE.required
    )


def _cycle(current: Sequence[Milestone]) -> str:
    if not current:
        return "the time before the first minor"
    return f"the cycle of RHEL {current[-1].name} (since {current[-1].begins})"


def _next(minor: Milestone) -> str:
    if minor.expected is None:
        return f"{minor.name} was not out"
    overdue = ", overdue" if minor.overdue else ""
    return f"{minor.name} (expected about {minor.expected}{overdue}) was not out"


RULE = Rule(
    "V4",
    "retired-inside-a-cycle",
    needs=("departure",),
    judge=_judge,
    required="it leaves with a compose, approved before the freeze (L2)",
    waivable_by=RELEASE_MANAGER,
    concerns=lambda case: speaks_of_own_commitment(case) and not case.facts.collection.is_leading,
)
