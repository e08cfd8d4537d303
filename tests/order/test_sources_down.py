# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any one source, and any two at once, may be down: nothing that was to stay may go for that (issue 3, 11).

Every source that `Sources` names is here, for three listings: one whose retirement is complete, one that is
said to be in RHEL, and one that nobody wants to retire.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event, Kind
from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import PackageList
from epelbot.domain.nevra import EVR
from epelbot.domain.profile import Rhel
from epelbot.domain.retirement import Action, State
from epelbot.policy.gate import Answer
from epelbot.services.gate import ask_gate
from epelbot.services.keep_word import NotNow
from epelbot.services.sweep import Sweep
from epelbot.settings import RepodataSource
from epelbot.shipped import load_calendar
from epelbot.testing.calendar import fake_calendars
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.testing.story import Story, whole_retirement
from tests.services.house import House

START = datetime(2024, 3, 1, 9, tzinfo=UTC)
COMPLETE = datetime(2026, 4, 1, 9, tzinfo=UTC)
GA = datetime(2026, 5, 20, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
ALMA = "https://alma.example/{major}/"
LEAVING, IN_RHEL, STAYING = "oldtool", "basetool", "thriving"
#: Without these nothing can be told of a retirement; RHEL's lists only concern what is said to be in it.
LISTING = frozenset({"koji", "bodhi", "dist-git", "archive", "repodata"})
CALENDARS = frozenset({ENDOFLIFE, RED_HAT})
SOURCES = (*sorted(LISTING), "rhel", *sorted(CALENDARS), "datagrepper")
DOWN = [frozenset(some) for size in (1, 2) for some in combinations(SOURCES, size)]


def named(one: object) -> str:
    return "+".join(sorted(one)) if isinstance(one, frozenset) else str(getattr(one, "__name__", one))


@functools.cache
def _told() -> Story:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    for package in (IN_RHEL, STAYING):
        story.package(package, "grace", START)
        story.shipped(f"{package}-1.0-1.el9", START)
    why = "It is part of RHEL 9.7 now."
    story.announced(IN_RHEL, "epel9", "grace", START + 730 * A_DAY, why)
    world = story.world
    world.rhel[ALMA] = {
        arch: PackageList(sources={IN_RHEL: EVR(0, "2.0", "1.el9")}) for arch in ("x86_64", "aarch64")
    }
    world.graphs[Collection(9)] = small_graph({LEAVING: (), IN_RHEL: (), STAYING: ()})
    for name in CALENDARS:
        world.published[name] = {
            Event(Kind.GA, major.number, minor.number): minor.ga[-1].day
            for major in _calendar().majors
            for minor in major.minors
        }
    return story


@functools.cache
def _calendar() -> Calendar:
    """The shipped one, when 9.8 and 10.2 were still to come."""
    return Calendar(
        tuple(
            replace(
                major, minors=tuple(one for one in major.minors if all(d.day < GA.date() for d in one.ga))
            )
            for major in load_calendar().majors
        )
    )


def a_house() -> House:
    """Before anything is told, with every source that there is."""
    house = House(copy.deepcopy(_told()), now=COMPLETE)
    world, rules = house.story.world, house.rulebook
    house.rulebook = replace(
        rules,
        calendar=_calendar(),
        profile=replace(rules.profile, rhel=Rhel((ALMA,), "AlmaLinux")),
        sources=replace(rules.sources, repodata=RepodataSource(collection=("/srv/{release}",))),
    )
    house.sources = replace(
        house.sources, index=FakePackageIndex(world, at=COMPLETE), calendars=fake_calendars(world)
    )
    return house


def answer(house: House, package: str) -> Answer:
    found = ask_gate(house.ledger, house.rulebook, package, Collection(9), house.now)
    return Answer.NO if found is None else found[1].answer


def approve(house: House) -> None:
    """The release manager approves whatever can be."""
    for package in (LEAVING, IN_RHEL, STAYING):
        try:
            house.decide(Action.APPROVE, package=package)
        except NotNow:
            assert house.state(package) is not State.QUEUED


def rhel_comes_out(house: House) -> None:
    """RHEL 9.8, with which what is approved may leave; and every source is asked."""
    for name in CALENDARS:
        house.story.world.published[name][Event(Kind.GA, 9, 8)] = GA.date()
    # So that the archive is asked, whatever became of the threads.
    house.story.posted("Something else", "Hello.\n", "bob", GA)
    house.sees_at(GA)
    house.later(hours=13)


def swept(house: House) -> None:
    Sweep(house.ledger, house.rulebook, house.sources, lambda: house.now).run()


def from_the_beginning(down: frozenset[str]) -> House:
    house = a_house()
    house.story.world.down |= down
    house.sees()
    swept(house)
    house.later(hours=1)
    nobody_is_told_that_it_is_complete(house, down)
    approve(house)
    rhel_comes_out(house)
    return house


def since_it_was_queued(down: frozenset[str]) -> House:
    house = a_house()
    house.sees()
    swept(house)
    house.later(hours=1)
    house.story.world.down |= down
    house.later(hours=13)
    approve(house)
    rhel_comes_out(house)
    return house


def since_it_was_due(down: frozenset[str]) -> House:
    house = since_it_was_queued(frozenset())
    house.story.world.down |= down
    house.story.posted("Something more", "Hello.\n", "bob", house.now)
    house.sees()
    house.later(days=1)
    return house


def for_a_long_time(down: frozenset[str]) -> House:
    house = since_it_was_due(down)
    house.later(days=20)
    return house


PHASES = [from_the_beginning, since_it_was_queued, since_it_was_due, for_a_long_time]


def nobody_is_told_that_it_is_complete(house: House, down: frozenset[str]) -> None:
    """R4: the release manager's queue, and the notice to look at it."""
    ready = {one.package for one in house.queue() if one.retirement and one.retirement.state is State.QUEUED}
    told = [subject for _, _, subject in house.told() if "ready to leave" in subject]
    # Who needs the package is no condition of R4, but of leaving (R7).
    if down & (LISTING - {"repodata"}):
        assert not ready
        assert not told
    if "rhel" in down:
        assert IN_RHEL not in ready
    assert STAYING not in ready


def may_go_all_the_same(phase: Callable[[frozenset[str]], House], down: frozenset[str], package: str) -> bool:
    """What an outage leaves alone: sources that nobody needs for this listing any more."""
    if package == STAYING or down & LISTING or (package == IN_RHEL and "rhel" in down):
        return False
    # What RHEL carries is owed to nobody, and waits for no minor; that 9.8 is out either calendar tells.
    return package == IN_RHEL or not down >= CALENDARS or phase in (since_it_was_due, for_a_long_time)


@pytest.mark.parametrize(
    ("phase", "down"),
    # What lies between is what tests of the gate try, with the four that tell most.
    [(phase, some) for phase in PHASES for some in (DOWN if phase in PHASES[::2] else DOWN[: len(SOURCES)])],
    ids=named,
)
def test_no_outage_of_one_source_or_of_two_leads_to_may_retire(
    phase: Callable[[frozenset[str]], House], down: frozenset[str]
) -> None:
    house = phase(down)
    for package in (LEAVING, IN_RHEL, STAYING):
        if not may_go_all_the_same(phase, down, package):
            assert answer(house, package) is not Answer.YES, package


@pytest.mark.parametrize("phase", PHASES)
def test_without_an_outage_the_same_stories_end_in_a_yes(phase: Callable[[frozenset[str]], House]) -> None:
    """So that the test above can fail."""
    house = phase(frozenset())
    assert [answer(house, one) for one in (LEAVING, IN_RHEL, STAYING)] == [Answer.YES, Answer.YES, Answer.NO]
