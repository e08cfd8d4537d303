# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settle: a person says what a post means, in the reader's stead; and takes that back (triage).

The settled reading counts as if the post had said so clearly, at the post's own time. Nothing of the reader's
guess is taken over: packages and collections are the person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Fact, PostRead, Recorded, Settled, Undone
from epelbot.domain.post import Meaning, Post, Reading, Reason
from epelbot.errors import BadInput, NotThere
from epelbot.ledger import Connection, Ledger, evidence, listings, posts
from epelbot.policy.rule import RELEASE_MANAGER_OR_COMMITTEE
from epelbot.policy.seen import Seen
from epelbot.policy.settled import SETTLED_AS, standing
from epelbot.ports import Sources
from epelbot.services import record
from epelbot.services.judge import judge_leased
from epelbot.services.keep_word import NotNow, check_author, plain_reason
from epelbot.services.rulebook import Rulebook

F = TypeVar("F", bound=Fact)
_A_MOMENT = timedelta(seconds=60)
# Whose horizon is taken to look up who is in a group, where a post is about no package that is known.
_ANY_COLLECTION = Collection(9)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person says of a post.

    ``collections`` None means all that the packages are in. ``leaves_because`` and ``category`` are the
    reason that the post gives for a retirement; ``reason`` is the person's own, for settling it so.
    """

    post: str
    meaning: Meaning
    packages: tuple[str, ...]
    collections: tuple[Collection, ...] | None
    author: str
    reason: str
    leaves_because: str | None = None
    category: Reason | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A post with all readings and words on it, by package, when they were looked at."""

    post: Post
    read: tuple[Recorded, ...]
    words: tuple[Recorded, ...]
    seen: Seen

    @property
    def packages(self) -> set[str | None]:
        """Every package that the reader or a person ever took it to be about."""
        return {one.package for one in (*self.read, *self.words)}


def settle(ledger: Ledger, rulebook: Rulebook, wish: Settlement, now: datetime) -> tuple[Settled, ...]:
    """Settle a post and judge what it is about; returns what was kept, by package and collection.

    `NotThere` for a post that was never seen, `BadInput` for an author without the role or for packages that
    are not known, `NotNow` when somebody else has just settled it too.
    """
    known = _look(ledger, rulebook, wish.post, now)
    check_author(wish.author, RELEASE_MANAGER_OR_COMMITTEE, rulebook, known.seen)
    reason = plain_reason(wish.reason)
    _check(ledger, wish)
    at = _after(known.words, now)
    pieces = [Settled(read, known.post.posted_at, wish.author, at, reason) for read in _readings(known, wish)]
    told = [
        Recorded(piece, next(iter(piece.read.reading.packages), None), None, wish.author, at, at)
        for piece in pieces
    ]
    _keep(ledger, rulebook, known, told, now)
    return tuple(pieces)


def unsettle(
    ledger: Ledger, rulebook: Rulebook, post: str, now: datetime, *, author: str, reason: str
) -> Settled:
    """Take back the last settlement of a post that stands; returns one piece of it. The log keeps both."""
    known = _look(ledger, rulebook, post, now)
    check_author(author, RELEASE_MANAGER_OR_COMMITTEE, rulebook, known.seen)
    reason = plain_reason(reason)
    stands = standing(_of(known.words, Settled), _of(known.words, Undone), _of(known.read, PostRead))
    if not stands:
        raise NotNow(f"nobody's word on the post {post} stands, so there is nothing to undo")
    last = stands[-1][1]
    at = _after(known.words, now)
    undone = Undone(None, last.author, last.at, author, at, reason, post)
    told = [Recorded(undone, one.package, None, author, at, at) for one, _ in stands]
    _keep(ledger, rulebook, known, told, now)
    return last


def find_post(ledger: Ledger, given: str) -> str:
    """The hash of the post that a person names by it, by its address in the archive, or by its beginning."""
    wanted = given.rstrip("/").rpartition("/")[2].upper()
    with ledger.read() as connection:
        found = posts.beginning_with(connection, wanted) if wanted.isalnum() else []
    if len(found) != 1:
        several = "begins several posts" if found else "is no post that epelbot has seen"
        raise NotThere(f"{given} {several}; 'epelbot triage list' shows those that wait")
    return found[0]


