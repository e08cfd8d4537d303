# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Departures that messages tell, and the same ones that look-ups alone find."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure, How
from epelbot.domain.evidence import BranchSeen
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Verdict
from epelbot.policy.violations import VIOLATIONS
from epelbot.ports import Sources
from epelbot.services.sweep import Sweep
from epelbot.testing.story import README, Story
from tests.services.house import House

START = datetime(2024, 6, 3, 12, tzinfo=UTC)
LEAVES = datetime(2026, 10, 1, 12, tzinfo=UTC)
EPEL9 = Collection(9)
TODAY = datetime(2026, 10, 20, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)


def lives(*, since: datetime = START) -> Story:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", since)
    story.shipped("oldtool-1.0-1.el9", since)
    return story


def blocked(story: Story) -> None:
    story.blocked("oldtool", "epel9", LEAVES, by="mallory")


def untagged(story: Story) -> None:
    story.untagged("oldtool-1.0-1.el9", "epel9", LEAVES, by="mallory")


def killed(story: Story) -> None:
    story.killed("oldtool", "epel9", "mallory", LEAVES, "Nobody uses it")


def as_automation_does(story: Story) -> None:
    killed(story)
    story.untagged("oldtool-1.0-1.el9", "epel9", LEAVES + A_DAY)
    story.blocked("oldtool", "epel9", LEAVES + A_DAY)


WAYS = [blocked, untagged, killed, as_automation_does]


def seen_from_messages(story: Story, then: Callable[[Story], None]) -> House:
    """A house that was there all the time."""
    house = House(story, now=START)
    house.sees_at(LEAVES - A_DAY)
    then(story)
    return house.sees_at(TODAY)


def found_by_looking(story: Story, then: Callable[[Story], None]) -> House:
    """A house that heard of the package once, and then nothing but its own look-ups."""
    first = story.messages[:1]
    then(story)
    house = House(story, now=TODAY)
    house.feed(first)
    # The listing exists from its first look on, and the list is read before anybody is accused of silence.
    read_list(house)
    house.work()
    return house


def read_list(house: House) -> None:
    archive = Sources(archive=house.sources.archive)
    Sweep(house.ledger, house.rulebook, archive, lambda: house.now).run([EPEL9])


def judged(house: House) -> dict[str, Verdict]:
    return {one.rule: one.verdict for one in house.excuse().findings if one.rule in VIOLATIONS}


def left(excuse: Excuse) -> Departure:
    assert excuse.departure is not None
    return excuse.departure


@pytest.mark.parametrize("way", WAYS)
def test_a_departure_is_seen_from_messages_and_by_looking_alike(way: Callable[[Story], None]) -> None:
    told = seen_from_messages(lives(), way)
    found = found_by_looking(lives(), way)
    for house in (told, found):
        assert judged(house) == dict.fromkeys(("V2", "V3", "V4"), Verdict.VIOLATED)
    assert left(told.excuse()).at == left(found.excuse()).at
    assert [(act.how, act.at, act.where) for act in left(told.excuse()).acts] == [
        (act.how, act.at, act.where) for act in left(found.excuse()).acts
    ]
    by = {act.by and act.by.lower() for act in left(found.excuse()).acts}
    assert by == {act.by for act in left(told.excuse()).acts}
    assert "mallory" in by


def test_v1_is_seen_from_messages_and_by_looking_alike() -> None:
    since = LEAVES - timedelta(days=60)
    story = lives(since=since)
    house = House(story, now=since)
    house.sees_at(LEAVES - A_DAY)
    blocked(story)
    assert judged(house.sees_at(TODAY))["V1"] is Verdict.VIOLATED
    assert judged(found_by_looking(lives(since=since), blocked))["V1"] is Verdict.VIOLATED


def test_v5_is_seen_from_messages_and_by_looking_alike() -> None:
    def opens() -> Story:
        story = Story()
        story.opens("epel10.0")
        since = datetime(2025, 3, 3, 12, tzinfo=UTC)
        story.package("oldtool", "ann", since, branches=("epel10.0",))
        story.shipped("oldtool-1.0-1.el10_0", since, tag="epel10.0")
        return story

    def leaves(story: Story) -> None:
        story.killed("oldtool", "epel10.0", "mallory", datetime(2025, 7, 1, 12, tzinfo=UTC))
        story.blocked("oldtool", "epel10.0", datetime(2025, 7, 2, 12, tzinfo=UTC))

    today = datetime(2025, 8, 1, 12, tzinfo=UTC)
    told = House(opens(), now=today)
    leaves(told.story)
    told.sees()
    found = House(opens(), now=today)
    first = found.story.messages[:1]
    leaves(found.story)
    found.feed(first)
    found.work()
    for house in (told, found):
        excuse = house.excuse(collection="epel10.0")
        assert {one.rule: one.verdict for one in excuse.findings} == {"V5": Verdict.VIOLATED}
        assert left(excuse).at == datetime(2025, 7, 2, 12, tzinfo=UTC)


