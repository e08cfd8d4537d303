# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One effect per cause and person; what a person decides about it holds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, select

from epelbot.errors import BadInput
from epelbot.ledger import Ledger, listings, outbox, tables
from epelbot.ledger.outbox import DISCARDED, DUE, HELD, PARKED, SENT, SUPERSEDED, OutboxRow, Stop
from tests.contract.ledgers import NOW, at_once, later


@pytest.fixture
def listing(ledger: Ledger) -> int:
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9")], NOW)
        found = listings.listing_id(connection, "foo", "epel9")
    assert found is not None
    return found


def notify(ledger: Ledger, listing: int, cause: str, person: str = "ann", data: str = "{}") -> None:
    with ledger.write() as connection:
        outbox.notify(
            connection, cause=cause, person=person, listing_id=listing, rule="R2", data=data, now=NOW
        )


def seal(ledger: Ledger, status: str = HELD) -> list[str]:
    """Seal what waits; returns for whom."""
    with ledger.write() as connection:
        waiting = outbox.unsealed(connection, 100)
        for notice in waiting:
            outbox.seal(
                connection,
                notice,
                kind="mail",
                about="foo epel9",
                recipient=f"{notice.person}@example.org",
                subject=notice.cause,
                payload=notice.data,
                status=status,
                now=NOW,
            )
    return [notice.person for notice in waiting]


def withdraw(ledger: Ledger, listing: int, *but: str) -> None:
    with ledger.write() as connection:
        outbox.withdraw_others(connection, listing, but, NOW)


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


def statuses(ledger: Ledger) -> dict[str, str]:
    """The status of each effect, by its subject."""
    with ledger.read() as connection:
        return {row.subject: row.status for row in outbox.listed(connection)}


def one(ledger: Ledger) -> OutboxRow:
    with ledger.read() as connection:
        [row] = outbox.listed(connection)
        assert outbox.by_id(connection, row.id) == row
    return row


def test_a_cause_is_told_once_to_each_person(ledger: Ledger, listing: int) -> None:
    for _ in range(3):
        notify(ledger, listing, "no final build", "ann")
        notify(ledger, listing, "no final build", "bob")
    assert seal(ledger) == ["ann", "bob"]
    notify(ledger, listing, "no final build", "ann")
    assert seal(ledger) == []
    with ledger.read() as connection:
        assert outbox.counts(connection) == {HELD: 2}
        assert outbox.told(connection, [listing], "R2") == {listing: {"no final build": (NOW, HELD)}}
        assert outbox.told(connection, [listing], "R4") == {}
        assert outbox.with_notices(connection, [listing, listing + 1]) == {listing}
        assert [row.person for row in _notices(ledger)] == ["ann", "bob"]


def _notices(ledger: Ledger) -> Sequence[Row[Any]]:
    with ledger.read() as connection:
        return connection.execute(select(tables.notices).order_by(tables.notices.c.id)).all()


def test_a_held_mail_is_superseded_when_its_cause_goes_and_comes_back_with_it(
    ledger: Ledger, listing: int
) -> None:
    notify(ledger, listing, "first")
    notify(ledger, listing, "second")
    seal(ledger)
    withdraw(ledger, listing, "second")
    assert statuses(ledger) == {"first": SUPERSEDED, "second": HELD}
    notify(ledger, listing, "first")
    assert statuses(ledger) == {"first": HELD, "second": HELD}
    assert seal(ledger) == []


def test_a_notice_withdrawn_before_it_was_sealed_is_not_sealed_until_it_comes_back(
    ledger: Ledger, listing: int
) -> None:
    notify(ledger, listing, "first", data='{"n":1}')
    withdraw(ledger, listing)
    assert seal(ledger) == []
    notify(ledger, listing, "first", data='{"n":2}')
    assert seal(ledger) == ["ann"]
    assert one(ledger).payload == '{"n":2}'


def test_what_is_sent_or_on_its_way_is_not_taken_back(ledger: Ledger, listing: int) -> None:
    notify(ledger, listing, "sent")
    seal(ledger, DUE)
    row = must_claim(ledger)
    with ledger.write() as connection:
        outbox.mark_sent(connection, row, later(1))
    notify(ledger, listing, "on its way")
    seal(ledger, DUE)
    must_claim(ledger)
    notify(ledger, listing, "waiting")
    seal(ledger, DUE)
    withdraw(ledger, listing)
    assert statuses(ledger) == {"sent": SENT, "on its way": DUE, "waiting": SUPERSEDED}
    notify(ledger, listing, "sent")
    assert seal(ledger) == [], "it has been told"


