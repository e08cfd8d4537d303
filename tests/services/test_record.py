# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Record: stored messages become evidence, and what they concern becomes due."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from epelbot.domain.collection import leading_minors
from epelbot.domain.evidence import Recorded
from epelbot.domain.people import PackageAccess
from epelbot.ledger import inbox, listings
from epelbot.services.record import record_messages
from epelbot.testing.messages import Record, push_message, sync_message, tag_message, update_message
from epelbot.testing.story import README
from epelbot.translate import topics
from tests.services.house import TODAY, House

A_DAY = timedelta(days=1)


def due(house: House) -> list[tuple[str, str]]:
    """The listings that wait to be judged, in the order in which they will be."""
    with house.ledger.write() as connection:
        leases = listings.claim(connection, house.now, "test", 60, limit=100)
    return [(lease.package, lease.collection.name) for lease in leases]


def recorded(*messages: Record) -> House:
    house = House()
    house.feed(list(messages))
    while record_messages(house.ledger, house.now, 100):
        pass
    return house


def test_a_message_makes_its_listing_due() -> None:
    house = recorded(tag_message("foo-1-1.el9", "epel9-testing", at=TODAY))
    assert due(house) == [("foo", "epel9")]


def test_an_update_of_several_packages_makes_each_of_them_due() -> None:
    builds = ["foo-1-1.el9", "bar-1-1.el9"]
    house = recorded(update_message("bodhi.update.request.testing", alias="A", builds=builds, at=TODAY))
    assert sorted(due(house)) == [("bar", "epel9"), ("foo", "epel9")]


def test_who_maintains_a_package_concerns_every_collection_it_is_known_in() -> None:
    house = recorded(*(tag_message("foo-1-1", tag, at=TODAY) for tag in ("epel8", "epel9")))
    assert len(due(house)) == 2
    house.now += A_DAY
    house.feed([push_message("foo", "rawhide", at=house.now, access=PackageAccess("bob"))])
    record_messages(house.ledger, house.now, 100)
    assert sorted(due(house)) == [("foo", "epel8"), ("foo", "epel9")]


def test_a_sync_makes_open_retirements_due_and_nothing_else() -> None:
    house = House()
    house.story.opens("epel9")
    for package in ("oldtool", "newtool"):
        house.story.package(package, "ann", TODAY - 900 * A_DAY)
        house.story.shipped(f"{package}-1-1.el9", TODAY - 800 * A_DAY)
    house.story.announced("oldtool", "epel9", "ann", TODAY - A_DAY)
    house.sees()
    house.feed([sync_message("9", at=house.now)])
    record_messages(house.ledger, house.now, 100)
    assert due(house) == [("oldtool", "epel9")]


def test_the_branch_that_an_update_names_tells_which_minor_leads() -> None:
    def message(release: str, branch: str, at: timedelta) -> Record:
        return update_message(
            "bodhi.update.request.testing",
            alias=f"A{release}",
            builds=["foo-1-1.el10_1"],
            at=TODAY + at,
            release=release,
            branch=branch,
        )

    first, second = message("epel10.1", "epel10", -2 * A_DAY), message("epel10.1", "epel10.1", -A_DAY)
    third = message("epel10.2", "epel10", -A_DAY)
    for order in ([first, second, third], [third, second, first]):
        house = recorded(*order)
        with house.ledger.read() as connection:
            branches = listings.branches_of_tags(connection)
        assert branches == {"epel10.1": "epel10.1", "epel10.2": "epel10"}, (
            "the newest word counts, not the last"
        )
        assert leading_minors(branches) == {10: 2}


@pytest.mark.parametrize("branch", ["epel8", "epel9-next", "../../etc", "epel10"])
def test_a_branch_that_cannot_be_the_releases_is_not_believed(branch: str) -> None:
    house = recorded(
        update_message(
            "bodhi.update.request.testing", alias="A", builds=["foo-1-1.el9"], at=TODAY, branch=branch
        )
    )
    assert due(house) == [("foo", "epel9")]
    with house.ledger.read() as connection:
        assert listings.branches_of_tags(connection) == {}


def test_a_message_of_no_meaning_is_parked_and_holds_up_no_other() -> None:
    bad = tag_message("foo-1-1.el9", "epel9", at=TODAY)
    bad["body"]["name"] = ["no", "name"]
    house = recorded(bad, tag_message("bar-1-1.el9", "epel9", at=TODAY))
    assert due(house) == [("bar", "epel9")]
    with house.ledger.read() as connection:
        (parked,) = inbox.listed(connection, "parked", 10)
    assert parked.error is not None
    assert "name" in parked.error


def test_a_message_on_which_epelbot_itself_fails_is_parked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    house.story.opens("epel9")
    house.story.package("oldtool", "ann", TODAY - 900 * A_DAY)
    house.story.shipped("oldtool-1-1.el9", TODAY - 800 * A_DAY, readme=README)

    def fails(payload: bytes, received_at: datetime) -> tuple[Recorded, ...]:
        if b"update.complete.stable" in payload:
            raise RuntimeError("a fault of our own")
        return keeps(payload, received_at)

    keeps = topics.translate
    monkeypatch.setattr("epelbot.services.record.translate", fails)
    house.sees()
    with house.ledger.read() as connection:
        (parked,) = inbox.listed(connection, "parked", 10)
    assert parked.error == "epelbot failed on it: RuntimeError: a fault of our own"
    assert house.verdicts()["L1"].value == "ok", "what Koji tells is enough for that"
