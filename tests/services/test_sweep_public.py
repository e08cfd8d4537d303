# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public repositories' metadata, in a sweep: what has become public there, and what has vanished (R3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import PublicSeen
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Offered, Offers
from epelbot.domain.verdict import Verdict
from epelbot.services.sweep import Sweep, Swept
from epelbot.settings import RepodataSource
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.testing.story import README, Story
from epelbot.wording.sweep_text import happened
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = datetime(2026, 11, 10, 9, tzinfo=UTC)
EPEL9 = Collection(9)


def shipping() -> House:
    """A final build is in the stable tag, and no message has told of a sync since."""
    story = Story()
    story.opens("epel9")
    for package in ("oldtool", "newtool"):
        story.package(package, "ann", START)
        story.shipped(f"{package}-1.0-1.el9", START)
    story.announced("oldtool", "epel9", "ann", END)
    story.shipped("oldtool-1.0-2.el9", END, readme=README)
    story.messages.pop()
    story.world.graphs[EPEL9] = small_graph({"oldtool": (), "newtool": ()})
    holds(story, newtool="1", oldtool="1")
    house = House(story)
    mirror = RepodataSource(collection=("https://mirror.example/{release}",))
    sources = replace(house.rulebook.sources, repodata=mirror)
    house.rulebook = replace(house.rulebook, sources=sources)
    return house.sees()


def holds(story: Story, **releases: str) -> None:
    """The public repository's metadata hold version 1.0 of these packages, in that release."""
    rpms = tuple(Offered(name, name, EVR(0, "1.0", f"{one}.el9")) for name, one in releases.items())
    story.world.offers[EPEL9] = Offers({"x86_64": rpms})


def sweep(house: House) -> Swept:
    house.sources = replace(house.sources, index=FakePackageIndex(house.story.world, house.now))
    swept = Sweep(house.ledger, house.rulebook, house.sources, lambda: house.now).run()
    house.work()
    return swept


def seen(house: House, package: str = "oldtool") -> list[tuple[str, ...]]:
    return [one.fact.rpms for one in house.evidence(package) if isinstance(one.fact, PublicSeen)]


def test_a_build_that_became_public_is_found_though_no_sync_was_told_of() -> None:
    house = shipping()
    sweep(house)
    assert seen(house) == [("oldtool-1.0-1.el9",)]
    assert house.finding("R3").verdict is not Verdict.OK
    holds(house.story, newtool="1", oldtool="2")
    house.later(days=1)
    swept = sweep(house)
    assert [happened(one) for one in swept.missed] == [
        "2026-11-24 oldtool is public as oldtool-1.0-2.el9 in epel9"
    ]
    assert house.finding("R3").measured == (
        "oldtool-1.0-2.el9 is in the public metadata, seen there on 2026-11-24"
    )


def test_a_build_that_has_vanished_from_there_is_found_and_counts_no_more() -> None:
    house = shipping()
    holds(house.story, newtool="1", oldtool="2")
    sweep(house)
    assert house.finding("R3").verdict is Verdict.OK
    holds(house.story, newtool="1")
    house.later(days=1)
    assert [happened(one) for one in sweep(house).missed] == ["2026-11-24 oldtool is public no more in epel9"]
    assert house.finding("R3").verdict is not Verdict.OK
    holds(house.story, newtool="1", oldtool="2")
    house.later(days=1)
    sweep(house)
    assert house.finding("R3").measured.endswith("seen there on 2026-11-25")
    assert len(seen(house)) == 3


def test_what_stays_as_it_was_is_not_kept_again() -> None:
    house = shipping()
    sweep(house)
    house.later(days=1)
    again = sweep(house)
    (part,) = (one for one in again.parts if one.what == "public RPMs")
    assert (part.told, part.whole, again.missed) == (0, True, [])


def test_a_silent_mirror_costs_its_own_part_and_claims_nothing() -> None:
    house = shipping()
    holds(house.story, newtool="1", oldtool="2")
    sweep(house)
    house.story.world.down.add("repodata")
    house.later(days=1)
    swept = sweep(house)
    assert [one.what for one in swept.parts if one.problem] == ["public RPMs"]
    assert seen(house) == [("oldtool-1.0-2.el9",)]


def test_without_repositories_a_sweep_does_not_ask() -> None:
    house = shipping()
    house.rulebook = replace(
        house.rulebook, sources=replace(house.rulebook.sources, repodata=RepodataSource())
    )
    assert "public RPMs" not in [one.what for one in sweep(house).parts]
