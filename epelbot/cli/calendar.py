# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot calendar`."""

from __future__ import annotations

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import Column, filled, heading, print_json, print_table, printable
from epelbot.cli.wiring import Wiring
from epelbot.errors import BadInput
from epelbot.wording.calendar_text import (
    CALENDAR_TITLES,
    calendar_heading,
    calendar_json,
    calendar_remarks,
    calendar_rows,
    calendar_sources,
)


@click.command("calendar")
@click.option("--major", type=int, metavar="N", help="Only this major, such as 9.")
@json_option
@click.pass_obj
def calendar(wiring: Wiring, major: int | None, as_json: bool) -> int:
    """When each minor of RHEL came out, who says so, and what is only expected.

    An expected day has a tilde; it becomes a fact when somebody reports that it happened, never by passing.
    """
    known, cadence = wiring.rulebook.calendar, wiring.rulebook.profile.calendar.cadence_months
    today = wiring.now().date()
    numbers = [one.number for one in known.majors]
    if major is not None:
        if major not in numbers:
            raise BadInput(f"the calendar holds no RHEL {major}; give one of {', '.join(map(str, numbers))}")
        numbers = [major]
    if as_json:
        print_json(calendar_json(known, numbers, today, cadence))
        return FINE
    for number in numbers:
        heading(calendar_heading(known.major(number), today))
        columns = [Column(title, title == CALENDAR_TITLES[-1]) for title in CALENDAR_TITLES]
        print_table(columns, calendar_rows(known, number, today, cadence))
        remarks = calendar_remarks(known, number, today, cadence)
        click.echo(
            "\n".join(["", *(filled(printable(remark)) for remark in remarks), *([""] if remarks else [])])
        )
    click.echo("Sources:")
    for source in calendar_sources([known.major(number) for number in numbers]):
        click.echo(filled(printable(source), first="  ", rest="    "))
    return FINE
