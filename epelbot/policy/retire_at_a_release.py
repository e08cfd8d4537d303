# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L2 retire-at-a-release: the compose with which a listing may leave.

A listing leaves at a compose, never inside a cycle. Where no compose will come, where L2 doesn't apply
(``epel10``) and in a trailing collection, it is a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from epelbot.domain.calendar import Calendar, Compose, Milestone, parse_minor
from epelbot.domain.collection import Collection
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, EarliestCompose
from epelbot.domain.verdict import Finding, Verdict
from epelbot.errors import BadInput
from epelbot.policy.adoption import is_paused
from epelbot.policy.minimum_lifetime import last_supported_day
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule


def earliest_compose(
    collection: Collection,
    lifetime: Lifetime | None,
    as_of: date,
    calendar: Calendar,
    profile: Profile,
    *,
    frozen: Iterable[Compose] = (),
    approved_on: date | None = None,
    not_before_minor: str | None = None,
    any_day: bool = False,
) -> EarliestCompose | None:
    """Where a listing with that commitment may leave; None once its collection is closed.

    ``lifetime`` is None for a listing that is owed nothing (in a trailing collection it isn't looked at).
    ``frozen`` holds the composes whose freeze is known, past or planned; the retirement must be approved
    before that day: ``approved_on``, or ``as_of`` at the earliest while it is not approved. A compose that it
    was approved for in time stays the answer when it is out: then ``day`` has come and is no projection.
    ``not_before_minor`` ("9.10") is a deferral's; BadInput when the major cannot have it. With ``any_day``
    (L2 is waived) it needs to wait for no compose that it was not deferred to.
    """
    closes = last_supported_day(collection, calendar) + timedelta(days=1)
    if as_of >= closes:
        return None
    not_before = _deferred_to(collection, not_before_minor, calendar)
    if lifetime is None:
        promised = EarliestCompose(None, None, as_of, projected=False)
    else:
        promised = EarliestCompose(None, None, lifetime.ends, projected=lifetime.projected)
    if collection.is_leading:
        return _later(promised, *_once_it_leads(collection.major, not_before, as_of, calendar))
    if any_day and not not_before and not collection.is_trailing:
        return promised
    releases = calendar.releases(collection.major, as_of, profile.calendar.cadence_months)
    if collection.minor is not None:
        following = [release for release in releases if release.number > collection.minor]
        return _once(following[0]) if following else EarliestCompose(None, None, closes, projected=False)

    freezes = {compose.minor: compose for compose in frozen if compose.major == collection.major}
    for release in releases:
        compose = freezes.get(release.number)
        # A freeze that nobody told us of came before the GA.
        too_late_from = min(compose.frozen_on if compose else date.max, release.begins or date.max)
        if release.number < not_before or too_late_from <= (approved_on or as_of):
            continue
        if _comes_after_the_commitment(release, lifetime, as_of):
            return replace(_once(release), minor=release.name, name=compose.name if compose else None)
    # No further compose: any day, but still not inside the cycle that a last one, frozen already, will end.
    last = releases[-1]
    return _later(promised, _once(last)) if last.begins is None and last.number in freezes else promised


def _comes_after_the_commitment(release: Milestone, lifetime: Lifetime | None, as_of: date) -> bool:
    """True when the minor's GA day is, or as far as one can see will be, on or after the commitment's end."""
    if lifetime is None:
        return True
    if release.happened is not None:
        return release.happened >= lifetime.ends
    # The minor that ends the commitment by coming out qualifies whenever that is, and so do later ones.
    if lifetime.over or (lifetime.closing is not None and release.number >= lifetime.closing.number):
        return True
    return max(release.expected or as_of, as_of) >= lifetime.ends


