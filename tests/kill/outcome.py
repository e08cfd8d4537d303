# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of a run: the ledger's last state and every mail that went out, without what is chance.

A run's own times (learnt, judged, written) all lie in a chapter's first hour, when nothing happens in the
world. They are told as "chapter 3", which keeps what matters of them. Numbers of rows, leases and
counts of attempts are left out; nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from epelbot.domain.excuse import Excuse
from epelbot.ledger import Ledger
from epelbot.ledger.codec import decode
from epelbot.ledger.notices import Moment, next_person
from epelbot.ledger.tables import evidence, excuses, inbox, listings, notices, outbox, posts
from epelbot.policy.telling import pause_after
from tests.kill.history import BEGIN, STEP, WINDOW

#: Rows of one kind by their natural key.
Rows = dict[str, Any]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that the server took. ``order`` numbers mails and blows alike.

    ``chapter`` is when. ``cause`` is the last instant of the evidence that its notice gives, and None when
    the ledger knew of no such mail at that moment; ``at`` is what time it was.
    """

    order: int
    chapter: int
    at: datetime
    message_id: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    cause: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All there is to compare. ``blows`` are the orders of the kills; ``troubles`` what no run may show."""

    state: dict[str, Rows]
    letters: tuple[Letter, ...]
    blows: tuple[int, ...] = ()
    troubles: tuple[str, ...] = ()


def state_of(ledger: Ledger, now: datetime) -> dict[str, Rows]:
    """The ledger's state at the end, by table."""
    with ledger.read() as connection:
        return {
            "inbox": {
                row.id: [row.topic, row.status, row.error] for row in connection.execute(select(inbox))
            },
            "evidence": _evidence(connection),
            "posts": {
                row.hash: [row.status, *_plain([row.due_at]), _data(row.data)]
                for row in connection.execute(select(posts))
            },
            "listings": _listings(connection, now),
            "excuses": {
                f"{row.package}/{row.collection}": [row.basis, _data(row.data)]
                for row in connection.execute(
                    select(listings.c.package, listings.c.collection, excuses.c.basis, excuses.c.data).join(
                        excuses, excuses.c.listing_id == listings.c.id
                    )
                )
            },
            "notices": _notices(connection),
            "outbox": {
                row.dedup_key: [
                    row.kind,
                    row.about,
                    row.recipient,
                    row.subject,
                    row.status,
                    _data(row.payload),
                ]
                for row in connection.execute(select(outbox))
            },
        }


def cause_of(ledger: Ledger, message_id: str) -> datetime | None:
    """The last instant in the evidence of the notices that a mail came from; None if there are none."""
    with ledger.read() as connection:
        found = connection.scalars(
            select(notices.c.data)
            .join(outbox, outbox.c.id == notices.c.outbox_id)
            .where(outbox.c.payload.contains(message_id, autoescape=True))
        ).all()
    instants = (
        one.at
        for data in found
        for finding in decode(Excuse, data).findings
        for one in finding.evidence
        if one.at is not None
    )
    return max(instants, default=datetime.min.replace(tzinfo=UTC)) if found else None


def unfinished(ledger: Ledger, now: datetime, told: Moment) -> list[str]:
    """What is left to do at that moment, whoever holds it; ``told`` says which mails may be written."""
    with ledger.read() as connection:
        waiting: dict[str, Any] = {
            "messages to record": select(inbox.c.id).where(inbox.c.status == "new"),
            "posts to read": select(posts.c.hash).where(posts.c.due_at <= now),
            "listings to judge": select(listings.c.package).where(listings.c.due_at <= now),
            "mails to take apart": select(outbox.c.subject).where(
                outbox.c.status == "superseded", outbox.c.due_at.is_not(None)
            ),
            "mails to send": select(outbox.c.subject).where(outbox.c.status == "due", outbox.c.due_at <= now),
        }
        left = {what: list(connection.scalars(query)) for what, query in waiting.items()}
    with ledger.write() as connection:
        person = next_person(connection, told)
        left["people to tell"] = [] if person is None else [person]
    return [f"{len(some)} {what} ({some[0]} …)" for what, some in left.items() if some]


def _evidence(connection: Connection) -> Rows:
    """All but two things that are chance: who told first, and what was asked only since nobody had told yet.

    The latter are the epochs of builds, of which Koji is asked while their messages are still on the way.
    """
    return {
        row.key: [
            row.kind,
            row.package,
            row.major,
            *_plain([row.happened_at, row.learnt_at, row.confirmed_at]),
            _data(row.data),
        ]
        for row in connection.execute(select(evidence))
        if (row.kind, row.source) != ("build", "koji")
    }


def _listings(connection: Connection, now: datetime) -> Rows:
    return {
        f"{row.package}/{row.collection}": {
            "state": row.state,
            "verdict": row.verdict,
            "judged": row.generation == row.judged_generation,
            "waits": row.due_at is None or row.due_at > now,
            # To the hour: it is counted from the moment of the judgement.
            "due": row.due_at and f"{row.due_at:%Y-%m-%d %H}",
            "error": row.last_error,
        }
        for row in connection.execute(select(listings))
    }


def _notices(connection: Connection) -> Rows:
    rows = connection.execute(
        select(notices, outbox.c.dedup_key).join(outbox, outbox.c.id == notices.c.outbox_id, isouter=True)
    )
    return {
        f"{row.cause} to {row.person}": [
            row.rule,
            row.dedup_key,
            *_plain(
                [
                    row.created_at,
                    row.withdrawn_at,
                    row.paused_until and row.paused_until - pause_after(row.told),
                ]
            ),
            row.told,
            row.said == row.news,
            str(row.due_on),
            # Whether one was looked at once more before its cause went is chance.
            _data(row.data) if row.withdrawn_at is None else None,
        ]
        for row in rows
    }


def _data(text: str) -> Any:
    return msgspec.json.decode(_INSTANT.sub(lambda found: _told(datetime.fromisoformat(found[0])), text))


def _plain(instants: Iterable[datetime | None]) -> list[str | None]:
    return [None if one is None else _told(one) for one in instants]


def _told(instant: datetime) -> str:
    chapter, rest = divmod(instant - BEGIN, STEP)
    return f"chapter {chapter - 1}" if chapter > 0 and rest < WINDOW else instant.astimezone(UTC).isoformat()
