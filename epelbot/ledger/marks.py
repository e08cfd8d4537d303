# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marks: up to when a source's history is in the ledger as a whole, so that a sweep can go on from there.

Of some sources also since when: what was never read tells nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from operator import gt, lt

from sqlalchemy import Connection, select

from epelbot.ledger.engines import upsert
from epelbot.ledger.tables import about

_PREFIX = "swept:"
#: The bus: since when and until when messages are stored.
HEARD = "heard"
#: Up to where a catch-up has come, and up to where it wanted to come.
CAUGHT_UP, WANTED = "bus", "bus wanted"


def reached(connection: Connection, mark: str) -> datetime | None:
    """Up to when all is known of what the mark names ("taggings epel9"); None if nothing is for certain."""
    value = connection.scalar(select(about.c.value).where(about.c.name == _PREFIX + mark))
    return None if value is None else datetime.fromisoformat(value)


def move(connection: Connection, mark: str, until: datetime) -> None:
    """Everything up to ``until`` is known from now on. Move it in the transaction that kept what is known."""
    statement = upsert(connection, about).values(name=_PREFIX + mark, value=until.isoformat())
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )


def span(connection: Connection, mark: str) -> tuple[datetime, datetime] | None:
    """Since when and up to when all is known of what the mark names; None if nothing is for certain."""
    since, until = reached(connection, since_of(mark)), reached(connection, mark)
    return None if since is None or until is None else (since, until)


def since_of(mark: str) -> str:
    """The mark that tells since when all is known."""
    return f"{mark} since"


def posts_of(list_name: str) -> str:
    """The mark of what the archive told of a mailing list."""
    return f"posts {list_name}"


def bus_gap(connection: Connection) -> datetime | None:
    """Where a catch-up with the bus was broken off; None where none was, and no messages are missing."""
    done, wanted = reached(connection, CAUGHT_UP), reached(connection, WANTED)
    return done if done is not None and wanted is not None and done < wanted else None


def widen(connection: Connection, mark: str, since: datetime, until: datetime) -> None:
    """All between the two is known as well, whatever order such times come in.

    Written last in its transaction: everybody writes these two rows.
    """
    for name, at, outdoes in ((since_of(mark), since, lt), (mark, until, gt)):
        # Whole seconds in UTC, so that texts compare as the times do.
        text = at.astimezone(UTC).isoformat(timespec="seconds")
        statement = upsert(connection, about).values(name=_PREFIX + name, value=text)
        new = statement.excluded.value
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"value": new}, where=outdoes(new, about.c.value)
            )
        )
