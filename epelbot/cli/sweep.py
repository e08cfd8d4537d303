# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot sweep`."""

from __future__ import annotations

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, INTERRUPTED
from epelbot.cli.arguments import COLLECTION, json_option
from epelbot.cli.output import Column, complain, filled, print_json, print_table, printable
from epelbot.cli.progress import progress_bar
from epelbot.cli.stopping import stopping
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.errors import ConfigError
from epelbot.services.sweep import Sweep
from epelbot.wording.sweep_text import SWEEP_TITLES, missed_lines, stopped_sentence, sweep_json, sweep_rows


@click.command("sweep")
@click.option(
    "--collection",
    "collections",
    type=COLLECTION,
    metavar="C",
    multiple=True,
    help="Such as epel9 or epel10.1; may be given several times.  [default: all that are not over]",
)
@json_option
@click.pass_obj
def sweep(wiring: Wiring, collections: tuple[Collection, ...], as_json: bool) -> int:
    """Rebuild what is known of whole collections from Koji, Bodhi, dist-git and the list archive.

    It fills an empty database, and finds what messages have missed. Ctrl-C stops it at a good moment; the
    next one goes on from there. 'epelbot work' then judges the listings of which something new was found.
    """
    if not wiring.settings.sources.online:
        raise ConfigError("look-ups are off, so there is nothing to sweep; set sources.online = true")
    with stopping() as stop, progress_bar() as progress:
        swept = Sweep(wiring.ledger, wiring.rulebook, wiring.sources, wiring.now, stop.is_set, progress).run(
            collections
        )
    if as_json:
        print_json(sweep_json(swept.parts, swept.missed, stopped=swept.stopped))
    else:
        columns = [Column(title) for title in SWEEP_TITLES]
        print_table(columns, sweep_rows(swept.parts))
        lines = missed_lines(swept.missed)
        if lines:
            click.echo("")
        for line in lines:
            click.echo(filled(printable(line), rest="    "))
    for problem in swept.problems:
        complain(problem)
    if swept.stopped:
        complain(stopped_sentence())
        return INTERRUPTED
    return CANNOT_KNOW if swept.problems else FINE
