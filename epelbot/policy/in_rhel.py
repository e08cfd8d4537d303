# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reason ``in-rhel``: what RHEL's own package lists confirm, and which rules don't apply then (POLICY R).

L1, L2, R2 and R3 ask for nothing once RHEL carries the package for every architecture; nor do V1, V3 and V4.
But a final build that sorts at or above RHEL's has to go: EPEL must not replace base packages.
"""

from __future__ import annotations

import enum
from dataclasses import replace

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import RhelSeen
from epelbot.domain.facts import Facts, Known, Missing, NewestBuild
from epelbot.domain.nevra import EVR
from epelbot.domain.post import Reason
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.links import bodhi_update, koji_build
from epelbot.policy.reading_reasons import category_of
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, cannot_know
from epelbot.policy.seen import Seen

#: Whose word it is, for people.
RHEL = "RHEL's package lists"
#: What a package in RHEL is not asked for.
EXEMPT = frozenset({"L1", "L2", "R2", "R3"})
_ASKED_FOR = (Verdict.WAIT, Verdict.OTHERS_MUST_ACT, Verdict.MUST_ACT)
_FINAL = ("carries", "near-miss")


class Standing(enum.Enum):
    """What is known of a package that is said to be in RHEL."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    #: The lists can't be had.
    SILENT = "silent"
    #: No lists of RHEL are set up.
    NOBODY_TO_ASK = "nobody-to-ask"


def rhel_of(seen: Seen, collection: Collection) -> Known[RhelSeen] | Missing | None:
    """What RHEL's lists told last; of a day before anybody looked, what they told first.

    None where no lists are set up for the collection.
    """
    trust = seen.horizon.rhel
    if trust is None:
        return None
    told = [pair for pair in seen.of(RhelSeen) if pair[1].collection == collection.name]
    later = (pair for pair in seen.of_later(RhelSeen) if pair[1].collection == collection.name)
    last = seen.last_word(told) or next(later, None)
    at = last[0].confirmed if last is not None else None
    if last is None or at is None or seen.horizon.now - at > trust.max_age:
        silent = f"{RHEL} have not been looked up {'yet' if at is None else 'lately'}"
        return Missing(RHEL, trust.error or silent, at)
    return Known(last[1], RHEL, at)


def is_reason(facts: Facts) -> bool:
    """Whether somebody gives this reason: the announcement that counts, or who made the package leave."""
    post = facts.announcement
    if post is not None and post.read.reading.category is Reason.IN_RHEL:
        return True
    left = facts.departure
    if not isinstance(left, Departure):
        return False
    said = {one.read.reading.category for one in (*facts.doubtful, *facts.doubtful_before)}
    return Reason.IN_RHEL in said | {category_of(act.text) for act in left.acts if act.text}


def standing(facts: Facts) -> Standing | None:
    """How it stands with that reason, None where nobody gives it."""
    if not is_reason(facts):
        return None
    if facts.rhel is None:
        return Standing.NOBODY_TO_ASK
    if isinstance(facts.rhel, Missing):
        return Standing.SILENT
    return Standing.CONFIRMED if facts.rhel.value.is_everywhere else Standing.DENIED


def exempt(facts: Facts) -> frozenset[str]:
    """The rules that don't apply to the retirement."""
    return EXEMPT if standing(facts) is Standing.CONFIRMED else frozenset()


def judged(rule: Rule, case: Case) -> Finding | None:
    """The finding of a rule, which this reason may do away with."""
    rhel = case.facts.rhel
    if rule.id in case.exempt and isinstance(rhel, Known) and case.leaving and rule.id in exempt(case.facts):
        return _instead(rule, case, rhel.value) if rule.concerns(case) else None
    found = rule.apply(case)
    if found is None or not isinstance(rhel, Missing) or not case.leaving:
        return found
    if rule.id not in (*EXEMPT, "R6") or standing(case.facts) is not Standing.SILENT:
        return found
    if rule.id == "R6":
        # Nobody is reminded of a build that may not be asked for; that this is not known, R2 says.
        return None
    waits = found.verdict is Verdict.WAIT if rule.id == "L2" else found.verdict in _ASKED_FOR
    return replace(cannot_know(rule, rhel), evidence=found.evidence) if waits else found


