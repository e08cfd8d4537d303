# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves a ledger's tables forward, and says where they stand.

The migrations are Alembic's, in the folder ``migrations`` (inside a wheel: ``epelbot/_migrations``). They
only go forward: what was remembered is never thrown away to please an older epelbot.
"""

from __future__ import annotations

from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from epelbot.errors import ConfigError
from epelbot.ledger.engines import is_postgresql
from epelbot.ledger.store import Ledger
from epelbot.shipped import migrations_folder

# PyPI's bounds (MODELS C.1): a migration rather gives up than stands in the way of who works.
_LOCK_TIMEOUT = "4s"
_STATEMENT_TIMEOUT = "5s"


@dataclass(frozen=True, slots=True)
class Status:
    """Where a ledger stands (``current`` None: no tables yet) and where this epelbot wants it."""

    current: str | None
    head: str
    #: A newer epelbot has been here; upgrading is no way back.
    ahead: bool = False

    @property
    def up_to_date(self) -> bool:
        """True when this epelbot can work with the ledger."""
        return self.current == self.head


def upgrade(ledger: Ledger, revision: str = "head") -> Status:
    """Bring the tables up to a revision, all in one transaction; SQLite's file and folder are made.

    Safe to call from several processes at once, and again. Raises `TransientError` when others hold the
    tables for longer than 4 seconds or a statement takes more than 5 (PostgreSQL), `ConfigError` when the
    ledger is ahead.
    """
    ledger.make_file()
    with ledger.reshape() as connection:
        if is_postgresql(connection):
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
            connection.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"))
            # One at a time: who comes second finds the work done. The number is epelbot's own.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('epelbot migrations'))"))
        _refuse_foreign(connection, ledger.where)
        _refuse_newer(connection, ledger.where)
        command.upgrade(alembic_config(connection), revision)
    return status(ledger)


def status(ledger: Ledger) -> Status:
    """Where the ledger stands; makes nothing, not even an empty file."""
    head = _scripts().get_current_head()
    if head is None:
        raise ConfigError(f"{migrations_folder()} holds no migrations: install epelbot again")
    if ledger.file is not None and not ledger.file.exists():
        return Status(None, head)
    with ledger.read() as connection:
        _refuse_foreign(connection, ledger.where)
        current = _current(connection)
    return Status(current, head, ahead=current is not None and not _is_ours(current))


def check(ledger: Ledger) -> None:
    """Raise `ConfigError` unless the tables are those that this epelbot was made for."""
    found = status(ledger)
    if found.up_to_date:
        return
    if found.current is None:
        raise ConfigError(f"the database {ledger.where} is not set up; run 'epelbot db upgrade'")
    with ledger.read() as connection:
        _refuse_newer(connection, ledger.where)
    raise ConfigError(
        f"the database {ledger.where} is at {found.current}, this epelbot needs {found.head}; "
        "run 'epelbot db upgrade'"
    )


def alembic_config(connection: Connection) -> Config:
    """What Alembic's own commands need to work on a connection that may write."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(migrations_folder()))


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_ours(revision: str) -> bool:
    return revision in {one.revision for one in _scripts().walk_revisions()}


def _refuse_foreign(connection: Connection, where: str) -> None:
    """Tables of something else: a wrong URL is no reason to lay ours beside them."""
    found = inspect(connection).get_table_names()
    if found and "alembic_version" not in found:
        raise ConfigError(
            f"the database {where} holds tables of something else ({', '.join(sorted(found)[:3])}); let "
            "database.url name a database of epelbot's own"
        )


def _refuse_newer(connection: Connection, where: str) -> None:
    """A newer epelbot has been here: its tables are not ours to use, nor to move."""
    current = _current(connection)
    if current is not None and not _is_ours(current):
        raise ConfigError(
            f"the database {where} is at {current}, which this epelbot does not know; install the newer one "
            "that upgraded it ('epelbot db upgrade' can't go back)"
        )
