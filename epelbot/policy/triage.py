# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which posts a person has to judge, so that something can come of them (POLICY R1, R5, R8, A2; triage)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.calendar import Calendar
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import PostRead
from epelbot.domain.facts import Facts, Known, Missing
from epelbot.errors import BadInput
from epelbot.policy.announced import doubt_in_words, reader_unsure
from epelbot.policy.minimum_lifetime import last_supported_day
from epelbot.policy.withdrawn import doubt_about


@dataclass(frozen=True, slots=True)
class Doubt:
    """A post that a person has to judge for a listing, and why, in a phrase."""

    read: PostRead
    posted_at: datetime
    why: str


def open_doubts(facts: Facts, calendar: Calendar) -> tuple[Doubt, ...]:
    """The listing's doubtful posts that somebody's word would change something about, oldest first.

    None for a listing that never was there, or is in a closed collection, and none while nobody can tell who
    maintains it: what only waits for a source is no question to a person. A post from before the
    announcement that counts is answered by that, and so is what answers a retirement that has ended. Of one
    that has left it is asked whether it was announced, while V2 is.
    """
    presence, counts = facts.presence, facts.announcement
    if isinstance(facts.people, Missing) or _is_closed(facts, calendar):
        return ()
    if isinstance(presence, Known) and presence.value.entry is None:
        return ()
    if _has_left(facts) and (counts is not None or not _is_asked_of_departure(facts)):
        return ()
    found = [
        Doubt(post.read, post.posted_at, doubt_in_words(post))
        for post in facts.doubtful
        if counts is None or post.posted_at > counts.posted_at
    ]
    if not _has_left(facts) and facts.ending is None:
        found += [Doubt(one.read, one.posted_at, doubt_about(one)) for one in facts.doubtful_answers]
    if not _has_left(facts):
        found += [Doubt(one.read, one.posted_at, reader_unsure(one.read)) for one in facts.unclear]
    by_post = {one.read.post: one for one in found}
    return tuple(sorted(by_post.values(), key=lambda one: (one.posted_at, one.read.post)))


def _has_left(facts: Facts) -> bool:
    presence = facts.presence
    return facts.blocked or (isinstance(presence, Known) and presence.value.left_at is not None)


def _is_asked_of_departure(facts: Facts) -> bool:
    left = facts.departure
    if facts.collection.is_trailing:
        return False
    return isinstance(left, Departure) and left.counts and left.in_force and not left.approved


def _is_closed(facts: Facts, calendar: Calendar) -> bool:
    try:
        return facts.as_of > last_supported_day(facts.collection, calendar)
    except BadInput:
        return False