def _once(milestone: Milestone) -> EarliestCompose:
    """The day of a GA or branching; as far as it is still to come, a projection that has not passed."""
    if milestone.happened is not None:
        return EarliestCompose(None, None, milestone.happened, projected=False)
    overdue = milestone.overdue
    return EarliestCompose(
        minor=None,
        name=None,
        day=None if overdue else milestone.expected,
        projected=True,
        was_expected=milestone.expected if overdue else None,
    )


def _once_it_leads(major: int, minor: int, as_of: date, calendar: Calendar) -> tuple[EarliestCompose, ...]:
    """M.m leads from the day on which M.(m-1) is branched; for m = 0 always."""
    return (_once(calendar.branching(major, minor - 1, as_of)),) if minor else ()


def _later(promised: EarliestCompose, *others: EarliestCompose) -> EarliestCompose:
    """The last of some days; an unknown one is later than any."""
    return max((promised, *others), key=lambda when: when.day or date.max)


def _deferred_to(collection: Collection, minor: str | None, calendar: Calendar) -> int:
    """The number of the minor that a retirement was deferred to; 0 for none."""
    if minor is None:
        return 0
    try:
        major, number = parse_minor(minor)
    except ValueError as malformed:
        raise BadInput(str(malformed)) from malformed
    final = calendar.major(collection.major).final_minor
    if major != collection.major or (final is not None and number > final):
        last = f", whose last minor is {collection.major}.{final}" if final is not None else ""
        raise BadInput(
            f"nothing in {collection} can be deferred to RHEL {minor}{last}: name a minor that is to come"
        )
    return number


def _judge(case: Case) -> Finding | None:
    earliest, facts = case.earliest, case.facts
    if earliest is None or facts.collection.is_leading or facts.collection.is_trailing:
        return None
    if earliest.minor is None and "L2" in case.waived:
        may = f"from {earliest.day} on, waiting for no compose"
    elif earliest.minor is None:
        may = f"from {earliest.day} on; RHEL {facts.collection.major} has no further minor"
    else:
        may = f"with RHEL {earliest.minor}, {_when(earliest)}"
    measured = f"may leave {may}"
    decision = facts.decision
    if decision is not None and decision.action is Action.REJECT:
        return Finding("L2", Verdict.OK, f"rejected by {decision.author}: it stays", RULE.required)
    if decision is not None and decision.action is Action.APPROVE:
        reached = not earliest.projected and earliest.day is not None and earliest.day <= facts.as_of
        return Finding(
            "L2",
            Verdict.OTHERS_MUST_ACT if reached else Verdict.WAIT,
            f"approved by {decision.author}, {measured}",
            RULE.required,
            flips_on=None if reached or earliest.projected else earliest.day,
            remedy="drop it from the collection now" if reached else "wait for that compose",
            waivable_by=RELEASE_MANAGER,
        )
    if decision is not None:
        return Finding(
            "L2",
            Verdict.WAIT,
            f"deferred by {decision.author} to RHEL {decision.minor}, {measured}",
            RULE.required,
            remedy="wait for that minor",
            waivable_by=RELEASE_MANAGER,
        )
    # While somebody may take the package over, nobody is asked to decide (R5).
    if facts.told_at is not None and not is_paused(facts):
        return Finding(
            "L2",
            Verdict.OTHERS_MUST_ACT,
            f"{measured}, not decided yet",
            RULE.required,
            remedy="approve, defer or reject it",
            waivable_by=RELEASE_MANAGER,
        )
    return Finding("L2", Verdict.OK, measured, RULE.required)


def _when(compose: EarliestCompose) -> str:
    if compose.day is not None:
        return f"about {compose.day}" if compose.projected else f"out since {compose.day}"
    return f"expected {compose.was_expected} and overdue" if compose.was_expected else "its day is not known"


RULE = Rule(
    "L2",
    "retire-at-a-release",
    needs=("presence",),
    judge=_judge,
    required="it leaves with a compose after the end of its commitment, approved before the freeze",
    waivable_by=RELEASE_MANAGER,
)
