# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot may-retire`."""

from __future__ import annotations

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, NO
from epelbot.cli.arguments import COLLECTION, json_option
from epelbot.cli.output import filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.errors import NotThere
from epelbot.policy.gate import Answer
from epelbot.services.gate import ask_gate
from epelbot.wording.excuse_text import excuse_text
from epelbot.wording.gate_text import gate_json, gate_text

_STATUS = {Answer.YES: FINE, Answer.NO: NO, Answer.CANNOT_KNOW: CANNOT_KNOW}


@click.command("may-retire")
@click.argument("package")
@click.option("--collection", type=COLLECTION, required=True, metavar="C", help="Such as epel9.")
@json_option
@click.pass_obj
def may_retire(wiring: Wiring, package: str, collection: Collection, as_json: bool) -> int:
    """Whether PACKAGE may be retired now, for scripts that block packages: they ask first.

    Exit status 0: yes. 1: no, or not known to epelbot. 3: cannot know, ask again later. Whoever takes
    anything but 0 for a no is safe. Nothing is looked up; it is what the ledger knows.
    """
    found = ask_gate(wiring.ledger, wiring.rulebook, package, collection, wiring.now())
    if found is None:
        raise NotThere(
            f"{package} is not known in {collection}, so nothing says that it may be retired; "
            "check both names"
        )
    excuse, gate = found
    if as_json:
        print_json(gate_json(excuse, gate))
    else:
        click.echo(printable(f"{filled(gate_text(excuse, gate))}\n\n{excuse_text(excuse)}"))
    return _STATUS[gate.answer]
