# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Violations as scripts and people see them, from recorded messages alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from epelbot.cli.app import FINE, NO
from epelbot.testing.recording import line_of
from epelbot.testing.story import Story
from tests.e2e.conftest import Shell

ENTERED = datetime(2024, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def desk(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """One package lives, and one was just blocked."""
    monkeypatch.setenv("EPELBOT_SOURCES__ONLINE", "false")
    monkeypatch.setenv("EPELBOT_POLICY__IN_FORCE_FROM", "2019-02-01")
    story = Story()
    story.opens("epel9")
    for package in ("thriving", "vanished"):
        story.package(package, "ann", ENTERED)
        story.shipped(f"{package}-1.0-1.el9", ENTERED)
    story.untagged("vanished-1.0-1.el9", "epel9", ENTERED + timedelta(days=890), by="mallory")
    story.blocked("vanished", "epel9", ENTERED + timedelta(days=890))
    recording = tmp_path / "recording.jsonl"
    recording.write_bytes(b"".join(line_of(one) for one in story.messages))
    assert shell("ingest", recording).status == FINE
    assert shell("work", "--until-idle").status == FINE
    return shell


def test_explain_says_who_did_what_and_its_status_is_a_no(desk: Shell) -> None:
    done = desk("explain", "vanished", "--collection", "epel9")
    assert (done.status, done.err) == (NO, "")
    desk.golden("explain-vanished.txt", done.out)
    assert desk("explain", "thriving").status == FINE


def test_the_queue_shows_it_and_its_status_is_a_no(desk: Shell) -> None:
    done = desk("queue")
    assert (done.status, done.err) == (NO, "")
    desk.golden("queue-violated.txt", done.out)
    (row,) = desk("queue", "--json").json
    assert (row["verdict"], row["violations"]) == ("violated", ["V2", "V4"])
    assert desk("queue", "--collection", "epel8").status == FINE
