# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state machine: things happen, and what the bus tells of them arrives in any order, again, or never."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from epelbot.services.calendar_feeds import feeds, refresh
from epelbot.services.sweep import Sweep
from epelbot.testing.calendar import FakeCalendarSource
from epelbot.testing.messages import Record
from tests.order.compare import all_said, differences
from tests.order.oracle import untrue
from tests.order.small_world import (
    COMING,
    OWNERS,
    PACKAGES,
    STRANGER,
    TEXTS,
    SmallWorld,
    begun,
    known_calendar,
)
from tests.services.house import House

SOURCES = ("koji", "bodhi", "dist-git", "archive", "endoflife.date")
# What the bus alone tells, and no source later: when a repository was synced, from whose account a post is.
_BUS_ALONE = ("epel.sync", "mailman.receive")
_PACKAGES = st.sampled_from(PACKAGES)
_CHANCE = st.integers(0, 2**16)
_DOWN = st.sets(st.sampled_from(SOURCES), max_size=3)
_ENTRIES = st.lists(
    st.tuples(_PACKAGES, st.sampled_from(["epel9", "epel10"]), st.sampled_from([2, 90, 183, 200])),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[:2],
)


def house_of(world: SmallWorld) -> House:
    """An epelbot that looks at this world, and knows nothing yet."""
    house = House(world.story, now=world.now)
    house.rulebook = replace(house.rulebook, calendar=known_calendar())
    house.sources = replace(
        house.sources, calendars=(FakeCalendarSource(world.story.world, "endoflife.date"),)
    )
    return house


def sweep(house: House) -> None:
    """Ask all sources for all that they tell, those of the calendar too, which have a rhythm of their own."""
    Sweep(house.ledger, house.rulebook, house.sources, lambda: house.now).run()
    refresh(house.ledger, house.rulebook, feeds(house.sources), house.now)


