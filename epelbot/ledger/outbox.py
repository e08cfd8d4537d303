# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outbox: one row per effect on the outside world, whatever becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, text, update

from epelbot.errors import BadInput
from epelbot.ledger import notices
from epelbot.ledger.engines import is_postgresql, upsert
from epelbot.ledger.tables import outbox, switches
from epelbot.policy.telling import pause_after

HELD = "held"
DUE = "due"
SENT = "sent"
PARKED = "parked"
DISCARDED = "discarded"
SUPERSEDED = "superseded"

_STOP = "delivery"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One effect. ``payload`` is what is sent, as JSON; ``fence`` proves a claim."""

    id: int
    kind: str
    dedup_key: str
    about: str
    recipient: str
    subject: str
    payload: str
    status: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    fence: int


_COLUMNS = (
    outbox.c.id,
    outbox.c.kind,
    outbox.c.dedup_key,
    outbox.c.about,
    outbox.c.recipient,
    outbox.c.subject,
    outbox.c.payload,
    outbox.c.status,
    outbox.c.created_at,
    outbox.c.sent_at,
    outbox.c.attempts,
    outbox.c.last_error,
    outbox.c.fence,
)


def claim_due(connection: Connection, now: datetime, holder: str, lease_seconds: int) -> OutboxRow | None:
    """Take the effect that has been due longest, or None."""
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    row = connection.execute(
        select(*_COLUMNS)
        .where(outbox.c.status == DUE, outbox.c.due_at <= now, free)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = row.mappings().one_or_none()
    if found is None:
        return None
    mine = {"fence": found["fence"] + 1, "attempts": found["attempts"] + 1}
    connection.execute(
        update(outbox)
        .where(outbox.c.id == found["id"])
        .values(lease_holder=holder, lease_until=now + timedelta(seconds=lease_seconds), **mine)
    )
    return OutboxRow(**(dict(found) | mine))


def mark_sent(connection: Connection, row: OutboxRow, now: datetime) -> None:
    """The other side took it. True whoever holds the lease by now: it has happened."""
    notices.lock_mail(connection, row.id)
    first = connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.status != SENT)
        .values(status=SENT, sent_at=now, due_at=None, last_error=None, lease_holder=None, lease_until=None)
    )
    if first.rowcount:
        notices.went_out(connection, row.id, now, pause_after)


def mark_failed(connection: Connection, row: OutboxRow, error: str, *, again_at: datetime | None) -> None:
    """It did not go out: tried again at ``again_at``, or parked for a person when that is None.

    Nothing changes when the lease was lost, or a person decided otherwise meanwhile.
    """
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.fence == row.fence, outbox.c.status == DUE)
        .values(
            status=DUE if again_at else PARKED,
            due_at=again_at,
            last_error=error,
            lease_holder=None,
            lease_until=None,
        )
    )


def one_at_a_time(connection: Connection) -> None:
    """Until the transaction ends nobody else passes here.

    So what is counted and then claimed stays within a bound with any number of workers.
    """
    if is_postgresql(connection):
        # The number is epelbot's own. On SQLite there is one writer at a time anyway.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('epelbot delivery'))"))


def spent_since(connection: Connection, since: datetime, now: datetime) -> int:
    """How many effects went out from that moment on, those on their way included."""
    gone = select(func.count()).where(outbox.c.sent_at >= since)
    going = select(func.count()).where(outbox.c.status == DUE, outbox.c.lease_until > now)
    # Two counts, each from its own index.
    return (connection.scalar(gone) or 0) + (connection.scalar(going) or 0)


def listed(connection: Connection, status: str | None = None) -> list[OutboxRow]:
    """All effects, newest first, of one status or of any."""
    query = select(*_COLUMNS).order_by(outbox.c.id.desc())
    if status is not None:
        query = query.where(outbox.c.status == status)
    return [OutboxRow(**row) for row in connection.execute(query).mappings()]


def unsent_to(connection: Connection, person: str) -> list[int]:
    """The numbers of the mails to a person that have not gone out."""
    query = select(outbox.c.id).where(outbox.c.person == person, outbox.c.status.in_((HELD, DUE)))
    return list(connection.scalars(query.order_by(outbox.c.id)))


def by_id(connection: Connection, number: int) -> OutboxRow:
    """One effect; BadInput when there is none of that number."""
    return _one(connection, number, select(*_COLUMNS))


def _one(connection: Connection, number: int, query: Select[Any]) -> OutboxRow:
    row = connection.execute(query.where(outbox.c.id == number)).mappings().one_or_none()
    if row is None:
        raise BadInput(f"there is no number {number} in the outbox; 'epelbot outbox list' shows what is")
    return OutboxRow(**row)


def release(connection: Connection, number: int, now: datetime) -> None:
    """Let a held or parked effect go out; BadInput for any other."""
    row = _one(connection, number, select(*_COLUMNS).with_for_update())
    if row.status not in (HELD, PARKED):
        raise BadInput(f"number {number} is {row.status}; only what is held or parked can be released")
    connection.execute(
        update(outbox)
        .where(outbox.c.id == number)
        .values(status=DUE, due_at=now, attempts=0, last_error=None)
    )


def discard(connection: Connection, number: int) -> None:
    """Decide that a held, due or parked effect shall not happen; BadInput for any other."""
    row = _one(connection, number, select(*_COLUMNS).with_for_update())
    if row.status not in (HELD, DUE, PARKED):
        raise BadInput(f"number {number} is {row.status}; only what has not happened can be discarded")
    connection.execute(update(outbox).where(outbox.c.id == number).values(status=DISCARDED, due_at=None))


def counts(connection: Connection) -> dict[str, int]:
    """How many effects stand in each status."""
    query = select(outbox.c.status, func.count().label("number")).group_by(outbox.c.status)
    return {row.status: row.number for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stopped all delivery, when and why."""

    by: str
    at: datetime
    reason: str


def stopped(connection: Connection) -> Stop | None:
    """The stop in force, or None."""
    row = connection.execute(
        select(switches).where(switches.c.name == _STOP, switches.c.thrown)
    ).one_or_none()
    return None if row is None else Stop(row.by, row.at, row.reason)


def throw_stop(connection: Connection, *, stop: bool, by: str, reason: str, now: datetime) -> None:
    """Stop all delivery, or let it go on."""
    values = {"thrown": stop, "by": by, "at": now, "reason": reason}
    connection.execute(
        upsert(connection, switches)
        .values(name=_STOP, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
