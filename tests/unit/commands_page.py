# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/reference/commands.md from what each command says of itself.

``python -m tests.unit.commands_page`` writes the file; a test compares it with what would be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from epelbot.cli.app import epelbot

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
# What click makes of a terminal of 80.
_COLUMNS = 78
_HEAD = """\
<!--
SPDX-FileCopyrightText: epelbot contributors
SPDX-License-Identifier: GPL-3.0-or-later
Made by `python -m tests.unit.commands_page`: do not edit.
-->

# Commands

What each command says of itself with `--help`. Options of `epelbot` itself stand before the command's name: \
`epelbot --config FILE queue`.

With `--json` a command prints one JSON document on stdout and nothing else; keys are added, not taken away. \
Errors are one sentence on stderr. Exit status 0: fine; 1: the answer is no; 2: usage or configuration \
error; 3: cannot know.
"""


def all_commands() -> dict[str, click.Command]:
    """Every command and group by what is typed ("epelbot outbox list"), in the order of the help."""
    return dict(_below("epelbot", epelbot))


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            assert found is not None
            yield from _below(f"{name} {one}", found)


def page() -> str:
    """The page as it must be."""
    sections = [
        f"## {name}\n\n```text\n{_help(name, command)}\n```\n" for name, command in all_commands().items()
    ]
    return "\n".join([_HEAD, *sections])


def _help(name: str, command: click.Command) -> str:
    context = click.Context(
        command,
        info_name=name,
        terminal_width=_COLUMNS,
        help_option_names=["-h", "--help"],
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
