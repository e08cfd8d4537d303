# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When people are told, whatever happens in whatever order: the rhythm of digests and reminders."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from epelbot.ledger import Ledger, listings, notices, outbox, tables
from epelbot.ledger.notices import Moment
from epelbot.policy.telling import pause_after
from tests.contract.ledgers import NOW

A_DAY = timedelta(days=1)
CAUSES = ("one", "two", "three", "four")
PEOPLE = ("ann", "bob")
#: A cause comes or is looked at again (with the days until it is due, None for never), or goes.
EVENTS = st.tuples(
    st.integers(0, 70),
    st.sampled_from(CAUSES),
    st.sampled_from(PEOPLE),
    st.one_of(st.none(), st.integers(-5, 80)),
    st.sampled_from(("stands", "stands", "changed", "happened", "goes")),
)
#: The day of a mail, whom it tells, what, and whether it is that person's digest.
Told = tuple[int, str, tuple[str, ...], bool]


def play(events: list[tuple[int, str, str, int | None, str]], days: int) -> tuple[list[Told], Ledger]:
    """Let the days pass, and send every evening what may go."""
    ledger = Ledger("sqlite://")
    ledger.create()
    with ledger.write() as connection:
        # Each person's cause is a listing of its own.
        names = [(f"{cause}-{person}", "epel9") for cause in CAUSES for person in PEOPLE]
        listings.touch(connection, names, NOW)
        numbers = {name: listings.listing_id(connection, name, "epel9") or 0 for name, _ in names}
    told: list[Told] = []
    for day in range(days):
        now = NOW + day * A_DAY
        for number, (on, cause, person, due, what) in enumerate(events):
            if on != day:
                continue
            with ledger.write() as connection:
                listing = numbers[f"{cause}-{person}"]
                if what == "goes":
                    notices.take_back(connection, notices.withdraw_others(connection, listing, (), now), now)
                    continue
                notices.notify(
                    connection,
                    cause=cause,
                    person=person,
                    listing_id=listing,
                    rule="R2",
                    data="{}",
                    now=now,
                    due=None if due is None else (now + due * A_DAY).date(),
                    at_once=what == "happened",
                    news=str(number) if what == "changed" else "",
                )
        told += _evening(ledger, day)
    return told, ledger


def _evening(ledger: Ledger, day: int) -> list[Told]:
    told: list[Told] = []
    moment = Moment(NOW + day * A_DAY)
    while True:
        with ledger.write() as connection:
            notices.let_go(connection)
            person = notices.next_person(connection, moment)
            if person is None:
                return told
            carried = notices.waiting(connection, person, moment)
            notices.seal(
                connection,
                carried,
                about="",
                recipient=person,
                subject="",
                payload="{}",
                status=outbox.DUE,
                now=moment.now,
            )
            row = outbox.claim_due(connection, moment.now, "me", 60)
            assert row is not None
            outbox.mark_sent(connection, row, moment.now)
        told.append((day, person, tuple(one.cause for one in carried.notices), carried.digest))


@settings(max_examples=25)
@given(st.lists(EVENTS, max_size=14))
def test_the_rhythm_holds_whatever_happens(events: list[tuple[int, str, str, int | None, str]]) -> None:
    told, ledger = play(events, 100)
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    digests: dict[str, list[int]] = defaultdict(list)
    for day, person, causes, digest in told:
        assert causes, "no mail is empty"
        assert len(set(causes)) == len(causes), "nothing is told twice in one mail"
        for cause in causes:
            days[cause, person].append(day)
        if digest:
            digests[person].append(day)
    for person, written in digests.items():
        assert all(late - early >= 7 for early, late in pairwise(written)), f"one digest a week for {person}"
    for (cause, person), when in days.items():
        pauses = [late - early for early, late in pairwise(when)]
        for times, pause in enumerate(pauses, 1):
            assert pause >= pause_after(times).days, f"{cause} came too soon to {person}: {when}"
    with ledger.read() as connection:
        standing = connection.execute(
            select(tables.notices).where(tables.notices.c.withdrawn_at.is_(None))
        ).all()
    for row in standing:
        assert row.told > 0, f"{row.cause} was never told to {row.person}"
        assert row.told == len(days[row.cause, row.person])
        last = days[row.cause, row.person][-1]
        if row.due_on is not None and row.due_on <= (NOW + 60 * A_DAY).date():
            assert 100 - last <= 30, (
                f"{row.cause} is overdue, and {row.person} last heard of it on day {last}"
            )
    ledger.close()
