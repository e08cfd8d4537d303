# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a ledger is the one that this epelbot was made for, asked without loading Alembic.

Every command asks that first, and Alembic alone takes longer to load than most commands to run. Whoever
gets a "no" asks `epelbot.ledger.migrate`, which can tell why.
"""

from __future__ import annotations

from sqlalchemy import text

from epelbot.errors import ConfigError
from epelbot.ledger.store import Ledger
from epelbot.shipped import migrations_folder


def newest_revision() -> str:
    """The number of the newest migration: their files are called after it."""
    return max(path.name.partition("_")[0] for path in (migrations_folder() / "versions").glob("0*_*.py"))


def is_current(ledger: Ledger) -> bool:
    """True when the ledger is there and its tables are the newest."""
    if ledger.file is not None and not ledger.file.exists():
        return False
    try:
        with ledger.read() as connection:
            found = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    except ConfigError:
        # No such table, or no database at all.
        return False
    return found == [newest_revision()]
