# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read: a post that the bus told of gets its text from the archive, and what it means becomes evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from epelbot.domain.evidence import PostRead, Recorded
from epelbot.domain.post import Meaning, Post, Reading
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.faults import fault_point
from epelbot.ledger import Ledger, health, listings, posts
from epelbot.ledger.posts import PostLease
from epelbot.policy.reader import READER_VERSION, read_post, starts_matter
from epelbot.ports import ListArchive
from epelbot.services import record
from epelbot.services.read_replies import answers_in, root_of

# The archive lags behind the list by an unknown time (FIELD 1.7): asked again after this, doubled each time.
_FIRST_PAUSE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(hours=4)
# Offers and withdrawals are kept with their thread (`read_replies`).
_TELLING = (Meaning.RETIREMENT, Meaning.UNSURE, Meaning.ABI_CHANGE)


def claim_post(
    ledger: Ledger, now: datetime, *, holder: str, lease_seconds: int
) -> tuple[PostLease, set[str]] | None:
    """Take the post that has been due longest, with all packages known by now; None when none is due."""
    with ledger.write() as connection:
        lease = posts.claim(connection, now, holder, lease_seconds)
        return None if lease is None else (lease, listings.packages(connection))


def read_claimed(
    ledger: Ledger,
    archive: ListArchive | None,
    lease: PostLease,
    known_packages: Collection[str],
    now: datetime,
    *,
    give_up_after: timedelta,
    announce_list: str,
) -> None:
    """Fetch and read a post; only one on ``announce_list`` can announce (R1).

    Its headers are read at once, so that a clear subject counts even while the archive is silent; the text
    is asked for until ``give_up_after`` has passed since it was posted. Offline (``archive`` None) the
    headers, and a text that came with the message, are all there is.
    """
    post, error, answered = _with_text(lease.post, archive)
    complete = post.text is not None
    # Only an archive that answers can show that it will never have the post.
    waits = not complete and (not answered or (archive is not None and now - post.posted_at < give_up_after))
    found: list[Recorded] = []
    reading: Reading | None = None
    if post.list_name == announce_list:
        reading = _to_keep(read_post(post, known_packages))
        root = root_of(ledger, archive, post) if complete else None
        found = [
            *readings_of(post, known_packages, now, before=lease.reading),
            *answers_in(post, root, known_packages, now),
        ]
    with ledger.write() as connection:
        settled = posts.settle(
            connection,
            lease,
            post,
            status=posts.READ if complete else posts.UNREAD if waits else posts.HEADERS_ONLY,
            due_at=now + _pause(lease.attempts) if waits else None,
            error=error,
            read=None if reading is None else (reading, READER_VERSION),
        )
        if settled:
            record.keep(connection, found, now)
        if archive is not None:
            health.note(connection, "archive", now, None if answered else error)
        fault_point("read:before-commit")


def _to_keep(reading: Reading) -> Reading:
    """The reading as triage sees it: who means all packages of theirs names none, which R1 asks for."""
    if not reading.all_of_authors or reading.meaning is not Meaning.RETIREMENT:
        return reading
    why = "it names no package, but means all of the author's"
    return replace(reading, meaning=Meaning.UNSURE, why=why, leaning=reading.meaning)


def put_off(ledger: Ledger, lease: PostLease, error: str, now: datetime) -> None:
    """A post that epelbot failed on is tried again later, with growing pauses, and holds up no other."""
    with ledger.write() as connection:
        due_at = now + _pause(lease.attempts)
        posts.settle(connection, lease, lease.post, status=posts.UNREAD, due_at=due_at, error=error)


def _pause(attempts: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(attempts, 10)), _LONGEST_PAUSE)


def _with_text(post: Post, archive: ListArchive | None) -> tuple[Post, str | None, bool]:
    """The post with its text if it can be had, why not, and whether the archive answered at all."""
    if post.text is not None or archive is None:
        return post, None, True
    try:
        found = archive.post(post.list_name, post.hash)
    except NotThere as error:
        return post, str(error), True
    except (TransientError, PermanentError) as error:
        return post, str(error), False
    return replace(post, text=found.text, url=post.url or found.url), None, True


def readings_of(
    post: Post, known_packages: Collection[str], now: datetime, *, before: Reading | None = None
) -> list[Recorded]:
    """What a post says, one piece of evidence for each package and collection that it speaks of.

    Its text may take back what its subject alone had said, and a better reader what one had made of it
    ``before``, so a package that only those name is told of too.
    """
    reading = read_post(post, known_packages)
    found = [
        _recorded(post, _about(reading, package, collection), collection, now)
        for package in reading.packages
        for collection in (reading.collections_of(package) or (None,))
        if reading.meaning in _TELLING
    ]
    by_subject = read_post(replace(post, text=None), known_packages) if post.text is not None else None
    told = {package for package in reading.packages if reading.meaning in _TELLING}
    taken_back = {
        package
        for other in (by_subject, before)
        if other is not None and other.meaning in _TELLING
        for package in other.packages
        if package not in told
    }
    found += [
        _recorded(post, Reading(Meaning.OTHER, (package,), why=reading.why), None, now)
        for package in sorted(taken_back)
    ]
    return found


def _about(reading: Reading, package: str, collection: str | None) -> Reading:
    return replace(reading, packages=(package,), collections=(collection,) if collection else (), apart=())


def _recorded(post: Post, reading: Reading, collection: str | None, now: datetime) -> Recorded:
    read = PostRead(
        post=post.hash,
        collection=collection,
        reading=reading,
        author=post.sender_account,
        sender=post.sender,
        starts_matter=starts_matter(post),
        complete=post.text is not None,
        url=post.url,
    )
    # Of all majors: that it speaks of one collection says something about the others, too.
    source = "archive" if post.text is not None else "bus"
    return Recorded(read, reading.packages[0], None, source, post.posted_at, now, now)
