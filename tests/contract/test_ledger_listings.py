# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A listing that is due is judged by one worker at a time, from all that is known of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import select

from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.errors import BadInput
from epelbot.ledger import Ledger, listings, tables
from epelbot.ledger.listings import Judged, Lease
from tests.contract.ledgers import EPEL9, NOW, at_once, excuse, later


def touch(ledger: Ledger, *packages: str, at: datetime = NOW, whole: Sequence[str] = ()) -> None:
    with ledger.write() as connection:
        listings.touch(connection, [(package, "epel9") for package in packages], at, whole=whole)


def claim(ledger: Ledger, at: datetime = NOW, seconds: int = 60) -> Lease | None:
    with ledger.write() as connection:
        return next(iter(listings.claim(connection, at, "a worker", seconds)), None)


def must_claim(ledger: Ledger, at: datetime = NOW) -> Lease:
    lease = claim(ledger, at)
    assert lease is not None
    return lease


def holds(ledger: Ledger, lease: Lease) -> bool:
    with ledger.write() as connection:
        return lease.listing_id in listings.still_held(connection, [lease])


def judge(
    ledger: Ledger,
    lease: Lease,
    verdict: Verdict = Verdict.OK,
    state: State | None = None,
    *,
    due_at: datetime | None = None,
    basis: str = "rules",
) -> bool:
    """Keep a judgement if the lease still holds; returns whether it did."""
    with ledger.write() as connection:
        if lease.listing_id not in listings.still_held(connection, [lease]):
            return False
        said = Judged(lease, excuse(lease.package, verdict, state), due_at, basis)
        listings.keep(connection, [said], now=NOW)
    return True


def due(ledger: Ledger, at: datetime = NOW) -> int:
    with ledger.read() as connection:
        return listings.how_many_due(connection, at)


def test_a_touched_listing_exists_and_is_due(ledger: Ledger) -> None:
    with ledger.write() as connection:
        listings.touch(
            connection, [("foo", "epel9"), ("foo", "epel10.1"), ("foo", "epel10"), ("bar", "epel9")], NOW
        )
    with ledger.read() as connection:
        assert listings.packages(connection) == {"foo", "bar"}
        assert listings.of_package(connection, "foo") == ["epel9", "epel10", "epel10.1"]
        assert listings.how_many(connection) == 4
        assert listings.listing_id(connection, "bar", "epel9") is not None
        assert listings.listing_id(connection, "bar", "epel8") is None
    assert due(ledger) == 4
    assert due(ledger, later(-1)) == 0


def test_what_has_been_due_longest_comes_first(ledger: Ledger) -> None:
    touch(ledger, "second", at=later(-5))
    touch(ledger, "first", at=later(-9))
    touch(ledger, "third", at=later(-1))
    touch(ledger, "first", at=NOW)  # touched again, it keeps its place
    order = [must_claim(ledger).package for _ in range(3)]
    assert order == ["first", "second", "third"]
    assert claim(ledger) is None


def test_a_judgement_is_kept_and_the_listing_due_again_when_it_says_so(ledger: Ledger) -> None:
    touch(ledger, "foo")
    assert judge(ledger, must_claim(ledger), Verdict.WAIT, State.ANNOUNCED, due_at=later(100))
    with ledger.read() as connection:
        kept = connection.execute(select(tables.excuses)).one()
        assert (kept.judged_at, kept.generation, kept.basis) == (NOW, 1, "rules")
        said = excuse("foo", Verdict.WAIT, State.ANNOUNCED)
        assert listings.open_retirements(connection, "epel9") == [said]
        assert listings.open_retirements(connection, "epel8") == []
    assert claim(ledger, later(99)) is None
    assert must_claim(ledger, later(100)).package == "foo"


def test_history_gets_a_line_when_the_excuse_says_something_new(ledger: Ledger) -> None:
    for verdict in (Verdict.WAIT, Verdict.WAIT, Verdict.OK):
        touch(ledger, "foo")
        assert judge(ledger, must_claim(ledger), verdict)
    with ledger.read() as connection:
        query = select(tables.excuse_history.c.verdict).order_by(tables.excuse_history.c.id)
        assert list(connection.scalars(query)) == ["wait", "ok"]


