# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A corner of the real broker for one test, seen from outside through the management API."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pika
import requests

from epelbot.ledger import Ledger, inbox
from epelbot.testing.messages import Record, line_of, tag_message
from tests.conftest import ROOT

QUEUE = "epelbot"
#: Not the wrapper on the path, which starts the one node that the machine has.
SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Corner:
    """A vhost of this test's own: nothing that others do reaches it, and all of it goes at the end."""

    url: str
    api: str
    vhost: str
    folder: Path

    def settings_file(self, *, prefetch: int = 100, queue: str = "", extra: str = "") -> Path:
        """Bus settings for this corner; ``queue`` replaces the lines that say what kind of queue it is."""
        kind = queue or "durable = true\nauto_delete = false\nexclusive = false\narguments = {}\n"
        path = self.folder / "bus.toml"
        path.write_text(
            f'amqp_url = "{self.url}"\n{extra}\n[queues.{QUEUE}]\n{kind}\n'
            f'[[bindings]]\nqueue = "{QUEUE}"\nexchange = "amq.topic"\nrouting_keys = ["#"]\n'
            f"[qos]\nprefetch_size = 0\nprefetch_count = {prefetch}\n"
        )
        return path

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Ask the management API; an answer that is no success raises."""
        answer = requests.request(method, f"{self.api}/{path}", timeout=30, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def make_queue(self, **arguments: str | int) -> None:
        """Make the durable queue and bind it, so that messages wait for the first consumer."""
        self.ask("PUT", f"queues/{self.vhost}/{QUEUE}", json={"durable": True, "arguments": arguments})
        self.ask("POST", f"bindings/{self.vhost}/e/amq.topic/q/{QUEUE}", json={"routing_key": "#"})

    def messages(self) -> int:
        """How many messages wait in the queue, in nobody's hand; -1 without a queue."""
        return self._counts()[0]

    def consumers(self) -> int:
        """How many consumers the queue has; -1 without a queue."""
        return self._counts()[1]

    def _counts(self) -> tuple[int, int]:
        # Asked of the queue itself: the management API counts some seconds late.
        with self.channel() as channel:
            try:
                answer = channel.queue_declare(QUEUE, passive=True).method
            except pika.exceptions.ChannelClosedByBroker:
                return -1, -1
            return int(answer.message_count), int(answer.consumer_count)

    def connections(self) -> list[str]:
        """The names of the connections to this vhost; the management API learns of them some seconds late."""
        return [one["name"] for one in self.ask("GET", "connections") if one.get("vhost") == self.vhost]

    def cut_connections(self) -> int:
        """Close every connection to this vhost, as an administrator would; returns how many there were."""
        mine = self.connections()
        for name in mine:
            self.ask("DELETE", f"connections/{quote(name, safe='')}")
        return len(mine)

    @contextlib.contextmanager
    def channel(self) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
        """A channel of the test's own."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            yield connection.channel()
        finally:
            if connection.is_open:
                connection.close()

    def publish(self, records: Iterable[Record], *, confirmed: bool = False) -> None:
        """Publish as fedora-messaging does, but fast: it waits for each confirmation only if told to."""
        self.publish_raw(
            (
                (
                    record["topic"],
                    line_of(record["body"]),
                    pika.BasicProperties(
                        message_id=record["id"],
                        headers=record["headers"],
                        content_type="application/json",
                        content_encoding="utf-8",
                        delivery_mode=2,
                    ),
                )
                for record in records
            ),
            confirmed=confirmed,
        )

    def publish_raw(
        self, messages: Iterable[tuple[str, bytes, pika.BasicProperties]], *, confirmed: bool = False
    ) -> None:
        """Publish whatever it is: topic, body, properties."""
        with self.channel() as channel:
            if confirmed:
                channel.confirm_delivery()
            for topic, body, properties in messages:
                channel.basic_publish("amq.topic", topic, body, properties)


@contextlib.contextmanager
def corner(amqp_url: str, rabbitmq_api: str, folder: Path) -> Iterator[Corner]:
    """Make a vhost, and remove it with all that is in it."""
    vhost = f"epelbot-test-{uuid.uuid4().hex}"
    parts = urlsplit(amqp_url)
    found = Corner(f"{parts.scheme}://{parts.netloc}/{vhost}", rabbitmq_api, vhost, folder)
    found.ask("PUT", f"vhosts/{vhost}")
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    found.ask("PUT", f"permissions/{vhost}/{parts.username}", json=rights)
    try:
        yield found
    finally:
        found.ask("DELETE", f"vhosts/{vhost}")


def tags(count: int) -> list[Record]:
    """So many messages that are followed, each with an id of its own.

    One is made and checked against its schema; the others are like it, since checking thousands takes long.
    """
    first = tag_message("fortune-1.0-1.el9", "epel9", at=WHEN)
    return [first | {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number)))} for number in range(count)]


def environment(database: str, bus: Path, **more: str) -> dict[str, str]:
    """What a process of ours gets to know."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EPELBOT_", "FEDORA_"))}
    kept |= {"EPELBOT_DATABASE__URL": database, "EPELBOT_BUS__CONFIG": str(bus), "PYTHONPATH": str(ROOT)}
    return kept | {"FEDORA_MESSAGING_CONF": str(bus)} | more


