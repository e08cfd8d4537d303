# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Triage: what the reader is not sure of waits for a person, whose word counts at the post's own time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from epelbot.domain.evidence import PostRead
from epelbot.domain.post import Meaning
from epelbot.domain.profile import Roles
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Verdict
from epelbot.errors import BadInput, NotThere
from epelbot.services.keep_word import NotNow
from epelbot.services.settle import find_post
from epelbot.services.undo import Taking, undo
from epelbot.testing.story import README, Story
from epelbot.wording.triage_text import settled_text, triage_json, triage_text, unsettled_text
from tests.services.house import House
from tests.services.triage_desk import (
    A_DAY,
    END,
    EPEL9,
    START,
    post_by_nobody,
    settled,
    unsettled,
    village,
    waiting,
)

# What waits


def test_a_post_whose_author_nobody_knows_waits_with_what_was_understood() -> None:
    house = village()
    post = post_by_nobody(house)
    (one,) = waiting(house)
    assert (one.hash, one.posted_at, one.listings) == (post.hash, END, (("oldtool", EPEL9),))
    assert one.doubts == ("the list does not tell whose account that is",)
    assert [read.reading.meaning for read in one.read] == [Meaning.RETIREMENT]
    assert one.post is not None
    assert one.post.subject == post.subject


def test_a_post_that_counts_or_says_nothing_does_not_wait() -> None:
    house = village()
    house.story.announced("oldtool", "epel9", "ann", END)
    house.story.posted("Meeting", "We talked about the weather.\n", "bob", END)
    house.sees()
    assert waiting(house) == ()


def test_what_an_announcement_has_answered_does_not_wait() -> None:
    house = village()
    post_by_nobody(house)
    house.story.announced("oldtool", "epel9", "ann", END + A_DAY)
    house.sees()
    assert waiting(house) == ()


def test_what_has_left_waits_while_it_would_be_called_unannounced_without_that_word() -> None:
    house = village()
    post_by_nobody(house)
    house.story.untagged("oldtool-1.0-1.el9", "epel9", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.verdicts()["V2"] is Verdict.OTHERS_MUST_ACT
    assert [one.listings for one in waiting(house)] == [(("oldtool", EPEL9),)]


def test_what_has_left_announced_waits_for_nobody() -> None:
    house = village()
    house.story.announced("oldtool", "epel9", "ann", END - A_DAY)
    post_by_nobody(house)
    house.story.untagged("oldtool-1.0-1.el9", "epel9", house.now)
    house.sees_at(house.now + A_DAY)
    assert waiting(house) == ()


def test_while_nobody_can_tell_who_maintains_a_package_nobody_is_asked() -> None:
    house = village()
    house.story.world.down.add("dist-git")
    house.later(days=9)
    post_by_nobody(house)
    assert waiting(house) == ()


def test_a_post_that_names_no_package_waits_all_the_same() -> None:
    house = village()
    post = house.story.posted(
        "My EPEL 9 packages", "I am going to retire everything of mine in EPEL 9. No time.\n", "ann", END
    )
    house.sees()
    (one,) = waiting(house)
    assert (one.hash, one.listings) == (post.hash, ())
    settled(house, post, "oldtool", "newtool")
    assert waiting(house) == ()
    assert house.state("oldtool") is house.state("newtool") is State.ANNOUNCED


# What a person's word does


def test_a_settled_retirement_counts_as_announced_at_the_posts_own_time() -> None:
    house = village()
    post = post_by_nobody(house)
    assert house.verdicts()["R1"] is Verdict.OTHERS_MUST_ACT
    settled(house, post, "oldtool")
    assert house.verdicts()["R1"] is Verdict.OK
    assert (
        house.finding("R1").measured
        == "announced by Ann <ann@fedoraproject.org> on 2026-10-01 (so settled by smooge)"
    )
    retirement = house.excuse().retirement
    assert retirement is not None
    assert (retirement.state, retirement.began_at) == (State.ANNOUNCED, END)
    assert retirement.reason == "no time"
    assert [one.retirement and one.retirement.state for one in house.queue()] == [State.ANNOUNCED]
    assert waiting(house) == ()
    assert house.excuse(at=END.date()).retirement is not None, "what it meant, it meant on that day too"


def test_a_settled_retirement_goes_all_the_way() -> None:
    house = village()
    settled(house, post_by_nobody(house), "oldtool")
    house.story.shipped("oldtool-1.0-2.el9", house.now, readme=README)
    house.sees_at(house.now + 11 * A_DAY)
    assert house.state() is State.QUEUED
    house.decide(Action.APPROVE)
    unsettled(house, house.story.world.posts[next(iter(house.story.world.posts))])
    assert house.state() is State.BEGUN, "the post that it was approved for has gone"


def test_nothing_of_the_readers_guess_is_taken_over() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, "newtool")
    assert house.state("newtool") is State.ANNOUNCED
    assert house.state("oldtool") is None
    assert waiting(house) == ()


