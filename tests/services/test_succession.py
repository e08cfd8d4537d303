# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L3, succeeded: from the repositories' metadata to the excuses of both, by the worker."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Obsoleted, Offered, Offers
from epelbot.domain.verdict import Verdict
from epelbot.settings import RepodataSource
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.testing.story import Story
from tests.services.house import House, a_rulebook

EPEL9 = Collection(9)
LONG_AGO = datetime(2024, 6, 3, 12, tzinfo=UTC)
LATELY = datetime(2026, 8, 3, 12, tzinfo=UTC)
TODAY = datetime(2026, 10, 20, 12, tzinfo=UTC)
IN_TESTING = timedelta(days=9)
OLD = Offered("oldtool", "oldtool", EVR(0, "1.0", "1.el9"))
NEW = Offered(
    "newtool", "newtool", EVR(0, "2.0", "1.el9"), (Obsoleted("oldtool"),), frozenset({"newtool", "oldtool"})
)


def village(*offers: Offered) -> House:
    story = Story()
    story.opens("epel9")
    for package, since in (("oldtool", LONG_AGO), ("newtool", LATELY)):
        story.package(package, "ann", since)
        story.shipped(f"{package}-1.0-1.el9", since)
    offer(story, *offers)
    story.world.graphs[EPEL9] = small_graph({"oldtool": (), "newtool": ()})
    house = House(story, now=LONG_AGO)
    rulebook = a_rulebook()
    sources = replace(rulebook.sources, repodata=RepodataSource(collection=("/srv/{release}",)))
    house.rulebook = replace(rulebook, sources=sources)
    house.sources = replace(house.sources, index=FakePackageIndex(story.world))
    return house


def offer(story: Story, *some: Offered) -> None:
    story.world.offers[EPEL9] = Offers({"x86_64": some})


def entered(house: House) -> date | None:
    lifetime = house.excuse("newtool").lifetime
    return lifetime.entered if lifetime else None


def test_who_takes_whose_place_stands_in_both_excuses_and_the_entry_is_inherited_at_once() -> None:
    house = village(OLD, NEW).sees_at(TODAY)
    assert house.finding("L3").measured == (
        "succeeded by newtool, which obsoletes and provides oldtool by newtool"
    )
    assert house.finding("L3", "newtool").measured == "it succeeds oldtool, which entered on 2024-06-12"
    assert entered(house) == LONG_AGO.date() + IN_TESTING
    # As the worker kept it, too.
    assert "R1" not in house.verdicts()


def test_what_has_left_since_is_inherited_from_all_the_same() -> None:
    house = village(OLD, NEW).sees_at(TODAY)
    house.story.blocked("oldtool", "epel9", TODAY + timedelta(days=1), by="ann")
    offer(house.story, NEW)
    house.sees_at(TODAY + timedelta(days=3))
    assert house.excuse().verdict is Verdict.OK
    assert house.verdicts()["V2"] is Verdict.OK
    assert entered(house) == LONG_AGO.date() + IN_TESTING
    assert not [one for one in house.told() if "something was missed" in one[2]]


def test_of_what_left_before_anybody_looked_the_last_build_tells_the_names() -> None:
    house = village(NEW)
    house.story.blocked("oldtool", "epel9", TODAY - timedelta(days=1), by="ann")
    house.sees_at(TODAY)
    assert house.verdicts()["V3"] is Verdict.OK


def test_a_successor_that_no_longer_obsoletes_it_succeeds_nobody() -> None:
    house = village(OLD, NEW).sees_at(TODAY)
    offer(house.story, OLD, replace(NEW, obsoletes=()))
    house.later(days=2)
    assert "L3" not in house.verdicts()
    assert entered(house) == LATELY.date() + IN_TESTING


def test_while_the_metadata_are_silent_nobody_is_accused_that_a_successor_may_explain() -> None:
    house = village(OLD, NEW)
    house.story.world.down.add("repodata")
    house.story.blocked("oldtool", "epel9", TODAY - timedelta(days=1), by="ann")
    house.sees_at(TODAY)
    assert house.verdicts()["V3"] is Verdict.CANNOT_KNOW
    house.story.world.down.clear()
    house.later(hours=1)
    assert house.verdicts()["V3"] is Verdict.OK
