# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot mute`, `epelbot unmute` and `epelbot muted`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.services import mute as service
from epelbot.wording.muting import muted_json, muted_text, muting_text, unmuting_text

_who = click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who records it: your account.")
_why = click.option("--reason", required=True, help="Why; such as when and how they asked.")


@click.command("mute")
@click.argument("account")
@_who
@_why
@click.pass_obj
def mute(wiring: Wiring, account: str, author: str, reason: str) -> int:
    """Send ACCOUNT nothing more but what the policy demands, and that once: they asked for no mail.

    ACCOUNT may be given as an address, too. What has not gone out to them is taken back.
    """
    taken_back = service.mute(wiring.ledger, account, wiring.now(), author=author, reason=reason)
    click.echo(printable(filled(muting_text(account, taken_back))))
    return FINE


@click.command("unmute")
@click.argument("account")
@_who
@_why
@click.pass_obj
def unmute(wiring: Wiring, account: str, author: str, reason: str) -> int:
    """Take a mute back; what was not told meanwhile, and still stands, is told."""
    service.unmute(wiring.ledger, account, wiring.now(), author=author, reason=reason)
    click.echo(printable(filled(unmuting_text(account))))
    return FINE


@click.command("muted")
@json_option
@click.pass_obj
def muted(wiring: Wiring, as_json: bool) -> int:
    """Who is muted, by whom, since when and why."""
    recorded, settings = service.muted(wiring.ledger), wiring.settings.deliver.muted
    if as_json:
        print_json(muted_json(recorded, settings))
    else:
        click.echo(printable(muted_text(recorded, settings)))
    return FINE
