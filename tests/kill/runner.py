# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a history: the world behind a web server, real processes, a real mail server, and blows."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session

from epelbot.ledger import Ledger, migrate
from epelbot.ledger.notices import Moment
from epelbot.testing.server import serve
from epelbot.testing.server_koji import koji_route
from epelbot.testing.server_web import archive_route, bodhi_route, distgit_route
from epelbot.testing.world import World
from tests.contract.post_office import smtp_server
from tests.kill.blows import Blow, Plan
from tests.kill.history import BEGIN, Chapter, History
from tests.kill.outcome import Letter, Outcome, cause_of, state_of, unfinished
from tests.kill.plots import RELEASE_MANAGER
from tests.kill.process import CLOCK, Nursery, clock_setting

#: Long enough for a slow machine: who oversleeps a lease while alive may repeat a mail too, by no kill's
#: doing. It costs no time, since the clock is put on when all are dead.
LEASE = timedelta(seconds=30)
_MOST_ROUNDS = 60
# Minutes for which the news of a day is gathered, before its evening.
_NEVER = 1_000_000
# Seconds that a command may take before it counts as hanging.
_DEADLINE = 120


@dataclass(slots=True)
class Office:
    """The mail server's desk: keeps each mail that it takes, and what the ledger knew of it then."""

    ledger: Ledger
    letters: list[Letter] = field(default_factory=list)
    #: Mails and blows in the order in which they came.
    order: Iterator[int] = field(default_factory=itertools.count)
    chapter: int = 0
    #: What the processes' clocks were set to, and the time.time() of that.
    clock: datetime = BEGIN
    began: float = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd looks for this name
        del server, session
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        message_id = str(mail["Message-ID"])
        cause = cause_of(self.ledger, message_id)
        self.ledger.close()
        self.letters.append(
            Letter(
                next(self.order),
                self.chapter,
                self.clock + timedelta(seconds=time.time() - self.began),
                message_id,
                tuple(envelope.rcpt_tos),
                str(mail["Subject"]),
                mail.get_content(),
                cause,
            )
        )
        return "250 OK"


@dataclass(frozen=True, slots=True)
class Started:
    """A process under way."""

    command: str
    pid: int
    blow: Blow | None = None
    timer: threading.Timer | None = None