def test_an_excuse_that_an_older_epelbot_wrote_is_replaced_all_the_same(ledger: Ledger) -> None:
    touch(ledger, "foo")
    assert judge(ledger, must_claim(ledger))
    with ledger.write() as connection:
        connection.execute(tables.excuses.update().values(data='{"once":"otherwise"}'))
    touch(ledger, "foo")
    assert judge(ledger, must_claim(ledger), state=State.ANNOUNCED)
    with ledger.read() as connection:
        assert listings.open_retirements(connection, "epel9") == [excuse(state=State.ANNOUNCED)]


def test_several_judgements_are_kept_at_once_and_those_with_news_are_not(ledger: Ledger) -> None:
    touch(ledger, "first", "second", "third")
    with ledger.write() as connection:
        leases = listings.claim(connection, NOW, "a worker", 60, limit=2)
    assert [one.package for one in leases] == ["first", "second"]
    assert must_claim(ledger).package == "third", "what is leased is not given twice"
    touch(ledger, "second")
    with ledger.write() as connection:
        held = listings.still_held(connection, leases)
        assert held == {leases[0].listing_id}
        kept = [Judged(one, excuse(one.package), None, "rules") for one in leases if one.listing_id in held]
        listings.keep(connection, kept, now=NOW)
    with ledger.read() as connection:
        assert list(connection.scalars(select(tables.excuses.c.listing_id))) == [leases[0].listing_id]


def test_nobody_else_gets_a_leased_listing_until_the_lease_ends(ledger: Ledger) -> None:
    touch(ledger, "foo")
    lease = must_claim(ledger)
    assert claim(ledger, later(59)) is None
    assert holds(ledger, lease)
    taken_over = must_claim(ledger, later(60))
    assert taken_over.fence == lease.fence + 1
    assert holds(ledger, taken_over)
    assert not judge(ledger, lease), "who overslept its lease can't write"
    with ledger.write() as connection:
        listings.give_back(connection, lease, due_at=later(900), error="too late")
    assert holds(ledger, taken_over)
    assert due(ledger, later(61)) == 1, "nor give back what is another's"


def test_what_arrives_while_judging_makes_the_judgement_start_again(ledger: Ledger) -> None:
    touch(ledger, "foo")
    lease = must_claim(ledger)
    touch(ledger, "foo")
    assert not judge(ledger, lease)
    with ledger.write() as connection:
        listings.give_back(connection, lease, due_at=NOW)
    again = must_claim(ledger)
    assert again.generation == lease.generation + 1
    assert judge(ledger, again)
    assert due(ledger) == 0


def test_a_failure_pauses_a_listing_but_not_what_arrived_meanwhile(ledger: Ledger) -> None:
    touch(ledger, "foo", "bar")
    bar, foo = must_claim(ledger), must_claim(ledger)
    if bar.package == "foo":
        bar, foo = foo, bar
    touch(ledger, "foo", at=later(1))
    with ledger.write() as connection:
        for lease in (foo, bar):
            listings.give_back(connection, lease, due_at=later(600), error="a fault\0")
    again = must_claim(ledger, later(2))
    assert (again.package, again.attempts) == ("foo", 1)
    assert claim(ledger, later(2)) is None
    assert must_claim(ledger, later(600)).package in {"bar", "foo"}


def test_a_sync_makes_open_retirements_due_and_running_judgements_start_again(ledger: Ledger) -> None:
    touch(ledger, "open", "quiet")
    states = {"open": State.ANNOUNCED, "quiet": None}
    for _ in range(2):
        lease = must_claim(ledger)
        assert judge(ledger, lease, state=states[lease.package])
    touch(ledger, "running")
    running = must_claim(ledger)
    with ledger.write() as connection:
        listings.touch(connection, (), NOW, whole=["epel9"])
    assert not holds(ledger, running)
    assert must_claim(ledger).package == "open"
    assert claim(ledger) is None


def test_a_sync_of_another_collection_disturbs_nobody(ledger: Ledger) -> None:
    touch(ledger, "foo")
    lease = must_claim(ledger)
    with ledger.write() as connection:
        listings.touch(connection, (), NOW, whole=["epel8"])
    assert judge(ledger, lease)


def test_on_postgresql_a_judgement_does_not_wait_for_a_sync_that_is_being_written(
    postgresql_ledger: Ledger,
) -> None:
    """It starts again: whoever writes the sync will want the listing that the judge has locked."""
    ledger = postgresql_ledger
    touch(ledger, "foo")
    lease = must_claim(ledger)
    with ledger.write() as syncing:
        listings.touch(syncing, (), NOW, whole=["epel9"])
        assert not holds(ledger, lease)
    assert not holds(ledger, lease)


