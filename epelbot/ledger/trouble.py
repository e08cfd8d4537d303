# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a database's error means for us: later, a person must mend it, or a fault of our own.

Both drivers raise the same few classes for very different troubles, so what counts is the engine's own
code: SQLite's result codes (sqlite.org/rescode.html) and PostgreSQL's SQLSTATE (its manual, appendix A).
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from epelbot.errors import ConfigError, EpelbotError, TransientError

# Classes: 08 connection, 53 resources (disk full among them), 57 shutdown and cancelled, 58 the system around
# it, 40 rollback (serialization, deadlock). 25P03: the server ended an idle transaction; 25006: it is a
# standby now; 55P03: a lock was not to be had in time.
_PASSING_SQLSTATES = ("08", "53", "57", "58", "25P03", "25006")
_IN_THE_WAY = ("40", "55P03")
_NO_SUCH_TABLE = "42P01"
# What a server says, without a code that libpq would pass on, to whom it does not let in.
_REFUSALS = (
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "not permitted to log in",
    "permission denied for database",
)


def meaning(error: DBAPIError, where: str, file: Path | None) -> EpelbotError | None:
    """The error to raise in its place, or None when it is a fault of our own (a constraint, wrong SQL).

    ``where`` names the database for people; ``file`` is SQLite's, None for one in memory or a server's.
    """
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig, where, file)
    return _of_postgresql(error, where)


def _of_sqlite(error: sqlite3.Error, where: str, file: Path | None) -> EpelbotError | None:
    # Extended codes keep the plain one in their lowest byte. The driver's own errors carry none.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return TransientError(
                f"the database {where} is locked by another process ({error}); wait, or end that process"
            )
        case sqlite3.SQLITE_FULL:
            return TransientError(
                f"there is no room for the database {where} ({error}); make room on its disk"
            )
        case sqlite3.SQLITE_IOERR:
            return TransientError(f"the disk under the database {where} fails ({error}); see to the disk")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return _closed_to_us(error, where, file)
        case sqlite3.SQLITE_NOTADB:
            return ConfigError(f"{where} is no SQLite database; let database.url name another file")
        case sqlite3.SQLITE_CORRUPT:
            return ConfigError(f"the database {where} is damaged ({error}); put a backup in its place")
    if str(error).startswith("no such table"):
        return _not_set_up(where)
    return None


def _closed_to_us(error: sqlite3.Error, where: str, file: Path | None) -> EpelbotError:
    if file is not None and not file.exists():
        what = "its folder is missing" if not file.parent.is_dir() else "there is no such file"
        return ConfigError(
            f"the database {where} cannot be opened: {what}; run 'epelbot db upgrade' to make it"
        )
    if file is not None and file.is_dir():
        return ConfigError(f"{where} is a folder; let database.url name a file, in that folder for example")
    ours = file is not None and os.access(file, os.R_OK | os.W_OK) and os.access(file.parent, os.W_OK)
    if ours and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN:
        # All is as it should be, so it was something that passes: too many open files, say.
        return TransientError(f"the database {where} cannot be opened now ({error}); it is tried again")
    return ConfigError(
        f"the database {where} cannot be written ({error}); let this user write the file and its folder"
    )


def _of_postgresql(error: DBAPIError, where: str) -> EpelbotError | None:
    said = str(error.orig).strip()
    cause = said.splitlines()[0] if said else type(error.orig).__name__
    sqlstate = str(getattr(error.orig, "sqlstate", None) or "")
    if sqlstate == _NO_SUCH_TABLE:
        return _not_set_up(where)
    connected = bool(sqlstate) or error.connection_invalidated
    if not connected and any(words in said for words in _REFUSALS):
        return ConfigError(f"the database {where} does not let us in ({cause}); correct database.url")
    if sqlstate.startswith(_IN_THE_WAY):
        return TransientError(f"others were in the way in the database {where} ({cause}); try again")
    # Without a server there is no SQLSTATE either.
    unreachable = not sqlstate and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
    if error.connection_invalidated or unreachable or sqlstate.startswith(_PASSING_SQLSTATES):
        return TransientError(f"the database {where} is not available ({cause}); start it or wait")
    return None


def _not_set_up(where: str) -> ConfigError:
    return ConfigError(f"the database {where} is not set up; run 'epelbot db upgrade'")
