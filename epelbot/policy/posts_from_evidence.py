# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence: who stands behind a listing, and which posts announce that it is to leave (R1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import AccessSeen, PostRead, Recorded
from epelbot.domain.facts import Announcement, Known, Missing, Unclear
from epelbot.domain.people import PackageAccess, People, people_of
from epelbot.domain.post import Meaning
from epelbot.domain.profile import Roles
from epelbot.policy.seen import Seen, Told
from epelbot.policy.settled import posts_read

#: Who tells of posts, for people.
ARCHIVE = "the list archive"
#: The question that is put to dist-git, as `LookedUp` names it.
ACCESS = "access"

#: An announcement lies at most so long before what it announces: longer than any commitment of 13 months.
ANNOUNCED_WITHIN = timedelta(days=400)
# A message is sent a moment after what it tells; nobody announces within an hour of the entry.
_A_MOMENT = timedelta(hours=1)
_TELLING = (Meaning.RETIREMENT, Meaning.UNSURE)


def people_behind(seen: Seen, collection: Collection) -> Known[People] | Missing:
    """The listing's people by then; missing where dist-git is asked and does not answer."""
    answer = seen.asked(ACCESS, "dist-git", seen.horizon.distgit)
    if isinstance(answer, Missing) and seen.horizon.distgit.asked:
        return answer
    last = seen.last_word(seen.of(AccessSeen)) or next(iter(seen.of_later(AccessSeen)), None)
    if last is None:
        if isinstance(answer, Missing):
            return answer
        # An answer too: there is no such package, so nobody maintains it.
        return Known(People((), ()), "dist-git", answer.at)
    access = _whole(last, seen)
    return Known(people_of(access, collection.branch), "dist-git", last[0].confirmed)


def _whole(told: Told[AccessSeen], seen: Seen) -> PackageAccess:
    """One state of access, completed: only a look-up tells EPEL assignee, branches and members."""
    looked_up = seen.last_word(pair for pair in _every_access(seen) if _was_looked_up(pair))
    if looked_up is None or _was_looked_up(told):
        return told[1].access
    whole = looked_up[1].access
    return replace(
        told[1].access,
        collaborators=whole.collaborators,
        collaborator_groups=whole.collaborator_groups,
        epel_assignee=whole.epel_assignee,
        members=whole.members,
    )


def _was_looked_up(told: Told[AccessSeen]) -> bool:
    return told[0].source == "dist-git" and not told[1].partial


def _every_access(seen: Seen) -> list[Told[AccessSeen]]:
    return [*seen.of(AccessSeen), *seen.of_later(AccessSeen)]


def _entitled_at(moment: datetime, seen: Seen, collection: Collection, roles: Roles) -> set[str]:
    """Who could announce at that moment, by all that is known now.

    Whoever announces and then gives the package away was entitled all the same.
    """
    told = _every_access(seen)
    before = [pair for pair in told if pair[0].happened_at <= moment]
    # Between two tellings of one state it is supposed to have held.
    held = [pair for pair in before if moment <= pair[0].confirmed]
    accesses = [_whole(pair, seen) for pair in (*held, *(before[-1:] or told[:1]))]
    found = {account for access in accesses for account in people_of(access, collection.branch).all}
    groups = {group.removeprefix("@") for group in roles.entitled_groups}
    for _, fact in told:
        found.update(
            account for group, members in fact.access.members if group in groups for account in members
        )
    return found


@dataclass(frozen=True, slots=True)
class Listeners:
    """Whose word counts for a listing: its ``people`` now, and the ``roles`` of the profile."""

    collection: Collection
    people: Known[People] | Missing
    roles: Roles

    def entitle(self, read: PostRead, posted_at: datetime, seen: Seen) -> bool:
        """Whether the post's author may speak for the listing, now or when it was posted (R1, R8)."""
        if isinstance(self.people, Missing) or read.author is None:
            return False
        then = _entitled_at(posted_at, seen, self.collection, self.roles)
        return read.author in then.union(self.people.value.all)


