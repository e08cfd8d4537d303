# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot read-post`."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import complain, filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.errors import BadInput, EpelbotError
from epelbot.policy.reader import read_post as read
from epelbot.translate.mail_file import is_mail, post_of_mail
from epelbot.wording.read_post_text import read_post_json, read_post_text

#: Bytes of a file that are read. What no mail server takes is no post.
_LONGEST = 64_000_000
# Columns of a title and the blank behind it.
_TITLE = 11


@click.command("read-post")
@click.argument("file", metavar="FILE")
@click.option("--names", "names_file", metavar="FILE", help="Packages that exist, one a line.")
@json_option
@click.pass_obj
def read_post(wiring: Wiring, file: str, names_file: str | None, as_json: bool) -> int:
    """What the reader makes of a mail (RFC 5322) in FILE, or on stdin (-).

    Known packages come from --names, else from the ledger, where there is one. Nothing is stored or sent.
    """
    names = _names_in(names_file) if names_file is not None else _names_in_ledger(wiring)
    raw = _bytes_of(file)
    if not is_mail(raw):
        raise BadInput(
            f"{'the input' if file == '-' else file} is no mail: it has no header such as From or Subject; "
            "save the message with its headers"
        )
    post = post_of_mail(raw, wiring.now())
    reading = read(post, names)
    if as_json:
        print_json(read_post_json(post, reading))
    else:
        for line in printable(read_post_text(post, reading)).splitlines():
            click.echo(filled(line[_TITLE:], first=line[:_TITLE]))
    return FINE


def _bytes_of(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(_LONGEST)
        with Path(file).open("rb") as opened:
            return opened.read(_LONGEST)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{file} cannot be read ({why}); give the file of a mail, or - for stdin") from error


def _names_in(file: str) -> Collection[str]:
    return frozenset(_bytes_of(file).decode("utf-8", errors="replace").split())


def _names_in_ledger(wiring: Wiring) -> Collection[str]:
    """The ledger's packages; none where it was never set up, which this command has no business doing."""
    from epelbot.ledger import listings, migrate

    try:
        ledger = wiring.bare_ledger
        if migrate.status(ledger).current is None:
            return ()
        migrate.check(ledger)
        with ledger.read() as connection:
            return listings.packages(connection)
    except EpelbotError as error:
        # The mail can be read all the same.
        complain(f"read without knowing which packages exist: {error}")
        return ()
