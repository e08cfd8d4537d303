# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot verify-build`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import click

from epelbot.cli.app import CANNOT_KNOW, FINE, NO
from epelbot.cli.arguments import json_option
from epelbot.cli.named_builds import check_file, folders_of, is_path, nvr_of
from epelbot.cli.output import complain, print_json
from epelbot.cli.wiring import Wiring
from epelbot.domain.evidence import BuildChecked
from epelbot.domain.nevra import NVR
from epelbot.errors import BadInput, NotThere, PermanentError, TransientError
from epelbot.policy.final_build import final_build_finding
from epelbot.services.verify_build import verify_build as verify_nvr
from epelbot.services.verify_build import verify_files
from epelbot.wording.final_build import verify_build_json, verify_build_text


@click.command("verify-build")
@click.argument("builds", metavar="BUILD...", nargs=-1, required=True)
@json_option
@click.pass_obj
def verify_build(wiring: Wiring, builds: tuple[str, ...], as_json: bool) -> int:
    """Whether each BUILD is a final build: it tells its users that the software is retired (R2).

    BUILD is a name-version-release that Koji is asked for, or a folder with one build's RPMs. RPM files are
    taken together as one build's. What exists, has a slash or ends in .rpm is a file. With --json and
    several builds: a list.
    """
    # All names are looked at before anything is read.
    questions = list(_questions(wiring, builds))
    answers: list[BuildChecked] = []
    of_files: list[bool] = []
    statuses: list[int] = []
    for ask in questions:
        try:
            answers.append(ask())
            of_files.append(ask.func is _of_files)
        except (TransientError, PermanentError) as error:
            if len(questions) == 1:
                raise
            complain(str(error))
            statuses.append(NO if isinstance(error, NotThere) else CANNOT_KNOW)
    now = wiring.now()
    findings = [final_build_finding(one, at=now) for one in answers]
    if as_json:
        documents = list(map(verify_build_json, answers, findings))
        print_json(documents[0] if len(questions) == 1 else documents)
    else:
        parts = zip(answers, findings, of_files, strict=True)
        texts = [verify_build_text(check, finding, of_files=files) for check, finding, files in parts]
        click.echo("\n".join(texts), nl=False)
    known = {"carries": FINE, "unreadable": CANNOT_KNOW}
    statuses.extend(known.get(one.outcome, NO) for one in answers)
    # One clear no answers for all of them, whatever could not be seen of the others.
    return NO if NO in statuses else max(statuses)


def _questions(wiring: Wiring, builds: Sequence[str]) -> Iterator[partial[BuildChecked]]:
    """One question per build, in the order in which they were named."""
    files: list[str] = []
    for build in builds:
        if not is_path(build):
            yield partial(_in_koji, wiring, nvr_of(build))
        elif build.endswith(".rpm"):
            check_file(build)
            if not files:
                # The list goes on growing until all names have been looked at.
                yield partial(_of_files, wiring, files)
            files.append(build)
        else:
            yield partial(_of_files, wiring, folders_of(build))


def _in_koji(wiring: Wiring, nvr: NVR) -> BuildChecked:
    return verify_nvr(wiring.koji_contents(), nvr, None, wiring.rulebook.profile.readme)


def _of_files(wiring: Wiring, places: Sequence[str]) -> BuildChecked:
    try:
        return verify_files(wiring.rpm_files(tuple(places)), wiring.rulebook.profile.readme)
    except NotThere as error:
        # Unlike a build that Koji does not know, a missing file is a slip of whoever named it.
        raise BadInput(str(error)) from error