def announcements(
    seen: Seen,
    collection: Collection,
    people: Known[People] | Missing,
    roles: Roles,
    since: datetime | None,
) -> tuple[Announcement | None, tuple[Announcement, ...]]:
    """The first entitled post that announces, and those that a person has to judge, oldest first.

    One from the time in which the policy is in force goes before an earlier one, which is history; then one
    that gives a reason before one that doesn't. ``since`` is the entry: what was said before it, was said of
    an earlier life of the package.
    """
    who = Listeners(collection, people, roles)
    found: list[Announcement] = []
    for one, read in last_readings(posts_read(seen), collection):
        if _may_announce(read) and (since is None or one.happened_at >= since):
            # A person with the right to looked into it; that the bus can't tell the author no longer matters.
            entitled = read.settled_by is not None or who.entitle(read, one.happened_at, seen)
            found.append(Announcement(read, one.happened_at, entitled))
    sure = [
        post
        for post in found
        if post.entitled and post.read.starts_matter and post.read.reading.meaning is Meaning.RETIREMENT
    ]
    begins = seen.horizon.in_force_from
    counting = [post for post in sure if post.posted_at.date() >= begins] or sure
    first = next((post for post in counting if _gives_reason(post.read)), counting[0] if counting else None)
    return first, tuple(post for post in found if post not in sure)


def _may_announce(read: PostRead) -> bool:
    return read.reading.meaning in _TELLING and not _is_unclear(read)


def _is_unclear(read: PostRead) -> bool:
    """Whether the reader is not sure of it, and takes it for something else than a retirement."""
    return read.reading.meaning is Meaning.UNSURE and read.reading.leaning not in (None, Meaning.RETIREMENT)


def unclear_posts(seen: Seen, collection: Collection) -> tuple[Unclear, ...]:
    """What may offer, take back or change something, since the policy is in force, oldest first."""
    return tuple(
        Unclear(read, one.happened_at)
        for one, read in last_readings(posts_read(seen), collection)
        if _is_unclear(read) and one.happened_at.date() >= seen.horizon.in_force_from
    )


def _gives_reason(read: PostRead) -> bool:
    return read.reading.reason is not None or read.reading.category is not None


def posts_seen(seen: Seen, entered: datetime | None, until: datetime) -> Known[None] | Missing:
    """Whether all posts are known that may have announced by ``until`` that the listing leaves.

    They lie after its entry, and not longer before than `ANNOUNCED_WITHIN`.
    """
    horizon = seen.horizon
    since = until - ANNOUNCED_WITHIN
    since = since if entered is None else max(since, entered)
    read_until = since
    for begins, ends in horizon.posts_known:
        if begins - _A_MOMENT <= read_until:
            read_until = max(read_until, ends)
    source = ARCHIVE if horizon.archive.asked else "the message bus"
    window = f"{since:%Y-%m-%d} to {until:%Y-%m-%d}"
    if read_until < until:
        why = horizon.archive.error or "nobody listened then, nor was the list archive swept"
        return Missing(source, f"whether a post of {window} announced it is not known: {why}")
    first = bisect_left(horizon.posts_without_text, since)
    unread = bisect_right(horizon.posts_without_text, until) - first
    if unread:
        return Missing(
            source,
            f"whether a post of {window} announced it is not known: {unread} "
            f"{'post has' if unread == 1 else 'posts have'} not been read yet",
        )
    return Known(None, source, read_until)


def last_readings(
    told: Sequence[Told[PostRead]], collection: Collection
) -> Iterable[tuple[Recorded, PostRead]]:
    """What each post says of the listing by its last reading, by time; its text outdoes its subject."""
    readings: dict[str, list[Told[PostRead]]] = {}
    for pair in told:
        readings.setdefault(pair[1].post, []).append(pair)
    found: list[Told[PostRead]] = []
    for pairs in readings.values():
        rank = max((read.complete, one.confirmed) for one, read in pairs)
        # One reading may speak of several collections, and so be several pieces of evidence.
        last = [(one, read) for one, read in pairs if (read.complete, one.confirmed) == rank]
        here = [pair for pair in last if pair[1].collection in (None, collection.name)]
        if here:
            found.append(max(here, key=lambda pair: (pair[1].collection is not None, repr(pair[1]))))
    return sorted(found, key=lambda pair: (pair[0].happened_at, pair[1].post))
