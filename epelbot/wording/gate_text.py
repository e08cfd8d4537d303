# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a script that asks before it blocks a package is told, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Finding
from epelbot.policy.gate import Answer, Gate, Ground, Lag, News, day_has_come
from epelbot.wording.composes import compose_in_words
from epelbot.wording.json_views import explain_json
from epelbot.wording.summary import state_in_words

_BEGINNINGS = {Answer.YES: "Yes", Answer.NO: "No", Answer.CANNOT_KNOW: "Cannot know"}


def gate_text(excuse: Excuse, gate: Gate) -> str:
    """One paragraph that begins with Yes, No or Cannot know."""
    return f"{_BEGINNINGS[gate.answer]}: {_why(excuse, gate)}"


def gate_json(excuse: Excuse, gate: Gate) -> dict[str, Any]:
    """The excuse as `explain --json` prints it, and beside it ``may_retire`` and ``because``."""
    return {
        "may_retire": gate.answer.value,
        "because": _why(excuse, gate),
        "ground": gate.ground.value,
        **explain_json(excuse),
    }


def _why(excuse: Excuse, gate: Gate) -> str:
    what = f"{excuse.package} in {excuse.collection}"
    match gate.answer:
        case Answer.YES:
            return _why_yes(excuse, gate, what)
        case Answer.NO:
            return _why_no(excuse, gate, what)
        case Answer.CANNOT_KNOW:
            return _why_unknown(excuse, gate, what)


def _why_yes(excuse: Excuse, gate: Gate, what: str) -> str:
    if gate.ground is Ground.CLOSED:
        return f"{excuse.collection} is closed, so nothing is owed to anybody there."
    if gate.ground is Ground.LEFT_APPROVED:
        return f"{what} has left already. {_capital(_approved(excuse))}, and nothing is owed any more."
    return f"{_approved(excuse)}, and {what} may leave {_when(excuse)}."


def _why_no(excuse: Excuse, gate: Gate, what: str) -> str:
    retirement = excuse.retirement
    if retirement is None:
        return f"nobody wants to retire {what}, as far as is known. Ask its maintainer to announce it."
    if gate.ground is Ground.LEFT:
        return (
            f"{what} has left already, and no approval stands for that. Leave it as it is until the release "
            "manager has looked at it."
        )
    if gate.ground is Ground.NOT_APPROVED:
        state = f"The retirement of {what} {state_in_words(excuse)}."
        return f"it is not approved. {state}{_held_by(gate.holding)}"
    others = tuple(found for found in gate.holding if found.rule != "L2")
    held = "is held back" if day_has_come(excuse, retirement) else f"may leave only {_when(excuse)}"
    return f"{_approved(excuse)}, but {what} {held}.{_held_by(others)}"


def _why_unknown(excuse: Excuse, gate: Gate, what: str) -> str:
    if gate.ground is Ground.BLIND:
        return f"what {what} rests on cannot be seen now. {_blind(gate.holding)}"
    if gate.ground is Ground.NEWS:
        return (
            f"{_approved(excuse)}, and its day has come, but not everything is in that yet: "
            f"{news_in_words(gate.news)}."
        )
    silent = "; ".join(
        f"{one.source} fails since {one.since:%Y-%m-%d %H:%M} UTC ({one.error.rstrip('.')})"
        for one in gate.silent
    )
    return (
        f"{_approved(excuse)}, and its day has come, but what changed lately cannot be seen: {silent}. "
        "Ask again once it answers; 'epelbot doctor' tells."
    )


def news_in_words(news: Sequence[News]) -> str:
    """What waits and may be about a package, since when, and what to do about it."""
    return "; ".join(_news(one) for one in news)


def _news(one: News) -> str:
    several = one.number != 1
    since = f"since {one.since:%Y-%m-%d %H:%M} UTC"
    match one.lag:
        case Lag.MESSAGES:
            what = (
                f"{one.number} messages that may be about it wait"
                if several
                else ("a message that may be about it waits")
            )
            return f"{what} {since}; ask again in a moment, or see with 'epelbot doctor' why nobody works"
        case Lag.PARKED:
            what = (
                f"{one.number} messages name it and were not understood"
                if several
                else ("a message names it and was not understood")
            )
            return (
                f"{what} {since}; 'epelbot inbox show {one.name}' tells why, and once the sources have been "
                "asked it matters no more"
            )
        case Lag.POSTS:
            what = (
                f"{one.number} posts that may be about it are"
                if several
                else ("a post that may be about it is")
            )
            return f"{what} not read yet ({since}); ask again once the list archive has shown the text"
        case Lag.JUDGEMENT:
            return f"it is due to be looked at {since}; ask again in a moment, or see 'epelbot doctor'"


def _approved(excuse: Excuse) -> str:
    decision = excuse.retirement.decision if excuse.retirement else None
    return f"approved by {decision.author} on {decision.at:%Y-%m-%d}" if decision else "approved"


def _when(excuse: Excuse) -> str:
    earliest = excuse.retirement.earliest_compose if excuse.retirement else None
    return compose_in_words(earliest) if earliest else "on a day that is not known yet"


def _held_by(holding: tuple[Finding, ...]) -> str:
    said = "; ".join(f"{found.rule}: {found.measured}" for found in holding)
    return f" {said}." if said else ""


def _blind(holding: tuple[Finding, ...]) -> str:
    rules: dict[str, list[str]] = {}
    for found in holding:
        rules.setdefault(found.measured.rstrip("."), []).append(found.rule)
    return " ".join(f"{', '.join(names)}: {measured}." for measured, names in rules.items())


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
