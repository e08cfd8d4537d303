# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The consumer's second thread: takes what was delivered, stores it in short batches, then says so.

It runs off the connection's thread, so that heartbeats go on however long a commit lasts. What it holds is
bounded by the broker's prefetch, since nothing is acknowledged before its commit.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from epelbot.consumer.pauses import growing_pauses
from epelbot.consumer.status import Status
from epelbot.errors import EpelbotError, TransientError
from epelbot.faults import fault_point
from epelbot.services.intake import Clock, Intake, Taken
from epelbot.translate.envelope import Incoming, Unreadable

_log = logging.getLogger(__name__)


#: Messages stored after which the broker is told, though more are waiting: telling it wakes the other thread,
#: which for every single message costs as much as storing it.
_TELL_EVERY = 32


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in hand. ``tag`` is the broker's, and counts on the channel of number ``channel`` only."""

    channel: int
    tag: int
    message: Incoming | Unreadable


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """When a batch is closed: at so many messages, so many bytes, or as soon as nothing more is waiting."""

    messages: int = 100
    payload_bytes: int = 4_000_000


class Writer(threading.Thread):
    """Stores deliveries; ``stored`` is called after commits, with the last delivery that is stored.

    ``stop`` ends the waiting for a database that is away; what could not be stored then stays
    unacknowledged, and the broker keeps it.
    """

    def __init__(
        self,
        intake: Intake,
        limits: BatchLimits,
        stored: Callable[[Delivery], None],
        *,
        status: Status,
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        super().__init__(name="epelbot-intake", daemon=True)
        self._intake = intake
        self._limits = limits
        self._stored = stored
        self._status = status
        self._clock = clock
        self._stop_asked = stop
        self._waiting: SimpleQueue[Delivery | None] = SimpleQueue()
        # Each is counted by one thread only, so that their difference needs no lock.
        self._accepted = 0
        self._done = 0
        self._told = 0
        self._last: Delivery | None = None
        self.failure: BaseException | None = None

    @property
    def in_hand(self) -> int:
        """How many deliveries are not stored yet."""
        return self._accepted - self._done

    def accept(self, delivery: Delivery) -> None:
        """Take a delivery in hand; called from the connection's thread."""
        self._accepted += 1
        self._waiting.put(delivery)

    def finish(self) -> None:
        """Ask the thread to end once what is in hand is stored."""
        self._waiting.put(None)

    def run(self) -> None:
        """Store batch after batch until `finish` or a failure that waiting can't mend."""
        try:
            for batch in self._batches():
                if not self._store(batch):
                    return
                if self._waiting.empty() or self._done - self._told >= _TELL_EVERY:
                    self._tell()
            self._tell()
        except BaseException as error:  # noqa: BLE001 -- kept for the connection's thread, which raises it
            self.failure = error

    def _batches(self) -> Iterator[list[Delivery]]:
        last = False
        while not last:
            first = self._waiting.get()
            if first is None:
                return
            batch, size = [first], _size(first)
            while len(batch) < self._limits.messages and size < self._limits.payload_bytes:
                try:
                    delivery = self._waiting.get_nowait()
                except Empty:
                    break
                if delivery is None:
                    last = True
                    break
                batch.append(delivery)
                size += _size(delivery)
            yield batch

    def _store(self, batch: list[Delivery]) -> bool:
        """Store the batch however long the database is away; False when stopped before that."""
        taken = self._take([one.message for one in batch])
        if taken is None:
            return False
        fault_point("consume:before-ack")
        self._last = batch[-1]
        self._done += len(batch)
        self._status.taken += taken
        self._status.last_message_at = self._clock()
        if self._status.database_away_since is not None:
            _log.warning("the database is back; messages are taken in again")
            self._status.database_away_since = None
            self._status.trouble = ""
        return True

    def _tell(self) -> None:
        if self._last is not None and self._told != self._done:
            self._stored(self._last)
            self._told = self._done

    def _take(self, messages: list[Incoming | Unreadable]) -> Taken | None:
        pauses = growing_pauses()
        while True:
            try:
                return self._intake.take(messages, "consume:before-commit")
            except TransientError as error:
                self._tell()
                self._database_is_away(error)
            if self._stop_asked.wait(next(pauses)):
                return None

    def _database_is_away(self, error: EpelbotError) -> None:
        if self._status.database_away_since is None:
            _log.warning("%s; %d messages are held until then", error, self.in_hand)
            self._status.database_away_since = self._clock()
        self._status.trouble = str(error)


def _size(delivery: Delivery) -> int:
    message = delivery.message
    return len(message.payload if isinstance(message, Incoming) else message.incoming.payload)
