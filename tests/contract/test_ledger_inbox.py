# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inbox keeps what it was given: once, in order, whatever is in it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading

import pytest

from epelbot.errors import BadInput, PermanentError
from epelbot.ledger import Ledger, inbox
from epelbot.ledger.inbox import NEW, PARKED, RECORDED, Arrival
from tests.contract.ledgers import NOW, at_once

WRITER = """
import sys
from datetime import UTC, datetime
from epelbot.ledger import Ledger, inbox

ledger = Ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
for number in range(100):
    arrival = inbox.Arrival(f"{sys.argv[2]}-{number}", "a.topic", b"{}")
    with ledger.write() as connection:
        inbox.store(connection, [arrival], datetime.now(UTC))
"""


def store(ledger: Ledger, *ids: str, error: str | None = None) -> set[str]:
    with ledger.write() as connection:
        return inbox.store(connection, [Arrival(one, "a.topic", b"{}", error) for one in ids], NOW)


def ids(ledger: Ledger, status: str | None = None) -> list[str]:
    with ledger.read() as connection:
        return [row.id for row in reversed(inbox.listed(connection, status, 1000))]


def claimed(ledger: Ledger, limit: int) -> list[str]:
    with ledger.write() as connection:
        rows = inbox.claim_new(connection, limit)
        inbox.mark_recorded(connection, [row.seq for row in rows])
    return [row.id for row in rows]


def test_a_second_delivery_is_known(ledger: Ledger) -> None:
    assert store(ledger, "a", "b") == {"a", "b"}
    assert store(ledger, "b", "c") == {"c"}
    assert ids(ledger) == ["a", "b", "c"]


def test_a_message_twice_in_one_batch_is_stored_once(ledger: Ledger) -> None:
    assert store(ledger, "a", "a", "b") == {"a", "b"}
    assert ids(ledger) == ["a", "b"]


def test_nothing_to_store_is_no_fault(ledger: Ledger) -> None:
    assert store(ledger) == set()


def test_the_order_of_arrival_stays_whatever_the_ids(ledger: Ledger) -> None:
    store(ledger, "z", "m", "a")
    store(ledger, "k")
    assert claimed(ledger, 3) == ["z", "m", "a"]
    assert claimed(ledger, 3) == ["k"]
    assert claimed(ledger, 3) == []


def test_the_bytes_come_back_as_they_came(ledger: Ledger) -> None:
    payload = bytes(range(256)) * 3
    with ledger.write() as connection:
        inbox.store(connection, [Arrival("a", "a\0topic \ud800", payload)], NOW)
    with ledger.read() as connection:
        row = inbox.by_id(connection, "a")
    assert row.payload == payload
    assert row.received_at == NOW
    # For people only; the payload has the true one.
    assert row.topic == "a\ufffdtopic \ufffd"


@pytest.mark.parametrize("bad", ["nul\0", "x" * 65, "half of a pair \ud800"])
def test_an_id_that_cannot_be_a_key_is_refused_and_nothing_of_its_batch_stored(
    ledger: Ledger, bad: str
) -> None:
    with pytest.raises(PermanentError, match="refuses"):
        store(ledger, "good", bad)
    assert ids(ledger) == []


def test_what_is_parked_at_the_door_waits_for_a_person(ledger: Ledger) -> None:
    store(ledger, "odd", error="no JSON at byte 0\0")
    assert claimed(ledger, 10) == []
    with ledger.read() as connection:
        assert inbox.by_id(connection, "odd").error == "no JSON at byte 0\ufffd"
        assert inbox.counts(connection) == {NEW: 0, RECORDED: 0, PARKED: 1}


def test_a_parked_message_can_be_tried_again(ledger: Ledger) -> None:
    store(ledger, "a", "b", "c")
    with ledger.write() as connection:
        for row in inbox.claim_new(connection, 2):
            inbox.park(connection, row.seq, "its schema is unknown")
    assert ids(ledger, PARKED) == ["a", "b"]
    with ledger.write() as connection:
        assert inbox.retry(connection, ["a", "c", "nothing"]) == 1
    assert claimed(ledger, 10) == ["a", "c"]
    with ledger.write() as connection:
        assert inbox.retry_all(connection) == 1
    with ledger.read() as connection:
        row = inbox.by_id(connection, "b")
        assert (row.status, row.attempts, row.error) == (NEW, 1, None)
        assert inbox.counts(connection) == {NEW: 1, RECORDED: 2, PARKED: 0}


def test_an_id_that_is_not_there_is_named(ledger: Ledger) -> None:
    with ledger.read() as connection, pytest.raises(BadInput, match="'nothing'"):
        inbox.by_id(connection, "nothing")


def test_a_worker_that_dies_leaves_its_messages_new(ledger: Ledger) -> None:
    store(ledger, "a")

    def die() -> None:
        with ledger.write() as connection:
            inbox.mark_recorded(connection, [row.seq for row in inbox.claim_new(connection, 1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die()
    assert ids(ledger, NEW) == ["a"]


def test_workers_at_once_record_each_message_once(ledger: Ledger) -> None:
    store(ledger, *(f"{number:03}" for number in range(100)))

    def work() -> list[str]:
        done: list[str] = []
        while batch := claimed(ledger, 7):
            done += batch
        return done

    done = [one for mine in at_once(*[work] * 4) for one in mine]
    assert sorted(done) == [f"{number:03}" for number in range(100)]


def test_on_postgresql_a_worker_passes_over_what_another_holds(postgresql_ledger: Ledger) -> None:
    store(postgresql_ledger, "a", "b", "c")
    with postgresql_ledger.write() as one, postgresql_ledger.write() as other:
        assert [row.id for row in inbox.claim_new(one, 2)] == ["a", "b"]
        assert [row.id for row in inbox.claim_new(other, 2)] == ["c"]


def test_consumers_sent_the_same_in_opposite_order_do_not_wait_for_each_other(ledger: Ledger) -> None:
    batches = [[f"{batch}-{number:03}" for number in range(300)] for batch in range(4)]
    meet = threading.Barrier(2, timeout=30)

    def consume(step: int) -> set[str]:
        new: set[str] = set()
        for batch in batches:
            meet.wait()
            new |= store(ledger, *batch[::step])
        return new

    first, second = at_once(lambda: consume(1), lambda: consume(-1))
    assert first | second == {one for batch in batches for one in batch}
    assert not first & second, "each is new to one of them only"


def test_two_processes_write_one_database(ledger_url: str, ledger: Ledger) -> None:
    names = ("one", "other")
    with contextlib.ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WRITER, ledger_url, name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            for name in names
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.close()
        assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert sorted(ids(ledger)) == sorted(f"{name}-{number}" for name in names for number in range(100))
