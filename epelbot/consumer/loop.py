# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bus loop: from the broker into the inbox, acknowledged after the commit (DESIGN, Intake).

The calling thread keeps the connection (heartbeats, deliveries, acknowledgements) and a `Writer` the
database. Whatever is lost on the way, the connection, the channel, the queue, the database, is waited for;
only wrong settings, a queue that others keep for us and that is gone, and a defect of ours end the loop.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from epelbot.consumer.broker import Link, QueueGone, open_link
from epelbot.consumer.bus import Bus
from epelbot.consumer.pauses import growing_pauses
from epelbot.consumer.status import Status
from epelbot.consumer.writer import BatchLimits, Delivery, Writer
from epelbot.errors import NotThere, TransientError
from epelbot.services.intake import Clock, Intake
from epelbot.translate.envelope import Incoming, Unreadable, from_wire

_log = logging.getLogger(__name__)

#: Seconds after which a signal to stop, or a database that went away, is noticed at the latest.
_TICK = 0.25
#: Seconds of a database's absence after which the queues are left to other consumers. Time enough for what
#: the broker has sent already to arrive: what meets a cancelled consumer counts as redelivered.
_CANCEL_AFTER = 3.0
#: Seconds after which what is in hand goes back to the broker, once per absence. RabbitMQ closes a channel
#: that acknowledges nothing for 30 minutes, again and again, and a quorum queue throws a message away after
#: 20 redeliveries (MODELS C.1).
_GIVE_BACK_AFTER = 600.0
#: Seconds for the last batch when asked to stop.
_FAREWELL = 20.0
#: A connection that held for so many seconds was a good one: the next pause is a short one again.
_GOOD_CONNECTION = 30.0
#: Seconds after which a trouble that lasts is logged again.
_LOG_AGAIN_AFTER = 60.0


def run_consumer(
    bus: Bus,
    intake: Intake,
    stop: threading.Event,
    *,
    limits: BatchLimits | None = None,
    status: Status | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> Status:
    """Take messages in until ``stop`` is set; then store and acknowledge what is in hand, and return.

    ``status`` is kept up to date meanwhile. Raises `ConfigError` when the broker refuses what the settings
    ask for, and `NotThere` when a queue vanishes that we may not make anew (``passive_declares``). A broker
    or a database that is away is waited for, with growing pauses.
    """
    shown = status or Status()
    _Loop(bus, intake, limits or BatchLimits(), stop=stop, status=shown, clock=clock).run()
    return shown


class _Loop:
    def __init__(
        self,
        bus: Bus,
        intake: Intake,
        limits: BatchLimits,
        *,
        stop: threading.Event,
        status: Status,
        clock: Clock,
    ) -> None:
        self._bus = bus
        self._stop = stop
        self._status = status
        self._clock = clock
        self._link: Link | None = None
        self._channels = 0
        # The last complaint, and the monotonic second at which it was logged.
        self._complaint = ("", 0.0)
        # Set when there is no more time, or nobody left, to wait for the database.
        self._writer_stop = threading.Event()
        self._writer = Writer(
            intake, limits, self._stored, status=status, clock=clock, stop=self._writer_stop
        )

    def run(self) -> None:
        self._writer.start()
        try:
            self._keep_connected()
        finally:
            # The farewell is over, or there is nobody left to acknowledge to.
            self._writer_stop.set()
            self._writer.finish()
            self._writer.join()
            self._status.consuming = False
            self._status.connected_since = None
        if self._writer.failure is not None:
            raise self._writer.failure

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or not self._writer.is_alive()

    def _keep_connected(self) -> None:
        before = False
        pauses = growing_pauses()
        while not self._over:
            started = time.monotonic()
            try:
                with self._connected(before=before) as link:
                    before = True
                    self._serve(link)
            except TransientError as error:
                self._complain(str(error))
            except QueueGone as error:
                if self._bus.passive:
                    raise NotThere(
                        f"a queue of {self._bus.origin} was deleted on the broker ({self._bus.broker}), "
                        "and passive_declares keeps epelbot from making it anew; ask who runs the broker"
                    ) from error
                self._complain(
                    "a queue was deleted on the broker; it is made anew, and what was in it is lost"
                )
            except (AMQPError, OSError) as error:
                said = str(error).strip() or type(error).__name__
                self._complain(
                    f"the connection to the broker ({self._bus.broker}) is lost ({said}); connecting again"
                )
            if time.monotonic() - started > _GOOD_CONNECTION:
                pauses = growing_pauses()
            if not self._over:
                self._stop.wait(next(pauses))

    def _complain(self, sentence: str) -> None:
        last, logged_at = self._complaint
        if sentence != last or time.monotonic() - logged_at > _LOG_AGAIN_AFTER:
            self._complaint = (sentence, time.monotonic())
            _log.warning("%s", sentence)
        self._status.trouble = sentence

    @contextlib.contextmanager
    def _connected(self, *, before: bool) -> Iterator[Link]:
        self._channels += 1
        link = open_link(self._bus, self._channels, self._on_message, before=before)
        self._link = link
        self._status.connected_since = self._clock()
        self._status.trouble = ""
        _log.info("connected to the broker (%s)", self._bus.broker)
        try:
            yield link
        finally:
            self._link = None
            self._status.connected_since = None
            self._status.consuming = False
            link.close()

    def _serve(self, link: Link) -> None:
        away_since: float | None = None
        given_back = False
        while not self._over:
            if self._status.database_away_since is None:
                away_since, given_back = None, False
                # What an earlier channel left in hand is stored first, so that it never piles up.
                if not link.consuming_all and self._writer.in_hand < self._bus.prefetch_count:
                    link.consume()
            else:
                now = time.monotonic()
                away_since = away_since or now
                if now - away_since > _CANCEL_AFTER:
                    link.cancel(all_queues=False)
                if now - away_since > _GIVE_BACK_AFTER and not given_back and not link.consuming:
                    given_back = True
                    self._channels += 1
                    link.give_back(self._channels)
            self._status.consuming = link.consuming
            link.serve(_TICK)
        self._farewell(link)

    def _farewell(self, link: Link) -> None:
        link.cancel(all_queues=True)
        self._writer.finish()
        until = time.monotonic() + _FAREWELL
        while self._writer.is_alive() and time.monotonic() < until:
            if self._status.database_away_since is not None:
                self._writer_stop.set()
            link.serve(_TICK)
        # One more look: the last acknowledgement may have been asked for after the last one.
        link.serve(0)

    def _on_message(
        self,
        number: int,
        _channel: BlockingChannel,
        method: pika.spec.Basic.Deliver,
        properties: pika.BasicProperties,
        body: bytes,
    ) -> None:
        if method.redelivered:
            self._status.redelivered += 1
        self._writer.accept(Delivery(number, method.delivery_tag, _read(method, properties, body)))

    def _stored(self, last: Delivery) -> None:
        link = self._link
        if link is not None:
            link.acknowledge(last.channel, last.tag)


def _read(
    method: pika.spec.Basic.Deliver, properties: pika.BasicProperties, body: bytes
) -> Incoming | Unreadable:
    try:
        return from_wire(method.routing_key or "", properties.message_id, properties.headers, body)
    except Unreadable as why:
        return why