def test_judged_by_other_rules_it_is_due_again(ledger: Ledger) -> None:
    touch(ledger, "old", "new", "failing")
    for lease in [must_claim(ledger) for _ in range(3)]:
        assert judge(ledger, lease, basis="new rules" if lease.package == "new" else "old rules")
    touch(ledger, "failing")
    failing = must_claim(ledger)
    with ledger.write() as connection:
        listings.give_back(connection, failing, due_at=later(600), error="a fault")
        assert listings.make_due(connection, NOW, bases=["new rules", "newer rules"]) == 1
        assert listings.make_due(connection, NOW, bases=["new rules", "newer rules"]) == 0
    assert must_claim(ledger).package == "old"
    assert claim(ledger) is None


def test_a_new_leading_minor_makes_the_whole_major_due(ledger: Ledger) -> None:
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel10"), ("foo", "epel10.1"), ("foo", "epel9")], NOW)
    leases = [must_claim(ledger) for _ in range(3)]
    with ledger.write() as connection:
        listings.make_major_due(connection, 10, NOW)
    assert {lease.collection.name for lease in leases if holds(ledger, lease)} == {"epel9"}


def test_a_person_who_waits_takes_the_lease_from_a_worker(ledger: Ledger) -> None:
    touch(ledger, "foo")
    worker = must_claim(ledger)
    with ledger.write() as connection:
        person = listings.lease_by_name(connection, "foo", EPEL9, until=later(30))
    assert claim(ledger, later(29)) is None, "nor may another worker take it from the person"
    assert not judge(ledger, worker)
    assert judge(ledger, person)
    with ledger.write() as connection, pytest.raises(BadInput, match="nothing is not known"):
        listings.lease_by_name(connection, "nothing", EPEL9)


def test_the_branch_of_a_tag_is_what_was_told_last_in_whatever_order(ledger: Ledger) -> None:
    def told(branch: str, days: int, state: str | None = None) -> bool:
        with ledger.write() as connection:
            return listings.learn_release(connection, "epel10.1", branch, state, later(days * 86400))

    assert told("epel10", 1, "current")
    assert not told("epel10", 3)
    assert not told("epel10.1", 2), "older than what is known"
    assert told("epel10.1", 5)
    assert not told("epel10", 4), "an old message, delivered late"
    with ledger.read() as connection:
        assert listings.branches_of_tags(connection) == {"epel10.1": "epel10.1"}
        assert connection.scalar(select(tables.releases.c.state)) == "current"


def test_four_workers_judge_two_hundred_listings_once_each(ledger: Ledger) -> None:
    touch(ledger, *(f"package-{number}" for number in range(200)))

    def work() -> list[str]:
        done: list[str] = []
        while lease := claim(ledger):
            assert judge(ledger, lease)
            done.append(lease.package)
        return done

    by_worker = at_once(*[work] * 4)
    judged = Counter(package for done in by_worker for package in done)
    assert len(judged) == 200
    assert set(judged.values()) == {1}
    with ledger.read() as connection:
        assert connection.scalar(select(tables.listings.c.fence).distinct()) == 1


def test_recorders_and_judges_at_once_lose_nothing_and_never_deadlock(ledger: Ledger) -> None:
    """Whatever was touched last has been judged from its last generation when all is quiet."""
    packages = [f"package-{number}" for number in range(12)]
    finished: list[Sequence[str]] = []

    def record(order: Sequence[str]) -> None:
        try:
            for turn in range(20):
                whole = ["epel9"] if turn % 5 == 0 else []
                touch(ledger, *order[turn % 6 :], whole=whole)
        finally:
            finished.append(order)

    def work() -> None:
        while True:
            recorded_all = len(finished) == 2
            lease = claim(ledger)
            if lease is None:
                if recorded_all:
                    return
                time.sleep(0.002)
            elif not judge(ledger, lease, state=State.ANNOUNCED):
                with ledger.write() as connection:
                    listings.give_back(connection, lease, due_at=NOW)

    at_once(lambda: record(packages), lambda: record(packages[::-1]), work, work)
    with ledger.read() as connection:
        rows = list(connection.execute(select(tables.listings)))
    assert len(rows) == 12
    assert all(row.judged_generation == row.generation and row.due_at is None for row in rows)
