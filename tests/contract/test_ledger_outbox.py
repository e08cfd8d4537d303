# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An effect happens once; what a person decides about it holds."""

from __future__ import annotations

from collections import Counter

import pytest

from epelbot.errors import BadInput
from epelbot.ledger import Ledger, listings, outbox
from epelbot.ledger.outbox import DISCARDED, DUE, HELD, PARKED, SENT, OutboxRow, Stop
from tests.contract.ledgers import NOW, at_once, later, seal, tell


@pytest.fixture
def listing(ledger: Ledger) -> int:
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9")], NOW)
        found = listings.listing_id(connection, "foo", "epel9")
    assert found is not None
    return found


def due(ledger: Ledger, listing: int, cause: str, status: str = DUE) -> None:
    """A mail about a cause, written."""
    tell(ledger, listing, cause, at_once=True)
    seal(ledger, status)


def claim(ledger: Ledger, at: float = 0) -> OutboxRow | None:
    with ledger.write() as connection:
        return outbox.claim_due(connection, later(at), "a sender", 60)


def must_claim(ledger: Ledger, at: float = 0) -> OutboxRow:
    row = claim(ledger, at)
    assert row is not None
    return row


def fail(ledger: Ledger, row: OutboxRow, again: float | None) -> None:
    with ledger.write() as connection:
        again_at = None if again is None else later(again)
        outbox.mark_failed(connection, row, "451 later\0", again_at=again_at)


def one(ledger: Ledger) -> OutboxRow:
    with ledger.read() as connection:
        [row] = outbox.listed(connection)
        assert outbox.by_id(connection, row.id) == row
    return row


def test_only_what_is_due_is_claimed_and_by_one_sender_at_a_time(ledger: Ledger, listing: int) -> None:
    due(ledger, listing, "held", HELD)
    assert claim(ledger) is None
    due(ledger, listing, "due")
    row = must_claim(ledger)
    assert (row.subject, row.attempts, row.fence) == ("due", 1, 1)
    assert claim(ledger, 59) is None
    again = must_claim(ledger, 60)
    assert (again.id, again.attempts, again.fence) == (row.id, 2, 2)


def test_a_failed_effect_is_tried_again_later_or_parked(ledger: Ledger, listing: int) -> None:
    due(ledger, listing, "first")
    fail(ledger, must_claim(ledger), 300)
    assert claim(ledger, 299) is None
    fail(ledger, must_claim(ledger, 300), None)
    row = one(ledger)
    assert (row.status, row.attempts, row.last_error) == (PARKED, 2, "451 later\ufffd")
    assert claim(ledger, 99999) is None


def test_who_lost_its_lease_cannot_undo_what_the_next_one_did(ledger: Ledger, listing: int) -> None:
    due(ledger, listing, "first")
    slow = must_claim(ledger)
    quick = must_claim(ledger, 60)
    with ledger.write() as connection:
        outbox.mark_sent(connection, quick, later(61))
    fail(ledger, slow, 300)
    row = one(ledger)
    assert (row.status, row.sent_at) == (SENT, later(61))


def test_what_a_person_discards_while_it_is_being_sent_does_not_come_back(
    ledger: Ledger, listing: int
) -> None:
    due(ledger, listing, "first")
    row = must_claim(ledger)
    with ledger.write() as connection:
        outbox.discard(connection, row.id)
    fail(ledger, row, 300)
    assert one(ledger).status == DISCARDED
    with ledger.write() as connection:
        outbox.mark_sent(connection, row, NOW)
    assert one(ledger).status == SENT, "but what has happened has happened"


def test_held_and_parked_effects_can_be_released_others_not(ledger: Ledger, listing: int) -> None:
    due(ledger, listing, "first", HELD)
    number = one(ledger).id
    with ledger.write() as connection:
        outbox.release(connection, number, NOW)
    fail(ledger, must_claim(ledger), None)
    with ledger.write() as connection:
        outbox.release(connection, number, NOW)
    row = must_claim(ledger)
    assert (row.attempts, row.last_error) == (1, None), "a person's word starts the counting anew"
    with ledger.write() as connection, pytest.raises(BadInput, match="is due"):
        outbox.release(connection, number, NOW)
    with ledger.write() as connection:
        outbox.mark_sent(connection, row, NOW)
        with pytest.raises(BadInput, match="is sent"):
            outbox.discard(connection, number)
        with pytest.raises(BadInput, match="no number 12345"):
            outbox.discard(connection, 12345)


def test_what_went_out_since_is_counted(ledger: Ledger, listing: int) -> None:
    due(ledger, listing, "first")
    with ledger.write() as connection:
        row = outbox.claim_due(connection, NOW, "a sender", 60)
        assert row is not None
        outbox.mark_sent(connection, row, NOW)
    with ledger.read() as connection:
        assert outbox.spent_since(connection, NOW, NOW) == 1
        assert outbox.spent_since(connection, later(1), NOW) == 0


def test_senders_at_once_take_each_effect_once(ledger: Ledger, listing: int) -> None:
    for number in range(60):
        due(ledger, listing, f"cause {number}", DUE)

    def work() -> list[int]:
        done = []
        while row := claim(ledger):
            done.append(row.id)
            with ledger.write() as connection:
                outbox.mark_sent(connection, row, NOW)
        return done

    taken = Counter(number for done in at_once(*[work] * 3) for number in done)
    assert len(taken) == 60
    assert set(taken.values()) == {1}


def test_all_delivery_can_be_stopped_and_let_go_on(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert outbox.stopped(connection) is None
        outbox.throw_stop(connection, stop=True, by="ann", reason="a mistake", now=NOW)
    with ledger.write() as connection:
        assert outbox.stopped(connection) == Stop("ann", NOW, "a mistake")
        outbox.throw_stop(connection, stop=False, by="bob", reason="mended", now=later(1))
    with ledger.read() as connection:
        assert outbox.stopped(connection) is None
