# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a message: stored, known, not followed or parked; its batch-mates never suffer for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from epelbot.domain.people import PackageAccess
from epelbot.errors import TransientError
from epelbot.ledger import Ledger, inbox, listings
from epelbot.services.intake import Intake, Taken, following
from epelbot.settings import Bus
from epelbot.testing.messages import Record, access_message, line_of, post_message, tag_message
from epelbot.translate.envelope import Incoming, Unreadable, from_line
from epelbot.translate.followed import Following

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path}/ledger.db", busy_seconds=0.1)
    made.create()
    yield made
    made.close()


@pytest.fixture
def intake(ledger: Ledger, clock: Clock) -> Intake:
    return Intake(ledger, Following(), clock)


def tagged(number: int, tag: str = "epel9") -> Incoming:
    return incoming(tag_message(f"fortune-1.{number}-1.el9", tag, at=NOW))


def incoming(record: Record) -> Incoming:
    return from_line(line_of(record))


def unreadable(payload: bytes, *, key: str = "k") -> Unreadable:
    return Unreadable("it is no message; see who sent it", Incoming(key, "", None, payload))


def rows(ledger: Ledger) -> list[inbox.InboxRow]:
    with ledger.read() as connection:
        return list(reversed(inbox.listed(connection, None, 1000)))


def take(intake: Intake, *messages: Incoming | Unreadable) -> Taken:
    return intake.take(messages, "ingest:before-commit")


def test_each_message_is_counted_once(intake: Intake, ledger: Ledger) -> None:
    one, two = tagged(1), tagged(2)
    fedora = tagged(3, tag="f44")
    assert take(intake, one, fedora, unreadable(b"\0")) == Taken(new=1, not_followed=1, parked=1)
    assert take(intake, one, two, two, unreadable(b"\0")) == Taken(new=1, known=3)
    assert [(row.id, row.status) for row in rows(ledger)] == [
        (one.id, "new"),
        ("k", "parked"),
        (two.id, "new"),
    ]
    assert rows(ledger)[1].payload == b"\0"


def test_nothing_to_store_needs_no_transaction(intake: Intake) -> None:
    assert take(intake) == Taken()
    assert take(intake, tagged(1, tag="f44")) == Taken(not_followed=1)


def test_a_message_that_the_database_refuses_is_parked_and_its_mates_are_stored(
    intake: Intake, ledger: Ledger
) -> None:
    refused = unreadable(b"kept all the same", key="longer than a key may be" * 5)
    batch = (tagged(1), refused, tagged(2))
    assert take(intake, *batch) == Taken(new=2, parked=1)
    (parked,) = [row for row in rows(ledger) if row.status == "parked"]
    assert parked.payload == b"kept all the same"
    assert parked.error is not None
    assert "refuses" in parked.error
    assert take(intake, *batch) == Taken(known=3)


def test_of_a_payload_that_the_database_refuses_its_hash_and_size_are_kept(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")

    @sa.event.listens_for(ledger.engine, "connect")
    def refuse_large_values(connection: sqlite3.Connection, _record: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 20_000)

    ledger.create()
    large = unreadable(b"x" * 30_000)
    assert take(Intake(ledger, Following(), Clock()), tagged(1), large) == Taken(new=1, parked=1)
    (parked,) = [row for row in rows(ledger) if row.status == "parked"]
    assert json.loads(parked.payload)["bytes"] == 30_000
    ledger.close()


def test_people_of_a_package_are_kept_once_it_has_a_listing(
    intake: Intake, ledger: Ledger, clock: Clock
) -> None:
    message = incoming(
        access_message("pagure.project.user.added", "fortune", at=NOW, access=PackageAccess("owner"))
    )
    assert take(intake, message) == Taken(not_followed=1)
    with ledger.write() as connection:
        listings.touch(connection, [("fortune", "epel9")], NOW)
    clock.now += timedelta(minutes=2)
    assert take(intake, message) == Taken(new=1)


def test_while_the_database_is_locked_the_batch_can_be_taken_again(
    intake: Intake, ledger: Ledger, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError):
        take(intake, tagged(1))
    other.execute("ROLLBACK")
    other.close()
    assert take(intake, tagged(1)) == Taken(new=1)
    assert len(rows(ledger)) == 1


def test_what_is_followed_can_be_set(ledger: Ledger, clock: Clock) -> None:
    post = incoming(
        post_message("Retiring fortune", at=NOW, sender="a@example.org", message_id="a@b", list_name="golang")
    )
    assert take(Intake(ledger, following(Bus()), clock), post) == Taken(not_followed=1)
    assert take(Intake(ledger, following(Bus(lists=("golang",))), clock), post) == Taken(new=1)