def test_a_final_build_that_was_untagged_is_read_all_the_same() -> None:
    story = lives()
    story.announced("oldtool", "epel9", "ann", LEAVES - timedelta(days=40))
    story.shipped("oldtool-1.0-2.el9", LEAVES - timedelta(days=30), readme=README)

    def leaves(story: Story) -> None:
        for nvr in ("oldtool-1.0-1.el9", "oldtool-1.0-2.el9"):
            story.untagged(nvr, "epel9", LEAVES)

    assert judged(found_by_looking(story, leaves)) == {
        # The archive has the post, and knows no accounts.
        "V2": Verdict.OTHERS_MUST_ACT,
        "V4": Verdict.VIOLATED,
    }


def test_an_approved_retirement_is_none() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(LEAVES - timedelta(days=50))
    story.announced("oldtool", "epel9", "ann", LEAVES - timedelta(days=40))
    story.shipped("oldtool-1.0-2.el9", LEAVES - timedelta(days=30), readme=README)
    house.sees_at(LEAVES - timedelta(days=5))
    house.decide(Action.APPROVE)
    as_automation_does(story)
    story.untagged("oldtool-1.0-2.el9", "epel9", LEAVES + A_DAY)
    assert judged(house.sees_at(TODAY)) == {}
    assert house.excuse().verdict is Verdict.OK


def test_within_the_grace_nothing_has_happened_and_taken_out_again_it_never_did() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(LEAVES - A_DAY)
    killed(story)
    house.sees_at(LEAVES + A_DAY)
    assert judged(house) == {}
    assert any("it counts as gone, unless" in note for note in house.excuse().notes)
    story.revived("oldtool", "epel9", "ann", LEAVES + timedelta(hours=30))
    house.sees_at(TODAY)
    assert judged(house) == {}
    assert house.excuse().notes == ()


def test_the_grace_ends_by_itself() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(LEAVES - A_DAY)
    killed(story)
    house.sees_at(LEAVES + A_DAY)
    house.sees_at(LEAVES + 3 * A_DAY)
    assert judged(house)["V4"] is Verdict.VIOLATED


def test_undone_it_is_closed_though_the_message_was_lost() -> None:
    story = lives()
    house = seen_from_messages(story, as_automation_does)
    assert judged(house)
    story.revived("oldtool", "epel9", "ann", TODAY)
    story.unblocked("oldtool", "epel9", TODAY)
    story.tagged("oldtool-1.0-1.el9", "epel9", TODAY)
    house.misses()
    house.later(days=2)
    assert judged(house) == {}
    assert house.excuse().verdict is Verdict.OK


def test_a_branch_that_replays_old_history_is_none() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(LEAVES - A_DAY)
    killed(story)
    story.revived("oldtool", "epel9", "ann", LEAVES + timedelta(seconds=1))
    story.killed("oldtool", "epel9", "mallory", LEAVES + timedelta(seconds=2))
    # All that was sent again, in a push that left the tip as it had been: alive.
    del story.world.dead_packages["oldtool", "epel9"]
    house.sees_at(TODAY)
    assert judged(house) == {}
    assert any(isinstance(one.fact, BranchSeen) for one in house.evidence())


def test_while_dist_git_is_silent_a_push_is_neither_a_violation_nor_forgotten() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(LEAVES - A_DAY)
    killed(story)
    story.world.down.add("dist-git")
    house.sees_at(LEAVES + timedelta(hours=60))
    assert set(judged(house).values()) == {Verdict.CANNOT_KNOW}
    story.world.down.clear()
    house.later(days=1)
    assert judged(house)["V4"] is Verdict.VIOLATED


def test_a_push_that_is_recorded_only_after_dist_git_was_asked_has_the_branch_looked_at() -> None:
    """The message was received before, so that by its time the answer might have known of it."""
    story = lives()
    house = House(story, now=LEAVES - A_DAY).sees()
    killed(story)
    house.now = LEAVES + timedelta(hours=1)
    house.feed()
    story.revived("oldtool", "epel9", "ann", LEAVES + timedelta(hours=2))
    house.misses()
    house.now = TODAY
    Sweep(house.ledger, house.rulebook, house.sources, lambda: house.now).run()
    house.work()
    assert house.excuse().departure is None
    assert house.excuse().verdict is Verdict.OK


