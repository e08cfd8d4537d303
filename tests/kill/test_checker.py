# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history checker is itself checked: on a small outcome that is in order, and on ones that are not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.retirement import State
from tests.kill.checker import complaints
from tests.kill.history import History
from tests.kill.outcome import Letter, Outcome

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
HISTORY = History(1, (), {"foo/epel9": State.QUEUED}, frozenset({"m1", "m2"}), parked=1)


def letter(order: int, message_id: str, **changed: object) -> Letter:
    told = Letter(order, 3, NOW, message_id, ("ann@x.org",), f"About {message_id}", "Hello", NOW)
    return replace(told, **changed)  # type: ignore[arg-type]  # the fields are a test's own


def mail(message_id: str) -> list[object]:
    return ["mail", "foo epel9", "ann@x.org", f"About {message_id}", "sent", {"message_id": message_id}]


def good() -> Outcome:
    """Two mails; the second was repeated, since a process was killed after the first copy."""
    return Outcome(
        state={
            "inbox": {
                "m1": ["tag", "recorded", None],
                "m2": ["tag", "recorded", None],
                "junk": ["", "parked", "no JSON"],
            },
            "evidence": {"e1": ["tagging", "foo", 9, "chapter 0", {"nvr": "foo-1-1.el9"}]},
            "listings": {
                "foo/epel9": {
                    "state": "queued",
                    "verdict": "ok",
                    "judged": True,
                    "waits": True,
                    "error": None,
                }
            },
            "excuses": {
                "foo/epel9": ["basis", {"verdict": "ok", "findings": [{"rule": "R1"}, {"rule": "R2"}]}]
            },
            "notices": {"cause to ann": ["R2", "k1", "chapter 3", None]},
            "outbox": {"k1": mail("<1>"), "k2": mail("<2>")},
        },
        letters=(letter(0, "<1>"), letter(1, "<2>"), letter(3, "<2>")),
        blows=(2,),
    )


def _state(table: str, key: str, value: object) -> Callable[[Outcome], Outcome]:
    def doctored(outcome: Outcome) -> Outcome:
        state = copy.deepcopy(outcome.state)
        state[table].pop(key, None)
        if value is not None:
            state[table][key] = value
        return replace(outcome, state=state)

    return doctored


def _letters(*letters: Letter) -> Callable[[Outcome], Outcome]:
    return lambda outcome: replace(outcome, letters=letters)


ONE, TWO, TWO_AGAIN = good().letters
DOCTORED: dict[str, tuple[Callable[[Outcome], Outcome], str]] = {
    "a lost message": (_state("inbox", "m2", None), "message m2 was lost"),
    "a message that was never recorded": (
        _state("inbox", "m2", ["tag", "new", None]),
        "is new, not recorded",
    ),
    "a message that was parked": (_state("inbox", "m1", ["tag", "parked", "?"]), "is parked, not recorded"),
    "garbage that was dropped": (_state("inbox", "junk", None), "0 messages that nobody can read"),
    "a lost mail": (
        _letters(TWO, TWO_AGAIN),
        "the mail 'About <1>' to ann@x.org counts as sent, and was lost",
    ),
    "a mail that was never sent": (
        _state("outbox", "k1", [*mail("<1>")[:4], "due", {"message_id": "<1>"}]),
        "is due, not sent",
    ),
    "a mail that nobody meant": (
        _letters(ONE, TWO, TWO_AGAIN, letter(4, "<9>")),
        "should not have been sent",
    ),
    "a mail doubled under another id": (
        _letters(ONE, TWO, TWO_AGAIN, replace(ONE, order=4, message_id="<8>")),
        "was doubled: <1>, <8>",
    ),
    "a mail doubled in the outbox too": (_state("outbox", "k3", mail("<1>")), "two mails in the outbox"),
    "a mail repeated without a kill": (
        _letters(ONE, replace(ONE, order=1.5), TWO, TWO_AGAIN),  # type: ignore[arg-type]  # between 1 and 2
        "was sent twice, and nothing had been killed",
    ),
    "a mail repeated in other words": (
        _letters(ONE, TWO, replace(TWO_AGAIN, text="Bye")),
        "was repeated with other words",
    ),
    "a mail to somebody else": (
        _letters(replace(ONE, recipients=("bob@x.org",)), TWO, TWO_AGAIN),
        "recipients is ('bob@x.org',), not ('ann@x.org',)",
    ),
    "a mail before its notice": (
        _letters(replace(ONE, cause=None), TWO, TWO_AGAIN),
        "before its notice was kept",
    ),
    "a mail before its evidence": (
        _letters(replace(ONE, cause=NOW + timedelta(seconds=1)), TWO, TWO_AGAIN),
        "tells of 2026-11-02 03:00:01",
    ),
    "a mail days late": (_letters(replace(ONE, chapter=5), TWO, TWO_AGAIN), "chapter is 5, not 3"),
    "a changed excuse": (
        _state(
            "excuses", "foo/epel9", ["basis", {"verdict": "ok", "findings": [{"rule": "R1"}, {"rule": "R3"}]}]
        ),
        "excuses: foo/epel9[1].findings[1].rule is 'R3', not 'R2'",
    ),
    "a lost excuse": (_state("excuses", "foo/epel9", None), "excuses: foo/epel9 is missing"),
    "lost evidence": (_state("evidence", "e1", None), "evidence: e1 is missing"),
    "evidence of nothing": (_state("evidence", "e2", ["tagging"]), "evidence: e2 should not be there"),
    "a lost notice": (_state("notices", "cause to ann", None), "notices: cause to ann is missing"),
    "a listing left half judged": (
        _state(
            "listings",
            "foo/epel9",
            {"state": "queued", "verdict": "ok", "judged": False, "waits": True, "error": None},
        ),
        "foo/epel9 is not judged to the end",
    ),
    "another state": (
        _state(
            "listings",
            "foo/epel9",
            {"state": "begun", "verdict": "ok", "judged": True, "waits": True, "error": None},
        ),
        "foo/epel9 ends as begun, not as queued",
    ),
    "a process that failed": (
        lambda outcome: replace(outcome, troubles=("'epelbot work' ended with 1",)),
        "ended with 1",
    ),
}


def test_an_outcome_in_order_gives_no_complaint() -> None:
    assert complaints(HISTORY, good(), good()) == []
    undisturbed = replace(good(), letters=(ONE, TWO), blows=())
    assert complaints(HISTORY, undisturbed, good()) == []


@pytest.mark.parametrize("what", DOCTORED)
def test_the_checker_sees(what: str) -> None:
    doctor, complaint = DOCTORED[what]
    assert any(complaint in one for one in complaints(HISTORY, good(), doctor(good())))
