# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate for scripts: yes only when everything at once allows it, and never on a silent source's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.retirement import Action, State
from epelbot.errors import TransientError
from epelbot.ledger import inbox
from epelbot.policy.gate import Answer, Gate, Ground
from epelbot.services.gate import ask_gate
from epelbot.services.keep_word import NotNow
from epelbot.services.record import record_messages
from epelbot.testing.story import README, Story, whole_retirement
from epelbot.wording.gate_text import gate_json, gate_text
from tests.services.house import House

# Entered while 9.3 was the newest: owed until 9.5 came out. Complete in March 2026, before 9.8.
START = datetime(2024, 3, 1, 9, tzinfo=UTC)
COMPLETE = datetime(2026, 4, 1, 9, tzinfo=UTC)
GA_OF_9_8 = datetime(2026, 5, 20, tzinfo=UTC)
A_DAY = timedelta(days=1)
SOURCES = ("koji", "bodhi", "dist-git", "archive")
PAIRS = [set(pair) for pair in combinations(SOURCES, 2)]


def queued(*, at: datetime = COMPLETE, start: datetime = START) -> House:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=start)
    return House(story, now=at).sees()


def approved(*, at: datetime = COMPLETE) -> House:
    house = queued(at=at)
    house.decide(Action.APPROVE, reason="as announced")
    return house


def due() -> House:
    house = approved()
    return house.sees_at(GA_OF_9_8)


def gate(house: House, package: str = "oldtool", collection: str = "epel9") -> Gate:
    found = ask_gate(house.ledger, house.rulebook, package, Collection.parse(collection), house.now)
    assert found is not None
    return found[1]


def said(house: House, package: str = "oldtool", collection: str = "epel9") -> str:
    found = ask_gate(house.ledger, house.rulebook, package, Collection.parse(collection), house.now)
    assert found is not None
    return gate_text(*found)


# Yes


def test_an_approved_package_may_go_once_the_minor_of_its_compose_is_out() -> None:
    house = approved()
    house.sees_at(GA_OF_9_8 - timedelta(seconds=1))
    assert (gate(house).answer, gate(house).ground) == (Answer.NO, Ground.HELD)
    assert said(house) == (
        "No: approved by smooge on 2026-04-01, but oldtool in epel9 may leave only with RHEL 9.8, "
        "expected about 2026-05-12 and overdue."
    )
    house.sees_at(GA_OF_9_8)
    assert (gate(house).answer, gate(house).ground) == (Answer.YES, Ground.DUE)
    assert said(house) == (
        "Yes: approved by smooge on 2026-04-01, and oldtool in epel9 may leave with RHEL 9.8, 2026-05-20."
    )


def test_a_major_without_further_minors_lets_go_from_the_end_of_the_commitment_on() -> None:
    story = Story()
    story.opens("epel8")
    story.package("oldtool", "ann", START, branches=("epel8",))
    story.shipped("oldtool-1.0-1.el8", START, tag="epel8")
    story.announced("oldtool", "epel8", "ann", COMPLETE - 30 * A_DAY)
    story.shipped("oldtool-1.0-2.el8", COMPLETE - 20 * A_DAY, tag="epel8", readme=README)
    house = House(story, now=COMPLETE).sees()
    assert gate(house, collection="epel8").ground is Ground.NOT_APPROVED
    house.decide(Action.APPROVE, collection="epel8")
    assert gate(house, collection="epel8").ground is Ground.DUE


def test_nothing_is_owed_in_a_closed_collection() -> None:
    story = Story()
    story.opens("epel7")
    story.package("oldtool", "ann", datetime(2016, 1, 1, tzinfo=UTC), branches=("epel7",))
    story.shipped("oldtool-1.0-1.el7", datetime(2016, 1, 2, tzinfo=UTC), tag="epel7")
    house = House(story, now=datetime(2024, 6, 30, 23, 59, tzinfo=UTC)).sees()
    assert gate(house, collection="epel7").ground is Ground.STAYS, "its last day is still supported"
    house.sees_at(datetime(2024, 7, 1, tzinfo=UTC))
    assert gate(house, collection="epel7") == Gate(Answer.YES, Ground.CLOSED)
    assert said(house, collection="epel7") == "Yes: epel7 is closed, so nothing is owed to anybody there."


