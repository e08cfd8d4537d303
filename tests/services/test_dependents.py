# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R7 from the repositories' metadata to the excuse, by the worker."""

from __future__ import annotations

from dataclasses import replace

from epelbot.domain.collection import Collection
from epelbot.domain.people import PackageAccess
from epelbot.domain.verdict import Verdict
from epelbot.settings import RepodataSource
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.wording.json_views import explain_json
from tests.services.house import House, a_rulebook
from tests.services.test_gather_and_judge import announced_story

EPEL9 = Collection(9)


def house_with(needs: dict[str, list[str]]) -> House:
    story = announced_story()
    story.world.graphs[EPEL9] = small_graph({"oldtool": (), **needs})
    story.world.access["newtool"] = PackageAccess("amy")
    house = House(story)
    rulebook = a_rulebook()
    sources = replace(rulebook.sources, repodata=RepodataSource(collection=("/srv/{release}",)))
    house.rulebook = replace(rulebook, sources=sources)
    house.sources = replace(house.sources, index=FakePackageIndex(story.world))
    return house


def test_who_needs_a_package_is_in_its_excuse_as_soon_as_it_is_announced() -> None:
    house = house_with({"newtool": ["oldtool"]}).sees()
    found = house.finding("R7")
    assert found.verdict is Verdict.WAIT
    assert found.measured.endswith("1 can no longer be installed: newtool (amy)")
    assert explain_json(house.excuse())["needed_by"] == [
        {
            "package": "newtool",
            "kind": "run-time",
            "rpms": ["newtool"],
            "needs": ["oldtool"],
            "direct": True,
            "maintainers": ["amy"],
        }
    ]


def test_a_change_in_the_metadata_is_seen_at_the_next_look() -> None:
    house = house_with({"newtool": ["oldtool"]}).sees()
    house.story.world.graphs[EPEL9] = small_graph({"oldtool": (), "newtool": ()})
    house.later(days=1)
    assert house.finding("R7").measured == "nobody who stays needs it"
    house.story.world.graphs[EPEL9] = small_graph({"oldtool": (), "newtool": ["oldtool"]})
    house.later(days=1)
    assert house.finding("R7").verdict is Verdict.WAIT


def test_metadata_that_cannot_be_had_make_it_unknown_and_break_nothing_else() -> None:
    house = house_with({})
    house.story.world.down.add("repodata")
    house.sees()
    assert house.finding("R7").verdict is Verdict.CANNOT_KNOW
    assert house.finding("R1").verdict is Verdict.OK
    house.story.world.down.clear()
    house.later(days=1)
    assert house.finding("R7").verdict is Verdict.OK


def test_a_package_that_stays_is_not_looked_up() -> None:
    house = house_with({"newtool": ["oldtool"]})
    house.feed(house.story.messages[:1])
    house.work()
    assert "R7" not in house.verdicts()
