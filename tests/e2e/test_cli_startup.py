# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first thing that anybody types."""

from __future__ import annotations

import subprocess
import sys

import pytest

from epelbot import __version__
from epelbot.cli.app import _COMMANDS, FINE, USAGE
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


def test_help_and_version_load_nothing_heavy() -> None:
    for argument in ("--help", "--version"):
        asked = subprocess.run(
            [sys.executable, "-c", LOADED, argument], cwd=ROOT, capture_output=True, text=True, check=True
        )
        loaded = asked.stderr.split(",")
        assert "click" in loaded
        assert [name for name in HEAVY if name in loaded] == []


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
