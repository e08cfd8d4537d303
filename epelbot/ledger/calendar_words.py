# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RHEL's calendar as far as it was learnt, and which excuses were made by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from epelbot.domain.calendar_words import Event, Kind, Word
from epelbot.ledger.codec import decode
from epelbot.ledger.engines import upsert
from epelbot.ledger.tables import about, calendar_words, excuses, listings

_VERSION = "calendar"


def version(connection: Connection) -> int:
    """A number that changes with every word, so that who keeps a calendar knows when to make it anew."""
    return int(connection.scalar(select(about.c.value).where(about.c.name == _VERSION)) or 0)


def words(connection: Connection) -> tuple[Word, ...]:
    """Every word that was ever said, oldest first."""
    rows = connection.execute(select(calendar_words).order_by(calendar_words.c.id))
    return tuple(
        Word(
            Event(Kind(row.kind), row.major, row.minor),
            row.day,
            row.source,
            row.learnt_at,
            row.author,
            row.reason,
        )
        for row in rows
    )


def hold(connection: Connection) -> None:
    """Let nobody else add words until this transaction ends. Call it first: before any other lock."""
    connection.execute(
        upsert(connection, about)
        .values(name=_VERSION, value="0")
        .on_conflict_do_nothing(index_elements=["name"])
    )
    connection.execute(select(about.c.value).where(about.c.name == _VERSION).with_for_update())


def add(connection: Connection, new: Sequence[Word]) -> None:
    """Keep words; call only while the calendar is held."""
    if not new:
        return
    connection.execute(
        insert(calendar_words),
        [
            {
                "kind": word.event.kind.value,
                "major": word.event.major,
                "minor": word.event.minor,
                "day": word.day,
                "source": word.source,
                "learnt_at": word.learnt_at,
                "author": word.author,
                "reason": word.reason,
            }
            for word in new
        ],
    )
    number = version(connection) + 1
    connection.execute(update(about).where(about.c.name == _VERSION).values(value=str(number)))


@dataclass(frozen=True, slots=True)
class JudgedListing:
    """What the excuse of a listing says of its commitment: ``lifetime`` as it is kept, None without one."""

    package: str
    collection: str
    state: str | None
    lifetime: dict[str, Any] | None


def judged(connection: Connection, collections: Sequence[str]) -> Iterator[JudgedListing]:
    """Every listing of these collections that has an excuse, by package and collection."""
    query = (
        select(listings.c.package, listings.c.collection, listings.c.state, excuses.c.data)
        .join(excuses, excuses.c.listing_id == listings.c.id)
        .where(listings.c.collection.in_(collections))
        .order_by(listings.c.package, listings.c.collection)
    )
    for row in connection.execute(query):
        # As plain JSON: an excuse of an older epelbot need not be one of ours any more.
        yield JudgedListing(
            row.package, row.collection, row.state, decode(dict[str, Any], row.data).get("lifetime")
        )


def count_for(connection: Connection, old_basis: str, basis: str) -> None:
    """Let excuses made on ``old_basis`` count as made on ``basis``: it tells them nothing new."""
    connection.execute(update(excuses).where(excuses.c.basis == old_basis).values(basis=basis))
