# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What evidence had told by the end of a day: which word was the last, and whether a source answered.

Evidence is a set: no answer here depends on the order in which it arrived.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Self, TypeVar

from epelbot.domain.evidence import Fact, LookedUp, Recorded
from epelbot.domain.facts import Horizon, Known, Missing, SourceTrust

_HAPPENED_AT = attrgetter("happened_at")

F = TypeVar("F", bound=Fact)
Told = tuple[Recorded, F]


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence in order of time, as it is known now, and the day that is asked about.

    ``until`` is the end of that day (UTC). ``later`` happened after it, or was seen only then.
    """

    until: datetime
    horizon: Horizon
    by_then: tuple[Recorded, ...]
    later: tuple[Recorded, ...]

    @classmethod
    def on(cls, as_of: date, evidence: Iterable[Recorded], horizon: Horizon) -> Self:
        """The evidence as seen on that day."""
        until = datetime.combine(as_of + timedelta(days=1), time(), UTC)
        in_order = _in_order(evidence)
        first_later = bisect_left(in_order, until, key=_HAPPENED_AT)
        return cls(until, horizon, tuple(in_order[:first_later]), tuple(in_order[first_later:]))

    @property
    def moment(self) -> datetime:
        """The last moment of that day that has been: now, for today and for days to come."""
        return min(self.horizon.now, self.until)

    def of(self, kind: type[F]) -> list[Told[F]]:
        """What had happened by then, oldest first."""
        return [(one, one.fact) for one in self.by_then if isinstance(one.fact, kind)]

    def of_later(self, kind: type[F]) -> list[Told[F]]:
        """What happened after that day, or was seen only then, oldest first."""
        return [(one, one.fact) for one in self.later if isinstance(one.fact, kind)]

    def last_word(self, told: Iterable[Told[F]]) -> Told[F] | None:
        """Of a fact that stands until it changes, the one that was told last by then."""
        return max(told, key=lambda pair: (self._told_by(pair[0]), *_order(pair[0])), default=None)

    def _told_by(self, one: Recorded) -> datetime:
        # A state that came back is one row with two times: of a day between them we know only the first.
        return one.confirmed if one.confirmed < self.until else one.happened_at

    def asked(
        self, what: str, source: str, trust: SourceTrust, tags: Sequence[str] = ()
    ) -> Known[None] | Missing:
        """Whether the source answered that question lately enough; of a past day it may tell now.

        With ``tags``, whether it did so for each of them.
        """
        last = last_answer(what, (*self.by_then, *self.later), tags)
        if last is not None and self.horizon.now - last <= trust.max_age:
            return Known(None, source, last)
        if not trust.asked:
            return Missing(source, f"{source} is not asked here (sources.online is off)", last)
        silent = f"{source} has not been asked yet" if last is None else f"{source} has not been asked lately"
        return Missing(source, trust.error or silent, last)


def last_answer(what: str, evidence: Iterable[Recorded], tags: Sequence[str] = ()) -> datetime | None:
    """When the question was last answered for that one of the ``tags`` that it was answered longest ago for.

    None if it never was for one of them.
    """
    answers = [
        (one.fact.tag, one.confirmed)
        for one in evidence
        if isinstance(one.fact, LookedUp) and one.fact.what == what
    ]
    latest = [
        max((at for tag, at in answers if tag in (None, wanted)), default=None) for wanted in tags or (None,)
    ]
    told = [at for at in latest if at is not None]
    return min(told) if len(told) == len(latest) else None


def _in_order(evidence: Iterable[Recorded]) -> list[Recorded]:
    """By `_order`, whose fuller parts are dear: they are asked of facts of one instant alone."""
    found: list[Recorded] = []
    for _, group in groupby(sorted(evidence, key=_HAPPENED_AT), _HAPPENED_AT):
        together = list(group)
        found += sorted(together, key=_order) if len(together) > 1 else together
    return found


def _order(one: Recorded) -> tuple[datetime, str, datetime, str]:
    # Two facts of one instant need an order too, and the same one whichever came in first.
    return one.happened_at, repr(one.fact), one.confirmed, one.source
