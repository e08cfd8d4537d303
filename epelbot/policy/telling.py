# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to be told what about a listing, and for which cause: once per cause and person (DESIGN, Tell).

And when: at once what has happened or is due soon, the rest in one digest a week; again after pauses that
double, while something is due or has changed (docs/decisions/0013).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from epelbot.domain.departure import Departure
from epelbot.domain.dependencies import Kind
from epelbot.domain.evidence import NeededBy
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Retirement, State
from epelbot.domain.verdict import Verdict
from epelbot.policy.violations import VIOLATIONS

#: The rule whose notice tells the release manager that a retirement is complete.
COMPLETE = "R4"
#: The rule under which the maintainers of dependents are told.
DEPENDENTS = "R7"
#: A person gets one digest in so long.
DIGEST_EVERY = timedelta(days=7)
#: What is due within this is told at once (DESIGN, Tell).
SOON = timedelta(days=14)
#: A person is reminded of what is due within this: the longest pause, so that once is before the day.
IN_VIEW = timedelta(days=30)
_FIRST_PAUSE = timedelta(days=7)
_LONGEST_PAUSE = timedelta(days=30)
#: Rules of which POLICY.md itself says that people are told. Whoever wants no mail still gets these, once.
DEMANDED = ("R4", "R6", "R7", "V1", "V2", "V3", "V4", "V5")
# The worst first: who is told of that is told all.
_HARM = (Kind.RUN_TIME, Kind.BUILD_TIME, Kind.WEAK)
_SOURCES_MEND_WITHIN = timedelta(days=3)
#: States in which nobody has anything left to do for the retirement.
_SETTLED = (State.REJECTED, *(state for state in State if state.is_over))


