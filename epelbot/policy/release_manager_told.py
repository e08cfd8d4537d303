# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R4 release-manager-told: the notice to the release manager is written.

In ``epel10``, where L2 doesn't apply, this rule also says that the release manager has not decided yet.
"""

from __future__ import annotations

from epelbot.domain.verdict import Evidence, Finding, Verdict
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
    if facts.decision is None and (facts.collection.is_leading or facts.collection.is_trailing):
        return Finding(
            "R4",
            Verdict.OTHERS_MUST_ACT,
            f"{said}; not decided yet",
            RULE.required,
            remedy="approve, defer or reject it",
            evidence=evidence,
        )
    return Finding("R4", Verdict.OK, said, RULE.required, evidence=evidence)


RULE = Rule(
    "R4",
    "release-manager-told",
    needs=(),
    judge=_judge,
    required="the retirement is in the queue and the release manager's notice is written",
)
