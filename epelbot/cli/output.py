# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the command line prints: one JSON document, or text and tables that read well in 80 columns."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import click

WIDTH = 80
# Columns between two columns, one of which is the box's own.
_GAP = 2
# Columns. Narrower than this a wrapped column is no longer read but deciphered.
_NARROWEST = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title, and whether its words may be broken onto further lines."""

    title: str
    wraps: bool = False


def print_json(value: Any) -> None:
    """One JSON document on stdout, nothing else."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False)
    # What stands in quotes alone can be unprintable, so that an escape means the same.
    click.echo("".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in text))


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """A table without frames, as wide as the terminal, or 80 columns where there is none.

    Columns that wrap give way; nothing is ever cut off, so a table whose other columns need more is wider.
    """
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(cell) for cell in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, _GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    needed = 0
    for number, column in enumerate(columns):
        lines = [column.title, *(line for row in cells for line in row[number].split("\n"))]
        widest = max(cell_len(line) for line in lines)
        least = min(widest, _NARROWEST) if column.wraps else widest
        table.add_column(column.title, overflow="fold", min_width=least, no_wrap=not column.wraps)
        needed += least + _GAP
    for row in cells:
        # As text: a package's or a person's words must not be taken for markup.
        table.add_row(*map(Text, row))
    console = Console(
        file=sys.stdout,
        width=max(_width(), needed),
        no_color=not in_colour(),
        highlight=False,
    )
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def filled(text: str, *, first: str = "", rest: str | None = None) -> str:
    """A paragraph broken into lines of at most 80 columns; names and addresses stay whole.

    ``first`` begins its first line, ``rest`` the others (by default as many blanks).
    """
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def heading(text: str) -> None:
    """A line that stands out on a terminal."""
    click.echo(coloured(printable(text), bold=True))


def coloured(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    """The text in a colour by click's name for it, where colour is wanted."""
    return click.style(text, fg=colour, bold=bold or None) if in_colour() else text


def printable(text: str) -> str:
    """Without the control characters by which a hostile text could drive a terminal."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


def complain(sentence: str) -> None:
    """One sentence on stderr, under the command's name."""
    click.echo(f"epelbot: {' '.join(printable(sentence).split())}", err=True)


def in_colour() -> bool:
    """Whether stdout is a terminal whose user has not asked for plain text."""
    # https://no-color.org: any value but the empty one switches colour off.
    return _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _escaped(one: str) -> str:
    units = one.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _width() -> int:
    if not _is_terminal():
        return WIDTH
    import shutil

    return shutil.get_terminal_size((WIDTH, 24)).columns


def _is_terminal() -> bool:
    return sys.stdout.isatty()
