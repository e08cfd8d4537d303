# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person is erased from the whole ledger, on both engines: no name is left, and the story stays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.retirement import Action
from epelbot.errors import BadInput
from epelbot.ledger import Ledger
from epelbot.ledger.export import export
from epelbot.ports import Sources
from epelbot.services.forget import Forgotten, forget
from epelbot.services.keep_word import NotNow
from epelbot.services.sweep import Sweep
from epelbot.testing.story import Story, whole_retirement
from epelbot.wording.forgetting import forgotten_text
from tests.services.house import TODAY, House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)


@pytest.fixture
def house(ledger: Ledger) -> House:
    """annie has retired oldtool and has written to the list; a package of bob's is called as she is."""
    story = Story()
    story.opens("epel9")
    story.package("annie", "bob", START, others=("annie",))
    story.shipped("annie-1.0-1.el9", START)
    story.package("oldtool", "annie", START)
    whole_retirement(story, start=START)
    story.given("oldtool", "annie", START + A_DAY)
    story.posted("Re: lunch", "annie here, at annie@fedoraproject.org\n", "annie", TODAY - A_DAY)
    house = House(story)
    house.ledger = ledger
    return house.sees()


def erase(house: House, account: str = "annie") -> Forgotten:
    return forget(
        house.ledger,
        account,
        house.now,
        domain="fedoraproject.org",
        author="smooge",
        reason="annie asked for it",
    )


def naming(house: House, account: str = "annie") -> list[str]:
    """All lines of an export in which the account stands, but for where a package of that name does."""
    lines = [re.sub(r"annie-1\.0-1\.el9", "", line) for line in export(house.ledger)]
    found = [line for line in lines if re.search(rf"\b{account}\b", line)]
    return [line for line in found if not re.search(r'"package[s]?\\*":\W*"?annie', line)]


def test_no_name_is_left_and_the_story_stays(house: House) -> None:
    state, before = house.state(), house.excuse()
    assert naming(house)
    done = erase(house)
    assert done.instead.startswith("erased-")
    assert naming(house) == []
    # Judged again from what is there, with no source that could tell anew.
    house.sources = Sources()
    house.work()
    assert naming(house) == []
    assert house.state() is state
    after = house.excuse()
    assert [(one.rule, one.verdict) for one in after.findings] == [
        (one.rule, one.verdict) for one in before.findings
    ]


def test_a_package_that_is_called_so_stays_what_it_is(house: House) -> None:
    erase(house)
    house.work()
    assert house.excuse("annie").package == "annie"
    assert house.excuse("annie").lifetime is not None


def test_nobody_is_told_at_an_address_that_means_nobody(house: House) -> None:
    erase(house)
    house.later(days=2)
    assert not [row for row in house.mails() if "erased" in row.recipient and row.status in ("held", "due")]


def test_a_sweep_brings_back_who_has_access_now_and_nothing_of_the_past(house: House) -> None:
    erase(house)
    house.now += A_DAY
    Sweep(house.ledger, house.rulebook, house.sources, lambda: house.now).run()
    lines = naming(house)
    assert lines
    assert all('"kind":"access"' in line for line in lines)


def test_while_a_message_waits_that_names_them_nobody_is_erased(house: House) -> None:
    house.story.given("annie", "annie", house.now)
    house.feed()
    with pytest.raises(NotNow, match="messages that name annie wait to be worked on"):
        erase(house)


@pytest.mark.parametrize("account", ["", "ab", "orphan", "erased-12345678"])
def test_some_names_cannot_be_erased(house: House, account: str) -> None:
    with pytest.raises(BadInput, match="cannot be erased"):
        erase(house, account)


def test_decisions_of_theirs_stand(house: House) -> None:
    roles = replace(house.rulebook.profile.roles, release_managers=("annie",))
    house.rulebook = replace(house.rulebook, profile=replace(house.rulebook.profile, roles=roles))
    house.decide(Action.REJECT, author="annie")
    state = house.state()
    done = erase(house)
    house.work()
    assert house.state() is state
    retirement = house.excuse().retirement
    assert retirement is not None
    assert retirement.decision is not None
    assert retirement.decision.author == done.instead


def test_what_is_said() -> None:
    assert forgotten_text("ann", "erased-1", {"inbox": 3, "posts": 1}).startswith(
        "Erased: ann is erased-1 from now on (inbox 3, posts 1)."
    )
