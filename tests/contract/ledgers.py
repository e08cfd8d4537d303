# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ledgers to test with, and things to put into them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import text

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import BuildTagged, Fact, Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.post import Post
from epelbot.domain.retirement import Retirement, State, Steps
from epelbot.domain.verdict import Finding, Verdict
from epelbot.ledger import Ledger, migrate, notices, outbox
from epelbot.ledger.notices import Moment
from epelbot.ledger.tables import metadata

T = TypeVar("T")

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EPEL9 = Collection.parse("epel9")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def wipe(ledger: Ledger) -> None:
    """Forget everything but the tables."""
    with ledger.write() as connection:
        if ledger.is_sqlite:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        else:
            # Many rows may be left of another test, and each deleted one would be looked for in others.
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names}"))


def drop_everything(ledger: Ledger) -> None:
    """A PostgreSQL database as it was when it was made."""
    with ledger.write() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def clean(ledger: Ledger) -> Ledger:
    """The ledger with all tables and no row, whatever was there before."""
    if migrate.status(ledger).up_to_date:
        wipe(ledger)
        return ledger
    if not ledger.is_sqlite:
        drop_everything(ledger)
    migrate.upgrade(ledger)
    return ledger


def tell(ledger: Ledger, listing: int, cause: str, person: str = "ann", **changed: Any) -> None:
    """Write a notice of rule R2; ``changed`` are arguments of `notices.notify`."""
    given: dict[str, Any] = {"rule": "R2", "data": "{}", "now": NOW} | changed
    with ledger.write() as connection:
        notices.notify(connection, cause=cause, person=person, listing_id=listing, **given)


def seal(ledger: Ledger, status: str = outbox.HELD, at: datetime = NOW, **moment: Any) -> list[list[str]]:
    """Write all mails that may be written then; returns the causes in each, and its person first.

    A mail's subject is its causes. ``moment`` are fields of `Moment`; what is ``held`` are drafts.
    """
    look = Moment(at, drafts=status == outbox.HELD, **moment)
    told: list[list[str]] = []
    while True:
        with ledger.write() as connection:
            notices.let_go(connection)
        with ledger.write() as connection:
            person = notices.next_person(connection, look)
            if person is None:
                return told
            carried = notices.waiting(connection, person, look)
            causes = [notice.cause for notice in carried.notices]
            notices.seal(
                connection,
                carried,
                about="foo epel9",
                recipient=f"{person}@example.org",
                subject=" + ".join(causes),
                payload="|".join(notice.data for notice in carried.notices),
                status=status,
                now=at,
            )
        told.append([person, *causes])


def at_once(*work: Callable[[], T]) -> list[T]:
    """Do all of it in threads of their own; raises what one of them raised."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(each) for each in work]]


def tagged(nvr: str = "foo-1-1.el9", package: str = "foo", **changed: Any) -> Recorded:
    """Evidence that a build entered epel9; ``changed`` are fields of `Recorded`."""
    return recorded(BuildTagged(nvr, "epel9", untagged=False), package, **changed)


def recorded(fact: Fact, package: str | None = "foo", **changed: Any) -> Recorded:
    """Evidence of a fact; ``changed`` are fields of `Recorded`."""
    return replace(Recorded(fact, package, 9, "bus", NOW, NOW), **changed)


def excuse(package: str = "foo", verdict: Verdict = Verdict.OK, state: State | None = None) -> Excuse:
    steps = Steps(announced=True, final_build=False, in_updates=False, release_manager_told=False)
    return Excuse(
        package,
        EPEL9,
        date(2026, 11, 23),
        verdict,
        (Finding("L1", verdict, "ten months", "thirteen months"),),
        retirement=None if state is None else Retirement(state, steps),
    )


def post(**changed: Any) -> Post:
    """A post that starts a retirement; ``changed`` are fields of `Post`."""
    told = Post("epel-devel", "one@example.org", "Retiring foo from EPEL 9", "Ann <ann@example.org>", NOW)
    return replace(told, **changed)
