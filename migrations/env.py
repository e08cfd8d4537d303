# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Alembic starts: the connection, and its transaction, are those of `epelbot.ledger.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from epelbot.ledger.tables import Exact, Prose, UtcDateTime, metadata


def in_plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a drafted column without epelbot's own types, which may change after the migration."""
    if kind != "type":
        return False
    match item:
        case Exact(length=length):
            return f'sa.String({length}).with_variant(sa.String({length}, collation="C"), "postgresql")'
        case Prose():
            return "sa.Text()"
        case UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case _:
            return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit(
        "the ledger is upgraded with 'epelbot db upgrade'; migrations/README.md tells of the rest"
    )

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=in_plain_types,
    # SQLite can't alter a table in place, so Alembic makes it anew and copies the rows.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
