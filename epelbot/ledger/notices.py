# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notices: one row per cause and person, and which of them a mail may carry now.

A person's waiting notices are sealed into one mail. Which mail, and when, is `policy.telling`'s rhythm; that
no two tellers write to a person at once, and that a judge and a teller don't wait for each other, is here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)

from epelbot.ledger.engines import is_postgresql, upsert
from epelbot.ledger.tables import TOLD, UNSEALED, notices, outbox
from epelbot.policy.telling import DEMANDED, DIGEST_EVERY, IN_VIEW, SOON

# Statuses of an outbox row; the outbox itself has them all.
_HELD, _DUE, _SENT, _SUPERSEDED = "held", "due", "sent", "superseded"
# Whoever is told something new all day long is still told within a day.
_LONGEST_GATHERING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice to one person about one cause. ``data`` is the wording's own JSON.

    ``told`` is in how many mails it has gone out; ``due_on`` and ``at_once`` say how urgent it is.
    """

    id: int
    cause: str
    person: str
    listing_id: int
    rule: str
    data: str
    created_at: datetime
    due_on: date | None
    at_once: bool
    told: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When one looks, and how mail goes out: ``drafts`` are held for a person, and kept up to date.

    What is new is gathered for the time of ``gather`` after the last of it. ``muted`` people get only what
    the policy demands.
    """

    now: datetime
    drafts: bool = False
    gather: timedelta = timedelta()
    muted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What goes into one mail to one person; ``digest``: it is the person's digest of the week."""

    person: str
    notices: tuple[NoticeRow, ...]
    digest: bool


_COLUMNS = (
    notices.c.id,
    notices.c.cause,
    notices.c.person,
    notices.c.listing_id,
    notices.c.rule,
    notices.c.data,
    notices.c.created_at,
    notices.c.due_on,
    notices.c.at_once,
    notices.c.told,
)


def mail_key(person: str, carried: Sequence[NoticeRow]) -> str:
    """The key of the one mail that tells a person these causes for the time they are told.

    The same again after a crash, and when a cause that went comes back before the mail was sent.
    """
    causes = sorted(f"{notice.cause}|{notice.told}" for notice in carried)
    return hashlib.sha256("\n".join([person, *causes]).encode()).hexdigest()


def lock_listings(connection: Connection, listing_ids: Iterable[int]) -> frozenset[int]:
    """Take the listings' notices before any of them is changed, in the order in which tellers take them.

    Returns the listings of which a notice still stands.
    """
    query = select(notices.c.listing_id, notices.c.withdrawn_at).where(notices.c.listing_id.in_(listing_ids))
    rows = connection.execute(query.order_by(notices.c.id).with_for_update()).all()
    return frozenset(row.listing_id for row in rows if row.withdrawn_at is None)


def lock_mail(connection: Connection, mail: int) -> None:
    """Take the notices of a mail, before the mail itself."""
    _lock(connection, notices.c.outbox_id == mail)


def _lock(connection: Connection, which: ColumnElement[bool]) -> list[int]:
    query = select(notices.c.id).where(which).order_by(notices.c.id).with_for_update()
    return list(connection.scalars(query))


def notify(
    connection: Connection,
    *,
    cause: str,
    person: str,
    listing_id: int,
    rule: str,
    data: str,
    now: datetime,
    due: date | None = None,
    at_once: bool = False,
    once: bool = False,
    news: str = "",
) -> None:
    """Write a notice, once per cause and person; one that is there is brought up to date.

    One that was withdrawn comes back if its cause does: untold, it waits for a mail again; told, it may be
    told again after its pause.
    """
    changing = {
        "data": data,
        "due_on": due,
        "at_once": at_once,
        "once": once,
        "news": hashlib.sha256(news.encode()).hexdigest(),
    }
    statement = upsert(connection, notices).values(
        cause=cause, person=person, listing_id=listing_id, rule=rule, created_at=now, **changing
    )
    back = notices.c.withdrawn_at.is_not(None)
    unsent = exists().where(outbox.c.id == notices.c.outbox_id, outbox.c.status == _SUPERSEDED)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["cause", "person"],
            set_={
                **{name: statement.excluded[name] for name in changing},
                "withdrawn_at": None,
                "outbox_id": case((and_(back, unsent), None), else_=notices.c.outbox_id),
                "said": case((and_(back, notices.c.said.is_not(None)), ""), else_=notices.c.said),
            },
        )
    )


