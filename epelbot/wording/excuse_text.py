# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An excuse as plain text for the terminal, at most 80 columns wide."""

from __future__ import annotations

import textwrap

from epelbot.domain.decision_log import Logged
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Retirement
from epelbot.domain.verdict import Finding
from epelbot.wording.composes import compose_in_words, owed_in_words
from epelbot.wording.steps import step_marks, waived_rules
from epelbot.wording.summary import state_in_words, summary
from epelbot.wording.waivers import waiver_in_words

_WIDTH = 80
# textwrap breaks at plain blanks only.
_STAYS = "\N{NO-BREAK SPACE}"
_STEPS = ("announced", "final build", "in updates", "release manager told")


def excuse_text(excuse: Excuse) -> str:
    """What is to be done, then the commitment, the retirement, and each rule with its evidence."""
    parts = [_filled(summary(excuse)), _facts(excuse)]
    parts.extend(_finding(found) for found in excuse.findings)
    # What stands is shown above, with the retirement or the rule that it is about.
    parts.append("\n".join(_ended(one) for one in excuse.decisions if one.ended is not None))
    parts.extend(_filled(f"Note: {note}") for note in excuse.notes)
    return "\n\n".join(part for part in parts if part)


def _facts(excuse: Excuse) -> str:
    lines = [f"verdict      {excuse.verdict.value} (as of {excuse.as_of})"]
    if excuse.people is not None:
        lines.append(f"maintained   by {', '.join(excuse.people.maintainers) or 'nobody'}")
    if excuse.lifetime is not None:
        said = f"entered {excuse.lifetime.entered}, {owed_in_words(excuse.lifetime)}"
        lines.append(_hanging("commitment   ", said))
    if excuse.retirement is not None:
        lines.extend(_retirement(excuse.retirement, state_in_words(excuse), waived_rules(excuse)))
    return "\n".join(lines)


def _retirement(retirement: Retirement, state: str, waived: frozenset[str]) -> list[str]:
    marks = [
        f"[{mark}] {name}"
        for mark, name in zip(step_marks(retirement.steps, waived, to_do=" "), _STEPS, strict=True)
    ]
    lines = [_hanging("retirement   ", f"{retirement.state.value}: it {state}")]
    if not retirement.state.is_over:
        lines += _filled_steps(marks)
    if retirement.reason:
        lines.append(_hanging("reason       ", retirement.reason))
    if retirement.earliest_compose is not None:
        lines.append(_hanging("may leave    ", compose_in_words(retirement.earliest_compose)))
    decision = retirement.decision
    if decision is not None:
        to = f" to {decision.minor}" if decision.minor else ""
        said = (
            f"{decision.action.value}{to} by {decision.author} on {decision.at:%Y-%m-%d}: {decision.reason}"
        )
        lines.append(_hanging("decision     ", said))
    return lines


def _ended(one: Logged) -> str:
    said = f"{one.what}, by {one.author} on {one.at:%Y-%m-%d %H:%M} UTC: {one.reason}"
    return _hanging("no more      ", f"{said} ({one.ended})")


def _filled_steps(marks: list[str]) -> list[str]:
    # A mark and its name stay on one line.
    whole = ", ".join(mark.replace(" ", _STAYS) for mark in marks)
    return _hanging("steps        ", whole).replace(_STAYS, " ").split("\n")


def _finding(finding: Finding) -> str:
    lines = [
        _hanging(f"{finding.rule:<4} {finding.verdict.value:<16}", finding.measured),
        _hanging("     required        ", finding.required),
    ]
    if finding.flips_on is not None:
        lines.append(f"     changes on      {finding.flips_on}")
    if finding.waiver is not None:
        lines.append(_hanging("     waived          ", waiver_in_words(finding.waiver)))
    if finding.remedy is not None:
        lines.append(_hanging("     what to do      ", finding.remedy))
    for one in finding.evidence:
        at = f", {one.at:%Y-%m-%d %H:%M} UTC" if one.at else ""
        lines.append(_hanging("     seen            ", f"{one.what}{at}"))
        if one.url:
            lines.append(f"                     {one.url}")
    return "\n".join(lines)


def _hanging(label: str, text: str) -> str:
    indent = " " * len(label)
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=label,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