class Process:
    """A process of ours, its output in a file, ended with the test."""

    def __init__(self, command: list[str], surroundings: Mapping[str, str], output: Path) -> None:
        self.output = output
        with output.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, *command], env=surroundings, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Send a signal and wait; returns the exit status, negative for a signal that killed it."""
        if self.runs:
            self._process.send_signal(number)
        return self._process.wait(seconds)

    def wait(self, seconds: float = 30) -> int:
        """Wait until it ends by itself."""
        return self._process.wait(seconds)


def _free_port() -> int:
    # Below those that the system gives to outgoing connections: one of those might get this port while the
    # node is down, and then it could not come back.
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 -- no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Node:
    """A RabbitMQ node of the test's own, so that it can be stopped and killed while others use theirs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.local = 127.0.0.1:{self._port}\n")
        (folder / "plugins").write_text("[].\n")
        (folder / "env").write_text("")
        self._surroundings = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"epelbot-{self._port}@localhost",
            "RABBITMQ_NODE_PORT": str(self._port),
            # Else it is 20,000 above, which may be no port at all.
            "RABBITMQ_DIST_PORT": str(_free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with what it kept from the last time, and wait until it answers."""
        with (self._folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                [SERVER],
                env=self._surroundings,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._answers_or_died, 60)
        if self._process.poll() is not None:
            raise AssertionError(f"the node ended: {(self._folder / 'node.log').read_text()[-2000:]}")

    def stop(self, number: int) -> None:
        """End it with a signal, and wait until it is gone."""
        if self._process is not None:
            os.killpg(self._process.pid, number)
            self._process.wait(60)
            self._process = None

    def _answers_or_died(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return True
        try:
            pika.BlockingConnection(pika.URLParameters(self.url)).close()
        except pika.exceptions.AMQPError:
            return False
        return True


@contextlib.contextmanager
def running(command: list[str], surroundings: Mapping[str, str], output: Path) -> Iterator[Process]:
    """A process that does not outlive the block."""
    process = Process(command, surroundings, output)
    try:
        yield process
    finally:
        process.stop(signal.SIGKILL)


@contextlib.contextmanager
def consumer(corner: Corner, database: str, bus: Path, **more: str) -> Iterator[Process]:
    """Our own consumer as a process."""
    command = ["-m", "tests.integration.consume_process"]
    with running(command, environment(database, bus, **more), corner.folder / "consumer.log") as process:
        yield process


def eventually(what: Callable[[], object], seconds: float = 90, *, process: Process | None = None) -> None:
    """Wait until ``what`` is true; fail with what the process said when it never is."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until or (process is not None and not process.runs):
            raise AssertionError(f"waited in vain; the process said:\n{process.said if process else ''}")
        time.sleep(0.1)


def count(ledger: Ledger) -> int:
    """How many messages the inbox holds."""
    with ledger.read() as connection:
        return sum(inbox.counts(connection).values())


def stored(ledger: Ledger) -> list[str]:
    """The ids in the inbox, in the order of arrival."""
    with ledger.read() as connection:
        return [row.id for row in reversed(inbox.listed(connection, None, 1_000_000))]
