# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `CalendarSource` promises: the fakes, and both real ones over a real connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event, Kind
from epelbot.errors import PermanentError, TransientError
from epelbot.http import Http
from epelbot.ports import CalendarSource
from epelbot.sources.endoflife import EndOfLife
from epelbot.sources.red_hat import RedHatLifeCycle
from epelbot.testing.calendar import FakeCalendarSource
from epelbot.testing.server import LocalServer, serve
from epelbot.testing.server_calendar import endoflife_route, red_hat_route
from epelbot.testing.world import World

NINE = {Event(Kind.GA, 9, 0): date(2022, 5, 18), Event(Kind.END, 9): date(2032, 5, 31)}
ELEVEN = {Event(Kind.GA, 11, 0): date(2028, 5, 16)}
PUBLISHED = {
    ENDOFLIFE: NINE | ELEVEN | {Event(Kind.GA, 9, 9): date(2026, 12, 8)},
    RED_HAT: NINE | {Event(Kind.GA, 10, 0): date(2025, 5, 20), Event(Kind.END, 10): date(2035, 5, 31)},
}


@dataclass(frozen=True, slots=True)
class Wire:
    """One real source on a local server."""

    server: LocalServer
    source: CalendarSource

    def answers(self, value: object) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.server.fail_next(status=200, body=body, content_type="application/json")


@pytest.fixture
def world() -> World:
    return World(published=dict(PUBLISHED))


@pytest.fixture(params=[ENDOFLIFE, RED_HAT])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wire(name: str, world: World) -> Iterator[Wire]:
    with serve(world, endoflife_route, red_hat_route) as server, Http(pause=lambda _: None) as http:
        yield Wire(server, _real(name, http, server.url))


def _real(name: str, http: Http, url: str) -> CalendarSource:
    if name == ENDOFLIFE:
        return EndOfLife(http, f"{url}/endoflife/")
    return RedHatLifeCycle(http, f"{url}/red-hat/products")


@pytest.fixture(params=["fake", "real"])
def source(request: pytest.FixtureRequest, name: str, world: World) -> CalendarSource:
    if request.param == "fake":
        return FakeCalendarSource(world, name)
    wire: Wire = request.getfixturevalue("wire")
    return wire.source


def test_it_gives_every_day_that_it_publishes_and_no_other(source: CalendarSource) -> None:
    assert source.days() == PUBLISHED[source.name]


def test_what_it_publishes_later_is_seen(source: CalendarSource, world: World) -> None:
    source.days()
    world.published[source.name] = NINE | {Event(Kind.GA, 9, 0): date(2022, 5, 17)}
    assert source.days()[Event(Kind.GA, 9, 0)] == date(2022, 5, 17)


def test_an_outage_is_for_now(source: CalendarSource, world: World) -> None:
    world.down.add(source.name)
    with pytest.raises(TransientError):
        source.days()
    world.down.clear()
    assert source.days()


def test_an_answer_without_any_rhel_is_no_answer(source: CalendarSource, world: World) -> None:
    world.published.clear()
    with pytest.raises(PermanentError, match="names no RHEL that EPEL is built for"):
        source.days()


# The wire.


def test_a_web_page_in_place_of_data_is_an_outage(wire: Wire) -> None:
    wire.server.fail_next(status=200, body=b"<!doctype html><p>Maintenance", content_type="text/html")
    with pytest.raises(TransientError, match="web page"):
        wire.source.days()


def test_half_an_answer_is_asked_over_and_never_taken(wire: Wire) -> None:
    whole = wire.source.days()
    wire.server.fail_next(cut_at=200)
    assert wire.source.days() == whole
    wire.server.fail_next(cut_at=200, times=3)
    with pytest.raises(TransientError):
        wire.source.days()


@pytest.mark.parametrize("body", [b"", b"OK", b'{"result": ', b"[" * 100_000])
def test_what_is_no_json_is_no_answer(wire: Wire, body: bytes) -> None:
    wire.answers(body)
    with pytest.raises(PermanentError):
        wire.source.days()


