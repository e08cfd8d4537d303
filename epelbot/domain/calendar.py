# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RHEL's calendar: which minor came when, which are only expected, and what each source says of it.

A day is kept with its source and with the day on which we learnt it. Learnt before it came, it is a
*projection*, and stays one until somebody reports that it happened: so no commitment ever ends on the word
of a plan. Asked "as of" a past day, the calendar shows what had happened by then, as known now (POLICY L1).
"""

from __future__ import annotations

import enum
import hashlib
import itertools
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, cast

from epelbot.domain.collection import Collection

_MINOR = re.compile(r"([1-9][0-9]?)\.(0|[1-9][0-9]?)")
_MONTHS_A_YEAR = 12
# Answers that a calendar keeps: some years of days for each of its majors.
_REMEMBERED = 10_000

T = TypeVar("T")


def add_months(day: date, months: int) -> date:
    """The same day number ``months`` calendar months on, or the last day of a shorter month."""
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parse_minor(text: str) -> tuple[int, int]:
    """Major and minor of ``9.10``; ValueError for anything else (``9``, ``9.01``, ``RHEL 9.1``)."""
    found = _MINOR.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no minor release of RHEL; they are called 8.10, 9.6, 10.0")
    return int(found[1]), int(found[2])


class Authority(enum.Enum):
    """Whose word counts when days differ, best first: "a day given by a person wins, then Red Hat's"."""

    PERSON = "person"
    RED_HAT = "red-hat"
    OTHER = "other"


_RANKS = tuple(Authority)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What one source says of the day of one event (UTC), and since when we know.

    ``source`` is a short name, one day per source and event. ``learnt`` decides between fact and plan;
    ``learnt_at`` is the instant, where it is known (a shipped day has none). ``author`` and ``reason`` are
    those of a person who entered it.
    """

    day: date
    source: str
    learnt: date
    authority: Authority = Authority.OTHER
    url: str | None = None
    learnt_at: datetime | None = None
    author: str | None = None
    reason: str | None = None

    @property
    def is_projection(self) -> bool:
        """True for a day that was still ahead when we learnt of it: it never becomes a fact by passing."""
        return self.learnt < self.day

    @property
    def heard_at(self) -> datetime:
        """The instant at which we learnt it, as far as it is known: else the beginning of that day."""
        return self.learnt_at or datetime.combine(self.learnt, time(), UTC)


@dataclass(frozen=True, slots=True)
class Minor:
    """One minor: ``ga`` says when it became generally available, ``branched`` when EPEL cut its branch.

    ``branched`` is used from RHEL 10 on. Both hold one day per source; both may be empty.
    """

    number: int
    ga: tuple[CalendarDay, ...] = ()
    branched: tuple[CalendarDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Major:
    """One major. The day in ``end_of_maintenance`` is the last on which it and its EPEL are supported.

    ``final_minor`` is the number of its last minor, out or not, or None when nobody has said. ``other_ends``
    are the words on the end of its maintenance that do not count (see `Calendar.with_end`).
    """

    number: int
    end_of_maintenance: CalendarDay
    final_minor: int | None = None
    minors: tuple[Minor, ...] = ()
    other_ends: tuple[CalendarDay, ...] = ()

    def __post_init__(self) -> None:
        numbers = [minor.number for minor in self.minors]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"the minors of RHEL {self.number} must be listed once each, in order")
        if self.final_minor is not None and numbers and numbers[-1] > self.final_minor:
            raise ValueError(
                f"RHEL {self.number}.{numbers[-1]} cannot come after the last minor, "
                f"{self.number}.{self.final_minor}"
            )
        for event, what in (("ga", "came out"), ("branched", "was branched")):
            spans = [(n.number, _span(getattr(n, event))) for n in self.minors]
            known = [(number, span) for number, span in spans if span is not None]
            for (older, (_, latest)), (newer, (earliest, _)) in itertools.pairwise(known):
                if earliest <= latest:
                    raise ValueError(
                        f"RHEL {self.number}.{newer} {what} on {earliest}, "
                        f"which is not after {self.number}.{older} on {latest}: one of the days is wrong"
                    )


