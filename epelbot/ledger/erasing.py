# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Erasing a person: their account and address give way to a name that means nobody, wherever they are kept.

What happened stays: who may not be named any more did it. Natural keys stay too, so that what a source tells
again of the past is known, and does not bring the name back; only who has access *now* is told anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, func, literal, or_, select, text, update

from epelbot.domain.evidence import KIND_OF, AccessSeen
from epelbot.domain.post import Post
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.engines import is_postgresql, upsert
from epelbot.ledger.inbox import NEW
from epelbot.ledger.outbox import DISCARDED, DUE, HELD
from epelbot.ledger.posts import ERASED
from epelbot.ledger.tables import (
    about,
    calendar_words,
    evidence,
    excuse_history,
    excuses,
    inbox,
    notices,
    outbox,
    posts,
    switches,
)

#: What takes the place of a message that named the person.
_NO_PAYLOAD = b'{"erased": true}'
_NO_TEXT = "(erased)"
# A package may be called as a person is; under these keys nobody is named.
_NO_PERSONS = frozenset(
    (
        *("alias", "arch", "branch", "branches", "build", "builds", "collection", "collections", "kind"),
        *("minor", "name", "needs", "nvr", "object", "package", "packages", "path", "post", "predecessor"),
        *("project", "release", "replies", "revision", "rpm", "rpms", "rule", "state", "status", "successor"),
        *("tag", "target", "to_change", "together", "tracker", "url", "verdict", "where", "without"),
    )
)
# JSON and prose that may name people, by table; the rest is done by itself.
_TEXTS: tuple[Column[Any], ...] = (
    *(evidence.c.data, excuses.c.data, excuse_history.c.data, notices.c.data, outbox.c.payload),
    *(posts.c.data, posts.c.reading, calendar_words.c.author, calendar_words.c.reason),
    *(switches.c.by, switches.c.reason),
)


@dataclass(frozen=True, slots=True)
class Names:
    """By what a person is known, and what takes its place."""

    account: str
    address: str
    instead: str

    def out_of(self, words: str) -> str:
        """The words without the person; an account only where it stands by itself."""
        words = re.sub(rf"[^<>\"]*<{re.escape(self.address)}>", self.instead, words, flags=re.IGNORECASE)
        words = re.sub(re.escape(self.address), self.instead, words, flags=re.IGNORECASE)
        return re.sub(rf"(?<![\w.@/-]){re.escape(self.account)}(?![\w@/-]|\.\w)", self.instead, words)

    def out_of_value(self, value: Any) -> Any:
        """The same for a value of JSON, but for what names packages and the like."""
        match value:
            case str():
                return self.out_of(value)
            case list():
                return [self.out_of_value(one) for one in value]
            case dict():
                return {
                    key: one if key in _NO_PERSONS else self.out_of_value(one) for key, one in value.items()
                }
            case _:
                return value

    def out_of_json(self, kept: str) -> str:
        """The same for a column that holds JSON, or plain words."""
        try:
            value = json.loads(kept)
        except ValueError:
            return self.out_of(kept)
        return encode(self.out_of_value(value)) if isinstance(value, dict | list) else self.out_of(kept)


def waits(connection: Connection, account: str) -> bool:
    """Whether a message that names the account has still to be worked on."""
    return any(_inbox_rows(connection, account, new=True))


def erase(connection: Connection, names: Names, now: datetime, *, by: str, reason: str) -> dict[str, int]:
    """Do it everywhere in this transaction; gives how many rows of each table were changed."""
    if not is_postgresql(connection):
        # So that what was there is overwritten in the file, too.
        connection.execute(text("PRAGMA secure_delete = ON"))
    done = {"inbox": _inbox(connection, names.account), "posts": _posts(connection, names)}
    done["notices"] = _notices(connection, names, now)
    done["outbox"] = _outbox(connection, names)
    for column in _TEXTS:
        changed = _in_column(connection, column, names)
        done[column.table.name] = done.get(column.table.name, 0) + changed
    connection.execute(
        update(evidence).where(evidence.c.source == names.account).values(source=names.instead)
    )
    said = json.dumps({"at": now.isoformat(), "by": names.out_of(by), "reason": names.out_of(reason)})
    connection.execute(
        upsert(connection, about)
        .values(name=names.instead, value=said)
        .on_conflict_do_nothing(index_elements=["name"])
    )
    return done


