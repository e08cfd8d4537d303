# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to be told what about a listing, and for which cause: once per cause and person (DESIGN, Tell)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict

#: The rule whose notice tells the release manager that a retirement is complete.
COMPLETE = "R4"
#: States in which nobody has anything left to do for the retirement.
_SETTLED = (State.RETIRED, State.REJECTED, State.ADOPTED, State.WITHDRAWN)


class Audience(enum.Enum):
    """To whom a notice goes."""

    MAINTAINERS = "maintainers"
    RELEASE_MANAGER = "release-manager"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell. ``cause`` stays the same while the reason does, and changes with its object."""

    cause: str
    rule: str
    audience: Audience


def tellings(excuse: Excuse) -> tuple[Telling, ...]:
    """What the excuse gives reason to tell: a step for the maintainer, a complete retirement.

    While it cannot be known whether the retirement is announced, nobody is asked for anything.
    """
    retirement = excuse.retirement
    if retirement is None or retirement.state in _SETTLED or _is_unsure(excuse):
        return ()
    listing = f"{excuse.collection}/{excuse.package}"
    found = [
        Telling(
            f"{listing}|{finding.rule}|{_object(excuse, finding.rule)}", finding.rule, Audience.MAINTAINERS
        )
        for finding in excuse.findings
        if finding.verdict is Verdict.MUST_ACT
    ]
    if is_complete(excuse):
        found.append(Telling(complete_cause(excuse), COMPLETE, Audience.RELEASE_MANAGER))
    return tuple(found)


def is_complete(excuse: Excuse) -> bool:
    """R1 to R3 hold: nothing is left but to tell the release manager."""
    steps = excuse.retirement.steps if excuse.retirement is not None else None
    return steps is not None and steps.announced and steps.final_build and steps.in_updates


def _is_unsure(excuse: Excuse) -> bool:
    return any(one.rule == "R1" and one.verdict is Verdict.CANNOT_KNOW for one in excuse.findings)


def complete_cause(excuse: Excuse) -> str:
    """The cause of the release manager's notice: one per listing, post and final build."""
    retirement = excuse.retirement
    post, build = (retirement.post, retirement.build) if retirement else (None, None)
    return f"{excuse.collection}/{excuse.package}|{COMPLETE}|{post}|{build}"


def _object(excuse: Excuse, rule: str) -> str:
    """What the step is about.

    A build without any sign of the file asks for the same step as the next such build; one that nearly got
    it right, or that undoes a final build, is news.
    """
    retirement = excuse.retirement
    if retirement is None:
        return ""
    if rule == "R2":
        return f"{retirement.post}|{retirement.build if retirement.build_is_a_try else ''}"
    return f"{retirement.post}|{retirement.build if retirement.post is None else ''}"
