# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log: times for people, priorities for systemd's journal, and no record that can forge another."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SPEAKER = """
import logging
from epelbot.cli.logs import set_up_logging
set_up_logging(logging.INFO)
log = logging.getLogger("epelbot.test")
log.debug("unsaid")
log.info("it works")
log.warning("it is \\x1b[31mred\\r\\nERROR forged")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it failed")
"""


def _said(stderr: object, environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-c", SPEAKER],
        cwd=ROOT,
        check=True,
        stderr=stderr,  # type: ignore[call-overload]  # whatever subprocess takes
        env=dict(os.environ) | environment,
    )


def test_people_get_times_and_levels_and_one_record_is_one_paragraph(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        _said(file, {"JOURNAL_STREAM": "1:1"})
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[0].endswith(" INFO epelbot.test: it works")
    assert "\ufffd[31mred" in lines[1]
    # What a hostile text would pass off as a record of its own is plainly part of this one.
    assert lines[2] == "    ERROR forged"
    assert all(line.startswith("    ") for line in lines[4:])


def test_the_journal_gets_a_priority_on_each_line_and_no_times() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        status = os.fstat(theirs.fileno())
        _said(theirs, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        lines = ours.recv(65536).decode().splitlines()
    assert lines[0] == "<6>epelbot.test: it works"
    assert lines[2] == "<4>ERROR forged"
    assert lines[-1] == "<3>ZeroDivisionError: division by zero"
    assert {line[:3] for line in lines} == {"<6>", "<4>", "<3>"}


QUIET = """
import logging
from epelbot.cli.logs import set_up_logging
set_up_logging(logging.INFO)
print(*(logging.getLogger(one).getEffectiveLevel() for one in ("alembic", "pika", "epelbot")))
"""


def test_loud_libraries_are_kept_down() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", QUIET], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert asked.stdout.split() == [str(logging.WARNING), str(logging.CRITICAL), str(logging.INFO)]
