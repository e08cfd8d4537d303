# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sources and people say of RHEL's calendar, word by word, and the calendar that follows from it.

A word is kept for good with its source and the instant at which it was learnt. The calendar is made from
all of them anew, so it hangs neither on their order nor on how often they were heard. Whose day counts
where days differ is `Calendar`'s to say (POLICY L1).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.calendar import Authority, Calendar, CalendarDay, add_months
from epelbot.domain.collection import Collection

PERSON, ENDOFLIFE, RED_HAT, KOJI = "person", "endoflife.date", "red-hat-life-cycle", "koji"
#: Older ones are nothing to us (POLICY, Words).
OLDEST_MAJOR = 7

# Whose word each source's is, and where people can read it.
_SOURCES: Mapping[str, tuple[Authority, str | None]] = {
    PERSON: (Authority.PERSON, None),
    RED_HAT: (
        Authority.RED_HAT,
        "https://access.redhat.com/product-life-cycles?product=Red+Hat+Enterprise+Linux",
    ),
    ENDOFLIFE: (Authority.OTHER, "https://endoflife.date/rhel"),
    KOJI: (Authority.OTHER, "https://koji.fedoraproject.org/koji/search?type=tag&match=glob&terms=epel10.*"),
}

# Of all minors of RHEL 7 to 10 none came later than 12 months after the one before (FIELD 7.1); each major
# is maintained for 10 years (FIELD 7.2). What is far outside of that is a slip of the pen.
_MONTHS_TO_A_MINOR = 24
_MONTHS_FROM_BRANCHING_TO_GA = 24
_LATE_BRANCHING = timedelta(days=60)
_YEARS_OF_MAINTENANCE = range(5, 16)
_MONTHS_A_YEAR = 12
_MOST_MINORS = 20


class Kind(enum.Enum):
    """What can be said of a calendar."""

    GA = "ga"
    BRANCHING = "branching"
    END = "end-of-maintenance"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Event:
    """What a day is given for. ``minor`` is None for the end of a major's maintenance."""

    kind: Kind
    major: int
    minor: int | None = None

    def __str__(self) -> str:
        match self.kind:
            case Kind.GA:
                return f"the GA of RHEL {self.major}.{self.minor}"
            case Kind.BRANCHING:
                return f"the branching of epel{self.major}.{self.minor}"
            case Kind.END:
                return f"the end of RHEL {self.major}'s maintenance"
            case Kind.FINAL:
                return f"the last minor of RHEL {self.major}"


@dataclass(frozen=True, slots=True)
class Word:
    """What one source said at one moment.

    ``day`` (UTC) is None where it takes its earlier word back. For `Kind.FINAL` there is no day: the event's
    ``minor`` is what is said, None to take it back. A person's word has an ``author`` and a ``reason``.
    """

    event: Event
    day: date | None
    source: str
    learnt_at: datetime
    author: str | None = None
    reason: str | None = None

    @property
    def subject(self) -> Event:
        """What is spoken of: a source's newer word on it takes the place of its older one."""
        return Event(Kind.FINAL, self.event.major) if self.event.kind is Kind.FINAL else self.event

    @property
    def is_withdrawal(self) -> bool:
        """True for a word that takes back what the same source said before."""
        return (self.event.minor if self.event.kind is Kind.FINAL else self.day) is None

    @property
    def is_projection(self) -> bool:
        """True for a day that was still ahead when it was learnt."""
        return self.day is not None and self.learnt_at.astimezone(UTC).date() < self.day

    def says_the_same_as(self, other: Word) -> bool:
        """True when ``other``, of the same source, tells nothing else. A plan that happened is news."""
        mine, theirs = (
            (one.event, one.day, one.is_projection, one.author, one.reason) for one in (self, other)
        )
        return mine == theirs


@dataclass(frozen=True, slots=True)
class Merged:
    """A calendar, and the words that could not be part of it because they contradict weightier ones."""

    calendar: Calendar
    set_aside: tuple[tuple[Word, str], ...] = ()


