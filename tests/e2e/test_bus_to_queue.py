# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main job on real parts: a broker, ``epelbot run`` as a process, HTTP, RPM files, a mail server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from epelbot.testing.server import serve
from epelbot.testing.server_koji import koji_route
from epelbot.testing.server_web import archive_route, bodhi_route, distgit_route
from epelbot.testing.story import README, Story
from tests.conftest import ROOT
from tests.contract.post_office import PostOffice, smtp_server
from tests.integration.bus_support import Corner, corner, environment, eventually, running

A_DAY = timedelta(days=1)


@pytest.fixture
def bus(amqp_url: str, rabbitmq_api: str, tmp_path: Path) -> Iterator[Corner]:
    with corner(amqp_url, rabbitmq_api, tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.db"
        return
    url = str(request.getfixturevalue("postgresql_url"))
    emptied(url)
    yield url
    emptied(url)


def emptied(url: str) -> None:
    """Other tests use this database, too: nothing of theirs is found, nothing of ours is left."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


def two_years_of(story: Story, package: str, owner: str, now: datetime) -> None:
    story.package(package, owner, now - 800 * A_DAY)
    released(story, f"{package}-1.0-1.el9", now - 799 * A_DAY)


def released(story: Story, nvr: str, at: datetime, **built: Any) -> None:
    alias = f"FEDORA-EPEL-{nvr}"
    story.built(nvr, at, **built)
    story.submitted(alias, nvr, at + A_DAY)
    story.in_testing(alias, at + 2 * A_DAY)
    story.stable(alias, at + 10 * A_DAY)
    story.synced("9", at + 11 * A_DAY)


def a_story(folder: Path) -> Story:
    """One package leaves as it should, one forgot to flag its notice as documentation, one just lives."""
    now = datetime.now(UTC)
    folder.mkdir()
    story = Story(rpms=folder)
    story.opens("epel8", "epel9")
    for package, owner in (("oldtool", "ann"), ("unflagged", "bob"), ("thriving", "grace")):
        two_years_of(story, package, owner, now)
    for package, owner, flags in (("oldtool", "ann", 2), ("unflagged", "bob", 0)):
        story.announced(package, "epel9", owner, now - 40 * A_DAY)
        released(story, f"{package}-1.0-2.el9", now - 30 * A_DAY, readme=README, flags=flags)
    return story


def asked(command: list[str], surroundings: dict[str, str]) -> Any:
    """What a command of ours answers in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "epelbot", *command, "--json"],
        env=surroundings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_messages_on_the_broker_become_a_queue_and_mails(bus: Corner, database: str, tmp_path: Path) -> None:
    story, office = a_story(tmp_path / "rpms"), PostOffice()
    with (
        serve(story.world, koji_route, bodhi_route, distgit_route, archive_route) as server,
        smtp_server(office) as smtp_port,
    ):
        surroundings = environment(
            database,
            bus.settings_file(),
            EPELBOT_SOURCES__ONLINE="true",
            EPELBOT_SOURCES__KOJI__HUB=f"{server.url}/kojihub",
            EPELBOT_SOURCES__KOJI__FILES=f"{server.url}/kojifiles/",
            EPELBOT_SOURCES__BODHI__URL=f"{server.url}/bodhi/",
            EPELBOT_SOURCES__DISTGIT__URL=f"{server.url}/dist-git/",
            EPELBOT_SOURCES__ARCHIVE__URL=f"{server.url}/archives/",
            EPELBOT_SOURCES__ENDOFLIFE__URL="",
            EPELBOT_SOURCES__RED_HAT__URL="",
            EPELBOT_POLICY__IN_FORCE_FROM="2019-02-01",
            EPELBOT_ROLES__RELEASE_MANAGERS="rhonda",
            EPELBOT_DELIVER__MAIL="send",
            EPELBOT_DELIVER__GATHER_MINUTES="0",
            EPELBOT_SMTP__PORT=str(smtp_port),
            EPELBOT_WORK__POLL_SECONDS="0.2",
        )
        subprocess.run(
            [sys.executable, "-m", "epelbot", "db", "upgrade"], env=surroundings, cwd=ROOT, check=True
        )
        bus.make_queue()
        with running(["-m", "epelbot", "run"], surroundings, tmp_path / "run.log") as bot:
            bus.publish(story.messages)
            eventually(lambda: len(office.mails()) >= 2, 90)
            assert bot.stop() == 0
        queue = {row["package"]: row for row in asked(["queue"], surroundings)}
        excuse = asked(["explain", "oldtool", "--collection", "epel9"], surroundings)

    assert {name: row["state"] for name, row in queue.items()} == {
        "oldtool": "queued",
        "unflagged": "announced",
    }
    assert excuse["lifetime"]["over"] is True
    assert {found["rule"]: found["verdict"] for found in excuse["findings"]} == {
        "L1": "ok",
        "L2": "others-must-act",
        "R1": "ok",
        "R2": "ok",
        "R3": "ok",
        "R4": "ok",
    }
    mails = {(mail["To"], mail["X-Epelbot-Package"], mail["X-Epelbot-Rule"]) for mail in office.mails()}
    assert mails == {
        ("epel-releng@fedoraproject.org", "oldtool", "R4"),
        ("bob@fedoraproject.org", "unflagged", "R2"),
    }
    assert all(mail["Auto-Submitted"] == "auto-generated" for mail in office.mails())
