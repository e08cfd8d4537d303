# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bar of issue 3: no wrong action, and clear announcements recognized."""

from __future__ import annotations

from functools import partial

import pytest

from epelbot.policy.reader import read_post
from tests.posts.halves import HALVES, half
from tests.posts.score import ANNOUNCEMENTS, Score, scored

_BAR = {"own": 0.9, "other": 0.8}
#: Strict: whoever lifts the reader over the bar without looking at that half takes this away.
_BELOW = pytest.mark.xfail(strict=True, reason="29 of 37 clear ones; 30 are due")


def _score(name: str, *, named: bool) -> Score:
    mails, known = half(name)
    if not mails:
        pytest.skip(f"{name} is not there")
    return scored(mails, partial(read_post, known_packages=known if named else ()))


@pytest.mark.parametrize("named", [False, True], ids=["without-names", "with-names"])
@pytest.mark.parametrize("name", HALVES)
def test_no_action_is_wrong(name: str, named: bool) -> None:
    score = _score(name, named=named)
    wrong = len(score.wrong_actions)
    if name == "own":
        assert [one.mail.name for one in score.wrong_actions] == []
    # Nobody who changes the reader is to learn which ones: only counts.
    assert not wrong, f"{wrong} wrong actions of {len(score.outcomes)}"


@pytest.mark.parametrize("named", [False, True], ids=["without-names", "with-names"])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_BELOW) if name == "other" else name for name in HALVES]
)
def test_clear_announcements_are_recognized(name: str, named: bool) -> None:
    right, of = _score(name, named=named).recall(ANNOUNCEMENTS, clear=True)
    enough = right >= _BAR[name] * of
    assert enough, f"{right} of {of} clear announcements recognized, {_BAR[name]:.0%} are due"
