# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waivers: what they are given for, when they lapse, and what a finding becomes under one (POLICY, Waivers).

What cannot be known is waived by nobody: such a finding stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from epelbot.domain.decision_log import Logged
from epelbot.domain.departure import Departure
from epelbot.domain.facts import Facts, Known
from epelbot.domain.retirement import Retirement
from epelbot.domain.verdict import Finding, Verdict
from epelbot.domain.waiver import Waiver
from epelbot.policy.violations import VIOLATIONS

#: These ask something of one build; what is waived, is waived for that build.
_ABOUT_THE_BUILD = ("R2", "R3")
_WAIVABLE = (Verdict.WAIT, Verdict.OTHERS_MUST_ACT, Verdict.MUST_ACT, Verdict.VIOLATED)


def can_be_waived(finding: Finding) -> bool:
    """There is something to waive, and it can be known.

    L2 says `ok` as long as the question does not arise; it may be waived before.
    """
    return finding.verdict in _WAIVABLE or (finding.rule == "L2" and finding.verdict is Verdict.OK)


def for_what(
    finding: Finding, facts: Facts, retirement: Retirement | None
) -> tuple[str | None, str | None, date | None]:
    """The post, the build and the day of the departure that a waiver of this finding would be for."""
    if finding.rule in VIOLATIONS:
        return None, None, _left_on(facts)
    if retirement is None:
        return None, None, None
    if finding.rule in _ABOUT_THE_BUILD:
        return None, retirement.build, None
    return retirement.post, retirement.build, None


def _left_on(facts: Facts) -> date | None:
    return facts.departure.day if isinstance(facts.departure, Departure) else None


def set_aside(finding: Finding, waivers: Sequence[Waiver], facts: Facts) -> Finding:
    """The finding under the waiver of its rule, if one holds; else as it is."""
    waiver = next((one for one in waivers if one.rule == finding.rule), None)
    if waiver is None or not can_be_waived(finding) or why_lapsed(waiver, facts) is not None:
        return finding
    ends = waiver.until + timedelta(days=1)
    return replace(
        finding,
        verdict=Verdict.WAIVED,
        flips_on=min(finding.flips_on or ends, ends),
        remedy=None,
        waiver=waiver,
    )


def why_lapsed(waiver: Waiver, facts: Facts) -> str | None:
    """Why the waiver no longer holds, None while it does. What can't be seen now has not changed."""
    if facts.as_of > waiver.until:
        return f"it ended after {waiver.until}"
    if waiver.rule in VIOLATIONS:
        came_back = facts.departure is None or _left_on(facts) not in (None, waiver.left_on)
        return "the package came back, or left once more" if came_back else None
    # Nobody can tell whose post counts while the people are unknown.
    post = facts.announcement.read.post if facts.announcement is not None else None
    about_post = waiver.post is not None or waiver.rule == "R1"
    if about_post and isinstance(facts.people, Known) and post != waiver.post:
        return "its post has changed"
    newest = facts.newest.value if isinstance(facts.newest, Known) else None
    if waiver.post is None and newest is not None and str(newest.nvr) != waiver.build:
        return f"its build has changed: the newest is {newest.nvr}"
    return None


def logged(facts: Facts) -> tuple[Logged, ...]:
    """The log of decisions, with the waivers that have lapsed marked as such."""
    lapsed = {
        (one.author, one.at): why for one in facts.waivers if (why := why_lapsed(one, facts)) is not None
    }
    return tuple(replace(one, ended=one.ended or lapsed.get((one.author, one.at))) for one in facts.decisions)
