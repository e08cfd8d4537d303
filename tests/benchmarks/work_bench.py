# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many inbox rows are recorded and listings judged per second, on SQLite and on PostgreSQL.

    python -m tests.benchmarks.work_bench

The same history of whole retirements is taken in on each engine, then recorded and judged by one worker, on
PostgreSQL also by two at once, each a process of its own. The sources are the shipped fakes, so what is
measured is epelbot and its database. The reference beside it is one small commit after another on the same
database: no worker that keeps each judgement can be faster than that. PostgreSQL needs
``EPELBOT_TEST_POSTGRESQL`` (a user who may create databases).
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from epelbot.ledger import Ledger, inbox, listings
from epelbot.services.intake import Intake
from epelbot.services.record import record_messages
from epelbot.services.worker import Worker
from epelbot.settings import Settings
from epelbot.testing.mail import RecordingMailer
from epelbot.testing.recording import line_of
from epelbot.testing.story import Story, whole_retirement
from epelbot.translate.envelope import from_line
from epelbot.translate.followed import Following
from tests.services.house import a_rulebook

RETIREMENTS = 150
COMMITS = 300
_Work = Callable[[str, Path, threading.Barrier], None]

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Rate(NamedTuple):
    """Something per second, and beside it how many single commits the same database made per second."""

    what: str
    per_second: float
    commits_per_second: float

    def __str__(self) -> str:
        ratio = self.per_second / self.commits_per_second
        beside = f"{ratio:6.2f} of {self.commits_per_second:.0f} commits/s"
        return f"{self.what:<44} {self.per_second:8.0f} /s  {beside}"


def the_story() -> Story:
    """Whole retirements; the messages' classes check each, which takes far longer than what is measured."""
    story = Story()
    story.opens("epel8", "epel9")
    for number in range(RETIREMENTS):
        whole_retirement(story, f"package{number}", start=START + timedelta(minutes=number))
    return story


def run() -> list[Rate]:
    """All measurements, in one run."""
    story = the_story()
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world.pickle"
        world.write_bytes(pickle.dumps(story.world))
        rates = _measured(f"sqlite:///{folder}/bench.db", "SQLite", story, world, workers=1)
        server = os.environ.get("EPELBOT_TEST_POSTGRESQL")
        for workers in (1, 2) if server else ():
            with _database(str(server)) as url:
                engine = f"PostgreSQL, {workers} worker{'s' * (workers > 1)}"
                rates += _measured(url, engine, story, world, workers=workers)
    return rates


@contextmanager
def _database(server: str) -> Iterator[str]:
    """Make a database for this measurement and drop it afterwards."""
    name = f"epelbot_bench_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def _measured(url: str, engine: str, story: Story, world: Path, *, workers: int) -> list[Rate]:
    ledger = Ledger(url)
    ledger.create()
    intake = Intake(ledger, Following(), lambda: NOW)
    arrivals = [from_line(line_of(one)) for one in story.messages]
    for first in range(0, len(arrivals), 500):
        intake.take(arrivals[first : first + 500], "ingest:before-commit")
    commits = _commits_per_second(ledger)
    recording = _seconds(url, world, workers, _record)
    with ledger.read() as connection:
        rows = inbox.counts(connection)[inbox.RECORDED]
        due = listings.how_many_due(connection, NOW)
    judging = _seconds(url, world, workers, _judge)
    with ledger.read() as connection:
        left = listings.how_many_due(connection, NOW)
    ledger.close()
    if left or due != RETIREMENTS:
        raise AssertionError(f"{due} listings were due and {left} are left; the measurement means nothing")
    return [
        Rate(f"{engine}: inbox rows recorded", rows / recording, commits),
        Rate(f"{engine}: listings judged", due / judging, commits),
    ]


def _commits_per_second(ledger: Ledger) -> float:
    began = time.perf_counter()
    for _ in range(COMMITS):
        with ledger.write() as connection:
            listings.learn_release(connection, "epel8", uuid.uuid4().hex[:8], None, NOW)
    return COMMITS / (time.perf_counter() - began)


def _seconds(url: str, world: Path, workers: int, work: _Work) -> float:
    """From the moment at which every process stands ready to the one at which the last is done."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers + 1)
    processes = [context.Process(target=work, args=(url, world, barrier)) for _ in range(workers)]
    for process in processes:
        process.start()
    barrier.wait(timeout=120)
    began = time.perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise AssertionError("a worker failed; see its traceback above")
    return time.perf_counter() - began


def _record(url: str, world: Path, barrier: threading.Barrier) -> None:
    worker = _worker(url, world)
    barrier.wait(timeout=120)
    while record_messages(worker.ledger, NOW, worker.settings.work.batch_messages):
        pass
    worker.ledger.close()


def _judge(url: str, world: Path, barrier: threading.Barrier) -> None:
    worker = _worker(url, world)
    barrier.wait(timeout=120)
    worker.run(threading.Event(), until_idle=True)
    worker.ledger.close()


def _worker(url: str, world: Path) -> Worker:
    rulebook = a_rulebook()
    told = pickle.loads(world.read_bytes())  # noqa: S301 -- our own, a moment old
    return Worker(
        ledger=Ledger(url),
        rulebook=rulebook,
        sources=Story(told).sources,
        mailer=RecordingMailer(),
        settings=Settings(sources=rulebook.sources),
        clock=lambda: NOW,
        holder=uuid.uuid4().hex,
    )


def main() -> None:
    """Print what was measured."""
    for rate in run():
        sys.stdout.write(f"{rate}\n")


if __name__ == "__main__":
    main()
