# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a listing left its collection: who did what, and when (POLICY, Words and Violations)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from epelbot.domain.build import Tagging


class How(enum.Enum):
    """What takes a listing out of its collection."""

    BLOCKED = "blocked"
    #: The last of its builds left the stable tag.
    UNTAGGED = "untagged"
    #: ``dead.package`` stands at the branch's tip.
    DEAD_PACKAGE = "dead.package"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did to it.

    ``at`` is when, or the latest time that it can have been where nobody told. ``by`` is an account, for a
    commit that only dist-git told the name its author gave, and None where nobody told. ``where`` is the
    Koji tag or the branch, ``object`` the build or the commit, ``text`` what ``dead.package`` says.
    """

    how: How
    at: datetime
    where: str
    by: str | None = None
    object: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """A listing left, and has not come back.

    ``at`` is when it counts as gone: at its block or the untagging of its last build, or when the grace of
    ``dead.package`` is over, whichever is first. While that grace lasts ``counts`` is False: nothing has
    happened yet. ``acts`` are in order of time. ``last_build`` is what its users got last, None where Koji
    didn't tell. ``approved``: the release manager's approval stood when it left. ``in_force``: it left when
    the policy held already (an earlier departure is history).
    """

    at: datetime
    acts: tuple[Act, ...]
    counts: bool
    last_build: Tagging | None = None
    approved: bool = False
    in_force: bool = True

    @property
    def day(self) -> date:
        """The UTC day on which it left."""
        return self.at.date()
