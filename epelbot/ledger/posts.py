# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts: kept as the bus told them, then with their text once the archive gave it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update

from epelbot.domain.post import Meaning, Post, Reading
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.engines import upsert
from epelbot.ledger.tables import posts

UNREAD = "unread"
READ = "read"
#: Read as far as the headers go; its text never came.
HEADERS_ONLY = "headers"
#: Its author is erased, and so is its text; what it was taken for stays.
ERASED = "erased"
# Values in one statement.
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PostLease:
    """A post held for reading; ``fence`` proves that the lease is still ours.

    ``reading`` is what it was taken for before, if it was read: what that said and a new one doesn't, has to
    be taken back.
    """

    post: Post
    fence: int
    attempts: int
    reading: Reading | None = None


def keep(connection: Connection, post: Post, now: datetime) -> None:
    """Keep a post that the bus or the archive told of; it is due to be read.

    Of a known one, what was not known is added (only the bus names an account, only the archive has the
    text); if that is anything, it is read again, and whoever reads it now starts again.
    """
    new = connection.execute(
        upsert(connection, posts)
        .values(
            hash=post.hash,
            posted_at=post.posted_at,
            data=encode(post),
            status=UNREAD,
            due_at=now,
            attempts=0,
            fence=0,
        )
        .on_conflict_do_nothing(index_elements=["hash"])
    )
    if new.rowcount == 1:
        return
    row = connection.execute(
        select(posts.c.data, posts.c.fence, posts.c.status).where(posts.c.hash == post.hash).with_for_update()
    ).one()
    if row.status == ERASED:
        return
    known = decode(Post, row.data)
    both = replace(
        known,
        sender_account=known.sender_account or post.sender_account,
        in_reply_to=known.in_reply_to or post.in_reply_to,
        url=known.url or post.url,
        text=known.text if known.text is not None else post.text,
        headers=known.headers or post.headers,
    )
    if both != known:
        connection.execute(
            update(posts)
            .where(posts.c.hash == post.hash)
            .values(
                data=encode(both),
                status=UNREAD,
                due_at=now,
                attempts=0,
                lease_holder=None,
                lease_until=None,
                fence=row.fence + 1,
            )
        )


def unknown(connection: Connection, hashes: list[str]) -> set[str]:
    """Those of the posts, by hash, that the ledger does not have."""
    found: set[str] = set(hashes)
    for start in range(0, len(hashes), _MOST_AT_ONCE):
        some = hashes[start : start + _MOST_AT_ONCE]
        found -= set(connection.scalars(select(posts.c.hash).where(posts.c.hash.in_(some))))
    return found


def claim(connection: Connection, now: datetime, holder: str, lease_seconds: int) -> PostLease | None:
    """Take the post that has been due longest, or None."""
    free = or_(posts.c.lease_until.is_(None), posts.c.lease_until <= now)
    row = connection.execute(
        select(posts)
        .where(posts.c.due_at <= now, free)
        .order_by(posts.c.due_at, posts.c.hash)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    connection.execute(
        update(posts)
        .where(posts.c.hash == row.hash)
        .values(lease_holder=holder, lease_until=now + timedelta(seconds=lease_seconds), fence=row.fence + 1)
    )
    reading = None if row.reading is None else decode(Reading, row.reading)
    return PostLease(decode(Post, row.data), row.fence + 1, row.attempts, reading)


def settle(
    connection: Connection,
    lease: PostLease,
    post: Post,
    *,
    status: str,
    due_at: datetime | None,
    error: str | None = None,
    read: tuple[Reading, int] | None = None,
) -> bool:
    """Keep the post as it is known now and give it back; False when the lease was lost meanwhile.

    ``read`` is its reading and the version of the reader; None leaves what was kept before.
    """
    kept = {} if read is None else {"reading": encode(read[0]), "reader": read[1]}
    found = connection.execute(
        update(posts)
        .where(posts.c.hash == lease.post.hash, posts.c.fence == lease.fence)
        .values(
            data=encode(post),
            status=status,
            due_at=due_at,
            attempts=posts.c.attempts + 1,
            last_error=error,
            lease_holder=None,
            lease_until=None,
            **kept,
        )
    )
    return found.rowcount == 1


def read_anew(connection: Connection, now: datetime, *, reader: int) -> int:
    """Make due what another version of the reader has read; returns how many that are.

    No archive is asked for a text that is there. A post whose text is still awaited stays as it is.
    """
    settled = and_(posts.c.due_at.is_(None), posts.c.status.in_((READ, HEADERS_ONLY)))
    other = or_(posts.c.reader.is_(None), posts.c.reader != reader)
    found = connection.execute(update(posts).where(settled, other).values(due_at=now, attempts=0))
    return found.rowcount


def without_text(connection: Connection, *, awaited: bool) -> tuple[datetime, ...]:
    """When the posts were posted whose text nobody has read, oldest first.

    With ``awaited`` those that the archive is still asked for; without, those too whose text never came.
    """
    # What is still awaited is due at some time; by that it is found without reading all posts.
    waits = and_(posts.c.status == UNREAD, posts.c.due_at.is_not(None))
    wanted = waits if awaited else posts.c.status.in_((UNREAD, HEADERS_ONLY))
    return tuple(connection.scalars(select(posts.c.posted_at).where(wanted).order_by(posts.c.posted_at)))


def taken_for(connection: Connection, meaning: Meaning) -> list[tuple[Post, Reading]]:
    """The posts whose reading is of this kind, oldest first; what nobody could read is not among them."""
    rows = connection.execute(
        select(posts.c.data, posts.c.reading)
        .where(posts.c.reading.is_not(None))
        .order_by(posts.c.posted_at, posts.c.hash)
    )
    both = ((decode(Post, row.data), decode(Reading, row.reading)) for row in rows)
    return [(post, reading) for post, reading in both if reading.meaning is meaning]


def lock(connection: Connection, post_hash: str) -> bool:
    """Let nobody else settle this post until the transaction ends; False when there is no such post."""
    query = select(posts.c.hash).where(posts.c.hash == post_hash).with_for_update()
    return connection.scalar(query) is not None


def unread(connection: Connection) -> list[tuple[Post, bool]]:
    """The posts that are still to be read, and whether that was tried already, oldest first."""
    query = select(posts.c.data, posts.c.attempts).where(posts.c.due_at.is_not(None))
    query = query.order_by(posts.c.due_at, posts.c.hash)
    return [(decode(Post, row.data), row.attempts > 0) for row in connection.execute(query)]


def beginning_with(connection: Connection, start: str) -> list[str]:
    """The hashes of at most two posts that begin so."""
    query = select(posts.c.hash).where(posts.c.hash.startswith(start, autoescape=True))
    return list(connection.scalars(query.order_by(posts.c.hash).limit(2)))


def read_again(connection: Connection, hashes: Collection[str], now: datetime) -> None:
    """Have these posts read again, as far as they are known and have a text: their thread is known now."""
    connection.execute(
        update(posts)
        .where(posts.c.hash.in_(sorted(hashes)), posts.c.status == READ)
        .values(status=UNREAD, due_at=now, attempts=0)
    )


def by_hash(connection: Connection, post_hash: str) -> Post | None:
    """One post as it is known, or None."""
    text = connection.scalar(select(posts.c.data).where(posts.c.hash == post_hash))
    return None if text is None else decode(Post, text)