def withdraw_others(
    connection: Connection, listing_id: int, causes: Sequence[str], now: datetime
) -> set[int]:
    """The listing's notices of other causes are done with; returns the mails that carry them.

    For `take_back`, at the end of the transaction.
    """
    gone = [
        notices.c.listing_id == listing_id,
        notices.c.withdrawn_at.is_(None),
        notices.c.cause.not_in(causes),
    ]
    # Asked of the update itself: a notice may be sealed while we wait for its row.
    withdrawn = connection.scalars(
        update(notices).where(*gone).values(withdrawn_at=now).returning(notices.c.outbox_id)
    )
    return {number for number in withdrawn if number is not None}


def take_back(connection: Connection, mails: Iterable[int], now: datetime) -> None:
    """Supersede those of the mails that are not on their way; the rest of what they tell is let go later."""
    # A mail whose sender died may have gone out, and so is not taken back.
    waiting = and_(outbox.c.status == _DUE, outbox.c.lease_until.is_(None))
    taken = select(outbox.c.id).where(outbox.c.id.in_(mails), or_(outbox.c.status == _HELD, waiting))
    # The day says that `let_go` has to see to what else was in it. Those notices are not ours to take here.
    connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(taken.order_by(outbox.c.id).with_for_update()))
        .values(status=_SUPERSEDED, due_at=now)
    )


def let_go(connection: Connection) -> bool:
    """What was in a mail that has been superseded waits for another one; False when there was no such mail.

    By a teller, in a transaction of its own: many listings' notices are taken at once.
    """
    _one_teller(connection)
    mails = list(
        connection.scalars(
            select(outbox.c.id).where(outbox.c.status == _SUPERSEDED, outbox.c.due_at.is_not(None))
        )
    )
    if not mails:
        return False
    left = _lock(connection, and_(notices.c.outbox_id.in_(mails), notices.c.withdrawn_at.is_(None)))
    connection.execute(update(notices).where(notices.c.id.in_(left)).values(outbox_id=None))
    connection.execute(update(outbox).where(outbox.c.id.in_(mails)).values(due_at=None))
    return True


def _one_teller(connection: Connection) -> None:
    if is_postgresql(connection):
        # The number is epelbot's own. On SQLite there is one writer at a time anyway.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('epelbot telling'))"))


def withdraw(connection: Connection, notice: NoticeRow, now: datetime) -> None:
    """Take one notice back; it returns when its cause is told again."""
    connection.execute(update(notices).where(notices.c.id == notice.id).values(withdrawn_at=now))


def _may_go(moment: Moment) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which notices may go into a mail: those in none yet, and those to remind of."""
    loud = _loud(moment)
    first = and_(UNSEALED, or_(loud, and_(_demanded(), notices.c.told == 0)))
    changed_or_due = or_(notices.c.said != notices.c.news, notices.c.due_on <= moment.now.date() + IN_VIEW)
    again = and_(TOLD, notices.c.paused_until <= moment.now, notices.c.once.is_(False), loud, changed_or_due)
    return first, again


def _loud(moment: Moment) -> ColumnElement[bool]:
    return notices.c.person.not_in(moment.muted)


def _demanded() -> ColumnElement[bool]:
    return notices.c.rule.in_(DEMANDED)


def _presses(moment: Moment) -> ColumnElement[bool]:
    return or_(notices.c.at_once, func.coalesce(notices.c.due_on <= moment.now.date() + SOON, False))


def _has_digest(person: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """The person's digest of this week is sent, or will be."""
    sent = select(outbox.c.person).where(outbox.c.sent_at > now - DIGEST_EVERY, outbox.c.digest)
    coming = select(outbox.c.person).where(outbox.c.status == _DUE, outbox.c.digest)
    return person.in_(union_all(sent, coming))