def _inbox_rows(connection: Connection, account: str, *, new: bool) -> Iterator[int]:
    name = account.encode()
    found = (
        func.pg_catalog.position(inbox.c.payload, literal(name, LargeBinary()))
        if is_postgresql(connection)
        else func.instr(inbox.c.payload, literal(name, LargeBinary()))
    )
    query = select(inbox.c.seq, inbox.c.payload).where(found > 0)
    query = query.where(inbox.c.status == NEW) if new else query
    alone = re.compile(rb"(?<![A-Za-z0-9])" + re.escape(name) + rb"(?![A-Za-z0-9])")
    for row in connection.execute(query):
        if alone.search(row.payload):
            yield row.seq


def _inbox(connection: Connection, account: str) -> int:
    rows = list(_inbox_rows(connection, account, new=False))
    for seq in rows:
        connection.execute(update(inbox).where(inbox.c.seq == seq).values(payload=_NO_PAYLOAD))
    return len(rows)


def _posts(connection: Connection, names: Names) -> int:
    """What the person wrote; it is not read again, so what it meant stays."""
    mine = or_(
        posts.c.data.contains(names.address, autoescape=True),
        posts.c.data.contains(f'"sender_account":"{names.account}"', autoescape=True),
    )
    rows = connection.execute(select(posts.c.hash, posts.c.data).where(mine)).all()
    number = 0
    for row in rows:
        post = decode(Post, row.data)
        if post.sender_account != names.account and names.address.lower() not in post.sender.lower():
            continue
        number += 1
        bare = Post(
            post.list_name,
            post.message_id,
            names.out_of(post.subject),
            names.instead,
            post.posted_at,
            names.instead if post.sender_account else None,
            post.in_reply_to,
            post.url,
            "",
        )
        connection.execute(
            update(posts)
            .where(posts.c.hash == row.hash)
            .values(data=encode(bare), status=ERASED, due_at=None, lease_holder=None, lease_until=None)
        )
    return number


def _notices(connection: Connection, names: Names, now: datetime) -> int:
    mine = notices.c.person == names.account
    connection.execute(update(notices).where(mine, notices.c.withdrawn_at.is_(None)).values(withdrawn_at=now))
    return connection.execute(update(notices).where(mine).values(person=names.instead)).rowcount


def _outbox(connection: Connection, names: Names) -> int:
    """Mails to the person: what has not gone out never will, and of what has, the text is gone."""
    mine = or_(outbox.c.person == names.account, outbox.c.recipient == names.address)
    rows = connection.execute(select(outbox.c.id, outbox.c.payload, outbox.c.status).where(mine)).all()
    for row in rows:
        mail = json.loads(row.payload) | {"recipients": [names.instead], "text": _NO_TEXT}
        mail["headers"] = [one for one in mail.get("headers", ()) if one[0] != "List-Unsubscribe"]
        connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                person=names.instead,
                recipient=names.instead,
                payload=encode(mail),
                status=DISCARDED if row.status in (HELD, DUE) else row.status,
                due_at=None,
            )
        )
    return len(rows)


def _in_column(connection: Connection, column: Column[Any], names: Names) -> int:
    (key,) = column.table.primary_key.columns
    query = select(key, column).where(column.contains(names.account, autoescape=True))
    number = 0
    for row in connection.execute(query).all():
        without = names.out_of_json(row[1])
        if without == row[1]:
            continue
        number += 1
        changing: dict[str, Any] = {column.name: without}
        connection.execute(update(column.table).where(key == row[0]).values(**changing))
        if column is evidence.c.data:
            _tell_anew(connection, row[0], names)
    return number


def _tell_anew(connection: Connection, number: int, names: Names) -> None:
    """Who has access now, dist-git may tell again: then it is another row, and not this one confirmed."""
    mine = (evidence.c.id == number, evidence.c.kind == KIND_OF[AccessSeen])
    key = connection.scalar(select(evidence.c.key).where(*mine))
    if key is not None:
        connection.execute(update(evidence).where(*mine).values(key=f"{names.instead}{key}"[:64]))
