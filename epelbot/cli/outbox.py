# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot outbox`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import Column, print_json, print_table, printable
from epelbot.cli.wiring import Wiring
from epelbot.ledger import outbox as ledger_outbox
from epelbot.services.deliver import why_stopped
from epelbot.wording.outbox_text import OUTBOX_TITLES, outbox_json, outbox_rows, shown_mail

_STATUSES = ("held", "due", "sent", "parked", "discarded", "superseded")


@click.group("outbox")
def outbox() -> None:
    """What epelbot would send, has sent, or could not; nothing leaves while it is held."""


@outbox.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only these.")
@json_option
@click.pass_obj
def list_(wiring: Wiring, status: str | None, as_json: bool) -> int:
    """List all effects, newest first."""
    with wiring.ledger.read() as connection:
        rows = ledger_outbox.listed(connection, status)
    if as_json:
        print_json([outbox_json(row) for row in rows])
        return FINE
    stop = why_stopped(wiring.ledger, wiring.settings.deliver)
    if stop:
        click.echo(f"All delivery is stopped: {printable(stop)}.")
    if rows:
        print_table([Column(title, title == "subject") for title in OUTBOX_TITLES], outbox_rows(rows))
    else:
        click.echo("The outbox is empty.")
    return FINE


@outbox.command("show")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(wiring: Wiring, number: int, as_json: bool) -> int:
    """Show one effect as its receiver will see it."""
    with wiring.ledger.read() as connection:
        row = ledger_outbox.by_id(connection, number)
    if as_json:
        print_json(outbox_json(row) | {"text": shown_mail(row)})
    else:
        click.echo(printable(shown_mail(row)))
    return FINE


@outbox.command("release")
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def release(wiring: Wiring, numbers: tuple[int, ...]) -> int:
    """Let held or parked effects go out; the worker sends them."""
    with wiring.ledger.write() as connection:
        for number in numbers:
            ledger_outbox.release(connection, number, wiring.now())
    click.echo(f"Released: {', '.join(map(str, numbers))}.")
    return FINE


@outbox.command("discard")
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.pass_obj
def discard(wiring: Wiring, numbers: tuple[int, ...]) -> int:
    """Decide that effects shall not happen; they stay listed as discarded."""
    with wiring.ledger.write() as connection:
        for number in numbers:
            ledger_outbox.discard(connection, number)
    click.echo(f"Discarded: {', '.join(map(str, numbers))}.")
    return FINE


@outbox.command("stop")
@click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who stops it.")
@click.option("--reason", required=True, help="Why; shown to everybody.")
@click.pass_obj
def stop(wiring: Wiring, author: str, reason: str) -> int:
    """Stop all delivery at once, for every worker."""
    with wiring.ledger.write() as connection:
        ledger_outbox.throw_stop(connection, stop=True, by=author, reason=reason, now=wiring.now())
    click.echo("All delivery is stopped; 'epelbot outbox start' lets it go on.")
    return FINE


@outbox.command("start")
@click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who lets it go on.")
@click.option("--reason", required=True, help="Why.")
@click.pass_obj
def start(wiring: Wiring, author: str, reason: str) -> int:
    """Let delivery go on after a stop."""
    with wiring.ledger.write() as connection:
        ledger_outbox.throw_stop(connection, stop=False, by=author, reason=reason, now=wiring.now())
    left = why_stopped(wiring.ledger, wiring.settings.deliver)
    click.echo(f"Still stopped: {left}." if left else "Delivery goes on.")
    return FINE
