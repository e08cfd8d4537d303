# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sweep: an empty ledger is filled, a second one costs little and finds what messages missed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    AccessSeen,
    BranchSeen,
    BuildTagged,
    LookedUp,
    PackageListChanged,
    PostRead,
    PostSeen,
    UpdateSeen,
)
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.errors import TransientError
from epelbot.ledger import listings
from epelbot.ports import Sources
from epelbot.services import sweep_parts
from epelbot.services.sweep import Sweep, Swept
from epelbot.testing.story import Story, whole_retirement
from tests.services.house import House
from tests.services.worlds import many_packages

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
EPEL9 = Collection.parse("epel9")


def a_story(packages: int = 3) -> Story:
    """Some packages that live, and one that is leaving."""
    story = Story()
    story.opens("epel8", "epel9")
    for number in range(packages):
        story.package(f"tool{number}", "ann", START + number * A_DAY)
        story.shipped(f"tool{number}-1.0-1.el9", START + number * A_DAY)
    whole_retirement(story, start=START)
    return story


@dataclass
class Counted:
    """A source that counts what is asked of it."""

    source: Any
    asked: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            self.asked[name] += 1
            return getattr(self.source, name)(*arguments)

        return ask


def sweep(house: House, *collections: Collection, sources: Sources | None = None, **options: Any) -> Swept:
    return Sweep(house.ledger, house.rulebook, sources or house.sources, lambda: house.now, **options).run(
        collections
    )


def missed(swept: Swept) -> list[tuple[str | None, str]]:
    return [(one.package, type(one.fact).__name__) for one in swept.missed]


def test_an_empty_ledger_is_filled_and_the_worker_then_knows_all_but_what_only_messages_tell() -> None:
    story = a_story()
    house = House(story)
    swept = sweep(house)
    assert {(one.what, one.collection) for one in swept.parts} == {
        ("builds", "epel8"),
        ("updates", "epel8"),
        ("branches", "epel8"),
        ("builds", "epel9"),
        ("updates", "epel9"),
        ("branches", "epel9"),
        ("people", None),
        ("posts", None),
    }
    assert all(one.whole and one.problem is None for one in swept.parts)
    house.work()
    heard = House(story).sees()
    for package in ("tool0", "tool1", "tool2", "oldtool"):
        assert house.excuse(package).lifetime == heard.excuse(package).lifetime
        assert house.excuse(package).people == heard.excuse(package).people
        assert house.verdicts(package).get("R2") == heard.verdicts(package).get("R2")


def test_what_a_sweep_tells_is_what_a_look_up_of_each_package_would_have_told() -> None:
    story = a_story()
    house, asked = House(story), House(story)
    sweep(house)
    house.work()
    with asked.ledger.write() as connection:
        listings.touch(connection, [(package, "epel9") for package in story.world.access], asked.now)
    asked.work()
    for package in story.world.access:
        mine = {one.key for one in house.evidence(package) if not is_listed(one.fact)}
        assert mine == {one.key for one in asked.evidence(package)}


def is_listed(fact: object) -> bool:
    """The list of packages, and posts, are what only a sweep asks for."""
    return isinstance(fact, PostRead) or (isinstance(fact, AccessSeen) and fact.partial)


def test_a_whole_collection_takes_few_questions() -> None:
    house = House(Story(many_packages(300)))
    sources = house.sources
    koji, bodhi, distgit = (Counted(one) for one in (sources.history, sources.updates, sources.packages))
    counted = Sources(history=koji, updates=bodhi, packages=distgit)
    sweep(house, EPEL9, sources=counted)
    asked = koji.asked + bodhi.asked + distgit.asked
    assert asked.total() < 60, asked
    for one in (koji, bodhi, distgit):
        one.asked.clear()
    house.now += A_DAY
    sweep(house, EPEL9, sources=counted)
    asked = koji.asked + bodhi.asked + distgit.asked
    assert asked.total() < 12, asked


