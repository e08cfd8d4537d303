# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot catch-up`."""

from __future__ import annotations

from datetime import datetime

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, INTERRUPTED
from epelbot.cli.arguments import INSTANT, json_option
from epelbot.cli.output import complain, filled, print_json
from epelbot.cli.progress import progress_bar
from epelbot.cli.stopping import stopping
from epelbot.cli.wiring import Wiring
from epelbot.errors import BadInput, ConfigError
from epelbot.services.catch_up import catch_up as take_in
from epelbot.services.catch_up import gap_begins
from epelbot.wording.sweep_text import caught_up_json, caught_up_text


@click.command("catch-up")
@click.option(
    "--since",
    type=INSTANT,
    metavar="T",
    help="UTC, as 2026-11-23 or 2026-11-23T14:30.  [default: the last message that came in]",
)
@json_option
@click.pass_obj
def catch_up(wiring: Wiring, since: datetime | None, as_json: bool) -> int:
    """Take in the messages that were sent while nobody listened, from datagrepper.

    Taking in the same messages again changes nothing. Ctrl-C stops it; the next one goes on from there.
    """
    archive = wiring.sources.messages
    if archive is None:
        raise ConfigError("look-ups are off, so datagrepper is not asked; set sources.online = true")
    since = since or gap_begins(wiring.ledger, wiring.now())
    if since is None:
        raise BadInput("no message has ever come in, so nobody knows since when; say it with --since")
    with stopping() as stop, progress_bar() as show:
        done = take_in(
            wiring.ledger,
            archive,
            wiring.intake,
            since=since,
            now=wiring.now(),
            stop=stop.is_set,
            progress=lambda share, taken: show(f"{taken.new} new", share),
        )
    if as_json:
        print_json(caught_up_json(done.since, done.until, done.taken, done.problem, stopped=done.stopped))
    else:
        click.echo(filled(caught_up_text(done.since, done.until, done.taken)))
    if done.problem is not None:
        complain(f"{done.problem}; 'epelbot catch-up' goes on from there")
        return CANNOT_KNOW
    if done.stopped:
        complain("stopped; what was taken in is kept, and the next 'epelbot catch-up' goes on from there")
        return INTERRUPTED
    return FINE