def test_endoflife_date_sends_us_on_to_the_address_with_a_slash(world: World) -> None:
    with serve(world, endoflife_route) as server, Http(pause=lambda _: None) as http:
        assert http.get_json(f"{server.url}/endoflife/products/rhel")["schema_version"] == "1.2.1"


def endoflife(**changed: Any) -> dict[str, Any]:
    release = {
        "name": "9",
        "releaseDate": "2022-05-18",
        "eolFrom": "2032-05-31",
        "latest": {"name": "9.8", "date": "2026-05-20", "link": None},
    }
    return {"result": {"releases": [release | changed]}}


def red_hat(*phases: tuple[object, object], name: str = "9") -> dict[str, Any]:
    told = [{"name": what, "date": day} for what, day in phases]
    return {"data": [{"name": "Red Hat Enterprise Linux", "versions": [{"name": name, "phases": told}]}]}


NOT_ENDOFLIFE: tuple[object, ...] = (
    None,
    [],
    {},
    {"result": None},
    {"result": {"releases": {}}},
    {"result": {"releases": [None]}},
    {"result": {"releases": []}},
    endoflife(name=9),
    endoflife(releaseDate=None),
    endoflife(releaseDate="2022-02-30"),
    endoflife(releaseDate=1652832000),
    endoflife(eolFrom=True),
    endoflife(latest="9.8"),
    endoflife(latest={"name": "9.8.1", "date": "2026-05-20"}),
    endoflife(latest={"name": "10.2", "date": "2026-05-20"}),
    endoflife(latest={"name": "9.8", "date": "soon"}),
    endoflife(name="6"),
)
NOT_RED_HAT: tuple[object, ...] = (
    None,
    [],
    {},
    {"data": {}},
    {"data": []},
    {"data": [None]},
    {"data": [{"name": "Red Hat Enterprise Linux", "versions": None}]},
    red_hat(("General availability", "2022-02-30T00:00:00.000Z")),
    red_hat(("General availability", 7)),
    red_hat((7, "2022-05-18")),
    red_hat(("General availability", "N/A")),
    red_hat(("General availability", "2010-11-10"), name="6"),
)
NONSENSE = [*((ENDOFLIFE, one) for one in NOT_ENDOFLIFE), *((RED_HAT, one) for one in NOT_RED_HAT)]


@pytest.mark.parametrize(("of", "value"), NONSENSE)
def test_nonsense_is_refused_with_one_sentence(world: World, of: str, value: object) -> None:
    with serve(world) as server, Http(pause=lambda _: None) as http:
        wire = Wire(server, _real(of, http, server.url))
        wire.answers(value)
        with pytest.raises(PermanentError) as refused:
            wire.source.days()
    assert "\n" not in str(refused.value)


def test_a_day_that_is_not_fixed_yet_is_no_day_and_of_two_phases_of_maintenance_the_later_ends_it(
    world: World,
) -> None:
    with serve(world) as server, Http(pause=lambda _: None) as http:
        wire = Wire(server, _real(RED_HAT, http, server.url))
        wire.answers(
            red_hat(
                ("Maintenance Support 2", "2024-06-30T00:00:00.000Z"),
                ("Maintenance Support 1", "2020-08-06T00:00:00.000Z"),
                ("General availability", "Not fixed"),
                ("Extended life cycle support (ELS) add-on", "2029-05-31T00:00:00.000Z"),
                name="7",
            )
        )
        assert wire.source.days() == {Event(Kind.END, 7): date(2024, 6, 30)}


def test_a_major_without_an_end_or_a_newest_minor_is_told_without_them(world: World) -> None:
    with serve(world) as server, Http(pause=lambda _: None) as http:
        wire = Wire(server, _real(ENDOFLIFE, http, server.url))
        wire.answers(endoflife(eolFrom=None, latest=None, added="later"))
        assert wire.source.days() == {Event(Kind.GA, 9, 0): date(2022, 5, 18)}
