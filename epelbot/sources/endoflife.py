# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""endoflife.date over its API v1: the newest minor of each major of RHEL, and its last day (FIELD 7.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from epelbot.domain.calendar import parse_minor
from epelbot.domain.calendar_words import ENDOFLIFE, OLDEST_MAJOR, Event, Kind
from epelbot.errors import PermanentError
from epelbot.http import Http
from epelbot.translate import shape

_MAJOR = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """endoflife.date at ``base_url`` ("https://endoflife.date/api/v1"); fulfils `CalendarSource`.

    It tells no history: of the minors between the first and the newest nothing is in its answer.
    """

    http: Http
    base_url: str
    name: str = ENDOFLIFE

    def days(self) -> Mapping[Event, date]:
        """As `CalendarSource.days`."""
        address = f"{self.base_url.rstrip('/')}/products/rhel/"
        answer = shape.mapping(self.http.get_json(address), "endoflife.date's answer")
        result = shape.mapping(answer.get("result"), "result")
        found: dict[Event, date] = {}
        for at, row in enumerate(shape.items(result.get("releases"), "releases")):
            release = shape.mapping(row, f"releases[{at}]")
            name = shape.text(release.get("name"), f"releases[{at}].name")
            if _MAJOR.fullmatch(name) and int(name) >= OLDEST_MAJOR:
                found.update(_days_of(int(name), release))
        if not found:
            raise PermanentError(
                f"{address} names no RHEL that EPEL is built for; check sources.endoflife.url"
            )
        return found


def _days_of(major: int, release: Mapping[str, object]) -> dict[Event, date]:
    found = {
        Event(Kind.GA, major, 0): shape.day(release.get("releaseDate"), f"the releaseDate of RHEL {major}")
    }
    if release.get("eolFrom") is not None:
        found[Event(Kind.END, major)] = shape.day(release["eolFrom"], f"the eolFrom of RHEL {major}")
    if release.get("latest") is not None:
        latest = shape.mapping(release["latest"], f"the latest of RHEL {major}")
        name = shape.text(latest.get("name"), f"the latest of RHEL {major}")
        try:
            of, minor = parse_minor(name)
        except ValueError as error:
            raise PermanentError(
                f"endoflife.date gives a latest RHEL {major} that is none: {error}"
            ) from error
        if of != major:
            raise PermanentError(f"endoflife.date gives {name} as the latest RHEL {major}; look at it later")
        if latest.get("date") is not None:
            found[Event(Kind.GA, major, minor)] = shape.day(latest["date"], f"the day of RHEL {name}")
    return found