def newest_words(words: Iterable[Word]) -> dict[tuple[Event, str], Word]:
    """The newest word of each source on each subject, withdrawals included, whatever the order."""
    found: dict[tuple[Event, str], Word] = {}
    for word in sorted(words, key=_age):
        found[word.subject, word.source] = word
    return found


def with_words(calendar: Calendar, words: Iterable[Word]) -> Merged:
    """The calendar with all these words in it, the same for any order of them.

    What a weightier word makes impossible (a minor that came out before its predecessor) is set aside with
    the reason, never an error: a new release's calendar must not stop a ledger with an old word in it.
    """
    set_aside = []
    for word in sorted(newest_words(words).values(), key=_weight):
        try:
            calendar = _with_word(calendar, word)
        except ValueError as impossible:
            set_aside.append((word, str(impossible)))
    return Merged(calendar, tuple(set_aside))


def days_told_by(calendar: Calendar, source: str) -> dict[Event, CalendarDay]:
    """What of a calendar is one source's word."""
    told: list[tuple[Event, CalendarDay]] = []
    for major in calendar.majors:
        ends = (major.end_of_maintenance, *major.other_ends)
        told += [(Event(Kind.END, major.number), day) for day in ends]
        for minor in major.minors:
            told += [(Event(Kind.GA, major.number, minor.number), day) for day in minor.ga]
            told += [(Event(Kind.BRANCHING, major.number, minor.number), day) for day in minor.branched]
    return {event: day for event, day in told if day.source == source}


def doubt(calendar: Calendar, word: Word) -> str | None:
    """Why a word cannot be right, as a clause; None where nothing speaks against it.

    ``calendar`` is the one as known without it.
    """
    event, day = word.event, word.day
    newest = max(major.number for major in calendar.majors)
    if event.kind is Kind.END and event.major == newest + 1:
        return None if day is None else _far_from_today(day, word)
    try:
        calendar.major(event.major)
        merged = _with_word(calendar, word)
    except ValueError as impossible:
        return str(impossible)
    if event.kind is Kind.FINAL and event.minor is not None and event.minor > _MOST_MINORS:
        return f"no RHEL has had more than {_MOST_MINORS} minors"
    if day is None:
        return None
    if event.minor is None:
        return _odd_end(calendar, event.major, day)
    return _odd_day(merged, word, event.minor, day)


def _age(word: Word) -> tuple[datetime, str, str]:
    # The rest only makes the order of words of one instant definite.
    return word.learnt_at, str(word.day), f"{word.event.minor} {word.author} {word.reason}"


def _weight(word: Word) -> tuple[int, int, int, int, str]:
    """The order in which words enter a calendar: a major before its minors, then the weightiest first."""
    ranks, kinds = tuple(Authority), (Kind.END, Kind.FINAL, Kind.GA, Kind.BRANCHING)
    authority = _SOURCES.get(word.source, (Authority.OTHER, None))[0]
    return (
        kinds.index(word.event.kind),
        ranks.index(authority),
        word.event.major,
        -1 if word.event.minor is None else word.event.minor,
        word.source,
    )


def _with_word(calendar: Calendar, word: Word) -> Calendar:
    event = word.event
    if event.kind is Kind.FINAL and event.minor is not None:
        return calendar.with_final_minor(event.major, event.minor)
    if word.day is None:
        # Taken back.
        return calendar
    authority, url = _SOURCES.get(word.source, (Authority.OTHER, None))
    day = CalendarDay(
        word.day,
        word.source,
        word.learnt_at.astimezone(UTC).date(),
        authority,
        url,
        word.learnt_at,
        word.author,
        word.reason,
    )
    if event.minor is None:
        return calendar.with_end(event.major, day)
    enter = calendar.with_minor if event.kind is Kind.GA else calendar.with_branching
    return enter(event.major, event.minor, day)


def _far_from_today(day: date, word: Word) -> str | None:
    years = day.year - word.learnt_at.year
    return None if 0 <= years < _YEARS_OF_MAINTENANCE.stop else f"{day} is {abs(years)} years away"


