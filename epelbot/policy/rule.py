# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule is: the facts that it needs, and a function from these to a finding.

The one combinator here turns a missing fact into *cannot know*, so that no rule can mistake silence for a
"no" (POLICY, Words).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from epelbot.domain.calendar import Calendar
from epelbot.domain.facts import Facts, Missing
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import EarliestCompose
from epelbot.domain.verdict import Finding, Verdict

T = TypeVar("T")

RELEASE_MANAGER = "the release manager"
RELEASE_MANAGER_OR_COMMITTEE = "the release manager or the committee"


@dataclass(frozen=True, slots=True)
class Case:
    """One listing before its judges. ``lifetime`` is None where nothing is owed or the entry is unknown.

    ``leaving`` says whether there is a retirement to judge at all; ``open``, whether the collection is.
    ``waived`` are the rules that stand under a waiver, ``exempt`` those that the reason does away with.
    """

    facts: Facts
    calendar: Calendar
    profile: Profile
    lifetime: Lifetime | None
    earliest: EarliestCompose | None
    leaving: bool
    open: bool = True
    waived: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()

    @property
    def not_asked(self) -> frozenset[str]:
        """The rules that hold nothing up."""
        return self.waived | self.exempt


def needed(fact: T | Missing | None) -> T:
    """A fact that the rule ``needs``, which `Rule.apply` saw to; what it doesn't need it may not take so."""
    if fact is None or isinstance(fact, Missing):
        raise LookupError("a rule takes for known what it does not name in its needs")
    return fact


def is_leaving(case: Case) -> bool:
    """There is a retirement: most rules speak of nothing else."""
    return case.leaving


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of POLICY.md.

    ``needs`` names fields of `Facts`; ``judge`` is called only when all of them are known, and returns None
    where the rule has nothing to say. ``concerns`` tells whether it speaks of the case at all: only then is
    a missing fact anything to report.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    judge: Callable[[Case], Finding | None]
    required: str
    waivable_by: str | None = None
    concerns: Callable[[Case], bool] = is_leaving

    def apply(self, case: Case) -> Finding | None:
        """The rule's finding on this case, *cannot know* when a fact that it needs is missing."""
        if not self.concerns(case):
            return None
        for need in self.needs:
            fact = getattr(case.facts, need)
            if isinstance(fact, Missing):
                return cannot_know(self, fact)
        return self.judge(case)


def cannot_know(rule: Rule, fact: Missing) -> Finding:
    """The finding of a rule that lacks a fact."""
    since = f" (it told this last on {fact.since:%Y-%m-%d %H:%M} UTC)" if fact.since else ""
    return Finding(
        rule.id,
        Verdict.CANNOT_KNOW,
        measured=f"{fact.why.rstrip('.')}{since}",
        required=rule.required,
        remedy=f"wait until {fact.source} answers, or look into 'epelbot doctor'",
    )