class Audience(enum.Enum):
    """To whom a notice goes."""

    MAINTAINERS = "maintainers"
    RELEASE_MANAGER = "release-manager"
    #: Those of another package, which needs this one.
    DEPENDENTS = "dependents"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell. ``cause`` stays the same while the reason does, and changes with its object.

    ``due`` is the UTC day before which it has to be done, in the past when that day is overdue, None when no
    day presses. ``at_once``: it waits for no digest, whatever the day (a violation). ``once``: nobody is
    reminded. ``news`` is what is said, for comparison: when it changes, a reminder is allowed though nothing
    is due; so it must hold nothing that changes by time alone. ``dependent`` is the package that needs this
    one, for its maintainers.
    """

    cause: str
    rule: str
    audience: Audience
    due: date | None = None
    at_once: bool = False
    once: bool = False
    news: str = ""
    dependent: NeededBy | None = None


def tellings(excuse: Excuse) -> tuple[Telling, ...]:
    """What the excuse gives reason to tell: a step for the maintainer, a complete retirement.

    While it cannot be known whether the retirement is announced, nobody is asked for anything.
    """
    violated = [found.rule for found in excuse.findings if found.verdict is Verdict.VIOLATED]
    if violated and excuse.departure is not None:
        # What has left needs no more steps on its way out.
        return _of_departure(excuse, excuse.departure, violated[0])
    retirement = excuse.retirement
    if retirement is None or retirement.state in _SETTLED or _is_unsure(excuse):
        return ()
    due = due_day(excuse)
    paused = retirement.state is State.ADOPTION_PROPOSED
    findings = {one.rule: one for one in excuse.findings}
    found = [
        Telling(
            f"{excuse.collection}/{excuse.package}|{rule}|{_object(excuse, rule)}",
            rule,
            audience,
            due,
            news=f"{findings[rule].measured}|{findings[rule].remedy}|{due}",
        )
        for rule, audience in _steps(excuse)
        if rule == "R5" or not paused
    ]
    if not paused:
        found += _to_dependents(excuse, retirement, due)
    if is_complete(excuse) and not paused:
        decided = retirement.decision is not None
        found.append(
            Telling(
                complete_cause(excuse),
                COMPLETE,
                Audience.RELEASE_MANAGER,
                None if decided else due,
                once=decided,
                news=str(due),
            )
        )
    return tuple(found)


def _to_dependents(excuse: Excuse, retirement: Retirement, due: date | None) -> Iterator[Telling]:
    """Whoever maintains what needs the package is told once what will happen to it (R7).

    Not before it is announced: a build alone may be a mistake. What is told anew is another kind of harm.
    """
    if not retirement.steps.announced:
        return
    worst: dict[str, NeededBy] = {}
    for one in excuse.needed_by or ():
        other = worst.setdefault(one.package, one)
        worst[one.package] = min(other, one, key=lambda needs: _HARM.index(needs.kind))
    for one in worst.values():
        yield Telling(
            f"{excuse.collection}/{excuse.package}|{DEPENDENTS}|{one.package}|{one.kind.value}|{retirement.post}",
            DEPENDENTS,
            Audience.DEPENDENTS,
            due,
            once=True,
            dependent=one,
        )


def _of_departure(excuse: Excuse, left: Departure, rule: str) -> tuple[Telling, ...]:
    """A departure against the rules is told once, to maintainer and release manager (POLICY, Violations).

    One mail says all that was missed: so what can't be seen yet is waited for, some days at most. The cause
    is the build that its users had last, which stays the same whatever more is learnt of who did it.
    """
    unseen = any(one.rule in VIOLATIONS and one.verdict is Verdict.CANNOT_KNOW for one in excuse.findings)
    if unseen and excuse.as_of - left.day < _SOURCES_MEND_WITHIN:
        return ()
    last = left.last_build.nvr if left.last_build is not None else ""
    cause = f"{excuse.collection}/{excuse.package}|left|{last}"
    missed = [one.rule for one in excuse.findings if one.verdict is Verdict.VIOLATED]
    news = "|".join([*missed, *(act.how.value for act in left.acts)])
    return tuple(
        Telling(cause, rule, audience, at_once=True, once=True, news=news)
        for audience in (Audience.MAINTAINERS, Audience.RELEASE_MANAGER)
    )


def _steps(excuse: Excuse) -> Iterator[tuple[str, Audience]]:
    asked = {one.rule for one in excuse.findings if one.verdict is Verdict.MUST_ACT}
    # Nobody gets two mails about one step: a reminder takes the place of the first one, and so does the
    # question whether a build without the file takes the retirement back.
    tried = excuse.retirement is not None and excuse.retirement.build_is_a_try
    if "R8" in asked or ("R6" in asked and not tried):
        asked.discard("R2")
    elif "R2" in asked:
        # It says what is wrong with the build that was tried, and is repeated as a reminder.
        asked.discard("R6")
    yield from ((one.rule, Audience.MAINTAINERS) for one in excuse.findings if one.rule in asked)
    # Where nobody maintains the package, the release manager is reminded (R6).
    if any(one.rule == "R6" and one.verdict is Verdict.OTHERS_MUST_ACT for one in excuse.findings):
        yield "R6", Audience.RELEASE_MANAGER


def due_day(excuse: Excuse) -> date | None:
    """The day before which a retirement's steps have to be done: that of the compose it may leave with.

    A projected day that has passed without news still counts, since that minor may be out any day. Where no
    further minor comes, nothing presses.
    """
    earliest = excuse.retirement.earliest_compose if excuse.retirement else None
    if earliest is None or earliest.minor is None:
        return None
    return earliest.day or earliest.was_expected


def pause_after(times: int) -> timedelta:
    """How long a person is left alone who has been told so many times: a week, doubled, at most 30 days."""
    return min(_FIRST_PAUSE * (1 << min(max(times, 1) - 1, 3)), _LONGEST_PAUSE)


def is_complete(excuse: Excuse) -> bool:
    """R1 to R3 hold, and who answered the announcement is known: the release manager can decide."""
    steps = excuse.retirement.steps if excuse.retirement is not None else None
    if steps is None or any(
        one.rule in ("R5", "R8") and one.verdict is Verdict.CANNOT_KNOW for one in excuse.findings
    ):
        return False
    return steps.for_packagers_done


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
    if rule == "R5" and retirement.takeover is not None:
        return f"{retirement.post}|{retirement.takeover.who}"
    if rule == "R8":
        return f"{retirement.post}|{retirement.build}"
    if rule == "R2":
        return f"{retirement.post}|{retirement.build if retirement.build_is_a_try else ''}"
    return f"{retirement.post}|{retirement.build if retirement.post is None else ''}"