def _odd_end(calendar: Calendar, major: int, day: date) -> str | None:
    known = _known(calendar, Kind.GA, major)
    late = [f"{major}.{number} on {ga}" for number, ga in known.items() if ga > day]
    if late:
        return f"RHEL {late[-1]} comes after {day}"
    if 0 in known and day.year - known[0].year not in _YEARS_OF_MAINTENANCE:
        return f"{day} is {day.year - known[0].year} years after RHEL {major}.0, and RHEL is kept for ten"
    return None


def _odd_day(calendar: Calendar, word: Word, minor: int, day: date) -> str | None:
    """Why the day of a minor, already in the calendar, is odd beside those of other minors."""
    kind, major = word.event.kind, word.event.major
    what = "out" if kind is Kind.GA else "branched"
    known = _known(calendar, kind, major) | {minor: day}
    before = max((number for number in known if number < minor), default=None)
    after = min((number for number in known if number > minor), default=None)
    if (
        word.source == PERSON
        and not word.is_projection
        and kind is Kind.GA
        and not _is_out(calendar, major, minor - 1)
    ):
        return f"RHEL {major}.{minor - 1} is not out as far as the calendar knows, so give its day first"
    # A report may well come before what was planned for others; a plan may not.
    if word.is_projection and before is not None and day <= known[before]:
        return f"{day} is not after {major}.{before}, {what} on {known[before]}"
    if word.is_projection and after is not None and day >= known[after]:
        return f"{day} is not before {major}.{after}, {what} on {known[after]}"
    if before is not None and day > add_months(known[before], _MONTHS_TO_A_MINOR * (minor - before)):
        return f"{day} is far from {major}.{before}, {what} on {known[before]}"
    if day > calendar.end_of_maintenance(major):
        return f"RHEL {major} is maintained until {calendar.end_of_maintenance(major)} only"
    if kind is Kind.BRANCHING and not Collection(major).is_leading:
        return f"EPEL {major} has no minors of its own, so nothing is branched in it"
    if before is None and day.year - word.learnt_at.year > _MONTHS_TO_A_MINOR // _MONTHS_A_YEAR:
        return f"{day} is far from today"
    return _odd_pair(calendar, word, minor)


def _is_out(calendar: Calendar, major: int, minor: int) -> bool:
    return minor < 0 or calendar.released(major, minor, date.max).happened is not None


def _odd_pair(calendar: Calendar, word: Word, minor: int) -> str | None:
    """Why a minor's branching and its GA don't fit together: it is cut before it comes out (POLICY, RHEL 10).

    What Koji and Red Hat's publishers report may well be a slip of the plan, but no year of it.
    """
    major = word.event.major
    days = {word.event.kind: word.day}
    branched, out = (
        days.get(kind) or _known(calendar, kind, major).get(minor) for kind in (Kind.BRANCHING, Kind.GA)
    )
    if branched is None or out is None:
        return None
    if branched > out + (timedelta() if word.source == PERSON else _LATE_BRANCHING):
        told = f"RHEL {major}.{minor} came out on {out}"
        if word.event.kind is Kind.GA:
            told = f"epel{major}.{minor} was branched on {branched}"
        return f"{told}, and a minor is branched before it comes out"
    if add_months(branched, _MONTHS_FROM_BRANCHING_TO_GA) < out:
        return f"epel{major}.{minor}, branched on {branched}, is far from RHEL {major}.{minor}, out on {out}"
    return None


def _known(calendar: Calendar, kind: Kind, major: int) -> dict[int, date]:
    """The day of each minor that one is given for, planned or past, the latest where sources disagree."""
    of = calendar.major(major)
    # As of the end of time nothing is still ahead, and no cadence adds days that nobody gave.
    see = calendar.released if kind is Kind.GA else calendar.branching
    seen = (see(major, minor.number, date.max) for minor in of.minors)
    days = {one.number: one.happened or one.expected for one in seen}
    return {number: day for number, day in days.items() if day is not None}
