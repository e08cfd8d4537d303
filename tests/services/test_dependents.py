# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R7 from the repositories' metadata to the excuse, by the worker."""

from __future__ import annotations

from dataclasses import replace

from epelbot.domain.collection import Collection
from epelbot.domain.nevra import EVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.succession import Offered, Offers
from epelbot.domain.verdict import Verdict
from epelbot.settings import RepodataSource
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.testing.story import README
from epelbot.wording.json_views import explain_json
from tests.services.house import House, a_rulebook
from tests.services.test_gather_and_judge import A_DAY, END, announced_story

EPEL9 = Collection(9)


def house_with(needs: dict[str, list[str]]) -> House:
    story = announced_story()
    story.world.graphs[EPEL9] = small_graph({"oldtool": (), **needs})
    story.world.access["newtool"] = PackageAccess("amy")
    return with_index(House(story))


def with_index(house: House) -> House:
    rulebook = a_rulebook()
    sources = replace(rulebook.sources, repodata=RepodataSource(collection=("/srv/{release}",)))
    house.rulebook = replace(rulebook, sources=sources)
    house.sources = replace(house.sources, index=FakePackageIndex(house.story.world))
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


# Telling their maintainers


def told_of_needs(house: House) -> list[tuple[str, str, str]]:
    return [one for one in house.told() if one[2].endswith("has left epel9")]


def test_whoever_maintains_what_needs_it_is_told_once() -> None:
    house = house_with({"newtool": ["oldtool"]}).sees()
    subject = "newtool can no longer be installed once oldtool has left epel9"
    assert told_of_needs(house) == [("held", "amy", subject)]
    for _ in range(4):
        house.later(days=40)
    assert told_of_needs(house) == [("held", "amy", subject)]


def test_while_mail_goes_out_nobody_is_reminded_of_it() -> None:
    house = house_with({"newtool": ["oldtool"]})
    house.send = True
    house.settings = replace(house.settings, deliver=replace(house.settings.deliver, mail="send"))
    house.sees()
    for _ in range(6):
        house.later(days=31)
    assert [one[:2] for one in told_of_needs(house)] == [("sent", "amy")]


def test_a_need_that_goes_before_the_mail_went_out_takes_it_back() -> None:
    house = house_with({"newtool": ["oldtool"]}).sees()
    house.story.world.graphs[EPEL9] = small_graph({"oldtool": (), "newtool": ()})
    house.later(days=1)
    assert [one[:2] for one in told_of_needs(house)] == [("superseded", "amy")]


def test_build_time_and_weak_needs_are_told_and_hold_nothing() -> None:
    house = house_with({})
    house.story.world.graphs[EPEL9] = small_graph(
        {"oldtool": (), "newtool": (), "third": ()},
        build={"newtool": ["oldtool"]},
        weak={"third": ["oldtool"]},
    )
    house.story.world.access["third"] = PackageAccess("bob")
    house.sees()
    assert house.finding("R7").verdict is Verdict.OK
    subjects = {(to, subject) for _, to, subject in house.told()}
    assert ("amy", "newtool can no longer be built once oldtool has left epel9") in subjects
    assert ("bob", "third recommends oldtool, which leaves epel9") in subjects


def test_of_an_orphan_nobody_is_told() -> None:
    house = house_with({"newtool": ["oldtool"]})
    house.story.world.access["newtool"] = PackageAccess("orphan")
    house.sees()
    assert told_of_needs(house) == []


def test_while_dist_git_is_silent_they_wait_and_are_told_later() -> None:
    house = house_with({"newtool": ["oldtool"]})
    access = house.story.world.access.pop("newtool")
    house.story.world.down.add("dist-git")
    house.sees()
    house.story.world.access["newtool"] = access
    house.story.world.down.clear()
    house.later(days=1)
    assert [one[:2] for one in told_of_needs(house)] == [("held", "amy")]


def test_of_very_many_all_are_told_in_the_end_and_each_is_asked_for_once() -> None:
    many = {f"needs{number}": ["oldtool"] for number in range(50)}
    house = house_with(many)
    for number, package in enumerate(many):
        house.story.world.access[package] = PackageAccess(f"person{number}")
    house.sees()
    assert len(told_of_needs(house)) == 20
    house.later(hours=1)
    house.later(hours=1)
    assert len(told_of_needs(house)) == 50


def test_whoever_maintains_very_many_of_them_gets_one_summary() -> None:
    many = {f"needs{number}": ["oldtool"] for number in range(15)}
    house = house_with(many)
    for package in many:
        house.story.world.access[package] = PackageAccess("amy")
    house.sees()
    mails = [(to, subject) for _, to, subject in house.told() if to == "amy"]
    assert mails == [("amy", "15 things to do in EPEL: 15 packages")]


# What is public


def test_a_final_build_that_the_metadata_have_is_public_though_no_sync_was_heard_of() -> None:
    story = announced_story()
    story.shipped("oldtool-1.0-2.el9", END + A_DAY, readme=README)
    story.messages = [one for one in story.messages if "sync" not in one["topic"]]
    story.world.graphs[EPEL9] = small_graph({"oldtool": ()})
    old = Offered("oldtool", "oldtool", EVR(0, "1.0", "1.el9"))
    story.world.offers[EPEL9] = Offers({"x86_64": (old,), "s390x": (old,)})
    house = with_index(House(story)).sees_at(END + 30 * A_DAY)
    assert house.verdicts()["R3"] is Verdict.CANNOT_KNOW
    new = replace(old, evr=EVR(0, "1.0", "2.el9"))
    story.world.offers[EPEL9] = Offers({"x86_64": (new,), "s390x": (old,)})
    house.later(days=1)
    assert house.verdicts()["R3"] is Verdict.CANNOT_KNOW
    story.world.offers[EPEL9] = Offers({"x86_64": (new,), "s390x": (new,)})
    house.later(days=1)
    assert house.finding("R3").measured.startswith(
        "oldtool-1.0-2.el9 is in the public metadata, seen there on"
    )
    assert house.verdicts()["R3"] is Verdict.OK
