# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence: an announcement and what became of it, since anybody may take the package over (R5, R8).

A matter is one announcement with all that answers it. One that has ended gives way to the next announcement
of the same package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import AccessSeen, Decided, PostRead, Recorded, ThreadSeen, Undone
from epelbot.domain.facts import Announcement, Answer, Known, Missing
from epelbot.domain.matter import Ending, How, TakeOver
from epelbot.domain.people import NOBODY, PackageAccess
from epelbot.domain.post import Meaning
from epelbot.domain.retirement import Action, Decision
from epelbot.policy.posts_from_evidence import Listeners, announcements, last_readings
from epelbot.policy.seen import Seen, Told
from epelbot.policy.settled import posts_read

_A_MOMENT = timedelta(microseconds=1)
_ANSWERS = (Meaning.ADOPTION, Meaning.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Matter:
    """See `Facts` for the fields."""

    announcement: Announcement | None
    doubtful: tuple[Announcement, ...]
    takeover: TakeOver | None = None
    ending: Ending | None = None
    doubtful_answers: tuple[Answer, ...] = ()


def matter_of(
    seen: Seen,
    who: Listeners,
    *,
    since: datetime | None,
    undone_since: Callable[[datetime], bool],
    decision_on: Callable[[str], Decision | None],
) -> Matter:
    """The last matter that was begun ``since`` the entry.

    ``undone_since`` tells whether the newest stable build lacks the file that one before it carried, since an
    announcement of that time. ``decision_on`` gives the decision that stands for
    a post.
    """
    begun, doubtful = announcements(seen, who.collection, who.people, who.roles, since)
    while True:
        if begun is None:
            return Matter(None, doubtful)
        matter = _outcome(
            seen,
            who,
            begun,
            undone=undone_since(begun.posted_at),
            decision=decision_on(begun.read.post),
        )
        if matter.ending is None:
            return Matter(begun, doubtful, matter.takeover, None, matter.doubtful_answers)
        begun, doubtful = announcements(
            seen, who.collection, who.people, who.roles, matter.ending.at + _A_MOMENT
        )
        if begun is None:
            return Matter(matter.announcement, doubtful, matter.takeover, matter.ending)


def _outcome(
    seen: Seen, who: Listeners, begun: Announcement, *, undone: bool, decision: Decision | None
) -> Matter:
    replies = _replies(seen, who.collection, begun)
    approved = decision if decision is not None and decision.action is Action.APPROVE else None
    until = approved.at if approved is not None else seen.until
    takeover = _change_of_maintainer(seen, begun.posted_at, until) or _offer(replies, until)
    withdrawn = [
        Ending(
            adopted=False,
            by=read.author or read.sender,
            at=one.happened_at,
            url=read.url,
            settled_by=read.settled_by,
        )
        for one, read in replies
        # Where the file has gone from the newest build already, to go on maintaining it says the same.
        if (undone or read.reading.meaning is Meaning.WITHDRAWAL)
        and (_is_settled_withdrawal(read) or who.entitle(read, one.happened_at, seen))
    ]
    undone_words = {
        (one.of_author, one.of_at) for _, one in seen.of(Undone) if one.collection == who.collection.name
    }
    made = [
        fact.decision
        for _, fact in seen.of(Decided)
        if fact.collection == who.collection.name
        and fact.decision.post == begun.read.post
        and (fact.decision.author, fact.decision.at) not in undone_words
    ]
    last = made[-1] if made else None
    adopted = [] if takeover is None else _adoption(seen, takeover, replies, last, until)
    endings = [*adopted, *withdrawn]
    # A new maintainer who keeps the package adopts it, whatever the words.
    ending = min(endings, key=lambda one: (one.at, not one.adopted), default=None)
    return Matter(begun, (), takeover, ending, _doubtful_answers(seen, who, begun))


def _replies(seen: Seen, collection: Collection, begun: Announcement) -> list[Told[PostRead]]:
    """The posts that answer the announcement for the listing and mean something, oldest first."""
    return [
        (one, read)
        for one, read in _since(seen, collection, begun)
        if read.reading.meaning in _ANSWERS and (_is_settled(read) or _in_thread(read, begun))
    ]


def _since(seen: Seen, collection: Collection, begun: Announcement) -> list[Told[PostRead]]:
    """The posts later than the announcement, or in its thread, that may answer one, oldest first."""
    return [
        (one, read)
        for one, read in last_readings(posts_read(seen), collection)
        if (read.reading.meaning in _ANSWERS or read.reading.leaning in _ANSWERS)
        and read.post != begun.read.post
        and (one.happened_at > begun.posted_at or _in_thread(read, begun))
    ]


def _in_thread(read: PostRead, begun: Announcement) -> bool:
    return read.in_thread_of == begun.read.post and read.complete


def _is_settled(read: PostRead) -> bool:
    """Whether a person said what the post means, and for which listings: then no thread has to tell."""
    return read.settled_by is not None


def _is_settled_withdrawal(read: PostRead) -> bool:
    """Of an offer a person has not said that its author maintains the package."""
    return _is_settled(read) and read.reading.meaning is Meaning.WITHDRAWAL


def _doubtful_answers(seen: Seen, who: Listeners, begun: Announcement) -> tuple[Answer, ...]:
    """What may answer the announcement, but stands elsewhere, or is by nobody knows whom, or is not clear."""
    found = [
        Answer(read, one.happened_at, who.entitle(read, one.happened_at, seen), _in_thread(read, begun))
        for one, read in _since(seen, who.collection, begun)
        if not _is_settled(read)
    ]
    # An offer in the thread anybody may make.
    return tuple(
        one
        for one in found
        if not one.in_thread or (one.read.reading.meaning is not Meaning.ADOPTION and not one.entitled)
    )


def _offer(replies: list[Told[PostRead]], until: datetime) -> TakeOver | None:
    """The first offer; anybody may make one."""
    return next(
        (
            TakeOver(read.author or read.sender, How.OFFER, one.happened_at, read.url, read.settled_by)
            for one, read in replies
            if read.reading.meaning is Meaning.ADOPTION and one.happened_at < until
        ),
        None,
    )


def _change_of_maintainer(seen: Seen, since: datetime, until: datetime) -> TakeOver | None:
    """Another main admin or EPEL assignee than at the announcement; ``orphan`` is none.

    What was not known then has not changed: a wrong pause would hold up somebody else's work.
    """
    told = [(one, fact.access) for one, fact in seen.of(AccessSeen)]
    looked_up = [(one, access) for one, access in told if one.source == "dist-git"]
    for how, rows, holder in (
        (How.MAIN_ADMIN, told, lambda access: access.main_admin),
        # Messages don't tell it.
        (How.EPEL_ASSIGNEE, looked_up, lambda access: access.epel_assignee),
    ):
        changed = _changed(rows, holder, since, until)
        if changed is not None:
            return TakeOver(changed[0], how, changed[1])
    return None


def _changed(
    rows: list[tuple[Recorded, PackageAccess]],
    holder: Callable[[PackageAccess], str | None],
    since: datetime,
    until: datetime,
) -> tuple[str, datetime] | None:
    """Who holds it at the end, and since when, if that is a person who did not hold it all along."""
    before, now = _at(rows, since), _at(rows, until)
    if before is None or now is None:
        return None
    who = holder(now)
    if who in (None, NOBODY):
        return None
    within = [
        (one, holder(access)) for one, access in rows if since < one.confirmed and one.happened_at < until
    ]
    given_up = [one.happened_at for one, held_by in within if held_by == NOBODY]
    if holder(before) == who and not given_up:
        return None
    taken = [one.happened_at for one, held_by in within if held_by == who and one.happened_at > since]
    return who, min(taken, default=max([since, *given_up]))


def _at(rows: list[tuple[Recorded, PackageAccess]], moment: datetime) -> PackageAccess | None:
    """The access as told last by that moment."""
    told = [(one, access) for one, access in rows if one.happened_at <= moment]
    last = max(
        told,
        key=lambda pair: (
            pair[0].confirmed if pair[0].confirmed <= moment else pair[0].happened_at,
            pair[0].happened_at,
            repr(pair[1]),
        ),
        default=None,
    )
    return None if last is None else last[1]


def _adoption(
    seen: Seen,
    takeover: TakeOver,
    replies: list[Told[PostRead]],
    decision: Decision | None,
    until: datetime,
) -> Iterator[Ending]:
    """The new maintainer's word, or the release manager's, who rejects a retirement that is paused (R5).

    Such a ``decision`` outlives the build that it was made for: what it has ended, no build begins again.
    """
    accounts = _accounts(takeover.who, seen) if takeover.how.is_change else set()
    for one, read in replies:
        if read.author in accounts and one.happened_at < until:
            # An offer that was made before the package was handed over is a word, too.
            at = max(one.happened_at, takeover.at)
            by = read.author or takeover.who
            yield Ending(adopted=True, by=by, at=at, url=read.url, settled_by=read.settled_by)
    if decision is not None and decision.action is Action.REJECT and decision.at >= takeover.at:
        yield Ending(adopted=True, by=decision.author, at=decision.at)


def _accounts(who: str, seen: Seen) -> set[str]:
    if not who.startswith("@"):
        return {who}
    members = (dict(fact.access.members).get(who[1:], ()) for _, fact in seen.of(AccessSeen))
    return {account for some in members for account in some}


def thread_of(begun: Announcement | None, seen: Seen) -> Known[None] | Missing:
    """Whether the archive has lately told who answered the announcement; history is not asked for."""
    trust, now = seen.horizon.archive, seen.horizon.now
    if begun is None or not trust.asked or begun.posted_at.date() < seen.horizon.in_force_from:
        return Known(None, "the message bus", now)
    last = last_seen_thread(begun.read.post, (*seen.by_then, *seen.later))
    if last is not None and now - last <= trust.max_age:
        return Known(None, "the list archive", last)
    silent = "has not been asked yet" if last is None else "has not been asked lately"
    why = trust.error or f"the list archive {silent}"
    return Missing("the list archive", f"who answered the announcement is not known: {why}", last)


def last_seen_thread(post: str, evidence: tuple[Recorded, ...]) -> datetime | None:
    """When the archive last told the thread of that post."""
    return max(
        (one.confirmed for one in evidence if isinstance(one.fact, ThreadSeen) and one.fact.post == post),
        default=None,
    )
