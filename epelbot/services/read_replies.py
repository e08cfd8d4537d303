# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a reply in the thread of an announcement: an offer to take over, or a withdrawal (R5, R8).

A reply often names nothing: then it speaks of what the post speaks of that began the thread.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from epelbot.domain.evidence import PostRead, Recorded
from epelbot.domain.post import Meaning, Post, message_id_hash
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.ledger import Ledger, posts
from epelbot.policy.reader import read_post, starts_matter
from epelbot.ports import ListArchive

_ANSWERS = (Meaning.ADOPTION, Meaning.WITHDRAWAL)
# Posts; longer chains of answers are nobody's announcement.
_DEEPEST = 200


def answers_in(
    post: Post, root: Post | None, known_packages: Collection[str], now: datetime
) -> list[Recorded]:
    """What the reply says, one piece of evidence for each package and collection that it speaks of.

    ``root`` is the post that began the thread, None while nobody knows it.
    """
    reading = read_post(post, known_packages)
    if post.text is None or reading.meaning not in _ANSWERS:
        return []
    asked = read_post(root, known_packages) if root is not None else reading
    packages = reading.packages or asked.packages
    collections = reading.collections or asked.collections or (None,)
    return [
        Recorded(
            PostRead(
                post=post.hash,
                collection=collection,
                reading=replace(
                    reading, packages=(package,), collections=(collection,) if collection else ()
                ),
                author=post.sender_account,
                sender=post.sender,
                starts_matter=starts_matter(post),
                complete=True,
                url=post.url,
                in_thread_of=root.hash if root is not None else None,
            ),
            package,
            None,
            "archive",
            post.posted_at,
            now,
            now,
        )
        for package in packages
        for collection in collections
    ]


def root_of(ledger: Ledger, archive: ListArchive | None, post: Post) -> Post | None:
    """The post that began the thread of a reply; None for one that is no reply, or if nobody knows it.

    The ledger is asked first, and the archive where a post in between is missing.
    """
    if post.in_reply_to is None:
        return None
    above: Post | None = post
    with ledger.read() as connection:
        for _ in range(_DEEPEST):
            if above is None or above.in_reply_to is None:
                break
            above = posts.by_hash(connection, message_id_hash(above.in_reply_to))
    if above is not None:
        return above if above.in_reply_to is None else None
    if archive is None:
        return None
    try:
        thread = archive.thread(post.list_name, post.hash)
    except (NotThere, TransientError, PermanentError):
        # The retirement's own look at its thread has this reply read again (`gather`).
        return None
    first = next((one for one in thread if one.in_reply_to is None), None)
    if first is None or first.hash == post.hash:
        # The archive, too, lacks what it answers.
        return None
    with ledger.read() as connection:
        return posts.by_hash(connection, first.hash) or first