def test_a_notice_sealed_while_it_is_withdrawn_is_superseded(ledger: Ledger, listing: int) -> None:
    """The one who withdraws waits for the one who seals, and must see what that one did."""
    notify(ledger, listing, "first")
    with ledger.write() as connection:
        [notice] = outbox.unsealed(connection, 1)
        withdrawing = threading.Thread(target=withdraw, args=(ledger, listing))
        withdrawing.start()
        outbox.seal(
            connection,
            notice,
            kind="mail",
            about="foo epel9",
            recipient="ann@example.org",
            subject="first",
            payload="{}",
            status=HELD,
            now=NOW,
        )
        withdrawing.join(timeout=0.3)
        assert withdrawing.is_alive(), "it waits"
    withdrawing.join(timeout=30)
    assert statuses(ledger) == {"first": SUPERSEDED}


def test_only_what_is_due_is_claimed_and_by_one_sender_at_a_time(ledger: Ledger, listing: int) -> None:
    notify(ledger, listing, "held")
    seal(ledger, HELD)
    assert claim(ledger) is None
    notify(ledger, listing, "due")
    seal(ledger, DUE)
    row = must_claim(ledger)
    assert (row.subject, row.attempts, row.fence) == ("due", 1, 1)
    assert claim(ledger, 59) is None
    again = must_claim(ledger, 60)
    assert (again.id, again.attempts, again.fence) == (row.id, 2, 2)


def test_a_failed_effect_is_tried_again_later_or_parked(ledger: Ledger, listing: int) -> None:
    notify(ledger, listing, "first")
    seal(ledger, DUE)
    fail(ledger, must_claim(ledger), 300)
    assert claim(ledger, 299) is None
    fail(ledger, must_claim(ledger, 300), None)
    row = one(ledger)
    assert (row.status, row.attempts, row.last_error) == (PARKED, 2, "451 later\ufffd")
    assert claim(ledger, 99999) is None


def test_who_lost_its_lease_cannot_undo_what_the_next_one_did(ledger: Ledger, listing: int) -> None:
    notify(ledger, listing, "first")
    seal(ledger, DUE)
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
    notify(ledger, listing, "first")
    seal(ledger, DUE)
    row = must_claim(ledger)
    with ledger.write() as connection:
        outbox.discard(connection, row.id)
    fail(ledger, row, 300)
    assert one(ledger).status == DISCARDED
    with ledger.write() as connection:
        outbox.mark_sent(connection, row, NOW)
    assert one(ledger).status == SENT, "but what has happened has happened"


def test_held_and_parked_effects_can_be_released_others_not(ledger: Ledger, listing: int) -> None:
    notify(ledger, listing, "first")
    seal(ledger)
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
    notify(ledger, listing, "first")
    seal(ledger, DUE)
    with ledger.write() as connection:
        row = outbox.claim_due(connection, NOW, "a sender", 60)
        assert row is not None
        outbox.mark_sent(connection, row, NOW)
    with ledger.read() as connection:
        assert outbox.spent_since(connection, NOW, NOW) == 1
        assert outbox.spent_since(connection, later(1), NOW) == 0


def test_senders_at_once_take_each_effect_once(ledger: Ledger, listing: int) -> None:
    for number in range(60):
        notify(ledger, listing, f"cause {number}")
    seal(ledger, DUE)

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


def test_tellers_at_once_seal_each_notice_once(ledger: Ledger, listing: int) -> None:
    for number in range(40):
        notify(ledger, listing, f"cause {number}")
    sealed = at_once(*[lambda: len(seal(ledger))] * 3)
    assert sum(sealed) == 40
    assert len(statuses(ledger)) == 40


def test_all_delivery_can_be_stopped_and_let_go_on(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert outbox.stopped(connection) is None
        outbox.throw_stop(connection, stop=True, by="ann", reason="a mistake", now=NOW)
    with ledger.write() as connection:
        assert outbox.stopped(connection) == Stop("ann", NOW, "a mistake")
        outbox.throw_stop(connection, stop=False, by="bob", reason="mended", now=later(1))
    with ledger.read() as connection:
        assert outbox.stopped(connection) is None
