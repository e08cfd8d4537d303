# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Red Hat's Product Life Cycle API: the first day of each major of RHEL, and its last (FIELD 7.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from epelbot.domain.calendar_words import OLDEST_MAJOR, RED_HAT, Event, Kind
from epelbot.errors import PermanentError
from epelbot.http import Http
from epelbot.translate import shape

_PRODUCT = "Red Hat Enterprise Linux"
# Others are variants ("7 (Power9)") or minors with extended updates, of which nobody could say more yet.
_MAJOR = re.compile(r"[1-9][0-9]?")
# A date is an ISO instant at midnight, or words ("N/A").
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?")
_BEGINS, _ENDS = "general availability", "maintenance support"


@dataclass(frozen=True, slots=True)
class RedHatLifeCycle:
    """The API at ``url`` ("https://access.redhat.com/product-life-cycles/api/v1/products").

    Fulfils `CalendarSource`. Its full support and its extended phases are nothing to EPEL.
    """

    http: Http
    url: str
    name: str = RED_HAT

    def days(self) -> Mapping[Event, date]:
        """As `CalendarSource.days`."""
        answer = shape.mapping(self.http.get_json(self.url, {"name": _PRODUCT}), "Red Hat's answer")
        found: dict[Event, date] = {}
        for at, row in enumerate(shape.items(answer.get("data"), "data")):
            product = shape.mapping(row, f"data[{at}]")
            if product.get("name") == _PRODUCT:
                for version in shape.items(product.get("versions"), "versions"):
                    found.update(_days_of(shape.mapping(version, "a version")))
        if not found:
            raise PermanentError(
                f"{self.url} names no RHEL that EPEL is built for; check sources.red_hat.url"
            )
        return found


def _days_of(version: Mapping[str, object]) -> dict[Event, date]:
    name = shape.text(version.get("name"), "the name of a version")
    if not _MAJOR.fullmatch(name) or int(name) < OLDEST_MAJOR:
        return {}
    major = int(name)
    found: dict[Event, date] = {}
    for row in shape.items(version.get("phases"), f"the phases of RHEL {name}"):
        phase = shape.mapping(row, f"a phase of RHEL {name}")
        what = shape.text(phase.get("name"), f"the name of a phase of RHEL {name}").casefold()
        day = _day(phase.get("date"), f"the day of {what} of RHEL {name}")
        if day is None:
            continue
        if what == _BEGINS:
            found[Event(Kind.GA, major, 0)] = day
        elif what.startswith(_ENDS):
            # RHEL 7 had two of them, one after the other.
            end = Event(Kind.END, major)
            found[end] = max(day, found.get(end, day))
    return found


def _day(value: object, where: str) -> date | None:
    text = shape.text_or_none(value, where)
    told = _DAY.fullmatch(text.strip()) if text is not None else None
    return None if told is None else shape.day(told[1], where)
