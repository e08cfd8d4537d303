# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot doctor`."""

from __future__ import annotations

from collections.abc import Callable

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, NO
from epelbot.cli.arguments import json_option
from epelbot.cli.output import coloured, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.services.doctor import Check, Level, Means, examine
from epelbot.wording.doctor_text import check_json, check_text

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red", Level.UNREACHABLE: "red"}


@click.command("doctor")
@click.option("--online", is_flag=True, help="Also try the broker, the sources and the mail server.")
@json_option
@click.pass_obj
def doctor(wiring: Wiring, online: bool, as_json: bool) -> int:
    """Whether everything that epelbot needs is in order, and what to do where it is not.

    Exit status 1 when something is wrong, 3 when something that is needed can't be reached.
    """
    means = Means(
        load=lambda: wiring.loaded,
        ledger=lambda: wiring.bare_ledger,
        rulebook=lambda: wiring.rulebook,
        sources=wiring.hasty_sources,
        greet_broker=lambda: _greeting(wiring),
        greet_mail_server=wiring.greet_mail_server,
        now=wiring.now(),
        online=online,
    )
    checks: list[Check] = []
    for check in examine(means):
        checks.append(check)
        if not as_json:
            mark, rest = check_text(check)
            click.echo(f"{coloured(mark, _COLOURS[check.level])}{printable(rest)}")
    if as_json:
        print_json([check_json(check) for check in checks])
    levels = {check.level for check in checks}
    if Level.FAIL in levels:
        return NO
    return CANNOT_KNOW if Level.UNREACHABLE in levels else FINE


def _greeting(wiring: Wiring) -> Callable[[], None]:
    return wiring.bus.greet
