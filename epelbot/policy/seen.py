# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What evidence had told by the end of a day: which word was the last, and whether a source answered.

Evidence is a set: no answer here depends on the order in which it arrived.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Self, TypeVar

from epelbot.domain.evidence import Fact, LookedUp, Recorded
from epelbot.domain.facts import Horizon, Known, Missing, SourceTrust

_HAPPENED_AT = attrgetter("happened_at")

F = TypeVar("F", bound=Fact)
Told = tuple[Recorded, F]
_ByKind = dict[type[Any], list[tuple[Recorded, Any]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence in order of time, as it is known now, and the day that is asked about.

    ``until`` is the end of that day (UTC). ``later`` happened after it, or was seen only then.
    """

    until: datetime
    horizon: Horizon
    by_then: tuple[Recorded, ...]
    later: tuple[Recorded, ...]
    # Both by kind: the fold asks some thirty times, and to look through everything each time was a third of
    # its time.
    _by_then: _ByKind = field(init=False, repr=False, compare=False)
    _later: _ByKind = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_then", _by_kind(self.by_then))
        object.__setattr__(self, "_later", _by_kind(self.later))

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

    def of(self, kind: type[F]) -> Sequence[Told[F]]:
        """What had happened by then, oldest first."""
        return self._by_then.get(kind, ())

    def of_later(self, kind: type[F]) -> Sequence[Told[F]]:
        """What happened after that day, or was seen only then, oldest first."""
        return self._later.get(kind, ())

    def last_word(self, told: Iterable[Told[F]]) -> Told[F] | None:
        """Of a fact that stands until it changes, the one that was told last by then."""
        pairs = list(told)
        if len(pairs) == 1:
            # As most often; the order of two is dear.
            return pairs[0]
        return max(pairs, key=lambda pair: (self._told_by(pair[0]), *_order(pair[0])), default=None)

    def _told_by(self, one: Recorded) -> datetime:
        # A state that came back is one row with two times: of a day between them we know only the first.
        return one.confirmed if one.confirmed < self.until else one.happened_at

    def asked(
        self, what: str, source: str, trust: SourceTrust, tags: Sequence[str] = ()
    ) -> Known[None] | Missing:
        """Whether the source answered that question lately enough; of a past day it may tell now.

        With ``tags``, whether it did so for each of them.
        """
        told = (one for one, _ in (*self.of(LookedUp), *self.of_later(LookedUp)))
        last = last_answer(what, told, tags)
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


def _by_kind(told: Iterable[Recorded]) -> _ByKind:
    found: _ByKind = {}
    for one in told:
        found.setdefault(type(one.fact), []).append((one, one.fact))
    return found


def _in_order(evidence: Iterable[Recorded]) -> list[Recorded]:
    """By `_order`, whose fuller parts are dear: they are asked of facts of one instant and kind alone."""
    found = sorted(evidence, key=_HAPPENED_AT)
    first = 0
    for end in range(1, len(found) + 1):
        if end == len(found) or found[end].happened_at != found[first].happened_at:
            if end - first > 1:
                found[first:end] = _at_one_instant(found[first:end])
            first = end
    return found


def _at_one_instant(together: list[Recorded]) -> Iterator[Recorded]:
    for _, group in groupby(sorted(together, key=_kind), _kind):
        alike = list(group)
        yield from sorted(alike, key=_order) if len(alike) > 1 else alike


def _kind(one: Recorded) -> str:
    # What `repr` begins with.
    return f"{type(one.fact).__name__}("


def _order(one: Recorded) -> tuple[datetime, str, datetime, str]:
    # Two facts of one instant need an order too, and the same one whichever came in first.
    return one.happened_at, repr(one.fact), one.confirmed, one.source
