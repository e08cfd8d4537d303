# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R7: who needs the package is named; what would no longer install holds it back, for one compose at most."""

from __future__ import annotations

from collections.abc import Sequence

from epelbot.domain.dependencies import Kind
from epelbot.domain.evidence import NeededBy
from epelbot.domain.facts import Known
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule

_MOST_NAMED = 8
_SAID = {
    Kind.RUN_TIME: "can no longer be installed",
    Kind.BUILD_TIME: "can no longer be built",
    Kind.WEAK: "lose something that they recommend or suggest",
}


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    if not isinstance(facts.dependents, Known):
        return None
    found = facts.dependents.value
    said = [
        f"{len(some)} {_SAID[kind]}: {_named(some)}"
        for kind in Kind
        if (some := [one for one in found.needed_by if one.kind is kind])
    ]
    breaks = any(one.kind is Kind.RUN_TIME for one in found.needed_by)
    measured = f"if it leaves, {'; '.join(said)}" if said else "nobody who stays needs it"
    if not breaks:
        return Finding("R7", Verdict.OK, measured, RULE.required)
    decision = facts.decision
    if decision is not None and decision.action is Action.APPROVE:
        allowed = f"approved by {decision.author} all the same; {measured}"
        return Finding("R7", Verdict.OK, allowed, RULE.required)
    compose = case.earliest.minor if case.earliest is not None else None
    if compose is None or _held_long_enough(case):
        return Finding(
            "R7",
            Verdict.OTHERS_MUST_ACT,
            measured,
            RULE.required,
            remedy="the release manager decides: approve it all the same, defer or reject it",
            waivable_by=RELEASE_MANAGER,
        )
    return Finding(
        "R7",
        Verdict.WAIT,
        f"held back from the compose for RHEL {compose}; {measured}",
        RULE.required,
        remedy="have them do without it, or leave too; after that compose the release manager decides",
        waivable_by=RELEASE_MANAGER,
    )


def _held_long_enough(case: Case) -> bool:
    """Whether a compose has come that it could have left with: complete, and its commitment over.

    A compose is the minor's GA day here, as for L2.
    """
    facts = case.facts
    if facts.told_at is None:
        return False
    since = facts.told_at.date()
    releases = case.calendar.releases(
        facts.collection.major, facts.as_of, case.profile.calendar.cadence_months
    )
    return any(
        one.happened is not None
        and one.happened > since
        and (case.lifetime is None or one.happened >= case.lifetime.ends)
        for one in releases
    )


def _named(some: Sequence[NeededBy]) -> str:
    names = [f"{one.package} ({_who(one)})" for one in some[:_MOST_NAMED]]
    more = len(some) - len(names)
    return ", ".join([*names, *([f"and {more} more"] if more else [])])


def _who(one: NeededBy) -> str:
    if one.maintainers is None:
        return "maintainer not known"
    return ", ".join(one.maintainers) or "nobody maintains it"


def _is_asked(case: Case) -> bool:
    return case.leaving and case.facts.dependents is not None


RULE = Rule(
    "R7",
    "dependents",
    needs=("dependents",),
    judge=_judge,
    required="no package that stays needs it to be installed",
    waivable_by=RELEASE_MANAGER,
    concerns=_is_asked,
)
