# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot doctor`: each thing that can be out of order, and what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, NO
from epelbot.demo import tell
from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event, Kind
from epelbot.ledger import outbox
from epelbot.testing.messages import tag_message
from epelbot.testing.recording import line_of
from epelbot.testing.server import serve
from epelbot.testing.server_calendar import endoflife_route, red_hat_route
from epelbot.testing.server_koji import koji_route
from epelbot.testing.server_web import archive_route, bodhi_route, distgit_route
from epelbot.testing.story import Story
from tests.contract.post_office import PostOffice, smtp_server
from tests.e2e.conftest import NOW, Shell

NOWHERE = "http://127.0.0.1:9/"


def checks(shell: Shell, *options: str, **environment: str) -> dict[str, dict[str, Any]]:
    told = shell("doctor", "--json", *options, **environment).json
    assert all(one.keys() == {"name", "level", "seen", "to_do"} for one in told)
    return {one["name"]: one for one in told}


def at(hub: str, others: str, **more: str) -> dict[str, str]:
    """Settings that lead to these places and nowhere else."""
    return {
        "EPELBOT_SOURCES__KOJI__HUB": hub,
        "EPELBOT_SOURCES__BODHI__URL": others,
        "EPELBOT_SOURCES__DISTGIT__URL": others,
        "EPELBOT_SOURCES__ARCHIVE__URL": others,
        "EPELBOT_SOURCES__ENDOFLIFE__URL": others,
        "EPELBOT_SOURCES__RED_HAT__URL": others,
        **more,
    }


@pytest.fixture
def fedora() -> Iterator[dict[str, str]]:
    """A Fedora that answers, with a mail server, as settings that lead there."""
    story = Story()
    story.opens("epel9")
    story.package("epel-release", "ann", NOW)
    story.world.published[ENDOFLIFE] = story.world.published[RED_HAT] = {
        Event(Kind.GA, 9, 0): date(2022, 5, 18)
    }
    routes = (koji_route, bodhi_route, distgit_route, archive_route, endoflife_route, red_hat_route)
    with serve(story.world, *routes) as server, smtp_server(PostOffice()) as port:
        yield at(
            f"{server.url}/kojihub",
            server.url,
            EPELBOT_SOURCES__BODHI__URL=f"{server.url}/bodhi",
            EPELBOT_SOURCES__ARCHIVE__URL=f"{server.url}/archives",
            EPELBOT_SOURCES__ENDOFLIFE__URL=f"{server.url}/endoflife",
            EPELBOT_SOURCES__RED_HAT__URL=f"{server.url}/red-hat/products",
            EPELBOT_SMTP__HOST="127.0.0.1",
            EPELBOT_SMTP__PORT=str(port),
        )


def test_a_fresh_machine_is_told_what_is_left_to_do(shell: Shell) -> None:
    # A path as short for everybody, so that lines break where they do here.
    done = shell("doctor", EPELBOT_DATABASE__URL="sqlite:///epelbot.db")
    assert (done.status, done.err) == (FINE, "")
    shell.golden("doctor-fresh.txt", done.out)


def test_a_machine_in_order(shell: Shell) -> None:
    shell("db", "upgrade")
    told = checks(shell, EPELBOT_ROLES__RELEASE_MANAGERS="smooge")
    assert [name for name, one in told.items() if one["level"] != "ok"] == ["calendar", "bus"]
    assert list(told) == [
        "settings",
        "database",
        "policy",
        "calendar",
        "bus",
        "sources",
        "mail",
        "inbox",
        "listings",
        "outbox",
        "delivery",
        "clock",
    ]


