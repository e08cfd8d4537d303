# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backlog of a listing: what has come in, or is due, and is not yet in what it is judged by. No network.

Who acts on a judgement that is hard to take back asks this first; a worker clears it within seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import LookedUp, Recorded, ThreadSeen
from epelbot.domain.post import Post, message_id_hash
from epelbot.ledger import Connection, evidence, inbox, listings, posts
from epelbot.policy.gate import Lag, News

# Of more messages than this nobody looks which packages they name.
_LOOKED_INTO = 2_000
# Whatever list, and whatever the post names: only its text tells.
_POST_TOPIC = ".mailman.receive"


def backlog(
    connection: Connection,
    package: str,
    collection: Collection,
    now: datetime,
    *,
    post: str | None,
    tag: str,
) -> tuple[News, ...]:
    """What waits and may be about the listing, for each kind the oldest first.

    ``post`` is the announcement's hash, ``tag`` the stable tag that makes the repository now. A parked
    message is outlived by look-ups since it came.
    """
    known = evidence.about_listing(connection, package, collection.major)
    found = (
        _messages(connection, package),
        _parked(connection, package, _answered_since(known, tag)),
        _posts(connection, package, post, known),
        _judgement(connection, package, collection, now),
    )
    return tuple(one for one in found if one is not None)


def _messages(connection: Connection, package: str) -> News | None:
    rows = inbox.unsettled(connection, inbox.NEW, _LOOKED_INTO + 1)
    if len(rows) <= _LOOKED_INTO:
        rows = [row for row in rows if row.topic.endswith(_POST_TOPIC) or _names(package, row.payload)]
    return _news(Lag.MESSAGES, [(row.received_at, row.id) for row in rows])


def _parked(connection: Connection, package: str, answered: datetime | None) -> News | None:
    rows = inbox.unsettled(connection, inbox.PARKED, _LOOKED_INTO + 1)
    late = [row for row in rows if answered is None or row.received_at >= answered]
    if len(late) <= _LOOKED_INTO:
        late = [row for row in late if _names(package, row.payload)]
    return _news(Lag.PARKED, [(row.received_at, row.id) for row in late])


def _names(package: str, payload: bytes) -> bool:
    """Whether the package's name stands in the bytes by itself; "foo" in "foo-1.0" does, in "libfoo" not."""
    name = re.escape(package.encode())
    return re.search(rb"(?<![A-Za-z0-9])" + name + rb"(?![A-Za-z0-9])", payload, re.IGNORECASE) is not None


def _answered_since(known: Sequence[Recorded], tag: str) -> datetime | None:
    """Since when the sources have told all that a lost message could have; None if they never did."""
    asked: dict[str, datetime] = {}
    for one in known:
        if isinstance(one.fact, LookedUp) and one.fact.tag in (None, tag):
            asked[one.fact.what] = max(asked.get(one.fact.what, one.confirmed), one.confirmed)
    return min(asked.values(), default=None)


def _posts(connection: Connection, package: str, root: str | None, known: Sequence[Recorded]) -> News | None:
    """Posts to be read: new ones, those in the announcement's thread, and those that name the package."""
    thread = {root} if root is not None else set()
    for one in known:
        if isinstance(one.fact, ThreadSeen) and one.fact.post == root:
            thread.update(one.fact.replies)
    waiting = [
        post
        for post, tried in posts.unread(connection)
        if not tried or _in_thread(post, thread) or _names(package, post.subject.encode())
    ]
    return _news(Lag.POSTS, [(post.posted_at, post.hash) for post in waiting])


def _in_thread(post: Post, thread: set[str]) -> bool:
    above = message_id_hash(post.in_reply_to) if post.in_reply_to is not None else None
    return post.hash in thread or above in thread


def _judgement(connection: Connection, package: str, collection: Collection, now: datetime) -> News | None:
    due = listings.due_since(connection, package, collection.name, now)
    return News(Lag.JUDGEMENT, 1, due) if due is not None else None


def _news(lag: Lag, found: Sequence[tuple[datetime, str]]) -> News | None:
    return News(lag, len(found), min(found)[0], min(found)[1]) if found else None
