# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot explain`."""

from __future__ import annotations

from datetime import date

import click

from epelbot.cli.app import FINE, NO
from epelbot.cli.arguments import DAY, collection_option, json_option
from epelbot.cli.output import heading, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.domain.verdict import Verdict
from epelbot.errors import NotThere
from epelbot.services import explain as service
from epelbot.wording.excuse_text import excuse_text
from epelbot.wording.json_views import explain_json


@click.command("explain")
@click.argument("package")
@collection_option
@click.option("--at", type=DAY, metavar="DAY", help="As of this day (UTC), as known now.")
@json_option
@click.pass_obj
def explain(
    wiring: Wiring, package: str, collection: Collection | None, at: date | None, as_json: bool
) -> int:
    """Why PACKAGE stands where it stands, in one collection or in all that it is in.

    With --json and no --collection: a list of excuses. Nothing is looked up; it is what the ledger knows.
    """
    now = wiring.now()
    wanted = (collection,) if collection else service.collections_of(wiring.ledger, package)
    found = [service.explain(wiring.ledger, wiring.rulebook, package, one, now, at=at) for one in wanted]
    excuses = [one for one in found if one is not None]
    if not excuses:
        where = f" in {collection}" if collection else ""
        raise NotThere(f"{package} is not known{where}; 'epelbot queue' lists what is about to leave")
    if as_json:
        documents = [explain_json(one) for one in excuses]
        print_json(documents[0] if collection else documents)
    else:
        for number, excuse in enumerate(excuses):
            if number:
                click.echo()
            heading(f"{excuse.package} in {excuse.collection}")
            click.echo(printable(excuse_text(excuse)))
    return NO if any(one.verdict is Verdict.VIOLATED for one in excuses) else FINE
