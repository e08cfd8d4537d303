# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sources answer, and when the ledger was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from epelbot.ledger.engines import upsert
from epelbot.ledger.tables import about, source_health


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """When a source last answered, and since when it fails (None: it does not)."""

    source: str
    answered_at: datetime | None
    failing_since: datetime | None
    error: str | None


def note(connection: Connection, source: str, now: datetime, error: str | None) -> None:
    """A source answered (``error`` None) or failed."""
    if error is None:
        values: dict[str, object] = {"answered_at": now, "failing_since": None, "error": None}
        statement = upsert(connection, source_health).values(source=source, **values)
        changed = values
    else:
        statement = upsert(connection, source_health).values(source=source, failing_since=now, error=error)
        since = func.coalesce(source_health.c.failing_since, statement.excluded.failing_since)
        changed = {"failing_since": since, "error": error}
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=changed))


def all_of(connection: Connection) -> dict[str, SourceHealth]:
    """Every source that was ever asked."""
    return {row.source: SourceHealth(*row) for row in connection.execute(select(source_health))}


def known_made_at(connection: Connection) -> datetime | None:
    """When this ledger was made, if anybody has worked on it yet; reads only."""
    made = connection.scalar(select(about.c.value).where(about.c.name == "made_at"))
    return None if made is None else datetime.fromisoformat(made)


def made_at(connection: Connection, now: datetime) -> datetime:
    """When this ledger was made; the first call writes it, so that one needs a transaction that may write."""
    made = known_made_at(connection)
    if made is None:
        connection.execute(
            upsert(connection, about)
            .values(name="made_at", value=now.isoformat())
            .on_conflict_do_nothing(index_elements=["name"])
        )
        # Another worker may have been quicker.
        made = known_made_at(connection) or now
    return made
