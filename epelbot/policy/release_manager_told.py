# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R4 release-manager-told: the notice to the release manager is written.

In ``epel10``, where L2 doesn't apply, and where L2 is waived, this rule also says what the release manager
has to do: decide, and once the day has come drop what was approved.
"""

from __future__ import annotations

from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.adoption import is_paused
from epelbot.policy.rule import Case, Rule

_MAIL = {
    "held": "its mail is held: delivery is off",
    "due": "its mail is about to be sent",
    "sent": "its mail is sent",
    "parked": "its mail could not be sent and is parked",
    "discarded": "its mail was discarded by hand",
    "superseded": "its mail is held back",
}


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    told = facts.told_at
    if told is None:
        return None
    mail = _MAIL.get(facts.told_how or "", "its mail is not worded yet")
    said = f"the release manager's notice was written on {told:%Y-%m-%d}; {mail}"
    evidence = (Evidence("notice to the release manager", None, told),)
    no_compose = facts.collection.is_leading or facts.collection.is_trailing or "L2" in case.not_asked
    to_do = _to_do(case) if no_compose and not is_paused(facts) else None
    if to_do is not None:
        return Finding(
            "R4",
            Verdict.OTHERS_MUST_ACT,
            f"{said}; {to_do[0]}",
            RULE.required,
            remedy=to_do[1],
            evidence=evidence,
        )
    return Finding("R4", Verdict.OK, said, RULE.required, evidence=evidence)


def _to_do(case: Case) -> tuple[str, str] | None:
    """How it stands with the release manager, and what is to be done about it now, if anything."""
    decision, earliest = case.facts.decision, case.earliest
    if decision is None:
        return "not decided yet", "approve, defer or reject it"
    day = earliest.day if earliest is not None and not earliest.projected else None
    if decision.action is Action.APPROVE and day is not None and day <= case.facts.as_of:
        return f"approved by {decision.author}, may leave from {day} on", "drop it from the collection now"
    return None


RULE = Rule(
    "R4",
    "release-manager-told",
    needs=(),
    judge=_judge,
    required="the retirement is in the queue and the release manager's notice is written",
)
