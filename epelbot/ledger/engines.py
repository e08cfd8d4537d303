# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What SQLite and PostgreSQL spell differently, so that the rest of the ledger is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, func
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def is_postgresql(connection: Connection) -> bool:
    """True on PostgreSQL, False on SQLite; there is no third."""
    return connection.dialect.name == "postgresql"


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    if not is_postgresql(connection):
        return sqlite.insert(table)
    # Only here: with its drivers it takes as long to load as five empty Pythons, and `explain` on SQLite has
    # no use for it.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def earlier(connection: Connection, one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The smaller of two values in one row. With a NULL: NULL on SQLite, the other on PostgreSQL."""
    return func.least(one, other) if is_postgresql(connection) else func.min(one, other)


def later(connection: Connection, one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The greater of two values in one row. With a NULL: NULL on SQLite, the other on PostgreSQL."""
    return func.greatest(one, other) if is_postgresql(connection) else func.max(one, other)
