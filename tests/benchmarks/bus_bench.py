# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast messages come in, beside fedora-messaging's own consumer and a plain bulk insert, in one run.

    EPELBOT_TEST_AMQP=amqp://guest:guest@localhost:5672/ python -m tests.benchmarks.bus_bench

The mix is fixed: a third each of Bodhi's, Koji's and Pagure's messages, as large as the real ones (LIMITS 1),
all of them followed. Every contestant is a process of its own; every round runs all of them, in random order;
what counts is the ratio of their medians.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pika
from fedora_messaging import api
from fedora_messaging.exceptions import HaltConsumer
from fedora_messaging.message import Message

from epelbot.consumer import BatchLimits, load_bus, run_consumer
from epelbot.ledger import Ledger, inbox
from epelbot.services.ingest import ingest
from epelbot.services.intake import Intake, Taken
from epelbot.testing.messages import Record, build_message, line_of, push_message, update_message
from epelbot.translate.envelope import Incoming, Unreadable
from epelbot.translate.followed import Following

ROUNDS = 5
ROOT = Path(__file__).resolve().parent.parent.parent
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

#: Messages in a round: enough for some seconds each.
STOCK, ONE_BY_ONE, BATCHED, LINES = 450, 4_500, 15_000, 30_000
#: Lines of the file for which memory is measured: some 600 MB.
LONG = 150_000
MEMORY_LIMIT = 200 * 1024 * 1024


class Result(NamedTuple):
    """One goal: what was measured, in its own unit, and whether it is good enough."""

    what: str
    measured: float
    goal: str
    met: bool


def _update(number: int) -> Record:
    record = update_message(
        "bodhi.update.request.testing",
        alias=f"FEDORA-EPEL-2026-{number:010x}",
        builds=[f"fortune-1.{number}-1.el9"],
        at=AT,
        request="testing",
    )
    update = record["body"]["update"]
    update["notes"] = "Fixes what was found in the last version. " * 20
    update["comments"] = [
        {
            "id": comment,
            "karma": 1,
            "karma_critpath": 0,
            "text": "Works on my machine, thank you.",
            "timestamp": "2026-03-01 12:00:00",
            "update_id": number,
            "user_id": comment,
            "bug_feedback": [],
            "testcase_feedback": [],
            "user": {"id": comment, "name": f"tester{comment}", "email": None, "avatar": None, "groups": []},
        }
        for comment in range(15)
    ]
    update["test_gating_status"] = "passed"
    update["meets_testing_requirements"] = False
    return record


def _build(number: int) -> Record:
    record = build_message(f"fortune-1.{number}-1.el9", at=AT)
    children = [
        {
            "id": number * 100 + child,
            "url": f"https://koji.fedoraproject.org/koji/taskinfo?taskID={number * 100 + child}",
            "method": "buildArch",
            "label": arch,
            "arch": arch,
            "channel_id": 1,
            "priority": 19,
            "parent": number * 100,
            "host_id": child,
            "host_name": f"builder-{arch}-01.example.org",
            "state": 2,
            "waiting": False,
            "awaited": False,
            "request": [f"tasks/{number}/fortune-1.{number}-1.el9.src.rpm", 1, arch, True, {"repo_id": 5}],
            "result": {
                "rpms": [
                    f"tasks/{number}/{child}/fortune{part}-1.{number}-1.el9.{arch}.rpm" for part in _PARTS
                ],
                "srpms": [],
                "logs": [f"tasks/{number}/{child}/{log}.log" for log in ("build", "root", "state", "mock")],
                "brootid": child,
            },
            "children": [],
        }
        for child, arch in enumerate(("x86_64", "aarch64", "ppc64le", "s390x", "i686", "riscv64"))
    ]
    record["body"]["task"] = {
        "id": number * 100,
        "method": "build",
        "arch": "noarch",
        "host_id": 1,
        "host_name": "builder-01.example.org",
        "label": None,
        "parent": None,
        "request": record["body"]["request"],
        "result": None,
        "state": 2,
        "children": children,
    }
    return record


_PARTS = ("", "-devel", "-libs", "-debuginfo", "-debugsource")


def mix(count: int) -> Iterator[Record]:
    """Yield messages in turn from each of the three publishers, each with an id of its own.

    One of each is made by its publisher's class and checked; the others are copies with another id and date.
    """
    push = push_message("fortune", "epel9", at=AT, changed_files={f"{n}.patch": "A" for n in range(12)})
    originals = [_update(1), _build(1), push]
    for number, original in zip(range(count), itertools.cycle(originals), strict=False):
        sent = AT + timedelta(seconds=number)
        headers = original["headers"] | {"sent-at": sent.isoformat()}
        yield original | {"id": str(uuid.UUID(int=number + 1)), "headers": headers}


