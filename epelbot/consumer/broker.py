# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One connection to the broker: declared, bound, consumed from, until it is lost.

Everything here runs on the connection's own thread, but for `Link.acknowledge`.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ConnectionWrongStateError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from epelbot.consumer.bus import Bus, Queue
from epelbot.errors import ConfigError, TransientError

#: What the broker says when asking again in the same words is no use: access refused, not found, another
#: kind of queue or exchange, not allowed, not implemented (AMQP 0-9-1, 1.2).
_REFUSALS = (403, 404, 406, 530, 540)

#: Called with the channel's number and what the broker delivered on it.
OnMessage = Callable[[int, BlockingChannel, pika.spec.Basic.Deliver, pika.BasicProperties, bytes], None]


class QueueGone(Exception):
    """The broker took our consumer away: its queue was deleted, or the queue's node failed."""


class Link:
    """A connection with one channel on which all queues are consumed.

    ``number`` tells the channels of a run apart: a delivery tag counts on its own channel only.
    """

    def __init__(self, bus: Bus, number: int, on_message: OnMessage) -> None:
        self._bus = bus
        self.number = number
        self._on_message = on_message
        self._consumer_tags: dict[str, Queue] = {}
        self._taken_away = False
        # Up to where, on which channel, all is stored and not acknowledged yet.
        self._stored: tuple[int, int] | None = None
        self._handover = threading.Lock()
        self._connection = pika.BlockingConnection(bus.parameters)
        try:
            self._channel = self._new_channel()
            self._names = {one.name: self._declare(one) for one in bus.queues}
        except BaseException:
            # Nothing is swallowed: who gets no broker, by Ctrl-C too, has nothing to close it by.
            self.close()
            raise

    @property
    def consuming(self) -> bool:
        """Whether the broker sends us what arrives in any queue."""
        return bool(self._consumer_tags)

    @property
    def consuming_all(self) -> bool:
        """Whether the broker sends us what arrives in every queue."""
        return len(self._consumer_tags) == len(self._bus.queues)

    def serve(self, seconds: float) -> None:
        """Read and dispatch for at most so long; raises when connection, channel or queue is gone."""
        self._connection.process_data_events(time_limit=seconds)
        if self._taken_away:
            raise QueueGone
        if not self._channel.is_open:
            # An open connection whose channel the broker closed: acknowledged too late, or too much.
            raise AMQPConnectionError("the broker closed the channel")

    def consume(self) -> None:
        """Ask for the messages of each queue that is not consumed from yet."""
        on_message = functools.partial(self._on_message, self.number)
        consumed = [one.name for one in self._consumer_tags.values()]
        for queue in self._bus.queues:
            if queue.name not in consumed:
                tag = self._channel.basic_consume(self._names[queue.name], on_message)
                self._consumer_tags[tag] = queue

    def cancel(self, *, all_queues: bool) -> None:
        """Ask for no more; without ``all_queues``, only where the queue outlives that."""
        for tag, queue in list(self._consumer_tags.items()):
            if all_queues or queue.survives_cancel:
                del self._consumer_tags[tag]
                self._channel.basic_cancel(tag)

    def give_back(self, number: int) -> None:
        """Return all that is unacknowledged to the broker, once, by going on with a new channel."""
        self._consumer_tags.clear()
        self._channel.close()
        self._channel = self._new_channel()
        self.number = number

    def acknowledge(self, number: int, tag: int) -> None:
        """Acknowledge everything up to ``tag`` of channel ``number``; may be called from any thread."""
        with self._handover:
            asked = self._stored is not None
            self._stored = (number, tag)
        if asked:
            # The connection's thread has not come to the last one yet; it will find this one instead.
            return
        try:
            self._connection.add_callback_threadsafe(self._acknowledge)
        except ConnectionWrongStateError:
            # Lost meanwhile: the broker sends the messages again, and the inbox knows their ids.
            return

    def _acknowledge(self) -> None:
        with self._handover:
            stored, self._stored = self._stored, None
        # A tag of a channel that is gone means nothing on another.
        if stored is not None and stored[0] == self.number and self._channel.is_open:
            self._channel.basic_ack(stored[1], multiple=True)

    def close(self) -> None:
        """Leave, whatever state the connection is in."""
        try:
            if self._connection.is_open:
                self._connection.close()
        except AMQPError:
            # It was lost while we said good-bye.
            return

    def _new_channel(self) -> BlockingChannel:
        channel = self._connection.channel()
        channel.basic_qos(prefetch_size=self._bus.prefetch_size, prefetch_count=self._bus.prefetch_count)
        channel.add_on_cancel_callback(self._on_cancelled)
        return channel

    def _on_cancelled(self, _frame: object) -> None:
        self._taken_away = True

    def _declare(self, queue: Queue) -> str:
        for name, settings in self._bus.exchanges.items():
            self._channel.exchange_declare(
                name,
                exchange_type=settings.get("type", "topic"),
                passive=self._bus.passive,
                durable=settings.get("durable", True),
                auto_delete=settings.get("auto_delete", False),
                arguments=settings.get("arguments"),
            )
        answer = self._channel.queue_declare(
            queue.name,
            passive=self._bus.passive,
            durable=queue.durable,
            exclusive=queue.exclusive,
            auto_delete=queue.auto_delete,
            arguments=queue.arguments,
        )
        name = str(answer.method.queue)
        for one in queue.bindings:
            self._channel.queue_bind(name, one.exchange, one.routing_key, arguments=one.arguments)
        return name


