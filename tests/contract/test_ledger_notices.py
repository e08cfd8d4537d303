# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each cause is told to each person, in one mail, as often and as early as the rhythm allows."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from epelbot.ledger import Ledger, listings, notices, outbox, tables
from epelbot.ledger.notices import Moment
from epelbot.ledger.outbox import DISCARDED, DUE, HELD, SENT, SUPERSEDED, OutboxRow
from tests.contract.ledgers import NOW, at_once, seal, tell

A_DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def listing(ledger: Ledger) -> int:
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9"), ("bar", "epel9")], NOW)
        found = listings.listing_id(connection, "foo", "epel9")
    assert found is not None
    return found


def withdraw(ledger: Ledger, listing: int, *but: str) -> None:
    with ledger.write() as connection:
        notices.lock_listings(connection, [listing])
        mails = notices.withdraw_others(connection, listing, but, NOW)
        notices.take_back(connection, mails, NOW)


def deliver(ledger: Ledger, day: float = 0) -> int:
    """Send everything that is due on that day; returns how many mails."""
    sent = 0
    while row := claim(ledger, day):
        with ledger.write() as connection:
            outbox.mark_sent(connection, row, NOW + day * A_DAY)
        sent += 1
    return sent


def claim(ledger: Ledger, day: float = 0) -> OutboxRow | None:
    with ledger.write() as connection:
        return outbox.claim_due(connection, NOW + day * A_DAY, "a sender", 60)


def send(ledger: Ledger, day: float = 0, **moment: Any) -> list[list[str]]:
    """Write and send what may go that day."""
    told = seal(ledger, DUE, NOW + day * A_DAY, **moment)
    assert deliver(ledger, day) == len(told)
    return told


def statuses(ledger: Ledger) -> dict[str, str]:
    """The status of each mail, by its subject, which is its causes."""
    with ledger.read() as connection:
        return {row.subject: row.status for row in outbox.listed(connection)}


# Once


def test_a_cause_is_told_once_to_each_person(ledger: Ledger, listing: int) -> None:
    for _ in range(3):
        tell(ledger, listing, "no final build", "ann")
        tell(ledger, listing, "no final build", "bob")
    assert send(ledger) == [["ann", "no final build"], ["bob", "no final build"]]
    tell(ledger, listing, "no final build", "ann")
    assert send(ledger) == []
    with ledger.read() as connection:
        assert outbox.counts(connection) == {SENT: 2}
        assert notices.told(connection, [listing], "R2") == {listing: {"no final build": (NOW, SENT)}}
        assert notices.told(connection, [listing], "R4") == {}
    with ledger.write() as connection:
        assert notices.lock_listings(connection, [listing, listing + 1]) == {listing}


def test_all_that_waits_for_a_person_goes_into_one_mail(ledger: Ledger, listing: int) -> None:
    for cause in ("one", "two", "three"):
        tell(ledger, listing, cause)
    assert send(ledger) == [["ann", "one", "two", "three"]]


def test_tellers_at_once_write_each_mail_once(ledger: Ledger, listing: int) -> None:
    for number in range(60):
        tell(ledger, listing, f"cause {number}", f"person {number % 20}")
    told = [one for some in at_once(*[lambda: seal(ledger, DUE)] * 3) for one in some]
    assert sorted(one[0] for one in told) == sorted(f"person {number}" for number in range(20))
    assert {len(one) for one in told} == {1 + 3}


def test_judges_and_tellers_at_once_do_not_wait_for_each_other(ledger: Ledger) -> None:
    with ledger.write() as connection:
        listings.touch(connection, [(f"p{number}", "epel9") for number in range(4)], NOW)
        numbers = [listings.listing_id(connection, f"p{number}", "epel9") or 0 for number in range(4)]

    def judge(*mine: int) -> int:
        for turn in range(12):
            with ledger.write() as connection:
                notices.lock_listings(connection, mine)
                mails: set[int] = set()
                for listing in mine:
                    for person in ("ann", "bob"):
                        notices.notify(
                            connection,
                            cause=f"{listing} {turn % 3}",
                            person=person,
                            listing_id=listing,
                            rule="R2",
                            data="{}",
                            now=NOW,
                            at_once=True,
                        )
                    mails |= notices.withdraw_others(connection, listing, [f"{listing} {turn % 3}"], NOW)
                notices.take_back(connection, mails, NOW)
        return 0

    one, two, three, four = numbers
    at_once(
        lambda: judge(four, one),
        lambda: judge(two, three),
        *[lambda: len([seal(ledger, DUE) for _ in range(10)])] * 2,
    )
    seal(ledger, DUE)
    # Of each listing one cause stands, and each person's mails tell exactly what stands.
    with ledger.read() as connection:
        open_ = connection.execute(
            select(tables.notices.c.person, tables.notices.c.cause, tables.outbox.c.status)
            .join(tables.outbox, tables.outbox.c.id == tables.notices.c.outbox_id)
            .where(tables.notices.c.withdrawn_at.is_(None))
        ).all()
    assert sorted((row.person, row.cause) for row in open_) == sorted(
        (person, f"{listing} 2") for person in ("ann", "bob") for listing in numbers
    )
    assert {row.status for row in open_} == {DUE}