class Broker:
    """A queue and an exchange of this run's own."""

    def __init__(self, folder: Path) -> None:
        url = os.environ.get("EPELBOT_TEST_AMQP")
        if not url:
            raise SystemExit("set EPELBOT_TEST_AMQP to the URL of a RabbitMQ broker")
        self.name = f"epelbot-bench-{uuid.uuid4()}"
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        self._channel.exchange_declare(self.name, "topic", durable=True)
        self._channel.queue_declare(self.name, durable=True)
        self._channel.queue_bind(self.name, self.name, "#")
        self._url = url
        self._folder = folder

    def settings(self, prefetch: int) -> Path:
        """Write fedora-messaging's settings for this queue."""
        path = self._folder / f"bus-{prefetch}.toml"
        path.write_text(
            f'amqp_url = "{self._url}"\nbindings = []\n'
            f'[queues."{self.name}"]\ndurable = true\nauto_delete = false\n'
            "exclusive = false\narguments = {}\n"
            f"[qos]\nprefetch_size = 0\nprefetch_count = {prefetch}\n"
        )
        return path

    def fill(self, count: int) -> None:
        """Empty the queue, then publish the mix, and wait until the broker has it all."""
        self._channel.queue_purge(self.name)
        for record in mix(count):
            properties = pika.BasicProperties(
                message_id=record["id"],
                headers=record["headers"],
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
            )
            body = json.dumps(record["body"]).encode()
            self._channel.basic_publish(self.name, record["topic"], body, properties)
        while self.waiting() < count:
            time.sleep(0.05)

    def waiting(self) -> int:
        """How many messages nobody has acknowledged or taken."""
        return int(self._channel.queue_declare(self.name, passive=True).method.message_count)

    def remove(self) -> None:
        """Leave nothing behind."""
        self._channel.queue_delete(self.name)
        self._channel.exchange_delete(self.name)
        self._connection.close()


def _stock(count: int) -> float:
    """Run fedora-messaging's own consumer with a callback that does nothing."""
    seen, started, took = 0, 0.0, 0.0

    def callback(_message: Message) -> None:
        nonlocal seen, started, took
        seen += 1
        if seen == 1:
            started = time.perf_counter()
        if seen == count:
            took = time.perf_counter() - started
            raise HaltConsumer

    try:
        api.consume(callback)
    except HaltConsumer:
        return count / took
    raise SystemExit("the consumer ended early")


class _TimedIntake(Intake):
    """The real one; measures from the first message to the last commit, then asks to stop."""

    def prepare(self, count: int, stop: threading.Event) -> None:
        self.left, self._stop, self.started, self.ended = count, stop, 0.0, 0.0

    def take(self, messages: Sequence[Incoming | Unreadable], fault: str) -> Taken:
        self.started = self.started or time.perf_counter()
        taken = super().take(messages, fault)
        self.left -= len(messages)
        if self.left <= 0:
            self.ended = time.perf_counter()
            self._stop.set()
        return taken


def _ours(count: int, batch: int, database: str) -> float:
    """Run our consumer, with batches of at most ``batch`` messages."""
    ledger = Ledger(database)
    ledger.create()
    stop = threading.Event()
    intake = _TimedIntake(ledger, Following(), lambda: datetime.now(UTC))
    intake.prepare(count, stop)
    run_consumer(load_bus(), intake, stop, limits=BatchLimits(messages=batch))
    with ledger.read() as connection:
        kept = inbox.counts(connection)
    if kept[inbox.NEW] != count:
        raise SystemExit(f"{kept} in the inbox, where {count} were due")
    return count / (intake.ended - intake.started)


def _ingest(recording: str, database: str) -> float:
    """Take a recording in; returns lines per second."""
    ledger = Ledger(database)
    ledger.create()
    started = time.perf_counter()
    (done,) = ingest([recording], Intake(ledger, Following(), lambda: datetime.now(UTC)))
    took = time.perf_counter() - started
    if done.taken.new != done.taken.total or done.problem:
        raise SystemExit(f"not all was taken in: {done}")
    return done.taken.total / took


def _bulk_insert(recording: str, database: str) -> float:
    """Parse each line and insert the rows by the database's own means; returns lines per second."""
    Ledger(database).create()
    connection = sqlite3.connect(database.removeprefix("sqlite:///"))
    connection.execute("PRAGMA synchronous=FULL")
    started = time.perf_counter()
    now = datetime.now(UTC).isoformat(" ")

    def rows() -> Iterator[tuple[Any, ...]]:
        with Path(recording).open("rb") as lines:
            for line in lines:
                message = json.loads(line)
                yield message["id"], message["topic"], line, now, "new", 0

    connection.executemany(
        "INSERT INTO inbox (id, topic, payload, received_at, status, attempts) VALUES (?, ?, ?, ?, ?, ?)",
        rows(),
    )
    connection.commit()
    took = time.perf_counter() - started
    (count,) = connection.execute("SELECT count(*) FROM inbox").fetchone()
    connection.close()
    return float(count / took)


