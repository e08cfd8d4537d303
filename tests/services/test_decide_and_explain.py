# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions: who may make them, when, for what, and when they die. And explain, for today and any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, Decision, State
from epelbot.domain.verdict import Verdict
from epelbot.errors import BadInput
from epelbot.services.explain import collections_of, explain
from epelbot.services.keep_word import NotNow
from epelbot.testing.story import README, Story, whole_retirement
from tests.services.house import TODAY, House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = START + timedelta(days=730)
A_DAY = timedelta(days=1)


def queued() -> House:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    house = House(story).sees()
    assert house.state() is State.QUEUED
    return house


def announced() -> House:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    story.announced("oldtool", "epel9", "ann", END)
    return House(story).sees()


# Who and why


def test_where_nobody_is_release_manager_nobody_decides() -> None:
    house = queued()
    house.rulebook = replace(house.rulebook, profile=Profile())
    with pytest.raises(BadInput, match=r"nobody is release manager here; name the accounts in roles\."):
        house.decide(Action.APPROVE)


def test_a_decision_carries_its_author_time_reason_and_object() -> None:
    house = queued()
    excuse = house.decide(Action.APPROVE, reason="it has done\n  all it should")
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.APPROVED
    decision = excuse.retirement.decision
    assert decision == Decision(
        Action.APPROVE,
        "smooge",
        TODAY,
        "it has done all it should",
        excuse.retirement.post,
        "oldtool-1.0-2.el9",
    )
    assert excuse == house.excuse()


def test_only_a_release_manager_decides() -> None:
    with pytest.raises(BadInput, match=r"^ann is no release manager; smooge may decide$"):
        queued().decide(Action.APPROVE, author="ann")


@pytest.mark.parametrize("reason", ["", "  \n ", "\x1b[2J"])
def test_a_decision_needs_a_reason_in_plain_words(reason: str) -> None:
    with pytest.raises(BadInput, match="reason"):
        queued().decide(Action.APPROVE, reason=reason)


# When


def test_only_what_is_complete_can_be_approved_or_deferred() -> None:
    house = announced()
    for action in (Action.APPROVE, Action.DEFER):
        with pytest.raises(NotNow, match=f"is announced, so you cannot {action.value} it; 'epelbot"):
            house.decide(action, minor="9.10")
    house.decide(Action.REJECT)
    assert house.state() is State.REJECTED
    with pytest.raises(NotNow, match="is rejected and not complete, so you cannot approve it"):
        house.decide(Action.APPROVE)


def test_nothing_is_decided_of_a_package_that_is_unknown_or_stays() -> None:
    house = queued()
    house.story.package("thriving", "bob", START)
    house.story.shipped("thriving-1-1.el9", START)
    house.sees()
    with pytest.raises(NotNow, match="is not known in epel9"):
        house.decide(Action.APPROVE, package="nosuch")
    with pytest.raises(NotNow, match="nobody wants to retire thriving from epel9"):
        house.decide(Action.REJECT, package="thriving")


def test_nothing_is_approved_while_a_source_is_silent() -> None:
    house = queued()
    house.story.world.down.add("koji")
    house.later(days=3)
    with pytest.raises(NotNow):
        house.decide(Action.APPROVE)


def test_a_decision_can_be_changed() -> None:
    house = queued()
    for action, state in (
        (Action.APPROVE, State.APPROVED),
        (Action.DEFER, State.DEFERRED),
        (Action.REJECT, State.REJECTED),
        (Action.APPROVE, State.APPROVED),
    ):
        house.later(days=1)
        house.decide(action, minor="9.10" if action is Action.DEFER else None)
        assert house.state() is state


# Deferrals


@pytest.mark.parametrize("minor", ["9.9", "9.10"])
def test_a_deferral_names_the_minor_that_it_is_put_off_to(minor: str) -> None:
    excuse = queued().decide(Action.DEFER, minor=minor)
    assert excuse.retirement is not None
    assert excuse.retirement.earliest_compose is not None
    assert excuse.retirement.earliest_compose.minor == minor


