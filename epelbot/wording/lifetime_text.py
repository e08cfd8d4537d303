# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lifetime explained in one paragraph."""

from __future__ import annotations

from epelbot.domain.calendar import Milestone
from epelbot.domain.lifetime import EndedBy, Lifetime
from epelbot.domain.profile import Profile

_RULES = {
    EndedBy.MINOR_RELEASE: "the minor rule",
    EndedBy.MONTHS: "the months rule",
    EndedBy.END_OF_LIFE: "the end of the major's maintenance",
}


def lifetime_text(clock: Lifetime, profile: Profile) -> str:
    """Both rules with their days, which one decides, and how sure that is."""
    sentences = [_verdict(clock), _minor_rule(clock), _months_rule(clock, profile)]
    if clock.by is EndedBy.END_OF_LIFE:
        sentences.append(
            f"RHEL {clock.collection.major} is maintained until {clock.end_of_life}, which comes first."
        )
    sentences.extend(f"Sources disagree: {conflict}." for conflict in clock.conflicts)
    return " ".join(sentences)


def _verdict(clock: Lifetime) -> str:
    who = f"A package that entered {clock.collection} on {clock.entered}"
    if clock.over:
        return f"{who} was owed until {clock.ends}, by {_RULES[clock.by]}; the commitment is over."
    if clock.projected:
        return (
            f"{who} is owed until about {clock.ends}, at the latest {clock.latest}, by {_RULES[clock.by]}, "
            "as far as RHEL's next minors can be foreseen."
        )
    return f"{who} is owed until {clock.ends}, by {_RULES[clock.by]}."


def _minor_rule(clock: Lifetime) -> str:
    whole = clock.first_whole_minor
    if whole is None:
        return "Which minor of RHEL led then is not known, so the minor rule is open."
    closing = clock.closing
    if clock.collection.is_leading:
        if closing is None:
            return f"Its first whole minor is {whole}, the last there will be, so the minor rule has no end."
        cut = _was(
            closing, "was branched on", "is expected to be branched about", "has no known branching day"
        )
        return f"Its first whole minor is {whole}, whose branch keeps it; epel{closing.name} {cut}."
    when = f" ({_day(clock.first_whole)})" if clock.first_whole else ""
    if closing is None:
        return f"Its first whole minor is {whole}{when}, the last of its major, so the minor rule has no end."
    out = _was(closing, "it came out on", "it is expected about", "its day is not known")
    return f"Its first whole minor is {whole}{when}, and {closing.name} closes it: {out}."


def _months_rule(clock: Lifetime, profile: Profile) -> str:
    return f"By the months rule ({profile.lifetime.months} months) it ends on {clock.months_rule_ends}."


def _was(milestone: Milestone, happened: str, expected: str, unknown: str) -> str:
    if milestone.happened is not None:
        return f"{happened} {milestone.happened}"
    if milestone.expected is None:
        return unknown
    overdue = ", which has passed without news" if milestone.overdue else ""
    return f"{expected} {milestone.expected}{overdue}"


def _day(milestone: Milestone) -> str:
    if milestone.happened is not None:
        return str(milestone.happened)
    if milestone.expected is None:
        return "day not known"
    return f"expected {milestone.expected}{', overdue' if milestone.overdue else ''}"