@pytest.mark.parametrize("meaning", [Meaning.OTHER, Meaning.ADOPTION, Meaning.WITHDRAWAL])
def test_what_is_no_announcement_begins_nothing_and_waits_no_more(meaning: Meaning) -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, *(() if meaning is Meaning.OTHER else ("oldtool",)), meaning=meaning)
    assert "R1" not in house.verdicts()
    assert house.state() is None
    assert waiting(house) == ()


def test_everywhere_is_every_collection_that_the_package_is_in() -> None:
    story = Story()
    story.opens("epel8", "epel9")
    story.package("oldtool", "ann", START, branches=("epel8", "epel9"))
    story.shipped("oldtool-1.0-1.el8", START, tag="epel8")
    story.shipped("oldtool-1.0-1.el9", START)
    house = House(story)
    post = post_by_nobody(house)
    settled(house, post, "oldtool", everywhere=True)
    assert house.state(collection="epel8") is house.state(collection="epel9") is State.ANNOUNCED


# How it ends


def test_undoing_gives_the_post_back_to_triage_and_keeps_the_log() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, "oldtool")
    unsettled(house, post)
    assert [one.hash for one in waiting(house)] == [post.hash]
    assert house.state() is None
    (logged,) = house.excuse().decisions
    assert (logged.what, logged.ended) == (
        "settle the post of 2026-10-01 as retirement",
        "undone by smooge on 2026-11-23: it was not hers",
    )
    with pytest.raises(NotNow, match="there is nothing to undo"):
        unsettled(house, post)


def test_the_last_of_two_words_counts_and_undoing_it_brings_back_the_first() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, "oldtool")
    settled(house, post, meaning=Meaning.OTHER)
    assert house.state() is None
    unsettled(house, post)
    assert house.state() is State.ANNOUNCED


def test_a_word_on_the_subject_alone_ends_when_the_text_comes() -> None:
    house = village()
    post = house.story.announced("oldtool", "epel9", "ann", house.now, account=None, archived=False)
    house.sees()
    settled(house, post, "oldtool")
    assert house.state() is State.ANNOUNCED
    house.story.archive_catches_up(post)
    house.later(hours=1)
    assert house.state() is None
    assert [one.hash for one in waiting(house)] == [post.hash]
    assert [one.ended for one in house.excuse().decisions] == ["the post's text came in after it"]


def test_a_word_on_the_whole_post_outlives_every_further_reading() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, meaning=Meaning.OTHER)
    readings = [one for one in house.evidence() if one.kind == "reading"]
    later = house.now + A_DAY
    again = [
        replace(
            one, fact=replace(read, reading=replace(read.reading, why="a newer reader")), confirmed_at=later
        )
        for one in readings
        if isinstance(read := one.fact, PostRead)
    ]
    house.keep(again)
    house.later(days=1)
    assert waiting(house) == ()
    assert house.state() is None


def test_the_order_in_which_words_become_known_does_not_matter() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, "oldtool")
    settled(house, post, meaning=Meaning.OTHER)
    unsettled(house, post)
    words = [one for one in house.evidence() if one.kind in ("settlement", "undo")]
    assert len(words) == 3
    rest = [one for one in house.evidence() if one not in words]
    said = set()
    for order in itertools.permutations(words):
        other = House(house.story, now=house.now)
        other.keep(rest)
        for one in order:
            other.keep([one, one])
        retirement = other.excuse().retirement
        said.add((retirement and retirement.state, other.excuse().decisions))
    assert said == {(State.ANNOUNCED, house.excuse().decisions)}


