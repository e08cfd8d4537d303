# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence is kept once per fact, the same in whatever order and however often it comes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import AccessSeen, LookedUp, Pushed, Recorded, Synced
from epelbot.domain.people import PackageAccess
from epelbot.ledger import Ledger, evidence, tables
from epelbot.ledger.evidence import Syncs
from tests.contract.ledgers import NOW, at_once, later, recorded, tagged

EPEL9, EPEL10 = Collection.parse("epel9"), Collection.parse("epel10")


def add(ledger: Ledger, *told: Recorded) -> None:
    with ledger.write() as connection:
        evidence.add(connection, told)


def forget(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(tables.evidence.delete())


def about(ledger: Ledger, package: str, major: int) -> list[Recorded]:
    with ledger.read() as connection:
        return evidence.about_listing(connection, package, major)


def rows(ledger: Ledger) -> list[dict[str, Any]]:
    """All evidence, without the numbers that tell when each row came in."""
    with ledger.read() as connection:
        found = connection.execute(select(tables.evidence).order_by(tables.evidence.c.key)).mappings()
        return [{name: value for name, value in row.items() if name != "id"} for row in found]


def test_what_is_known_of_a_listing_is_its_majors_and_what_concerns_all_branches(ledger: Ledger) -> None:
    owner = AccessSeen(PackageAccess("ann"))
    add(
        ledger,
        tagged("foo-2-1.el9", happened_at=later(5)),
        tagged("foo-1-1.el9"),
        tagged("foo-1-1.el8", major=8),
        tagged("bar-1-1.el9", package="bar"),
        recorded(owner, major=None, happened_at=later(3)),
    )
    facts = [one.fact for one in about(ledger, "foo", 9)]
    assert facts == [tagged("foo-1-1.el9").fact, owner, tagged("foo-2-1.el9").fact]


def test_a_fact_comes_back_as_it_was_told(ledger: Ledger) -> None:
    pushed = Pushed("epel9", "abc", "ann", "added", text="Retire: it's a NUL \0 and “quotes”")
    told = recorded(pushed, source="koji", happened_at=later(-100), learnt_at=later(1), confirmed_at=later(2))
    add(ledger, told)
    assert about(ledger, "foo", 9) == [told]


def test_told_again_it_is_confirmed_and_its_earliest_time_stays(ledger: Ledger) -> None:
    asked = recorded(LookedUp("tag-history"), source="koji")
    add(ledger, asked)
    add(ledger, replace(asked, happened_at=later(60), learnt_at=later(60)))
    add(ledger, replace(asked, happened_at=later(-60), learnt_at=later(30)))
    [kept] = about(ledger, "foo", 9)
    assert (kept.happened_at, kept.learnt_at, kept.confirmed_at) == (later(-60), NOW, later(60))


def test_of_two_tellings_the_fuller_one_stays(ledger: Ledger) -> None:
    """A short name is more than no name, though JSON's null is longer."""
    bare = recorded(Pushed("epel9", "abc", "releng", "added"), learnt_at=later(1))
    full = recorded(Pushed("epel9", "abc", "releng", "added", author="a"), learnt_at=later(2))
    for told in ([bare, full], [full, bare]):
        forget(ledger)
        for one in told:
            add(ledger, one)
        assert [one.fact for one in about(ledger, "foo", 9)] == [full.fact]


def test_syncs_of_a_stable_repository_come_oldest_first(ledger: Ledger) -> None:
    def sync(release: str, major: int, at: float, *, testing: bool = False) -> Recorded:
        return recorded(Synced(release, testing=testing), None, major=major, happened_at=later(at))

    add(
        ledger,
        sync("epel9", 9, 10),
        sync("epel9", 9, -10),
        sync("epel9", 9, 5, testing=True),
        sync("epel8", 8, 0),
        tagged(),
    )
    with ledger.read() as connection:
        assert Syncs().of(connection, {EPEL9: "epel9"}) == {EPEL9: (later(-10), later(10))}


def test_the_mirrors_may_name_the_leading_collection_by_minor_or_major(ledger: Ledger) -> None:
    for at, name in enumerate(("epel10.1", "epel10", "epel10.0")):
        sync = Synced(name, testing=False)
        add(ledger, recorded(sync, None, major=10, happened_at=later(at)))
    with ledger.read() as connection:
        found = Syncs().of(connection, {EPEL10: "epel10.1"})
    assert found == {EPEL10: (later(0), later(1))}


def test_who_asked_for_the_syncs_before_sees_the_ones_that_came_since_and_loses_those_that_went(
    ledger: Ledger,
) -> None:
    synced = Syncs()

    def seen() -> dict[Collection, tuple[datetime, ...]]:
        with ledger.read() as connection:
            return synced.of(connection, {EPEL9: "epel9", EPEL10: "epel10.1"})

    assert seen() == {EPEL9: (), EPEL10: ()}
    add(ledger, recorded(Synced("epel9", testing=False), None, major=9, happened_at=later(5)))
    assert seen() == seen() == {EPEL9: (later(5),), EPEL10: ()}
    # It happened before the other, was learnt later, and is told twice.
    for _ in range(2):
        add(ledger, recorded(Synced("epel9", testing=False), None, major=9, happened_at=later(1)))
    add(ledger, recorded(Synced("epel10", testing=False), None, major=10, happened_at=later(2)))
    assert seen() == {EPEL9: (later(1), later(5)), EPEL10: (later(2),)}
    forget(ledger)
    assert seen() == {EPEL9: (), EPEL10: ()}


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        add(ledger, tagged(happened_at=NOW.replace(tzinfo=None)))
    assert rows(ledger) == []


def test_a_package_with_nul_in_its_name_is_refused_on_both_engines(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="with NUL"):
        add(ledger, tagged(package="foo\0bar"))
    assert rows(ledger) == []


TIMES = st.integers(-3, 3).map(later)
TELLINGS = st.builds(
    recorded,
    st.sampled_from(
        [
            LookedUp("tag-history"),
            LookedUp("access"),
            AccessSeen(PackageAccess("ann")),
            AccessSeen(PackageAccess("bob")),
            Pushed("epel9", "abc", "ann", "added"),
            Pushed("epel9", "abc", "ann", "added", author="ann"),
            Pushed("epel9", "abc", "ann", "added", author="bob"),
            Pushed("epel9", "abc", "ann", "added", text="Retire"),
        ]
    ),
    source=st.sampled_from(["bus", "koji"]),
    happened_at=TIMES,
    learnt_at=TIMES,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each example is many transactions; how small a failing one gets matters less than the time.
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(st.data())
def test_any_order_any_batches_and_any_repetition_leave_the_same_rows(
    ledger: Ledger, data: st.DataObject
) -> None:
    told: Sequence[Recorded] = data.draw(st.lists(TELLINGS, max_size=8))
    forget(ledger)
    add(ledger, *told)
    once = rows(ledger)
    forget(ledger)
    shuffled = data.draw(st.permutations([*told, *told]))
    cut = data.draw(st.integers(0, len(shuffled)))
    add(ledger, *shuffled[:cut])
    for one in shuffled[cut:]:
        add(ledger, one)
    assert rows(ledger) == once
    assert len(once) == len({one.key for one in told})


def test_workers_with_overlapping_batches_do_not_wait_for_each_other(ledger: Ledger) -> None:
    told = [tagged(f"foo-{number}-1.el9") for number in range(300)]
    meet = threading.Barrier(3, timeout=30)

    def work(mine: Sequence[Recorded]) -> None:
        for _ in range(4):
            meet.wait()
            add(ledger, *mine)

    at_once(lambda: work(told), lambda: work(told[::-1]), lambda: work(told[150:] + told[:150]))
    assert len(about(ledger, "foo", 9)) == 300