def test_a_branch_is_looked_at_only_where_something_says_that_it_may_be_dead() -> None:
    story = lives()
    house = House(story, now=START)
    house.sees_at(TODAY)
    assert not any(isinstance(one.fact, BranchSeen) for one in house.evidence())


def test_dead_package_text_is_one_clean_line() -> None:
    story = lives()
    house = seen_from_messages(
        story, lambda one: one.killed("oldtool", "epel9", "mallory", LEAVES, "gone\n\x1b[31mfor good")
    )
    (act,) = left(house.excuse()).acts
    assert act.text == "gone \ufffd[31mfor good"


def test_the_queue_shows_what_left_against_the_rules_until_it_is_back() -> None:
    story = lives()
    house = seen_from_messages(story, blocked)
    assert [one.package for one in house.queue()] == ["oldtool"]
    story.unblocked("oldtool", "epel9", TODAY)
    house.sees_at(TODAY + A_DAY)
    assert house.queue() == ()


def test_a_dead_branch_stands_in_the_queue_before_koji_knows_of_it() -> None:
    house = seen_from_messages(lives(), killed)
    (excuse,) = house.queue()
    assert excuse.retirement is None
    assert excuse.verdict is Verdict.VIOLATED


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0, 1, 3]), st.booleans())
def test_the_order_of_messages_repetition_and_loss_make_no_difference(
    dice: random.Random, lost: int, online: bool
) -> None:
    """Whatever of the departure's messages comes in, and in which order: look-ups fill the gaps."""
    story = lives()
    lived = len(story.messages)
    as_automation_does(story)
    leaving = story.messages[lived:]
    dice.shuffle(leaving)
    heard = [*story.messages[:lived], *leaving[lost if online else 0 :], *leaving[:2]]
    dice.shuffle(heard)
    house = House(story, now=TODAY, online=online)
    for message in heard:
        house.feed([message])
        if dice.random() < 0.1:
            house.work()
    house.work()
    assert {rule for rule, verdict in judged(house).items() if verdict is Verdict.VIOLATED} == (
        {"V2", "V3", "V4"} if online else {"V2", "V4"}
    )
    excuse = house.excuse()
    assert left(excuse).at == LEAVES + A_DAY
    # Without look-ups nobody knows what stands at the tip of the branch.
    killer = [act.by for act in left(excuse).acts if act.how is How.DEAD_PACKAGE]
    assert [by and by.lower() for by in killer] == (["mallory"] if online else [])


# Telling


def told_of_departure(house: House) -> list[tuple[str, str]]:
    return [
        (status, to) for status, to, subject in house.told() if subject.startswith("oldtool has left epel9")
    ]


def test_maintainer_and_release_manager_are_told_once_while_time_passes() -> None:
    house = seen_from_messages(lives(), as_automation_does)
    assert sorted(told_of_departure(house)) == [("held", "ann"), ("held", "epel-releng")]
    for _ in range(5):
        house.later(days=20)
    assert len(told_of_departure(house)) == 2


def test_a_late_post_does_not_have_it_told_again() -> None:
    story = lives()
    house = seen_from_messages(story, as_automation_does)
    story.announced("oldtool", "epel9", "ann", TODAY)
    house.sees_at(TODAY + A_DAY)
    assert "V2" not in judged(house)
    assert [one for one in told_of_departure(house) if one[0] == "held"] == [
        ("held", "epel-releng"),
        ("held", "ann"),
    ]


def test_undone_before_it_was_sent_the_mail_is_superseded() -> None:
    story = lives()
    house = seen_from_messages(story, blocked)
    story.unblocked("oldtool", "epel9", TODAY)
    house.sees_at(TODAY + A_DAY)
    assert {status for status, _ in told_of_departure(house)} == {"superseded"}


def test_a_retirement_from_before_the_policy_that_leaves_against_it_is_told() -> None:
    story = lives()
    house = House(story, now=START)
    house.rulebook = replace(house.rulebook, in_force_from=LEAVES.date())
    house.sees_at(LEAVES - timedelta(days=40))
    story.announced("oldtool", "epel9", "ann", LEAVES - timedelta(days=30))
    house.sees_at(LEAVES - timedelta(days=5))
    assert house.mails() == []
    blocked(story)
    house.sees_at(TODAY)
    assert len(told_of_departure(house)) == 2


def test_what_left_before_the_policy_is_told_to_nobody() -> None:
    story = lives()
    house = House(story, now=START)
    house.rulebook = replace(house.rulebook, in_force_from=LEAVES.date() + A_DAY)
    house.sees_at(LEAVES - A_DAY)
    blocked(story)
    house.sees_at(TODAY)
    assert house.mails() == []
    assert house.excuse().verdict is Verdict.OK
