# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot db`."""

from __future__ import annotations

import sys

import click

from epelbot.cli.app import FINE, NO
from epelbot.cli.arguments import json_option
from epelbot.cli.output import filled, print_json
from epelbot.cli.wiring import Wiring
from epelbot.ledger.export import export as export_lines
from epelbot.ledger.migrate import Status, check
from epelbot.ledger.migrate import status as status_of
from epelbot.ledger.migrate import upgrade as upgrade_ledger
from epelbot.services.forget import forget as service_forget
from epelbot.wording.forgetting import forgotten_text


@click.group("db")
def db() -> None:
    """The database that epelbot remembers everything in."""


@db.command("upgrade")
@click.pass_obj
def upgrade(wiring: Wiring) -> int:
    """Set up the database, or bring its tables to what this epelbot needs; nothing is lost."""
    ledger = wiring.bare_ledger
    before = status_of(ledger)
    after = upgrade_ledger(ledger)
    if before.current is None:
        done = f"is set up, at {after.current}"
    elif before.up_to_date:
        done = f"was up to date, at {after.current}"
    else:
        done = f"was brought from {before.current} to {after.current}"
    click.echo(filled(f"The database {ledger.where} {done}."))
    return FINE


@db.command("status")
@json_option
@click.pass_obj
def status(wiring: Wiring, as_json: bool) -> int:
    """Where the database stands; exit status 1 when it has to be upgraded first."""
    ledger = wiring.bare_ledger
    found = status_of(ledger)
    if as_json:
        print_json(
            {
                "database": ledger.where,
                "current": found.current,
                "head": found.head,
                "up_to_date": found.up_to_date,
            }
        )
    else:
        click.echo(filled(f"The database {ledger.where} {_in_words(found)}."))
    return FINE if found.up_to_date else NO


@db.command("export")
@click.pass_obj
def export(wiring: Wiring) -> int:
    """Print all that is remembered as lines of JSON, as it stands at one moment."""
    check(wiring.bare_ledger)
    # UTF-8, whatever the terminal's encoding: it is data.
    sys.stdout.buffer.writelines(line.encode() + b"\n" for line in export_lines(wiring.bare_ledger))
    sys.stdout.buffer.flush()
    return FINE


@db.command("forget")
@click.argument("account")
@click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who erases it: your account.")
@click.option("--reason", required=True, help="Why; such as when they asked for it.")
@click.option("--yes", is_flag=True, help="Do it; without this nothing is done.")
@click.pass_obj
def forget(wiring: Wiring, account: str, author: str, reason: str, yes: bool) -> int:
    """Erase ACCOUNT and its address from all that is remembered; there is no way back.

    What happened stays, done by nobody in particular. What public sources still tell comes back when they
    are asked again: whoever maintains a package has to give it up first.
    """
    if not yes:
        raise click.UsageError(f"this cannot be undone; say --yes to erase {account}")
    done = service_forget(
        wiring.ledger,
        account,
        wiring.now(),
        domain=wiring.settings.deliver.domain,
        author=author,
        reason=reason,
    )
    click.echo(filled(forgotten_text(account, done.instead, done.changed)))
    return FINE


def _in_words(found: Status) -> str:
    if found.current is None:
        return "is not set up; 'epelbot db upgrade' does it"
    if found.up_to_date:
        return f"is up to date, at {found.current}"
    if found.ahead:
        return f"is at {found.current}, of a newer epelbot; install that one again, there is no way back"
    return f"is at {found.current}, and this epelbot needs {found.head}; 'epelbot db upgrade' brings it there"
