# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log on stderr: for a person with times, for systemd's journal with its priorities."""

from __future__ import annotations

import logging
import os
import sys

# sd-daemon(3): a line's priority, as syslog counts it, in front of the line.
_PRIORITIES = (
    (logging.ERROR, "<3>"),
    (logging.WARNING, "<4>"),
    (logging.INFO, "<6>"),
    (logging.NOTSET, "<7>"),
)
_FOR_PEOPLE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FOR_THE_JOURNAL = "%(name)s: %(message)s"


class _Formatter(logging.Formatter):
    """One record as lines that can't be mistaken for other records, whatever words are in it."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__(_FOR_THE_JOURNAL if journal else _FOR_PEOPLE)
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        lines = [
            "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
            for line in super().format(record).expandtabs().split("\n")
        ]
        if not self._journal:
            return "\n    ".join(lines)
        priority = next(mark for level, mark in _PRIORITIES if record.levelno >= level)
        return "\n".join(f"{priority}{line}" for line in lines)


def set_up_logging(level: int) -> None:
    """Log from ``level`` on to stderr; in a systemd service without times, which the journal has."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(journal=_stderr_is_the_journal()))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # pika reports each step of each connection attempt, and Alembic each look at the tables; what matters of
    # it our own rooms word.
    logging.getLogger("pika").setLevel(logging.DEBUG if level <= logging.DEBUG else logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.DEBUG if level <= logging.DEBUG else logging.WARNING)


def _stderr_is_the_journal() -> bool:
    """systemd.exec(5): JOURNAL_STREAM names the device and inode of the journal's socket."""
    stream = os.environ.get("JOURNAL_STREAM", "")
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        # No real file, as in tests.
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"
