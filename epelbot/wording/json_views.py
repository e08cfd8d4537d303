# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``--json`` prints: the keys that DESIGN.md promises, and more beside them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from epelbot.domain.decision_log import Logged
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import NeededBy
from epelbot.domain.excuse import Excuse
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.matter import TakeOver
from epelbot.domain.retirement import EarliestCompose, Retirement, Steps
from epelbot.domain.verdict import Finding, Verdict
from epelbot.domain.waiver import Waiver
from epelbot.wording.queue_text import is_in_queue
from epelbot.wording.summary import summary

_NO_STEPS = Steps(announced=False, final_build=False, in_updates=False, release_manager_told=False)


def _day(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def explain_json(excuse: Excuse) -> dict[str, Any]:
    """An excuse, whole."""
    return {
        "package": excuse.package,
        "collection": excuse.collection.name,
        "as_of": _day(excuse.as_of),
        "verdict": excuse.verdict.value,
        "summary": summary(excuse),
        "lifetime": lifetime_json(excuse.lifetime) if excuse.lifetime else None,
        "retirement": _retirement(excuse, excuse.retirement) if excuse.retirement else None,
        "findings": [finding_json(found) for found in excuse.findings],
        "flips_on": _day(excuse.flips_on),
        "maintainers": list(excuse.people.maintainers) if excuse.people else None,
        "departure": _departure(excuse.departure) if excuse.departure else None,
        "notes": list(excuse.notes),
        "needed_by": None if excuse.needed_by is None else [_needed_by(one) for one in excuse.needed_by],
        "decisions": [_logged(one) for one in excuse.decisions],
    }


def _needed_by(one: NeededBy) -> dict[str, Any]:
    return {
        "package": one.package,
        "kind": one.kind.value,
        "rpms": list(one.rpms),
        "needs": list(one.needs),
        "direct": one.direct,
        "maintainers": None if one.maintainers is None else list(one.maintainers),
    }


def lifetime_json(clock: Lifetime) -> dict[str, Any]:
    """The clock alone. ``ends`` is the best known day, ``latest`` the one by which it is over anyway."""
    return {
        "entered": _day(clock.entered),
        "ends": _day(clock.ends),
        "by": clock.by.value,
        "first_whole_minor": clock.first_whole_minor,
        "projected": clock.projected,
        "latest": _day(clock.latest),
        "overdue": clock.overdue,
        "over": clock.over,
        "minor_rule_ends": _day(clock.minor_rule_ends),
        "months_rule_ends": _day(clock.months_rule_ends),
        "end_of_life": _day(clock.end_of_life),
        "conflicts": list(clock.conflicts),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One rule's finding."""
    return {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "measured": finding.measured,
        "required": finding.required,
        "flips_on": _day(finding.flips_on),
        "remedy": finding.remedy,
        "waivable_by": finding.waivable_by,
        "evidence": [{"what": one.what, "url": one.url, "at": _day(one.at)} for one in finding.evidence],
        "waiver": _waiver(finding.waiver) if finding.waiver else None,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "by": waiver.author,
        "at": _day(waiver.at),
        "reason": waiver.reason,
        "until": _day(waiver.until),
        "post": waiver.post,
        "build": waiver.build,
        "left_on": _day(waiver.left_on),
    }


def _logged(one: Logged) -> dict[str, Any]:
    return {
        "what": one.what,
        "by": one.author,
        "at": _day(one.at),
        "reason": one.reason,
        "ended": one.ended,
    }


def queue_json(excuses: tuple[Excuse, ...]) -> list[dict[str, Any]]:
    """The queue, one row per listing with a retirement, or that left against the rules.

    Where there is no retirement, ``state`` and ``earliest_compose`` are null and no step is done.
    """
    return [
        {
            "package": one.package,
            "collection": one.collection.name,
            "state": one.retirement.state.value if one.retirement else None,
            "steps": _steps(one.retirement),
            "lifetime_ends": _day(one.lifetime.ends) if one.lifetime else None,
            "earliest_compose": _compose(one.retirement.earliest_compose) if one.retirement else None,
            "verdict": one.verdict.value,
            "violations": [found.rule for found in one.findings if found.verdict is Verdict.VIOLATED],
            "left": _day(one.departure.at) if one.departure else None,
            "summary": summary(one),
            "waived": [found.rule for found in one.findings if found.waiver is not None],
        }
        for one in excuses
        if is_in_queue(one)
    ]


def _retirement(excuse: Excuse, retirement: Retirement) -> dict[str, Any]:
    decision = retirement.decision
    # A step that is waived counts as done, but makes no build a final one.
    is_final = any(found.rule == "R2" and found.verdict is Verdict.OK for found in excuse.findings)
    return {
        "state": retirement.state.value,
        "steps": _steps(retirement),
        "asks_for_build": retirement.steps.asks_for_build,
        "in_rhel": retirement.in_rhel,
        "reason": retirement.reason,
        "earliest_compose": _compose(retirement.earliest_compose),
        "taken_over": None if retirement.takeover is None else _taken_over(retirement.takeover),
        "final_build": retirement.build if is_final else None,
        "decision": None
        if decision is None
        else {
            "action": decision.action.value,
            "by": decision.author,
            "at": _day(decision.at),
            "reason": decision.reason,
            "minor": decision.minor,
        },
    }


def _departure(left: Departure) -> dict[str, Any]:
    return {
        "at": _day(left.at),
        "counts": left.counts,
        "approved": left.approved,
        "acts": [
            {
                "how": act.how.value,
                "by": act.by,
                "at": _day(act.at),
                "where": act.where,
                "object": act.object,
                "text": act.text,
            }
            for act in left.acts
        ],
    }


def _taken_over(takeover: TakeOver) -> dict[str, Any]:
    return {"by": takeover.who, "how": takeover.how.value, "at": _day(takeover.at), "url": takeover.url}


def _steps(retirement: Retirement | None) -> dict[str, bool]:
    steps = retirement.steps if retirement is not None else _NO_STEPS
    return {
        "announced": steps.announced,
        "final_build": steps.final_build,
        "in_updates": steps.in_updates,
        "release_manager_told": steps.release_manager_told,
    }


def _compose(compose: EarliestCompose | None) -> dict[str, Any] | None:
    if compose is None:
        return None
    return {
        "minor": compose.minor,
        "name": compose.name,
        "day": _day(compose.day),
        "projected": compose.projected,
    }
