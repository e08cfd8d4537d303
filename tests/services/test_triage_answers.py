# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person settles beside retirements: offers, withdrawals, incompatible changes, nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from epelbot.domain.post import Meaning, Post
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Verdict
from epelbot.services.triage import read_as
from epelbot.testing.story import README
from epelbot.wording.triage_text import read_as_text, triage_json, triage_text
from tests.services.house import House
from tests.services.triage_desk import A_DAY, END, EPEL9, settled, unsettled, village, waiting

TAKES_BACK = "I withdraw the retirement of oldtool in epel9.\n"
OFFERS = "oldtool is to be retired from epel9? I will take over oldtool.\n"


def leaving() -> tuple[House, Post]:
    """ann has announced that oldtool leaves."""
    house = village()
    post = house.story.announced("oldtool", "epel9", "ann", END)
    return house.sees(), post


def said(
    house: House,
    text: str,
    by: str,
    *,
    account: str | None = "",
    to: Post | None = None,
    at: datetime = END + A_DAY,
) -> Post:
    """Somebody writes a day later, in the thread of a post or apart from it."""
    post = house.story.posted(
        "Re: Retiring oldtool from epel9" if to else "About oldtool",
        text,
        by,
        at,
        account=account,
        in_reply_to=to.message_id if to else None,
    )
    house.sees()
    return post


def why_not_sure(house: House) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.hash, one.doubts) for one in waiting(house)]


def counts_as(house: House, meaning: Meaning) -> list[str]:
    return [one.hash for one in read_as(house.ledger, house.rulebook, meaning, house.now)]


# A withdrawal


def test_a_withdrawal_by_nobody_that_anybody_knows_waits_and_a_persons_word_ends_the_retirement() -> None:
    house, begun = leaving()
    post = said(house, TAKES_BACK, "ann", account=None, to=begun)
    assert house.finding("R8").verdict is Verdict.OTHERS_MUST_ACT
    assert house.finding("R8").measured == (
        "a post by Ann <ann@fedoraproject.org> on 2026-10-02 may take the retirement back, but the list does "
        "not tell whose account that is"
    )
    assert why_not_sure(house) == [(post.hash, ("the list does not tell whose account that is",))]
    settled(house, post, "oldtool", meaning=Meaning.WITHDRAWAL)
    assert house.state() is State.WITHDRAWN
    assert house.finding("R8").measured == (
        "withdrawn by Ann <ann@fedoraproject.org> on 2026-10-02 (so settled by smooge)"
    )
    assert waiting(house) == ()
    unsettled(house, post)
    assert house.state() is State.ANNOUNCED
    assert why_not_sure(house) == [(post.hash, ("the list does not tell whose account that is",))]


def test_a_withdrawal_outside_the_thread_waits_even_if_a_maintainer_says_so() -> None:
    house, _ = leaving()
    post = said(house, TAKES_BACK, "ann")
    assert house.state() is State.ANNOUNCED
    assert why_not_sure(house) == [(post.hash, ("it stands outside the thread of the announcement",))]
    assert house.finding("R8").verdict is Verdict.OTHERS_MUST_ACT
    settled(house, post, "oldtool", meaning=Meaning.WITHDRAWAL)
    assert house.state() is State.WITHDRAWN


def test_what_a_stranger_takes_back_is_nothing_by_a_persons_word() -> None:
    house, begun = leaving()
    post = said(house, TAKES_BACK, "mallory", to=begun)
    assert why_not_sure(house) == [(post.hash, ("mallory does not maintain the package",))]
    settled(house, post, meaning=Meaning.OTHER)
    assert house.state() is State.ANNOUNCED
    assert "R8" not in house.verdicts()
    assert waiting(house) == ()


def test_a_maintainers_sure_withdrawal_can_be_settled_as_nothing() -> None:
    house, begun = leaving()
    post = said(house, TAKES_BACK, "ann", to=begun)
    assert house.state() is State.WITHDRAWN
    settled(house, post, meaning=Meaning.OTHER)
    assert house.state() is State.ANNOUNCED
    unsettled(house, post)
    assert house.state() is State.WITHDRAWN


def test_a_withdrawal_from_before_the_announcement_takes_nothing_back() -> None:
    house = village()
    post = house.story.posted("oldtool", TAKES_BACK, "ann", END - A_DAY, account=None)
    house.story.announced("oldtool", "epel9", "ann", END)
    house.sees()
    assert waiting(house) == ()
    settled(house, post, "oldtool", meaning=Meaning.WITHDRAWAL)
    assert house.state() is State.ANNOUNCED


def test_a_settled_withdrawal_ends_what_was_approved() -> None:
    house, begun = leaving()
    house.story.shipped("oldtool-1.0-2.el9", END + A_DAY, readme=README)
    house.sees()
    assert house.state() is State.QUEUED
    house.decide(Action.APPROVE)
    post = said(house, TAKES_BACK, "ann", account=None, to=begun, at=house.now)
    settled(house, post, "oldtool", meaning=Meaning.WITHDRAWAL)
    assert house.state() is State.WITHDRAWN


def test_a_second_announcement_is_not_answered_by_what_was_settled_of_the_first() -> None:
    house, begun = leaving()
    post = said(house, TAKES_BACK, "ann", account=None, to=begun)
    settled(house, post, "oldtool", meaning=Meaning.WITHDRAWAL)
    house.story.announced("oldtool", "epel9", "ann", END + 3 * A_DAY)
    house.sees()
    assert house.state() is State.ANNOUNCED


