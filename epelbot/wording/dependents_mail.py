# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mail to those who maintain what needs a package that leaves (R7): what will happen to theirs."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from epelbot.domain.dependencies import Kind
from epelbot.domain.evidence import NeededBy
from epelbot.domain.excuse import Excuse
from epelbot.wording.composes import compose_in_words

_WIDTH = 72
# Needs and binary packages that are named; more are counted.
_NAMED = 5
_COMES_TO = {
    Kind.RUN_TIME: "can no longer be installed",
    Kind.BUILD_TIME: "can no longer be built",
    Kind.WEAK: "loses something that it recommends or suggests",
}


@dataclass(frozen=True, slots=True)
class NeedsIt:
    """The parts of the mail; lines are at most 72 wide where words allow it."""

    subject: str
    asked: str
    who: str
    by_when: str
    why: str
    how: str


def needs(excuse: Excuse, dependent: str) -> NeedsIt:
    """The words on one package that needs the excuse's."""
    package, collection = excuse.package, excuse.collection
    one = next(one for one in excuse.needed_by or () if one.package == dependent)
    if one.kind is Kind.WEAK:
        asked = f"nothing, if {dependent} does well without {package}; else see below"
    else:
        asked = f"see to it that {dependent} does without {package}, or keep {package}"
    subject = f"{dependent} {_COMES_TO[one.kind]} once {package} has left {collection}"
    if one.kind is Kind.WEAK:
        subject = f"{dependent} recommends {package}, which leaves {collection}"
    return NeedsIt(
        subject,
        asked,
        _who(one, excuse),
        _by_when(excuse),
        _why(excuse, one),
        _how(excuse, one),
    )


def _who(one: NeededBy, excuse: Excuse) -> str:
    some = one.maintainers or ()
    does = "maintains" if len(some) == 1 else "maintain"
    return f"{', '.join(some)}, who {does} {one.package} in {excuse.collection}"


def _by_when(excuse: Excuse) -> str:
    earliest = excuse.retirement.earliest_compose if excuse.retirement else None
    if earliest is None:
        return f"soon; from when on {excuse.package} may leave is not known yet"
    return f"before {excuse.package} leaves: it may go {compose_in_words(earliest)}"


def _why(excuse: Excuse, one: NeededBy) -> str:
    announced = next((found.measured for found in excuse.findings if found.rule == "R1"), "announced")
    said = f"That {excuse.package} leaves {excuse.collection} was {announced}."
    reason = excuse.retirement.reason if excuse.retirement else None
    if reason:
        said += f" The reason given: {_sentence(reason)}"
    said += f" {_comes_to(excuse, one)} {_holds(one)}"
    return _filled(said)


def _comes_to(excuse: Excuse, one: NeededBy) -> str:
    how = "" if one.direct else f" (not by itself: something that it needs falls with {excuse.package})"
    what = f"Without it {one.package} {_COMES_TO[one.kind]}{how}"
    if not one.needs:
        return f"{what}."
    if one.kind is Kind.WEAK:
        return f"{what}: {_some(one.needs)}."
    does = "needs" if len(one.rpms) == 1 else "need"
    needs_what = f": {_some(one.rpms)} {does} " if one.rpms else "; for that it needs "
    return f"{what}{needs_what}{_some(one.needs)}."


def _holds(one: NeededBy) -> str:
    if one.kind is Kind.RUN_TIME:
        return (
            "That holds the retirement back, for one compose at most; then the release manager decides, and "
            "may let it go all the same."
        )
    return "That holds nothing back: it is said so that you know."


def _how(excuse: Excuse, one: NeededBy) -> str:
    package, collection, dependent = excuse.package, excuse.collection, one.package
    keep = (
        f"Keep {package}: answer its announcement on the list and say that you take it over. That pauses the "
        "retirement until the package is yours."
    )
    do_without = (
        "Do without it: drop the need, or name something else that fills it, in the branch "
        f"{collection.branch} of {dependent}"
    )
    if one.kind is Kind.BUILD_TIME:
        do_without += ". That is wanted before its next build, and not at once."
    else:
        do_without += ", and build and submit that."
    leave = f"Let {dependent} leave, too, and announce it. What leaves together holds nobody back."
    ask = "If you need more time, or it is not so: answer this mail. The release manager can defer it."
    ways = (keep, do_without, ask) if one.kind is Kind.WEAK else (keep, do_without, leave, ask)
    return "\n".join(["What you can do, one of these:", "", *(_item(way) for way in ways)])


def _some(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _item(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="  * ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
