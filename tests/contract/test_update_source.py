# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `UpdateSource` promises: the fake in memory, and Bodhi's REST API over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.evidence import UpdateSeen
from epelbot.errors import NotThere, TransientError
from epelbot.http import Http
from epelbot.ports import Release, UpdateSource
from epelbot.sources.bodhi import Bodhi
from epelbot.testing.bodhi import FakeBodhi
from epelbot.testing.server import serve
from epelbot.testing.server_web import bodhi_route
from epelbot.testing.world import World
from tests.contract.web_story import ON_TEN, STABLE, TESTING, story


@pytest.fixture
def world() -> World:
    return story()


@pytest.fixture(params=["fake", "rest"])
def bodhi(request: pytest.FixtureRequest, world: World) -> Iterator[UpdateSource]:
    if request.param == "fake":
        yield FakeBodhi(world)
        return
    with serve(world, bodhi_route) as server, Http(pause=lambda _: None) as http:
        yield Bodhi(http, f"{server.url}/bodhi")


@pytest.mark.parametrize("update", [STABLE, TESTING, ON_TEN])
def test_an_update_is_given_as_it_stands_now(bodhi: UpdateSource, update: UpdateSeen) -> None:
    assert bodhi.update(update.alias) == update


def test_an_update_that_changes_is_seen_changed(bodhi: UpdateSource, world: World) -> None:
    bodhi.update(TESTING.alias)
    pushed = replace(TESTING, status="stable", request=None, stable_at=datetime(2026, 10, 20, 3, tzinfo=UTC))
    world.updates[TESTING.alias] = pushed
    assert bodhi.update(TESTING.alias) == pushed


@pytest.mark.parametrize("alias", ["FEDORA-EPEL-2026-ffffffffff", "libfoo", "no/such alias?"])
def test_an_alias_that_is_none_is_not_there(bodhi: UpdateSource, alias: str) -> None:
    with pytest.raises(NotThere):
        bodhi.update(alias)


def test_the_updates_of_a_package_come_oldest_first(bodhi: UpdateSource) -> None:
    assert bodhi.updates_of("libfoo", ["epel10.2", "epel9"]) == (STABLE, ON_TEN, TESTING)


def test_an_update_of_several_packages_is_one_of_each(bodhi: UpdateSource) -> None:
    assert bodhi.updates_of("libbar", ["epel9"]) == (TESTING,)


def test_updates_for_other_releases_are_left_out(bodhi: UpdateSource) -> None:
    assert bodhi.updates_of("libfoo", ["epel10.2"]) == (ON_TEN,)


@pytest.mark.parametrize(
    ("package", "releases"),
    [
        ("libnew", ["epel9"]),
        ("libfoo", ["epel10.1"]),
        ("libfoo", ["epel11.0"]),
        ("libfoo", []),
        ("lib", ["epel9"]),
    ],
)
def test_what_has_no_updates_has_none(bodhi: UpdateSource, package: str, releases: list[str]) -> None:
    assert bodhi.updates_of(package, releases) == ()


def test_no_update_of_a_long_history_is_lost(bodhi: UpdateSource, world: World) -> None:
    history = tuple(
        replace(
            STABLE,
            alias=f"FEDORA-EPEL-2026-{number:010x}",
            builds=(f"libmany-{number}-1.el9",),
            submitted_at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        )
        for number in range(120)
    )
    world.updates.update((update.alias, update) for update in history)
    assert bodhi.updates_of("libmany", ["epel9"]) == history


def test_updates_are_told_by_when_they_were_submitted(bodhi: UpdateSource) -> None:
    october = datetime(2026, 10, 1, tzinfo=UTC)
    assert bodhi.updates_submitted("epel9", None, october) == (STABLE,)
    assert bodhi.updates_submitted("epel9", october, datetime(2026, 11, 1, tzinfo=UTC)) == (TESTING,)
    assert bodhi.updates_submitted("epel9", None, datetime(2026, 11, 1, tzinfo=UTC)) == (STABLE, TESTING)
    assert bodhi.updates_submitted("epel11.0", None, october) == ()
    assert STABLE.submitted_at is not None
    assert bodhi.updates_submitted("epel9", STABLE.submitted_at, october) == (STABLE,)
    assert bodhi.updates_submitted("epel9", None, STABLE.submitted_at) == ()


def test_live_updates_are_those_pending_or_in_testing(bodhi: UpdateSource) -> None:
    assert bodhi.live_updates("epel9") == (TESTING,)
    assert bodhi.live_updates("epel10.2") == (ON_TEN,)
    assert bodhi.live_updates("epel10.1") == ()


def test_updates_can_be_asked_for_by_name_together(bodhi: UpdateSource) -> None:
    unknown = "FEDORA-EPEL-2026-ffffffffff"
    assert bodhi.updates_called([TESTING.alias, unknown, STABLE.alias]) == (STABLE, TESTING)
    assert bodhi.updates_called([]) == ()
    assert bodhi.updates_called(["no such, alias"]) == ()


def test_releases_are_those_in_use_and_those_archived(bodhi: UpdateSource) -> None:
    assert bodhi.releases() == (
        Release("EPEL-10.1", "epel10.1", "epel10.1", "current"),
        Release("EPEL-10.2", "epel10", "epel10.2", "current"),
        Release("EPEL-7", "epel7", "epel7", "archived"),
        Release("EPEL-9", "epel9", "epel9", "current"),
    )


def test_a_release_made_meanwhile_is_found(bodhi: UpdateSource, world: World) -> None:
    assert bodhi.updates_of("libfoo", ["epel10.3"]) == ()
    world.releases.append(Release("EPEL-10.3", "epel10", "epel10.3", "current"))
    first = replace(ON_TEN, alias="FEDORA-EPEL-2026-00000000dd", release="epel10.3")
    world.updates[first.alias] = first
    assert bodhi.updates_of("libfoo", ["epel10.3"]) == (first,)


def test_an_outage_is_for_now(bodhi: UpdateSource, world: World) -> None:
    world.down.add("bodhi")
    for ask in (
        bodhi.releases,
        lambda: bodhi.live_updates("epel9"),
        lambda: bodhi.updates_called([STABLE.alias]),
        lambda: bodhi.updates_submitted("epel9", None, datetime(2026, 11, 1, tzinfo=UTC)),
        lambda: bodhi.update(STABLE.alias),
        lambda: bodhi.updates_of("libfoo", ["epel9"]),
    ):
        with pytest.raises(TransientError):
            ask()
    world.down.clear()
    assert bodhi.update(STABLE.alias) == STABLE
