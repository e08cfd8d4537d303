# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""May a package be retired now? What a script must be told before it blocks one (POLICY L, R).

Yes needs every condition at once; whatever is not known for certain is no yes.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action, Retirement, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.telling import is_complete

#: The rules that say when a package may leave: the lifetime, and the retirement itself.
_SAY_WHEN = ("L", "R")
_ASK_TO_DROP = ("L2", "R4")
_FULFILLED = (Verdict.OK, Verdict.WAIVED)


class Answer(enum.Enum):
    """What a script that is about to block a package is told."""

    YES = "yes"
    NO = "no"
    CANNOT_KNOW = "cannot-know"


class Ground(enum.Enum):
    """What the answer rests on."""

    #: Yes: approved, complete, nothing owed, and the day of leaving has come.
    DUE = "due"
    #: Yes: nothing is owed in a closed collection.
    CLOSED = "closed"
    #: Yes: it has left, approved, when nothing was owed any more; blocking it ends what was begun.
    LEFT_APPROVED = "left-approved"
    #: No: it has left, and nobody's approval stands for that.
    LEFT = "left"
    #: No: nobody wants to retire it.
    STAYS = "stays"
    #: No: the retirement is not approved, as things stand.
    NOT_APPROVED = "not-approved"
    #: No: approved, but a rule holds it back.
    HELD = "held"
    #: Cannot know: a rule lacks a fact.
    BLIND = "blind"
    #: Cannot know: a source fails at this very moment.
    SILENT = "silent"
    #: Cannot know: something has come in, or is due, that is not in the excuse yet.
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that fails now, since when, and what it said last."""

    source: str
    since: datetime
    error: str


class Lag(enum.Enum):
    """What is not in the excuse yet."""

    #: Messages that nobody has worked on.
    MESSAGES = "messages"
    #: Messages that could not be understood.
    PARKED = "parked"
    #: Posts that nobody has read.
    POSTS = "posts"
    #: The listing's next judgement, with the look-ups that belong to it.
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class News:
    """So many of a kind wait, the oldest since then; ``name`` is its id or hash, where it has one."""

    lag: Lag
    number: int
    since: datetime
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer, what it rests on, and the findings, silent sources or news that stand in the way."""

    answer: Answer
    ground: Ground
    holding: tuple[Finding, ...] = ()
    silent: tuple[Silence, ...] = ()
    news: tuple[News, ...] = ()


def may_retire(
    excuse: Excuse, *, closed: bool, silent: Sequence[Silence] = (), news: Sequence[News] = ()
) -> Gate:
    """Whether the package may be retired on the day of the excuse.

    ``closed``: the collection is. ``silent`` are the sources whose last answer was a failure. What they told
    before may still count as known; but blocking is hard to undo, and asking again in an hour is not. So it
    is with the ``news`` that the excuse does not hold yet. Neither turns a no into a yes.
    """
    if closed:
        return Gate(Answer.YES, Ground.CLOSED)
    retirement = excuse.retirement
    if retirement is None:
        return Gate(Answer.NO, Ground.STAYS)
    if retirement.state is State.RETIRED and not _left_with_approval(excuse, retirement):
        return Gate(Answer.NO, Ground.LEFT)
    holding = () if retirement.state is State.RETIRED else _holding(excuse, retirement)
    blind = tuple(found for found in holding if found.verdict is Verdict.CANNOT_KNOW)
    if blind:
        return Gate(Answer.CANNOT_KNOW, Ground.BLIND, blind)
    if retirement.state not in (State.APPROVED, State.RETIRED):
        return Gate(Answer.NO, Ground.NOT_APPROVED, holding)
    if retirement.state is State.APPROVED and not (
        is_complete(excuse) and not holding and day_has_come(excuse, retirement)
    ):
        return Gate(Answer.NO, Ground.HELD, holding)
    if silent:
        return Gate(Answer.CANNOT_KNOW, Ground.SILENT, silent=tuple(silent))
    if news:
        return Gate(Answer.CANNOT_KNOW, Ground.NEWS, news=tuple(news))
    return Gate(Answer.YES, Ground.DUE if retirement.state is State.APPROVED else Ground.LEFT_APPROVED)


def _holding(excuse: Excuse, retirement: Retirement) -> tuple[Finding, ...]:
    """The findings on when and how it leaves that are not fulfilled.

    From the day on which an approved listing may leave, L2 (where no compose counts, R4) asks the release
    manager to drop it: that is the retirement itself, and holds nothing.
    """
    due = retirement.state is State.APPROVED and day_has_come(excuse, retirement)
    return tuple(
        found
        for found in excuse.findings
        if found.rule.startswith(_SAY_WHEN)
        and found.verdict not in _FULFILLED
        and not (due and found.rule in _ASK_TO_DROP and found.verdict is Verdict.OTHERS_MUST_ACT)
    )


def day_has_come(excuse: Excuse, retirement: Retirement) -> bool:
    """The compose (or the day) with which it may leave is there, and not on the word of a projection."""
    when = retirement.earliest_compose
    return when is not None and not when.projected and when.day is not None and when.day <= excuse.as_of


def _left_with_approval(excuse: Excuse, retirement: Retirement) -> bool:
    """An approval stands, and nothing was owed; a trailing collection, which has no L1, is left alone."""
    approved = retirement.decision is not None and retirement.decision.action is Action.APPROVE
    return approved and any(found.rule == "L1" and found.verdict in _FULFILLED for found in excuse.findings)