@dataclass(frozen=True, slots=True)
class Milestone:
    """The GA (or branching) of one minor, seen on one day.

    ``begins`` is the earliest day reported for it and may begin a cycle; ``happened`` the latest, and only
    that one ends a commitment. They differ while sources of equal weight disagree, and then ``conflict``
    shows both in a plain phrase. While ``happened`` is None, ``expected`` is its projection (None: no hint),
    and ``overdue`` says that this day has passed without news.
    """

    major: int
    number: int
    begins: date | None = None
    happened: date | None = None
    expected: date | None = None
    overdue: bool = False
    conflict: str | None = None

    @property
    def name(self) -> str:
        """The minor's name, "9.10"."""
        return f"{self.major}.{self.number}"


@dataclass(frozen=True, slots=True)
class Compose:
    """A set of builds frozen for one minor (POLICY, Words). ``frozen_on`` is the UTC day of the freeze."""

    major: int
    minor: int
    frozen_on: date

    @property
    def name(self) -> str:
        """``Major.Minor.YYYYMM`` with a two-digit minor: "7.06.201903"."""
        return f"{self.major}.{self.minor:02d}.{self.frozen_on:%Y%m}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """All majors that EPEL builds for. Everything is asked for a day; nothing here asks for the time."""

    majors: tuple[Major, ...]
    # Of thousands of listings it is asked the same, and an answer takes longer than all else in a judgement.
    _known: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def _once(self, question: tuple[object, ...], answer: Callable[[], T]) -> T:
        if question not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[question] = answer()
        return cast(T, self._known[question])

    def digest_of(self, number: int) -> str:
        """Changes exactly when an answer about that major may: with a day, its weight, a plan come true.

        No two majors have the same; that of one that the calendar lacks stays as long as it does.
        """
        return self._once(("digest", number), lambda: self._digest_of(number))

    def _digest_of(self, number: int) -> str:
        told = [_all_told(major) for major in self.majors if major.number == number]
        return hashlib.sha256(repr((number, told)).encode()).hexdigest()

    def changed_since(self, before: Calendar) -> tuple[int, ...]:
        """The majors of which it may answer otherwise than ``before``, in order."""
        numbers = (major.number for major in self.majors)
        return tuple(number for number in numbers if self.digest_of(number) != before.digest_of(number))

    def major(self, number: int) -> Major:
        """The major of that number; ValueError when the calendar doesn't hold it."""
        for major in self.majors:
            if major.number == number:
                return major
        known = ", ".join(str(major.number) for major in self.majors)
        raise ValueError(f"the calendar holds no RHEL {number}, only {known}")

    def end_of_maintenance(self, major: int) -> date:
        """The last supported day of a major; its collections are closed from the next day on."""
        return self.major(major).end_of_maintenance.day

    def releases(self, major: int, as_of: date, cadence_months: int) -> tuple[Milestone, ...]:
        """The GA of every minor of a major as seen on ``as_of``, from M.0 on without a gap.

        Minors not out yet follow up to the last one; where nobody has said which is last, up to the first
        whose projection lies after the end of maintenance. A projection is a day that was announced or
        entered, else ``cadence_months`` for each minor after the newest one whose day is known or given.
        """
        return self._once(
            ("releases", major, as_of, cadence_months), lambda: self._releases(major, as_of, cadence_months)
        )

    def _releases(self, major: int, as_of: date, cadence_months: int) -> tuple[Milestone, ...]:
        of = self.major(major)
        told = {minor.number: _see(of.number, minor.number, minor.ga, as_of) for minor in of.minors}
        newest = max((number for number, seen in told.items() if seen.begins is not None), default=-1)
        found: list[Milestone] = []
        anchor: tuple[int, date] | None = None
        while not found or not _is_last(of, found[-1]):
            number = len(found)
            seen = told.get(number, Milestone(major, number))
            if seen.begins is None and number < newest:
                seen = _between(
                    found, next(told[n] for n in range(number + 1, newest + 1) if n in told), seen
                )
            elif (known := seen.happened or seen.expected) is not None:
                anchor = (number, known)
            elif anchor is not None:
                expected = add_months(anchor[1], cadence_months * (number - anchor[0]))
                seen = replace(seen, expected=expected, overdue=expected < as_of)
            found.append(seen)
        return tuple(found)

    def released(self, major: int, number: int, as_of: date) -> Milestone:
        """The GA of one minor as seen on ``as_of``, by what was said of it alone: no cadence projects it."""
        return _see(major, number, self._minor(major, number).ga, as_of)

    def branching(self, major: int, number: int, as_of: date) -> Milestone:
        """The branching of ``epelM.number`` as seen on ``as_of``; no cadence projects one."""
        return self._once(
            ("branching", major, number, as_of),
            lambda: _see(major, number, self._minor(major, number).branched, as_of),
        )

    def leading_minor(self, major: int, day: date) -> int | None:
        """The minor that led ``epelM`` on ``day``, from 00:00 UTC of which a branching of that day counts.

        It is the one after the newest branched. None before RHEL 10 and after the last minor, where nothing
        leads; and None where it cannot be known, because a minor that is out, or older than one branched
        later, must have been branched on a day that nobody told us.
        """
        return self._once(("leading", major, day), lambda: self._leading_minor(major, day))

    def _leading_minor(self, major: int, day: date) -> int | None:
        if not Collection(major).is_leading:
            return None
        of = self.major(major)
        minors = of.minors
        cut = [m.number for m in minors if _see(major, m.number, m.branched, day).begins is not None]
        leads = max(cut, default=-1) + 1
        if any(m.number >= leads and _see(major, m.number, m.ga, day).begins is not None for m in minors):
            return None
        still_to_be_cut = [m.number for m in minors if m.number >= leads and _span(m.branched) is not None]
        if still_to_be_cut and leads not in still_to_be_cut:
            return None
        return leads if of.final_minor is None or leads <= of.final_minor else None

    def with_minor(self, major: int, minor: int, day: CalendarDay) -> Calendar:
        """This calendar with what a source says of a GA; its earlier word on it is replaced.

        ValueError when the day cannot be right (out of order, after the last minor, unknown major).
        """
        old = self._minor(major, minor)
        return self._with(major, replace(old, ga=_heard(old.ga, day)))

    def with_branching(self, major: int, minor: int, day: CalendarDay) -> Calendar:
        """This calendar with what a source says of the branching of ``epelM.minor``; see `with_minor`."""
        old = self._minor(major, minor)
        return self._with(major, replace(old, branched=_heard(old.branched, day)))

    def with_end(self, major: int, day: CalendarDay) -> Calendar:
        """This calendar with what a source says of the end of a major's maintenance, maybe of a new major's.

        Of days of equal weight the latest counts, since an early end would end commitments.
        """
        of = next((one for one in self.majors if one.number == major), None)
        if of is None:
            return Calendar(tuple(sorted((*self.majors, Major(major, day)), key=lambda one: one.number)))
        told = _heard((of.end_of_maintenance, *of.other_ends), day)
        counts = _weightiest(list(told))[-1]
        changed = replace(
            of, end_of_maintenance=counts, other_ends=tuple(one for one in told if one is not counts)
        )
        return Calendar(tuple(changed if one is of else one for one in self.majors))

    def with_final_minor(self, major: int, number: int) -> Calendar:
        """This calendar with ``number`` as the major's last minor; ValueError when a later one has a day."""
        of = self.major(major)
        changed = replace(of, final_minor=number)
        return Calendar(tuple(changed if one is of else one for one in self.majors))

    def _minor(self, major: int, number: int) -> Minor:
        return next((m for m in self.major(major).minors if m.number == number), Minor(number))

    def _with(self, major: int, minor: Minor) -> Calendar:
        of = self.major(major)
        others = (other for other in of.minors if other.number != minor.number)
        changed = replace(of, minors=tuple(sorted((*others, minor), key=lambda m: m.number)))
        return Calendar(tuple(changed if one is of else one for one in self.majors))


