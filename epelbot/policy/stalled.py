# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R6 stalled: announced, and after some weeks still no final build."""

from __future__ import annotations

from datetime import timedelta

from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy import final_build
from epelbot.policy.adoption import is_paused
from epelbot.policy.rule import Case, Rule

_WAITS_FOR_A_BUILD = (Verdict.MUST_ACT, Verdict.OTHERS_MUST_ACT)


def _judge(case: Case) -> Finding | None:
    facts, post = case.facts, case.facts.announcement
    built = final_build.RULE.apply(case)
    if post is None or built is None or built.verdict not in _WAITS_FOR_A_BUILD or facts.undone:
        return None
    weeks = case.profile.retirement.stall_weeks
    stalls_on = post.posted_at.date() + timedelta(weeks=weeks)
    since = f"no final build since the announcement on {post.posted_at:%Y-%m-%d}"
    evidence = (Evidence("the announcement", post.read.url, post.posted_at),)
    required = f"a final build within {weeks} weeks after the announcement"
    if facts.as_of < stalls_on:
        return Finding(
            "R6",
            Verdict.OK,
            f"{since}; a reminder follows on {stalls_on}",
            required,
            flips_on=stalls_on,
            evidence=evidence,
        )
    if built.verdict is Verdict.MUST_ACT:
        return Finding(
            "R6",
            Verdict.MUST_ACT,
            since,
            required,
            remedy="make the final build, or say in the thread of the announcement that the package stays",
            evidence=evidence,
        )
    return Finding(
        "R6",
        Verdict.OTHERS_MUST_ACT,
        since,
        required,
        remedy=final_build.FOR_OTHERS,
        evidence=evidence,
    )


RULE = Rule(
    "R6",
    "stalled",
    # What R2 cannot know, R2 says.
    needs=(),
    judge=_judge,
    required="a final build soon after the announcement",
    concerns=lambda case: (
        case.leaving
        and case.facts.announcement is not None
        and case.facts.decision is None
        and case.facts.departure is None
        # Where no final build is asked for, nobody waits for one.
        and "R2" not in case.not_asked
        and not is_paused(case.facts)
    ),
)
