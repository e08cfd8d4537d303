# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot sweep` against Koji, Bodhi and dist-git over real HTTP."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, INTERRUPTED, USAGE
from epelbot.testing.datagrepper import datagrepper_route
from epelbot.testing.server import LocalServer, serve
from epelbot.testing.server_koji import koji_route
from epelbot.testing.server_web import archive_route, bodhi_route, distgit_route
from epelbot.testing.story import Story, whole_retirement
from tests.e2e.conftest import NOW, Shell

START = datetime(2024, 10, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Fedora:
    """A running one, and the settings that lead there."""

    story: Story
    server: LocalServer

    @property
    def settings(self) -> dict[str, str]:
        return {
            "EPELBOT_SOURCES__ONLINE": "true",
            "EPELBOT_SOURCES__KOJI__HUB": f"{self.server.url}/kojihub",
            "EPELBOT_SOURCES__KOJI__FILES": f"{self.server.url}/kojifiles/",
            "EPELBOT_SOURCES__BODHI__URL": f"{self.server.url}/bodhi",
            "EPELBOT_SOURCES__DISTGIT__URL": f"{self.server.url}/dist-git",
            "EPELBOT_SOURCES__ARCHIVE__URL": f"{self.server.url}/archives",
            "EPELBOT_SOURCES__DATAGREPPER__URL": f"{self.server.url}/datagrepper",
        }


@pytest.fixture
def fedora() -> Iterator[Fedora]:
    story = Story()
    story.opens("epel8", "epel9")
    story.package("newtool", "bob", START)
    story.shipped("newtool-2.0-1.el9", START)
    whole_retirement(story, start=START)
    grepper = datagrepper_route(story.messages)
    with serve(story.world, koji_route, bodhi_route, distgit_route, archive_route, grepper) as server:
        yield Fedora(story, server)


def test_an_empty_database_is_filled_and_a_second_sweep_finds_what_was_missed(
    shell: Shell, fedora: Fedora
) -> None:
    done = shell("sweep", **fedora.settings)
    assert (done.status, done.err) == (FINE, "")
    shell.golden("sweep-first.txt", done.out)
    fedora.story.untagged("newtool-2.0-1.el9", "epel9", NOW - timedelta(minutes=30))
    fedora.story.given("newtool", "carl", NOW)
    done = shell("sweep", "--collection", "epel9", **fedora.settings)
    assert (done.status, done.err) == (FINE, "")
    shell.golden("sweep-again.txt", done.out)


def test_what_a_sweep_found_is_judged(shell: Shell, fedora: Fedora) -> None:
    shell("sweep", **fedora.settings)
    shell("work", "--until-idle", **fedora.settings)
    excuse = shell("explain", "newtool", "--json", **fedora.settings).json
    assert "2024-10-10" in str(excuse)


def test_as_json(shell: Shell, fedora: Fedora) -> None:
    done = shell("sweep", "--json", "--collection", "epel9", **fedora.settings)
    assert done.status == FINE
    assert [(one["what"], one["whole"], one["problem"]) for one in done.json["parts"]] == [
        ("builds", True, None),
        ("updates", True, None),
        ("branches", True, None),
        ("people", True, None),
        ("posts", True, None),
    ]
    assert (done.json["missed"], done.json["stopped"]) == ([], False)


def test_look_ups_that_are_off_are_a_sentence(shell: Shell) -> None:
    done = shell("sweep")
    assert done.status == USAGE
    assert done.complaint == "look-ups are off, so there is nothing to sweep; set sources.online = true"


def test_a_source_that_does_not_answer_is_a_sentence_and_the_others_are_kept(
    shell: Shell, fedora: Fedora
) -> None:
    fedora.story.world.down.add("dist-git")
    done = shell("sweep", "--collection", "epel9", **fedora.settings)
    assert done.status == CANNOT_KNOW
    assert done.err.startswith("epelbot: 127.0.0.1")
    assert done.err.count("\n") == 1
    assert "people" in done.out


def test_ctrl_c_ends_a_sweep_at_a_good_moment(shell: Shell, fedora: Fedora) -> None:
    fedora.server.fail_next(delay=3, path="/bodhi/updates")
    process = shell.process("sweep", "--collection", "epel9", environment=fedora.settings)
    until = time.monotonic() + 30
    while not any(one.path.startswith("/bodhi/updates") for one in fedora.server.requests):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED, err
    assert "goes on from there" in err
    assert "not whole" in out
    done = shell("sweep", "--collection", "epel9", **fedora.settings)
    assert done.status == FINE
    assert "not whole" not in done.out


def test_messages_that_were_missed_are_caught_up_with(shell: Shell, fedora: Fedora) -> None:
    done = shell("catch-up", **fedora.settings)
    assert done.status == USAGE
    assert done.complaint == "no message has ever come in, so nobody knows since when; say it with --since"
    done = shell("catch-up", "--since", "2026-09-01", **fedora.settings)
    assert (done.status, done.err) == (FINE, "")
    assert done.out == (
        "From 2026-09-01 00:00 to 2026-11-23 12:00 UTC: 9 messages, of which 8 are new, 1\n"
        "known, 0 of no concern to EPEL, and 0 parked.\n"
    )
    again = shell("catch-up", "--json", **fedora.settings).json
    assert (again["new"], again["problem"], again["stopped"]) == (0, None, False)
    fedora.story.world.down.add("datagrepper")
    done = shell("catch-up", **fedora.settings)
    assert done.status == CANNOT_KNOW
    assert "goes on from there" in done.err


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "20261101", "2026-11-01T10:00+02:00"])
def test_a_time_that_is_none_is_a_usage_error(shell: Shell, fedora: Fedora, since: str) -> None:
    done = shell("catch-up", "--since", since, **fedora.settings)
    assert done.status == USAGE
    assert "write it as 2026-11-23 or 2026-11-23T14:30" in done.complaint