def next_person(connection: Connection, moment: Moment) -> str | None:
    """Who has waited longest for a mail that may be written now, or None.

    In the same transaction `waiting` says what goes into it. On PostgreSQL one teller at a time comes here.
    """
    _one_teller(connection)
    first, again = _may_go(moment)
    presses = case((_presses(moment), 1), else_=0).label("presses")
    ready = union_all(
        select(notices.c.person, notices.c.created_at.label("since"), presses).where(first),
        select(notices.c.person, notices.c.paused_until.label("since"), presses).where(again),
    ).subquery()
    by_person = (
        select(ready.c.person).group_by(ready.c.person).order_by(func.min(ready.c.since), ready.c.person)
    )
    if not moment.drafts:
        no_digest = ~_has_digest(ready.c.person, moment.now)
        too_long = moment.now - max(moment.gather, _LONGEST_GATHERING)
        pressing_since = func.min(case((ready.c.presses == 1, ready.c.since)))
        by_person = by_person.having(or_(func.max(ready.c.presses) == 1, no_digest)).having(
            or_(
                func.max(ready.c.since) <= moment.now - moment.gather,
                pressing_since <= too_long,
                and_(no_digest, func.min(ready.c.since) <= too_long),
            )
        )
    return connection.scalar(by_person.limit(1))


def waiting(connection: Connection, person: str, moment: Moment) -> Waiting:
    """What a person may be told now, held by this transaction, in the order in which it was learnt.

    A person whose digest of the week has been written gets only what presses. Drafts are held back in favour
    of the one that will be written now.
    """
    first, again = _may_go(moment)
    wanted = and_(notices.c.person == person, or_(first, again))
    drafts: list[int] = []
    if moment.drafts:
        drafts = list(
            connection.scalars(select(outbox.c.id).where(outbox.c.person == person, outbox.c.status == _HELD))
        )
        drafted = and_(notices.c.outbox_id.in_(drafts), notices.c.withdrawn_at.is_(None))
        wanted = or_(wanted, and_(drafted, or_(_loud(moment), _demanded())))
    query = select(*_COLUMNS, notices.c.outbox_id, _presses(moment).label("presses")).where(wanted)
    rows = connection.execute(query.order_by(notices.c.id).with_for_update()).all()
    taken = connection.scalars(
        update(outbox)
        .where(outbox.c.id.in_(drafts), outbox.c.status == _HELD)
        .values(status=_SUPERSEDED)
        .returning(outbox.c.id)
    ).all()
    rows = [row for row in rows if row.outbox_id not in set(drafts) - set(taken)]
    everything = moment.drafts or not connection.scalar(select(_has_digest(literal(person), moment.now)))
    chosen = [row for row in rows if everything or row.presses]
    return Waiting(
        person,
        tuple(NoticeRow(*row[: len(_COLUMNS)]) for row in chosen),
        digest=not all(row.presses for row in chosen),
    )


def seal(
    connection: Connection,
    carried: Waiting,
    *,
    about: str,
    recipient: str,
    subject: str,
    payload: str,
    status: str,
    now: datetime,
) -> None:
    """Put notices into one mail of the outbox, ``held`` or ``due``.

    The very same mail that was superseded before it went out is taken up again.
    """
    changing: dict[str, Any] = {
        "about": about,
        "recipient": recipient,
        "subject": subject,
        "payload": payload,
        "status": status,
        "digest": carried.digest,
        "created_at": now,
        "due_at": now if status == _DUE else None,
        "attempts": 0,
    }
    key = mail_key(carried.person, carried.notices)
    statement = upsert(connection, outbox).values(
        kind="mail", dedup_key=key, person=carried.person, fence=0, **changing
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["dedup_key"],
            set_={**changing, "last_error": None},
            where=outbox.c.status == _SUPERSEDED,
        )
    )
    number = connection.execute(select(outbox.c.id).where(outbox.c.dedup_key == key)).scalar_one()
    connection.execute(
        update(notices)
        .where(notices.c.id.in_([notice.id for notice in carried.notices]))
        .values(outbox_id=number, said=notices.c.news, paused_until=None)
    )


def went_out(connection: Connection, mail: int, now: datetime, pause: Callable[[int], timedelta]) -> None:
    """The mail has been sent for the first time: its notices rest for a while."""
    told = connection.execute(
        select(notices.c.id, notices.c.told).where(notices.c.outbox_id == mail).order_by(notices.c.id)
    ).all()
    for row in told:
        connection.execute(
            update(notices)
            .where(notices.c.id == row.id)
            .values(told=row.told + 1, paused_until=now + pause(row.told + 1))
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
