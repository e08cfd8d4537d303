# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The long run: as many kills as wanted, over one history after the other."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from tests.kill.blows import Plan
from tests.kill.checker import complaints
from tests.kill.history import make_history
from tests.kill.runner import run

_RUNS_OF_A_HISTORY = 4
_KILLS_OF_A_RUN = 50
_MOST_TOLD = 20
_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@click.command()
@click.option("--engine", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--kills", default=1000, show_default=True, help="How many processes to kill.")
@click.option(
    "--url", default=_SERVER, show_default=True, help="A PostgreSQL server that lets us make databases."
)
@click.option("--seed", default=1, show_default=True, help="Of the first history.")
@click.option("--listings", default=0, help="How many in each history; else 20 to 60.")
def main(engine: str, kills: int, url: str, seed: int, listings: int) -> None:
    """Kill as many processes as wanted, over one history after the other.

    Exit status 1 if a promise was broken: then look into the folder that is named first.
    """
    server = url if engine == "postgresql" else None
    folder = Path(tempfile.mkdtemp(prefix="epelbot-kill-"))
    click.echo(f"What broke a promise is kept in {folder}.")
    hits: Counter[str] = Counter()
    broken, first, began = 0, seed, time.monotonic()
    while hits.total() < kills:
        place = folder / f"history-{seed}"
        rpms = place / "rpms"
        rpms.mkdir(parents=True)
        history = make_history(seed, rpms, listings=listings)
        reference = run(history, place / "reference", Plan(0, seed), server=server)
        found = complaints(history, reference, reference)
        lines = sum(len(file) for chapter in history.chapters for file in chapter.files)
        click.echo(
            f"history {seed}: {len(history.ends)} listings, {lines} lines of {len(history.kept)} messages, "
            f"{len(reference.state['outbox'])} mails; {_told(found)}"
        )
        # A history that goes wrong by itself is no measure for anything.
        for number in range(0 if found else _RUNS_OF_A_HISTORY):
            left = kills - hits.total()
            if left <= 0:
                break
            plan = Plan(min(left, _KILLS_OF_A_RUN), 100 * seed + number)
            outcome = run(history, place / f"run-{number}", plan, server=server)
            hits.update(plan.hit)
            wrong = complaints(history, reference, outcome)
            found += wrong
            repeated = len(outcome.letters) - len({letter.message_id for letter in outcome.letters})
            click.echo(
                f"  run {number}: {len(plan.hit)} kills, {repeated} mails repeated; "
                f"{hits.total()} kills in {time.monotonic() - began:.0f} s; {_told(wrong)}"
            )
        broken += len(found)
        if not found:
            shutil.rmtree(place)
        seed += 1
    click.echo(f"{hits.total()} kills on {engine}, histories {first} to {seed - 1}, {broken} complaints:")
    for name, times in sorted(hits.items()):
        click.echo(f"  {times:5}  {name}")
    sys.exit(1 if broken else 0)


def _told(complaints: list[str]) -> str:
    if not complaints:
        return "no complaint"
    return "\n".join([f"{len(complaints)} complaints", *(f"    {one}" for one in complaints[:_MOST_TOLD])])


if __name__ == "__main__":
    main()
