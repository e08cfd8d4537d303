# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What posts say once people have settled those that the reader was not sure of (triage).

A person's word on a post goes before the reader's, however often that reads it anew: the post is the same. It
ends when it is undone, settled otherwise, or when the post's text comes in after it was settled by its
subject alone: then something is known that the person had not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.evidence import PostRead, Settled, Undone
from epelbot.domain.post import Meaning
from epelbot.policy.seen import Seen, Told

#: What a post can be settled as, in the words of the command.
SETTLED_AS: dict[Meaning, str] = {
    Meaning.RETIREMENT: "retirement",
    Meaning.ADOPTION: "offer",
    Meaning.WITHDRAWAL: "withdrawal",
    Meaning.ABI_CHANGE: "abi-change",
    Meaning.OTHER: "nothing",
}


def so_settled(by: str | None) -> str:
    """What is put behind a post whose meaning a person told; nothing where the reader is sure."""
    return f" (so settled by {by})" if by is not None else ""


def posts_read(seen: Seen) -> list[Told[PostRead]]:
    """What posts said by then: by people's word where one stands, else by the reader's.

    That a post was settled later than the day that is asked about changes nothing: what it meant, it meant.
    """
    told = seen.of(PostRead)
    stands = standing(
        [*seen.of(Settled), *seen.of_later(Settled)], [*seen.of(Undone), *seen.of_later(Undone)], told
    )
    settled = {fact.read.post for _, fact in stands}
    return [
        *(pair for pair in told if pair[1].post not in settled),
        *(
            (replace(one, fact=fact.read, happened_at=fact.posted_at, confirmed_at=fact.at), fact.read)
            for one, fact in stands
            if fact.posted_at < seen.until
        ),
    ]


def standing(
    said: Iterable[Told[Settled]], undone: Iterable[Told[Undone]], read: Iterable[Told[PostRead]]
) -> list[Told[Settled]]:
    """Of each post the last settlement that was not undone and has not ended, in all its pieces."""
    ended = _ended(said := list(said), undone, read)
    return [pair for pair in said if ended[pair[1].read.post, pair[1].author, pair[1].at] is None]


def settlements(seen: Seen, collection: Collection) -> list[Logged]:
    """The log of what people settled about the listing by then."""
    said = seen.of(Settled)
    ended = _ended(said, seen.of(Undone), seen.of(PostRead))
    found = {
        (one.author, one.at): Logged(
            f"settle the post of {one.posted_at:%Y-%m-%d} as {SETTLED_AS[one.read.reading.meaning]}",
            one.author,
            one.at,
            one.reason,
            ended=ended[one.read.post, one.author, one.at],
            post=one.read.post,
        )
        for _, one in said
        if one.read.collection in (None, collection.name)
    }
    return list(found.values())


def _ended(
    said: Iterable[Told[Settled]], undone: Iterable[Told[Undone]], read: Iterable[Told[PostRead]]
) -> dict[tuple[str, str, datetime], str | None]:
    """Why each settlement no longer stands, None for what does; by post, author and time."""
    taken_back = {
        (one.post, one.of_author, one.of_at): f"undone by {one.author} on {one.at:%Y-%m-%d}: {one.reason}"
        for _, one in undone
        if one.post is not None
    }
    with_text = {fact.post for _, fact in read if fact.complete}
    all_said = {(one.read.post, one.author, one.at): one.read.complete for _, one in said}
    last: dict[str, tuple[datetime, str]] = {}
    for post, author, at in all_said:
        if (post, author, at) not in taken_back:
            last[post] = max(last.get(post, (at, author)), (at, author))
    found: dict[tuple[str, str, datetime], str | None] = {}
    for (post, author, at), complete in all_said.items():
        why = taken_back.get((post, author, at))
        if why is None and last[post] != (at, author):
            why = f"{last[post][1]} settled it otherwise on {last[post][0]:%Y-%m-%d}"
        if why is None and not complete and post in with_text:
            why = "the post's text came in after it"
        found[post, author, at] = why
    return found
