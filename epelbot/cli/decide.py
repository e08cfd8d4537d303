# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot approve`, `defer`, `reject`, `waive` and `undo`."""

from __future__ import annotations

from datetime import date

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import COLLECTION, DAY, json_option
from epelbot.cli.output import filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.services.decide import Wish, decide
from epelbot.services.undo import Taking
from epelbot.services.undo import undo as service_undo
from epelbot.services.waive import WaiverWish
from epelbot.services.waive import waive as service_waive
from epelbot.wording.decision_text import decision_text, undone_text, waiver_text
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


@click.command("waive")
@click.argument("package")
@_where
@click.option("--rule", required=True, metavar="RULE", help="The rule's id, such as R2.")
@click.option("--until", type=DAY, required=True, metavar="DAY", help="The last day (UTC) on which it holds.")
@_who
@_why
@json_option
@click.pass_obj
def waive(
    wiring: Wiring,
    package: str,
    collection: Collection,
    rule: str,
    until: date,
    author: str,
    reason: str,
    as_json: bool,
) -> int:
    """Set one rule aside for PACKAGE: for its newest build, or for the retirement that is announced.

    L1 to R3: the release manager; R1 also the committee. A step that is waived counts as done.
    """
    wish = WaiverWish(rule.upper(), package, collection, author, reason, until)
    excuse = service_waive(wiring.ledger, wiring.rulebook, wish, wiring.now())
    return _show(excuse, waiver_text(excuse, wish.rule), as_json=as_json)


@click.command("undo")
@click.argument("package")
@_where
@_who
@_why
@json_option
@click.pass_obj
def undo(
    wiring: Wiring, package: str, collection: Collection, author: str, reason: str, as_json: bool
) -> int:
    """Take back the last decision on PACKAGE that stands; what stood before it stands again.

    Both stay in the log that 'epelbot explain' shows.
    """
    taking = Taking(package, collection, author, reason)
    excuse, undone = service_undo(wiring.ledger, wiring.rulebook, taking, wiring.now())
    return _show(excuse, undone_text(excuse, undone), as_json=as_json)


def _decide(wiring: Wiring, wish: Wish, *, as_json: bool) -> int:
    excuse = decide(wiring.ledger, wiring.rulebook, wish, wiring.now())
    if as_json:
        print_json(explain_json(excuse))
    else:
        click.echo(printable(decision_text(excuse)))
    return FINE


def _show(excuse: Excuse, text: str, *, as_json: bool) -> int:
    if as_json:
        print_json(explain_json(excuse))
    else:
        click.echo(printable("\n\n".join(filled(part) for part in text.split("\n\n"))))
    return FINE