def _instead(rule: Rule, case: Case, rhel: RhelSeen) -> Finding:
    said = carried_in_words(rhel, case.facts)
    fine = Finding(rule.id, Verdict.OK, f"does not apply: {said}", rule.required, evidence=proof(case.facts))
    return _of_final_build(rule, case, rhel, fine) if rule.id == "R2" else fine


def _of_final_build(rule: Rule, case: Case, rhel: RhelSeen, fine: Finding) -> Finding:
    """None is needed; one that would replace RHEL's package is too much."""
    newest, check = case.facts.newest, case.facts.check
    if isinstance(newest, Missing):
        return cannot_know(rule, newest)
    build, lowest = newest.value, rhel.lowest
    if build is None or lowest is None or build.evr < lowest:
        return fine
    if isinstance(check, Missing):
        return cannot_know(rule, check)
    if check.value.outcome == "unreadable":
        return Finding(
            rule.id, Verdict.CANNOT_KNOW, check.value.why, rule.required, remedy=check.value.remedy
        )
    if check.value.outcome not in _FINAL:
        return fine
    page = bodhi_update(build.update.alias) if build.update else koji_build(str(build.nvr))
    return Finding(
        rule.id,
        Verdict.MUST_ACT,
        f"the final build {build.nvr} is not lower than RHEL's {lowest}, and EPEL must not replace base "
        f"packages; {carried_in_words(rhel, case.facts)}",
        "no final build that sorts at or above the version in RHEL",
        remedy=_take_back(build, case),
        waivable_by=RELEASE_MANAGER,
        evidence=(Evidence(str(build.nvr), page, build.stable_since), *proof(case.facts)),
    )


def _take_back(build: NewestBuild, case: Case) -> str:
    if build.stage != "stable":
        alias = f" {build.update.alias}" if build.update else ""
        return f"unpush the update{alias} in Bodhi; no final build is needed for a package that RHEL has"
    return (
        f"ask Fedora's release engineering to run 'koji untag-build {case.facts.collection} {build.nvr}'; no "
        "final build is needed for a package that RHEL has"
    )


def carried_in_words(rhel: RhelSeen, facts: Facts) -> str:
    """Which version RHEL has, and for which architectures."""
    where: dict[str, list[str]] = {}
    for one in rhel.carried:
        where.setdefault(str(one.evr) if one.evr is not None else "", []).append(one.arch)
    versions = [f"{evr} for {_listed(arches)}" for evr, arches in where.items() if evr]
    name = f"RHEL {facts.collection.major}"
    lacks = f"not for {_listed(where[''])}" if "" in where else ""
    if not versions:
        return f"{name} does not carry {facts.package}"
    return f"{name} carries {facts.package} {', '.join(versions)}{f', {lacks}' if lacks else ''}"


def proof(facts: Facts) -> tuple[Evidence, ...]:
    """Which repository said it, and when; a rebuild that stands in for RHEL is named."""
    if not isinstance(facts.rhel, Known):
        return ()
    rhel = facts.rhel.value
    whose = f"{rhel.rebuild}, which stands in for RHEL" if rhel.rebuild else "RHEL"
    places = ", ".join(rhel.repositories)
    return (Evidence(f"the package lists of {whose}: {places}", None, facts.rhel.at),)


def note(facts: Facts) -> str | None:
    """What to say where the reason is given and does not hold, or nobody can tell."""
    major = facts.collection.major
    match standing(facts):
        case Standing.DENIED if isinstance(facts.rhel, Known):
            said = carried_in_words(facts.rhel.value, facts)
            (seen,) = proof(facts)
            return f"it is said to be in RHEL {major}, but {said} ({seen.what})"
        case Standing.NOBODY_TO_ASK:
            return (
                f"it is said to be in RHEL {major}, which nobody looks up: no repositories of RHEL are named "
                "(rhel.repositories)"
            )
        case _:
            return None


def is_older_than(evr: EVR, facts: Facts) -> bool:
    """Whether RHEL's version is lower than that, somewhere."""
    lowest = facts.rhel.value.lowest if isinstance(facts.rhel, Known) else None
    return lowest is None or lowest < evr


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if words[1:] else words[0]
