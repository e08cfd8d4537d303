# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot queue`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE, NO
from epelbot.cli.arguments import collection_option, json_option
from epelbot.cli.output import Column, filled, print_json, print_table
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.domain.verdict import Verdict
from epelbot.services import explain as service
from epelbot.wording.json_views import queue_json
from epelbot.wording.queue_text import QUEUE_LEGEND, QUEUE_TITLES, empty_queue, queue_rows

_WRAPPING = ("leaves",)


@click.command("queue")
@collection_option
@json_option
@click.pass_obj
def queue(wiring: Wiring, collection: Collection | None, as_json: bool) -> int:
    """Every retirement, with its four steps, the end of its lifetime and the compose it may leave with.

    And what left against the rules: then the exit status is 1.
    """
    excuses = service.queue(wiring.ledger, collection)
    if as_json:
        print_json(queue_json(excuses))
    elif excuses:
        print_table([Column(title, title in _WRAPPING) for title in QUEUE_TITLES], queue_rows(excuses))
        click.echo(filled(QUEUE_LEGEND))
    else:
        click.echo(empty_queue(collection))
    return NO if any(one.verdict is Verdict.VIOLATED for one in excuses) else FINE