# At once, and in a digest


def test_a_person_gets_one_digest_a_week_and_the_first_soon(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "monday")
    assert send(ledger) == [["ann", "monday"]]
    tell(ledger, listing, "tuesday", now=NOW + A_DAY)
    tell(ledger, listing, "friday", now=NOW + 4 * A_DAY)
    assert send(ledger, 6.9) == []
    assert send(ledger, 7) == [["ann", "tuesday", "friday"]]


def test_what_is_due_within_14_days_or_has_happened_goes_at_once(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "any time")
    assert send(ledger) == [["ann", "any time"]]
    tell(ledger, listing, "far", due=TODAY + 16 * A_DAY, now=NOW + A_DAY)
    tell(ledger, listing, "near", due=TODAY + 15 * A_DAY, now=NOW + A_DAY)
    tell(ledger, listing, "happened", at_once=True, now=NOW + A_DAY)
    assert send(ledger, 1) == [["ann", "near", "happened"]]
    assert send(ledger, 2) == [["ann", "far"]], "by now it is near too"


def test_what_goes_at_once_uses_up_no_digest(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "near", due=TODAY)
    assert send(ledger) == [["ann", "near"]]
    tell(ledger, listing, "any time", now=NOW + A_DAY)
    assert send(ledger, 1) == [["ann", "any time"]]


def test_a_digest_that_waits_to_be_sent_is_the_digest_of_its_week(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "first")
    assert seal(ledger, DUE) == [["ann", "first"]]
    tell(ledger, listing, "second")
    assert seal(ledger, DUE, NOW + 20 * A_DAY) == []
    deliver(ledger, 20)
    assert seal(ledger, DUE, NOW + 26 * A_DAY) == []
    assert seal(ledger, DUE, NOW + 27 * A_DAY) == [["ann", "second"]]


def test_what_is_learnt_one_after_the_other_is_gathered_into_one_mail(ledger: Ledger, listing: int) -> None:
    gather = timedelta(minutes=30)
    for minute in range(0, 100, 20):
        tell(ledger, listing, f"minute {minute}", now=NOW + timedelta(minutes=minute))
        assert send(ledger, (minute + 10) / 1440, gather=gather) == []
    assert len(send(ledger, 111 / 1440, gather=gather)) == 1
    for hour in range(26):
        tell(ledger, listing, f"hour {hour}", "bob", now=NOW + timedelta(hours=hour))
    assert len(send(ledger, 25 / 24, gather=timedelta(hours=2))) == 1, "but nobody waits longer than a day"


def test_a_muted_person_gets_what_the_policy_demands_once(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "a step", due=TODAY)
    tell(ledger, listing, "a violation", rule="V1", at_once=True, due=TODAY)
    assert send(ledger, muted=("ann",)) == [["ann", "a violation"]]
    assert send(ledger, 60, muted=("ann",)) == []
    assert send(ledger, 60) == [["ann", "a step", "a violation"]]


# Again


def test_reminders_come_after_pauses_that_double_and_never_more_than_30_days(
    ledger: Ledger, listing: int
) -> None:
    tell(ledger, listing, "overdue", due=TODAY - A_DAY)
    days = [day for day in range(150) if send(ledger, day)]
    assert days == [0, 7, 21, 49, 79, 109, 139]


def test_nobody_is_reminded_while_nothing_is_due_and_nothing_changed(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "any time", news="a")
    tell(ledger, listing, "far", due=TODAY + 100 * A_DAY)
    assert send(ledger) == [["ann", "any time", "far"]]
    days = [day for day in range(1, 70) if send(ledger, day)]
    assert days == []
    assert send(ledger, 70) == [["ann", "far"]]
    tell(ledger, listing, "any time", news="b", now=NOW + 71 * A_DAY)
    assert send(ledger, 71) == []
    assert send(ledger, 77) == [["ann", "any time"]], "with the next digest"
    assert [day for day in range(78, 84) if send(ledger, day)] == []


def test_what_is_told_once_is_never_told_again(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "it has happened", at_once=True, once=True, due=TODAY, news="a")
    assert len(send(ledger)) == 1
    tell(ledger, listing, "it has happened", at_once=True, once=True, due=TODAY, news="b")
    assert [day for day in range(1, 90) if send(ledger, day)] == []


def test_reminders_end_when_the_cause_has_gone(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "overdue", due=TODAY)
    assert len(send(ledger)) == 1
    withdraw(ledger, listing)
    assert [day for day in range(1, 90) if send(ledger, day)] == []
    tell(ledger, listing, "overdue", due=TODAY, now=NOW + 90 * A_DAY)
    assert send(ledger, 90) == [["ann", "overdue"]], "and go on when it comes back"


def test_a_reminder_that_waits_to_be_sent_is_not_written_again(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "overdue", due=TODAY)
    send(ledger)
    assert len(seal(ledger, DUE, NOW + 7 * A_DAY)) == 1
    assert seal(ledger, DUE, NOW + 100 * A_DAY) == []