class Order(RuleBasedStateMachine):
    """Two packages. Rules change the world, or deliver messages, or let epelbot work with what it has.

    ``koji_tells_ages``: whether Koji says when minors were branched; None: as chance will have it.
    """

    koji_tells_ages: bool | None = None

    def __init__(self) -> None:
        super().__init__()
        self.world = SmallWorld()
        self.house: House | None = None
        self.arrived: set[str] = set()

    @initialize(entries=_ENTRIES, ageless=st.booleans())
    def in_the_beginning(self, entries: list[tuple[str, str, int]], *, ageless: bool) -> None:
        ages = self.koji_tells_ages
        self.world = begun(entries, ageless=ageless if ages is None else not ages)
        self.house = house_of(self.world)

    # What happens in the world

    def pass_time(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @rule(
        data=st.data(),
        package=_PACKAGES,
        kind=st.sampled_from(sorted(TEXTS)),
        whole_way=st.booleans(),
    )
    def a_build_comes(self, data: st.DataObject, package: str, kind: str, *, whole_way: bool) -> None:
        (self.world.ships if whole_way else self.world.submits)(package, self.somewhere(data), kind)

    def somewhere(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.world.collections))

    @precondition(lambda self: self.world.live_updates())
    @rule(data=st.data(), stable=st.booleans())
    def an_update_goes_on(self, data: st.DataObject, *, stable: bool) -> None:
        alias = data.draw(st.sampled_from(self.world.live_updates()))
        (self.world.goes_stable if stable else self.world.unpushed)(alias)
        self.pass_time(2)

    @rule(data=st.data(), package=_PACKAGES)
    def a_build_is_tagged_by_hand(self, data: st.DataObject, package: str) -> None:
        self.world.tagged_by_hand(package, self.somewhere(data))

    @rule(data=st.data(), package=_PACKAGES, all_of_them=st.booleans(), days=st.sampled_from([0, 3, 20]))
    def builds_are_untagged(self, data: st.DataObject, package: str, *, all_of_them: bool, days: int) -> None:
        self.world.untagged(package, self.somewhere(data), all_of_them=all_of_them)
        self.pass_time(1 + 24 * days)

    @rule(data=st.data(), package=_PACKAGES)
    def a_build_is_tagged_again(self, data: st.DataObject, package: str) -> None:
        self.world.tagged_again(package, self.somewhere(data))
        self.pass_time(5)

    @rule(data=st.data(), package=_PACKAGES, days=st.sampled_from([0, 3, 20]))
    def a_package_is_blocked_or_unblocked(self, data: st.DataObject, package: str, days: int) -> None:
        self.world.blocked_or_unblocked(package, self.somewhere(data))
        self.pass_time(1 + 24 * days)

    @rule(data=st.data(), package=_PACKAGES, days=st.sampled_from([0, 3]))
    def a_branch_is_killed_or_revived(self, data: st.DataObject, package: str, days: int) -> None:
        self.world.killed_or_revived(package, self.somewhere(data))
        self.pass_time(1 + 24 * days)

    @rule(package=_PACKAGES, to=st.sampled_from([*OWNERS.values(), "orphan"]))
    def it_is_given_away(self, package: str, to: str) -> None:
        self.world.given(package, to)
        self.pass_time(3)

    @rule(data=st.data(), package=_PACKAGES, by=st.sampled_from([*OWNERS.values(), STRANGER]))
    def somebody_announces(self, data: st.DataObject, package: str, by: str) -> None:
        where = data.draw(
            st.lists(st.sampled_from(self.world.collections), min_size=1, max_size=2, unique=True)
        )
        self.world.announced(package, where, by)
        self.pass_time(30)

    @precondition(lambda self: self.world.announcements)
    @rule(
        number=st.integers(0, 3),
        by=st.sampled_from([*OWNERS.values(), "eve"]),
        text=st.sampled_from(["I would like to take it over.\n", "I changed my mind, I will keep it.\n"]),
    )
    def somebody_answers(self, number: int, by: str, text: str) -> None:
        self.world.answered(number, by, text)
        self.pass_time(4)

    @rule(data=st.data())
    def a_repository_is_synced(self, data: st.DataObject) -> None:
        self.world.synced(self.somewhere(data))
        self.pass_time(1)

    @precondition(lambda self: self.world.minor < 4)
    @rule()
    def the_leading_minor_is_branched(self) -> None:
        # Twice a year; and no two on one day, which nobody would believe.
        self.pass_time(24 * 60)
        self.world.branched()
        # What follows is of another day, since a calendar knows no hours.
        self.pass_time(30)

    @rule(which=st.sampled_from(sorted(COMING)))
    def a_minor_of_rhel_comes_out(self, which: tuple[int, int]) -> None:
        self.world.rhel_is_out(*which)

    @rule(days=st.sampled_from([1, 15, 60, 200]))
    def time_passes(self, days: int) -> None:
        self.pass_time(24 * days)

    # What epelbot gets to know

    @property
    def under_way(self) -> list[Record]:
        return [one for one in self.world.story.messages if one["id"] not in self.arrived]

    def deliver(self, records: list[Record]) -> None:
        assert self.house is not None
        self.house.now = self.world.now
        self.house.feed([self.world.as_told(one) for one in records])
        self.arrived.update(one["id"] for one in records)

    @rule(chance=_CHANCE, share=st.sampled_from([0.1, 0.5, 1.0]), again=st.integers(0, 3))
    def messages_arrive(self, chance: int, share: float, again: int) -> None:
        shuffled = random.Random(chance)  # noqa: S311 -- for tests
        waiting = self.under_way
        some = shuffled.sample(waiting, round(len(waiting) * share))
        old = [one for one in self.world.story.messages if one["id"] in self.arrived]
        some += shuffled.sample(old, min(again, len(old)))
        shuffled.shuffle(some)
        self.deliver(some)

    @rule(down=_DOWN)
    def epelbot_works(self, down: set[str]) -> None:
        assert self.house is not None
        self.house.now = self.world.now
        self.world.story.world.down |= down
        self.house.work()
        self.world.story.world.down.clear()

    @rule(down=_DOWN)
    def epelbot_sweeps(self, down: set[str]) -> None:
        assert self.house is not None
        self.house.now = self.world.now
        self.world.story.world.down |= down
        sweep(self.house)
        self.world.story.world.down.clear()

    def teardown(self) -> None:
        """One sweep brings it to what the sources tell: that is what an empty ledger learns from one."""
        if self.house is None:
            return
        self.world.now += timedelta(hours=1)
        unlost = [one for one in self.world.story.messages if one["topic"].endswith(_BUS_ALONE)]
        self.deliver([one for one in unlost if one["id"] not in self.arrived])
        self.house.now = self.world.now
        sweep(self.house)
        self.house.work()
        at_once = house_of(self.world)
        sweep(at_once)
        # Who had a package when, no source tells afterwards (FIELD 1.6).
        at_once.keep(
            [one for package in PACKAGES for one in self.house.evidence(package) if one.kind == "access"]
        )
        at_once.feed([self.world.as_told(one) for one in unlost])
        at_once.work()
        said = all_said(self.house)
        found = [
            *differences(said, all_said(at_once), ageless=self.world.ageless),
            *untrue(said, self.world, self.house.now),
        ]
        assert not found, "\n".join(found)
