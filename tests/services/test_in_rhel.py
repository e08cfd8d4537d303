# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reason in-rhel from RHEL's repositories to the excuse, by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, PackageList
from epelbot.domain.facts import Known
from epelbot.domain.nevra import EVR
from epelbot.domain.profile import Rhel
from epelbot.domain.retirement import Action, State
from epelbot.domain.succession import Offers
from epelbot.domain.verdict import Verdict
from epelbot.policy.gate import Answer
from epelbot.ports import PackageIndex, Reached
from epelbot.services.gate import ask_gate
from epelbot.testing.package_index import FakePackageIndex
from epelbot.testing.story import Story
from epelbot.wording.json_views import explain_json
from tests.services.house import House, a_rulebook

ENTERED = datetime(2026, 6, 15, 12, tzinfo=UTC)
SAID = datetime(2026, 10, 1, 12, tzinfo=UTC)
ALMA = "https://alma.example/{major}/"
HAS_IT = {
    arch: PackageList(sources={"oldtool": EVR(0, "2.0", "1.el9")}) for arch in ("x86_64", "aarch64", "s390x")
}


@dataclass
class Counting:
    """An index that counts how often RHEL's lists are asked for."""

    index: PackageIndex
    asked: list[Collection] = field(default_factory=list)

    def dependencies(self, collection: Collection) -> Known[DependencyGraph] | None:
        return self.index.dependencies(collection)

    def reach(self, collection: Collection, rhel: Sequence[str]) -> tuple[Reached, ...]:
        return self.index.reach(collection, rhel)

    def offers(self, collection: Collection) -> Known[Offers] | None:
        return self.index.offers(collection)

    def package_lists(
        self, repositories: Sequence[str], collection: Collection
    ) -> Known[Mapping[str, PackageList]]:
        self.asked.append(collection)
        return self.index.package_lists(repositories, collection)


def village(reason: str = "It is part of RHEL 9.8 now.") -> tuple[House, Counting]:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", ENTERED)
    story.shipped("oldtool-1.0-1.el9", ENTERED)
    story.announced("oldtool", "epel9", "ann", SAID, reason)
    story.world.rhel[ALMA] = dict(HAS_IT)
    house = House(story)
    rulebook = a_rulebook()
    profile = replace(rulebook.profile, rhel=Rhel((ALMA,), "AlmaLinux"))
    house.rulebook = replace(rulebook, profile=profile)
    index = Counting(FakePackageIndex(story.world))
    house.sources = replace(house.sources, index=index)
    return house, index


def test_what_rhel_carries_is_the_release_managers_to_decide_at_once() -> None:
    house, _ = village()
    house.sees()
    assert house.state() is State.QUEUED
    assert house.verdicts() == dict.fromkeys(("L1", "L2", "R1", "R2", "R3"), Verdict.OK) | {
        "R4": Verdict.OTHERS_MUST_ACT
    }
    ((_, to, subject),) = house.told()
    assert (to, subject) == ("epel-releng", "oldtool is ready to leave epel9")
    retirement = explain_json(house.excuse())["retirement"]
    assert (retirement["in_rhel"], retirement["asks_for_build"]) == (True, False)


def test_rhel_is_asked_only_about_what_is_said_to_be_in_it() -> None:
    house, index = village("I have no time for it.")
    house.sees()
    assert index.asked == []
    assert house.verdicts()["L1"] is Verdict.WAIT


def test_a_repository_that_is_silent_is_no_answer_and_nobody_is_asked_for_anything() -> None:
    house, _ = village()
    house.story.world.down.add("rhel")
    house.sees()
    assert (house.verdicts()["L1"], house.verdicts()["R2"]) == (Verdict.CANNOT_KNOW, Verdict.CANNOT_KNOW)
    assert house.told() == []
    house.story.world.down.clear()
    house.later(hours=1)
    assert house.state() is State.QUEUED


def test_what_rhel_no_longer_carries_for_one_architecture_is_owed_again() -> None:
    house, _ = village()
    house.sees()
    house.story.world.rhel[ALMA]["s390x"] = PackageList()
    house.later(days=1)
    assert house.verdicts()["L1"] is Verdict.WAIT
    assert house.state() is State.ANNOUNCED


def test_a_departure_that_rhel_explains_is_none_against_the_rules() -> None:
    house, _ = village()
    house.sees_at(SAID + timedelta(days=1))
    house.story.blocked("oldtool", "epel9", SAID + timedelta(days=2), by="ann")
    house.sees_at(SAID + timedelta(days=3))
    assert house.excuse().verdict is Verdict.OK
    assert house.state() is State.RETIRED
    assert not [one for one in house.told() if "something was missed" in one[2]]


def test_a_departure_is_no_violation_while_rhel_is_silent() -> None:
    house, _ = village()
    house.story.world.down.add("rhel")
    house.sees_at(SAID + timedelta(days=1))
    house.story.blocked("oldtool", "epel9", SAID + timedelta(days=2), by="ann")
    house.sees_at(SAID + timedelta(days=9))
    assert house.excuse().verdict is Verdict.CANNOT_KNOW
    assert house.told() == []


def test_lists_that_fall_silent_never_lead_to_may_retire() -> None:
    house, _ = village()
    house.sees_at(SAID + timedelta(days=1))
    house.decide(Action.APPROVE)
    house.later(days=1)
    assert asked(house) is Answer.YES
    house.story.world.down.add("rhel")
    house.later(hours=13)
    assert asked(house) is Answer.CANNOT_KNOW
    # Nor once what they said before is too old to be believed.
    house.later(days=5)
    assert house.verdicts()["L1"] is Verdict.CANNOT_KNOW
    assert asked(house) is Answer.CANNOT_KNOW


def asked(house: House) -> Answer:
    found = ask_gate(house.ledger, house.rulebook, "oldtool", Collection(9), house.now)
    assert found is not None
    return found[1].answer
