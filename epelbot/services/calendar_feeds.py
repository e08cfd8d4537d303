# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others publish of RHEL's calendar: asked, checked, and kept whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import (
    ENDOFLIFE,
    KOJI,
    RED_HAT,
    Event,
    Kind,
    Word,
    days_told_by,
    doubt,
    newest_words,
    with_words,
)
from epelbot.domain.collection import Collection, leading_minors
from epelbot.errors import PermanentError, TransientError
from epelbot.ledger import Connection, Ledger, calendar_words, health, listings
from epelbot.ports import BuildHistory, Sources
from epelbot.services.calendar import keep_words
from epelbot.services.rulebook import Rulebook
from epelbot.settings import Sources as SourceSettings

_MAX_AGE_OF_TAGS = timedelta(hours=6)
_TAGS_SOONER = timedelta(hours=1)

#: What the ledger notes the health of the calendar's sources under. Koji answers other questions every
#: minute; when it told of its tags is a matter of its own.
CALENDAR_HEALTH = (ENDOFLIFE, RED_HAT, "koji-tags")


@dataclass(frozen=True, slots=True)
class Change:
    """A word that is new, and the day that the same source gave before (None: none, or taken back)."""

    word: Word
    before: date | None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking one source. With an ``error``, one sentence, nothing of its answer was kept."""

    source: str
    changes: tuple[Change, ...] = ()
    listings_due: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of days: its name in the ledger, and what to ask it."""

    source: str
    ask: Callable[[], Mapping[Event, date]]


def feeds(sources: Sources) -> tuple[Feed, ...]:
    """All that can be asked for days, Koji's tags among them."""
    found = [Feed(one.name, one.days) for one in sources.calendars]
    history = sources.history
    if history is not None:
        found.append(Feed(KOJI, lambda: branchings(history)))
    return tuple(found)


def branchings(history: BuildHistory) -> Mapping[Event, date]:
    """When each minor was branched: when Koji's tag of the minor after it was made (POLICY, RHEL 10)."""
    tags = [Collection.parse(tag) for tag in history.epel_tags()]
    followers = [one for one in tags if one.minor]
    made = history.tags_made([one.name for one in followers])
    return {
        Event(Kind.BRANCHING, one.major, one.minor - 1): made[one.name].astimezone(UTC).date()
        for one in followers
        if one.minor and one.name in made
    }


def feeds_due(connection: Connection, sources: Sources, rulebook: Rulebook, now: datetime) -> Iterator[Feed]:
    """The feeds whose last answer is older than its source's ``max_age_hours``; Koji's goes by its tags.

    Koji is also asked where Bodhi has a release whose predecessor's branching day is not known.
    """
    answered = {name: one.answered_at for name, one in health.all_of(connection).items()}
    ages = _max_ages(rulebook.sources)
    for feed in feeds(sources):
        at = answered.get(_health_name(feed.source))
        age = ages[feed.source]
        if feed.source == KOJI and _unexplained(connection, rulebook):
            age = _TAGS_SOONER
        if at is None or now - at >= age:
            yield feed


def _unexplained(connection: Connection, rulebook: Rulebook) -> bool:
    leading = leading_minors(listings.branches_of_tags(connection))
    calendar = rulebook.calendar
    known = {major.number for major in calendar.majors}
    return any(
        minor > 0 and calendar.branching(major, minor - 1, date.max).begins is None
        for major, minor in leading.items()
        if major in known
    )


def _max_ages(settings: SourceSettings) -> dict[str, timedelta]:
    return {
        ENDOFLIFE: timedelta(hours=settings.endoflife.max_age_hours),
        RED_HAT: timedelta(hours=settings.red_hat.max_age_hours),
        KOJI: _MAX_AGE_OF_TAGS,
    }


def _health_name(source: str) -> str:
    return CALENDAR_HEALTH[-1] if source == KOJI else source


def refresh(
    ledger: Ledger, rulebook: Rulebook, asked: Sequence[Feed], now: datetime
) -> tuple[Refreshed, ...]:
    """Ask these sources, and keep what is new: of each answer all, or nothing. No transaction is open."""
    return tuple(_refresh(ledger, rulebook, feed, now) for feed in asked)


def _refresh(ledger: Ledger, rulebook: Rulebook, feed: Feed, now: datetime) -> Refreshed:
    try:
        days = feed.ask()
    except (TransientError, PermanentError) as error:
        return _failed(ledger, feed, str(error), now)
    with ledger.write() as connection:
        calendar_words.hold(connection)
        current = rulebook.current(connection)
        said = calendar_words.words(connection)
        changes = list(_news(current.calendar, said, feed.source, days, now))
        doubtful = _first_doubt(current.calendar, [one.word for one in changes])
        if doubtful is None:
            kept = keep_words(connection, current, [one.word for one in changes], now)
            health.note(connection, _health_name(feed.source), now, None)
            return Refreshed(feed.source, tuple(changes), kept.listings_due)
    return _failed(ledger, feed, doubtful, now)


def _failed(ledger: Ledger, feed: Feed, error: str, now: datetime) -> Refreshed:
    with ledger.write() as connection:
        health.note(connection, _health_name(feed.source), now, error)
    return Refreshed(feed.source, error=error)


def _news(
    calendar: Calendar, said: Sequence[Word], source: str, days: Mapping[Event, date], now: datetime
) -> Iterator[Change]:
    """What the source tells that it had not told before; what it takes back comes last."""
    newest = {subject: word for (subject, of), word in newest_words(said).items() if of == source}
    known = days_told_by(calendar, source)
    coming = max(major.number for major in calendar.majors) + 1
    for event, day in sorted(days.items(), key=lambda one: _order(one[0])):
        if event.major == coming and Event(Kind.END, coming) not in days:
            # A major that is new is nothing to go by before somebody says how long it is kept.
            continue
        word = Word(event, day, source, now)
        before = newest.get(event)
        shown = known.get(event)
        if before is not None and before.says_the_same_as(word):
            continue
        if shown is not None and (shown.day, shown.is_projection) == (day, word.is_projection):
            continue
        yield Change(word, before.day if before is not None else shown.day if shown is not None else None)
    for event, before in sorted(newest.items(), key=lambda one: _order(one[0])):
        if not before.is_withdrawal and _is_taken_back(event, days):
            yield Change(Word(event, None, source, now), before.day)


def _order(event: Event) -> tuple[bool, int, int]:
    """A major before its minors, and those in their order."""
    return event.kind is not Kind.END, event.major, -1 if event.minor is None else event.minor


def _is_taken_back(event: Event, days: Mapping[Event, date]) -> bool:
    """Who names an older minor as the newest says that the later ones are not out."""
    minors = [one.minor for one in days if one.kind is event.kind and one.major == event.major]
    newest = max((one for one in minors if one is not None), default=None)
    return event.minor is not None and newest is not None and event.minor > newest


def _first_doubt(calendar: Calendar, words: Sequence[Word]) -> str | None:
    for word in words:
        why = doubt(calendar, word)
        if why is not None:
            return (
                f"{word.source} gives {word.day} for {word.event}, which cannot be: {why}; nothing of its "
                "answer was kept, so look at it yourself, and enter the right day with 'epelbot calendar add'"
            )
        calendar = with_words(calendar, [word]).calendar
    return None
