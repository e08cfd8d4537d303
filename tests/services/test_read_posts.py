# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts: the archive lags, fails, or never has the text; what the subject said holds as long as it must."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.evidence import PostRead, Recorded
from epelbot.domain.post import Meaning, Post, Reading
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.ledger import health, posts
from epelbot.policy.reader import READER_VERSION
from epelbot.services import record
from epelbot.services.read_posts import readings_of
from epelbot.testing.story import Story
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
POSTED = datetime(2026, 11, 23, 9, tzinfo=UTC)


def a_story(*collections: str) -> Story:
    story = Story()
    story.opens(*(collections or ("epel9",)))
    story.package("oldtool", "ann", START)
    for name in collections or ("epel9",):
        story.shipped(f"oldtool-1.0-1.el{name[4:]}", START, tag=name)
    return story


def read_of(house: House) -> list[tuple[bool, str | None, Meaning]]:
    """What is known of the posts: by their text or not, of which collection, meaning what."""
    reads = [one.fact for one in house.evidence() if isinstance(one.fact, PostRead)]
    return sorted((one.complete, one.collection, one.reading.meaning) for one in reads)


def said(text: str, subject: str = "Retiring oldtool from epel9") -> Post:
    return Post(
        "epel-devel", "1@example.org", subject, "Ann <ann@fedoraproject.org>", POSTED, "ann", text=text
    )


def test_a_clear_subject_counts_while_the_archive_lags_but_for_its_reason() -> None:
    story = a_story()
    post = story.announced("oldtool", "epel9", "ann", POSTED, archived=False)
    house = House(story).sees()
    assert house.verdicts()["R1"] is Verdict.CANNOT_KNOW
    assert "archive" in house.finding("R1").measured
    assert house.told() == [], "nobody is asked for a final build on the word of a subject"
    story.archive_catches_up(post)
    house.later(minutes=5)
    assert house.verdicts()["R1"] is Verdict.OK
    assert len(house.told()) == 1


def test_the_archive_is_asked_with_growing_pauses_until_three_days_have_passed() -> None:
    story = a_story()
    post = story.announced("oldtool", "epel9", "ann", POSTED, archived=False)
    house = House(story).sees()
    asked = []
    for _ in range(80 * 12):
        house.now += timedelta(minutes=5)
        with house.ledger.write() as connection:
            lease = posts.claim(connection, house.now, "look", 0)
        if lease is not None:
            asked.append(house.now - POSTED)
            house.worker()._read()
    pauses = [late - early for early, late in itertools.pairwise(asked)]
    assert pauses == sorted(pauses)
    assert max(pauses) <= timedelta(hours=4, minutes=5)
    assert timedelta(hours=68) < asked[-1] < timedelta(hours=77)
    story.archive_catches_up(post)
    house.later(days=1)
    assert house.verdicts()["R1"] is Verdict.CANNOT_KNOW, "given up, and that is no pass"


def test_while_the_archive_is_down_its_trouble_is_noted() -> None:
    story = a_story()
    story.announced("oldtool", "epel9", "ann", POSTED)
    story.world.down.add("archive")
    house = House(story).sees()
    with house.ledger.read() as connection:
        assert health.all_of(connection)["archive"].error is not None
    story.world.down.clear()
    house.later(minutes=5)
    assert house.verdicts()["R1"] is Verdict.OK
    with house.ledger.read() as connection:
        assert health.all_of(connection)["archive"].failing_since is None


def test_an_archive_that_was_down_for_a_week_is_still_asked() -> None:
    story = a_story()
    story.announced("oldtool", "epel9", "ann", POSTED)
    story.world.down.add("archive")
    house = House(story).sees()
    for _ in range(7):
        house.later(days=1)
    story.world.down.clear()
    house.later(hours=5)
    assert house.verdicts()["R1"] is Verdict.OK


def test_a_lagging_archive_is_no_trouble_of_the_archive() -> None:
    story = a_story()
    story.announced("oldtool", "epel9", "ann", POSTED, archived=False)
    house = House(story).sees()
    with house.ledger.read() as connection:
        assert health.all_of(connection)["archive"].error is None


def test_offline_the_subject_is_all_there_is() -> None:
    story = a_story()
    story.announced("oldtool", "epel9", "ann", POSTED)
    house = House(story, online=False).sees()
    assert read_of(house) == [(False, "epel9", Meaning.RETIREMENT)]
    assert house.verdicts()["R1"] is Verdict.CANNOT_KNOW


def test_the_text_outdoes_the_subject_in_every_collection() -> None:
    story = a_story("epel8", "epel9")
    text = "I have no time for it any more, and retire it from EPEL 8 only. In EPEL 9 it stays.\n"
    post = story.posted("Retiring oldtool", text, "ann", POSTED, archived=False)
    house = House(story).sees()
    story.archive_catches_up(post)
    house.later(minutes=10)
    assert house.state("oldtool", "epel9") is None


def test_a_text_that_only_asks_takes_back_what_the_subject_announced() -> None:
    story = a_story()
    text = "Should we retire it? What do you think?\n"
    post = story.posted("Retiring oldtool from epel9", text, "ann", POSTED, archived=False)
    house = House(story).sees()
    assert house.state() is State.BEGUN
    story.archive_catches_up(post)
    house.later(minutes=10)
    assert house.state() is None
    assert house.verdicts()["R1"] is Verdict.OTHERS_MUST_ACT


