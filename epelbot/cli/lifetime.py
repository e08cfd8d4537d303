# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot lifetime`."""

from __future__ import annotations

from datetime import date

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import COLLECTION, DAY, json_option
from epelbot.cli.calendar import current_rules
from epelbot.cli.output import filled, print_json
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.policy.minimum_lifetime import lifetime as minimum_lifetime
from epelbot.wording.json_views import lifetime_json
from epelbot.wording.lifetime_text import lifetime_text


@click.command("lifetime")
@click.option("--collection", type=COLLECTION, required=True, metavar="C", help="Such as epel9.")
@click.option(
    "--entered", type=DAY, required=True, metavar="DAY", help="The UTC day of its first stable build."
)
@click.option("--at", type=DAY, metavar="DAY", help="As of this day (default: today).")
@json_option
@click.pass_obj
def lifetime(wiring: Wiring, collection: Collection, entered: date, at: date | None, as_json: bool) -> int:
    """How long a package that entered COLLECTION on DAY is owed, by which rule, and how sure that is."""
    rulebook, today = current_rules(wiring), wiring.now().date()
    clock = minimum_lifetime(
        collection, entered, at or today, rulebook.calendar, rulebook.profile, today=max(today, at or today)
    )
    text = lifetime_text(clock, rulebook.profile)
    if as_json:
        print_json(lifetime_json(clock) | {"explanation": text})
    else:
        click.echo(filled(text))
    return FINE
