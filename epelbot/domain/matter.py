# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of an announcement: somebody wants the package, or the retirement is over (POLICY R5, R8)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class How(enum.Enum):
    """How somebody came forward to take a package over."""

    OFFER = "offer"
    MAIN_ADMIN = "main admin"
    EPEL_ASSIGNEE = "EPEL assignee"

    @property
    def is_change(self) -> bool:
        """Whether the package has changed hands already; an offer has changed nothing yet."""
        return self is not How.OFFER


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What pauses a retirement (R5). ``who``: an account, ``@group``, or a From line nobody has verified.

    ``settled_by`` is the account of the person who said that the post is an offer (triage).
    """

    who: str
    how: How
    at: datetime
    url: str | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The word that ended a retirement: ``adopted`` (R5), else withdrawn (R8); ``by`` says whose word.

    ``settled_by`` is the account of the person who said that the post says so (triage).
    """

    adopted: bool
    by: str
    at: datetime
    url: str | None = None
    settled_by: str | None = None
