# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What judgements are made by, and what can be seen of a collection on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.profile import Profile
from epelbot.ledger import listings
from epelbot.services.rulebook import Rulebook
from tests.services.house import TODAY, House, a_rulebook


def tags(house: House, collection: str, as_of: date | None = None) -> tuple[str, ...]:
    with house.ledger.read() as connection:
        return house.rulebook.horizon(connection, Collection.parse(collection), TODAY, as_of).tags


def leads(house: House, tag: str) -> None:
    with house.ledger.write() as connection:
        listings.learn_release(connection, tag, "epel10", "current", TODAY)


def test_a_collection_has_one_tag_and_the_leading_one_those_of_all_minors_so_far() -> None:
    house = House()
    leads(house, "epel10.2")
    assert tags(house, "epel9") == ("epel9",)
    assert tags(house, "epel10.1") == ("epel10.1",)
    assert tags(house, "epel10") == ("epel10.0", "epel10.1", "epel10.2")


def test_on_a_day_before_a_known_branching_the_minor_of_that_time_led() -> None:
    house = House()
    leads(house, "epel10.2")
    assert tags(house, "epel10", date(2025, 2, 17)) == ("epel10.0",)
    assert tags(house, "epel10", date(2027, 1, 1)) == tags(house, "epel10")


def test_the_leading_collection_knows_until_when_its_older_tags_were_its_own() -> None:
    house = House()
    leads(house, "epel10.2")
    with house.ledger.read() as connection:
        of_leading = house.rulebook.horizon(connection, Collection(10), TODAY)
        of_plain = house.rulebook.horizon(connection, Collection(9), TODAY)
    assert dict(of_leading.led_until)["epel10.0"] == date(2025, 2, 18)
    assert "epel10.2" not in dict(of_leading.led_until)
    assert of_plain.led_until == ()


def test_a_source_that_fails_says_why_in_the_horizon() -> None:
    house = House()
    house.story.world.down.add("koji")
    house.story.package("oldtool", "ann", TODAY)
    house.sees()
    with house.ledger.read() as connection:
        horizon = house.rulebook.horizon(connection, Collection(9), TODAY)
    assert horizon.koji.error == "koji does not answer; it is asked again later"
    assert horizon.bodhi.error is None


@pytest.mark.parametrize(
    ("profile_says", "setting_says", "holds_from"),
    [
        (date(2024, 1, 1), date(2025, 1, 1), date(2024, 1, 1)),
        (None, date(2025, 1, 1), date(2025, 1, 1)),
        (None, None, TODAY.date()),
    ],
)
def test_in_force_from_the_profiles_day_else_the_settings_else_the_ledgers(
    profile_says: date | None, setting_says: date | None, holds_from: date
) -> None:
    house = House()
    rulebook = replace(a_rulebook(), profile=Profile(in_force_from=profile_says), in_force_from=setting_says)
    with house.ledger.write() as connection:
        assert rulebook.holds_from(connection, TODAY) == holds_from
        later = datetime(2030, 1, 1, tzinfo=UTC)
        assert rulebook.holds_from(connection, later) == holds_from, "a ledger is made once"
        assert rulebook.horizon(connection, Collection(9), later).in_force_from == holds_from


def test_a_ledger_that_nobody_has_worked_on_takes_everything_before_today_for_history() -> None:
    house = House()
    rulebook = replace(a_rulebook(), in_force_from=None)
    with house.ledger.read() as connection:
        assert rulebook.horizon(connection, Collection(9), TODAY).in_force_from == TODAY.date()


def test_another_profile_calendar_or_day_in_force_is_another_basis() -> None:
    one = a_rulebook()
    earlier = replace(one, in_force_from=date(2018, 1, 1))
    stricter = replace(one, profile=replace(one.profile, undo_days=7))
    shorter = replace(one, calendar=replace(one.calendar, majors=one.calendar.majors[:2]))
    assert len({book.basis_of(9) for book in (one, stricter, shorter, earlier)}) == 4
    assert isinstance(one, Rulebook)
    assert a_rulebook().bases == one.bases
    assert one.basis_of(8) == shorter.basis_of(8), "what changes in RHEL 9 is nothing to EPEL 8"
