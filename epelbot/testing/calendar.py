# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who publishes RHEL's days, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event
from epelbot.errors import PermanentError
from epelbot.testing.world import World


@dataclass(frozen=True, slots=True)
class FakeCalendarSource:
    """Answers with what the world's ``published`` holds under its name; fulfils `CalendarSource`."""

    world: World
    name: str

    def days(self) -> Mapping[Event, date]:
        """Every day of RHEL that it gives."""
        self.world.answer(self.name)
        found = self.world.published.get(self.name)
        if not found:
            raise PermanentError(f"{self.name} names no RHEL that EPEL is built for; check its address")
        return dict(found)


def fake_calendars(world: World) -> tuple[FakeCalendarSource, ...]:
    """One for each source that is asked."""
    return FakeCalendarSource(world, ENDOFLIFE), FakeCalendarSource(world, RED_HAT)