def test_a_second_sweep_finds_nothing_new_and_makes_nothing_due() -> None:
    house = House(a_story())
    sweep(house)
    house.work()
    house.now += timedelta(hours=1)
    with house.ledger.read() as connection:
        due = listings.how_many_due(connection, house.now)
    again = sweep(house)
    assert sum(one.new for one in again.parts) == 0
    assert again.missed == []
    with house.ledger.read() as connection:
        assert listings.how_many_due(connection, house.now) == due


def test_what_messages_told_before_is_not_called_missed() -> None:
    story = a_story()
    house = House(story).sees()
    sweep(house)
    story.shipped("tool0-1.0-2.el9", house.now)
    house.sees_at(house.now + 12 * A_DAY)
    assert missed(sweep(house)) == []


def test_lost_messages_are_found_and_named_people_included() -> None:
    story = a_story()
    house = House(story).sees()
    sweep(house)
    house.work()
    story.shipped("tool0-1.0-2.el9", house.now)
    story.untagged("tool1-1.0-1.el9", "epel9", house.now)
    story.blocked("tool1", "epel9", house.now)
    story.given("tool2", "bob", house.now)
    house.now += 12 * A_DAY
    found = missed(sweep(house))
    assert sorted(set(found)) == [
        ("tool0", "BuildTagged"),
        ("tool0", "UpdateSeen"),
        ("tool1", "BuildTagged"),
        ("tool1", "PackageListChanged"),
        ("tool2", "AccessSeen"),
    ]
    house.work()
    people = house.excuse("tool2").people
    assert people is not None
    assert people.maintainers == ("bob",)


def test_an_update_that_nobody_told_was_obsoleted_is_found() -> None:
    story = a_story()
    story.built("tool0-1.0-2.el9", START + 40 * A_DAY)
    story.submitted("FEDORA-EPEL-2026-00000000aa", "tool0-1.0-2.el9", START + 41 * A_DAY)
    house = House(story).sees()
    sweep(house)
    story.obsoleted("FEDORA-EPEL-2026-00000000aa")
    house.now += A_DAY
    [(package, kind)] = missed(sweep(house))
    assert (package, kind) == ("tool0", "UpdateSeen")


def test_epochs_of_builds_in_testing_are_asked_for() -> None:
    story = a_story()
    story.built("tool0-1.0-2.el9", START + 40 * A_DAY, epoch=3)
    story.submitted("FEDORA-EPEL-2026-00000000aa", "tool0-1.0-2.el9", START + 41 * A_DAY)
    house = House(story)
    sweep(house)
    with house.ledger.read() as connection:
        assert listings.packages_in(connection, "epel9")
    assert 3 in {getattr(one.fact, "epoch", None) for one in house.evidence("tool0")}


@pytest.mark.parametrize("source", ["koji", "bodhi", "dist-git"])
def test_a_source_that_is_down_costs_its_own_part_and_is_said(source: str) -> None:
    house = House(a_story())
    house.story.world.down.add(source)
    swept = sweep(house, EPEL9)
    by_source = {one.source: one for one in swept.parts}
    assert by_source[source].problem is not None
    assert not by_source[source].whole
    assert all(one.whole for name, one in by_source.items() if name not in (source, "bodhi"))
    assert swept.problems != []
    house.story.world.down.clear()
    assert sweep(house, EPEL9).problems == []


def test_every_source_down_leaves_a_ledger_that_says_cannot_know() -> None:
    house = House(a_story()).sees()
    house.story.world.down |= {"koji", "bodhi", "dist-git"}
    house.now += 30 * A_DAY
    assert len(sweep(house).problems) == 3
    house.work()
    assert set(house.verdicts("tool0").values()) >= {Verdict.CANNOT_KNOW}


