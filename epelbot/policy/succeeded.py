# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L3 begun-anew: here, that another listing has taken this one's place, or this one another's.

When the entry begins anew after an absence, `entry` says; what a succession does away with, this module.
"""

from __future__ import annotations

from epelbot.domain.evidence import Succession
from epelbot.domain.facts import Facts, Known
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.rule import Case, Rule
from epelbot.policy.succession import EXEMPT

_MOST_NAMED = 6


def is_succeeded(facts: Facts) -> bool:
    """Whether it is known that another listing has taken its place."""
    return isinstance(facts.succession, Known)


def exempt(facts: Facts) -> frozenset[str]:
    """The rules that don't apply to a listing whose place was taken."""
    return EXEMPT if is_succeeded(facts) else frozenset()


def succeeded_in_words(facts: Facts) -> str:
    """Who took its place, and with which packages."""
    if not isinstance(facts.succession, Known):
        return ""
    one: Succession = facts.succession.value
    pairs = [old if old == new else f"{old} by {new}" for old, new in one.rpms[:_MOST_NAMED]]
    more = f" and {len(one.rpms) - len(pairs)} more" if len(one.rpms) > len(pairs) else ""
    return f"succeeded by {one.successor}, which obsoletes and provides {', '.join(pairs)}{more}"


def proof(facts: Facts) -> tuple[Evidence, ...]:
    """Who says so, and when."""
    if not isinstance(facts.succession, Known):
        return ()
    return (Evidence(f"{facts.succession.source} of {facts.collection}", None, facts.succession.at),)


def instead(rule: Rule, case: Case) -> Finding:
    """What a rule says that does not apply any more."""
    said = f"does not apply: {succeeded_in_words(case.facts)}"
    return Finding(rule.id, Verdict.OK, said, rule.required, evidence=proof(case.facts))


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    said, evidence = [], list(proof(facts))
    if is_succeeded(facts):
        said.append(succeeded_in_words(facts))
    for one in facts.inherited:
        if one.entry is None:
            said.append(f"it succeeds {one.package}, of which it is not known when it entered")
            continue
        said.append(f"it succeeds {one.package}, which entered on {one.entry.day}")
        evidence.append(Evidence(f"{one.entry.nvr} was tagged into {facts.collection}", None, one.entry.at))
    if not said:
        return None
    return Finding("L3", Verdict.OK, "; ".join(said), RULE.required, evidence=tuple(evidence))


RULE = Rule(
    "L3",
    "begun-anew",
    needs=(),
    judge=_judge,
    required="what takes another listing's place inherits its entry",
    concerns=lambda case: case.open and not case.facts.collection.is_trailing,
)
