# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inbox: raw messages, stored before they are acknowledged and kept for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, func, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from epelbot.errors import BadInput, PermanentError
from epelbot.ledger.engines import is_postgresql, upsert
from epelbot.ledger.tables import UNSETTLED, inbox

NEW = "new"
RECORDED = "recorded"
PARKED = "parked"


# Each made once: with one message per commit, making a statement costs more than running it.
_STORE: dict[str, Executable] = {}
_TOP = select(func.max(inbox.c.seq))
_OF_SEQS = select(inbox.c.id).where(inbox.c.seq.in_(bindparam("seqs", expanding=True)))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message to store. With an ``error`` it is parked at once, else a worker will record it."""

    id: str
    topic: str
    payload: bytes
    error: str | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored message. ``seq`` grows in the order of arrival."""

    seq: int
    id: str
    topic: str
    payload: bytes
    received_at: datetime
    status: str
    attempts: int
    error: str | None


def store(connection: Connection, arrivals: Sequence[Arrival], received_at: datetime) -> set[str]:
    """Store messages in one statement and return the ids that were new; a known id is a no-op.

    Raises `PermanentError` when the database refuses a value (NUL in a text, half of a surrogate pair, too
    long): then none of them is stored, and the transaction is of no more use.
    """
    if not arrivals:
        return set()
    seqs = _next_seqs(connection, len(arrivals))
    rows: list[dict[str, Any]] = [
        {
            "seq": seq,
            "id": one.id,
            "topic": one.topic,
            "payload": one.payload,
            "received_at": received_at,
            "status": PARKED if one.error else NEW,
            "attempts": 0,
            "error": one.error,
        }
        for seq, one in zip(seqs, arrivals, strict=True)
    ]
    if is_postgresql(connection):
        # Two consumers that were sent the same messages, in whatever order, must not wait for each other.
        rows.sort(key=lambda row: row["id"])
    try:
        stored = connection.execute(_storing(connection), rows)
    except (StatementError, UnicodeError, OverflowError) as error:
        if isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError):
            raise
        said = str(getattr(error, "orig", error)).strip()
        raise PermanentError(f"the database refuses a message ({said}); see who sent it") from error
    if stored.rowcount == len(rows):
        return {one.id for one in arrivals}
    # What got one of our numbers was not there before; cheaper than RETURNING row by row.
    return set(connection.scalars(_OF_SEQS, {"seqs": seqs}))


def _storing(connection: Connection) -> Executable:
    engine = connection.dialect.name
    if engine not in _STORE:
        _STORE[engine] = upsert(connection, inbox).on_conflict_do_nothing(index_elements=["id"])
    return _STORE[engine]


def _next_seqs(connection: Connection, number: int) -> list[int]:
    """Take numbers for messages in the order of arrival; those of messages known already stay unused."""
    if is_postgresql(connection):
        sequence = func.nextval(func.pg_get_serial_sequence(inbox.name, inbox.c.seq.name))
        return sorted(connection.scalars(select(sequence).select_from(func.generate_series(1, number))))
    top = connection.scalar(_TOP) or 0
    return list(range(top + 1, top + 1 + number))


def claim_new(connection: Connection, limit: int) -> list[InboxRow]:
    """Up to ``limit`` messages to record, oldest first, held by this transaction.

    On PostgreSQL other workers pass over them; on SQLite there is one writer at a time anyway.
    """
    query = select(inbox).where(inbox.c.status == NEW, UNSETTLED).order_by(inbox.c.seq).limit(limit)
    return [InboxRow(*row) for row in connection.execute(query.with_for_update(skip_locked=True))]


def mark_recorded(connection: Connection, seqs: Sequence[int]) -> None:
    """These messages are evidence now."""
    connection.execute(update(inbox).where(inbox.c.seq.in_(seqs)).values(status=RECORDED, error=None))


def park(connection: Connection, seq: int, error: str) -> None:
    """This message can't be understood as it is; a person sees why and may retry it."""
    connection.execute(
        update(inbox)
        .where(inbox.c.seq == seq)
        .values(status=PARKED, error=error, attempts=inbox.c.attempts + 1)
    )


def retry(connection: Connection, ids: Iterable[str]) -> int:
    """Let parked messages be recorded again; returns how many were parked."""
    found = connection.execute(
        update(inbox)
        .where(inbox.c.status == PARKED, inbox.c.id.in_(list(ids)))
        .values(status=NEW, error=None)
    )
    return found.rowcount


def retry_all(connection: Connection) -> int:
    """Let every parked message be recorded again; returns how many there were."""
    return connection.execute(
        update(inbox).where(inbox.c.status == PARKED, UNSETTLED).values(status=NEW, error=None)
    ).rowcount


def counts(connection: Connection) -> dict[str, int]:
    """How many messages stand in each status."""
    query = select(inbox.c.status, func.count().label("number")).where(UNSETTLED).group_by(inbox.c.status)
    waiting = {NEW: 0, PARKED: 0} | {row.status: row.number for row in connection.execute(query)}
    # Not grouped over all rows: that would read every message there ever was.
    everything = connection.scalar(select(func.count()).select_from(inbox)) or 0
    return waiting | {RECORDED: everything - sum(waiting.values())}


def listed(connection: Connection, status: str | None, limit: int) -> list[InboxRow]:
    """The newest ``limit`` messages, of one status or of any."""
    if status in (NEW, PARKED):
        return unsettled(connection, status, limit)
    query = select(inbox).order_by(inbox.c.seq.desc()).limit(limit)
    if status is not None:
        query = query.where(inbox.c.status == status)
    return [InboxRow(*row) for row in connection.execute(query)]


def unsettled(connection: Connection, status: str, limit: int) -> list[InboxRow]:
    """Up to ``limit`` messages that are new, or parked, the newest first."""
    query = select(inbox).where(inbox.c.status == status, UNSETTLED).order_by(inbox.c.seq.desc())
    return [InboxRow(*row) for row in connection.execute(query.limit(limit))]


def latest(connection: Connection, limit: int) -> list[bytes]:
    """The payloads that came in last and were no damaged ones, the newest first."""
    query = select(inbox.c.payload).where(inbox.c.status != PARKED).order_by(inbox.c.seq.desc())
    return list(connection.scalars(query.limit(limit)))


def by_id(connection: Connection, message_id: str) -> InboxRow:
    """One message; BadInput when there is none of that id."""
    row = connection.execute(select(inbox).where(inbox.c.id == message_id)).one_or_none()
    if row is None:
        raise BadInput(f"no message {message_id!r} is in the inbox; 'epelbot inbox list' shows what is")
    return InboxRow(*row)
