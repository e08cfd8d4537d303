# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that the ledger remembers, as lines of JSON: to keep beside it, or to look through with jq."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, select, text

from epelbot.ledger.codec import encode
from epelbot.ledger.engines import is_postgresql
from epelbot.ledger.store import Ledger
from epelbot.ledger.tables import metadata

# Rows at once. A payload may have some megabytes, so few.
_ROWS = 50


def export(ledger: Ledger) -> Iterator[str]:
    """All rows of all tables as they stood at one moment, a line each, without line ends.

    ``{"table": …, "row": {column: value}}``: instants in UTC as RFC 3339, bytes in base64, columns that hold
    JSON as the text that is kept. Tables come before those that refer to them, rows by primary key. However
    slowly the lines are taken, nobody else is held up; memory is bounded.
    """
    with ledger.read() as connection:
        if is_postgresql(connection):
            # Whoever reads the lines may pause; a reader that idles holds no locks.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        streaming = connection.execution_options(yield_per=_ROWS)
        for table in metadata.sorted_tables:
            for row in streaming.execute(_all_rows(table)).mappings():
                yield encode({"table": str(table.name), "row": {str(name): row[name] for name in row}})


def _all_rows(table: Table) -> Select[tuple[Any, ...]]:
    return select(table).order_by(*table.primary_key.columns)
