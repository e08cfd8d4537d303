# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot ingest`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from epelbot.cli.app import CANNOT_KNOW, FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import Column, complain, print_json, print_table, printable
from epelbot.cli.wiring import Wiring
from epelbot.services.ingest import FileTaken, Progress
from epelbot.services.ingest import ingest as take_in
from epelbot.services.intake import Taken
from epelbot.wording.ingest_text import INGEST_TITLES, ingest_json, ingest_rows


@click.command("ingest")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@json_option
@click.pass_obj
def ingest(wiring: Wiring, files: tuple[str, ...], as_json: bool) -> int:
    """Take recorded messages into the inbox: JSON lines, also compressed (.gz, .xz, .zst); - is stdin.

    Taking in the same file again changes nothing. Each line is counted once: new, known from before, not
    followed (of no concern to EPEL), or parked because it can't be read or doesn't say when it was sent.
    """
    with _progress_bar(files) as progress:
        done: list[FileTaken] = list(take_in(files, wiring.intake, progress))
    total = sum((one.taken for one in done), Taken())
    if as_json:
        print_json(ingest_json([(one.name, one.taken, one.problem) for one in done], total))
    else:
        columns = [Column(title, title == INGEST_TITLES[0]) for title in INGEST_TITLES]
        print_table(columns, ingest_rows([(one.name, one.taken) for one in done], total))
        if total.parked:
            click.echo("\n'epelbot inbox list --status parked' says why messages are parked.")
    problems = [one.problem for one in done if one.problem is not None]
    for problem in problems:
        complain(problem)
    return CANNOT_KNOW if problems else FINE


@contextlib.contextmanager
def _progress_bar(files: Sequence[str]) -> Iterator[Progress | None]:
    """A bar over the bytes of all files, where somebody sits at a terminal and the sizes are known."""
    sizes = {name: Path(name).stat().st_size for name in files if Path(name).is_file()}
    if not sys.stderr.isatty() or len(sizes) < len(set(files)):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=sum(sizes.values()))
        read: dict[str, int] = {}

        def show(name: str, so_far: int, _size: int | None, _taken: Taken) -> None:
            read[name] = so_far
            bar.update(task, completed=sum(read.values()), description=printable(Path(name).name)[-30:])

        yield show
