# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""V2 retired-unannounced: the listing left, and no post counts as its announcement (R1)."""

from __future__ import annotations

from dataclasses import replace

from epelbot.domain.facts import Missing
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.announced import announcement_finding, how_to_hear
from epelbot.policy.in_rhel import Standing, is_older_than, standing
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule
from epelbot.policy.violations import (
    acts_seen,
    because_of_rhel,
    because_of_successor,
    departure,
    speaks_of_own_commitment,
    unsettled,
    violated,
)


def _judge(case: Case) -> Finding | None:
    found = announcement_finding(case)
    if found.verdict is Verdict.OK:
        # A late post closes it.
        return None
    succeeded = because_of_successor(case, "V2", RULE.required)
    if succeeded is not None:
        return succeeded
    if _needs_none(case):
        return because_of_rhel(case, "V2", RULE.required)
    if case.facts.announcement is None and isinstance(case.facts.posts_seen, Missing):
        # Nobody is accused of a silence that nobody listened to. What a person has to read is shown anyway.
        unheard = case.facts.posts_seen
        if found.verdict is not Verdict.OTHERS_MUST_ACT:
            return unsettled(case, "V2", unheard.why, RULE.required, remedy=how_to_hear(unheard))
    if found.verdict is Verdict.MUST_ACT:
        lists = case.profile.lists.announce
        late = (
            f"post on {lists} now, with the package, the collection and the reason: a late post closes this"
        )
        return violated(case, "V2", found.measured, RULE.required, remedy=late)
    seen = acts_seen(case.facts.package, departure(case))
    return replace(
        found, rule="V2", required=RULE.required, waivable_by=None, evidence=(*found.evidence, *seen)
    )


def _needs_none(case: Case) -> bool:
    """Some policies want a post for what RHEL has only where RHEL's version is older than EPEL's last."""
    stands = standing(case.facts)
    if case.profile.rhel.announce == "always" or stands in (None, Standing.DENIED):
        return False
    if stands is not Standing.CONFIRMED:
        return True
    last = departure(case).last_build
    return last is not None and not is_older_than(last.nvr.evr(last.epoch), case.facts)


RULE = Rule(
    "V2",
    "retired-unannounced",
    needs=("departure", "people"),
    judge=_judge,
    required="a post by a maintainer that names package and collection and gives the reason (R1)",
    waivable_by=RELEASE_MANAGER,
    concerns=speaks_of_own_commitment,
)
