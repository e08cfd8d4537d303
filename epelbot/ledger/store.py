# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening a ledger on SQLite or PostgreSQL, and the two kinds of transaction on it.

Who writes on PostgreSQL takes row locks in this order, so that no two wait for each other: inbox, posts,
releases, evidence (by key), listings (by package and collection), collections, excuses, notices, outbox.
Whoever locks many rows of one table does so in one statement, sorted. A deadlock all the same ends one of
the two with a `TransientError`, and its work is done again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.pool import StaticPool

from epelbot.errors import ConfigError, TransientError
from epelbot.ledger.tables import metadata
from epelbot.ledger.trouble import meaning

_BUSY_SECONDS = 30
_CONNECT_SECONDS = 10
# Whoever stops in the middle of a transaction (a paused machine, a cut network) must not hold its locks
# for good. No look-up happens inside a transaction, so nothing of ours idles there for long.
_IDLE_IN_TRANSACTION = "60s"
# What a connection may do, as an execution option that the start of its transaction obeys.
_MAY = "epelbot_may"
_WRITE = "write"
_RESHAPE = "reshape"


class Ledger:
    """A database with epelbot's tables.

    ``url`` is SQLAlchemy's ("sqlite:///path", "sqlite://" for one in memory,
    "postgresql+psycopg://…"). Opening does not touch the database; the first transaction does, and raises
    `ConfigError` when there is none. On SQLite every committed transaction survives a power cut (WAL,
    ``synchronous=FULL``), and a writer waits ``busy_seconds`` for another process.
    """

    def __init__(self, url: str, *, busy_seconds: float = _BUSY_SECONDS) -> None:
        try:
            parsed = make_url(url)
            self.is_sqlite = parsed.get_backend_name() == "sqlite"
            in_memory = self.is_sqlite and parsed.database in (None, "", ":memory:")
            options: dict[str, Any]
            if in_memory:
                options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
            elif self.is_sqlite:
                options = {"connect_args": {"timeout": busy_seconds}}
            else:
                options = {"pool_pre_ping": True, "isolation_level": "READ COMMITTED"} | _postgresql(parsed)
            self.engine = create_engine(parsed, **options)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigError(
                f"database.url cannot be used ({error}); give sqlite:///FILE or postgresql+psycopg://…, "
                "and install epelbot[postgresql] for the latter"
            ) from error
        # What one connection serves, one thread uses at a time. And SQLite has one writer; waiting here is
        # fairer than its busy loop.
        self._writer = threading.RLock() if self.is_sqlite else None
        self._reader = self._writer if in_memory else None
        self._reading = self.engine
        #: SQLite's file; None for a server, for memory, and for what the URL itself gives as ``file:``.
        self.file: Path | None = None
        if self.is_sqlite:
            if parsed.database and not in_memory and not parsed.database.startswith("file:"):
                self.file = Path(parsed.database)
                event.listen(self.engine, "do_connect", _open_what_is_there)
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def where(self) -> str:
        """The database for people, without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment and changes nothing. Raises as `write` does."""
        with (
            self._reader or contextlib.nullcontext(),
            self._translated(),
            self._reading.connect() as connection,
            connection.begin(),
        ):
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back when it raises.

        Raises `TransientError` when the database is away, locked, full, or asks to try again, and
        `ConfigError` when it is missing, not set up, damaged, or closed to us. A connection lost during the
        commit leaves open whether that happened: what is done here may be done twice without harm.
        """
        with self._changing(_WRITE) as connection:
            yield connection

    @contextlib.contextmanager
    def reshape(self) -> Iterator[Connection]:
        """A transaction as `write` gives it, to change the tables themselves.

        SQLite changes most of a table only by making it anew, which it would refuse while rows refer to
        the old one; so references are looked at once, at the end. `ConfigError` when one leads nowhere.
        """
        with self._changing(_RESHAPE) as connection:
            yield connection
            if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise ConfigError(
                    f"the tables of {self.where} could not be changed without losing rows, so nothing was; "
                    "report this, with the output of 'epelbot db status'"
                )

    def make_file(self) -> None:
        """Make SQLite's file, and its folder for this user alone, where there is none yet."""
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch()
        except OSError as error:
            raise ConfigError(
                f"the database {self.where} cannot be made ({error.strerror}); let database.url name a place "
                "that this user may write"
            ) from error

    def create(self) -> None:
        """Make all tables at once, for tests and throw-away ledgers; others use the migrations."""
        self.make_file()
        with self.write() as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _changing(self, may: str) -> Iterator[Connection]:
        with (
            self._writer or contextlib.nullcontext(),
            self._translated(),
            self.engine.connect().execution_options(**{_MAY: may}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            meant = meaning(error, self.where, self.file)
            if meant is None:
                raise
            raise meant from error
        except NoFreeConnection as error:
            raise TransientError(
                f"too many at once use the database {self.where}; it is tried again"
            ) from error


def _postgresql(url: URL) -> dict[str, Any]:
    """What every connection to a server is given, unless the URL says otherwise."""
    ours = {
        "connect_timeout": str(_CONNECT_SECONDS),
        "options": f"-c idle_in_transaction_session_timeout={_IDLE_IN_TRANSACTION}",
    }
    return {"connect_args": {name: value for name, value in ours.items() if name not in url.query}}


def _open_what_is_there(
    _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
) -> None:
    # Opened by name, SQLite would make an empty file of whatever name it was given, for whoever asks.
    arguments[0] = f"file:{quote(arguments[0])}?mode=rw"
    options["uri"] = True


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and too weak; _begin_sqlite issues ours.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a read that turns into a write may fail without having waited.
    may = connection.get_execution_options().get(_MAY)
    # Both stay with the connection, and with one message per commit they would cost as much as storing it.
    if (_MAY, may) not in connection.info.items():
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if may else 'ON'}")
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if may == _RESHAPE else 'ON'}")
        connection.info[_MAY] = may
    connection.exec_driver_sql("BEGIN IMMEDIATE" if may else "BEGIN")
