# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile's rules in words, with its numbers, and what two profiles judge differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from epelbot.domain.profile import Profile
from epelbot.policy.comparison import Difference, Judged
from epelbot.policy.rule import Rule

_LEFT_OUT = "Not asked for by this profile."

DIFFERENCE_TITLES = ("package", "collection", "first on", "by the first", "by the other")


def rule_in_words(rule: Rule, profile: Profile) -> str:
    """What the rule asks for, in one or two sentences with the profile's numbers."""
    return _LEFT_OUT if rule.id in profile.left_out else _words(profile)[rule.id]


def policy_json(rules: Sequence[Rule], profile: Profile) -> dict[str, Any]:
    """The profile's name, and each rule with its words and who may waive it."""
    return {
        "profile": profile.name,
        "in_force_from": profile.in_force_from.isoformat() if profile.in_force_from else None,
        "rules": [
            {
                "rule": rule.id,
                "title": rule.title,
                "asked": rule.id not in profile.left_out,
                "words": rule_in_words(rule, profile),
                "waivable_by": rule.waivable_by,
            }
            for rule in rules
        ],
    }


def _words(profile: Profile) -> dict[str, str]:
    life, readme, lists = profile.lifetime, profile.readme, profile.lists
    minors = "one whole minor release" if life.minor_releases == 1 else f"{life.minor_releases} whole minors"
    partial = (
        "the minor under way at the entry counts as the first"
        if life.partial_minor_counts
        else "a minor under way at the entry does not count"
    )
    where = "at least one binary package" if readme.scope == "any" else "every binary package"
    words = _listed([f'"{word}"' for word in readme.words], "or")
    entitled = _listed(
        [name if name.startswith("@") else f"@{name}" for name in profile.roles.entitled_groups], "or"
    )
    others = f", or a member of {entitled}," if entitled else ""
    discussed = _listed(
        [
            f"{days} days where the reason is {reason}"
            for reason, days in (
                ("security", profile.discussion.security_days),
                ("no-time", profile.discussion.no_time_days),
            )
            if days
        ],
        "and",
    )
    stands = f" It must have stood for {discussed}." if discussed else ""
    return {
        "L1": f"A package is kept for {minors} of RHEL or {life.months} months, whichever is shorter; "
        f"{partial}.",
        "L2": "It leaves with a compose after the end of its commitment, approved before the freeze; where "
        "no further minor comes, on any day.",
        "L3": f"Un-retired within {profile.undo_days} days, the old entry goes on. What obsoletes and "
        "provides all of another package inherits its entry, and that one is owed nothing more.",
        "R1": f"A maintainer or co-maintainer{others} says on {lists.announce} which package leaves which "
        f"collection, and why.{stands}",
        "R2": f"The newest build carries {readme.name}, flagged as %doc and saying {words}, in {where} of "
        "every architecture.",
        "R3": "That build is in the stable repository, and the repository was synced to the mirrors since.",
        "R4": "The bot tells the release manager, who decides.",
        "R5": "Until the approval anybody may take the package over; an offer pauses the retirement.",
        "R6": f"Announced and without a final build for {profile.retirement.stall_weeks} weeks, the "
        "maintainer is reminded.",
        "R7": "Whoever needs the package is told; what would no longer install holds it back, for one "
        "compose at most.",
        "R8": "An entitled post takes the announcement back.",
        "V1": "Nothing leaves before L1 is over; a dead.package counts after "
        f"{profile.grace_hours} hours. Shown for {profile.show_days} days.",
        "V2": "Nothing leaves unannounced; a late post mends it.",
        "V3": "Nothing leaves without a final build.",
        "V4": "Nothing leaves inside a cycle.",
        "V5": "Nothing leaves a trailing collection before its minor is superseded.",
    }


def _listed(words: Sequence[str], between: str) -> str:
    return f" {between} ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def compared_lines(
    one: Profile, other: Profile, listings: int, differences: Sequence[Difference]
) -> list[str]:
    """A sentence over the table, and a line for each change of verdict with how often it comes."""
    if not differences:
        return [f"All {listings} listings are judged alike under {one.name} and {other.name}."]
    changes = Counter((found.one.verdict, found.other.verdict) for found in differences)
    lines = [
        f"{len(differences)} of {listings} listings are judged differently under {one.name} and {other.name}:"
    ]
    lines += [
        f"  {number:5}  {before.value} → {after.value}"
        for (before, after), number in sorted(
            changes.items(), key=lambda item: (-item[1], item[0][0].value, item[0][1].value)
        )
    ]
    return lines


def difference_row(found: Difference) -> tuple[str, ...]:
    """One line of the table."""
    return (
        found.package,
        found.collection,
        found.day.isoformat(),
        _said(found.one, found.other),
        _said(found.other, found.one),
    )


def difference_json(found: Difference) -> dict[str, Any]:
    """A listing that is judged differently, from the first day on which it is."""
    return {
        "package": found.package,
        "collection": found.collection,
        "day": found.day.isoformat(),
        "one": _judged_json(found.one),
        "other": _judged_json(found.other),
    }


def _judged_json(said: Judged) -> dict[str, Any]:
    return {
        "verdict": said.verdict.value,
        "state": said.state.value if said.state else None,
        "rules": {rule: verdict.value for rule, verdict in said.rules},
    }


def _said(said: Judged, against: Judged) -> str:
    """The verdict, the state where it differs, and the rules that the verdict comes from."""
    rules = [
        rule
        for rule, verdict in said.rules
        if verdict is said.verdict and (rule, verdict) not in against.rules
    ]
    state = f", {said.state.value}" if said.state is not None and said.state is not against.state else ""
    return f"{said.verdict.value}{state}" + (f" ({', '.join(rules)})" if rules else "")
