# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot db`: set up, looked at, exported."""

from __future__ import annotations

import json
import sqlite3

from epelbot.cli.app import FINE, NO, USAGE
from tests.e2e.conftest import Shell


def test_a_database_that_is_not_there_is_a_no_and_stays_away(shell: Shell) -> None:
    done = shell("db", "status")
    assert (done.status, done.err) == (NO, "")
    assert "is not set up; 'epelbot db upgrade' does it." in " ".join(done.out.split())
    assert list(shell.home.iterdir()) == []


def test_upgrade_sets_it_up_and_can_be_said_again(shell: Shell) -> None:
    assert "is set up, at" in " ".join(shell("db", "upgrade").out.split())
    assert "was up to date, at" in " ".join(shell("db", "upgrade").out.split())
    assert shell("db", "status").status == FINE


def test_status_as_json(shell: Shell) -> None:
    shell("db", "upgrade")
    told = shell("db", "status", "--json").json
    assert told.keys() == {"database", "current", "head", "up_to_date"}
    assert told["current"] == told["head"]
    assert told["up_to_date"] is True


def test_export_is_one_json_object_a_line(shell: Shell) -> None:
    shell("db", "upgrade")
    assert shell("outbox", "stop", "--as", "ann", "--reason", "naïve ☃").status == FINE
    done = shell("db", "export")
    assert (done.status, done.err) == (FINE, "")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert any(one["table"] == "switches" and one["row"]["reason"] == "naïve ☃" for one in rows)


def test_export_sets_nothing_up(shell: Shell) -> None:
    done = shell("db", "export")
    assert "is not set up" in done.complaint
    assert done.status == USAGE
    assert list(shell.home.iterdir()) == []


def test_a_database_from_the_future_is_left_alone(shell: Shell) -> None:
    shell("db", "upgrade")
    with sqlite3.connect(shell.home / "epelbot" / "epelbot.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    for command in (["queue"], ["db", "upgrade"]):
        done = shell(*command)
        assert "9999, which this epelbot does not know" in done.complaint
        assert done.status == USAGE


def test_a_file_that_is_no_database_is_named(shell: Shell) -> None:
    path = shell.home / "notes.txt"
    path.write_text("dear diary, " * 100)
    done = shell("queue", EPELBOT_DATABASE__URL=f"sqlite:///{path}")
    assert "is no SQLite database" in done.complaint
    assert done.status == USAGE


def test_forgetting_somebody_wants_a_yes_and_says_what_was_done(shell: Shell) -> None:
    assert shell("db", "upgrade").status == FINE
    asked = ("db", "forget", "annie", "--as", "rhonda", "--reason", "she asked")
    refused = shell(*asked)
    assert (refused.status, refused.out) == (USAGE, "")
    assert "this cannot be undone; say --yes to erase annie" in refused.err
    done = shell(*asked, "--yes")
    assert (done.status, done.err) == (FINE, "")
    assert done.out.startswith("Erased: annie is erased-")
    assert "(nowhere found)" in done.out
    short = shell("db", "forget", "ab", "--as", "rhonda", "--reason", "he asked", "--yes")
    assert (short.status, short.out) == (USAGE, "")
