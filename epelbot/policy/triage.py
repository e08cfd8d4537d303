# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which posts a person has to judge, so that something can come of them (POLICY R1, triage)."""

from __future__ import annotations

from epelbot.domain.calendar import Calendar
from epelbot.domain.facts import Announcement, Facts, Known, Missing
from epelbot.errors import BadInput
from epelbot.policy.minimum_lifetime import last_supported_day


def open_doubts(facts: Facts, calendar: Calendar) -> tuple[Announcement, ...]:
    """The listing's doubtful posts that somebody's word would change something about, oldest first.

    None for a listing that has left, never was there, or is in a closed collection, and none while nobody
    can tell who maintains it: what only waits for a source is no question to a person. A post from before
    the announcement that counts is answered by that.
    """
    presence = facts.presence
    if isinstance(facts.people, Missing) or _is_closed(facts, calendar) or facts.blocked:
        return ()
    if isinstance(presence, Known) and (presence.value.entry is None or presence.value.left_at is not None):
        return ()
    counts = facts.announcement
    return tuple(post for post in facts.doubtful if counts is None or post.posted_at > counts.posted_at)


def _is_closed(facts: Facts, calendar: Calendar) -> bool:
    try:
        return facts.as_of > last_supported_day(facts.collection, calendar)
    except BadInput:
        return False
