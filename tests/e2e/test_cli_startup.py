# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first thing that anybody types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from epelbot import __version__
from epelbot.cli.app import _COMMANDS, FINE, USAGE
from epelbot.ledger import Ledger, migrate
from tests.e2e.conftest import ROOT, Shell

#: What costs time to load and is of no use to a help text.
HEAVY = ("alembic", "fedora_messaging", "msgspec", "pika", "requests", "rich", "sqlalchemy")

LOADED = """
import sys
from epelbot.bootstrap import main
sys.argv = ["epelbot", *sys.argv[1:]]
main()
print(",".join(sorted(sys.modules)), file=sys.stderr)
"""


def test_help_lists_every_command_with_a_line_about_it(shell: Shell) -> None:
    done = shell("--help")
    assert (done.status, done.err) == (FINE, "")
    shell.golden("help.txt", done.out)


def loaded_by(*arguments: str, environment: dict[str, str] | None = None) -> list[str]:
    """The modules that a command has loaded when it ends."""
    asked = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stderr.splitlines()[-1].split(",")


def test_help_and_version_load_nothing_heavy() -> None:
    for argument in ("--help", "--version"):
        loaded = loaded_by(argument)
        assert "click" in loaded
        assert [name for name in HEAVY if name in loaded] == []


def test_what_is_asked_of_the_ledger_loads_the_ledger_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrate.upgrade(Ledger(url))
    loaded = loaded_by("queue", environment={"EPELBOT_DATABASE__URL": url})
    assert "sqlalchemy" in loaded
    needless = {*HEAVY, "fedora_messaging"} - {"msgspec", "rich", "sqlalchemy"}
    assert sorted(needless.intersection(loaded)) == []


def test_the_version_is_the_package_s(shell: Shell) -> None:
    done = shell("--version")
    assert (done.status, done.out) == (FINE, f"epelbot, version {__version__}\n")


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_every_command_explains_itself_in_80_columns(shell: Shell, command: str) -> None:
    done = shell(command, "--help")
    assert (done.status, done.err) == (FINE, "")
    assert done.out.startswith(f"Usage: epelbot {command} ")
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_command_that_is_not_there_is_named_with_the_way_to_those_that_are(shell: Shell) -> None:
    done = shell("qeue")
    assert done.status == USAGE
    assert "no such command 'qeue'" in done.complaint
    assert done.complaint.endswith("see 'epelbot --help'")


def test_a_wrong_option_points_to_the_help_of_its_command(shell: Shell) -> None:
    done = shell("queue", "--colection", "epel9")
    assert done.status == USAGE
    assert done.complaint.endswith("see 'epelbot queue --help'")
