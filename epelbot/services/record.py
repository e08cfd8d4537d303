# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record: stored messages become evidence, and the listings that they concern become due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from epelbot.domain.calendar import Calendar
from epelbot.domain.collection import Collection, collection_of_tag, leading_minors, place_of_tag
from epelbot.domain.evidence import (
    AccessChanged,
    AccessSeen,
    BuildChanged,
    BuildTagged,
    Decided,
    LookedUp,
    PackageListChanged,
    PostRead,
    PostSeen,
    PublicSeen,
    Pushed,
    Recorded,
    Settled,
    Synced,
    Undone,
    UpdateSeen,
    Waived,
)
from epelbot.errors import PermanentError, TransientError
from epelbot.faults import fault_point
from epelbot.ledger import Connection, Ledger, evidence, health, inbox, listings, marks, posts
from epelbot.ledger.inbox import InboxRow
from epelbot.ports import UpdateSource
from epelbot.translate.envelope import sent_at_in
from epelbot.translate.message import Untranslatable
from epelbot.translate.topics import translate


def record_messages(ledger: Ledger, now: datetime, limit: int) -> int:
    """Turn up to ``limit`` messages from the inbox into evidence; returns how many were taken.

    All or nothing: a process that dies in between leaves the messages as they were. A message that can't
    be translated is parked and holds up no other.
    """
    with ledger.write() as connection:
        rows = inbox.claim_new(connection, limit)
        if not rows:
            return 0
        told: list[Recorded] = []
        done: list[int] = []
        for row in rows:
            try:
                told.extend(translate(row.payload, row.received_at))
            except Untranslatable as error:
                inbox.park(connection, row.seq, str(error))
            else:
                done.append(row.seq)
        keep(connection, told, now)
        inbox.mark_recorded(connection, done)
        if (heard := _heard(rows)) is not None:
            marks.widen(connection, marks.HEARD, *heard)
        fault_point("record:before-commit")
    fault_point("record:after-commit")
    return len(rows)


def _heard(rows: Iterable[InboxRow]) -> tuple[datetime, datetime] | None:
    """Between which times these messages were sent; a clock that runs ahead tells nothing."""
    times = [at for row in rows if (at := sent_at_in(row.payload)) is not None and at <= row.received_at]
    return (min(times), max(times)) if times else None


def keep(connection: Connection, told: Sequence[Recorded], now: datetime) -> None:
    """Keep evidence and make due whatever it concerns. The one door through which evidence enters."""
    for one in told:
        if isinstance(one.fact, PostSeen):
            posts.keep(connection, one.fact.post, now)
        elif isinstance(one.fact, UpdateSeen) and (branch := _branch(one.fact)) is not None:
            _learn_release(connection, one.fact.release, branch, one.happened_at, now)
    evidence.add(connection, [one for one in told if not isinstance(one.fact, PostSeen)])
    leading = leading_minors(listings.branches_of_tags(connection))
    synced = {_synced(one.fact, leading) for one in told if isinstance(one.fact, Synced)}
    listings.touch(connection, _concerned(connection, told, leading), now, whole=synced)


def keep_found(
    connection: Connection, told: Sequence[Recorded], now: datetime, calendar: Calendar
) -> list[Recorded]:
    """Keep what a sweep found, and give what of it is new; only that makes listings due.

    The ``calendar`` tells which collection a tag of RHEL 10 was of at the time.
    """
    if not told:
        return []
    by_hash = {one.fact.post.hash: one.fact.post for one in told if isinstance(one.fact, PostSeen)}
    unknown = posts.unknown(connection, list(by_hash))
    for post_hash in sorted(unknown):
        posts.keep(connection, by_hash[post_hash], now)
    new = [one for one in told if isinstance(one.fact, PostSeen) and one.fact.post.hash in unknown]
    new += evidence.add_new(connection, [one for one in told if not isinstance(one.fact, PostSeen)])
    leading = leading_minors(listings.branches_of_tags(connection))
    # A look-up for one collection tells what is in another's tag and of its updates, and makes no listing of
    # it: what is known already may be of a listing that is not.
    named = {
        (one.package, name)
        for one in told
        if one.package is not None and isinstance(one.fact, BuildTagged | UpdateSeen)
        if (name := _collection(one, leading)) is not None
    }
    # A sweep may come long after a package left the leading collection, whose tag is a trailing one's by now.
    named |= {
        (one.package, f"epel{one.major}")
        for one in told
        if one.package is not None and isinstance(one.fact, BuildTagged) and not one.fact.untagged
        if _led_then(one.fact.tag, one.happened_at, calendar)
    }
    known = listings.collections_of(connection, {package for package, _ in named})
    unlisted = {(package, name) for package, name in named if name not in map(str, known.get(package, ()))}
    listings.touch(connection, _concerned(connection, new, leading) | unlisted, now, many=True)
    return new