@dataclass(slots=True)
class Run:
    """One run of a history on one empty ledger. ``workers`` is how many work at once."""

    history: History
    url: str
    folder: Path
    plan: Plan
    workers: int
    _troubles: list[str] = field(default_factory=list)
    _blows: list[int] = field(default_factory=list)
    _world: World = field(default_factory=World)

    def __call__(self) -> Outcome:
        """Run it to its end."""
        ledger = Ledger(self.url)
        migrate.upgrade(ledger)
        office = Office(ledger)
        with ExitStack() as stack:
            port = stack.enter_context(smtp_server(office))
            web = stack.enter_context(
                serve(self._world, koji_route, bodhi_route, distgit_route, archive_route)
            )
            settings = _settings(self.url, web.url, port)
            nursery = stack.enter_context(Nursery(self.folder, settings))
            now = self.history.chapters[0].now
            for number, chapter in enumerate(self.history.chapters):
                office.chapter = number
                web.requests.clear()
                self.plan.begin_chapter(len(self.history.chapters) - number)
                now = self._chapter(number, chapter, ledger, office, nursery)
            stack.callback(ledger.close)
            state = state_of(ledger, now)
        return Outcome(state, tuple(office.letters), tuple(self._blows), tuple(self._troubles))

    def _chapter(
        self, number: int, chapter: Chapter, ledger: Ledger, office: Office, nursery: Nursery
    ) -> datetime:
        """Let a day's messages come in and all work be done; gives the time when it was."""
        for one in fields(World):
            setattr(self._world, one.name, getattr(chapter.world, one.name))
        # What has fallen due since the last chapter was judged in the night, at one frozen time, so that it
        # is the same in every run: nobody may decide while a judgement is due.
        quiet = {"EPELBOT_DELIVER__GATHER_MINUTES": str(_NEVER)}
        night = [["work", "--until-idle"]] if chapter.decisions else []
        for command in (*night, *chapter.decisions):
            # Not killed: a person who sees nothing come back looks before deciding again.
            pid = nursery.start(command, quiet | {CLOCK: clock_setting(chapter.now, None)})
            self._ended(nursery, office, Started(command[0], pid))
        files = []
        for index, lines in enumerate(chapter.files):
            file = self.folder / f"{number}-{index}.jsonl"
            file.write_bytes(b"".join(lines))
            files.append(str(file))
        now, left = chapter.now, ["everything"]
        # Telling is left to the evening. While one file comes in and another is worked on, it would be chance
        # which of a day's causes make a mail together.
        evening = False
        for _ in range(_MOST_ROUNDS):
            began = time.time()
            office.clock, office.began = now, began
            gather = timedelta(minutes=0 if evening else _NEVER)
            clock = {
                CLOCK: clock_setting(now, began),
                "EPELBOT_DELIVER__GATHER_MINUTES": str(gather // timedelta(minutes=1)),
            }
            started = []
            if files:
                # While one file comes in, what was in the one before is worked on.
                started.append(self._start(nursery, ["ingest", files[0]], clock))
            started += [self._start(nursery, ["work", "--until-idle"], clock) for _ in range(self.workers)]
            killed = [self._ended(nursery, office, one) for one in started]
            # The leases of the dead run out at once.
            now += timedelta(seconds=time.time() - began) + (LEASE if any(killed) else timedelta())
            left = unfinished(ledger, now, Moment(now, gather=gather))
            ledger.close()
            if not (files or left or any(killed)):
                if evening:
                    return now
                evening = True
                self.plan.begin_evening()
            if files and not killed[0]:
                del files[0]
        raise AssertionError(f"chapter {number} does not come to its end: {left}; see {nursery.log}")

    def _start(self, nursery: Nursery, arguments: Sequence[str], environment: dict[str, str]) -> Started:
        blow = self.plan.next(arguments[0])
        pid = nursery.start(arguments, environment | (blow.environment if blow else {}))
        if blow is not None and blow.seconds is not None:
            timer = threading.Timer(blow.seconds, _end, (pid, signal.SIGKILL))
        else:
            # Another signal, so that what hangs is not taken for what was killed.
            timer = threading.Timer(_DEADLINE, _end, (pid, signal.SIGABRT))
        timer.start()
        return Started(arguments[0], pid, blow, timer)

    def _ended(self, nursery: Nursery, office: Office, one: Started) -> bool:
        """Wait for a process; tells whether it was killed."""
        status = nursery.wait(one.pid)
        if one.timer is not None:
            one.timer.cancel()
        if one.blow is not None and status == -signal.SIGKILL:
            self._blows.append(next(office.order))
            self.plan.landed(one.blow)
            return True
        if one.blow is not None:
            self.plan.missed(one.blow)
        if status != 0:
            self._troubles.append(f"'epelbot {one.command}' ended with {status}; see {nursery.log}")
        return False


def _end(pid: int, how: signal.Signals) -> None:
    # Whoever waits for it stops this timer right after; until then the number is hardly another's.
    with suppress(ProcessLookupError):
        os.kill(pid, how)


def _settings(url: str, web: str, port: int) -> dict[str, str]:
    """The settings of all processes, as an operator would give them."""
    return {
        "EPELBOT_DATABASE__URL": url,
        "EPELBOT_DELIVER__MAIL": "send",
        "EPELBOT_DELIVER__MAX_PER_DAY": "100000",
        "EPELBOT_POLICY__IN_FORCE_FROM": "2019-02-01",
        "EPELBOT_ROLES__RELEASE_MANAGERS": RELEASE_MANAGER,
        "EPELBOT_SMTP__HOST": "127.0.0.1",
        "EPELBOT_SMTP__PORT": str(port),
        "EPELBOT_SOURCES__ONLINE": "true",
        "EPELBOT_SOURCES__KOJI__HUB": f"{web}/kojihub",
        "EPELBOT_SOURCES__KOJI__FILES": f"{web}/kojifiles/",
        "EPELBOT_SOURCES__BODHI__URL": f"{web}/bodhi/",
        "EPELBOT_SOURCES__DISTGIT__URL": f"{web}/dist-git/",
        "EPELBOT_SOURCES__ARCHIVE__URL": f"{web}/archives/",
        "EPELBOT_SOURCES__ENDOFLIFE__URL": "",
        "EPELBOT_SOURCES__RED_HAT__URL": "",
        "EPELBOT_WORK__LEASE_SECONDS": str(int(LEASE.total_seconds())),
    }


@contextmanager
def database(folder: Path, server: str | None) -> Iterator[str]:
    """An empty database for one run: a file in the folder, or one of its own on a PostgreSQL server."""
    if server is None:
        yield f"sqlite:///{folder}/ledger.db"
        return
    url = sa.make_url(server)
    name = f"epelbot_kill_{uuid.uuid4().hex}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def run(history: History, folder: Path, plan: Plan, *, server: str | None = None) -> Outcome:
    """Run a history on a new ledger: SQLite, or two workers at once on the PostgreSQL ``server``."""
    folder.mkdir(parents=True)
    with database(folder, server) as url:
        return Run(history, url, folder, plan, workers=2 if server else 1)()
