# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the broker and the database go through, each message ends up in the inbox, once.

``EPELBOT_TEST_OUTAGE`` is the number of seconds that the database stays away (10; in earnest 60).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa

from epelbot.consumer import Status, greet, load_bus, loop, pauses, run_consumer
from epelbot.errors import ConfigError, NotThere
from epelbot.ledger import Ledger
from epelbot.ledger.tables import metadata
from epelbot.services.intake import Intake, Taken
from epelbot.testing.messages import Record
from epelbot.translate.envelope import Incoming, Unreadable
from epelbot.translate.followed import Following
from tests.conftest import CANNOT
from tests.integration.bus_support import (
    QUEUE,
    SERVER,
    Corner,
    Node,
    consumer,
    corner,
    count,
    eventually,
    stored,
    tags,
)

OUTAGE = float(os.environ.get("EPELBOT_TEST_OUTAGE", "10"))
QUORUM = {"x-queue-type": "quorum"}
QUORUM_QUEUE = (
    'durable = true\nauto_delete = false\nexclusive = false\narguments = {x-queue-type = "quorum"}\n'
)


@pytest.fixture
def bus(amqp_url: str, rabbitmq_api: str, tmp_path: Path) -> Iterator[Corner]:
    with corner(amqp_url, rabbitmq_api, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    made.create()
    yield made
    made.close()


class Database:
    """A PostgreSQL database whose door can be shut, with everybody inside thrown out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ledger = Ledger(url)
        self.ledger.create()
        self._name = sa.make_url(url).database
        self._server = sa.create_engine(
            sa.make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )

    def shut(self) -> None:
        """Away, for everybody."""
        self._door(open_="false")
        with self._server.connect() as connection:
            query = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            connection.execute(query, {"name": self._name})

    def open(self) -> None:
        """Back again."""
        self._door(open_="true")

    def close(self) -> None:
        """Leave nothing behind."""
        self.open()
        metadata.drop_all(self.ledger.engine)
        self.ledger.close()

    def _door(self, *, open_: str) -> None:
        with self._server.connect() as connection:
            connection.execute(sa.text(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS {open_}"))


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    made = Database(postgresql_url)
    yield made
    made.close()


class CountingIntake(Intake):
    """The real one, that also counts how often it was asked."""

    tries = 0

    def take(self, messages: Sequence[Incoming | Unreadable], fault: str) -> Taken:
        self.tries += 1
        return super().take(messages, fault)


class InThread:
    """The consumer in a thread of this process, where its constants can be made small."""

    def __init__(self, settings: Path, ledger: Ledger) -> None:
        self.status = Status()
        self.intake = CountingIntake(ledger, Following(), lambda: datetime.now(UTC))
        self.failure: Exception | None = None
        self._settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            run_consumer(load_bus(str(self._settings)), self.intake, self._stop, status=self.status)
        except (ConfigError, NotThere) as error:
            self.failure = error

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self.runs


def ids(records: Sequence[Record]) -> list[str]:
    return sorted(one["id"] for one in records)


def test_a_connection_closed_by_an_administrator_is_made_again(
    bus: Corner, sqlite: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    bus.make_queue()
    records = tags(6000)
    bus.publish(records[:3000])
    with InThread(bus.settings_file(), sqlite):
        # The management API learns of a connection some seconds late; then it cuts ours, not the publisher's.
        eventually(bus.connections)
        publisher = threading.Thread(target=bus.publish, args=(records[3000:],))
        publisher.start()
        eventually(lambda: count(sqlite) > 3100)
        assert bus.cut_connections() == 1
        publisher.join()
        eventually(lambda: bus.messages() == 0)
    assert "connection to the broker" in caplog.text
    assert sorted(stored(sqlite)) == ids(records)


def test_a_deleted_queue_is_made_anew(bus: Corner, sqlite: Ledger) -> None:
    records = tags(20)
    with InThread(bus.settings_file(), sqlite) as consumer_:
        eventually(lambda: consumer_.status.consuming)
        bus.publish(records[:10])
        eventually(lambda: count(sqlite) == 10)
        status = consumer_.status
        assert status.connected_since is not None
        eventually(lambda: status.last_message_at is not None and status.taken.new == 10)
        with bus.channel() as channel:
            channel.queue_delete(QUEUE)
        eventually(lambda: not consumer_.status.consuming)
        eventually(lambda: consumer_.status.consuming)
        bus.publish(records[10:])
        eventually(lambda: count(sqlite) == 20)
        assert consumer_.runs


def test_a_deleted_queue_that_others_must_make_is_an_error(bus: Corner, sqlite: Ledger) -> None:
    settings = bus.settings_file(extra="passive_declares = true")
    with InThread(settings, sqlite) as without_queue:
        eventually(lambda: not without_queue.runs)
        assert isinstance(without_queue.failure, ConfigError)
        assert "404" in str(without_queue.failure)
    bus.make_queue()
    with InThread(settings, sqlite) as consumer_:
        eventually(lambda: consumer_.status.consuming)
        with bus.channel() as channel:
            channel.queue_delete(QUEUE)
        eventually(lambda: not consumer_.runs)
        assert isinstance(consumer_.failure, NotThere)
        assert "ask who runs the broker" in str(consumer_.failure)


def test_wrong_settings_are_a_sentence_not_a_loop(bus: Corner, sqlite: Ledger) -> None:
    settings = bus.settings_file()
    right = settings.read_text()
    wrong = {
        "user and password": right.replace("://guest:", "://nobody:"),
        "vhost": right.replace(bus.vhost, "no-such-vhost"),
    }
    for word, text in wrong.items():
        settings.write_text(text)
        with pytest.raises(ConfigError, match=f"refuses this {word}"):
            greet(load_bus(str(settings)))
        with InThread(settings, sqlite) as consumer_:
            eventually(lambda: not consumer_.runs)
            assert isinstance(consumer_.failure, ConfigError)
            assert f"refuses this {word}" in str(consumer_.failure)
            assert "guest@" not in str(consumer_.failure)
    settings.write_text(right)
    greet(load_bus(str(settings)))
    bus.make_queue(**QUORUM)
    with InThread(settings, sqlite) as consumer_:
        eventually(lambda: not consumer_.runs)
        assert "406" in str(consumer_.failure)


@pytest.mark.slow
@pytest.mark.skipif(not Path(SERVER).exists(), reason=f"{CANNOT}a RabbitMQ node of our own, {SERVER}")
def test_a_broker_stopped_and_killed_and_started_again_loses_nothing(
    rabbitmq_api: str, tmp_path: Path, sqlite: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "_LONGEST_SECONDS", 1.0)
    node = Node(tmp_path)
    own = Corner(node.url, rabbitmq_api, "/", tmp_path)
    records = tags(600)
    with InThread(own.settings_file(prefetch=20), sqlite) as it:
        try:
            # It is started before its broker: that is waited for, too.
            eventually(lambda: "does not answer" in it.status.trouble)
            node.start()
            eventually(lambda: own.consumers() == 1)
            own.publish(records[:200], confirmed=True)
            for after, number in ((400, signal.SIGTERM), (600, signal.SIGKILL)):
                node.stop(number)
                node.start()
                eventually(lambda: own.consumers() == 1)
                own.publish(records[after - 200 : after], confirmed=True)
            eventually(lambda: count(sqlite) == 600)
            eventually(lambda: own.messages() == 0)
            assert it.runs
        finally:
            node.stop(signal.SIGKILL)
    assert sorted(stored(sqlite)) == ids(records)


@pytest.mark.slow
def test_messages_wait_on_the_broker_while_the_database_is_away(bus: Corner, postgresql: Database) -> None:
    settings = bus.settings_file()
    bus.make_queue()
    records = tags(1500)
    bus.publish(records[:500])
    with consumer(bus, postgresql.url, settings) as process:
        eventually(lambda: count(postgresql.ledger) == 500, process=process)
        postgresql.shut()
        until = time.monotonic() + OUTAGE
        bus.publish(records[500:1000])
        # Nobody consumes meanwhile: no message goes back and forth.
        eventually(lambda: bus.consumers() == 0, OUTAGE, process=process)
        bus.publish(records[1000:])
        time.sleep(max(0.0, until - time.monotonic()))
        assert process.runs
        postgresql.open()
        eventually(lambda: count(postgresql.ledger) == 1500, 60, process=process)
        eventually(lambda: bus.messages() == 0, process=process)
        assert process.stop() == 0
        assert "the database is back" in process.said
        assert "new=1500, known=0" in process.said
        assert " 0 redelivered" in process.said
    assert sorted(stored(postgresql.ledger)) == ids(records)


def test_a_quorum_queue_survives_more_attempts_than_it_has_redeliveries(
    bus: Corner, postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "_LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(pauses, "_FIRST_SECONDS", 0.05)
    bus.make_queue(**QUORUM, **{"x-delivery-limit": 3})
    records = tags(300)
    with InThread(
        bus.settings_file(queue=QUORUM_QUEUE.replace("}", ", x-delivery-limit = 3}")), postgresql.ledger
    ) as it:
        bus.publish(records[:100])
        eventually(lambda: count(postgresql.ledger) == 100)
        postgresql.shut()
        bus.publish(records[100:])
        before = it.intake.tries
        eventually(lambda: it.intake.tries > before + 25)
        assert it.status.database_away_since is not None
        postgresql.open()
        eventually(lambda: count(postgresql.ledger) == 300)
        eventually(lambda: bus.messages() == 0)
        assert it.status.redelivered == 0
    assert sorted(stored(postgresql.ledger)) == ids(records)


def test_what_is_held_too_long_goes_back_to_the_broker_once(
    bus: Corner, postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "_LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(loop, "_CANCEL_AFTER", 0.3)
    monkeypatch.setattr(loop, "_GIVE_BACK_AFTER", 0.6)
    bus.make_queue(**QUORUM)
    records = tags(150)
    with InThread(bus.settings_file(queue=QUORUM_QUEUE), postgresql.ledger) as it:
        eventually(lambda: it.status.consuming)
        postgresql.shut()
        bus.publish(records)
        eventually(lambda: bus.messages() == 150)
        assert bus.consumers() == 0
        postgresql.open()
        eventually(lambda: count(postgresql.ledger) == 150)
        eventually(lambda: bus.messages() == 0)
        assert 0 < it.status.redelivered <= 150
    assert sorted(stored(postgresql.ledger)) == ids(records)