def test_what_left_with_an_approval_may_be_blocked() -> None:
    house = due()
    leaves(house)
    assert house.state() is State.RETIRED
    assert (gate(house).answer, gate(house).ground) == (Answer.YES, Ground.LEFT_APPROVED)
    assert said(house) == (
        "Yes: oldtool in epel9 has left already. Approved by smooge on 2026-04-01, and nothing is owed any "
        "more."
    )


# No


def leaves(house: House) -> None:
    for nvr in ("oldtool-1.0-1.el9", "oldtool-1.0-2.el9"):
        house.story.untagged(nvr, "epel9", house.now)
    house.sees_at(house.now + A_DAY)


def test_what_left_without_an_approval_is_not_made_final() -> None:
    house = queued()
    leaves(house)
    assert gate(house) == Gate(Answer.NO, Ground.LEFT)


def test_nobody_wants_to_retire_it() -> None:
    story = Story()
    story.opens("epel9")
    story.package("thriving", "grace", START)
    story.shipped("thriving-1.0-1.el9", START)
    house = House(story).sees()
    assert gate(house, "thriving") == Gate(Answer.NO, Ground.STAYS)


def test_what_is_complete_but_not_approved_stays() -> None:
    house = queued()
    assert (gate(house).answer, gate(house).ground) == (Answer.NO, Ground.NOT_APPROVED)
    assert said(house).startswith(
        "No: it is not approved. The retirement of oldtool in epel9 is complete and waits for the release "
        "manager. L2: "
    )


@pytest.mark.parametrize("action", [Action.DEFER, Action.REJECT])
def test_what_was_deferred_or_rejected_stays(action: Action) -> None:
    house = approved()
    house.later(hours=1)
    house.decide(action, minor="9.10" if action is Action.DEFER else None)
    house.sees_at(GA_OF_9_8)
    assert gate(house).ground is Ground.NOT_APPROVED


def test_an_approval_that_died_with_a_newer_build_opens_nothing() -> None:
    house = due()
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.story.submitted("C", "oldtool-1.1-1.el9", house.now)
    house.sees_at(house.now + A_DAY)
    assert gate(house).answer is Answer.NO


def test_a_projected_day_that_has_come_is_no_compose() -> None:
    """9.9 was expected on 2026-11-20 and nobody knows that it is out."""
    house = queued(at=GA_OF_9_8 + A_DAY)
    house.decide(Action.APPROVE)
    house.sees_at(datetime(2027, 2, 1, tzinfo=UTC))
    assert (gate(house).answer, gate(house).ground) == (Answer.NO, Ground.HELD)


def test_an_approval_before_the_end_of_the_commitment_waits_for_it() -> None:
    house = queued(start=datetime(2024, 10, 1, 9, tzinfo=UTC), at=datetime(2026, 11, 1, tzinfo=UTC))
    house.rulebook = replace(
        house.rulebook,
        profile=replace(
            house.rulebook.profile,
            lifetime=replace(house.rulebook.profile.lifetime, months=40, minor_releases=9),
        ),
    )
    house.later(days=1)
    house.decide(Action.APPROVE)
    assert gate(house).answer is Answer.NO
    assert "owed until" in said(house)


def test_an_unknown_package_has_no_excuse_to_answer_with() -> None:
    house = queued()
    assert ask_gate(house.ledger, house.rulebook, "nosuch", Collection(9), house.now) is None


def test_approving_twice_says_who_did_it_first() -> None:
    house = approved()
    with pytest.raises(
        NotNow,
        match=r"^oldtool in epel9 is approved already, by smooge on 2026-04-01 09:00 UTC: as announced;",
    ):
        house.decide(Action.APPROVE)


# Cannot know


