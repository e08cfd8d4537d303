# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timer of `epelbot run`: first what the bus sent meanwhile, then what the sources say, again and again.

An outermost loop: whatever goes wrong is logged, and tried again at the next time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from epelbot.errors import TransientError
from epelbot.ledger import Ledger
from epelbot.ports import Sources
from epelbot.services.catch_up import catch_up, gap_begins
from epelbot.services.intake import Intake
from epelbot.services.rulebook import Rulebook
from epelbot.services.sweep import Sweep
from epelbot.settings import SweepTimes

log = logging.getLogger(__name__)

_SECONDS_OF_AN_HOUR = 3600


@dataclass(slots=True)
class SweepTimer:
    """All that it needs. Make it before a consumer stores messages: it notes where the gap begins."""

    ledger: Ledger
    rulebook: Rulebook
    sources: Sources
    intake: Intake
    times: SweepTimes
    clock: Callable[[], datetime]

    def run(self, stop: threading.Event, missed_since: datetime | None) -> None:
        """Work until ``stop`` is set. ``missed_since`` is where the gap before this start began, if known."""
        if self.times.at_start:
            self._safely(lambda: self._catch_up(stop, missed_since))
            self._safely(lambda: self._sweep(stop))
        if self.times.every_hours == 0:
            return
        while not stop.wait(self.times.every_hours * _SECONDS_OF_AN_HOUR):
            self._safely(lambda: self._sweep(stop))

    def gap(self) -> datetime | None:
        """Where the gap before this start began, None if nobody knows."""
        try:
            return gap_begins(self.ledger, self.clock())
        except TransientError as error:
            log.warning("%s", error)
            return None

    def _catch_up(self, stop: threading.Event, since: datetime | None) -> None:
        if self.sources.messages is None or since is None:
            return
        now = self.clock()
        done = catch_up(
            self.ledger, self.sources.messages, self.intake, since=since, now=now, stop=stop.is_set
        )
        log.info(
            "caught up with datagrepper since %s: %d new, %d known",
            since.isoformat(timespec="seconds"),
            done.taken.new,
            done.taken.known,
        )
        if done.problem is not None:
            log.warning("the catch-up ended early: %s", done.problem)

    def _sweep(self, stop: threading.Event) -> None:
        swept = Sweep(self.ledger, self.rulebook, self.sources, self.clock, stop.is_set).run()
        told, new = sum(one.told for one in swept.parts), sum(one.new for one in swept.parts)
        log.info("swept: %d told, %d new, %d that no message had told", told, new, len(swept.missed))
        for problem in swept.problems:
            log.warning("the sweep is not whole: %s", problem)

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except TransientError as error:
            log.warning("%s", error)
        except Exception:
            # The outermost loop of its thread: what escapes ends all sweeps, and nobody would notice.
            log.exception("a sweep failed; it is tried again in %d hours", self.times.every_hours)
