# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar's words in the ledger, on both engines."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

from epelbot.domain.calendar_words import ENDOFLIFE, PERSON, Event, Kind, Word
from epelbot.domain.lifetime import EndedBy, Lifetime
from epelbot.domain.retirement import State
from epelbot.ledger import Ledger, calendar_words, listings
from epelbot.ledger.listings import Judged
from tests.contract.ledgers import EPEL9, NOW, at_once, excuse, later

OUT = Word(Event(Kind.GA, 9, 9), date(2026, 11, 20), ENDOFLIFE, NOW)
SAID = (
    OUT,
    Word(Event(Kind.BRANCHING, 10, 2), date(2026, 3, 3), PERSON, later(1), "ann", "seen\non the list"),
    Word(Event(Kind.END, 9), date(2032, 5, 31), ENDOFLIFE, later(2)),
    Word(Event(Kind.FINAL, 9, 10), None, PERSON, later(3), "ann", "it is said"),
    Word(Event(Kind.FINAL, 9), None, PERSON, later(4), "ann", "it was not so"),
)


def add(ledger: Ledger, *words: Word) -> int:
    with ledger.write() as connection:
        calendar_words.hold(connection)
        calendar_words.add(connection, words)
        return calendar_words.version(connection)


def test_words_come_back_as_they_were_said_oldest_first(ledger: Ledger) -> None:
    add(ledger, *SAID[:2])
    add(ledger, *SAID[2:])
    with ledger.read() as connection:
        assert calendar_words.words(connection) == SAID


def test_the_version_changes_with_words_and_with_nothing_else(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert calendar_words.version(connection) == 0
    assert add(ledger) == 0
    assert add(ledger, OUT) == 1
    assert add(ledger) == 1
    assert add(ledger, *SAID) == 2


def test_who_holds_the_calendar_sees_all_that_others_added(ledger: Ledger) -> None:
    barrier = threading.Barrier(4)

    def add_one() -> int:
        barrier.wait(30)
        with ledger.write() as connection:
            calendar_words.hold(connection)
            before = len(calendar_words.words(connection))
            calendar_words.add(connection, [OUT])
            return before

    assert sorted(at_once(*[add_one] * 4)) == [0, 1, 2, 3]


def test_excuses_are_read_with_their_commitment_whatever_else_is_in_them(ledger: Ledger) -> None:
    clock = Lifetime(
        EPEL9,
        entered=date(2026, 2, 1),
        as_of=NOW.date(),
        ends=date(2027, 3, 1),
        by=EndedBy.MONTHS,
        first_whole_minor="9.8",
        projected=False,
        latest=date(2027, 3, 1),
        overdue=False,
        over=False,
        minor_rule_ends=None,
        months_rule_ends=date(2027, 3, 1),
        closing_minor="9.9",
        end_of_life=date(2032, 5, 31),
    )
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9"), ("bar", "epel8"), ("never-judged", "epel9")], NOW)
        for lease in listings.claim(connection, NOW, "a worker", 60, limit=3):
            if lease.package != "never-judged":
                said = excuse(lease.package, state=State.ANNOUNCED if lease.package == "foo" else None)
                kept = said if lease.package == "bar" else replace(said, lifetime=clock)
                listings.keep(connection, [Judged(lease, kept, None, "old")], now=NOW)
        (foo,) = calendar_words.judged(connection, ["epel9"])
        (bar,) = calendar_words.judged(connection, ["epel8"])
        assert foo.lifetime is not None
        assert (foo.package, foo.state, foo.lifetime["ends"]) == ("foo", "announced", "2027-03-01")
        assert (bar.package, bar.collection, bar.state, bar.lifetime) == ("bar", "epel8", None, None)


def test_excuses_of_a_basis_can_count_for_another(ledger: Ledger) -> None:
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9"), ("bar", "epel9")], NOW)
        for basis in ("old", "older"):
            (lease,) = listings.claim(connection, NOW, "a worker", 60, limit=1)
            listings.keep(connection, [Judged(lease, excuse(lease.package), None, basis)], now=NOW)
        calendar_words.count_for(connection, "old", "new")
        assert listings.make_due(connection, NOW, bases=["new", "older"]) == 0
        assert listings.make_due(connection, NOW, bases=["new"]) == 1
