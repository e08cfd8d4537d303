# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V3 retired-without-final-build: the last build that its users got does not say that it is retired (R2)."""

from __future__ import annotations

from epelbot.domain.verdict import Finding
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, needed
from epelbot.policy.violations import excused, speaks_of_own_commitment, unsettled, violated


def _judge(case: Case) -> Finding | None:
    last = needed(case.facts.last_check).value
    if last.outcome == "carries":
        return None
    said = f"of its last build, {last.nvr}: {last.why}"
    if last.outcome == "unreadable":
        return unsettled(
            case, "V3", said, RULE.required, remedy="look into that build's RPMs in Koji yourself"
        )
    return excused(case, "V3", RULE.required) or violated(
        case,
        "V3",
        said,
        RULE.required,
        remedy="bring it back and ship a final build first, or ask the release manager for a waiver",
    )


RULE = Rule(
    "V3",
    "retired-without-final-build",
    needs=("departure", "last_check"),
    judge=_judge,
    required="the last build in the stable repository tells its users that it is retired (R2)",
    waivable_by=RELEASE_MANAGER,
    concerns=speaks_of_own_commitment,
)
