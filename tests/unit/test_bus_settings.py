# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bus's settings are fedora-messaging's, and what is wrong with them is said in a sentence."""

from __future__ import annotations

import socket
import threading
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fedora_messaging.config import LazyConfig

from epelbot.consumer import greet, load_bus, run_consumer
from epelbot.errors import ConfigError, TransientError
from epelbot.ledger import Ledger
from epelbot.services.intake import Intake
from epelbot.shipped import config_folder
from epelbot.translate.followed import Following
from epelbot.translate.topics import BINDINGS

SHIPPED = [config_folder() / "bus" / name for name in ("fedora-public.toml", "private.toml")]
QUEUE = "[queues.q]\ndurable = true\nauto_delete = false\nexclusive = false\narguments = {}\n"
BINDING = '[[bindings]]\nqueue = "q"\nexchange = "amq.topic"\nrouting_keys = ["a.#", "b"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bus.toml"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_settings_bind_what_is_translated(path: Path) -> None:
    (binding,) = tomllib.loads(path.read_text())["bindings"]
    assert tuple(binding["routing_keys"]) == BINDINGS


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_settings_are_fedora_messagings_own(path: Path) -> None:
    read = LazyConfig().load_config(str(path))
    (queue,) = read["queues"]
    assert read["bindings"][0]["queue"] == queue
    assert read["qos"]["prefetch_count"] == 250


def test_the_public_brokers_queue_is_one_that_it_allows() -> None:
    (settings,) = LazyConfig().load_config(str(SHIPPED[0]))["queues"].values()
    assert settings == {"durable": False, "auto_delete": True, "exclusive": True, "arguments": {}}


def test_what_is_read(file: Path) -> None:
    file.write_text(
        'amqp_url = "amqp://me:secret@broker.example:5673/%2Fpubsub"\npassive_declares = true\n'
        '[exchanges."amq.topic"]\ntype = "topic"\n[exchanges.own]\ntype = "fanout"\n'
        f'{QUEUE}{BINDING}[qos]\nprefetch_count = 7\n[client_properties]\napp = "ours"\n'
    )
    bus = load_bus(str(file))
    assert bus.broker == "broker.example:5673, vhost /pubsub"
    assert "secret" not in bus.broker
    assert bus.passive
    assert bus.prefetch_count == 7
    # The broker's own exchanges need no declaring, and may forbid it.
    assert list(bus.exchanges) == ["own"]
    (queue,) = bus.queues
    assert [(one.exchange, one.routing_key) for one in queue.bindings] == [
        ("amq.topic", "a.#"),
        ("amq.topic", "b"),
    ]
    assert queue.survives_cancel
    assert bus.parameters.client_properties is not None
    assert bus.parameters.client_properties["app"] == "ours"


def test_a_binding_without_a_queue_is_of_all_queues(file: Path) -> None:
    file.write_text(QUEUE + BINDING.replace('queue = "q"\n', ""))
    (queue,) = load_bus(str(file)).queues
    assert len(queue.bindings) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("amqp_url = 3", "object"),
        ('amqp_url = "http://broker.example/"', "must start with amqp"),
        ('amqp_url = "amqp://broker:port/"', "Port"),
        ("colour = 1", "Unknown configuration key"),
        ("[queues.q]\ndurable = true", "missing the following keys"),
        ("[queues]", "no queue is named"),
        ("[qos]\nprefetch_count = 0", "at least 1"),
        ('[qos]\nprefetch_count = "many"', "invalid literal"),
        ('[[bindings]]\nqueue = "q"', "missing the following keys"),
        *(
            (
                f'amqp_url = "amqps://broker.example"\n[tls]\n{key} = "/no/such.pem"\n{other}',
                rf"tls\.{key} names /no/such\.pem, which is missing; docs/operators\.md says where to get it",
            )
            for key, other in (
                ("ca_cert", ""),
                ("certfile", f'keyfile = "{__file__}"'),
                ("keyfile", f'certfile = "{__file__}"'),
            )
        ),
        (f'amqp_url = "amqps://broker.example"\n[tls]\nca_cert = "{__file__}"', "cannot be read"),
        ("a", "Failed to parse"),
    ],
)
def test_wrong_settings_are_a_sentence(file: Path, text: str, sentence: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match=sentence) as caught:
        load_bus(str(file))
    assert str(file) in str(caught.value)


def test_a_missing_file_is_no_reason_to_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEDORA_MESSAGING_CONF", str(tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match="are missing"):
        load_bus()


def test_a_broker_that_stays_away_is_told_of_once_a_minute(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger, stop = Ledger("sqlite://"), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        file.write_text(f'amqp_url = "amqp://me:secret@127.0.0.1:{server.getsockname()[1]}/"')
        server.settimeout(20)
        consumer = threading.Thread(
            target=run_consumer,
            args=(load_bus(str(file)), Intake(ledger, Following(), lambda: datetime.now(UTC)), stop),
        )
        consumer.start()
        try:
            for _ in range(3):
                caller, _ = server.accept()
                with caller:
                    # Its whole greeting, so that each attempt ends in the same words.
                    assert caller.recv(8) == b"AMQP\0\0\x09\x01"
        finally:
            stop.set()
    consumer.join(20)
    ledger.close()
    told = [one.getMessage() for one in caplog.records if one.name == "epelbot.consumer.loop"]
    assert len(told) == 1
    assert "does not answer" in told[0]


def test_a_broker_that_is_not_there_is_a_sentence(file: Path) -> None:
    # Nothing listens on port 1.
    file.write_text('amqp_url = "amqp://me:secret@127.0.0.1:1/"')
    with pytest.raises(TransientError, match=r"does not answer \(Connection refused\); start it") as caught:
        greet(load_bus(str(file)))
    assert "secret" not in str(caught.value)
