# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a real broker into the ledger: nothing lost, nothing doubled, acknowledged only once stored."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
import sqlalchemy as sa

from epelbot.ledger import Ledger, inbox
from epelbot.ledger.tables import metadata
from epelbot.testing.messages import line_of, tag_message
from tests.integration.bus_support import (
    WHEN,
    Corner,
    consumer,
    corner,
    count,
    environment,
    eventually,
    running,
    stored,
    tags,
)

FEDORA_MESSAGING = str(Path(sys.executable).with_name("fedora-messaging"))
TAG = "org.fedoraproject.prod.buildsys.tag"


@pytest.fixture
def bus(amqp_url: str, rabbitmq_api: str, tmp_path: Path) -> Iterator[Corner]:
    with corner(amqp_url, rabbitmq_api, tmp_path) as made:
        yield made


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def postgresql_ledger_url(postgresql_url: str) -> Iterator[str]:
    yield postgresql_url
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    metadata.drop_all(engine)


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    made = Ledger(database)
    made.create()
    yield made
    made.close()


def parked(ledger: Ledger) -> dict[str, str]:
    """Topic or id of what is parked, and why."""
    with ledger.read() as connection:
        return {row.id: row.error or "" for row in inbox.listed(connection, inbox.PARKED, 1000)}


def test_what_fedora_messaging_publishes_arrives(bus: Corner, database: str, ledger: Ledger) -> None:
    records = tags(5)
    recording = bus.folder / "recording.jsonl"
    recording.write_bytes(b"".join(line_of(one) for one in records))
    settings = bus.settings_file()
    bus.make_queue()
    command = [FEDORA_MESSAGING, "publish", str(recording)]
    subprocess.run(command, env=environment(database, settings), check=True, capture_output=True)
    with consumer(bus, database, settings) as process:
        eventually(lambda: count(ledger) == 5, process=process)
        assert process.stop() == 0
    assert stored(ledger) == [one["id"] for one in records]
    assert bus.messages() == 0
    with ledger.read() as connection:
        kept = json.loads(inbox.by_id(connection, records[0]["id"]).payload)
    assert kept["body"] == records[0]["body"]
    assert kept["headers"]["sent-at"] == records[0]["headers"]["sent-at"]


@pytest.mark.parametrize("point", ["consume:before-commit:3", "consume:before-ack:3"])
def test_a_consumer_killed_between_commit_and_acknowledgement_loses_and_doubles_nothing(
    bus: Corner, database: str, ledger: Ledger, point: str
) -> None:
    settings = bus.settings_file()
    bus.make_queue()
    records = tags(300)
    bus.publish(records)
    small_batches = {"EPELBOT_BUS__BATCH_MESSAGES": "20"}
    with consumer(bus, database, settings, EPELBOT_FAULT=point, **small_batches) as process:
        assert process.wait() == -signal.SIGKILL
    # The broker gives back what the dead connection held.
    eventually(lambda: bus.consumers() == 0)
    left, kept = bus.messages(), count(ledger)
    assert kept > 0
    assert left + kept >= 300
    assert left + kept > 300 or "commit" in point
    with consumer(bus, database, settings, **small_batches) as process:
        eventually(lambda: bus.messages() == 0, process=process)
        assert process.stop() == 0
    arrived = stored(ledger)
    assert len(arrived) == 300
    assert set(arrived) == {one["id"] for one in records}


def test_sigterm_stops_between_messages_not_within_one(bus: Corner, database: str, ledger: Ledger) -> None:
    settings = bus.settings_file()
    bus.make_queue()
    bus.publish(tags(3000))
    with consumer(bus, database, settings, EPELBOT_BUS__BATCH_MESSAGES="5") as process:
        eventually(lambda: count(ledger), process=process)
        assert process.stop(signal.SIGTERM) == 0
    kept = count(ledger)
    assert 0 < kept < 3000, "the machine was too fast for this test; give it more messages"
    # Each message is in one place: in the inbox, or still on the broker.
    assert kept + bus.messages() == 3000


def test_what_is_not_followed_is_acknowledged_and_not_stored(
    bus: Corner, database: str, ledger: Ledger
) -> None:
    settings = bus.settings_file()
    bus.make_queue()
    ours, theirs = tags(1)[0], tag_message("fortune-1.0-1.fc44", "f44", at=WHEN)
    bus.publish([theirs, ours, theirs, ours])
    with consumer(bus, database, settings) as process:
        eventually(lambda: bus.messages() == 0 and stored(ledger), process=process)
        assert process.stop() == 0
        assert "new=1, known=1, not_followed=2, parked=0" in process.said
    assert stored(ledger) == [ours["id"]]