def _heard(days: tuple[CalendarDay, ...], new: CalendarDay) -> tuple[CalendarDay, ...]:
    """The days with a source's newest word instead of its earlier one."""
    for old in days:
        if old.source == new.source:
            same = (old.day, old.authority, old.is_projection) == (new.day, new.authority, new.is_projection)
            if same or old.learnt > new.learnt:
                return days
    return (*(old for old in days if old.source != new.source), new)


def _all_told(major: Major) -> tuple[object, ...]:
    return (
        major.number,
        major.end_of_maintenance.day.isoformat(),
        major.final_minor,
        [(minor.number, _told(minor.ga), _told(minor.branched)) for minor in major.minors],
    )


def _told(days: tuple[CalendarDay, ...]) -> tuple[object, ...]:
    said = sorted((d.day.isoformat(), d.source, d.authority.value, d.is_projection) for d in days)
    # Not every answer is in the days: which reports a person's plan denies hangs on what was learnt first.
    return said, sorted((d.day.isoformat(), d.source) for d in _reports(days))


def _weightiest(days: list[CalendarDay]) -> list[CalendarDay]:
    best = min((_RANKS.index(d.authority) for d in days), default=0)
    return sorted((d for d in days if _RANKS.index(d.authority) == best), key=lambda d: (d.day, d.source))


