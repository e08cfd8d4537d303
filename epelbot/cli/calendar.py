# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot calendar`."""

from __future__ import annotations

import re
from datetime import date

import click

from epelbot.cli.app import CANNOT_KNOW, FINE
from epelbot.cli.arguments import DAY, json_option
from epelbot.cli.output import Column, complain, filled, heading, print_json, print_table, printable
from epelbot.cli.wiring import Wiring
from epelbot.domain.calendar import parse_minor
from epelbot.domain.calendar_words import Event, Kind
from epelbot.errors import BadInput
from epelbot.services.calendar import DayWish, Kept, add_day, known_rules, remove_day
from epelbot.services.calendar_feeds import feeds
from epelbot.services.calendar_feeds import refresh as ask_all
from epelbot.services.rulebook import Rulebook
from epelbot.wording.calendar_news import (
    added_text,
    due_text,
    refreshed_json,
    refreshed_lines,
    set_aside_remarks,
    word_json,
)
from epelbot.wording.calendar_text import (
    CALENDAR_TITLES,
    calendar_conflicts,
    calendar_heading,
    calendar_json,
    calendar_remarks,
    calendar_rows,
    calendar_sources,
)

_MAJOR = re.compile(r"[1-9][0-9]?")

_kind = click.option(
    "--kind",
    type=click.Choice([one.value for one in Kind]),
    default=Kind.GA.value,
    show_default=True,
    help="What the day is of; end-of-maintenance wants a major, final no day.",
)
_who = click.option("--as", "author", required=True, metavar="ACCOUNT", help="Who says so: your account.")
_why = click.option("--reason", required=True, help="Where you know it from; it is shown with the day.")


@click.group("calendar", invoke_without_command=True)
@click.option("--major", type=int, metavar="N", help="Only this major, such as 9.")
@json_option
@click.pass_context
def calendar(ctx: click.Context, major: int | None, as_json: bool) -> int:
    """When each minor of RHEL came out, who says so and since when, and what is only expected.

    An expected day has a tilde; it becomes a fact when somebody reports that it happened, never by passing.
    """
    if ctx.invoked_subcommand is not None:
        if major is not None or as_json:
            raise click.UsageError(f"put options after {ctx.invoked_subcommand!r}", ctx)
        return FINE
    wiring: Wiring = ctx.obj
    rules = current_rules(wiring)
    known, cadence = rules.calendar, rules.profile.calendar.cadence_months
    today = wiring.now().date()
    numbers = [one.number for one in known.majors]
    if major is not None:
        if major not in numbers:
            raise BadInput(f"the calendar holds no RHEL {major}; give one of {', '.join(map(str, numbers))}")
        numbers = [major]
    set_aside = [one for one in rules.set_aside if major in (None, one[0].event.major)]
    if as_json:
        print_json(calendar_json(known, numbers, today, cadence, set_aside))
        return FINE
    for number in numbers:
        heading(calendar_heading(known.major(number), today))
        print_table([Column(one) for one in CALENDAR_TITLES], calendar_rows(known, number, today, cadence))
        _paragraphs(calendar_remarks(known, number, today, cadence))
    if set_aside:
        heading("Not used")
        _paragraphs(set_aside_remarks(set_aside))
    click.echo("Sources:")
    for source in calendar_sources([known.major(number) for number in numbers]):
        click.echo(filled(printable(source), first="  ", rest="    "))
    return FINE


@calendar.command("refresh")
@json_option
@click.pass_obj
def refresh(wiring: Wiring, as_json: bool) -> int:
    """Ask endoflife.date, Red Hat and Koji for days of RHEL, even with look-ups off; keep what is new.

    The answer of each is kept whole or not at all. Exit status 3 when one does not answer, or gives a day
    that cannot be. The service does the same by itself while look-ups are on.
    """
    now = wiring.now()
    done = ask_all(wiring.ledger, wiring.rulebook, feeds(wiring.calendar_sources()), now)
    rules, _ = known_rules(lambda: wiring.ledger, wiring.rulebook)
    conflicts = calendar_conflicts(rules.calendar, now.date(), rules.profile.calendar.cadence_months)
    conflicts += set_aside_remarks(rules.set_aside)
    if as_json:
        print_json({"sources": [refreshed_json(one) for one in done], "conflicts": conflicts})
    else:
        for line in [line for one in done if one.error is None for line in refreshed_lines(one)]:
            click.echo(filled(printable(line), rest="  "))
        if any(one.changes for one in done):
            click.echo(due_text(sum(one.listings_due for one in done)))
        for conflict in conflicts:
            click.echo(filled(printable(conflict), rest="  "))
    failed = [one for one in done if one.error is not None]
    for one in failed:
        complain(str(one.error))
    return CANNOT_KNOW if failed else FINE


@calendar.command("add")
@click.argument("what", metavar="MINOR")
@click.argument("day", type=DAY, required=False)
@_kind
@_who
@_why
@json_option
@click.pass_obj
def add(
    wiring: Wiring, what: str, day: date | None, kind: str, author: str, reason: str, as_json: bool
) -> int:
    """Enter the DAY (UTC) of MINOR, such as 9.9. A person's day wins over those of all sources.

    A day still to come is a plan, and stays one until somebody reports that it happened: say so by adding it
    again then. Adding another day replaces yours, 'calendar remove' takes it back.
    """
    event = _event(what, Kind(kind))
    if (day is None) != (event.kind is Kind.FINAL):
        raise click.UsageError("the last minor has no day" if day else "a DAY is missing, such as 2026-11-23")
    wish = DayWish(event, day, author, reason)
    return _told(add_day(wiring.ledger, wiring.rulebook, wish, wiring.now()), as_json=as_json)


@calendar.command("remove")
@click.argument("what", metavar="MINOR")
@_kind
@_who
@_why
@json_option
@click.pass_obj
def remove(wiring: Wiring, what: str, kind: str, author: str, reason: str, as_json: bool) -> int:
    """Take back the day that a person entered for MINOR; what the sources say counts again."""
    wish = DayWish(_event(what, Kind(kind)), None, author, reason)
    return _told(remove_day(wiring.ledger, wiring.rulebook, wish, wiring.now()), as_json=as_json)


def current_rules(wiring: Wiring) -> Rulebook:
    """The rules with what the ledger has learnt; without a ledger the shipped ones, and a word on stderr."""
    rules, trouble = known_rules(lambda: wiring.bare_ledger, wiring.rulebook)
    if trouble is not None:
        complain(f"by the shipped calendar alone, since what was learnt cannot be read: {trouble}")
    return rules


def _event(what: str, kind: Kind) -> Event:
    if kind is Kind.END:
        if not _MAJOR.fullmatch(what):
            raise BadInput(f"{what[:40]!r} is no major of RHEL; give one such as 9")
        return Event(kind, int(what))
    try:
        return Event(kind, *parse_minor(what.removeprefix("epel") if kind is Kind.BRANCHING else what))
    except ValueError as error:
        raise BadInput(str(error)) from error


def _told(kept: Kept, *, as_json: bool) -> int:
    (word,) = kept.words
    if as_json:
        print_json(word_json(word) | {"listings_due": kept.listings_due})
    else:
        click.echo(filled(printable(added_text(word, kept.listings_due))))
    return FINE


def _paragraphs(remarks: list[str]) -> None:
    click.echo("\n".join(["", *(filled(printable(one)) for one in remarks), *([""] if remarks else [])]))