def _led_then(tag: str, at: datetime, calendar: Calendar) -> bool:
    """Whether it is known that the stable tag of a minor was the leading collection's on that day."""
    place = place_of_tag(tag)
    if place is None or not place.is_stable:
        return False
    named = Collection.parse(place.stable)
    if named.minor is None or named.major not in {major.number for major in calendar.majors}:
        return False
    branched = calendar.branching(named.major, named.minor, date.max).begins
    return branched is not None and at.astimezone(UTC).date() <= branched


def _learn_release(
    connection: Connection, stable_tag: str, branch: str, told_at: datetime, now: datetime
) -> None:
    if listings.learn_release(connection, stable_tag, branch, None, told_at):
        named = Collection.parse(stable_tag)
        listings.make_major_due(connection, named.major, now)
        if named.minor is not None:
            _list_by_tags(connection, named.major, now)


def _list_by_tags(connection: Connection, major: int, now: datetime) -> None:
    """Another minor leads: what was told of a tag while it was the leading collection's is of its own now.

    A sweep asks for what is new alone, so nothing else would ever make a listing of it.
    """
    leading = leading_minors(listings.branches_of_tags(connection))
    places = ((package, place_of_tag(tag)) for package, tag in evidence.tagged(connection, major))
    named = {
        (package, collection_of_tag(place.stable, leading))
        for package, place in places
        if place is not None and place.is_stable
    }
    known = listings.collections_of(connection, {package for package, _ in named})
    new = {(package, one.name) for package, one in named if one not in known.get(package, ())}
    listings.touch(connection, new, now)


def learn_releases(ledger: Ledger, updates: UpdateSource, now: datetime) -> None:
    """Ask Bodhi which branch each release has: how the minor that leads ``epel10`` is known."""
    try:
        releases, error = updates.releases(), None
    except (TransientError, PermanentError) as failed:
        releases, error = (), str(failed)
    with ledger.write() as connection:
        health.note(connection, "bodhi", now, error)
        for release in releases:
            _learn_release(connection, release.stable_tag, release.branch, now, now)


def _concerned(
    connection: Connection, told: Iterable[Recorded], leading: Mapping[int, int]
) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    # What is known of these packages is looked at again. A post's text, too, may take back what its subject
    # alone had said of other collections.
    of_all: set[tuple[str, int | None]] = set()
    by_tag: dict[str, str | None] = {}
    for one in told:
        if one.package is None:
            continue
        if isinstance(one.fact, BuildTagged | PackageListChanged):
            # Of these a sweep brings thousands at once, with a handful of tags.
            if one.fact.tag not in by_tag:
                by_tag[one.fact.tag] = _collection(one, leading)
            collection = by_tag[one.fact.tag]
        else:
            collection = _collection(one, leading)
        if collection is not None:
            found.add((one.package, collection))
        if isinstance(
            one.fact, AccessSeen | AccessChanged | PostRead | BuildChanged | LookedUp | Settled | Undone
        ):
            of_all.add((one.package, one.major))
    known = listings.collections_of(connection, (package for package, _ in of_all))
    for package, major in of_all:
        concerned = (one for one in known.get(package, ()) if major in (None, one.major))
        found.update((package, one.name) for one in concerned)
    return found


def _collection(one: Recorded, leading: Mapping[int, int]) -> str | None:
    """The collection that the evidence is about, None when it names none that we follow."""
    match one.fact:
        case UpdateSeen(release=release):
            return _branch(one.fact) or collection_of_tag(release, leading).name
        case BuildTagged(tag=tag) | PackageListChanged(tag=tag):
            place = place_of_tag(tag)
            return None if place is None else collection_of_tag(place.stable, leading).name
        case Pushed(branch=branch):
            try:
                return Collection.parse(branch).name
            except ValueError:
                return None
        case PostRead(collection=collection) | Settled(read=PostRead(collection=collection)):
            return collection
        case Decided(collection=collection) | Waived(collection=collection) | Undone(collection=collection):
            return collection
        case PublicSeen(collection=collection):
            return collection
        case _:
            return None


def _branch(update: UpdateSeen) -> str | None:
    """The branch that Bodhi names for the update's release, if it can be one: messages may say anything."""
    if update.branch is None:
        return None
    try:
        branch = Collection.parse(update.branch)
    except ValueError:
        return None
    return branch.name if branch.major == Collection.parse(update.release).major else None


def _synced(sync: Synced, leading: Mapping[int, int]) -> str:
    return collection_of_tag(sync.release, leading).name