@pytest.mark.parametrize("source", SOURCES)
def test_an_outage_on_the_day_is_told_and_ends_with_it(source: str) -> None:
    house = due()
    assert gate(house).answer is Answer.YES
    house.story.world.down.add(source)
    # The archive is asked only when there is a post to read.
    house.story.posted("Something else", "Hello.\n", "bob", house.now)
    house.sees_at(house.now + A_DAY)
    assert (gate(house).answer, gate(house).ground) == (Answer.CANNOT_KNOW, Ground.SILENT)
    assert f"{source} fails since" in said(house)
    house.story.world.down.clear()
    house.later(days=1)
    assert gate(house).answer is Answer.YES


def test_a_long_outage_makes_rules_blind() -> None:
    house = due()
    house.story.world.down.add("koji")
    house.later(days=3)
    assert (gate(house).answer, gate(house).ground) == (Answer.CANNOT_KNOW, Ground.BLIND)
    assert said(house).startswith("Cannot know: what oldtool in epel9 rests on cannot be seen now. L1")


def _from_the_beginning(down: set[str]) -> House:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    story.world.down |= down
    house = House(story, now=COMPLETE).sees()
    _approve_if_one_can(house)
    return house.sees_at(GA_OF_9_8)


def _since_it_was_queued(down: set[str]) -> House:
    house = queued()
    house.story.world.down |= down
    house.later(hours=13)
    _approve_if_one_can(house)
    return house.sees_at(GA_OF_9_8)


def _since_it_was_approved(down: set[str]) -> House:
    house = approved()
    house.story.world.down |= down
    return house.sees_at(GA_OF_9_8)


def _since_it_was_due(down: set[str]) -> House:
    house = due()
    house.story.world.down |= down
    house.later(days=1)
    return house


def _for_a_long_time(down: set[str]) -> House:
    house = _since_it_was_due(down)
    house.later(days=20)
    return house


def _while_the_package_changes(down: set[str]) -> House:
    """A newer build and a newer owner, of which no message came through."""
    house = due()
    house.story.world.down |= down
    house.story.given("oldtool", "bob", house.now)
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.story.submitted("C", "oldtool-1.1-1.el9", house.now)
    house._fed = len(house.story.messages)
    house.later(days=1)
    return house


def _approve_if_one_can(house: House) -> None:
    try:
        house.decide(Action.APPROVE)
    except NotNow:
        assert house.state() is not State.QUEUED


@pytest.mark.parametrize("down", PAIRS, ids=lambda pair: "+".join(sorted(pair)))
@pytest.mark.parametrize(
    "goes_down",
    [
        _from_the_beginning,
        _since_it_was_queued,
        _since_it_was_approved,
        _since_it_was_due,
        _for_a_long_time,
        _while_the_package_changes,
    ],
)
def test_two_sources_down_at_once_never_lead_to_may_retire(
    goes_down: Callable[[set[str]], House], down: set[str]
) -> None:
    house = goes_down(down)
    assert gate(house).answer is not Answer.YES
    assert not said(house).startswith("Yes")


def test_without_an_outage_the_same_stories_end_in_a_yes() -> None:
    """So that the test above can fail."""
    for lives in (_from_the_beginning, _since_it_was_queued, _since_it_was_approved, _since_it_was_due):
        assert gate(lives(set())).answer is Answer.YES
    assert gate(_while_the_package_changes(set())).answer is Answer.NO


# News that is not in the excuse yet


def not_seen_yet(house: House) -> str:
    """Why the gate does not know, when nothing but news keeps it from a yes."""
    assert (gate(house).answer, gate(house).ground) == (Answer.CANNOT_KNOW, Ground.NEWS)
    return said(house)


def test_a_message_that_nobody_has_worked_on_may_be_about_it() -> None:
    house = due()
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.feed()
    assert not_seen_yet(house) == (
        "Cannot know: approved by smooge on 2026-04-01, and its day has come, but not everything is in that "
        "yet: 2 messages that may be about it wait since 2026-05-20 00:00 UTC; ask again in a moment, or see "
        "with 'epelbot doctor' why nobody works."
    )
    house.work()
    assert gate(house).answer is Answer.YES


def test_a_message_about_another_package_is_no_news_of_this_one() -> None:
    house = due()
    house.story.package("liboldtool", "eve", house.now)
    house.story.built("liboldtool-1.1-1.el9", house.now)
    house.feed()
    assert gate(house).answer is Answer.YES


