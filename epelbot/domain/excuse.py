# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The excuse: everything there is to say about one listing on one day, in one structure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import BuildChecked, NeededBy
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.people import People
from epelbot.domain.retirement import Retirement
from epelbot.domain.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Excuse:
    """What is owed, who wants to leave, and why it stands where it stands.

    Terminal, page, JSON and mail are worded from this one value. ``findings`` stand in the registry's
    reading order; ``flips_on`` is the first day on which the answer changes by itself. ``tag`` is Koji's
    stable tag that the listing's builds are in. ``to_change`` is what R2 found in the newest build, where
    that has to change. ``departure`` tells how the listing left, if it did. ``needed_by`` are
    those that lose something when it leaves (R7), None where that is not known. ``decisions`` is the log of
    what people decided, oldest first.
    """

    package: str
    collection: Collection
    as_of: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    lifetime: Lifetime | None = None
    retirement: Retirement | None = None
    people: People | None = None
    flips_on: date | None = None
    notes: tuple[str, ...] = ()
    tag: str | None = None
    to_change: BuildChecked | None = None
    departure: Departure | None = None
    needed_by: tuple[NeededBy, ...] | None = None
    decisions: tuple[Logged, ...] = ()
