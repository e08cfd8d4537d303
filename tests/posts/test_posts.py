# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bar of issue 3: no wrong action, and clear announcements recognized."""

from __future__ import annotations

from functools import partial

import pytest

from epelbot.policy.reader import read_post
from tests.posts.halves import HALVES, half
from tests.posts.score import ANNOUNCEMENTS, scored

_BAR = {"own": 0.9, "other": 0.8}
#: Strict: whoever lifts the reader over the bar without looking at that half takes this away.
_BELOW = pytest.mark.xfail(strict=True, reason="0.78 of clear ones, one action wrong")


@pytest.mark.parametrize("named", [False, True], ids=["without-names", "with-names"])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_BELOW) if name == "other" else name for name in HALVES]
)
def test_clear_announcements_are_recognized_and_no_action_is_wrong(name: str, named: bool) -> None:
    mails, known = half(name)
    if not mails:
        pytest.skip(f"{name} is not there")
    score = scored(mails, partial(read_post, known_packages=known if named else ()))
    wrong = len(score.wrong_actions)
    if name == "own":
        assert [one.mail.name for one in score.wrong_actions] == []
    # Nobody who changes the reader is to learn which ones: only counts.
    assert not wrong, f"{wrong} wrong actions of {len(mails)}"
    right, of = score.recall(ANNOUNCEMENTS, clear=True)
    enough = right >= _BAR[name] * of
    assert enough, f"{right} of {of} clear announcements recognized, {_BAR[name]:.0%} are due"
