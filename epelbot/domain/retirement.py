# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A retirement's states, steps and the decisions about it (POLICY R)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from epelbot.domain.matter import TakeOver


class State(enum.Enum):
    """Where a retirement stands; derived from evidence, never set."""

    #: A final build without a post.
    BEGUN = "begun"
    ANNOUNCED = "announced"
    FINAL_BUILD = "final-build"
    IN_UPDATES = "in-updates"
    QUEUED = "queued"
    APPROVED = "approved"
    RETIRED = "retired"
    ADOPTION_PROPOSED = "adoption-proposed"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    REJECTED = "rejected"

    @property
    def is_over(self) -> bool:
        """Nothing is left to do or to decide: the package has left, or it stays by the word of its people."""
        return self in (State.RETIRED, State.ADOPTED, State.WITHDRAWN)


class Action(enum.Enum):
    """What a person may decide in this version."""

    APPROVE = "approve"
    DEFER = "defer"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on one retirement.

    It was given for ``post`` (a Message-ID hash or None) and ``build`` (an NVR or None) and dies when
    either changes. ``minor`` ("9.8") is set for a deferral.
    """

    action: Action
    author: str
    at: datetime
    reason: str
    post: str | None
    build: str | None
    minor: str | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """The four things a packager does, each from evidence (R1 to R4).

    Where the profile asks for no final build, ``asks_for_build`` is False, and R2 and R3 hold nothing up.
    """

    announced: bool
    final_build: bool
    in_updates: bool
    release_manager_told: bool
    asks_for_build: bool = True

    @property
    def for_packagers_done(self) -> bool:
        """Nothing is left but to tell the release manager."""
        return self.announced and ((self.final_build and self.in_updates) or not self.asks_for_build)


@dataclass(frozen=True, slots=True)
class EarliestCompose:
    """The compose with which a listing may leave (L2).

    ``minor`` is "9.7"; ``name`` is the compose's, None until its freeze names it; ``day`` is the minor's
    GA day or its projection, None when RHEL gives no hint. For a major without further minors, ``minor`` is
    None and ``day`` the first on which the listing may leave. A projected day that has passed without news
    is ``was_expected``, and ``day`` None, so that no day shown lies in the past while the minor isn't out.
    """

    minor: str | None
    name: str | None
    day: date | None
    projected: bool
    was_expected: date | None = None


@dataclass(frozen=True, slots=True)
class Retirement:
    """One retirement of one listing, as derived from evidence.

    ``post`` is the announcement's Message-ID hash and ``build`` the NVR that R2 looks at, the newest.
    ``build_is_a_try``: that build shows some sign of being meant as the final one, or undoes one.
    ``began_at`` is the first thing that told of the retirement. ``takeover`` is who came forward to take the
    package over (R5). ``in_rhel``: it is the reason, and confirmed, so that no final build is asked for.
    """

    state: State
    steps: Steps
    reason: str | None = None
    earliest_compose: EarliestCompose | None = None
    post: str | None = None
    build: str | None = None
    build_is_a_try: bool = False
    decision: Decision | None = None
    began_at: datetime | None = None
    takeover: TakeOver | None = None
    in_rhel: bool = False