@pytest.mark.parametrize("stops", [1, 4, 9, 13, 17, 29])
def test_a_sweep_that_is_stopped_anywhere_claims_nothing_and_is_gone_on_with(
    stops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_parts, "STEP", 3)
    house, whole = House(a_story()), House(a_story())
    sweep(whole)
    left = iter(range(stops))
    first = sweep(house, stop=lambda: next(left, None) is None)
    assert first.stopped
    for package in ("tool0", "oldtool"):
        if "tag-history" in answered(house, package):
            assert keys(whole, package, BuildTagged) == keys(house, package, BuildTagged)
        if "updates" in answered(house, package):
            assert keys(whole, package, UpdateSeen) == keys(house, package, UpdateSeen)
    rest = sweep(house)
    assert not rest.stopped
    assert rest.missed == [] or all(not one.first for one in rest.parts)
    for package in ("tool0", "tool1", "tool2", "oldtool"):
        for kind in (BuildTagged, UpdateSeen, LookedUp, PackageListChanged, AccessSeen):
            assert keys(whole, package, kind) == keys(house, package, kind)


def answered(house: House, package: str) -> set[str]:
    return {one.fact.what for one in house.evidence(package) if isinstance(one.fact, LookedUp)}


def keys(house: House, package: str, kind: type) -> set[str]:
    return {one.key for one in house.evidence(package) if isinstance(one.fact, kind)}


@dataclass
class Breaks:
    """A source that fails at its ``after``-th question, in the middle of a part."""

    source: Any
    after: int

    def __getattr__(self, name: str) -> Any:
        def ask(*arguments: Any) -> Any:
            self.after -= 1
            if self.after < 0:
                raise TransientError("it sends no more; ask again later")
            return getattr(self.source, name)(*arguments)

        return ask


@pytest.mark.parametrize("after", range(0, 12, 2))
def test_half_an_answer_never_says_that_all_was_told(after: int) -> None:
    house = House(a_story())
    sources = replace(house.sources, history=Breaks(house.sources.history, after))
    assert sweep(house, EPEL9, sources=sources).problems == ["it sends no more; ask again later"]
    assert "tag-history" not in answered(house, "tool0")
    assert sweep(house, EPEL9).problems == []


def test_the_leading_collection_is_swept_with_all_its_tags_and_a_trailing_one_by_itself() -> None:
    story = Story()
    story.opens("epel10.1", "epel10.2", leading="epel10.2")
    story.package("tool", "ann", START, branches=("epel10", "epel10.1"))
    story.shipped("tool-1.0-1.el10_1", START, tag="epel10.1", branch="epel10.1")
    story.shipped("tool-1.0-1.el10_2", START, tag="epel10.2", branch="epel10")
    story.package("other", "ann", START, branches=("epel10.1",))
    story.shipped("other-1.0-1.el10_1", START, tag="epel10.1", branch="epel10.1")
    house = House(story)
    assert sorted({one.collection or "" for one in sweep(house).parts}) == ["", "epel10", "epel10.1"]
    with house.ledger.read() as connection:
        assert listings.packages_in(connection, "epel10") == ["tool"]
        assert listings.packages_in(connection, "epel10.1") == ["other", "tool"]
    assert tags_asked(house, "tool") == {"epel10.0", "epel10.1", "epel10.2"}
    assert tags_asked(house, "other") == {"epel10.1"}


def a_branching(*, at: datetime = datetime(2026, 2, 17, 9, tzinfo=UTC)) -> Story:
    """A package that entered while 10.2 led, which is branched since then."""
    story = Story()
    story.opens("epel10.2", leading="epel10.2")
    story.package("tool", "ann", at - 100 * A_DAY, branches=("epel10",))
    story.shipped("tool-1.0-1.el10_2", at - 100 * A_DAY, tag="epel10.2", branch="epel10")
    story.world.tags_made["epel10.2"] = datetime(2025, 8, 19, tzinfo=UTC)
    return story


@pytest.mark.parametrize("swept_before", [False, True])
def test_what_was_in_the_leading_tag_is_in_the_trailing_collection_after_a_branching(
    swept_before: bool,
) -> None:
    story = a_branching()
    house = House(story, now=datetime(2026, 2, 1, tzinfo=UTC)).sees()
    if swept_before:
        sweep(house)
    story.branched(2, datetime(2026, 2, 17, 9, tzinfo=UTC))
    house.now = datetime(2026, 3, 1, tzinfo=UTC)
    sweep(house)
    with house.ledger.read() as connection:
        assert listings.packages_in(connection, "epel10.2") == ["tool"]
        assert listings.packages_in(connection, "epel10") == ["tool"]