def _look(ledger: Ledger, rulebook: Rulebook, post_hash: str, now: datetime) -> _Known:
    with ledger.read() as connection:
        post = posts.by_hash(connection, post_hash)
        if post is None:
            raise NotThere(
                f"{post_hash} is no post that epelbot has seen; 'epelbot triage list' shows those that wait"
            )
        read, words = _on_post(connection, post)
        package = next((one.package for one in read if one.package is not None), None)
        about = evidence.about_listing(connection, package, _ANY_COLLECTION.major) if package else []
        horizon = rulebook.horizon(connection, _ANY_COLLECTION, now)
    return _Known(post, read, words, Seen.on(now.date(), about, horizon))


def _on_post(connection: Connection, post: Post) -> tuple[tuple[Recorded, ...], tuple[Recorded, ...]]:
    """The readings of a post, and people's words on it, oldest first."""
    read = [
        one
        for one in evidence.of_kind(connection, PostRead, since=post.posted_at)
        if isinstance(one.fact, PostRead) and one.fact.post == post.hash
    ]
    said = [*evidence.of_kind(connection, Settled), *evidence.of_kind(connection, Undone)]
    words = [one for one in said if _post_of(one.fact) == post.hash]
    return tuple(read), tuple(sorted(words, key=lambda one: one.happened_at))


def _post_of(fact: Fact) -> str | None:
    match fact:
        case Settled(read=read):
            return read.post
        case Undone(post=post):
            return post
        case _:
            return None


def _of(told: Iterable[Recorded], kind: type[F]) -> list[tuple[Recorded, F]]:
    return [(one, one.fact) for one in told if isinstance(one.fact, kind)]


def _after(words: Sequence[Recorded], now: datetime) -> datetime:
    """Later than every word before, whatever the clocks of two machines say."""
    return max(now, words[-1].happened_at + timedelta(microseconds=1)) if words else now


def _check(ledger: Ledger, wish: Settlement) -> None:
    if wish.meaning is Meaning.OTHER:
        if wish.packages or wish.collections:
            raise BadInput("a post that is nothing is about no package; leave --package and --collection out")
        return
    if not wish.packages:
        raise BadInput(f"say which packages the {SETTLED_AS[wish.meaning]} is about, with --package")
    with ledger.read() as connection:
        for package in wish.packages:
            there = listings.of_package(connection, package)
            wanted = [one.name for one in wish.collections] if wish.collections else there
            missing = [name for name in wanted if name not in there]
            if not there or missing:
                where = f" in {', '.join(missing)}" if missing else ""
                raise BadInput(f"{package} is not known{where}; check its name and the collection")


def _readings(known: _Known, wish: Settlement) -> list[PostRead]:
    """What the post says by this person's word; for packages that it isn't about, that it is nothing."""
    complete = known.post.text is not None
    plain = PostRead(
        post=known.post.hash,
        collection=None,
        reading=Reading(Meaning.OTHER, why=f"settled by {wish.author}"),
        author=known.post.sender_account,
        sender=known.post.sender,
        starts_matter=True,
        complete=complete,
        url=known.post.url,
        settled_by=wish.author,
    )
    found = [
        replace(
            plain,
            collection=place.name if place else None,
            reading=Reading(
                wish.meaning,
                (package,),
                (place.name,) if place else (),
                wish.leaves_because,
                wish.category,
                f"settled by {wish.author}",
            ),
        )
        for package in wish.packages
        for place in (wish.collections or (None,))
    ]
    others = [one for one in known.packages if one is not None and one not in wish.packages]
    found += [
        replace(plain, reading=replace(plain.reading, packages=(package,))) for package in sorted(others)
    ]
    return found or [plain]


def _keep(ledger: Ledger, rulebook: Rulebook, known: _Known, told: Sequence[Recorded], now: datetime) -> None:
    """Keep the words, unless somebody else's came in since the look; then judge what they are about."""
    with ledger.write() as connection:
        # Posts before evidence and listings, as everybody locks them.
        posts.lock(connection, known.post.hash)
        _, words = _on_post(connection, known.post)
        if len(words) != len(known.words):
            other = words[-1].source
            raise NotNow(
                f"{other} has just settled that post too; look at 'epelbot triage list', then decide"
            )
        record.keep(connection, told, now)
        leases = [
            listings.lease_by_name(connection, package, Collection.parse(name), until=now + _A_MOMENT)
            for package in sorted({one.package for one in told if one.package is not None})
            for name in sorted(listings.of_package(connection, package))
        ]
    for lease in leases:
        # One that has news meanwhile is due anyway.
        judge_leased(ledger, lease, rulebook, Sources(), now)