@pytest.mark.parametrize(
    ("minor", "why"),
    [
        ("9.11", "whose last minor is 9.10"),
        ("8.10", "can be deferred"),
        ("10.3", "can be deferred"),
        ("9", "no minor release"),
        ("nine", "no minor release"),
        ("9.8", "9.8 is no minor to come"),
        ("9.0", "9.0 is no minor to come"),
        (None, "--to"),
    ],
)
def test_a_deferral_to_a_minor_that_cannot_be_is_refused(minor: str | None, why: str) -> None:
    house = queued()
    with pytest.raises(BadInput, match=why):
        house.decide(Action.DEFER, minor=minor)
    assert house.state() is State.QUEUED, "nothing is half-written"


# Death


def test_an_approval_dies_with_a_newer_build_and_does_not_come_back() -> None:
    house = queued()
    house.decide(Action.APPROVE)
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.story.submitted("C", "oldtool-1.1-1.el9", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.state() is State.ANNOUNCED
    house.story.unpushed("C", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.state() is State.QUEUED, "to be decided anew"


def test_nothing_is_decided_on_what_is_no_more() -> None:
    house = queued()
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.story.submitted("C", "oldtool-1.1-1.el9", house.now)
    house.feed()
    while house.worker()._record():
        pass
    with pytest.raises(NotNow, match="is announced, so you cannot approve it"):
        # The excuse that the person saw is older than this build.
        house.decide(Action.APPROVE)


# Explain


def test_explain_follows_the_story_day_by_day() -> None:
    house = queued()

    def state(at: datetime) -> State | None:
        retirement = house.excuse(at=at.date()).retirement
        return None if retirement is None else retirement.state

    assert [state(END + n * A_DAY) for n in (-1, 0, 2, 3, 11, 12)] == [
        None,
        State.ANNOUNCED,
        State.FINAL_BUILD,
        State.FINAL_BUILD,
        State.FINAL_BUILD,
        State.IN_UPDATES,
    ]
    assert state(TODAY) is State.QUEUED


def test_a_day_before_the_entry_has_nothing_to_show() -> None:
    excuse = queued().excuse(at=date(2024, 10, 1))
    assert (excuse.findings, excuse.lifetime, excuse.retirement) == ((), None, None)


def test_a_day_to_come_assumes_nothing_new() -> None:
    excuse = queued().excuse(at=date(2027, 6, 1))
    assert excuse.as_of == date(2027, 6, 1)
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.QUEUED


def test_explain_asks_no_source() -> None:
    house = queued()
    house.story.world.down.update({"koji", "bodhi", "dist-git", "archive"})
    assert house.excuse().verdict is Verdict.OTHERS_MUST_ACT


def test_an_unknown_package_has_no_excuse() -> None:
    house = queued()
    assert explain(house.ledger, house.rulebook, "nosuch", Collection(9), house.now) is None
    assert collections_of(house.ledger, "nosuch") == ()
    assert collections_of(house.ledger, "oldtool") == (Collection(9),)


def test_what_has_left_is_no_longer_in_the_queue() -> None:
    house = queued()
    house.decide(Action.APPROVE)
    assert [one.package for one in house.queue()] == ["oldtool"]
    for nvr in ("oldtool-1.0-1.el9", "oldtool-1.0-2.el9"):
        house.story.untagged(nvr, "epel9", house.now)
    house.story.blocked("oldtool", "epel9", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.state() is State.RETIRED
    assert house.queue() == ()


def test_the_queue_stands_by_collection_and_package() -> None:
    story = Story()
    story.opens("epel8", "epel9")
    for package, collection in (("b", "epel9"), ("c", "epel8"), ("a", "epel9")):
        story.package(package, "ann", START, branches=[collection])
        story.shipped(f"{package}-1-1.el{collection[4:]}", START, tag=collection, readme=README)
    house = House(story).sees()
    assert [(one.collection.name, one.package) for one in house.queue()] == [
        ("epel8", "c"),
        ("epel9", "a"),
        ("epel9", "b"),
    ]