def _span(days: tuple[CalendarDay, ...]) -> tuple[date, date] | None:
    """The earliest and the latest day on which it happened by the weightiest sources; None: it has not."""
    facts = _weightiest(_reports(days))
    return (facts[0].day, facts[-1].day) if facts else None


def _reports(days: tuple[CalendarDay, ...]) -> list[CalendarDay]:
    """The days that happened. A report which a person answered with a day still ahead is denied by it.

    For a day given by a person wins; a report that comes after it says that it is out all the same.
    """
    denied = max(
        (d.heard_at for d in days if d.is_projection and d.authority is Authority.PERSON), default=None
    )
    return [
        d
        for d in days
        if not d.is_projection and (denied is None or d.authority is Authority.PERSON or d.heard_at > denied)
    ]


def _see(major: int, number: int, days: tuple[CalendarDay, ...], as_of: date) -> Milestone:
    span = _span(days)
    if span is not None and span[0] <= as_of:
        earliest, latest = span
        facts = _weightiest(_reports(days))
        says = " or ".join(f"{d.day} ({d.source})" for d in facts)
        return Milestone(
            major,
            number,
            begins=earliest,
            happened=latest if latest <= as_of else None,
            # As known now it was still to come by the later word.
            expected=latest if latest > as_of else None,
            conflict=f"{major}.{number}: {says}" if earliest != latest else None,
        )
    plans = _weightiest([d for d in days if d.is_projection])
    if not plans:
        return Milestone(major, number)
    expected = max(plans, key=lambda d: (d.learnt, d.day)).day
    return Milestone(major, number, expected=expected, overdue=expected < as_of)


def _is_last(of: Major, seen: Milestone) -> bool:
    if of.final_minor is not None:
        return seen.number == of.final_minor
    return seen.happened is None and (seen.expected is None or seen.expected > of.end_of_maintenance.day)


def _between(before: list[Milestone], after: Milestone, missing: Milestone) -> Milestone:
    """A minor that nobody gave a day for, though a later one is out: bounded by its neighbours.

    Cautious both ways: it may have begun with the one before, and was surely out only with the one after.
    """
    return replace(
        missing,
        begins=before[-1].begins if before else date.min,
        happened=after.happened,
        expected=after.expected,
        overdue=False,
        conflict=f"{missing.name}: no day known, though {after.name} is out",
    )
