# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked all the time is answered from an index, however much is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from epelbot.ledger import Ledger, evidence, inbox, listings, notices, outbox, posts, tables
from epelbot.ledger.codec import encode
from epelbot.ledger.notices import Moment
from tests.contract.ledgers import NOW, clean, later, post

ROWS = 8_000
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def years(listing: int) -> Iterator[tuple[sa.Table, Callable[[int], dict[str, Any]]]]:
    """Each table as it is after years, row by row: nearly everything done, one in a thousand left to do."""
    idle = {"attempts": 0, "fence": 1}
    yield (
        tables.inbox,
        lambda n: {
            "id": f"id-{n}",
            "topic": "a.topic",
            "payload": b"{}",
            "received_at": LONG_AGO,
            "status": "new" if n % 1000 == 0 else "parked" if n % 500 == 0 else "recorded",
            "attempts": 0,
        },
    )
    yield (
        tables.evidence,
        lambda n: {
            "key": f"key-{n}",
            "kind": "tagging",
            "package": f"package-{n % 2000}",
            "major": 7 + n % 4,
            "source": "bus",
            "happened_at": LONG_AGO,
            "learnt_at": LONG_AGO,
            "confirmed_at": LONG_AGO,
            "data": "{}",
        },
    )
    yield (
        tables.listings,
        lambda n: {
            "package": f"package-{n}",
            "collection": "epel9",
            "generation": 1,
            "judged_generation": 1,
            "due_at": LONG_AGO if n % 1000 == 0 else later(86400) if n % 3 == 0 else None,
            **idle,
        },
    )
    yield (
        tables.posts,
        lambda n: {
            "hash": f"hash-{n}",
            "posted_at": LONG_AGO,
            "data": encode(post()),
            "status": "read",
            "due_at": LONG_AGO if n % 1000 == 0 else None,
            **idle,
        },
    )
    yield (
        tables.outbox,
        lambda n: {
            "kind": "mail",
            "id": n,
            "dedup_key": f"key-{n}",
            "about": "foo epel9",
            "recipient": "ann@example.org",
            "person": f"person-{n % 500}",
            "digest": True,
            "subject": "foo",
            "payload": "{}",
            "status": "due" if n % 1000 == 0 else "sent",
            "created_at": LONG_AGO,
            "due_at": LONG_AGO if n % 1000 == 0 else None,
            "sent_at": LONG_AGO if n % 1000 else None,
            **idle,
        },
    )
    yield (
        tables.notices,
        lambda n: {
            "cause": f"cause-{n}",
            "person": f"person-{n % 500}",
            "listing_id": listing,
            "rule": "R2",
            "created_at": LONG_AGO,
            "outbox_id": 1 if n % 1000 else None,
            "told": 1 if n % 1000 else 0,
            "withdrawn_at": LONG_AGO if n % 200 else None,
            "paused_until": LONG_AGO if n % 1000 else None,
            "data": "{}",
        },
    )


#: What is asked, and the index that has to answer.
ASKED: dict[str, tuple[Callable[[sa.Connection], object], str]] = {
    "messages to record": (lambda c: inbox.claim_new(c, 200), "ix_inbox_unsettled"),
    "parked messages": (lambda c: inbox.listed(c, "parked", 20), "ix_inbox_unsettled"),
    "evidence of a listing": (
        lambda c: evidence.about_listing(c, "package-7", 9),
        "ix_evidence_package_major",
    ),
    "a listing to judge": (lambda c: listings.claim(c, NOW, "me", 60), "ix_listings_due_at_id"),
    "a post to read": (lambda c: posts.claim(c, NOW, "me", 60), "ix_posts_due_at_hash"),
    "whom to tell": (lambda c: notices.next_person(c, Moment(NOW)), "ix_notices_unsealed"),
    "whom to remind": (lambda c: notices.next_person(c, Moment(NOW)), "ix_notices_told"),
    "whose digest is sent": (lambda c: notices.next_person(c, Moment(NOW)), "ix_outbox_sent_at"),
    "whose digest is coming": (lambda c: notices.next_person(c, Moment(NOW)), "ix_outbox_status_due_at_id"),
    "mails to let go": (notices.let_go, "ix_outbox_status_due_at_id"),
    "the drafts of a person": (
        lambda c: notices.waiting(c, "person-1", Moment(NOW, drafts=True)),
        "ix_outbox_status_due_at_id",
    ),
    "an effect to bring about": (lambda c: outbox.claim_due(c, NOW, "me", 60), "ix_outbox_status_due_at_id"),
    "effects of today": (lambda c: outbox.spent_since(c, later(-86400), NOW), "ix_outbox_sent_at"),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def old_ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger that has seen years."""
    if request.param == "sqlite":
        ledger = clean(Ledger(f"sqlite:///{tmp_path_factory.mktemp('old')}/ledger.db"))
    else:
        ledger = clean(Ledger(request.getfixturevalue("postgresql_url")))
    with ledger.write() as connection:
        listings.touch(connection, [("foo", "epel9")], later(86400))
        listing = listings.listing_id(connection, "foo", "epel9")
        assert listing is not None
        for table, row in years(listing):
            connection.execute(table.insert(), [row(number) for number in range(1, ROWS)])
        connection.execute(sa.text("ANALYZE"))
    yield ledger
    ledger.close()


def plan(ledger: Ledger, ask: Callable[[sa.Connection], object]) -> str:
    """How the engine answers the first query of a function; taking a lock is none."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_others: Any) -> None:
        if statement.startswith("SELECT") and "pg_advisory" not in statement:
            asked.append((statement, parameters))

    with ledger.write() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        ask(connection)
        sa.event.remove(connection, "before_cursor_execute", note)
        statement, parameters = asked[0]
        explain = "EXPLAIN QUERY PLAN" if ledger.is_sqlite else "EXPLAIN"
        lines = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
        connection.rollback()
    return "\n".join(str(line[-1]) for line in lines)


@pytest.mark.parametrize("what", ASKED)
def test_it_is_answered_from_its_index(old_ledger: Ledger, what: str) -> None:
    ask, index = ASKED[what]
    found = plan(old_ledger, ask)
    assert index in found
    assert "Seq Scan" not in found
    assert "TEMP B-TREE" not in found or what == "evidence of a listing" or what.startswith("who")
