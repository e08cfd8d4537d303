# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R8 withdrawn: an entitled post in the thread takes the retirement back.

A newer stable build without the file looks like it, too; then the maintainer is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from epelbot.domain.facts import Answer, Known, Missing, NewestBuild
from epelbot.domain.post import Meaning, Reading
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.adoption import is_paused
from epelbot.policy.announced import reader_unsure
from epelbot.policy.links import koji_build
from epelbot.policy.rule import Case, Rule, cannot_know
from epelbot.policy.settled import so_settled


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    ending = facts.ending
    if ending is not None:
        if ending.adopted:
            return None
        return Finding(
            "R8",
            Verdict.OK,
            f"withdrawn by {ending.by} on {ending.at:%Y-%m-%d}{so_settled(ending.settled_by)}",
            RULE.required,
            evidence=(Evidence(f"post by {ending.by}", ending.url, ending.at),),
        )
    decision = facts.decision
    if isinstance(facts.thread, Missing) and decision is not None and decision.action is not Action.REJECT:
        # Before it is decided, R5 says so.
        return cannot_know(RULE, facts.thread)
    if facts.announcement is None or decision is not None or is_paused(facts):
        return None
    if facts.undone and isinstance(facts.newest, Known):
        return _undone(facts.newest)
    doubts = [one for one in facts.doubtful_answers if _may_take_back(one.read.reading)]
    return _doubtful(doubts) if doubts else None


def _may_take_back(reading: Reading) -> bool:
    return Meaning.WITHDRAWAL in (reading.meaning, reading.leaning)


def _doubtful(doubts: Sequence[Answer]) -> Finding:
    last = doubts[-1]
    return Finding(
        "R8",
        Verdict.OTHERS_MUST_ACT,
        f"a post by {last.who} on {last.posted_at:%Y-%m-%d} may take the retirement back, "
        f"but {doubt_about(last)}",
        RULE.required,
        remedy="read the post and settle it ('epelbot triage list'); or a maintainer says it again in the "
        "thread of the announcement, from a Fedora address",
        evidence=tuple(Evidence(f"post by {one.who}", one.read.url, one.posted_at) for one in doubts),
    )


def doubt_about(answer: Answer) -> str:
    """Why a person has to judge a post that may answer the announcement."""
    if answer.read.reading.meaning is Meaning.UNSURE:
        return reader_unsure(answer.read)
    if not answer.in_thread:
        return "it stands outside the thread of the announcement"
    if answer.read.author is None:
        return "the list does not tell whose account that is"
    return f"{answer.read.author} does not maintain the package"


def _undone(newest: Known[NewestBuild | None]) -> Finding | None:
    build = newest.value
    if build is None:
        return None
    return Finding(
        "R8",
        Verdict.MUST_ACT,
        f"the newest stable build, {build.nvr}, no longer says that it is retired, but the announcement "
        "stands",
        RULE.required,
        remedy="say in the thread of the announcement that the package stays, or make another final build",
        evidence=(
            Evidence(f"{build.nvr} in the stable tag", koji_build(str(build.nvr)), build.stable_since),
        ),
    )


RULE = Rule(
    "R8",
    "withdrawn",
    needs=(),
    judge=_judge,
    required="what is announced is meant still; a withdrawal is said by a maintainer in the thread",
    concerns=lambda case: case.leaving or (case.open and case.facts.ending is not None),
)