def test_undoing_on_a_listing_leads_to_the_post() -> None:
    house = village()
    post = post_by_nobody(house)
    settled(house, post, "oldtool")
    with pytest.raises(NotNow, match=f"undo it with 'epelbot triage undo {post.hash}'"):
        undo(house.ledger, house.rulebook, Taking("oldtool", EPEL9, "smooge", "wrong"), house.now)


# Who may, and what


def test_the_release_manager_or_the_committee_settles() -> None:
    house = village()
    rules = house.rulebook
    roles = Roles(release_managers=("smooge",), committee=("carla",))
    house.rulebook = replace(rules, profile=replace(rules.profile, roles=roles))
    post = post_by_nobody(house)
    with pytest.raises(BadInput, match="ann is no release manager or of the committee"):
        settled(house, post, "oldtool", author="ann")
    settled(house, post, "oldtool", author="carla")
    with pytest.raises(BadInput, match="mallory is no release manager"):
        unsettled(house, post, author="mallory")


def test_a_word_must_make_sense() -> None:
    house = village()
    post = post_by_nobody(house)
    with pytest.raises(BadInput, match="say which packages the retirement is about, with --package"):
        settled(house, post)
    with pytest.raises(BadInput, match="nosuch is not known; check its name"):
        settled(house, post, "nosuch", everywhere=True)
    with pytest.raises(BadInput, match="nosuch is not known in epel9"):
        settled(house, post, "nosuch")
    with pytest.raises(BadInput, match="is about no package"):
        settled(house, post, "oldtool", meaning=Meaning.OTHER)
    with pytest.raises(BadInput, match="needs a reason"):
        settled(house, post, "oldtool", reason=" ")
    assert house.state() is None


def test_a_post_is_found_by_its_hash_its_beginning_or_its_address() -> None:
    house = village()
    post = post_by_nobody(house)
    address = f"https://lists.example.org/archives/list/epel-devel@example.org/message/{post.hash}/"
    for given in (post.hash, post.hash[:8].lower(), address):
        assert find_post(house.ledger, given) == post.hash
    for given in ("ZZZZ", "%", ""):
        with pytest.raises(NotThere):
            find_post(house.ledger, given)


# Words


def test_what_is_said() -> None:
    house = village()
    assert triage_text(waiting(house)) == "No post waits for a person."
    post = post_by_nobody(house)
    assert triage_text(waiting(house)).split("\n\n")[0] == (
        "2026-10-01 09:00 UTC  Retiring oldtool from epel9\n"
        "  from         Ann <ann@fedoraproject.org> (account not known)\n"
        "  understood   a retirement of oldtool in epel9: I have no time for it any more.\n"
        "  not sure     the list does not tell whose account that is\n"
        "  may concern  oldtool in epel9\n"
        f"  post         {post.hash}\n"
        f"               https://lists.fedoraproject.org/archives/list/"
        f"epel-devel@lists.fedoraproject.org/message/{post.hash}/"
    )
    (row,) = triage_json(waiting(house))
    assert row["understood"] == {
        "kind": "retirement",
        "likely": None,
        "packages": ["oldtool"],
        "collections": ["epel9"],
        "reason": "I have no time for it any more.",
        "reason_category": "no-time",
    }
    assert (row["unsure_because"], row["listings"]) == (
        ["the list does not tell whose account that is"],
        [{"package": "oldtool", "collection": "epel9"}],
    )
    assert settled_text(settled(house, post, "oldtool", "newtool")).startswith(
        "Settled: the post of 2026-10-01 by Ann <ann@fedoraproject.org> is the announced retirement of "
        "oldtool, newtool, in epel9 (no time). To take that back: 'epelbot triage undo "
    )
    assert unsettled_text(unsettled(house, post)) == (
        "Undone: smooge had settled the post of 2026-10-01 on 2026-11-23 as retirement. It is as the reader "
        "took it."
    )
    assert "is nothing that anything follows from." in settled_text(
        settled(house, post, meaning=Meaning.OTHER)
    )
