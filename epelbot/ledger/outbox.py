# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outbox: one row per effect on the outside world, and the notices that are sealed into it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, text, update

from epelbot.errors import BadInput
from epelbot.ledger.engines import is_postgresql, upsert
from epelbot.ledger.tables import UNSEALED, notices, outbox, switches

HELD = "held"
DUE = "due"
SENT = "sent"
PARKED = "parked"
DISCARDED = "discarded"
SUPERSEDED = "superseded"

_STOP = "delivery"


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice to one person about one cause, not yet sealed. ``data`` is the wording's own JSON."""

    id: int
    cause: str
    person: str
    listing_id: int
    rule: str
    data: str


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


def dedup_key(cause: str, person: str) -> str:
    """The key of the one effect that a cause has on a person."""
    return hashlib.sha256(f"{cause}|{person}".encode()).hexdigest()


def notify(
    connection: Connection,
    *,
    cause: str,
    person: str,
    listing_id: int,
    rule: str,
    data: str,
    now: datetime,
) -> None:
    """Write a notice, once per cause and person.

    One that was withdrawn unsent comes back if its cause does, held as its mail was.
    """
    statement = upsert(connection, notices).values(
        cause=cause, person=person, listing_id=listing_id, rule=rule, created_at=now, data=data
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["cause", "person"],
            set_={"withdrawn_at": None, "data": statement.excluded.data},
            where=notices.c.withdrawn_at.is_not(None),
        )
    )
    sealed = select(notices.c.outbox_id).where(notices.c.cause == cause, notices.c.person == person)
    connection.execute(
        update(outbox)
        .where(outbox.c.id == sealed.scalar_subquery(), outbox.c.status == SUPERSEDED)
        .values(status=HELD)
    )


def withdraw_others(connection: Connection, listing_id: int, causes: Sequence[str], now: datetime) -> None:
    """The listing's notices of other causes are done with, and mails of theirs not on their way."""
    gone = [
        notices.c.listing_id == listing_id,
        notices.c.withdrawn_at.is_(None),
        notices.c.cause.not_in(causes),
    ]
    # Asked of the update itself: a notice may be sealed while we wait for its row.
    withdrawn = connection.scalars(
        update(notices).where(*gone).values(withdrawn_at=now).returning(notices.c.outbox_id)
    )
    sealed = sorted(number for number in withdrawn if number is not None)
    if sealed:
        waiting = and_(
            outbox.c.status == DUE, or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
        )
        connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(sealed), or_(outbox.c.status == HELD, waiting))
            .values(status=SUPERSEDED, due_at=None)
        )


def withdraw(connection: Connection, notice: NoticeRow, now: datetime) -> None:
    """Take one notice back; it returns when its cause is told again."""
    connection.execute(update(notices).where(notices.c.id == notice.id).values(withdrawn_at=now))


def unsealed(connection: Connection, limit: int) -> list[NoticeRow]:
    """Notices that no outbox row carries yet, oldest first, held by this transaction."""
    query = (
        select(
            notices.c.id,
            notices.c.cause,
            notices.c.person,
            notices.c.listing_id,
            notices.c.rule,
            notices.c.data,
        )
        .where(UNSEALED)
        .order_by(notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [NoticeRow(*row) for row in connection.execute(query)]


def seal(
    connection: Connection,
    notice: NoticeRow,
    *,
    kind: str,
    about: str,
    recipient: str,
    subject: str,
    payload: str,
    status: str,
    now: datetime,
) -> None:
    """Put a notice into an outbox row of its own, ``held`` or ``due``."""
    number = connection.execute(
        insert(outbox)
        .values(
            kind=kind,
            dedup_key=dedup_key(notice.cause, notice.person),
            about=about,
            recipient=recipient,
            subject=subject,
            payload=payload,
            status=status,
            created_at=now,
            due_at=now if status == DUE else None,
            attempts=0,
            fence=0,
        )
        .returning(outbox.c.id)
    ).scalar_one()
    connection.execute(update(notices).where(notices.c.id == notice.id).values(outbox_id=number))


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
    connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id)
        .values(status=SENT, sent_at=now, due_at=None, last_error=None, lease_holder=None, lease_until=None)
    )


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


def spent_since(connection: Connection, since: datetime, now: datetime) -> int:
    """How many effects went out from that moment on, those on their way included.

    Until the transaction ends nobody else counts, so that what is counted and then claimed stays within a
    bound with any number of workers.
    """
    if is_postgresql(connection):
        # The number is epelbot's own. On SQLite there is one writer at a time anyway.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('epelbot delivery'))"))
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


def told(
    connection: Connection, listing_ids: Iterable[int], rule: str
) -> dict[int, dict[str, tuple[datetime, str | None]]]:
    """The notices of one rule, by listing and cause.

    For each: when it was first written, and how its mail stands (None while none is worded).
    """
    query = (
        select(notices.c.listing_id, notices.c.cause, notices.c.created_at, outbox.c.status)
        .outerjoin(outbox, outbox.c.id == notices.c.outbox_id)
        .where(notices.c.listing_id.in_(listing_ids), notices.c.rule == rule)
        .order_by(outbox.c.id)
    )
    found: dict[int, dict[str, tuple[datetime, str | None]]] = {}
    for number, cause, at, how in connection.execute(query):
        causes = found.setdefault(number, {})
        first, before = causes.get(cause, (at, None))
        causes[cause] = (min(first, at), how or before)
    return found


def with_notices(connection: Connection, listing_ids: Iterable[int]) -> frozenset[int]:
    """Those of the listings that have a notice which still stands."""
    query = select(notices.c.listing_id).where(
        notices.c.listing_id.in_(listing_ids), notices.c.withdrawn_at.is_(None)
    )
    return frozenset(connection.scalars(query.distinct()))
