# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first sentence of an excuse: the worst thing that somebody can act on, then what cannot be seen."""

from __future__ import annotations

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.wording.composes import commitment_in_words

#: What each verdict asks of the reader, by POLICY's ladder.
VERDICTS: dict[Verdict, str] = {
    Verdict.OK: "Nothing to do",
    Verdict.WAIVED: "Nothing to do, a rule is waived",
    Verdict.WAIT: "Nothing to do but wait",
    Verdict.OTHERS_MUST_ACT: "The release manager has to act",
    Verdict.MUST_ACT: "The maintainer has to act",
    Verdict.CANNOT_KNOW: "Cannot know",
    Verdict.VIOLATED: "The policy was violated",
}

#: What a retirement's state means, as the end of "The retirement …".
STATES: dict[State, str] = {
    State.BEGUN: "has begun, but no announcement counts yet",
    State.ANNOUNCED: "is announced; the final build is missing",
    State.FINAL_BUILD: "has its final build, which is not public yet",
    State.IN_UPDATES: "is public; the release manager is not told yet",
    State.QUEUED: "is complete and waits for the release manager",
    State.APPROVED: "is approved",
    State.RETIRED: "is done; the package has left",
    State.ADOPTION_PROPOSED: "is paused: somebody offers to take the package over",
    State.ADOPTED: "is over: the package was taken over",
    State.WITHDRAWN: "was withdrawn",
    State.DEFERRED: "is deferred by the release manager",
    State.REJECTED: "was rejected by the release manager",
}

# What somebody can act on, most urgent first; a silent source is named after it (POLICY, Verdicts).
_ACTIONABLE = (Verdict.VIOLATED, Verdict.MUST_ACT, Verdict.OTHERS_MUST_ACT, Verdict.WAIT)


def summary(excuse: Excuse) -> str:
    """One or two sentences: what is to be done and by whom, and what cannot be seen."""
    sentences = [_what_to_do(excuse)]
    blind: dict[str, list[str]] = {}
    for found in excuse.findings:
        if found.verdict is Verdict.CANNOT_KNOW:
            blind.setdefault(found.measured, []).append(found.rule)
    sentences += [f"{_listed(rules)} cannot be judged: {why}." for why, rules in blind.items()]
    return " ".join(sentences)


def _listed(rules: list[str]) -> str:
    return " and ".join([", ".join(rules[:-1]), rules[-1]] if rules[1:] else rules)


def _what_to_do(excuse: Excuse) -> str:
    for verdict in _ACTIONABLE:
        finding = next((found for found in excuse.findings if found.verdict is verdict), None)
        if finding is not None:
            return f"{VERDICTS[verdict]}: {_step(finding)}."
    if excuse.retirement is not None:
        return f"The retirement {state_in_words(excuse)}."
    nobody = "No retirement is known" if _is_blind(excuse) else "Nobody wants to retire it"
    return f"{nobody}; {commitment_in_words(excuse.lifetime)}." if excuse.lifetime else f"{nobody}."


def state_in_words(excuse: Excuse) -> str:
    """The end of "The retirement …"; what cannot be seen is not called missing."""
    if excuse.retirement is None:
        return "is not known"
    state = excuse.retirement.state
    if _is_blind(excuse) and excuse.retirement.decision is None:
        return f"stands at '{state.value}', as far as can be seen"
    if excuse.verdict is Verdict.VIOLATED and state is State.RETIRED:
        return "was not as it should be; the package has left"
    return STATES[state]


def _is_blind(excuse: Excuse) -> bool:
    return any(found.verdict is Verdict.CANNOT_KNOW for found in excuse.findings)


def _step(finding: Finding) -> str:
    remedy = finding.remedy or finding.measured
    return (
        f"{remedy} ({finding.rule}: {finding.measured})" if finding.remedy else f"{remedy} ({finding.rule})"
    )
