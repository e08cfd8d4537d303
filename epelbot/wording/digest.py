# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several things in one mail, the most urgent first: the digest of a week, and the summary of a mass day."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from epelbot.policy.telling import COMPLETE, DEPENDENTS
from epelbot.policy.violations import VIOLATIONS
from epelbot.wording.mail import (
    Matter,
    Piece,
    Words,
    filled,
    footer,
    hanging,
    is_too_high,
    piece_of,
    rows,
    rules_in_words,
    word_mail,
)

# In a subject, so many packages are named; more are counted.
_NAMED = 3
_EXPLAIN = "epelbot explain PACKAGE --collection COLLECTION"


def word_matters(matters: Sequence[Matter], announce: str, *, summary_from: int) -> Words:
    """The one mail about these matters, in their order; a summary from so many on."""
    if len(matters) == 1:
        return word_mail(matters[0], announce)
    many = len(matters) >= summary_from
    parts = _summary(matters, announce) if many else _digest(matters, announce)
    once = all(matter.dependent is not None for matter in matters)
    end = footer(_rules(matters), _EXPLAIN, once=once)
    return Words(f"[epelbot] {_subject(matters)}", "\n\n".join([*parts, end]) + "\n")


def urgency(matter: Matter) -> tuple[bool, date, str, str, str]:
    """The key to sort matters by: what has happened, then by day."""
    excuse = matter.excuse
    return not matter.at_once, matter.due or date.max, excuse.package, excuse.collection.name, matter.rule


def _rules(matters: Sequence[Matter]) -> str:
    return rules_in_words(sorted({matter.rule for matter in matters}))


def _subject(matters: Sequence[Matter]) -> str:
    packages = list(dict.fromkeys(matter.package for matter in matters))
    about = ", ".join(packages) if len(packages) <= _NAMED else f"{len(packages)} packages"
    if all(matter.rule == COMPLETE for matter in matters):
        return f"{len(matters)} retirements to decide: {about}"
    return f"{len(matters)} things to do in EPEL: {about}"


def _digest(matters: Sequence[Matter], announce: str) -> list[str]:
    pieces = [piece_of(matter, announce) for matter in matters]
    parts = [filled(f"There are {len(matters)} things to do, the most urgent first.")]
    for number, (matter, said) in enumerate(zip(matters, pieces, strict=True), 1):
        parts.append(_entry(number, matter, said))
    ways: dict[str, list[int]] = defaultdict(list)
    for number, matter in enumerate(matters, 1):
        ways[_way(matter)].append(number)
    for first, *others in ways.values():
        how = pieces[first - 1].how
        if how:
            also = "; in the same way, with other names and branches, number " if others else ""
            parts += [filled(f"Number {first}{also}{_listed(others)}:"), how]
    parts += dict.fromkeys(said.beware for said in pieces if said.beware)
    return parts


def _way(matter: Matter) -> str:
    """The same for matters done in the same way; a near miss and a departure are mended in their own."""
    change = matter.excuse.to_change
    nearly = change is not None and change.outcome == "near-miss"
    own = nearly or matter.rule in VIOLATIONS or is_too_high(matter)
    return f"{matter.rule} {matter.excuse.package} {matter.excuse.collection}" if own else matter.rule


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(filter(None, [", ".join(map(str, numbers[:-1])), *map(str, numbers[-1:])]))


def _entry(number: int, matter: Matter, said: Piece) -> str:
    label = f"{number}. "
    indent = " " * len(label)
    before = f", told before, stands since {matter.told_before}" if matter.told_before else ""
    needs = f" needs {matter.excuse.package}" if matter.dependent else ""
    title = f"{matter.package} in {matter.excuse.collection}{needs} (rule {matter.rule}{before})"
    asked = rows(("To do", said.asked), ("By when", said.by_when), indent=indent)
    return "\n".join([hanging(label, title), asked, textwrap.indent(said.why, indent)])


def _summary(matters: Sequence[Matter], announce: str) -> list[str]:
    """One entry for each rule, collection and day, in the order of urgency; packages by name."""
    entries: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for matter in matters:
        said = piece_of(matter, announce)
        own = said.asked if is_too_high(matter) else ""
        needs = f" (needs {matter.excuse.package})" if matter.dependent else ""
        entries[matter.rule, matter.excuse.collection.name, said.by_when, own].append(matter.package + needs)
    finding = {
        matter.rule: next((one.required for one in matter.excuse.findings if one.rule == matter.rule), "")
        for matter in matters
    }
    asked = {
        "R1": f"announce on {announce} that they leave, and why; one post may name several",
        "R2": "make one last build of each that tells its users that it is retired",
        DEPENDENTS: "they need packages that leave: keep those, have yours do without, or let yours leave",
        COMPLETE: "approve, defer or reject each; 'epelbot queue' shows them",
        **dict.fromkeys(
            VIOLATIONS, "they have left, and something was missed: bring each back, or ask for a waiver"
        ),
    }
    parts = [
        filled(
            f"There are {len(matters)} things to do, so many at once that this is only a summary, the most "
            "urgent first. What is known of one, and how it is done, is told by the command at the end."
        )
    ]
    for number, ((rule, collection, by_when, own), packages) in enumerate(entries.items(), 1):
        label = f"{number}. "
        title = f"{collection}, {len(packages)} package{'s' if len(packages) > 1 else ''} (rule {rule})"
        what = own or asked.get(rule, f"see to it that this holds: {finding[rule]}")
        named = ("Which", ", ".join(packages))
        parts.append(
            "\n".join(
                [
                    hanging(label, title),
                    rows(("To do", what), ("By when", by_when), named, indent=" " * len(label)),
                ]
            )
        )
    return parts
