# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar keeps itself current: days come in, and the listings that hang on them become due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from epelbot.domain.calendar_words import PERSON, Event, Kind, Word, doubt, newest_words
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import AccessSeen, LookedUp, Recorded
from epelbot.domain.retirement import State
from epelbot.errors import BadInput, ConfigError, TransientError
from epelbot.ledger import Connection, Ledger, calendar_words, evidence, listings
from epelbot.ledger.calendar_words import JudgedListing
from epelbot.ledger.codec import decode, encode
from epelbot.policy.authority import groups_in
from epelbot.policy.minimum_lifetime import lifetime
from epelbot.policy.rule import RELEASE_MANAGER
from epelbot.policy.seen import Seen
from epelbot.services.keep_word import check_author, plain_reason
from epelbot.services.rulebook import Rulebook

# Whose horizon tells how long dist-git's word on groups is believed.
_ANY_COLLECTION = Collection(9)


@dataclass(frozen=True, slots=True)
class DayWish:
    """What a person wants the calendar to say. ``day`` is None for a last minor, and to take back."""

    event: Event
    day: date | None
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of new words: how many listings are judged again."""

    words: tuple[Word, ...]
    listings_due: int


def known_rules(open_ledger: Callable[[], Ledger], rulebook: Rulebook) -> tuple[Rulebook, str | None]:
    """The rules with what the ledger has learnt, for what does without a ledger where there is none.

    Beside them the reason, one sentence, why it could not be asked; None where there is none yet.
    """
    try:
        ledger = open_ledger()
        if ledger.file is not None and not ledger.file.exists():
            return rulebook, None
        with ledger.read() as connection:
            return rulebook.current(connection), None
    except (TransientError, ConfigError) as error:
        return rulebook, str(error)


def add_day(ledger: Ledger, rulebook: Rulebook, wish: DayWish, now: datetime) -> Kept:
    """Keep a person's word. BadInput for one without the role, or for a day that cannot be."""
    _check_author(ledger, rulebook, wish, now)
    word = Word(wish.event, wish.day, PERSON, now, wish.author, plain_reason(wish.reason))
    with ledger.write() as connection:
        calendar_words.hold(connection)
        rulebook = rulebook.current(connection)
        doubtful = doubt(rulebook.calendar, word)
        if doubtful is not None:
            raise BadInput(f"{wish.event} cannot be {_said(word)}: {doubtful}; check the day")
        return keep_words(connection, rulebook, [word], now)


def remove_day(ledger: Ledger, rulebook: Rulebook, wish: DayWish, now: datetime) -> Kept:
    """Take a person's word back; what sources say counts again. BadInput when there is none."""
    _check_author(ledger, rulebook, wish, now)
    event = Event(Kind.FINAL, wish.event.major) if wish.event.kind is Kind.FINAL else wish.event
    word = Word(event, None, PERSON, now, wish.author, plain_reason(wish.reason))
    with ledger.write() as connection:
        calendar_words.hold(connection)
        said = newest_words(calendar_words.words(connection)).get((word.subject, PERSON))
        if said is None or said.is_withdrawal:
            raise BadInput(f"nobody entered {event}, so there is nothing to remove; see 'epelbot calendar'")
        return keep_words(connection, rulebook.current(connection), [word], now)


def keep_words(connection: Connection, rulebook: Rulebook, new: Sequence[Word], now: datetime) -> Kept:
    """Keep words, and make due exactly the listings whose judgement hangs on what they change.

    Call only while the calendar is held, with the rulebook that is current there.
    """
    calendar_words.add(connection, new)
    after = rulebook.current(connection)
    due = 0
    for major in after.calendar.changed_since(rulebook.calendar):
        if any(word.event.major == major and word.event.kind is Kind.BRANCHING for word in new):
            # Whose tag a build was in hangs on it too, so all of the major is looked at again.
            due += listings.make_major_due(connection, major, now)
        else:
            due += _make_due(connection, after, major, now)
        calendar_words.count_for(connection, rulebook.basis_of(major), after.basis_of(major))
    return Kept(tuple(new), due)


def _make_due(connection: Connection, rulebook: Rulebook, major: int, now: datetime) -> int:
    names = listings.of_major(connection, major)
    # First: what is being judged by the old calendar is either kept by now, or starts again.
    listings.raise_collections(connection, names)
    concerned = [
        (one.package, one.collection)
        for one in calendar_words.judged(connection, names)
        if _hangs_on(one, rulebook)
    ]
    listings.touch(connection, concerned, now)
    return len(concerned)


def _hangs_on(listing: JudgedListing, rulebook: Rulebook) -> bool:
    """Whether the new calendar tells something else of a listing than its excuse does.

    An open retirement hangs on every minor to come: the compose that it leaves with.
    """
    if listing.state is not None and listing.state != State.RETIRED.value:
        return True
    if listing.lifetime is None:
        return False
    try:
        clock = lifetime(
            Collection.parse(listing.collection),
            date.fromisoformat(listing.lifetime["entered"]),
            date.fromisoformat(listing.lifetime["as_of"]),
            rulebook.calendar,
            rulebook.profile,
        )
    except BadInput:
        return True
    return decode(dict[str, Any], encode(clock)) != listing.lifetime


def _check_author(ledger: Ledger, rulebook: Rulebook, wish: DayWish, now: datetime) -> None:
    """BadInput for one who is no release manager; a group is known as dist-git told of it last."""
    told: list[Recorded] = []
    with ledger.read() as connection:
        if groups_in(rulebook.profile.roles.release_managers):
            told = [
                *evidence.of_kind(connection, AccessSeen),
                *evidence.of_kind(connection, LookedUp),
            ]
        horizon = rulebook.horizon(connection, _ANY_COLLECTION, now)
    check_author(wish.author, RELEASE_MANAGER, rulebook, Seen.on(now.date(), told, horizon))


def _said(word: Word) -> str:
    return f"{word.event.major}.{word.event.minor}" if word.event.kind is Kind.FINAL else str(word.day)