def test_broken_settings_are_the_only_thing_seen(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[work")
    done = shell("--config", "broken.toml", "doctor", "--json")
    assert done.status == NO
    (only,) = done.json
    assert (only["name"], only["level"]) == ("settings", "fail")


def test_a_calendar_of_one_s_own_that_is_broken(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "calendar.toml").write_text("[rhel")
    done = shell("doctor", "--json", EPELBOT_POLICY__CALENDAR=str(tmp_path / "calendar.toml"))
    assert done.status == NO


def test_a_database_that_is_away_can_t_be_known(shell: Shell) -> None:
    pytest.importorskip("psycopg")
    url = "postgresql+psycopg://me:geheim@127.0.0.1:9/epelbot"
    done = shell("doctor", EPELBOT_DATABASE__URL=url)
    assert done.status == CANNOT_KNOW
    assert "FAIL  database" in done.out
    assert "geheim" not in done.out


def test_bus_settings_that_are_named_must_load(shell: Shell) -> None:
    told = checks(shell, EPELBOT_BUS__CONFIG="/nowhere/bus.toml")
    assert (told["bus"]["level"], "are missing" in told["bus"]["seen"]) == ("fail", True)


def test_a_folder_of_rpms_that_is_not_there_is_a_fault(shell: Shell, tmp_path: Path) -> None:
    assert checks(shell, EPELBOT_SOURCES__RPMS=str(tmp_path))["rpms"]["level"] == "ok"
    assert checks(shell, EPELBOT_SOURCES__RPMS="/nowhere")["rpms"]["level"] == "fail"


def test_what_is_parked_and_what_is_stopped_is_a_warning(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "recording.jsonl").write_bytes(b'{"no": "message"}\n')
    shell("ingest", "recording.jsonl")
    shell("outbox", "stop", "--as", "ann", "--reason", "too many")
    told = checks(shell)
    assert told["inbox"]["level"] == "warn"
    assert "1 parked" in told["inbox"]["seen"]
    assert "'epelbot inbox list --status parked'" in told["inbox"]["to_do"]
    assert told["delivery"]["level"] == "warn"
    assert "ann stopped delivery" in told["delivery"]["seen"]


def test_a_daily_bound_that_is_used_up_is_told_with_what_waits(shell: Shell) -> None:
    told = tell(shell.home / "story", NOW)
    with told.ledger.write() as connection:
        numbers = [row.id for row in outbox.listed(connection)][:5]
        for number in numbers:
            outbox.release(connection, number, NOW)
        for _ in numbers[:3]:
            row = outbox.claim_due(connection, NOW, "me", 60)
            assert row is not None
            outbox.mark_sent(connection, row, NOW)
    told.ledger.close()
    here = {"EPELBOT_DATABASE__URL": f"sqlite:///{told.folder / 'epelbot.db'}"}
    delivery = checks(shell, **here, EPELBOT_DELIVER__MAX_PER_DAY="3")["delivery"]
    assert (delivery["level"], delivery["seen"]) == (
        "warn",
        f"3 of 3 sent in 24 hours, {len(numbers) - 3} wait",
    )
    assert checks(shell, **here, EPELBOT_DELIVER__MAX_PER_DAY="4")["delivery"]["level"] == "ok"


def test_a_clock_behind_what_has_come_in_is_a_fault(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "recording.jsonl").write_bytes(line_of(tag_message("libfoo-1-1.el9", "epel9", at=NOW)))
    shell("ingest", "recording.jsonl")
    with sqlite3.connect(shell.home / "epelbot" / "epelbot.db") as file:
        (received,) = file.execute("SELECT received_at FROM inbox").fetchone()
        later = str(received).replace(str(datetime.fromisoformat(str(received)).year), "2031", 1)
        file.execute("UPDATE inbox SET received_at = ?", (later,))
    file.close()
    done = shell("doctor", "--json")
    assert done.status == NO
    assert checks(shell)["clock"]["level"] == "fail"


class TestOnline:
    def test_sources_that_answer(self, shell: Shell, fedora: dict[str, str]) -> None:
        told = checks(shell, "--online", **fedora)
        asked = ("koji", "bodhi", "dist-git", "archive", "endoflife", "red-hat", "mail")
        assert {name: told[name]["level"] for name in asked} == dict.fromkeys(asked, "ok")

    def test_sources_that_the_settings_need_are_asked_without_being_told(
        self, shell: Shell, fedora: dict[str, str]
    ) -> None:
        told = checks(shell, **fedora, EPELBOT_SOURCES__ONLINE="true")
        assert told["koji"]["level"] == "ok"
        assert "sources" not in told

    def test_an_address_at_which_something_else_answers_is_a_fault(
        self, shell: Shell, fedora: dict[str, str]
    ) -> None:
        wrong = {
            "EPELBOT_SOURCES__BODHI__URL": fedora["EPELBOT_SOURCES__BODHI__URL"] + "/elsewhere",
            "EPELBOT_SOURCES__KOJI__HUB": fedora["EPELBOT_SOURCES__KOJI__HUB"] + "/elsewhere",
        }
        told = checks(shell, "--online", **(fedora | wrong))
        for name, what, setting in (
            ("bodhi", "Bodhi", "sources.bodhi.url"),
            ("koji", "Koji", "sources.koji.hub"),
        ):
            assert told[name]["level"] == "fail"
            assert told[name]["seen"].endswith(f"/elsewhere answers, but has no {what} there")
            assert told[name]["to_do"] == f"correct {setting}"

    def test_sources_that_are_down_can_t_be_known(self, shell: Shell) -> None:
        nowhere = at(NOWHERE, NOWHERE, EPELBOT_SMTP__HOST="127.0.0.1", EPELBOT_SMTP__PORT="9")
        nowhere["EPELBOT_DATABASE__URL"] = "sqlite:///epelbot.db"
        done = shell("doctor", "--online", **nowhere)
        assert done.status == CANNOT_KNOW
        assert done.out.count("FAIL") == 7
        assert max(map(len, done.out.splitlines())) <= 80

    def test_a_mail_server_is_needed_once_mail_is_sent(self, shell: Shell) -> None:
        held = {"EPELBOT_SMTP__HOST": "127.0.0.1", "EPELBOT_SMTP__PORT": "9"}
        assert checks(shell, **held)["mail"]["level"] == "ok"
        assert checks(shell, **held, EPELBOT_DELIVER__MAIL="send")["mail"]["level"] == "unreachable"

    def test_a_broker_that_does_not_answer(self, shell: Shell, tmp_path: Path) -> None:
        shell("config", "init", "--bus", "bus.toml")
        text = (tmp_path / "bus.toml").read_text()
        plain = text.replace("amqps://fedora:@rabbitmq.fedoraproject.org", "amqp://me:geheim@127.0.0.1:9")
        (tmp_path / "bus.toml").write_text(plain)
        here = at(NOWHERE, NOWHERE, EPELBOT_BUS__CONFIG=str(tmp_path / "bus.toml"))
        assert checks(shell, **here)["bus"]["level"] == "ok"
        bus = checks(shell, "--online", **here)["bus"]
        assert (bus["level"], "geheim" in bus["seen"]) == ("unreachable", False)