# An offer


def test_an_offer_outside_the_thread_waits_and_a_persons_word_pauses_the_retirement() -> None:
    house, _ = leaving()
    post = said(house, OFFERS, "bob")
    assert house.state() is State.ANNOUNCED
    assert why_not_sure(house) == [(post.hash, ("it stands outside the thread of the announcement",))]
    settled(house, post, "oldtool", meaning=Meaning.ADOPTION)
    assert house.state() is State.ADOPTION_PROPOSED
    assert house.finding("R5").measured == (
        "paused: bob offered to take it over on 2026-10-02 (so settled by smooge)"
    )
    assert waiting(house) == ()
    unsettled(house, post)
    assert house.state() is State.ANNOUNCED


def test_an_offer_in_the_thread_can_be_settled_as_nothing() -> None:
    house, begun = leaving()
    post = said(house, OFFERS, "bob", to=begun)
    assert house.state() is State.ADOPTION_PROPOSED
    settled(house, post, meaning=Meaning.OTHER)
    assert house.state() is State.ANNOUNCED


def test_an_offer_that_the_reader_is_not_sure_of_can_be_settled() -> None:
    house, begun = leaving()
    post = said(house, "I can take it over if nobody else wants it.\n", "bob", to=begun)
    assert house.state() is State.ANNOUNCED
    assert [one.hash for one in waiting(house)] == [post.hash]
    assert "perhaps an offer to take over" in triage_text(waiting(house))
    settled(house, post, "oldtool", meaning=Meaning.ADOPTION)
    assert house.state() is State.ADOPTION_PROPOSED


def test_the_new_maintainers_settled_offer_ends_the_retirement_as_their_clear_word_would() -> None:
    house, _ = leaving()
    house.story.given("oldtool", "bob", END + A_DAY / 2)
    post = said(house, OFFERS, "bob")
    assert house.state() is State.ADOPTION_PROPOSED
    settled(house, post, "oldtool", meaning=Meaning.ADOPTION)
    assert house.state() is State.ADOPTED
    assert house.finding("R5").measured == (
        "taken over, by the word of bob on 2026-10-02 (so settled by smooge)"
    )


def test_a_settled_offer_by_a_from_line_hands_nothing_over() -> None:
    house, begun = leaving()
    house.story.given("oldtool", "bob", END + A_DAY / 2)
    post = said(house, OFFERS, "bob", account=None, to=begun)
    settled(house, post, "oldtool", meaning=Meaning.ADOPTION)
    assert house.state() is State.ADOPTION_PROPOSED


def test_an_offer_where_nobody_leaves_waits_for_nobody() -> None:
    house = village()
    said(house, OFFERS, "bob")
    assert waiting(house) == ()


# An incompatible change


CHANGE = "newtool 2.0 is an incompatible update: the ABI changes, and everything must be rebuilt.\n"


def test_a_clear_announcement_of_a_change_waits_for_nobody_and_can_be_listed() -> None:
    house = village()
    post = house.story.posted("ABI change in newtool for epel9", CHANGE, "ann", END)
    house.sees()
    assert waiting(house) == ()
    assert counts_as(house, Meaning.ABI_CHANGE) == [post.hash]
    assert counts_as(house, Meaning.RETIREMENT) == []
    assert "R1" not in house.verdicts("newtool")


def test_a_change_that_the_reader_is_not_sure_of_waits_and_begins_no_retirement() -> None:
    house = village()
    post = house.story.posted("ABI change in newtool", CHANGE, "ann", END)
    house.sees()
    (one,) = waiting(house)
    assert (one.hash, one.listings) == (post.hash, (("newtool", EPEL9),))
    assert "perhaps an incompatible change" in triage_text((one,))
    assert triage_json((one,))[0]["understood"]["likely"] == "abi-change"
    assert "R1" not in house.verdicts("newtool")


@pytest.mark.parametrize("subject", ["ABI change in newtool?", "newtool news"])
def test_a_change_is_settled_listed_and_taken_back(subject: str) -> None:
    house = village()
    post = house.story.posted(subject, CHANGE + "This is for epel9.\n", "ann", END)
    house.sees()
    settled(house, post, "newtool", meaning=Meaning.ABI_CHANGE)
    assert waiting(house) == ()
    assert counts_as(house, Meaning.ABI_CHANGE) == [post.hash]
    assert house.state("newtool") is None
    (logged,) = house.excuse("newtool").decisions
    assert logged.what == "settle the post of 2026-10-01 as abi-change"
    unsettled(house, post)
    assert counts_as(house, Meaning.ABI_CHANGE) in ([], [post.hash])
    assert house.excuse("newtool").decisions[0].ended is not None


def test_a_post_that_is_settled_otherwise_counts_as_that_alone() -> None:
    house, begun = leaving()
    assert counts_as(house, Meaning.RETIREMENT) == [begun.hash]
    settled(house, begun, "oldtool", meaning=Meaning.ABI_CHANGE)
    assert counts_as(house, Meaning.RETIREMENT) == []
    (one,) = read_as(house.ledger, house.rulebook, Meaning.ABI_CHANGE, house.now)
    assert (one.hash, one.listings, one.doubts) == (begun.hash, (("oldtool", EPEL9),), ())
    assert "  settled      by smooge\n" in read_as_text((one,))
    assert read_as_text(()) == "No post counts as that."
