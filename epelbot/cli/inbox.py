# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot inbox`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.errors import BadInput
from epelbot.ledger import inbox as ledger_inbox
from epelbot.wording.inbox_text import (
    inbox_counts,
    inbox_text,
    message_json,
    message_text,
    whole_message_json,
)

_STATUSES = (ledger_inbox.NEW, ledger_inbox.RECORDED, ledger_inbox.PARKED)
_USUALLY = 20


@click.group("inbox")
def inbox() -> None:
    """What came in; what could not be understood is parked here with the reason."""


@inbox.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only these.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=_USUALLY, show_default=True, help="The newest so many."
)
@json_option
@click.pass_obj
def list_(wiring: Wiring, status: str | None, limit: int, as_json: bool) -> int:
    """List messages, newest first."""
    with wiring.ledger.read() as connection:
        rows = ledger_inbox.listed(connection, status, limit)
        counts = ledger_inbox.counts(connection)
    if as_json:
        print_json([message_json(row) for row in rows])
        return FINE
    if rows:
        click.echo(f"{printable(inbox_text(rows))}\n")
    click.echo(inbox_counts(counts))
    return FINE


@inbox.command("show")
@click.argument("message_id", metavar="ID")
@json_option
@click.pass_obj
def show(wiring: Wiring, message_id: str, as_json: bool) -> int:
    """Show one message with all that is in it."""
    with wiring.ledger.read() as connection:
        row = ledger_inbox.by_id(connection, message_id)
    if as_json:
        print_json(whole_message_json(row))
    else:
        click.echo(printable(message_text(row)))
    return FINE


@inbox.command("retry")
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "all_parked", is_flag=True, help="Every parked message.")
@click.pass_obj
def retry(wiring: Wiring, message_ids: tuple[str, ...], all_parked: bool) -> int:
    """Let parked messages be recorded again, after what stood in their way is mended."""
    if all_parked == bool(message_ids):
        raise BadInput("say which messages to retry: their ids, or --all for every parked one")
    with wiring.ledger.write() as connection:
        for message_id in message_ids:
            row = ledger_inbox.by_id(connection, message_id)
            if row.status != ledger_inbox.PARKED:
                raise BadInput(f"message {message_id} is {row.status}; only what is parked can be retried")
        done = (
            ledger_inbox.retry_all(connection) if all_parked else ledger_inbox.retry(connection, message_ids)
        )
    click.echo(f"Messages to be recorded again: {done}; a running worker does it, or 'epelbot work'.")
    return FINE
