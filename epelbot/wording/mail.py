# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mails: one glance tells what is asked, of whom, by when; then why; then how; then how to make it stop.

Here is the mail about one thing; `digest` words several in one.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from shlex import quote

from epelbot.domain.departure import Departure
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Retirement, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.telling import COMPLETE
from epelbot.policy.violations import VIOLATIONS
from epelbot.wording.composes import commitment_in_words, compose_in_words
from epelbot.wording.dependents_mail import needs
from epelbot.wording.final_build import spec_changes
from epelbot.wording.keeping import how_to_keep, ways_on
from epelbot.wording.violation_mail import departed, needs_post, violations_of
from epelbot.wording.waivers import waiver_in_words

_WIDTH = 72
_LABEL = 10


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject and text; lines of the text are at most 72 wide where words allow it."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to tell a person: one rule of one excuse.

    ``due`` and ``at_once`` say how urgent it is. ``told_before`` is when it was written down first, for what
    the person has been told already. ``dependent`` is a package of theirs that needs the excuse's, for R7.
    """

    excuse: Excuse
    rule: str
    due: date | None = None
    at_once: bool = False
    told_before: date | None = None
    dependent: str | None = None

    @property
    def package(self) -> str:
        """The package that the person is asked about."""
        return self.dependent or self.excuse.package


@dataclass(frozen=True, slots=True)
class Piece:
    """What there is to say about one matter. ``how`` and ``beware`` (what not to do) may be empty."""

    subject: str
    asked: str
    who: str
    by_when: str
    why: str
    how: str = ""
    beware: str = ""


def word_mail(matter: Matter, announce: str) -> Words:
    """The mail about one matter; ``announce`` is the address of the list for announcements."""
    said = piece_of(matter, announce)
    head = rows(("To do", said.asked), ("Who", said.who), ("By when", said.by_when))
    again = f"This was told before; it stands since {matter.told_before}." if matter.told_before else ""
    about = f"{quote(matter.excuse.package)} --collection {matter.excuse.collection}"
    violated = violations_of(matter.excuse) if matter.rule in VIOLATIONS else ()
    rules = [found.rule for found in violated] or [matter.rule]
    once = bool(violated) or matter.dependent is not None
    end = footer(rules_in_words(rules), f"epelbot explain {about}", once=once)
    parts = (again, head, said.why, said.how, said.beware, end)
    subject = f"{'reminder: ' if matter.told_before else ''}{said.subject}"
    return Words(f"[epelbot] {subject}", "\n\n".join(part for part in parts if part) + "\n")


def piece_of(matter: Matter, announce: str) -> Piece:
    """What to say: to the maintainers, or for R4 to the release manager."""
    if matter.rule == COMPLETE:
        return _complete(matter.excuse)
    if matter.rule in VIOLATIONS and matter.excuse.departure is not None:
        return _departed(matter.excuse, matter.excuse.departure, announce)
    if matter.dependent is not None:
        return _needs_it(matter.excuse, matter.dependent)
    if is_too_high(matter):
        return _too_high(matter.excuse)
    excuse, rule = matter.excuse, matter.rule
    package, collection = excuse.package, excuse.collection
    finding = next(found for found in excuse.findings if found.rule == rule)
    for_others = finding.verdict is Verdict.OTHERS_MUST_ACT
    asked = {
        "R1": f"announce on {announce} that {package} leaves {collection}, and why",
        "R2": _build_asked_for(excuse, finding),
        "R5": f"say in the thread of the announcement whether you keep {package} in {collection}",
    }.get(rule, finding.remedy or finding.required)
    subject = {
        "R1": f"please announce that {package} leaves {collection}",
        "R2": f"{package} needs a final build before it leaves {collection}",
        "R5": f"do you keep {package} in {collection}?",
        "R6": f"{package} still needs a final build before it leaves {collection}",
        "R8": f"does {package} stay in {collection}?",
    }.get(rule, f"{package} in {collection}: a step is missing")
    how = {
        "R1": _how_to_announce(excuse, announce),
        "R2": _how_to_build(excuse, finding),
        "R5": how_to_keep(excuse),
        "R6": _how_to_go_on(excuse, finding),
        "R8": _how_to_go_on(excuse, finding),
    }.get(rule, "")
    if for_others:
        how = ""
    return Piece(
        subject,
        asked,
        "the release manager" if for_others else _who(excuse),
        _by_when(excuse),
        _why(excuse, finding),
        how,
        _not_yet() if how and rule != "R5" else "",
    )


def _needs_it(excuse: Excuse, dependent: str) -> Piece:
    said = needs(excuse, dependent)
    why = "\n".join([said.why, *_links(found for found in excuse.findings if found.rule == "R1")])
    return Piece(said.subject, said.asked, said.who, said.by_when, why, said.how)


def is_too_high(matter: Matter) -> bool:
    """A final build that would replace the package in RHEL."""
    retirement = matter.excuse.retirement
    return matter.rule == "R2" and retirement is not None and retirement.in_rhel


def _too_high(excuse: Excuse) -> Piece:
    finding = next(found for found in excuse.findings if found.rule == "R2")
    return Piece(
        f"the final build of {excuse.package} for {excuse.collection} must not replace RHEL's",
        finding.remedy or finding.required,
        _who(excuse),
        "soon: who has EPEL gets that build in the place of RHEL's",
        _why(excuse, finding),
    )


def _build_asked_for(excuse: Excuse, finding: Finding) -> str:
    if excuse.to_change is not None and excuse.to_change.outcome == "near-miss":
        return f"mend the final build of {excuse.package} for {excuse.collection}: {finding.remedy}"
    return (
        f"make one last build of {excuse.package} for {excuse.collection} that tells its users that it is "
        "retired"
    )


def _complete(excuse: Excuse) -> Piece:
    package, collection = excuse.package, excuse.collection
    retirement = excuse.retirement
    why = [
        "All that the policy asks for is done, or waived:"
        if any(found.waiver for found in excuse.findings)
        else "Its maintainer has done all that the policy asks for:",
        *(
            _found(found)
            for found in excuse.findings
            if found.rule in ("L1", "R1", "R2", "R3") or found.waiver is not None
        ),
    ]
    if retirement is not None and retirement.reason:
        why.append(hanging("  reason  ", retirement.reason))
    about = f"{quote(package)} --collection {collection}"
    how = _commands(
        "To decide, one of these (each tells what follows from it):",
        f"epelbot approve {about} --as YOU --reason 'WHY'",
        f"epelbot defer {about} --to MINOR \\",
        "    --as YOU --reason 'WHY'",
        f"epelbot reject {about} --as YOU --reason 'WHY'",
    )
    return Piece(
        f"{package} is ready to leave {collection}",
        f"approve, defer or reject that {package} leaves {collection}",
        "the release manager",
        _by_when(excuse),
        "\n".join(why),
        how,
    )


def _departed(excuse: Excuse, left: Departure, announce: str) -> Piece:
    said = departed(excuse, left)
    how = [_how_to_announce(excuse, announce)] if needs_post(excuse) else []
    return Piece(
        said.subject,
        said.asked,
        f"{_who(excuse)}; the release manager is told too",
        said.by_when,
        said.why,
        "\n\n".join([*how, said.undo]),
    )


def _who(excuse: Excuse) -> str:
    people = excuse.people
    what = f"{excuse.package} in {excuse.collection}"
    if people is None or not people.all:
        return f"whoever looks after {what}: nobody maintains it"
    if not people.maintainers:
        return f"{', '.join(people.co_maintainers)}, who help with {what}: nobody maintains it"
    names = ", ".join(people.maintainers)
    return f"{names}, who maintain{'s' if len(people.maintainers) == 1 else ''} {what}"


def _by_when(excuse: Excuse) -> str:
    earliest = excuse.retirement.earliest_compose if excuse.retirement else None
    if earliest is None:
        return "any time; nothing leaves before it is done"
    if earliest.minor is None:
        return f"any time; it may leave {compose_in_words(earliest)}, once this is done"
    if earliest.day is not None:
        comes = f"expected about {earliest.day}" if earliest.projected else f"out on {earliest.day}"
    elif earliest.was_expected is not None:
        comes = f"expected about {earliest.was_expected}, and overdue"
    else:
        comes = "whose day is not known"
    return f"before the compose for RHEL {earliest.minor} is frozen ({comes})"


def _why(excuse: Excuse, finding: Finding) -> str:
    """What is known, as sentences with links."""
    retirement = excuse.retirement
    measured = finding.measured
    if finding.rule == "R2" and retirement is not None and retirement.build is not None:
        measured = f"its newest build is {retirement.build}: {measured}"
    said = f"{_begun(excuse, retirement)} {_sentence(measured)}"
    if excuse.lifetime is not None:
        said += f" The package entered {excuse.collection} on {excuse.lifetime.entered}; "
        said += f"{commitment_in_words(excuse.lifetime)}."
    about = [finding, *(found for found in excuse.findings if found.rule == "R1" and found is not finding)]
    return "\n".join([filled(said), *_links(about)])


def _begun(excuse: Excuse, retirement: Retirement | None) -> str:
    announced = next((found.measured for found in excuse.findings if found.rule == "R1"), None)
    if retirement is None or retirement.state is State.BEGUN or announced is None:
        return f"A build of {excuse.package} says that it is retired from {excuse.collection}."
    return f"That it leaves {excuse.collection} was {announced}."


def _how_to_announce(excuse: Excuse, announce: str) -> str:
    package, collection = excuse.package, excuse.collection
    return "\n\n".join(
        [
            filled(
                "How: write a new mail to the list, no answer to another, from your @fedoraproject.org "
                "address: by that the list knows that it is you. For example:"
            ),
            "\n".join(
                [
                    f"  To: {announce}",
                    f"  Subject: Retiring {package} from {collection}",
                    "",
                    *textwrap.wrap(
                        f"I am going to retire {package} from {collection}, because WHY. If you want to take "
                        "it over, please answer this mail.",
                        _WIDTH,
                        initial_indent="  ",
                        subsequent_indent="  ",
                    ),
                ]
            ),
        ]
    )


def _how_to_build(excuse: Excuse, finding: Finding) -> str:
    package, branch = excuse.package, excuse.collection.branch
    commands = _commands(
        "How, in dist-git:",
        f"fedpkg clone {quote(package)} && cd {quote(package)}",
        f"fedpkg switch-branch {branch}",
    )
    changes = [line.removeprefix("  ") for line in _changes(excuse)]
    if not changes:
        changes = ["", *textwrap.wrap(_sentence(finding.remedy or finding.required), _WIDTH - 4)]
    spec = f"{package}.spec"
    then = _commands(
        "Then:",
        f"git add README-RETIRED.txt {quote(spec)}",
        f"git commit -m {quote(f'Final build: {package} is retired from EPEL')}",
        "fedpkg push && fedpkg build && fedpkg update",
    )
    edit = "\n".join(f"    {line}".rstrip() for line in changes).lstrip("\n")
    return f"{commands}\n\n{edit}\n\n{then}"


def _how_to_go_on(excuse: Excuse, finding: Finding) -> str:
    build = next((found for found in excuse.findings if found.rule == "R2"), finding)
    return ways_on(excuse, _how_to_build(excuse, build))


def _changes(excuse: Excuse) -> Iterable[str]:
    return spec_changes(excuse.to_change, _WIDTH - 2) if excuse.to_change is not None else ()


def _not_yet() -> str:
    return filled(
        "Please do not run 'fedpkg retire' yet: it takes the package away at once, before its users have "
        "read the notice. The release manager tells when."
    )


def _found(finding: Finding) -> str:
    said = [hanging(f"  {finding.rule}  ", finding.measured)]
    if finding.waiver is not None:
        said.append(hanging("      waived ", waiver_in_words(finding.waiver)))
    return "\n".join([*said, *_links([finding], " " * 6)])


def _links(findings: Iterable[Finding], indent: str = "  ") -> list[str]:
    links = (one.url for found in findings for one in found.evidence if one.url)
    return [f"{indent}{link}" for link in dict.fromkeys(links)]


def rules_in_words(rules: Sequence[str]) -> str:
    """One rule, or several."""
    if len(rules) == 1:
        return f"rule {rules[0]}"
    return f"the rules {', '.join(rules[:-1])} and {rules[-1]}"


def footer(rules: str, command: str, *, once: bool = False) -> str:
    """The end of every mail: which rules sent it, when it comes again, and how to make it stop."""
    again = (
        "It does so once, and does not remind you."
        if once
        else "It may remind you after 7, 14 and 28 days and then every 30, but only while a day is near or "
        "something has changed; it ends when the step is done."
    )
    said = f"epelbot sends this because of {rules} of the policy. {again} All that is known:"
    stop = (
        "Is it wrong, or not for you? Answer this mail: a person reads it. To get nothing any more but what "
        'the policy demands, answer "unsubscribe".'
    )
    return "\n".join(["-- ", filled(said), f"  {command}", filled(stop)])


def rows(*named: tuple[str, str], indent: str = "") -> str:
    """Lines of a name and what it says, one below the other."""
    return "\n".join(hanging(f"{indent}{f'{name}:':<{_LABEL}}", text) for name, text in named)


def _commands(said: str, *commands: str) -> str:
    return "\n".join([said, "", *(f"    {command}" for command in commands)])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def hanging(label: str, text: str) -> str:
    """A paragraph after a label, its other lines under the text."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def filled(text: str, indent: str = "") -> str:
    """A paragraph."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
