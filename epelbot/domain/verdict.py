# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts and findings: what a rule says of a listing, and what would change it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from epelbot.domain.waiver import Waiver


class Verdict(enum.Enum):
    """What a finding means for the reader. Ordered: a listing's verdict is the worst of its findings."""

    OK = "ok"
    #: A person with the right to do so has set the rule aside.
    WAIVED = "waived"
    #: Time alone mends it.
    WAIT = "wait"
    #: The release manager or a proven packager has to act.
    OTHERS_MUST_ACT = "others-must-act"
    #: The maintainer has to act.
    MUST_ACT = "must-act"
    #: A source is silent. Never counts as a pass.
    CANNOT_KNOW = "cannot-know"
    #: It has happened.
    VIOLATED = "violated"

    @property
    def rank(self) -> int:
        """0 for the best, growing with the trouble."""
        return _ORDER.index(self)

    def __lt__(self, other: Verdict) -> bool:
        return self.rank < other.rank


_ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing a finding rests on: a short phrase, where to see it, and when it happened (UTC)."""

    what: str
    url: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says.

    ``rule`` is the id of POLICY.md ("L1"). ``measured`` and ``required`` are short phrases with the
    numbers. ``flips_on`` is the day on which the answer changes by itself, if that is known.
    ``remedy`` is what to do, in the imperative. ``waivable_by`` names the role that may set the
    finding aside, or None when nobody may. ``waiver`` is the one under which it stands, if any.
    """

    rule: str
    verdict: Verdict
    measured: str
    required: str
    flips_on: date | None = None
    remedy: str | None = None
    waivable_by: str | None = None
    evidence: tuple[Evidence, ...] = ()
    waiver: Waiver | None = None
