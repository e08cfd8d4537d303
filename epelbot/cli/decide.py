# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot approve`, `defer` and `reject`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import COLLECTION, json_option
from epelbot.cli.output import print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.domain.retirement import Action
from epelbot.services.decide import Wish, decide
from epelbot.wording.decision_text import decision_text
from epelbot.wording.json_views import explain_json

_who = click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who decides: your account.")
_why = click.option("--reason", required=True, help="Why, in a sentence; it is shown with the decision.")
_where = click.option("--collection", type=COLLECTION, required=True, metavar="C", help="Such as epel9.")


@click.command("approve")
@click.argument("package")
@_where
@_who
@_why
@json_option
@click.pass_obj
def approve(
    wiring: Wiring, package: str, collection: Collection, author: str, reason: str, as_json: bool
) -> int:
    """Approve the retirement of PACKAGE, and print what is to be run at the compose, and by whom."""
    return _decide(wiring, Wish(Action.APPROVE, package, collection, author, reason), as_json=as_json)


@click.command("defer")
@click.argument("package")
@_where
@click.option(
    "--to", "minor", required=True, metavar="MINOR", help="The minor it is put off to, such as 9.10."
)
@_who
@_why
@json_option
@click.pass_obj
def defer(
    wiring: Wiring, package: str, collection: Collection, minor: str, author: str, reason: str, as_json: bool
) -> int:
    """Put the retirement of PACKAGE off to a later minor of RHEL."""
    return _decide(wiring, Wish(Action.DEFER, package, collection, author, reason, minor), as_json=as_json)


@click.command("reject")
@click.argument("package")
@_where
@_who
@_why
@json_option
@click.pass_obj
def reject(
    wiring: Wiring, package: str, collection: Collection, author: str, reason: str, as_json: bool
) -> int:
    """Refuse the retirement of PACKAGE; it stays until its post or its final build changes."""
    return _decide(wiring, Wish(Action.REJECT, package, collection, author, reason), as_json=as_json)


def _decide(wiring: Wiring, wish: Wish, *, as_json: bool) -> int:
    excuse = decide(wiring.ledger, wiring.rulebook, wish, wiring.now())
    if as_json:
        print_json(explain_json(excuse))
    else:
        click.echo(printable(decision_text(excuse)))
    return FINE
