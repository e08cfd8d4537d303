# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot policy`: the rules in words, and what two profiles judge differently."""

from __future__ import annotations

from datetime import date, timedelta

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import DAY, collection_option, json_option
from epelbot.cli.output import Column, filled, heading, print_json, print_table
from epelbot.cli.progress import progress_bar
from epelbot.cli.wiring import Wiring
from epelbot.domain.collection import Collection
from epelbot.policy.registry import RULES
from epelbot.services.compare_profiles import Comparison
from epelbot.shipped import load_profile
from epelbot.wording.policy_text import (
    DIFFERENCE_TITLES,
    compared_lines,
    difference_json,
    difference_row,
    policy_json,
    rule_in_words,
)

_A_YEAR = timedelta(days=365)


@click.group("policy")
def policy() -> None:
    """The rules in words, and what two profiles would judge differently."""


@policy.command("show")
@click.argument("profile", required=False)
@json_option
@click.pass_obj
def show(wiring: Wiring, profile: str | None, as_json: bool) -> int:
    """The rules of PROFILE in words, with its numbers.

    PROFILE is a shipped profile's name or a TOML file; left out, the one in force.
    """
    shown = load_profile(profile) if profile is not None else wiring.rulebook.profile
    if as_json:
        print_json(policy_json(RULES, shown))
        return FINE
    heading(f"The policy {shown.name}")
    for rule in RULES:
        click.echo(filled(f"{rule.id} {rule.title}. {rule_in_words(rule, shown)}", rest="   "))
    return FINE


@policy.command("compare")
@click.argument("one", metavar="PROFILE")
@click.argument("other", metavar="PROFILE")
@collection_option
@click.option("--since", type=DAY, metavar="DAY", help="The first day replayed; a year ago by default.")
@json_option
@click.pass_obj
def compare(
    wiring: Wiring, one: str, other: str, collection: Collection | None, since: date | None, as_json: bool
) -> int:
    """Which listings two profiles judge differently, by what the ledger has seen happen.

    Every listing is judged by both on each day since then on which something happened to it; it is shown
    with the first day on which the answers part. Nothing is looked up, kept or told.
    """
    first, second = load_profile(one), load_profile(other)
    now = wiring.now()
    comparison = Comparison(wiring.ledger, wiring.rulebook, first, second, since or now.date() - _A_YEAR, now)
    with progress_bar() as progress:
        found = comparison.run((collection,) if collection else (), progress)
    if as_json:
        print_json(
            {
                "profiles": [first.name, second.name],
                "since": comparison.since.isoformat(),
                "listings": found.listings,
                "differences": [difference_json(difference) for difference in found.differences],
            }
        )
        return FINE
    said, *changes = compared_lines(first, second, found.listings, found.differences)
    click.echo(filled(said))
    for line in changes:
        click.echo(line)
    if found.differences:
        click.echo()
        columns = [Column(title, title == DIFFERENCE_TITLES[-1]) for title in DIFFERENCE_TITLES]
        print_table(columns, map(difference_row, found.differences))
    return FINE
