# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot triage`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import COLLECTION, json_option
from epelbot.cli.output import filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.domain.post import Reason
from epelbot.policy.settled import SETTLED_AS
from epelbot.services.settle import Settlement, find_post, unsettle
from epelbot.services.settle import settle as service_settle
from epelbot.services.triage import read_as
from epelbot.services.triage import triage as service_triage
from epelbot.wording.triage_text import (
    read_as_text,
    settled_text,
    triage_json,
    triage_text,
    unsettled_text,
)

_MEANINGS = {word: meaning for meaning, word in SETTLED_AS.items()}
_REASONS = tuple(reason.value for reason in Reason)
_who = click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who decides: your account.")
_why = click.option("--reason", required=True, help="Why you read it so; it is kept with your word.")


@click.group("triage")
def triage() -> None:
    """Posts that a person has to judge, because epelbot is not sure of them."""


@triage.command("list")
@click.option(
    "--read-as",
    "kind",
    type=click.Choice([word for word in _MEANINGS if word != "nothing"]),
    help="Instead, the posts that count as this.",
)
@json_option
@click.pass_obj
def list_(wiring: Wiring, kind: str | None, as_json: bool) -> int:
    """List the posts that wait, oldest first: what was understood, and why that is not sure.

    With --read-as, list those that don't wait: what the reader or a person took for an announcement of that
    kind. It is settled otherwise in the same way.
    """
    if kind is None:
        found = service_triage(wiring.ledger, wiring.rulebook, wiring.now())
        text = triage_text(found)
    else:
        found = read_as(wiring.ledger, wiring.rulebook, _MEANINGS[kind], wiring.now())
        text = read_as_text(found)
    if as_json:
        print_json(triage_json(found))
    else:
        click.echo(printable(text))
    return FINE


@triage.command("settle")
@click.argument("post")
@click.option("--is", "meaning", type=click.Choice(list(_MEANINGS)), required=True, help="What it is.")
@click.option("--package", "packages", multiple=True, metavar="NAME", help="What it is about; repeatable.")
@click.option(
    "--collection", "collections", type=COLLECTION, multiple=True, metavar="C", help="Where; repeatable."
)
@click.option("--everywhere", is_flag=True, help="In all collections that the packages are in.")
@click.option("--leaves-because", metavar="WHY", help="The reason that the post gives, in its words.")
@click.option("--category", type=click.Choice(_REASONS), help="The kind of that reason.")
@_who
@_why
@click.pass_obj
def settle(
    wiring: Wiring,
    post: str,
    meaning: str,
    packages: tuple[str, ...],
    collections: tuple[Collection, ...],
    everywhere: bool,
    leaves_because: str | None,
    category: str | None,
    author: str,
    reason: str,
) -> int:
    """Say what POST is: a retirement, an offer to take over, a withdrawal, an ABI change, or nothing.

    POST is its hash, the beginning of that, or its address in the archive. What you say counts as if the
    post had said it, at the post's own time, until you or somebody else undoes it.
    """
    if meaning != "nothing" and everywhere == bool(collections):
        raise click.UsageError("say where it is meant: with --collection, or with --everywhere, but not both")
    wish = Settlement(
        find_post(wiring.ledger, post),
        _MEANINGS[meaning],
        packages,
        collections or None,
        author,
        reason,
        leaves_because,
        Reason(category) if category else None,
    )
    pieces = service_settle(wiring.ledger, wiring.rulebook, wish, wiring.now())
    click.echo(printable(filled(settled_text(pieces))))
    return FINE


@triage.command("undo")
@click.argument("post")
@_who
@_why
@click.pass_obj
def undo(wiring: Wiring, post: str, author: str, reason: str) -> int:
    """Take back the last word on POST; the log keeps both."""
    piece = unsettle(
        wiring.ledger,
        wiring.rulebook,
        find_post(wiring.ledger, post),
        wiring.now(),
        author=author,
        reason=reason,
    )
    click.echo(printable(filled(unsettled_text(piece))))
    return FINE
