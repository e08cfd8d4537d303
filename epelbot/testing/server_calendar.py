# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""endoflife.date and Red Hat's life-cycle API as routes of the test server (FIELD 7.3, 7.4).

They lie under ``/endoflife`` and ``/red-hat``. Beside what the world publishes they tell what real ones do:
majors that EPEL has nothing to do with, and phases that are none of its business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event, Kind
from epelbot.testing.server import Request, Response
from epelbot.testing.world import World

_OUTAGE = Response(503, b"Service Unavailable")


def endoflife_route(world: World, request: Request) -> Response | None:
    """Answer as endoflife.date's API v1 does; without the slash at the end it redirects."""
    if not request.path.startswith("/endoflife/"):
        return None
    if ENDOFLIFE in world.down:
        return _OUTAGE
    if request.path == "/endoflife/products/rhel":
        return Response(301, headers={"Location": "/endoflife/products/rhel/"})
    if request.path != "/endoflife/products/rhel/":
        return Response(404, b'{"message": "Not found"}', "application/json")
    days = world.published.get(ENDOFLIFE, {})
    releases = [_release(major, days) for major in sorted(_majors(days), reverse=True)]
    result = {
        "name": "rhel",
        "label": "Red Hat Enterprise Linux",
        "aliases": ["red-hat-enterprise-linux"],
        "category": "os",
        "tags": ["linux-distribution", "os", "red-hat"],
        "versionCommand": "cat /etc/redhat-release",
        "identifiers": [{"id": "cpe:/o:redhat:enterprise_linux", "type": "cpe"}],
        "labels": {"eoas": "Full Support", "discontinued": None, "eol": "Maintenance Support", "eoes": "ELS"},
        "links": {"html": "https://endoflife.date/rhel", "icon": None, "releasePolicy": None},
        "releases": [*releases, _old_release()],
    }
    return _json(
        {
            "schema_version": "1.2.1",
            "generated_at": "2026-11-23T00:22:01+00:00",
            "last_modified": "2026-11-20T08:15:30+00:00",
            "result": result,
        }
    )


def red_hat_route(world: World, request: Request) -> Response | None:
    """Answer as Red Hat's Product Life Cycle API does; no product of the name is an empty list."""
    if request.path != "/red-hat/products":
        return None
    if RED_HAT in world.down:
        return _OUTAGE
    product = "Red Hat Enterprise Linux"
    if request.asked("name") != product:
        return _json({"data": []})
    days = world.published.get(RED_HAT, {})
    versions = [_version(major, days) for major in sorted(_majors(days), reverse=True)]
    if versions:
        versions.append({"name": "7 (Power9)", "phases": [_phase("General availability", "N/A")]})
    data = [
        {"name": f"{product} for SAP", "versions": [_old_version()]},
        {"name": product, "versions": versions},
    ]
    return _json({"data": data})


def _majors(days: Mapping[Event, date]) -> set[int]:
    return {event.major for event in days}


def _release(major: int, days: Mapping[Event, date]) -> dict[str, Any]:
    minors = [event.minor for event in days if event.kind is Kind.GA and event.major == major]
    newest = max(minor for minor in minors if minor is not None)
    first, end = days.get(Event(Kind.GA, major, 0)), days.get(Event(Kind.END, major))
    return {
        "name": str(major),
        "codename": None,
        "label": str(major),
        "releaseDate": str(first or days[Event(Kind.GA, major, newest)]),
        "isLts": False,
        "ltsFrom": None,
        "isEoas": False,
        "eoasFrom": None,
        "isEol": False,
        "eolFrom": None if end is None else str(end),
        "isEoes": False,
        "eoesFrom": "2040-05-31",
        "isMaintained": True,
        "latest": {
            "name": f"{major}.{newest}",
            "date": str(days[Event(Kind.GA, major, newest)]),
            "link": None,
        },
        "custom": None,
    }


def _old_release() -> dict[str, Any]:
    return {"name": "6", "label": "6", "releaseDate": "2010-11-10", "eolFrom": "2020-11-30", "latest": None}


def _version(major: int, days: Mapping[Event, date]) -> dict[str, Any]:
    phases = [_phase("Full support", "2000-01-01T00:00:00.000Z")]
    for kind, minor, name in ((Kind.GA, 0, "General availability"), (Kind.END, None, "Maintenance support")):
        day = days.get(Event(kind, major, minor))
        phases.append(_phase(name, "N/A" if day is None else f"{day}T00:00:00.000Z"))
    phases.append(_phase("Extended life cycle support (ELS) add-on", "2040-05-31T00:00:00.000Z"))
    return {"name": str(major), "type": "Full Support", "phases": phases}


def _old_version() -> dict[str, Any]:
    return {"name": "8", "phases": [_phase("General availability", "1999-01-01T00:00:00.000Z")]}


def _phase(name: str, day: str) -> dict[str, Any]:
    return {"name": name, "date": day, "date_format": "date" if day != "N/A" else "string"}


def _json(value: object) -> Response:
    return Response(200, json.dumps(value).encode(), "application/json")
