# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody answered "unsubscribe": what they still get, what is taken back, and how that is undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from epelbot.errors import BadInput
from epelbot.services.keep_word import NotNow
from epelbot.services.mute import mute, muted, unmute
from epelbot.testing.story import Story
from epelbot.wording.muting import muted_json, muted_text, muting_text, unmuting_text
from tests.services.house import TODAY, House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)


def leaving(*, send: bool = False) -> House:
    """ann has announced that oldtool leaves, and is asked for a final build."""
    story = Story()
    story.opens("epel9")
    for package in ("oldtool", "newtool"):
        story.package(package, "ann", START)
        story.shipped(f"{package}-1.0-1.el9", START)
    story.announced("oldtool", "epel9", "ann", TODAY - 2 * A_DAY)
    return House(story, send=send).sees()


def to_ann(house: House) -> list[tuple[str, str]]:
    return [(status, subject) for status, person, subject in house.told() if person == "ann"]


def muting(house: House, account: str = "ann", reason: str = "she answered a mail so") -> int:
    return mute(house.ledger, account, house.now, author="smooge", reason=reason)


@pytest.mark.parametrize("account", ["ann", "ann@fedoraproject.org"])
def test_what_waits_is_taken_back_and_nothing_more_is_told(account: str) -> None:
    house = leaving()
    assert [status for status, _ in to_ann(house)] == ["held"]
    assert muting(house, account) == 1
    house.story.announced("newtool", "epel9", "ann", house.now)
    house.sees()
    house.later(days=2)
    assert [status for status, _ in to_ann(house)] == ["superseded"]
    assert [(one.account, one.by, one.reason) for one in muted(house.ledger)] == [
        ("ann", "smooge", "she answered a mail so")
    ]


def test_what_the_policy_demands_is_told_all_the_same_and_once() -> None:
    house = leaving(send=True)
    muting(house)
    before = len(house.mailer.sent)
    house.story.untagged("newtool-1.0-1.el9", "epel9", house.now)
    house.sees()
    for _ in range(60):
        house.later(days=1)
    told = [one for one in house.mailer.sent[before:] if one.recipients == ("ann@fedoraproject.org",)]
    assert [one.subject for one in told] == [
        "[epelbot] newtool has left epel9, and something was missed",
        "[epelbot] oldtool still needs a final build before it leaves epel9",
    ]


def test_undoing_it_tells_what_was_not_told_meanwhile() -> None:
    house = leaving()
    muting(house)
    house.work()
    unmute(house.ledger, "ann", house.now, author="smooge", reason="she wants it after all")
    house.work()
    assert to_ann(house)[-1][0] == "held"
    assert muted(house.ledger) == []


def test_others_are_told_as_before() -> None:
    house = leaving()
    muting(house, "bob")
    house.later(hours=1)
    assert [status for status, _ in to_ann(house)] == ["held"]


def test_a_word_that_changes_nothing_or_is_about_nobody_is_refused() -> None:
    house = leaving()
    with pytest.raises(NotNow, match="ann is not muted"):
        unmute(house.ledger, "ann", house.now, author="smooge", reason="why")
    muting(house)
    with pytest.raises(NotNow, match="ann is muted already"):
        muting(house)
    for nobody in ("", "@release-manager", "orphan", "a b"):
        with pytest.raises(BadInput, match="nobody's account"):
            muting(house, nobody)
    with pytest.raises(BadInput, match="needs a reason"):
        muting(house, "bob", " ")


def test_what_is_said() -> None:
    house = leaving()
    assert muted_text((), ()) == "Nobody is muted."
    assert muting_text("ann", muting(house)) == (
        "Muted: ann gets nothing more but what the policy demands, and that once. 1 mail was waiting, and "
        "that is taken back. To undo it: 'epelbot unmute ann --as ACCOUNT --reason WHY'."
    )
    assert "No mail was waiting, and nothing is taken back." in muting_text("bob", 0)
    assert muted_text(muted(house.ledger), ("bob",)) == (
        "ann: by smooge on 2026-11-23: she answered a mail so\nbob: by the settings (deliver.muted)"
    )
    assert [one["account"] for one in muted_json(muted(house.ledger), ("bob",))] == ["ann", "bob"]
    assert unmuting_text("ann").startswith("No longer muted: ann is told again")
