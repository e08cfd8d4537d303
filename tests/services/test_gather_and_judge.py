# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather and judge: what is asked, what becomes of silence, and that news makes a judgement start again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from epelbot.domain.build import BuildContents, FileFlag
from epelbot.domain.evidence import BuildTagged, LookedUp
from epelbot.domain.nevra import NVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.errors import PermanentError
from epelbot.ledger import listings, tables
from epelbot.ports import BuildContentsSource
from epelbot.services.judge import failed_again_at
from epelbot.testing.messages import build_message
from epelbot.testing.story import README, Story, whole_retirement
from tests.services.house import House, a_rulebook

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = START + timedelta(days=730)
A_DAY = timedelta(days=1)


def announced_story() -> Story:
    """Entered in 2024, announced two years later, no final build yet."""
    story = Story()
    story.opens("epel8", "epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START + A_DAY)
    story.announced("oldtool", "epel9", "ann", END)
    return story


def two_packages() -> Story:
    story = announced_story()
    story.package("newtool", "bob", START)
    story.shipped("newtool-1.0-1.el9", START)
    return story


def whole_story() -> Story:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    return story


@dataclass
class Watched:
    """A source of RPMs that counts what is asked of it, and lets something happen meanwhile."""

    contents_source: BuildContentsSource
    meanwhile: Callable[[], None] = lambda: None
    asked: Counter[str] = field(default_factory=Counter)

    def contents(self, nvr: NVR) -> BuildContents:
        self.asked[str(nvr)] += 1
        self.meanwhile()
        return self.contents_source.contents(nvr)

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        self.asked["texts"] += 1
        return self.contents_source.text(nvr, rpm, path, limit)


def watched(house: House, meanwhile: Callable[[], None] = lambda: None) -> Watched:
    assert house.sources.contents is not None
    source = Watched(house.sources.contents, meanwhile)
    house.sources = replace(house.sources, contents=source)
    return source


def due_at(house: House, package: str = "oldtool") -> datetime | None:
    """When the listing is looked at again though nothing arrives; at most 30 days from now."""
    with house.ledger.write() as connection:
        for hours in range(30 * 24 + 1):
            at = house.now + timedelta(hours=hours)
            for lease in listings.claim(connection, at, "test", 60):
                assert lease.package == package
                return at
    return None


# What is asked


def test_a_build_that_was_read_well_is_never_read_again() -> None:
    house = House(whole_story())
    source = watched(house)
    house.sees()
    for _ in range(5):
        house.later(days=2)
    assert source.asked["oldtool-1.0-2.el9"] == 1
    assert source.asked["texts"] == 1, "one digest, one reading, however many architectures"


def test_a_text_that_an_earlier_build_had_is_not_read_again() -> None:
    house = House(whole_story())
    source = watched(house)
    house.sees()
    house.story.shipped("oldtool-1.0-3.el9", house.now, readme=README)
    house.sees_at(house.now + 11 * A_DAY)
    assert (source.asked["oldtool-1.0-3.el9"], source.asked["texts"]) == (1, 1)
    assert house.state() is State.QUEUED


def test_a_source_is_not_asked_again_within_ten_minutes_unless_something_new_came_in() -> None:
    house = House(announced_story())

    def last_asked() -> set[datetime]:
        return {one.confirmed for one in house.evidence() if isinstance(one.fact, LookedUp)}

    house.feed()
    house.later(seconds=1)
    first = house.now
    with house.ledger.write() as connection:
        listings.make_major_due(connection, 9, first)
    house.later(minutes=5)
    assert last_asked() == {first}
    house.story.synced("9", house.now)
    house.sees()
    assert last_asked() == {house.now}


def test_messages_alone_say_less_and_nothing_else() -> None:
    asked, heard = House(whole_story()).sees(), House(whole_story(), online=False).sees()
    assert heard.verdicts()["R2"] is Verdict.CANNOT_KNOW
    assert heard.excuse().lifetime == asked.excuse().lifetime
    assert heard.excuse().people == asked.excuse().people


def test_look_ups_alone_tell_what_a_lost_message_would_have() -> None:
    story = announced_story()
    house = House(story).sees()
    before = len(story.messages)
    story.shipped("oldtool-1.0-2.el9", END + A_DAY, readme=README)
    # All of these are lost; the sync comes through.
    lost, (sync,) = story.messages[before:-1], story.messages[-1:]
    assert len(lost) >= 5
    house.feed([sync])
    house.later(days=1)
    assert house.state() is State.QUEUED


def test_an_epoch_that_only_koji_tells_decides_which_build_is_newest() -> None:
    story = announced_story()
    story.built("oldtool-0.5-1.el9", END + A_DAY, readme=README, epoch=1)
    story.submitted("B", "oldtool-0.5-1.el9", END + 2 * A_DAY)
    story.messages = [one for one in story.messages if "build.state" not in one["topic"]]
    house = House(story).sees()
    excuse = house.excuse()
    assert excuse.retirement is not None
    assert excuse.retirement.build == "oldtool-0.5-1.el9"


def test_members_of_an_entitled_group_are_asked_for() -> None:
    story = announced_story()
    story.world.access["other"] = PackageAccess("zoe", members=(("epel-sig", ("gina",)),))
    story.announced("oldtool", "epel9", "gina", END - A_DAY)
    house = House(story)
    roles = replace(house.rulebook.profile.roles, entitled_groups=("epel-sig",))
    house.rulebook = replace(house.rulebook, profile=replace(house.rulebook.profile, roles=roles))
    assert house.sees().finding("R1").measured.startswith("announced by gina")


# Silence


@pytest.mark.parametrize(
    ("source", "rules"), [("koji", {"L1", "L2", "R2", "R3"}), ("bodhi", {"R2", "R3"}), ("dist-git", {"R1"})]
)
def test_a_source_that_is_down_is_cannot_know_and_is_asked_again_soon(source: str, rules: set[str]) -> None:
    story = announced_story()
    story.world.down.add(source)
    house = House(story).sees()
    unknown = {rule for rule, verdict in house.verdicts().items() if verdict is Verdict.CANNOT_KNOW}
    assert unknown == rules
    assert all(f"{source} does not answer" in house.finding(rule).measured for rule in rules)
    assert due_at(house) == house.now + timedelta(hours=1), "within the hour"


def test_when_the_source_is_back_so_is_the_answer() -> None:
    story = announced_story()
    story.world.down.add("koji")
    house = House(story).sees()
    story.world.down.clear()
    house.later(minutes=31)
    assert house.verdicts()["R2"] is Verdict.MUST_ACT


def test_what_a_source_said_is_believed_for_two_days_and_no_longer() -> None:
    house = House(announced_story()).sees()
    house.story.world.down.add("koji")
    house.later(hours=47)
    assert house.verdicts()["L1"] is Verdict.OK
    house.later(hours=2)
    assert house.verdicts()["L1"] is Verdict.CANNOT_KNOW


def test_a_quiet_listing_is_looked_at_again_before_what_is_known_of_it_grows_old() -> None:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    house = House(story).sees()
    for _ in range(6):
        house.later(hours=13)
    assert house.verdicts() == {"L1": Verdict.OK}


def test_a_build_whose_files_koji_does_not_have_is_not_judged() -> None:
    story = announced_story()
    del story.world.contents[NVR.parse("oldtool-1.0-1.el9")]
    story.world.builds.clear()
    house = House(story).sees()
    assert house.verdicts()["R2"] is Verdict.CANNOT_KNOW


def test_a_near_miss_is_told_with_what_to_change() -> None:
    story = announced_story()
    story.shipped("oldtool-1.0-2.el9", END + A_DAY, readme=README, flags=FileFlag.LICENSE)
    finding = House(story).sees().finding("R2")
    assert finding.verdict is Verdict.MUST_ACT
    assert "%license" in finding.measured


# Starting again


def test_a_judgement_starts_again_when_evidence_arrives_meanwhile() -> None:
    story = announced_story()
    house = House(story)

    def a_final_build_goes_to_testing() -> None:
        if len(story.world.updates) == 1:
            story.built("oldtool-1.0-2.el9", END + A_DAY, readme=README)
            story.submitted("B", "oldtool-1.0-2.el9", END + 2 * A_DAY)
            house.feed()
            while house.worker()._record():
                pass

    source = watched(house, a_final_build_goes_to_testing)
    house.sees()
    assert list(source.asked) == ["oldtool-1.0-1.el9", "oldtool-1.0-2.el9", "texts"]
    assert house.state() is State.FINAL_BUILD
    assert house.told() == [], "what was found first was out of date when it was found, and told to nobody"


def test_a_judgement_that_fails_is_tried_again_later_and_holds_up_no_other() -> None:
    house = House(two_packages())

    def fails() -> None:
        if house.now < START + 800 * A_DAY:
            raise RuntimeError("a fault of our own")

    watched(house, fails)
    house.now = START + 790 * A_DAY
    house.sees()
    with house.ledger.read() as connection:
        assert connection.scalars(select(tables.excuses.c.listing_id)).all() == []
    house.later(days=20)
    assert house.verdicts()["R2"] is Verdict.MUST_ACT


def test_pauses_after_a_failure_double_up_to_a_day() -> None:
    pauses = [failed_again_at(attempts, START) - START for attempts in range(14)]
    assert pauses[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == A_DAY


def test_a_source_that_answers_nonsense_is_noted_as_failing() -> None:
    house = House(announced_story())

    def refuses() -> None:
        raise PermanentError("Koji's answer is not what was promised; see whether it has a new version")

    watched(house, refuses)
    house.sees()
    assert house.verdicts()["R2"] is Verdict.CANNOT_KNOW
    assert house.verdicts()["L1"] is Verdict.OK


# In force


def test_a_retirement_from_before_the_policy_was_in_force_is_shown_and_nobody_is_told() -> None:
    house = House(whole_story())
    house.rulebook = replace(a_rulebook(), in_force_from=(END + A_DAY).date())
    house.sees()
    assert house.state() is State.IN_UPDATES
    assert house.told() == []
    in_force = House(whole_story())
    in_force.rulebook = replace(a_rulebook(), in_force_from=END.date())
    assert [row[1] for row in in_force.sees().told()] == ["epel-releng"]


def test_the_excuse_says_that_history_is_told_to_nobody_and_what_begins_it_anew() -> None:
    story = announced_story()
    house = House(story, now=END + 20 * A_DAY)
    house.rulebook = replace(a_rulebook(), in_force_from=(END + 10 * A_DAY).date())
    house.sees()
    assert house.told() == []
    (note,) = house.excuse().notes
    assert "before the policy was in force (2026-10-11)" in note
    assert "a new announcement begins it anew" in note
    story.announced("oldtool", "epel9", "ann", house.now)
    house.sees()
    assert house.excuse().notes == ()
    assert [who for _, who, _ in house.told()] == ["ann"]


def test_an_entry_from_before_the_policy_was_in_force_counts_for_the_lifetime() -> None:
    house = House(announced_story())
    house.rulebook = replace(a_rulebook(), in_force_from=END.date())
    clock = house.sees().excuse().lifetime
    assert clock is not None
    assert clock.entered == (START + 10 * A_DAY).date()
    assert clock.over


def test_without_a_day_the_policy_is_in_force_from_the_making_of_the_ledger() -> None:
    house = House(whole_story())
    house.rulebook = replace(a_rulebook(), in_force_from=None)
    assert house.sees().told() == []


def test_another_profile_makes_everything_be_judged_again() -> None:
    house = House(announced_story()).sees()
    rules = replace(house.rulebook.profile.readme, name="GOODBYE.txt")
    house.rulebook = replace(house.rulebook, profile=replace(house.rulebook.profile, readme=rules))
    house.work()
    assert "GOODBYE.txt" in house.finding("R2").measured


def test_the_day_on_which_it_flips_makes_a_listing_due() -> None:
    story = Story()
    story.opens("epel8")
    story.package("oldtool", "ann", START, branches=["epel8"])
    entered = datetime(2025, 11, 1, 9, tzinfo=UTC)
    story.tagged("oldtool-1.0-1.el8", "epel8", entered)
    house = House(story, online=False, now=datetime(2026, 11, 23, 12, tzinfo=UTC)).sees()
    flips_on = house.excuse(collection="epel8").flips_on
    assert flips_on == date(2026, 12, 1), "13 months after the entry"
    assert due_at(house) == datetime(2026, 12, 1, 0, tzinfo=UTC)


def test_what_was_asked_for_one_collection_of_a_major_says_nothing_of_another() -> None:
    story = Story()
    story.opens("epel10.1", "epel10.2", leading="epel10.2")
    story.package("oldtool", "ann", START, branches=("epel10", "epel10.1"))
    story.shipped("oldtool-1.0-1.el10_1", START + A_DAY, tag="epel10.1", branch="epel10.1")
    story.shipped("oldtool-1.0-1.el10_2", START + A_DAY, tag="epel10.2", branch="epel10")
    house = House(story, now=START + 60 * A_DAY)
    story.messages.clear()  # only Koji tells
    touched = [("oldtool", "epel10.1")]
    for names in (touched, [("oldtool", "epel10")]):
        with house.ledger.write() as connection:
            listings.touch(connection, names, house.now)
        house.later(seconds=1)
    tagged = {one.fact.tag for one in house.evidence(major=10) if isinstance(one.fact, BuildTagged)}
    assert tagged == {"epel10.1", "epel10.2"}


def test_a_batch_is_kept_before_its_leases_can_run_out() -> None:
    house = House(two_packages())
    watched(house, lambda: time.sleep(0.5))
    house.settings = replace(house.settings, work=replace(house.settings.work, lease_seconds=1))
    house.feed()
    worker = house.worker()
    while worker._record() or worker._read():
        pass
    assert worker._judge()
    with house.ledger.read() as connection:
        assert listings.how_many_due(connection, house.now) == 1, "one was judged, one was given back"
    assert worker._judge()
    assert not worker._judge()


def test_a_judgement_that_cannot_be_kept_holds_up_no_other() -> None:
    story = two_packages()
    first, *others = story.world.taggings
    assert first.nvr.name == "oldtool"
    story.world.taggings = [replace(first, tagged_by="no text: \udc80"), *others]
    house = House(story).sees()
    with house.ledger.read() as connection:
        judged = select(tables.listings.c.package).where(tables.listings.c.verdict.is_not(None))
        assert connection.scalars(judged).all() == ["newtool"]
        failed = select(tables.listings.c.last_error).where(tables.listings.c.package == "oldtool")
        assert "surrogates not allowed" in connection.scalars(failed).one()


def test_what_koji_says_failed_since_the_announcement_is_for_a_proven_packager() -> None:
    story = announced_story()
    del story.messages[-1]
    reason = "It fails to build from source with the new compiler."
    story.announced("oldtool", "epel9", "ann", END - A_DAY, reason)
    house = House(story, now=END)
    house.sees()
    assert (house.verdicts()["R2"], house.verdicts().get("R3")) == (Verdict.MUST_ACT, None)
    # As Koji's publisher words it, target and all.
    failed = build_message("oldtool-1.0-2.el9", at=END + A_DAY, state="failed", owner="ann", target="epel9")
    house.now = END + 2 * A_DAY
    house.feed([failed])
    house.work()
    for rule in ("R2", "R3"):
        assert house.finding(rule).verdict is Verdict.OTHERS_MUST_ACT
        assert "oldtool-1.0-2.el9 failed to build" in house.finding(rule).measured
        assert house.finding(rule).waivable_by == "the release manager"
