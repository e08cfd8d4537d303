# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a listing is owed, computed (POLICY L1)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from epelbot.domain.calendar import Milestone
from epelbot.domain.collection import Collection


class EndedBy(enum.Enum):
    """What decides the end of a commitment."""

    MINOR_RELEASE = "minor-release"
    MONTHS = "months"
    END_OF_LIFE = "end-of-life"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The commitment of one listing, seen on the day ``as_of``.

    ``ends`` is the best known day, projected or not, from whose 00:00 UTC nothing more is owed, ``by`` what
    decides it; ``latest`` the day by which it is over whatever RHEL does. ``projected`` says whether ``ends``
    rests on a projection, ``overdue`` that a projected day has passed without news. ``over`` is never true
    on the word of a projection, and ``ends`` lies before ``as_of`` only if it is true.

    ``minor_rule_ends`` and ``months_rule_ends`` are both ends before the earlier one won; the former is None
    when no further minor can close it (after a major's last), or when no day is known for it, or its
    projection is overdue. ``closing_minor`` is the minor whose GA ends the minor rule (in ``epel10``: whose
    branching does), and ``closing`` is that GA or branching. ``on_the_way`` are all GA days that the minor
    rule counts, from the first whole minor's to the closing one (in ``epel10``: the closing branching).
    ``end_of_life`` is the last supported day of the major. ``conflicts`` names in plain phrases the days on
    which sources disagree.
    """

    collection: Collection
    entered: date
    as_of: date
    ends: date
    by: EndedBy
    first_whole_minor: str | None
    projected: bool
    latest: date
    overdue: bool
    over: bool
    minor_rule_ends: date | None
    months_rule_ends: date
    closing_minor: str | None
    end_of_life: date
    conflicts: tuple[str, ...] = ()
    closing: Milestone | None = None
    on_the_way: tuple[Milestone, ...] = ()

    @property
    def first_whole(self) -> Milestone | None:
        """The GA of the first whole minor; None: no such minor, or ``epel10``, where it plays no part."""
        return None if self.collection.is_leading or not self.on_the_way else self.on_the_way[0]

    @property
    def flips_on(self) -> date | None:
        """The first later day on which the clock alone changes something here; None: it never will.

        That is the day by which it is over, or the one after a projected day that passes without news.
        """
        waiting = [m.expected for m in self.on_the_way if m.expected is not None]
        days = [self.latest, *waiting, *(day + timedelta(days=1) for day in waiting)]
        return min((day for day in days if day > self.as_of), default=None)
