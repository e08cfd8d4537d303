# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two release managers at once, on both engines: one decides, the other is told so and looks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Decided, Fact
from epelbot.domain.excuse import Excuse
from epelbot.domain.post import Meaning
from epelbot.domain.profile import Roles
from epelbot.domain.retirement import Action, Decision, State
from epelbot.errors import TransientError
from epelbot.ledger import Ledger
from epelbot.services.decide import Wish, decide
from epelbot.services.keep_word import Look, NotNow, keep_word
from epelbot.services.settle import Settlement, settle
from epelbot.services.undo import Taking, undo
from epelbot.services.waive import WaiverWish, waive
from epelbot.testing.story import Story, whole_retirement
from tests.contract.ledgers import at_once
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
EPEL9 = Collection(9)


@pytest.fixture
def house(ledger: Ledger) -> House:
    """A complete retirement, with two release managers."""
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    house = House(story)
    house.ledger = ledger
    roles = Roles(release_managers=("smooge", "rita"))
    house.rulebook = replace(house.rulebook, profile=replace(house.rulebook.profile, roles=roles))
    house.sees()
    assert house.state() is State.QUEUED
    return house


def decides(house: House, author: str, action: Action) -> Excuse:
    return decide(house.ledger, house.rulebook, Wish(action, "oldtool", EPEL9, author, "because"), house.now)


def interrupted(house: House, meanwhile: Callable[[], object]) -> Excuse:
    """Smooge approves, and between his look and his word something happens."""
    looks: list[Look] = []

    def word(look: Look) -> Fact:
        looks.append(look)
        if len(looks) == 1:
            meanwhile()
        retirement = look.excuse.retirement
        assert retirement is not None
        return Decided(
            "epel9",
            Decision(Action.APPROVE, "smooge", look.at, "fine", retirement.post, retirement.build),
        )

    return keep_word(house.ledger, house.rulebook, "oldtool", EPEL9, house.now, author="smooge", word=word)


def test_who_decides_on_what_another_has_just_decided_is_told_so(house: House) -> None:
    with pytest.raises(
        NotNow,
        match=r"^rita has just decided on oldtool in epel9 too \(reject: because\); look at 'epelbot explain "
        r"oldtool --collection epel9', then decide$",
    ):
        interrupted(house, lambda: decides(house, "rita", Action.REJECT))
    assert house.state() is State.REJECTED
    assert [one.author for one in house.excuse().decisions] == ["rita"]


@pytest.mark.parametrize(
    "other",
    [
        lambda house: waive(
            house.ledger,
            house.rulebook,
            WaiverWish("L2", "oldtool", EPEL9, "rita", "because", date(2026, 12, 31)),
            house.now,
        ),
        lambda house: undo(
            house.ledger, house.rulebook, Taking("oldtool", EPEL9, "rita", "because"), house.now
        ),
    ],
    ids=["a waiver", "an undoing"],
)
def test_a_waiver_or_an_undoing_counts_as_much(house: House, other: Callable[[House], object]) -> None:
    decides(house, "smooge", Action.REJECT)
    with pytest.raises(NotNow, match="rita has just decided on oldtool in epel9 too"):
        interrupted(house, lambda: other(house))


def test_other_news_only_makes_one_look_again(house: House) -> None:
    def a_build_is_tagged() -> None:
        house.story.synced("9", house.now)
        house.feed()
        while house.worker()._record():
            pass

    interrupted(house, a_build_is_tagged)
    assert house.state() is State.APPROVED
    assert len(house.excuse().decisions) == 1


def test_news_without_end_is_not_waited_out(house: House) -> None:
    def word(look: Look) -> Fact:
        house.now += timedelta(hours=1)
        house.story.synced("9", house.now)
        house.feed()
        while house.worker()._record():
            pass
        return Decided("epel9", Decision(Action.APPROVE, "smooge", look.at, "fine", None, None))

    with pytest.raises(TransientError, match="news of oldtool keeps coming in"):
        keep_word(house.ledger, house.rulebook, "oldtool", EPEL9, house.now, author="smooge", word=word)
    assert house.excuse().decisions == ()


def test_of_many_at_the_same_time_each_is_kept_whole_or_refused(house: House) -> None:
    def one(author: str, action: Action) -> str:
        try:
            decides(house, author, action)
        except NotNow as refused:
            return "recorded" if "is recorded" in str(refused) else "refused"
        except TransientError:
            return "refused"
        return "recorded"

    people = [("smooge", Action.APPROVE), ("rita", Action.REJECT)] * 3
    done = at_once(*(lambda who=who, what=what: one(who, what) for who, what in people))
    log = house.excuse().decisions
    assert 1 <= len(log) == done.count("recorded")
    assert [one.ended for one in log][-1] is None
    assert all(one.ended is not None for one in log[:-1])
    assert len({one.at for one in log}) == len(log)


def test_of_several_who_settle_a_post_at_once_each_is_kept_or_refused(house: House) -> None:
    post = house.story.announced("oldtool", "epel9", "mallory", house.now, account=None)
    house.sees()

    def one(author: str, meaning: Meaning) -> str:
        packages = () if meaning is Meaning.OTHER else ("oldtool",)
        wish = Settlement(post.hash, meaning, packages, (EPEL9,) if packages else None, author, "because")
        try:
            settle(house.ledger, house.rulebook, wish, house.now)
        except (NotNow, TransientError):
            return "refused"
        return "kept"

    people = [("smooge", Meaning.RETIREMENT), ("rita", Meaning.OTHER)] * 3
    done = at_once(*(lambda who=who, what=what: one(who, what) for who, what in people))
    settled = [one for one in house.excuse().decisions if one.post == post.hash]
    assert 1 <= len(settled) == done.count("kept")
    assert [one.ended for one in settled].count(None) == 1
    assert settled[-1].ended is None
