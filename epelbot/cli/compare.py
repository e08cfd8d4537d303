# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot compare`."""

from __future__ import annotations

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, NO
from epelbot.cli.arguments import json_option
from epelbot.cli.named_builds import check_file, folders_of, is_path, nvr_of
from epelbot.cli.output import print_json
from epelbot.cli.wiring import Wiring
from epelbot.domain.abi import BuiltPackages, Level
from epelbot.errors import BadInput, NotThere
from epelbot.policy.compatible import compare_builds
from epelbot.services.compare_builds import build_of_files
from epelbot.wording.comparison import comparison_json, comparison_text

_STATUS = {
    Level.COMPATIBLE: FINE,
    Level.NEEDS_REVIEW: NO,
    Level.BREAKING: NO,
    Level.UNKNOWN: CANNOT_KNOW,
}


@click.command("compare")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--lists", is_flag=True, help="Only compare what Koji lists, at once: no symbols of libraries.")
@json_option
@click.pass_obj
def compare(wiring: Wiring, old: str, new: str, *, lists: bool, as_json: bool) -> int:
    """What breaks for others when build NEW takes the place of build OLD (A1).

    Each is a name-version-release that Koji is asked for, an RPM file, or a folder with one build's RPMs.
    What exists, has a slash or ends in .rpm is a file. No database is needed.
    """
    if lists:
        if is_path(old) or is_path(new):
            raise BadInput("--lists asks Koji for both builds; leave it out to compare RPM files")
        before, now = wiring.koji_interfaces().listed_packages((nvr_of(old), nvr_of(new)))
    else:
        before, now = (_packages(wiring, one) for one in (old, new))
    found = compare_builds(before, now)
    if as_json:
        print_json(comparison_json(found))
    else:
        click.echo(comparison_text(found), nl=False)
    return _STATUS[found.level]


def _packages(wiring: Wiring, build: str) -> BuiltPackages:
    if not is_path(build):
        return wiring.koji_interfaces().built_packages(nvr_of(build))
    if build.endswith(".rpm"):
        check_file(build)
        places = [build]
    else:
        places = folders_of(build)
    try:
        return build_of_files(wiring.interface_files(tuple(places)))
    except NotThere as error:
        # Unlike a build that Koji does not know, a missing file is a slip of whoever named it.
        raise BadInput(str(error)) from error
