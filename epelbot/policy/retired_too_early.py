# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V1 retired-too-early: the listing left before its commitment was over (L1)."""

from __future__ import annotations

from epelbot.domain.verdict import Finding
from epelbot.errors import BadInput
from epelbot.policy.minimum_lifetime import lifetime
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, needed
from epelbot.policy.violations import (
    departure,
    excused,
    speaks_of_own_commitment,
    unsettled,
    violated,
)


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    presence = needed(facts.presence)
    entry = presence.value.entry
    if entry is None:
        return None
    day = departure(case).day
    try:
        clock = lifetime(facts.collection, entry.day, day, case.calendar, case.profile)
    except BadInput as impossible:
        return unsettled(
            case, "V1", str(impossible), RULE.required, remedy="see 'epelbot calendar' for the days it knows"
        )
    if clock.over:
        return None
    in_rhel = excused(case, "V1", RULE.required)
    if in_rhel is not None:
        return in_rhel
    if any(one.entry is None for one in facts.inherited):
        return unsettled(
            case,
            "V1",
            "it inherits the entry of a package that it succeeds, which nobody knows",
            RULE.required,
            remedy="wait until Koji answers, or look into 'epelbot doctor'",
        )
    if presence.source != "Koji":
        # What messages tell of first may be a build long after the entry.
        return unsettled(
            case,
            "V1",
            "when it entered is known from messages alone, which may have begun later",
            RULE.required,
            remedy="switch sources.online on, so that Koji is asked",
        )
    about = "about " if clock.projected else ""
    at_the_latest = f", at the latest {clock.latest}" if clock.latest != clock.ends else ""
    owed = f"entered {clock.entered}, owed until {about}{clock.ends}{at_the_latest}"
    return violated(case, "V1", owed, RULE.required)


RULE = Rule(
    "V1",
    "retired-too-early",
    needs=("departure", "presence"),
    judge=_judge,
    required="it stays until its commitment is over (L1)",
    waivable_by=RELEASE_MANAGER,
    concerns=speaks_of_own_commitment,
)
