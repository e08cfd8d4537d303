# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V5 retired-from-a-trailing-collection: it left ``epel10.N`` while RHEL 10.N was current (L, RHEL 10)."""

from __future__ import annotations

from epelbot.domain.verdict import Finding
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule
from epelbot.policy.violations import departure, speaks, unsettled, violated


def _judge(case: Case) -> Finding | None:
    collection, day = case.facts.collection, departure(case).day
    if collection.minor is None:
        return None
    calendar = case.calendar
    try:
        branched = calendar.branching(collection.major, collection.minor, case.facts.as_of)
        releases = calendar.releases(collection.major, day, case.profile.calendar.cadence_months)
    except ValueError as unknown:
        return unsettled(
            case, "V5", str(unknown), RULE.required, remedy="see 'epelbot calendar' for the days it knows"
        )
    following = [one for one in releases if one.number > collection.minor]
    if following and following[0].happened is not None:
        return None
    if branched.happened is None:
        return unsettled(
            case,
            "V5",
            f"on which day {collection} was branched is not known: it may have left epel{collection.major} "
            "before that",
            RULE.required,
            remedy="enter the day with 'epelbot calendar add'",
        )
    if day < branched.happened:
        # It left the leading collection, whose tag this was, and never was in this one.
        return None
    until = f"RHEL {following[0].name}" if following else f"the end of RHEL {collection.major}"
    return violated(case, "V5", f"{until} had not come", RULE.required)


RULE = Rule(
    "V5",
    "retired-from-a-trailing-collection",
    needs=("departure",),
    judge=_judge,
    required="nothing leaves a trailing collection before its minor is superseded",
    waivable_by=RELEASE_MANAGER,
    concerns=lambda case: speaks(case) and case.facts.collection.is_trailing,
)
