# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger that has not been there for long: what nobody has listened to is no silence (POLICY, Words)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import BuildTagged, Recorded
from epelbot.domain.verdict import Verdict
from epelbot.ledger import marks
from epelbot.ports import Sources
from epelbot.services.sweep import Sweep
from epelbot.services.triage import triage
from epelbot.testing.story import README, Story
from tests.services.house import House

ENTERED = datetime(2024, 6, 3, 12, tzinfo=UTC)
ANNOUNCED = datetime(2026, 9, 1, 12, tzinfo=UTC)
MADE = datetime(2026, 10, 1, 12, tzinfo=UTC)
LEAVES = datetime(2026, 10, 5, 12, tzinfo=UTC)
TODAY = datetime(2026, 10, 20, 12, tzinfo=UTC)
EPEL9 = Collection(9)


def lives() -> Story:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", ENTERED)
    story.shipped("oldtool-1.0-1.el9", ENTERED)
    return story


def young(story: Story, *, online: bool = True) -> House:
    """A house that is there from `MADE` on, and knows of what was before by look-ups alone."""
    house = House(story, now=MADE, online=online)
    house.rulebook = replace(house.rulebook, in_force_from=MADE.date())
    house.misses()
    tagged = BuildTagged("oldtool-1.0-1.el9", "epel9", untagged=False, by="bodhi")
    house.keep([Recorded(tagged, "oldtool", 9, "koji", ENTERED, MADE)])
    house.work()
    return house


def sweeps_list(house: House) -> None:
    archive = Sources(archive=house.sources.archive)
    Sweep(house.ledger, house.rulebook, archive, lambda: house.now).run([EPEL9])


def reads_list(house: House) -> None:
    sweeps_list(house)
    house.later(hours=1)


def test_nobody_is_accused_of_a_silence_that_nobody_listened_to() -> None:
    house = young(lives())
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.sees_at(TODAY)
    found = house.finding("V2")
    assert found.verdict is Verdict.CANNOT_KNOW
    assert found.measured.startswith("whether a post of 2025-08-31 to 2026-10-05 announced it is not known")
    assert "epelbot sweep" in (found.remedy or "")
    assert found.waivable_by is None
    assert house.verdicts()["V3"] is Verdict.VIOLATED
    # The rest is told, and nothing of that.
    assert house.mails()
    assert not any("V2" in row.payload for row in house.mails())


def test_once_the_archive_was_read_back_far_enough_it_is_known() -> None:
    house = young(lives())
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.now = LEAVES + timedelta(hours=1)
    reads_list(house)
    house.sees_at(TODAY)
    assert house.verdicts()["V2"] is Verdict.VIOLATED


def test_a_sweep_from_before_it_left_does_not_reach_far_enough() -> None:
    house = young(lives())
    reads_list(house)
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.misses()
    house.now = LEAVES
    house.later(days=9)
    assert house.verdicts()["V2"] is Verdict.CANNOT_KNOW
    reads_list(house)
    assert house.verdicts()["V2"] is Verdict.VIOLATED


def test_what_messages_told_after_the_sweep_reaches_on() -> None:
    house = young(lives())
    reads_list(house)
    house.story.synced("9", MADE)
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.sees_at(TODAY)
    assert house.verdicts()["V2"] is Verdict.VIOLATED


def test_a_gap_that_a_catch_up_left_is_known_for_one() -> None:
    house = young(lives())
    reads_list(house)
    house.story.synced("9", MADE)
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    with house.ledger.write() as connection:
        marks.move(connection, marks.CAUGHT_UP, MADE + timedelta(days=1))
        marks.move(connection, marks.WANTED, TODAY)
    house.sees_at(TODAY)
    assert house.verdicts()["V2"] is Verdict.CANNOT_KNOW


def test_a_post_that_nobody_could_read_yet_may_have_been_the_announcement() -> None:
    house = young(lives())
    house.story.posted("Some news", "It rains.", "zoe", ANNOUNCED)
    house.misses()
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.now = LEAVES + timedelta(hours=1)
    sweeps_list(house)
    house.story.world.down.add("archive")
    house.sees()
    assert house.verdicts()["V2"] is Verdict.CANNOT_KNOW
    house.story.world.down.clear()
    house.later(hours=5)
    assert house.verdicts()["V2"] is Verdict.VIOLATED


def test_a_post_from_before_the_policy_that_may_have_announced_it_waits_for_a_person() -> None:
    """The archive knows no accounts, so that every post from before the ledger is doubtful."""
    house = young(lives())
    house.story.announced("oldtool", "epel9", "ann", ANNOUNCED)
    house.misses()
    house.story.blocked("oldtool", "epel9", LEAVES, by="mallory")
    house.sees_at(LEAVES + timedelta(hours=1))
    reads_list(house)
    assert house.verdicts()["V2"] is Verdict.OTHERS_MUST_ACT
    (waiting,) = triage(house.ledger, house.rulebook, house.now)
    assert waiting.listings == (("oldtool", EPEL9),)


def test_of_a_package_that_simply_lives_such_a_post_is_history() -> None:
    house = young(lives())
    house.story.announced("oldtool", "epel9", "ann", ANNOUNCED)
    house.misses()
    house.now = LEAVES
    reads_list(house)
    assert triage(house.ledger, house.rulebook, house.now) == ()


def test_nobody_is_asked_to_announce_what_may_have_been_announced_before_anybody_listened() -> None:
    house = young(lives())
    house.story.announced("oldtool", "epel9", "ann", ANNOUNCED)
    house.misses()
    house.story.shipped("oldtool-1.0-2.el9", LEAVES, readme=README)
    house.sees_at(TODAY)
    assert house.verdicts()["R1"] is Verdict.CANNOT_KNOW
    assert house.mails() == []
    reads_list(house)
    assert house.verdicts()["R1"] is Verdict.OTHERS_MUST_ACT


def test_a_final_build_that_nobody_announced_is_to_be_announced_once_that_is_known() -> None:
    house = young(lives())
    house.story.shipped("oldtool-1.0-2.el9", LEAVES, readme=README)
    house.sees_at(TODAY)
    reads_list(house)
    assert house.verdicts()["R1"] is Verdict.MUST_ACT
    assert [subject for _, _, subject in house.told()] == ["please announce that oldtool leaves epel9"]


def test_from_messages_alone_it_is_said_what_nobody_has_heard() -> None:
    house = young(lives(), online=False)
    house.story.given("oldtool", "ann", MADE)
    house.story.tagged("oldtool-1.0-1.el9", "epel9", MADE)
    house.story.untagged("oldtool-1.0-1.el9", "epel9", LEAVES)
    house.sees_at(TODAY)
    found = house.finding("V2")
    assert found.verdict is Verdict.CANNOT_KNOW
    assert "sources.online" in (found.remedy or "")
