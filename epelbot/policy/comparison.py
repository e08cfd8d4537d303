# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two profiles make of the same facts: where a listing would be judged differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict

#: A rule about the bot's own notices says nothing about a policy.
_OF_THE_BOT = "R4"


@dataclass(frozen=True, slots=True)
class Judged:
    """A listing's verdict under one profile on a day, its retirement's state, and each rule's verdict."""

    verdict: Verdict
    state: State | None
    rules: tuple[tuple[str, Verdict], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A listing that the profiles judge differently; ``day`` is the first on which they do."""

    package: str
    collection: str
    day: date
    one: Judged
    other: Judged


def judged(excuse: Excuse) -> Judged:
    """What counts of an excuse in a comparison."""
    rules = tuple((found.rule, found.verdict) for found in excuse.findings if found.rule != _OF_THE_BOT)
    verdict = max((verdict for _, verdict in rules), default=Verdict.OK)
    return Judged(verdict, excuse.retirement.state if excuse.retirement else None, rules)


def differ(one: Judged, other: Judged) -> bool:
    """Whether somebody would be told something else: another verdict, or another state of a retirement.

    That a profile leaves a rule out which is fulfilled anyway makes no difference to anybody.
    """
    return (one.verdict, one.state) != (other.verdict, other.state)
