# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes that are killed: the command line as it is, but for a clock that the history turns.

A Python that has imported everything takes a second to start, and a long run starts thousands. So one is
started (``python -m tests.kill.process``), and it forks for each command: real processes with connections of
their own, ended by real signals. It reads a request per line from stdin and answers each with a number.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from epelbot.bootstrap import RealWiring
from epelbot.cli import run

#: The clock: an instant at which it stands, or from which it goes since "@" some time.time().
CLOCK = "EPELBOT_TEST_CLOCK"
#: Dies at the so manyth commit: "before 17 any" just before it, "after 17 any" before anything more is said
#: to the database. All moments between two commits leave the same database, so these two stand for every one.
#: With "news" only transactions count in which something was said, worded, sent or about to be sent.
KILL_AT_COMMIT = "EPELBOT_TEST_KILL_AT_COMMIT"
_NEWS = re.compile(r"(INSERT INTO|UPDATE) (excuse_history|outbox)\b")

_ROOT = Path(__file__).resolve().parents[2]
_PRELOADED = (
    "epelbot.actions.smtp",
    "epelbot.bootstrap",
    "epelbot.cli.ingest",
    "epelbot.cli.service",
    "epelbot.ledger.migrate",
    "epelbot.services.ingest",
    "epelbot.services.worker",
    "epelbot.sources.bodhi",
    "epelbot.sources.distgit",
    "epelbot.sources.hyperkitty",
    "epelbot.sources.koji_hub",
    "psycopg",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
)


class Nursery(AbstractContextManager["Nursery"]):
    """The runner's side: starts commands and waits for them. Used by one thread."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        #: What the processes said, all in one.
        self.log = folder / "processes.log"
        nothing_set = folder / "epelbot.toml"
        nothing_set.touch()
        # What the shell, or this machine's own epelbot, has set is nobody's business here.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("EPELBOT_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.kill.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**inherited, "EPELBOT_CONFIG": str(nothing_set), **environment},
                cwd=_ROOT,
            )

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
        """Start a command; gives the process's id, which stays its own until it is waited for."""
        return self._ask(run=list(arguments), environment=dict(environment), log=str(self.log))

    def wait(self, pid: int) -> int:
        """Wait for a process; gives its exit status, or minus the signal that ended it."""
        return self._ask(wait=pid)

    def _ask(self, **request: Any) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process that forks has ended; see {self.log}")
        return int(answer)

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)


def clock_setting(now: datetime, began: float | None) -> str:
    """What to set `CLOCK` to; ``began`` is the time.time() at which it is ``now``, None for ever."""
    return now.isoformat() if began is None else f"{now.isoformat()}@{began}"


class ClockedWiring(RealWiring):
    """The wiring of a real installation, but for the time."""

    def now(self) -> datetime:
        """What `CLOCK` says."""
        base, _, began = os.environ[CLOCK].partition("@")
        gone = time.time() - float(began) if began else 0.0
        return datetime.fromisoformat(base) + timedelta(seconds=gone)


def _die_at_commit(where: str, number: int, *, only_news: bool) -> None:
    left = number
    counts = not only_news

    def saying(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal counts
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        counts = counts or _NEWS.match(statement) is not None

    def committing(_: object) -> None:
        nonlocal left, counts
        left -= counts
        counts = not only_news
        if left == 0 and where == "before":
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", saying)
    sa.event.listen(sa.Engine, "commit", committing)


def _child(request: dict[str, Any]) -> int:
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    os.environ.update(request["environment"])
    # It looked for its orders when it was imported, before the fork.
    importlib.reload(importlib.import_module("epelbot.faults"))
    if KILL_AT_COMMIT in os.environ:
        where, number, of = os.environ[KILL_AT_COMMIT].split()
        _die_at_commit(where, int(number), only_news=of == "news")
    return run(ClockedWiring, request["run"])


def _serve() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    # Memory that the collector never looks through is never copied for a child.
    gc.freeze()
    # A descriptor of its own, which the children close: what they say is no answer.
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                status = _child(request)
                sys.stdout.flush()
                # Not taking Python down, which takes longer than all the rest.
                os._exit(status)
        answers.write(f"{answer}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
