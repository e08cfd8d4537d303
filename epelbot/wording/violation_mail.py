# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a departure against the rules: who did what, what was missed, and how to mend or undo it.

It goes to maintainers and release manager alike, once. Whoever did it may have meant well, or be a program.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from shlex import quote

from epelbot.domain.departure import Departure, How
from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Evidence, Finding, Verdict

_WIDTH = 72
_UNANNOUNCED = "V2"
_SHOWN_OF_A_COMMIT = 12


@dataclass(frozen=True, slots=True)
class Departed:
    """The parts of the mail; lines are at most 72 wide where words allow it."""

    subject: str
    asked: str
    by_when: str
    why: str
    undo: str


def violations_of(excuse: Excuse) -> tuple[Finding, ...]:
    """The rules that were violated, in reading order."""
    return tuple(found for found in excuse.findings if found.verdict is Verdict.VIOLATED)


def departed(excuse: Excuse, left: Departure) -> Departed:
    """The words on a listing that left against the rules."""
    package, collection = excuse.package, excuse.collection
    return Departed(
        subject=f"{package} has left {collection}, and something was missed",
        asked=_asked(excuse),
        by_when=f"soon, since {collection} has been without it since {left.day}",
        why=_why(excuse, left),
        undo=_undo(excuse, left),
    )


def needs_post(excuse: Excuse) -> bool:
    """A late post would mend something."""
    return any(found.rule == _UNANNOUNCED for found in violations_of(excuse))


def _asked(excuse: Excuse) -> str:
    others = [found.rule for found in violations_of(excuse) if found.rule != _UNANNOUNCED]
    post = f"announce it now ({_UNANNOUNCED}: a late post is enough)" if needs_post(excuse) else ""
    undo = f"bring it back, or ask for a waiver ({', '.join(others)})" if others else ""
    return "; and ".join(filter(None, (post, undo)))


def _why(excuse: Excuse, left: Departure) -> str:
    found = violations_of(excuse)
    return "\n".join(
        [
            _filled(
                f"{excuse.package} left {excuse.collection} on {left.day}. That happens by mistake, or by a "
                "program that did as it was told. What can be seen of it:"
            ),
            *(_seen(one) for one in found[0].evidence if one.at is not None),
            _filled("What the policy asks for in such a case, and what was found:"),
            *(_missed(one) for one in found),
        ]
    )


def _seen(one: Evidence) -> str:
    said = _hanging("  ", f"{one.at:%Y-%m-%d %H:%M} UTC: {one.what}", "    ")
    return f"{said}\n    {one.url}" if one.url else said


def _missed(found: Finding) -> str:
    # Who and when stands above.
    measured = found.measured.partition(": ")[2] or found.measured
    return _hanging(f"  {found.rule}  ", f"{found.required}; {measured}", " " * 6)


def _undo(excuse: Excuse, left: Departure) -> str:
    stays_away = _filled(
        "Or, if it shall stay away: answer this mail and say why; the release manager can waive what was "
        "missed, until a day:"
    )
    waived = "\n".join(f"    {line}" for found in violations_of(excuse) for line in _to_waive(excuse, found))
    return "\n\n".join([*_in_dist_git(excuse, left), *_in_koji(excuse, left), stays_away, waived])


def _to_waive(excuse: Excuse, found: Finding) -> tuple[str, str]:
    where = f"{quote(excuse.package)} --collection {excuse.collection}"
    return (
        f"epelbot waive {where} \\",
        f"    --rule {found.rule} --until DAY --as YOU --reason 'WHY'",
    )


def _in_dist_git(excuse: Excuse, left: Departure) -> list[str]:
    dead = next((act for act in left.acts if act.how is How.DEAD_PACKAGE), None)
    if dead is None:
        return []
    package = quote(excuse.package)
    revert = f"git revert {quote(dead.object[:_SHOWN_OF_A_COMMIT])}" if dead.object else "git revert COMMIT"
    return [
        _commands(
            "To bring it back, the maintainer or a proven packager takes dead.package out of dist-git:",
            f"fedpkg clone {package} && cd {package}",
            f"fedpkg switch-branch {quote(dead.where)}",
            revert,
            "fedpkg push",
        )
    ]


def _in_koji(excuse: Excuse, left: Departure) -> list[str]:
    """Both commands always: automation takes its time, and may have done more since this was written."""
    last = left.last_build
    if last is None:
        return []
    tag, package = quote(last.tag), quote(excuse.package)
    begins = "Then the" if any(act.how is How.DEAD_PACKAGE for act in left.acts) else "To bring it back, the"
    return [
        _commands(
            f"{begins} release manager, in Koji, as far as it was blocked and untagged:",
            f"koji unblock-pkg {tag} {package}",
            f"koji tag-build {tag} {quote(str(last.nvr))}",
        )
    ]


def _commands(said: str, *commands: str) -> str:
    return "\n".join([_filled(said), "", *(f"    {command}" for command in commands)])


def _hanging(label: str, text: str, indent: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=label,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _filled(text: str) -> str:
    return _hanging("", text, "")