def test_what_left_the_leading_collection_before_a_branching_is_known_to_have_been_there() -> None:
    story = a_branching()
    story.untagged("tool-1.0-1.el10_2", "epel10.2", datetime(2026, 2, 10, 9, tzinfo=UTC), by="mallory")
    story.branched(2, datetime(2026, 2, 17, 9, tzinfo=UTC))
    house = House(story, now=datetime(2026, 3, 1, tzinfo=UTC))
    sweep(house)
    house.work()
    assert house.verdicts("tool", "epel10")["V2"] is Verdict.VIOLATED


def test_what_left_the_leading_collection_does_not_come_back_by_a_build_in_a_trailing_one() -> None:
    story = a_branching()
    story.untagged("tool-1.0-1.el10_2", "epel10.2", datetime(2026, 2, 10, 9, tzinfo=UTC), by="mallory")
    story.branched(2, datetime(2026, 2, 17, 9, tzinfo=UTC))
    story.built("tool-1.0-2.el10_2", datetime(2026, 2, 20, 9, tzinfo=UTC), tag="epel10.2")
    story.tagged("tool-1.0-2.el10_2", "epel10.2", datetime(2026, 2, 20, 10, tzinfo=UTC))
    house = House(story, now=datetime(2026, 3, 1, tzinfo=UTC))
    sweep(house)
    house.work()
    left = house.excuse("tool", "epel10").departure
    assert left is not None
    assert left.day.isoformat() == "2026-02-10"
    assert house.excuse("tool", "epel10.2").departure is None


def test_an_update_that_a_look_up_for_another_collection_told_makes_its_own_listing() -> None:
    story = a_branching()
    house = House(story, now=datetime(2026, 3, 1, tzinfo=UTC)).sees()
    story.branched(2, datetime(2026, 2, 17, 9, tzinfo=UTC))
    story.built("tool-1.0-2.el10_1", house.now, tag="epel10.1")
    story.submitted("C", "tool-1.0-2.el10_1", house.now, tag="epel10.1", branch="epel10.1")
    story.opens("epel10.1")
    house.misses()
    # Only what is asked for epel10, one of whose tags that was.
    house.later(days=2)
    assert any(
        isinstance(one.fact, UpdateSeen) and one.fact.alias == "C" for one in house.evidence("tool", 10)
    )
    sweep(house)
    with house.ledger.read() as connection:
        assert listings.packages_in(connection, "epel10.1") == ["tool"]


def tags_asked(house: House, package: str) -> set[str | None]:
    facts = [one.fact for one in house.evidence(package, 10) if isinstance(one.fact, LookedUp)]
    return {fact.tag for fact in facts if fact.what == "tag-history"}


def test_a_dead_branch_is_looked_at_once_and_found_alive_again() -> None:
    house = House(a_story())
    house.story.world.dead_packages["tool1", "epel9"] = "Moved to RHEL.\n"
    distgit = Counted(house.sources.packages)
    sources = replace(house.sources, packages=distgit)
    for _ in range(2):
        sweep(house, EPEL9, sources=sources)
        house.now += A_DAY
    assert distgit.asked["dead_package"] == 1
    assert tip_of(house, "tool1") == "Moved to RHEL."
    assert "branch-tip" in answered(house, "tool0")
    del house.story.world.dead_packages["tool1", "epel9"]
    [found] = sweep(house, EPEL9, sources=sources).missed
    assert isinstance(found.fact, BranchSeen)
    assert tip_of(house, "tool1") is None


def tip_of(house: House, package: str) -> str | None:
    tips = [one for one in house.evidence(package) if isinstance(one.fact, BranchSeen)]
    fact = max(tips, key=lambda one: one.confirmed).fact
    assert isinstance(fact, BranchSeen)
    return fact.dead_package