def test_a_mail_that_was_sent_twice_counts_once(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "overdue", due=TODAY)
    seal(ledger, DUE)
    row = claim(ledger)
    assert row is not None
    for _ in range(2):
        with ledger.write() as connection:
            outbox.mark_sent(connection, row, NOW)
    assert [day for day in range(1, 22) if send(ledger, day)] == [7, 21]


# Held, and taken back


def test_while_mail_is_held_a_person_has_one_draft_that_is_kept_up_to_date(
    ledger: Ledger, listing: int
) -> None:
    tell(ledger, listing, "first")
    seal(ledger)
    tell(ledger, listing, "second")
    seal(ledger)
    assert statuses(ledger) == {"first": SUPERSEDED, "first + second": HELD}
    withdraw(ledger, listing, "second")
    assert statuses(ledger) == {"first": SUPERSEDED, "first + second": SUPERSEDED}
    seal(ledger)
    assert statuses(ledger)["second"] == HELD


def test_a_held_mail_is_superseded_when_its_cause_goes_and_comes_back_with_it(
    ledger: Ledger, listing: int
) -> None:
    tell(ledger, listing, "first")
    seal(ledger)
    withdraw(ledger, listing)
    assert statuses(ledger) == {"first": SUPERSEDED}
    tell(ledger, listing, "first", data='{"n":2}')
    assert seal(ledger) == [["ann", "first"]]
    assert statuses(ledger) == {"first": HELD}
    with ledger.read() as connection:
        [row] = outbox.listed(connection)
    assert row.payload == '{"n":2}', "in today's words"


def test_sending_leaves_drafts_to_the_person_who_holds_them(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "held")
    seal(ledger)
    tell(ledger, listing, "new")
    assert send(ledger) == [["ann", "new"]]
    assert statuses(ledger) == {"held": HELD, "new": SENT}


def test_a_draft_that_is_released_goes_as_it_is(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "first")
    seal(ledger)
    with ledger.write() as connection:
        [row] = outbox.listed(connection)
        outbox.release(connection, row.id, NOW)
    tell(ledger, listing, "second")
    seal(ledger)
    assert statuses(ledger) == {"first": DUE, "second": HELD}


def test_what_a_person_discards_is_not_told_again(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "first", due=TODAY)
    seal(ledger)
    with ledger.write() as connection:
        [row] = outbox.listed(connection)
        outbox.discard(connection, row.id)
    tell(ledger, listing, "first", due=TODAY, news="other")
    assert [day for day in range(1, 60) if seal(ledger, HELD, NOW + day * A_DAY)] == []
    assert statuses(ledger) == {"first": DISCARDED}


def test_when_one_of_several_causes_goes_the_others_are_told_in_another_mail(
    ledger: Ledger, listing: int
) -> None:
    tell(ledger, listing, "first")
    tell(ledger, listing, "second")
    seal(ledger, DUE)
    withdraw(ledger, listing, "second")
    assert send(ledger) == [["ann", "second"]]
    assert statuses(ledger) == {"first + second": SUPERSEDED, "second": SENT}
    tell(ledger, listing, "first")
    assert send(ledger, 6) == []
    assert send(ledger, 7) == [["ann", "first"]]


def test_what_is_sent_or_on_its_way_is_not_taken_back(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "sent", "ann")
    send(ledger)
    tell(ledger, listing, "on its way", "bob")
    seal(ledger, DUE)
    assert claim(ledger) is not None
    tell(ledger, listing, "waiting", "cleo")
    seal(ledger, DUE)
    withdraw(ledger, listing)
    assert statuses(ledger) == {"sent": SENT, "on its way": DUE, "waiting": SUPERSEDED}


def test_a_mail_whose_sender_died_may_have_gone_and_is_not_taken_back(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "first")
    seal(ledger, DUE)
    assert claim(ledger) is not None
    with ledger.write() as connection:
        mails = notices.withdraw_others(connection, listing, (), NOW + A_DAY)
        notices.take_back(connection, mails, NOW + A_DAY)
    assert statuses(ledger) == {"first": DUE}


def test_a_notice_that_is_put_off_comes_back_with_its_cause(ledger: Ledger, listing: int) -> None:
    tell(ledger, listing, "first")
    with ledger.write() as connection:
        person = notices.next_person(connection, Moment(NOW))
        assert person == "ann"
        [notice] = notices.waiting(connection, person, Moment(NOW)).notices
        notices.withdraw(connection, notice, NOW)
    assert send(ledger) == []
    tell(ledger, listing, "first")
    assert send(ledger) == [["ann", "first"]]


def test_a_notice_sealed_while_it_is_withdrawn_is_superseded(ledger: Ledger, listing: int) -> None:
    """The one who withdraws waits for the one who seals, and must see what that one did."""
    tell(ledger, listing, "first")
    with ledger.write() as connection:
        carried = notices.waiting(connection, "ann", Moment(NOW))
        withdrawing = threading.Thread(target=withdraw, args=(ledger, listing))
        withdrawing.start()
        notices.seal(
            connection,
            carried,
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
