# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Catch up: what was sent while nobody listened comes in from datagrepper, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.retirement import State
from epelbot.errors import BadInput, TransientError
from epelbot.ports import MessageArchive, Page
from epelbot.services import catch_up as service
from epelbot.services.catch_up import CaughtUp, catch_up, gap_begins
from epelbot.services.intake import Intake, Taken
from epelbot.services.sweep_timer import SweepTimer
from epelbot.settings import SweepTimes
from epelbot.testing.datagrepper import FakeDatagrepper
from epelbot.testing.story import Story, whole_retirement
from epelbot.translate.followed import Following
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = START + timedelta(days=750)


@pytest.fixture(autouse=True)
def _in_large_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_AT_ONCE", timedelta(days=100))


@pytest.fixture
def house() -> House:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    return House(story, now=END)


def intake(house: House) -> Intake:
    return Intake(house.ledger, Following(), lambda: house.now)


def caught_up(house: House, since: datetime, archive: MessageArchive | None = None) -> CaughtUp:
    archive = archive or FakeDatagrepper(house.story.world, house.story.messages)
    return catch_up(house.ledger, archive, intake(house), since=since, now=house.now)


def test_what_was_missed_comes_in_and_once_only(house: House) -> None:
    told = len(house.story.messages)
    assert caught_up(house, START).taken == Taken(new=told)
    assert caught_up(house, START).taken.new == 0
    house.work()
    assert house.state() is State.QUEUED


def test_a_gap_begins_at_the_last_message_that_is_stored(house: House) -> None:
    assert gap_begins(house.ledger, house.now) is None
    house.feed(house.story.messages[:5])
    last = house.story.messages[4]["headers"]["sent-at"]
    assert gap_begins(house.ledger, house.now) == datetime.fromisoformat(last)


def test_a_message_with_a_wrong_clock_hides_no_gap(house: House) -> None:
    future = replace(house, now=END)
    message = {**house.story.messages[0], "id": "future"}
    message["headers"] = {**message["headers"], "sent-at": "2031-01-01T00:00:00+00:00"}
    future.feed([house.story.messages[1], message])
    told = datetime.fromisoformat(house.story.messages[1]["headers"]["sent-at"])
    assert gap_begins(future.ledger, END) == told


@dataclass
class Breaks:
    """An archive that gives so many pages, and then no more."""

    archive: MessageArchive
    left: int

    def pages(self, since: datetime, until: datetime) -> Iterator[Page]:
        for page in self.archive.pages(since, until):
            self.left -= 1
            if self.left < 0:
                raise TransientError("datagrepper is tired; ask again later")
            yield page


@pytest.mark.parametrize("pages", [0, 1, 3, 7])
def test_broken_off_it_goes_on_where_it_was_even_if_the_bus_goes_on_meanwhile(
    house: House, pages: int
) -> None:
    archive = Breaks(FakeDatagrepper(house.story.world, house.story.messages), pages)
    done = caught_up(house, START, archive)
    assert done.problem == "datagrepper is tired; ask again later"
    house.feed(house.story.messages[-1:])
    since = gap_begins(house.ledger, house.now)
    assert since is not None
    assert since < END
    caught_up(house, since)
    house.work()
    assert house.state() is State.QUEUED
    last = house.story.messages[-1]["headers"]["sent-at"]
    assert gap_begins(house.ledger, house.now) == datetime.fromisoformat(last)


def test_a_shorter_one_in_between_does_not_hide_that_a_longer_one_was_broken_off(house: House) -> None:
    archive = FakeDatagrepper(house.story.world, house.story.messages)
    assert caught_up(house, START, Breaks(archive, 1)).problem is not None
    left = gap_begins(house.ledger, house.now)
    assert caught_up(house, END - timedelta(days=3)).problem is None
    assert gap_begins(house.ledger, house.now) == left


def test_a_time_to_come_is_refused(house: House) -> None:
    with pytest.raises(BadInput, match="still to come"):
        caught_up(house, END + timedelta(hours=1))


def test_stopped_at_once_it_has_taken_nothing(house: House) -> None:
    archive = FakeDatagrepper(house.story.world, house.story.messages)
    done = catch_up(house.ledger, archive, intake(house), since=START, now=house.now, stop=lambda: True)
    assert (done.stopped, done.taken) == (True, Taken())
    assert gap_begins(house.ledger, house.now) == START


def timer(house: House, times: SweepTimes) -> SweepTimer:
    sources = house.story.sources
    return SweepTimer(house.ledger, house.rulebook, sources, intake(house), times, lambda: house.now)


def test_a_start_fills_the_gap_and_sweeps(house: House) -> None:
    house.feed(house.story.messages[:5])
    one = timer(house, SweepTimes(at_start=True, every_hours=0))
    one.run(threading.Event(), one.gap())
    house.work()
    assert house.state() is State.QUEUED
    assert gap_begins(house.ledger, house.now) is not None


def test_a_fresh_start_sweeps_and_asks_for_no_message(house: House) -> None:
    one = timer(house, SweepTimes(at_start=True, every_hours=0))
    assert one.gap() is None
    one.run(threading.Event(), one.gap())
    house.work()
    assert house.excuse().lifetime is not None


def test_what_fails_is_logged_and_the_rest_is_done(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.feed(house.story.messages[:5])
    house.story.world.down |= {"datagrepper", "koji"}
    one = timer(house, SweepTimes(at_start=True, every_hours=0))
    one.run(threading.Event(), one.gap())
    assert "the catch-up ended early: datagrepper does not answer" in caplog.text
    assert "the sweep is not whole: koji does not answer" in caplog.text


def test_a_stopped_timer_does_nothing_more(house: House) -> None:
    stop = threading.Event()
    stop.set()
    timer(house, SweepTimes(at_start=False, every_hours=24)).run(stop, None)
    assert gap_begins(house.ledger, house.now) is None