def test_collections_that_are_over_are_swept_when_they_are_named_only() -> None:
    story = a_story()
    story.world.releases = [
        replace(one, state="archived") if one.name == "EPEL-8" else one for one in story.world.releases
    ]
    house = House(story)
    assert {one.collection for one in sweep(house).parts} == {"epel9", None}
    named = sweep(house, Collection.parse("epel8"))
    assert {one.collection for one in named.parts} == {"epel8", None}


def test_with_bodhi_silent_the_collections_that_are_known_are_swept() -> None:
    house = House(a_story()).sees()
    house.story.world.down.add("bodhi")
    swept = sweep(house)
    assert [(one.what, one.whole) for one in swept.parts if one.collection == "epel9"] == [
        ("builds", True),
        ("updates", False),
        ("branches", True),
    ]


def test_a_package_that_left_is_known_with_its_whole_history_and_its_block() -> None:
    story = a_story()
    story.untagged("tool1-1.0-1.el9", "epel9", START + 200 * A_DAY)
    story.blocked("tool1", "epel9", START + 200 * A_DAY)
    house = House(story)
    sweep(house)
    house.work()
    assert house.excuse("tool1").lifetime is not None
    blocks = [one.fact for one in house.evidence("tool1") if isinstance(one.fact, PackageListChanged)]
    assert blocks == [
        PackageListChanged("epel9", "block", blocked=True, by="releng"),
        PackageListChanged("epel9", "seen", blocked=True),
    ]


def test_a_post_that_messages_told_meets_what_a_sweep_found() -> None:
    story = a_story()
    house = House(story)
    posts = [one for one in story.messages if one["topic"].endswith("mailman.receive")]
    syncs = [one for one in story.messages if one["topic"].endswith("epel.sync")]
    house.now = START + 745 * A_DAY
    sweep(house)
    house.feed([*posts, *syncs])
    house.work()
    assert house.state() in (State.QUEUED, State.IN_UPDATES)


def test_what_a_sweep_asked_for_all_is_not_asked_for_each_when_they_are_judged_hours_later() -> None:
    house = House(a_story())
    sweep(house)
    koji, bodhi = Counted(house.sources.history), Counted(house.sources.updates)
    house.sources = replace(house.sources, history=koji, updates=bodhi)
    house.later(hours=5)
    assert koji.asked.total() == 0, "when minors branched, the sweep has asked too"
    assert bodhi.asked.total() == 1, "Bodhi is asked for its releases"
    house.later(hours=25)
    assert koji.asked["tag_history"] == len(house.story.world.access)


def test_an_announcement_that_no_message_told_is_found_and_waits_for_a_person() -> None:
    house = House(a_story()).sees()
    sweep(house)
    house.story.announced("tool1", "epel9", "ann", house.now)
    house.story.posted("Re: Retiring tool1 from epel9", "Why?", "bob", house.now)
    house.now += A_DAY
    found = [one.fact for one in sweep(house).missed]
    assert [type(one) for one in found] == [PostSeen, PostSeen]
    assert sweep(house).missed == []
    house.work()
    retirement = house.excuse("tool1").retirement
    assert retirement is None or not retirement.steps.announced, "the archive knows no account"
    assert any(isinstance(one.fact, PostRead) for one in house.evidence("tool1"))


def test_the_account_that_the_bus_names_for_a_swept_post_counts() -> None:
    house = House(a_story())
    house.story.announced("tool1", "epel9", "ann", house.now)
    sweep(house)
    house.work()
    house.feed(house.story.messages[-1:])
    house.later(hours=1)
    retirement = house.excuse("tool1").retirement
    assert retirement is not None
    assert retirement.steps.announced


def test_a_silent_archive_costs_the_posts_alone() -> None:
    house = House(a_story())
    house.story.world.down.add("archive")
    swept = sweep(house)
    assert [(one.what, one.whole) for one in swept.parts if not one.whole] == [("posts", False)]
