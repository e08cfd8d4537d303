# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What V1 to V5 share: when they speak, what they rest on, and when they fall silent.

A violation is a departure against the rules, whoever did it. It stays open until the departure is undone or
waived, or is past (``show_days``); a retirement that the release manager had approved is none, nor is
anything in a closed collection or from before the policy was in force.
"""

from __future__ import annotations

import textwrap
from datetime import timedelta

from epelbot.domain.departure import Act, Departure, How
from epelbot.domain.facts import Known, Missing
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.in_rhel import Standing, carried_in_words, proof, standing
from epelbot.policy.links import dist_git_commit, koji_build, koji_package
from epelbot.policy.rule import RELEASE_MANAGER, Case, needed
from epelbot.policy.succeeded import proof as succeeded_proof
from epelbot.policy.succeeded import succeeded_in_words

#: Their ids, in reading order.
VIOLATIONS = ("V1", "V2", "V3", "V4", "V5")
_TEXT_SHOWN = 100
_UNDO = "bring it back, or ask the release manager for a waiver"


def speaks(case: Case) -> bool:
    """There is a departure to judge, or a sign of one that cannot be confirmed."""
    left = case.facts.departure
    if not case.open or left is None:
        return False
    if isinstance(left, Missing):
        return True
    is_past = case.facts.as_of - left.day > timedelta(days=case.profile.show_days)
    return left.counts and left.in_force and not left.approved and not is_past


def speaks_of_own_commitment(case: Case) -> bool:
    """The same, in a collection whose listings are owed a lifetime of their own."""
    return speaks(case) and not case.facts.collection.is_trailing


def departure(case: Case) -> Departure:
    """The departure of a case that `speaks`, where ``needs`` saw to it that it is known."""
    return needed(case.facts.departure)


def violated(case: Case, rule: str, measured: str, required: str, *, remedy: str = _UNDO) -> Finding:
    """The finding: it has happened."""
    left = departure(case)
    return Finding(
        rule,
        Verdict.VIOLATED,
        f"it left on {left.day}{_by(left)}: {measured}",
        required,
        flips_on=left.day + timedelta(days=case.profile.show_days + 1),
        remedy=remedy,
        waivable_by=RELEASE_MANAGER,
        evidence=acts_seen(case.facts.package, left),
    )


def unsettled(case: Case, rule: str, why: str, required: str, *, remedy: str) -> Finding:
    """The finding where a fact is missing: it never counts as a violation, nor as a pass."""
    seen = acts_seen(case.facts.package, departure(case))
    return Finding(rule, Verdict.CANNOT_KNOW, why, required, remedy=remedy, evidence=seen)


def excused(case: Case, rule: str, required: str) -> Finding | None:
    """What to say instead of an accusation where another listing or RHEL took its place, or may have."""
    return because_of_successor(case, rule, required) or because_of_rhel(case, rule, required)


def because_of_successor(case: Case, rule: str, required: str) -> Finding | None:
    """The same where another listing did (L3)."""
    succession = case.facts.succession
    if isinstance(succession, Known):
        left = departure(case)
        said = f"it left on {left.day}{_by(left)}: {succeeded_in_words(case.facts)}, so this does not apply"
        seen = (*succeeded_proof(case.facts), *acts_seen(case.facts.package, left))
        return Finding(rule, Verdict.OK, said, required, evidence=seen)
    if isinstance(succession, Missing):
        remedy = f"wait until {succession.source} can be had, or look into 'epelbot doctor'"
        return unsettled(case, rule, succession.why, required, remedy=remedy)
    return None


def because_of_rhel(case: Case, rule: str, required: str) -> Finding | None:
    """What to say instead of an accusation where RHEL is the reason: L1, L2 and R2 don't apply then.

    Confirmed, it is none; while nobody can tell, *cannot know*; denied, the reason is no reason.
    """
    facts, left = case.facts, departure(case)
    match standing(facts):
        case Standing.CONFIRMED if isinstance(facts.rhel, Known):
            said = f"it left on {left.day}{_by(left)}: {carried_in_words(facts.rhel.value, facts)}"
            seen = (*proof(facts), *acts_seen(facts.package, left))
            return Finding(rule, Verdict.OK, f"{said}, so this does not apply", required, evidence=seen)
        case Standing.SILENT if isinstance(facts.rhel, Missing):
            why = f"it is said to be in RHEL {facts.collection.major} now, and {facts.rhel.why}"
            return unsettled(case, rule, why, required, remedy=f"wait until {facts.rhel.source} can be had")
        case Standing.NOBODY_TO_ASK:
            return unsettled(
                case,
                rule,
                f"it is said to be in RHEL {facts.collection.major} now, which nobody has confirmed",
                required,
                remedy="look whether RHEL carries it for every architecture; if it doesn't, bring it back",
            )
        case _:
            return None


def acts_seen(package: str, left: Departure) -> tuple[Evidence, ...]:
    """Who did what, and where that can be seen."""
    return tuple(_seen(package, act) for act in left.acts)


def _seen(package: str, act: Act) -> Evidence:
    by = f", by {act.by}" if act.by else ""
    match act.how:
        case How.BLOCKED:
            return Evidence(f"koji block-pkg {act.where} {package}{by}", koji_package(package), act.at)
        case How.UNTAGGED:
            page = koji_build(act.object) if act.object else koji_package(package)
            return Evidence(f"koji untag-build {act.where} {act.object or package}{by}", page, act.at)
        case How.DEAD_PACKAGE:
            url = dist_git_commit(package, act.object, act.where) if act.object else None
            text = f": {textwrap.shorten(act.text, _TEXT_SHOWN, placeholder='…')}" if act.text else ""
            return Evidence(f"dead.package in dist-git, branch {act.where}{by}{text}", url, act.at)


def _by(left: Departure) -> str:
    """Who did it: the hand that began it, where several did."""
    who = next((act.by for act in left.acts if act.by is not None), None)
    return f" by {who}" if who else ""
