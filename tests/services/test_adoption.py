# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody wants to keep the package: from a post in the thread to a retirement that is over (POLICY R5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from epelbot.domain.evidence import PostRead, ThreadSeen
from epelbot.domain.post import Meaning, Post
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Verdict
from epelbot.testing.story import README, Story
from tests.services.house import House

START = datetime(2024, 12, 1, 9, tzinfo=UTC)
ANNOUNCED = datetime(2026, 11, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
OFFER = "Hello,\n\nI would like to take it over.\n\nRegards,\nbob\n"


def announced() -> tuple[Story, Post]:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START, others=("ann",))
    story.shipped("oldtool-1.0-1.el9", START)
    return story, story.announced("oldtool", "epel9", "ann", ANNOUNCED)


def answered(
    story: Story, post: Post, at: datetime = ANNOUNCED + A_DAY, text: str = OFFER, by: str = "bob"
) -> Post:
    return story.posted(f"Re: {post.subject}", text, by, at, in_reply_to=post.message_id)


def offers(house: House) -> set[str | None]:
    """The threads in which an offer is known."""
    reads = [one.fact for one in house.evidence() if isinstance(one.fact, PostRead)]
    return {one.in_thread_of for one in reads if one.reading.meaning is Meaning.ADOPTION}


def test_an_offer_that_names_nothing_speaks_of_what_the_announcement_speaks_of() -> None:
    story, post = announced()
    answered(story, post)
    house = House(story).sees()
    assert house.state() is State.ADOPTION_PROPOSED
    assert house.finding("R5").measured == "paused: bob offered to take it over on 2026-11-02"
    assert offers(house) == {post.hash}


def test_an_answer_to_an_answer_is_in_the_thread_too() -> None:
    story, post = announced()
    between = answered(story, post, text="What a pity.\n", by="eve")
    answered(story, between, ANNOUNCED + 2 * A_DAY)
    assert House(story).sees().state() is State.ADOPTION_PROPOSED


def test_an_offer_whose_message_was_lost_is_found_in_the_archives_thread() -> None:
    story, post = announced()
    told = len(story.messages)
    answered(story, post)
    del story.messages[told:]
    house = House(story).sees()
    assert house.state() is State.ADOPTION_PROPOSED


def test_an_offer_made_after_the_first_look_is_found_at_the_next_one() -> None:
    story, post = announced()
    house = House(story).sees()
    assert house.state() is State.ANNOUNCED
    told = len(story.messages)
    answered(story, post, house.now)
    del story.messages[told:]
    house.later(days=1)
    assert house.state() is State.ADOPTION_PROPOSED


def test_an_answer_that_came_before_the_announcement_was_known_is_read_again() -> None:
    story, post = announced()
    answered(story, post)
    announcement = next(one for one in story.messages if one["topic"].endswith("mailman.receive"))
    story.messages.remove(announcement)
    # The archive cannot tell the thread's beginning while it is away.
    house = House(story)
    story.world.down.add("archive")
    house.sees()
    story.world.down.clear()
    house.feed([announcement])
    house.later(days=1)
    assert house.state() is State.ADOPTION_PROPOSED
    assert post.hash in offers(house)


def test_an_answer_that_is_archived_before_the_announcement_is_read_again() -> None:
    story, _ = announced()
    post = story.announced(
        "oldtool", "epel9", "ann", ANNOUNCED + A_DAY, "It is dead upstream.", archived=False
    )
    story.world.posts = {post.hash: story.world.posts[post.hash]}
    answered(story, post)
    announcements = [one for one in story.messages if one["topic"].endswith("mailman.receive")][:2]
    for one in announcements:
        story.messages.remove(one)
    house = House(story).sees()
    assert offers(house) == {None}, "what it answers is known nowhere"
    story.archive_catches_up(post)
    house.feed([announcements[1]])
    house.later(days=1)
    assert house.state() is State.ADOPTION_PROPOSED
    assert post.hash in offers(house)


def test_the_thread_is_asked_for_once_and_then_only_now_and_then() -> None:
    story, post = announced()
    house = House(story).sees()
    house.work()
    first = [one for one in house.evidence() if isinstance(one.fact, ThreadSeen)]
    assert [one.fact for one in first] == [ThreadSeen(post.hash, ())]
    assert first[0].confirmed == house.now
    house.later(days=1)
    again = [one for one in house.evidence() if isinstance(one.fact, ThreadSeen)]
    assert [(one.happened_at, one.confirmed) for one in again] == [(house.now - A_DAY, house.now)]


def test_nobody_asks_for_the_threads_of_packages_that_stay() -> None:
    story, _ = announced()
    story.package("newtool", "zoe", START)
    story.shipped("newtool-1.0-1.el9", START)
    house = House(story).sees()
    assert not [one for one in house.evidence("newtool") if isinstance(one.fact, ThreadSeen)]


def test_while_the_archive_is_down_nothing_can_be_approved() -> None:
    story, _ = announced()
    story.shipped("oldtool-1.0-2.el9", ANNOUNCED, readme=README)
    house = House(story).sees()
    assert house.state() is State.QUEUED
    story.world.down.add("archive")
    house.later(days=3)
    assert house.verdicts()["R5"] is Verdict.CANNOT_KNOW
    assert house.state() is not State.QUEUED
    story.world.down.clear()
    house.later(hours=1)
    assert house.state() is State.QUEUED


def test_the_new_maintainer_is_asked_and_the_word_in_the_thread_ends_it() -> None:
    story, post = announced()
    story.given("oldtool", "bob", ANNOUNCED + 2 * A_DAY)
    house = House(story, now=ANNOUNCED + 3 * A_DAY).sees()
    assert house.state() is State.ADOPTION_PROPOSED
    assert house.told()[-1] == ("held", "bob", "do you keep oldtool in epel9?")
    answered(story, post, house.now, "I will take it over.\n")
    house.sees_at(house.now + A_DAY)
    assert house.state() is State.ADOPTED
    assert {row[0] for row in house.told()} == {"superseded"}
    assert house.queue() == ()


def test_the_release_manager_ends_a_paused_retirement_by_rejecting_it() -> None:
    story, post = announced()
    answered(story, post)
    house = House(story).sees()
    house.decide(Action.REJECT, reason="bob takes it over")
    assert house.state() is State.ADOPTED
    story.shipped("oldtool-2.0-1.el9", house.now)
    house.sees_at(house.now + 11 * A_DAY)
    assert house.state() is State.ADOPTED


def test_an_offer_of_which_nothing_comes_does_not_keep_the_release_manager_from_approving() -> None:
    story, post = announced()
    story.shipped("oldtool-1.0-2.el9", ANNOUNCED, readme=README)
    answered(story, post)
    house = House(story).sees()
    assert house.state() is State.ADOPTION_PROPOSED
    house.decide(Action.APPROVE, reason="bob has not come back")
    assert house.state() is State.APPROVED