def open_link(bus: Bus, number: int, on_message: OnMessage, *, before: bool) -> Link:
    """Connect and declare.

    ``before``: a connection with these settings has worked in this run; then a refusal is taken for trouble
    that passes (a broker that is starting refuses much). Raises `ConfigError` for a refusal at first, and
    `TransientError` for everything else.
    """
    with _in_a_sentence(bus, before=before):
        return Link(bus, number, on_message)


def greet(bus: Bus) -> None:
    """Connect and leave, declaring nothing, to see whether the broker answers; raises as `open_link` does."""
    with _in_a_sentence(bus, before=False):
        pika.BlockingConnection(bus.parameters).close()


@contextlib.contextmanager
def _in_a_sentence(bus: Bus, *, before: bool) -> Iterator[None]:
    try:
        yield
    except (AMQPError, OSError) as error:
        sentence = f"the broker ({bus.broker}) {_complaint(error)}"
        if _is_refusal(error) and not before:
            raise ConfigError(f"{sentence}; correct {bus.origin}, or ask who runs the broker") from error
        raise TransientError(f"{sentence}; start it, or wait until it is back") from error


def _is_refusal(error: Exception) -> bool:
    if isinstance(error, ProbableAuthenticationError | ProbableAccessDeniedError):
        return True
    return (
        isinstance(error, ChannelClosedByBroker | ConnectionClosedByBroker) and error.reply_code in _REFUSALS
    )


def _complaint(error: Any) -> str:
    if isinstance(error, ProbableAuthenticationError):
        return "refuses this user and password"
    if isinstance(error, ProbableAccessDeniedError):
        return "refuses this vhost"
    if isinstance(error, ChannelClosedByBroker | ConnectionClosedByBroker):
        return f"refuses: {error.reply_text} ({error.reply_code})"
    return f"does not answer ({_cause(error)})"


def _cause(error: Any) -> str:
    # pika packs the operating system's error into one of its own, and that into another.
    while not isinstance(error, OSError):
        inner = [one for one in getattr(error, "args", ()) if isinstance(one, Exception)]
        inner += list(getattr(error, "exceptions", ()))[-1:]
        inner += [one for one in (getattr(error, "exception", None),) if one is not None]
        if not inner:
            break
        error = inner[0]
    return (
        str(error.strerror if isinstance(error, OSError) and error.strerror else error)
        or type(error).__name__
    )
