# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far long work has come, for whoever sits at the terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

#: Called with the title of what is being done and its share that is done, from 0 to 1.
Progress = Callable[[str, float], None]


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar with the title of what is being done, gone when all is; no bar without a terminal."""
    if not sys.stderr.isatty():
        yield lambda _title, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bars:
        task = bars.add_task("", total=1.0)

        def show(title: str, share: float) -> None:
            bars.update(task, completed=share, description=title)

        yield show
