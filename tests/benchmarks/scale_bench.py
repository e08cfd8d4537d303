# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger of EPEL's size: how fast it is judged anew, and how soon one listing is explained.

    python -m tests.benchmarks.scale_bench

After a calendar change every listing is judged again by one worker on SQLite. The reference beside it reads
the same rows, in batches of the same size, with the database's own driver, and writes the same columns back
as they are. ``epelbot explain`` is a process of its own each time; so are ``epelbot --help`` and a Python
that starts and does nothing, beside it in random order, and one that loads SQLAlchemy and reads a row with it
(decision 16). ``EPELBOT_TEST_LISTINGS`` asks for fewer than
40,000 listings.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from epelbot.ledger import Ledger, listings
from epelbot.ledger import migrate as migrations
from epelbot.ports import Sources
from epelbot.services.worker import Worker
from epelbot.settings import Settings
from epelbot.testing.mail import RecordingMailer
from tests.benchmarks.epel_size import NOW, fill
from tests.services.house import a_rulebook

LISTINGS = 40_000
ROUNDS = 15
_READ_A_ROW = "sqlalchemy.create_engine(url).connect().exec_driver_sql('SELECT 1').all()"
JUDGED_GOAL, EXPLAIN_GOAL = 0.3, 6.0
ROOT = Path(__file__).resolve().parent.parent.parent


class Scale(NamedTuple):
    """Rates are listings per second; times are seconds, medians of all rounds."""

    evidence: int
    judged: float
    by_plain_sql: float
    explain: float
    help: float
    empty: float
    floor: float


def run(count: int = LISTINGS) -> Scale:
    """All measurements on one ledger, in one run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "epel.db"
        ledger = Ledger(f"sqlite:///{path}")
        migrations.upgrade(ledger)
        pieces = fill(ledger, count)
        worker = _worker(ledger)
        worker.run(threading.Event(), until_idle=True)
        with ledger.write() as connection:
            due = listings.make_due(connection, NOW, bases=["another calendar"])
        judged = due / _timed_judging(worker)
        by_sql = due / _timed_sql(path, worker.settings.work.batch_listings)
        ledger.close()
        commands = _timed_commands(path)
    return Scale(pieces, judged, by_sql, *commands)


def _worker(ledger: Ledger) -> Worker:
    rulebook = a_rulebook()
    settings = Settings(sources=rulebook.sources)
    return Worker(ledger, rulebook, Sources(), RecordingMailer(), settings, lambda: NOW, "bench")


def _timed_judging(worker: Worker) -> float:
    began = time.perf_counter()
    worker.run(threading.Event(), until_idle=True)
    return time.perf_counter() - began


def _timed_sql(path: Path, batch: int) -> float:
    """Read what a judgement reads and write what it writes, without judging."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous=FULL")
    rows = database.execute("SELECT id, package, collection FROM listings ORDER BY id").fetchall()
    began = time.perf_counter()
    for first in range(0, len(rows), batch):
        some = rows[first : first + batch]
        marks = ",".join("?" * len(some))
        database.execute(
            f"SELECT kind, data, package, major, source, happened_at, learnt_at, confirmed_at FROM evidence "  # noqa: S608
            f"WHERE package IN ({marks})",
            [package for _, package, _ in some],
        ).fetchall()
        numbers = [number for number, _, _ in some]
        kept = database.execute(
            "SELECT generation, judged_at, flips_on, basis, data, listing_id FROM excuses "  # noqa: S608
            f"WHERE listing_id IN ({marks})",
            numbers,
        ).fetchall()
        held = database.execute(
            "SELECT judged_generation, due_at, attempts, last_error, lease_holder, lease_until, "  # noqa: S608
            f"state, verdict, id FROM listings WHERE id IN ({marks})",
            numbers,
        ).fetchall()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "UPDATE excuses SET generation=?, judged_at=?, flips_on=?, basis=?, data=? WHERE listing_id=?",
            kept,
        )
        database.executemany(
            "UPDATE listings SET judged_generation=?, due_at=?, attempts=?, last_error=?, lease_holder=?, "
            "lease_until=?, state=?, verdict=? WHERE id=?",
            held,
        )
        database.execute("COMMIT")
    taken = time.perf_counter() - began
    database.close()
    return taken


def _timed_commands(path: Path) -> tuple[float, float, float, float]:
    environment = os.environ | {"EPELBOT_DATABASE__URL": f"sqlite:///{path}"}
    explained = [sys.executable, "-m", "epelbot", "explain", "package7", "--collection", "epel9"]
    commands = {
        "explain": explained,
        "help": [sys.executable, "-m", "epelbot", "--help"],
        "empty": [sys.executable, "-c", "pass"],
        "floor": [
            sys.executable,
            "-c",
            f"import click, sqlalchemy; url = 'sqlite:///{path}'\n{_READ_A_ROW}",
        ],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name in random.sample(sorted(commands), len(commands)):
            began = time.perf_counter()
            subprocess.run(commands[name], check=True, capture_output=True, cwd=ROOT, env=environment)
            seconds[name].append(time.perf_counter() - began)
    return tuple(statistics.median(seconds[name]) for name in commands)  # type: ignore[return-value]


def main() -> None:
    """Measure and print."""
    count = int(os.environ.get("EPELBOT_TEST_LISTINGS", LISTINGS))
    found = run(count)
    beyond = (found.explain - found.help) / found.empty
    floor = (found.floor - found.help) / found.empty
    sys.stdout.write(
        f"{count} listings, {found.evidence} pieces of evidence\n"
        f"judged again     {found.judged:8.0f} /s  {found.judged / found.by_plain_sql:5.2f} of "
        f"{found.by_plain_sql:.0f}/s by plain SQL (goal {JUDGED_GOAL:g})\n"
        f"epelbot explain  {found.explain * 1000:8.1f} ms  {beyond:5.1f} empty Pythons beyond --help "
        f"(goal {EXPLAIN_GOAL:g})\n"
        f"SQLAlchemy alone {found.floor * 1000:8.1f} ms  {floor:5.1f} of them\n"
    )


if __name__ == "__main__":
    main()