def test_a_post_that_was_told_of_and_not_read_may_be_about_it() -> None:
    house = due()
    house.story.posted("Hello", "I keep it.\n", "ann", house.now)
    house.feed()
    assert "a message that may be about it waits" in not_seen_yet(house)
    record_messages(house.ledger, house.now, 9)
    assert "a post that may be about it is not read yet (since 2026-05-20 00:00 UTC)" in not_seen_yet(house)
    house.work()
    assert gate(house).answer is Answer.YES


@pytest.mark.parametrize(("subject", "counts"), [("About oldtool", True), ("Lunch", False)])
def test_a_post_whose_text_is_awaited_counts_if_its_subject_names_the_package(
    subject: str, counts: bool
) -> None:
    house = due()
    house.story.posted(subject, "I keep it.\n", "ann", house.now, archived=False)
    house.sees()
    assert gate(house).answer is (Answer.CANNOT_KNOW if counts else Answer.YES)


def test_an_answer_whose_text_is_awaited_counts() -> None:
    house = due()
    begun = next(iter(house.story.world.posts.values()))
    answer = house.story.posted(
        "Re: it", "I keep it.\n", "bob", house.now, in_reply_to=begun.message_id, archived=False
    )
    house.sees()
    assert "a post that may be about it is not read yet" in not_seen_yet(house)
    house.story.archive_catches_up(answer)
    house.later(hours=1)
    assert gate(house).answer is Answer.YES, "an answer that says nothing"


def parked(house: House, body: bytes) -> None:
    """A message that no worker will understand."""
    with house.ledger.write() as connection:
        inbox.store(connection, [inbox.Arrival(body.hex(), "t", body, "no JSON")], house.now)


def test_a_parked_message_that_names_the_package_counts_until_the_sources_have_been_asked() -> None:
    house = due()
    parked(house, b"{ liboldtool")
    assert gate(house).answer is Answer.YES
    parked(house, b"{ oldtool-1.1-1.el9")
    assert "a message names it and was not understood since 2026-05-20 00:00 UTC" in not_seen_yet(house)
    house.later(days=1)
    assert gate(house).answer is Answer.YES


def test_more_messages_than_anybody_can_look_into_are_news_of_every_package() -> None:
    house = due()
    with house.ledger.write() as connection:
        many = [inbox.Arrival(str(number), "t", b"{}", "no JSON") for number in range(2_001)]
        inbox.store(connection, many, house.now)
    assert "2001 messages name it" in not_seen_yet(house)


def test_a_listing_that_is_due_is_looked_at_first() -> None:
    house = due()
    house.now += timedelta(days=1)
    assert "it is due to be looked at since 2026-05-20 12:00 UTC; ask again in a moment" in not_seen_yet(
        house
    )
    house.work()
    assert gate(house).answer is Answer.YES


def test_news_turns_no_no_into_anything_else() -> None:
    house = queued()
    house.now += timedelta(days=1)
    assert gate(house).ground is Ground.NOT_APPROVED


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DEFER])
def test_nobody_lets_go_of_a_package_while_news_of_it_waits(action: Action) -> None:
    house = queued()
    house.story.built("oldtool-1.1-1.el9", house.now)
    house.feed()
    with pytest.raises(TransientError, match="nothing is decided on oldtool in epel9, since not everything"):
        house.decide(action, minor="9.10" if action is Action.DEFER else None)
    house.work()
    house.decide(action, minor="9.10" if action is Action.DEFER else None)


def test_what_keeps_a_package_may_be_said_at_any_time() -> None:
    house = queued()
    house.now += timedelta(days=1)
    house.decide(Action.REJECT)
    assert house.state() is State.REJECTED


def test_json_is_the_excuse_with_the_answer_beside_it() -> None:
    house = due()
    found = ask_gate(house.ledger, house.rulebook, "oldtool", Collection(9), house.now)
    assert found is not None
    told = gate_json(*found)
    assert (told["may_retire"], told["ground"], told["package"]) == ("yes", "due", "oldtool")
    assert told["because"].startswith("approved by smooge")
    assert told["retirement"]["state"] == "approved"
