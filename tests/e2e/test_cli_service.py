# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot work`, `consume` and `run` as processes that an operator starts and stops."""

from __future__ import annotations

import json
import signal
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pika
import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, USAGE
from epelbot.testing.messages import tag_message
from epelbot.testing.recording import line_of
from tests.e2e.conftest import Shell
from tests.e2e.waiting import wait_until

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
TAGGED = tag_message("libfoo-1-1.el9", "epel9", at=AT)


def said_line(process: subprocess.Popen[str], words: str) -> str:
    """Read the process's log as far as a line with these words."""
    assert process.stderr is not None
    read = []
    for line in process.stderr:
        read.append(line)
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}: {read}")


class TestWork:
    def test_until_idle_records_and_judges_what_is_there_and_leaves(
        self, shell: Shell, tmp_path: Path
    ) -> None:
        (tmp_path / "recording.jsonl").write_bytes(line_of(TAGGED))
        shell("ingest", "recording.jsonl")
        done = shell("work", "--until-idle")
        assert (done.status, done.out) == (FINE, "")
        assert "look-ups are off, mail is held" in done.err
        assert [one["status"] for one in shell("inbox", "list", "--json").json] == ["recorded"]
        told = shell("explain", "libfoo", "--collection", "epel9", "--json").json
        assert told["lifetime"]["entered"] == "2026-11-01"

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_cleanly(self, shell: Shell, number: signal.Signals) -> None:
        process = shell.process("work")
        try:
            said_line(process, "works on")
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, out) == (FINE, "")
        assert f"{number.name}: finishing what is in hand" in err

    def test_a_database_that_is_away_at_the_start_is_a_cannot_know(self, shell: Shell) -> None:
        pytest.importorskip("psycopg")
        done = shell("work", EPELBOT_DATABASE__URL="postgresql+psycopg://me@127.0.0.1:9/epelbot")
        assert (done.status, "is not available" in done.complaint) == (CANNOT_KNOW, True)


@pytest.mark.parametrize("command", ["consume", "run"])
def test_without_bus_settings_nothing_starts(shell: Shell, command: str) -> None:
    done = shell(command, EPELBOT_BUS__CONFIG="/nowhere/bus.toml")
    assert "the bus settings /nowhere/bus.toml are missing" in done.complaint
    assert done.status == USAGE


class TestOnABroker:
    @pytest.fixture
    def bus(self, amqp_url: str, tmp_path: Path) -> Path:
        """Bus settings with a queue of the test's own, and one message waiting in it."""
        queue = f"epelbot-test-{uuid.uuid4()}"
        path = tmp_path / "bus.toml"
        path.write_text(
            f'amqp_url = "{amqp_url}"\n'
            f"[queues.{queue}]\ndurable = false\nauto_delete = true\nexclusive = false\narguments = {{}}\n"
            f'[[bindings]]\nqueue = "{queue}"\nexchange = "amq.topic"\nrouting_keys = ["{queue}.#"]\n'
        )
        connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
        channel = connection.channel()
        channel.queue_declare(queue, durable=False, auto_delete=True)
        line = TAGGED
        properties = pika.BasicProperties(message_id=line["id"], headers=line["headers"])
        channel.queue_bind(queue, "amq.topic", line["topic"])
        channel.basic_publish("amq.topic", line["topic"], json.dumps(line["body"]).encode(), properties)
        channel.queue_unbind(queue, "amq.topic", line["topic"])
        connection.close()
        return path

    def test_run_takes_in_records_and_judges_in_one_process(self, shell: Shell, bus: Path) -> None:
        process = shell.process("run", environment={"EPELBOT_BUS__CONFIG": str(bus)})
        try:
            said_line(process, "connected to the broker")
            _wait_for_a_recorded_message(shell)
            process.terminate()
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, out) == (FINE, "")
        assert "taken in: 1 new" in err

    def test_consume_takes_in_and_leaves_the_rest_to_a_worker(self, shell: Shell, bus: Path) -> None:
        process = shell.process("consume", environment={"EPELBOT_BUS__CONFIG": str(bus)})
        try:
            said_line(process, "connected to the broker")
            wait_until(lambda: bool(shell("inbox", "list", "--json").json))
            process.terminate()
            process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == FINE
        assert [one["status"] for one in shell("inbox", "list", "--json").json] == ["new"]

    def test_run_ends_with_a_sentence_when_the_broker_refuses_its_password(
        self, shell: Shell, bus: Path, amqp_url: str
    ) -> None:
        scheme, _, place = amqp_url.rpartition("@")
        wrong = f"{scheme.partition('://')[0]}://nobody:geheim@{place}"
        bus.write_text(bus.read_text().replace(amqp_url, wrong))
        done = shell.finished("run", environment={"EPELBOT_BUS__CONFIG": str(bus)})
        assert done.status == USAGE
        assert "refuses this user and password" in done.err.splitlines()[-1]
        assert "geheim" not in done.err

    def test_doctor_finds_the_broker(self, shell: Shell, bus: Path) -> None:
        nowhere = "http://127.0.0.1:9/"
        done = shell(
            "doctor",
            "--online",
            "--json",
            EPELBOT_BUS__CONFIG=str(bus),
            EPELBOT_SOURCES__KOJI__HUB=nowhere,
            EPELBOT_SOURCES__BODHI__URL=nowhere,
            EPELBOT_SOURCES__DISTGIT__URL=nowhere,
            EPELBOT_SOURCES__ARCHIVE__URL=nowhere,
        )
        assert next(one["level"] for one in done.json if one["name"] == "bus") == "ok"


def _wait_for_a_recorded_message(shell: Shell) -> None:
    wait_until(lambda: [one["status"] for one in shell("inbox", "list", "--json").json] == ["recorded"])
