# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Triage: the posts that a person has to judge, with what the reader understood and why it is not sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import PostRead, Recorded, Settled, Undone
from epelbot.domain.post import Meaning, Post, Reading
from epelbot.ledger import Connection, Ledger, evidence, listings, posts
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.posts_from_evidence import ANNOUNCED_WITHIN
from epelbot.policy.settled import standing
from epelbot.policy.triage import Doubt, open_doubts
from epelbot.services.rulebook import Rulebook

_NAMELESS = "it names no package that could be found in it"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post that waits for a person.

    ``read`` is what the reader made of it, one piece for each package and collection. ``listings`` are those
    that it may be about, by package and collection; none where it names no package. ``doubts``
    tell in phrases why it is not sure. ``post`` is None where only its reading was kept.
    """

    hash: str
    posted_at: datetime
    read: tuple[PostRead, ...]
    listings: tuple[tuple[str, Collection], ...]
    doubts: tuple[str, ...]
    post: Post | None


def triage(ledger: Ledger, rulebook: Rulebook, now: datetime) -> tuple[Waiting, ...]:
    """Every post that a person has to judge, oldest first. No network.

    They are from the time in which the policy is in force, or may announce what left or was built in it.
    """
    with ledger.read() as connection:
        rulebook = rulebook.current(connection)
        since = datetime.combine(rulebook.known_to_hold_from(connection, now), time(), UTC)
        # What left since may have been announced before.
        told = evidence.of_kind(connection, PostRead, since=since - ANNOUNCED_WITHIN)
        by_listing = _doubts(connection, rulebook, told, now)
        nameless = _nameless(connection, told, since)
        hashes = {post.read.post for _, _, post in by_listing} | {read.post for _, read in nameless}
        kept = {one: posts.by_hash(connection, one) for one in hashes}
    found: dict[str, Waiting] = {}
    for package, collection, doubt in by_listing:
        read = doubt.read
        found[read.post] = _with(
            found.get(read.post) or Waiting(read.post, doubt.posted_at, (), (), (), kept[read.post]),
            read,
            doubt.why,
            (package, collection),
        )
    for posted_at, read in nameless:
        waiting = Waiting(read.post, posted_at, (), (), (), kept[read.post])
        found[read.post] = _with(waiting, read, read.reading.why or _NAMELESS, None)
    return tuple(sorted(found.values(), key=lambda one: (one.posted_at, one.hash)))


def read_as(ledger: Ledger, rulebook: Rulebook, meaning: Meaning, now: datetime) -> tuple[Waiting, ...]:
    """Every post since the policy is in force that counts as this, oldest first; none of them waits.

    ``listings`` are those that it is about, whoever took it so.
    """
    with ledger.read() as connection:
        since = datetime.combine(rulebook.known_to_hold_from(connection, now), time(), UTC)
        told = evidence.of_kind(connection, PostRead, since=since)
        pieces = [pair for pair in _as_it_counts(connection, told) if pair[1].reading.meaning is meaning]
        found: dict[str, Waiting] = {}
        for posted_at, read in sorted(pieces, key=lambda pair: (pair[0], pair[1].post, repr(pair[1]))):
            if posted_at < since:
                continue
            kept = found.get(read.post) or Waiting(
                read.post, posted_at, (), (), (), posts.by_hash(connection, read.post)
            )
            there = [
                (package, Collection.parse(name))
                for package in read.reading.packages
                for name in _places(connection, package, read)
            ]
            found[read.post] = replace(
                kept,
                read=(*kept.read, read),
                listings=tuple(dict.fromkeys((*kept.listings, *there))),
            )
    return tuple(found.values())


def _places(connection: Connection, package: str, read: PostRead) -> list[str]:
    return [read.collection] if read.collection else listings.of_package(connection, package)


def _as_it_counts(connection: Connection, told: Sequence[Recorded]) -> list[tuple[datetime, PostRead]]:
    """What each post says, by people's word where one stands, else by its last reading."""
    read = [(one, one.fact) for one in told if isinstance(one.fact, PostRead)]
    stands = _standing(connection, read)
    settled = {fact.read.post for _, fact in stands}
    last: dict[str, tuple[bool, datetime]] = {}
    for one, fact in read:
        rank = (fact.complete, one.confirmed)
        last[fact.post] = max(last.get(fact.post, rank), rank)
    return [
        *((fact.posted_at, fact.read) for _, fact in stands),
        *(
            (one.happened_at, fact)
            for one, fact in read
            if fact.post not in settled and (fact.complete, one.confirmed) == last[fact.post]
        ),
    ]


def _standing(
    connection: Connection, read: Sequence[tuple[Recorded, PostRead]]
) -> list[tuple[Recorded, Settled]]:
    return standing(
        [(one, one.fact) for one in evidence.of_kind(connection, Settled) if isinstance(one.fact, Settled)],
        [(one, one.fact) for one in evidence.of_kind(connection, Undone) if isinstance(one.fact, Undone)],
        read,
    )


def _with(waiting: Waiting, read: PostRead, doubt: str, listing: tuple[str, Collection] | None) -> Waiting:
    return Waiting(
        waiting.hash,
        waiting.posted_at,
        tuple(dict.fromkeys((*waiting.read, read))),
        (*waiting.listings, listing) if listing else waiting.listings,
        tuple(dict.fromkeys((*waiting.doubts, doubt))),
        waiting.post,
    )


def _doubts(
    connection: Connection, rulebook: Rulebook, told: Iterable[Recorded], now: datetime
) -> list[tuple[str, Collection, Doubt]]:
    """What is doubtful, by package and collection; only packages that some post spoke of are looked at."""
    spoken_of = sorted({one.package for one in told if one.package is not None})
    wanted = [
        (package, Collection.parse(name))
        for package in spoken_of
        for name in listings.of_package(connection, package)
    ]
    known = evidence.about_listings(connection, {(package, one.major) for package, one in wanted})
    horizons = rulebook.horizons(connection, {one for _, one in wanted}, now)
    found = []
    for package, collection in wanted:
        facts = facts_from_evidence(
            package,
            collection,
            known[package, collection.major],
            as_of=now.date(),
            horizon=horizons[collection],
            profile=rulebook.profile,
        )
        found += [(package, collection, post) for post in open_doubts(facts, rulebook.calendar)]
    return found


def _nameless(
    connection: Connection, told: Sequence[Recorded], since: datetime
) -> list[tuple[datetime, PostRead]]:
    """Posts that may announce, and of which the reader could tell no package, oldest first."""
    stands = _standing(connection, [(one, one.fact) for one in told if isinstance(one.fact, PostRead)])
    done = {fact.read.post for _, fact in stands}
    done |= {one.fact.post for one in told if isinstance(one.fact, PostRead)}
    unsure = posts.taken_for(connection, Meaning.UNSURE)
    wholesale = [pair for pair in posts.taken_for(connection, Meaning.RETIREMENT) if not pair[1].packages]
    waiting = [pair for pair in (*unsure, *wholesale) if pair[0].posted_at >= since]
    return sorted(
        ((post.posted_at, _read_as(post, reading)) for post, reading in waiting if post.hash not in done),
        key=lambda pair: (pair[0], pair[1].post),
    )


def _read_as(post: Post, reading: Reading) -> PostRead:
    return PostRead(
        post.hash,
        None,
        reading,
        post.sender_account,
        post.sender,
        starts_matter=post.in_reply_to is None,
        complete=post.text is not None,
        url=post.url,
    )
