# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R5 adoption: from the announcement to the approval anyone may take the package over."""

from __future__ import annotations

from epelbot.domain.departure import Departure
from epelbot.domain.facts import Facts, Missing
from epelbot.domain.matter import How, TakeOver
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.rule import Case, Rule, cannot_know
from epelbot.policy.settled import so_settled


def is_paused(facts: Facts) -> bool:
    """Whether somebody's coming forward holds the retirement up, undecided since."""
    takeover, decision = facts.takeover, facts.decision
    if takeover is None or facts.ending is not None:
        return False
    # An approval is a word on every offer before it; on a later one none is asked for.
    return decision is None or (decision.action is not Action.APPROVE and takeover.at > decision.at)


def _judge(case: Case) -> Finding | None:
    facts = case.facts
    ending, takeover = facts.ending, facts.takeover
    if ending is not None:
        if not ending.adopted:
            return None
        word = Evidence(f"the word of {ending.by}", ending.url, ending.at)
        said = (
            f"taken over, by the word of {ending.by} on {ending.at:%Y-%m-%d}{so_settled(ending.settled_by)}"
        )
        came = () if takeover is None else (_came(takeover),)
        return Finding("R5", Verdict.OK, said, RULE.required, evidence=(*came, word))
    if takeover is not None and is_paused(facts):
        return _paused(takeover)
    # Of what has left already, the thread is asked no more.
    undecided = facts.decision is None and not isinstance(facts.departure, Departure)
    if isinstance(facts.thread, Missing) and undecided:
        return cannot_know(RULE, facts.thread)
    return None


def _paused(takeover: TakeOver) -> Finding:
    if takeover.how.is_change:
        verdict = Verdict.MUST_ACT
        remedy = (
            f"{takeover.who}: say in the thread of the announcement that you maintain it; if it is to leave "
            "all the same, the release manager decides"
        )
    else:
        verdict = Verdict.OTHERS_MUST_ACT
        remedy = (
            "hand the package over and have the new maintainer say so in the thread, or reject the "
            "retirement; if nothing comes of the offer, approve or defer it"
        )
    return Finding(
        "R5",
        verdict,
        f"paused: {said_of(takeover)}",
        RULE.required,
        remedy=remedy,
        evidence=(_came(takeover),),
    )


def said_of(takeover: TakeOver) -> str:
    """Who came forward, how and when."""
    if takeover.how is How.OFFER:
        settled = so_settled(takeover.settled_by)
        return f"{takeover.who} offered to take it over on {takeover.at:%Y-%m-%d}{settled}"
    return f"{takeover.who} is its new {takeover.how.value} since {takeover.at:%Y-%m-%d}"


def _came(takeover: TakeOver) -> Evidence:
    return Evidence(said_of(takeover), takeover.url, takeover.at)


RULE = Rule(
    "R5",
    "adoption",
    needs=(),
    judge=_judge,
    required="from the announcement to the approval nobody has come forward to take it over",
    concerns=lambda case: case.leaving or (case.open and case.facts.ending is not None),
)