CONTESTANTS: dict[str, Callable[..., float]] = {
    "stock": lambda count: _stock(int(count)),
    "ours": lambda count, batch, database: _ours(int(count), int(batch), database),
    "ingest": _ingest,
    "bulk": _bulk_insert,
}


class _Answer(NamedTuple):
    rate: float
    peak_bytes: int


def _run(contestant: str, *arguments: object, settings: Path | None = None) -> _Answer:
    surroundings = {name: text for name, text in os.environ.items() if not name.startswith("EPELBOT_")}
    if settings is not None:
        surroundings["FEDORA_MESSAGING_CONF"] = str(settings)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bus_bench", contestant, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=surroundings,
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{contestant} failed: {done.stderr}")
    rate, peak = done.stdout.split()
    return _Answer(float(rate), int(peak))


def _write(path: Path, count: int) -> None:
    with path.open("wb") as file:
        for record in mix(count):
            file.write(line_of(record))


def run() -> list[Result]:
    """Measure everything, print each contestant's rate, and return the goals."""
    rates: dict[str, list[float]] = {
        name: [] for name in ("stock", "one by one", "batched", "bulk", "ingest")
    }
    peaks: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Broker(folder)
        recording = folder / "recording.jsonl"
        _write(recording, LINES)

        def once(contestant: str) -> _Answer:
            database = folder / f"{uuid.uuid4()}.db"
            url = f"sqlite:///{database}"
            match contestant:
                case "stock":
                    broker.fill(STOCK)
                    answer = _run("stock", STOCK, settings=broker.settings(25))
                case "one by one":
                    broker.fill(ONE_BY_ONE)
                    answer = _run("ours", ONE_BY_ONE, 1, url, settings=broker.settings(250))
                case "batched":
                    broker.fill(BATCHED)
                    answer = _run("ours", BATCHED, 100, url, settings=broker.settings(250))
                case _:
                    answer = _run(contestant, recording, url)
            if broker.waiting():
                raise SystemExit(f"{contestant} left messages unacknowledged")
            for file in folder.glob(f"{database.name}*"):
                file.unlink()
            return answer

        try:
            for _ in range(ROUNDS):
                for contestant in random.sample(sorted(rates), len(rates)):
                    answer = once(contestant)
                    rates[contestant].append(answer.rate)
                    peaks[contestant] = max(peaks.get(contestant, 0), answer.peak_bytes)
            _write(recording, LONG)
            long_file = _run("ingest", recording, f"sqlite:///{folder}/long.db")
        finally:
            broker.remove()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for contestant, median in medians.items():
        low, high = min(rates[contestant]), max(rates[contestant])
        print(f"{contestant:12} {median:9,.0f} messages/s ({low:,.0f} to {high:,.0f})")  # noqa: T201 -- a command\'s output
    return [
        _at_least(
            "RabbitMQ to inbox, one commit per message, times stock",
            medians["one by one"] / medians["stock"],
            8,
        ),
        _at_least("RabbitMQ to inbox, short batches, times stock", medians["batched"] / medians["stock"], 30),
        _at_least("ingest, of json.loads and bulk insert", medians["ingest"] / medians["bulk"], 0.5),
        _below("peak memory of the consumer, MB", peaks["batched"]),
        _below(f"peak memory of ingest, a file of {LONG:,} lines, MB", long_file.peak_bytes),
    ]


def _at_least(what: str, measured: float, goal: float) -> Result:
    return Result(what, measured, f"at least {goal:g}", measured >= goal)


def _below(what: str, peak_bytes: int) -> Result:
    return Result(what, peak_bytes / 1e6, f"below {MEMORY_LIMIT / 1e6:.0f}", peak_bytes < MEMORY_LIMIT)


def main() -> int:
    """Run one contestant when named, else all of them; the exit status says whether every goal was met."""
    if len(sys.argv) > 1:
        rate = CONTESTANTS[sys.argv[1]](*sys.argv[2:])
        print(rate, _peak_bytes())  # noqa: T201 -- a command\'s output
        return 0
    results = run()
    for one in results:
        print(f"{'ok  ' if one.met else 'MISS'} {one.what}: {one.measured:.2f} (goal: {one.goal})")  # noqa: T201 -- a command\'s output
    return 0 if all(one.met for one in results) else 1


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
