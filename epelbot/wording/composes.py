# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a listing may leave and until when it is owed, in words: a projection is always shown as one."""

from __future__ import annotations

from epelbot.domain.lifetime import Lifetime
from epelbot.domain.retirement import EarliestCompose


def compose_in_words(compose: EarliestCompose) -> str:
    """The end of "It may leave …": with which compose, and how sure that day is."""
    if compose.minor is None:
        if compose.day is not None:
            return f"from {'about ' if compose.projected else ''}{compose.day} on"
        return "on a day that is not known yet"
    if compose.day is not None:
        return f"with RHEL {compose.minor}, {'about ' if compose.projected else ''}{compose.day}"
    if compose.was_expected is not None:
        return f"with RHEL {compose.minor}, expected about {compose.was_expected} and overdue"
    return f"with RHEL {compose.minor}, whose day is not known"


def commitment_in_words(clock: Lifetime) -> str:
    """A clause: the commitment is over, or until when the package is owed."""
    return f"{'its commitment' if clock.over else 'it'} is {owed_in_words(clock)}"


def owed_in_words(clock: Lifetime) -> str:
    """Over since a day, or owed until one; a projection with the day by which it is over at the latest."""
    if clock.over:
        return f"over since {clock.ends}"
    about = "about " if clock.projected else ""
    at_the_latest = f", at the latest {clock.latest}" if clock.latest != clock.ends else ""
    return f"owed until {about}{clock.ends}{at_the_latest}"