def test_one_post_about_several_packages_and_collections_is_evidence_about_each() -> None:
    text = "I retire oldtool and newtool from EPEL 8 and EPEL 9, because upstream is dead.\n"
    read = readings_of(said(text, "Retiring oldtool and newtool"), ["oldtool", "newtool"], POSTED)
    assert sorted(
        (one.package or "", one.fact.collection or "") for one in read if isinstance(one.fact, PostRead)
    ) == [
        ("newtool", "epel8"),
        ("newtool", "epel9"),
        ("oldtool", "epel8"),
        ("oldtool", "epel9"),
    ]
    assert {one.happened_at for one in read} == {POSTED}


def test_a_post_about_the_weather_is_evidence_of_nothing() -> None:
    assert readings_of(said("It rains.\n", "Weather"), ["oldtool"], POSTED) == []


def test_a_reply_is_read_for_triage_and_begins_nothing() -> None:
    story = a_story()
    text = "I agree. I retire oldtool from EPEL 9 because I have no time for it any more.\n"
    story.posted("Re: what to do with oldtool", text, "ann", POSTED, in_reply_to="0@example.org")
    house = House(story).sees()
    assert house.state() is None
    assert house.verdicts().get("R1", Verdict.OTHERS_MUST_ACT) is Verdict.OTHERS_MUST_ACT
    assert house.told() == []


@pytest.mark.parametrize("account", [None, "mallory"])
def test_a_forged_announcement_asks_nobody_for_anything(account: str | None) -> None:
    story = a_story()
    story.announced("oldtool", "epel9", "ann", POSTED, account=account)
    house = House(story).sees()
    assert house.verdicts()["R1"] is Verdict.OTHERS_MUST_ACT
    assert (house.state(), house.told(), house.queue()) == (None, [], ())


def test_a_post_that_epelbot_fails_on_is_tried_again_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = a_story()
    bad = story.posted("A post with a catch", "Hello.\n", "bob", POSTED)
    story.announced("oldtool", "epel9", "ann", POSTED)

    def fails(post: Post, known: object, now: datetime, **told: object) -> object:
        if post.hash == bad.hash:
            raise RecursionError("a fault of our own")
        return readings_of(post, known, now, **told)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr("epelbot.services.read_posts.readings_of", fails)
    house = House(story).sees()
    assert house.state() is State.ANNOUNCED
    with house.ledger.write() as connection:
        assert posts.claim(connection, house.now, "look", 60) is None
        again = posts.claim(connection, house.now + timedelta(minutes=2), "look", 60)
    assert again is not None
    assert (again.post.hash, again.attempts) == (bad.hash, 1)


def test_only_a_post_on_the_list_of_the_profile_announces() -> None:
    story = a_story()
    post = replace(said("I have no time for it."), list_name="epel-announce")
    house = House(story)
    with house.ledger.write() as connection:
        posts.keep(connection, post, house.now)
    house.sees()
    assert read_of(house) == []
    assert house.excuse().retirement is None


def read_by_an_older_reader(house: House, post: Post, reading: Reading) -> None:
    """As if an older epelbot had read the post, and made this of it."""
    made = [
        Recorded(
            PostRead(post.hash, "epel9", reading, "ann", post.sender, starts_matter=True, complete=True),
            package,
            None,
            "archive",
            POSTED,
            POSTED,
            POSTED,
        )
        for package in reading.packages
    ]
    with house.ledger.write() as connection:
        posts.keep(connection, post, house.now)
        lease = posts.claim(connection, house.now, "look", 60)
        assert lease is not None
        posts.settle(
            connection, lease, post, status=posts.READ, due_at=None, read=(reading, READER_VERSION - 1)
        )
        record.keep(connection, made, house.now)


def test_what_an_older_reader_made_of_a_post_is_read_again_and_taken_back() -> None:
    house = House(a_story())
    post = said("Should we retire it?\n", "The future of oldtool")
    read_by_an_older_reader(house, post, Reading(Meaning.RETIREMENT, ("oldtool",), ("epel9",)))
    house.later(minutes=1)
    assert house.state() is None
    reads = [one.fact for one in house.evidence() if isinstance(one.fact, PostRead)]
    assert {one.reading.meaning for one in reads} == {Meaning.OTHER, Meaning.RETIREMENT}
    with house.ledger.read() as connection:
        assert posts.taken_for(connection, Meaning.RETIREMENT) == []
    before = len(house.evidence())
    house.later(minutes=1)
    assert len(house.evidence()) == before, "this reader has read it"


def test_who_means_everything_of_theirs_is_for_a_person() -> None:
    story = a_story()
    text = "I have no time any more.\n"
    post = story.posted("Retiring everything of mine in EPEL 9", text, "ann", POSTED)
    house = House(story).sees()
    assert house.state() is None
    with house.ledger.read() as connection:
        ((doubtful, reading),) = posts.taken_for(connection, Meaning.UNSURE)
    assert doubtful.hash == post.hash
    assert (reading.leaning, reading.collections) == (Meaning.RETIREMENT, ("epel9",))
    assert "names no package" in reading.why


def test_packages_that_leave_different_collections_are_told_apart() -> None:
    read = readings_of(said("", "Retiring oldtool from EPEL 8 and newtool from EPEL 9"), [], POSTED)
    told = {(one.package, one.fact.collection) for one in read if isinstance(one.fact, PostRead)}
    assert told == {("oldtool", "epel8"), ("newtool", "epel9")}