#: Topic, body, and what else the AMQP properties say.
Odd = tuple[str, bytes, dict[str, Any]]

HOSTILE: dict[str, Odd] = {
    "no JSON": (TAG, b"\x89PNG\r\n\x1a\n", {}),
    "binary": (TAG, bytes(range(256)) * 100, {}),
    "too deep": (TAG, b'{"a":' * 5000 + b"1" + b"}" * 5000, {}),
    "NUL in it": (TAG, b'{"tag":"epel9\0"}', {}),
    "an array": (TAG, b'[{"tag":"epel9"}]', {}),
    "empty": (TAG, b"", {}),
    "cut off": (TAG, b'{"tag":"epel9"', {}),
    "a topic with NUL": ("org.fedoraproject.prod.\0", b'{"tag":"epel9"}', {}),
}
#: What looks odd and is stored all the same; the worker sees what it makes of it.
ODD: dict[str, Odd] = {
    "2 MB of text": (TAG, json.dumps({"tag": "epel9", "name": "x" * 2_000_000}).encode(), {}),
    "no id": (TAG, b'{"tag":"epel9","name":"no-id"}', {}),
    "a long id": (TAG, b'{"tag":"epel9","name":"long-id"}', {"message_id": "i" * 65}),
    "an id of SQL": (TAG, b'{"tag":"epel9"}', {"message_id": "'; DROP TABLE inbox; --"}),
    "another content type": (
        TAG,
        b'{"tag":"epel9","name":"text"}',
        {"content_type": "text/html", "content_encoding": "latin-1"},
    ),
    "odd headers": (
        TAG,
        b'{"tag":"epel9","name":"headers"}',
        {"headers": {"sent-at": WHEN, "big": 2**40, "bytes": b"\0\xff", "nothing": None, "list": [1, "a"]}},
    ),
    "an escaped NUL": (TAG, b'{"tag":"epel9","name":"a\\u0000b"}', {}),
}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_hostile_messages_are_parked_and_never_stop_the_intake(
    request: pytest.FixtureRequest, bus: Corner, tmp_path: Path, engine: str
) -> None:
    postgresql = engine == "postgresql"
    url = request.getfixturevalue("postgresql_ledger_url") if postgresql else f"sqlite:///{tmp_path}/x.db"
    ledger = Ledger(url)
    ledger.create()
    settings = bus.settings_file()
    bus.make_queue()
    messages = [*HOSTILE.values(), *ODD.values()]
    last = tags(1)[0]
    bus.publish_raw((topic, body, pika.BasicProperties(**more)) for topic, body, more in messages)
    bus.publish([last])
    with consumer(bus, url, settings) as process:
        eventually(lambda: bus.messages() == 0 and last["id"] in stored(ledger), process=process)
        assert process.stop() == 0
        assert f"new={len(ODD) + 1}, known=0, not_followed=0, parked={len(HOSTILE)}" in process.said
    reasons = parked(ledger)
    assert len(reasons) == len(HOSTILE)
    assert all(reason.endswith("see who sent it") for reason in reasons.values())
    with ledger.read() as connection:
        kept = {row.payload for row in inbox.listed(connection, inbox.PARKED, 100)}
    # A person can look at what came, byte for byte.
    assert kept == {body for _, body, _ in HOSTILE.values()}
    ledger.close()


def test_the_callback_stores_under_a_plain_fedora_messaging_consume(
    bus: Corner, database: str, ledger: Ledger
) -> None:
    settings = bus.settings_file()
    bus.make_queue()
    records = tags(20)
    bus.publish([*records, *records])
    command = [FEDORA_MESSAGING, "consume", "--callback=epelbot.consumer:InboxCallback"]
    with running(command, environment(database, settings), bus.folder / "callback.log") as process:
        eventually(lambda: bus.messages() == 0 and count(ledger) == 20, process=process)
        process.stop(signal.SIGTERM)
    assert stored(ledger) == [one["id"] for one in records]
    with ledger.read() as connection:
        kept = json.loads(inbox.by_id(connection, records[0]["id"]).payload)
    assert kept["body"] == records[0]["body"]
