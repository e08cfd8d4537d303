# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `MessageArchive` promises: the fake in memory, and datagrepper over a real connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.errors import PermanentError, TransientError
from epelbot.http import Http
from epelbot.ports import MessageArchive
from epelbot.sources.datagrepper import Datagrepper
from epelbot.testing.datagrepper import FakeDatagrepper, datagrepper_route
from epelbot.testing.messages import sync_message
from epelbot.testing.recording import Record
from epelbot.testing.server import serve
from epelbot.testing.world import World
from epelbot.translate.envelope import Incoming, messages_of_line
from epelbot.translate.followed import whole_topics

START = datetime(2026, 11, 1, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sent() -> list[Record]:
    """One an hour, told in no order."""
    hours = [hour * 7 % 250 for hour in range(250)]
    return [sync_message("9", at=START + hour * AN_HOUR) for hour in hours]


@pytest.fixture(params=["fake", "rest"])
def archive(request: pytest.FixtureRequest, world: World, sent: list[Record]) -> Iterator[MessageArchive]:
    if request.param == "fake":
        yield FakeDatagrepper(world, sent)
        return
    with serve(world, datagrepper_route(sent)) as server, Http(pause=lambda _: None) as http:
        yield Datagrepper(http, f"{server.url}/datagrepper", whole_topics(["prod"]))


def ids(archive: MessageArchive, since: datetime, until: datetime) -> list[str]:
    pages = [list(messages_of_line(page.text)) for page in archive.pages(since, until)]
    return [one.id for page in pages for one in page if isinstance(one, Incoming)]


def test_all_messages_of_a_time_come_oldest_first(archive: MessageArchive, sent: list[Record]) -> None:
    in_order = [one["id"] for one in sorted(sent, key=lambda one: str(one["headers"]["sent-at"]))]
    assert ids(archive, START, START + 400 * AN_HOUR) == in_order
    assert ids(archive, START + 10 * AN_HOUR, START + 120 * AN_HOUR) == in_order[10:121]


def test_a_time_without_messages_is_an_empty_page(archive: MessageArchive) -> None:
    assert ids(archive, START - 9 * AN_HOUR, START - 2 * AN_HOUR) == []


def test_how_much_is_done_grows_to_all(archive: MessageArchive) -> None:
    shares = [page.share for page in archive.pages(START, START + 400 * AN_HOUR)]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_an_outage_is_for_now(archive: MessageArchive, world: World) -> None:
    world.down.add("datagrepper")
    with pytest.raises(TransientError):
        ids(archive, START, START + AN_HOUR)


def test_only_what_we_follow_is_asked_for(world: World, sent: list[Record]) -> None:
    with serve(world, datagrepper_route(sent)) as server, Http() as http:
        list(Datagrepper(http, f"{server.url}/datagrepper/", whole_topics(["prod"])).pages(START, START))
        topics = server.requests[0].query["topic"]
        assert "org.fedoraproject.prod.buildsys.tag" in topics
        assert "io.pagure.prod.pagure.issue.new" in topics
        assert all(
            one.startswith(("org.fedoraproject.prod.", "io.pagure.prod.pagure.issue.")) for one in topics
        )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"pages": 1, "total": 2, "raw_messages": [{}]}, TransientError),
        ({"pages": 3, "total": 2, "raw_messages": []}, TransientError),
        ({"error": "no"}, PermanentError),
        ([], PermanentError),
    ],
)
def test_half_an_answer_is_none(
    world: World, sent: list[Record], answer: object, error: type[Exception]
) -> None:
    with serve(world, datagrepper_route(sent)) as server, Http() as http:
        body = json.dumps(answer).encode()
        server.fail_next(status=200, body=body, content_type="application/json")
        with pytest.raises(error):
            list(Datagrepper(http, f"{server.url}/datagrepper", ()).pages(START, START + AN_HOUR))
