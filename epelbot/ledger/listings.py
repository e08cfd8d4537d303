# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listings: which are due, who holds them, and what was last said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.errors import BadInput
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.engines import earlier, upsert
from epelbot.ledger.tables import collections, excuse_history, excuses, listings, releases

_SAID_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """A listing held for judging.

    ``generation`` and ``collection_generation`` are those at the claim; ``fence`` proves that the lease is
    still ours.
    """

    listing_id: int
    package: str
    collection: Collection
    generation: int
    collection_generation: int
    fence: int
    attempts: int


@dataclass(frozen=True, slots=True)
class KeptExcuse:
    """An excuse with the generation and basis that it was made from."""

    excuse: Excuse
    judged_at: datetime
    generation: int
    basis: str


def touch(
    connection: Connection,
    names: Iterable[tuple[str, str]],
    now: datetime,
    *,
    whole: Iterable[str] = (),
) -> None:
    """Something is new for these (package, collection) pairs: they exist from now on and are due.

    And for the ``whole`` of these collections (a sync): their open retirements are due, and running
    judgements of all their listings start again. Say all that is new in one call, since two workers that
    lock listings in one order can't lock each other out.
    """
    touched = set(names)
    raised = sorted(set(whole))
    beside = sorted({collection for _, collection in touched} - set(raised))
    if beside:
        # A row that is there can be locked: see `still_holds`.
        connection.execute(
            upsert(connection, collections).on_conflict_do_nothing(index_elements=["name"]),
            [{"name": collection, "generation": 0} for collection in beside],
        )
    for collection in raised:
        statement = upsert(connection, collections).values(name=collection, generation=1)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"generation": collections.c.generation + 1}
            )
        )
        # Only now: a judgement that holds the collection's row may have opened a retirement until now.
        opened = select(listings.c.package).where(
            listings.c.collection == collection, listings.c.state.is_not(None)
        )
        touched |= {(package, collection) for package in connection.scalars(opened)}
    rows = [
        {
            "package": package,
            "collection": collection,
            "generation": 1,
            "judged_generation": 0,
            "due_at": now,
            "attempts": 0,
            "fence": 0,
        }
        for package, collection in sorted(touched)
    ]
    if not rows:
        return
    statement = upsert(connection, listings)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["package", "collection"],
            set_={
                "generation": listings.c.generation + 1,
                "due_at": _at_the_latest(connection, statement.excluded.due_at),
                "attempts": 0,
            },
        ),
        rows,
    )


def _at_the_latest(connection: Connection, at: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """Name the new ``due_at`` of a listing: what has waited longer keeps its place."""
    return func.coalesce(earlier(connection, listings.c.due_at, at), at)


def _in_order(query: Select[tuple[int]]) -> Select[tuple[int]]:
    """Lock the listings as `touch` does, so that no two transactions wait for each other."""
    return query.order_by(listings.c.package, listings.c.collection).with_for_update()


def of_package(connection: Connection, package: str, major: int | None = None) -> list[str]:
    """The names of the collections that the package has a listing in, in order."""
    found = connection.scalars(select(listings.c.collection).where(listings.c.package == package))
    names = sorted(Collection.parse(name) for name in found)
    return [one.name for one in names if major is None or one.major == major]


def packages(connection: Connection) -> set[str]:
    """Every package that has a listing."""
    return set(connection.scalars(select(listings.c.package).distinct()))


def make_due(connection: Connection, now: datetime, *, basis: str) -> int:
    """Make due what was judged on another basis (calendar, profile, rules); returns how many were not yet.

    One that is due already keeps its place, one that failed its pause.
    """
    stale = (
        select(listings.c.id)
        .join(excuses, excuses.c.listing_id == listings.c.id)
        .where(
            excuses.c.basis != basis,
            listings.c.attempts == 0,
            or_(listings.c.due_at.is_(None), listings.c.due_at > now),
        )
    )
    stale = stale.order_by(listings.c.package, listings.c.collection).with_for_update(of=listings)
    return connection.execute(update(listings).where(listings.c.id.in_(stale)).values(due_at=now)).rowcount


def claim(connection: Connection, now: datetime, holder: str, lease_seconds: int) -> Lease | None:
    """Take the listing that has been due longest, or None. No other worker gets it while the lease lasts."""
    free = or_(listings.c.lease_until.is_(None), listings.c.lease_until <= now)
    query = (
        select(listings)
        .where(listings.c.due_at <= now, free)
        .order_by(listings.c.due_at, listings.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    connection.execute(
        update(listings)
        .where(listings.c.id == row["id"])
        .values(
            lease_holder=holder,
            lease_until=now + timedelta(seconds=lease_seconds),
            fence=row["fence"] + 1,
        )
    )
    return Lease(
        row["id"],
        row["package"],
        Collection.parse(row["collection"]),
        row["generation"],
        _collection_generation(connection, row["collection"]),
        row["fence"] + 1,
        row["attempts"],
    )


def _collection_generation(connection: Connection, collection: str) -> int:
    query = select(collections.c.generation).where(collections.c.name == collection)
    generation: int = connection.scalars(query).one()
    return generation


def still_holds(connection: Connection, lease: Lease) -> bool:
    """True if the lease is ours and nothing newer arrived; the row stays locked until the transaction ends.

    Add to the evidence, if at all, before this is asked: who records locks evidence first, then listings.
    """
    row = connection.execute(
        select(listings.c.generation, listings.c.fence)
        .where(listings.c.id == lease.listing_id)
        .with_for_update()
    ).one()
    # Not waited for: who raises the collection's generation will want our listing. Its row is locked by
    # nobody else, so one that can't be had tells the same as a higher number.
    collection_generation = connection.scalar(
        select(collections.c.generation)
        .where(collections.c.name == lease.collection.name)
        .with_for_update(read=True, skip_locked=True)
    )
    return (row.generation, row.fence, collection_generation) == (
        lease.generation,
        lease.fence,
        lease.collection_generation,
    )


def keep(
    connection: Connection,
    lease: Lease,
    excuse: Excuse,
    *,
    now: datetime,
    due_at: datetime | None,
    basis: str,
) -> None:
    """Keep a judgement, note it in the history if it says something new, and give the listing back.

    Call only when `still_holds` said so in the same transaction.
    """
    before = connection.scalar(select(excuses.c.data).where(excuses.c.listing_id == lease.listing_id))
    data = encode(excuse)
    row = {
        "listing_id": lease.listing_id,
        "generation": lease.generation,
        "judged_at": now,
        "flips_on": excuse.flips_on,
        "basis": basis,
        "data": data,
    }
    if before is None:
        connection.execute(insert(excuses).values(row))
    else:
        connection.execute(update(excuses).where(excuses.c.listing_id == lease.listing_id).values(row))
    state = excuse.retirement.state.value if excuse.retirement else None
    if before is None or _told(before) != _told(data):
        connection.execute(
            insert(excuse_history).values(
                listing_id=lease.listing_id,
                judged_at=now,
                verdict=excuse.verdict.value,
                state=state,
                data=data,
            )
        )
    connection.execute(
        update(listings)
        .where(listings.c.id == lease.listing_id)
        .values(
            judged_generation=lease.generation,
            due_at=due_at,
            attempts=0,
            last_error=None,
            lease_holder=None,
            lease_until=None,
            state=state,
            verdict=excuse.verdict.value,
        )
    )


def _told(data: str) -> tuple[object, ...]:
    # As plain JSON: an excuse of an older epelbot need not be one of ours any more.
    excuse = decode(dict[str, Any], data)
    retirement = excuse.get("retirement") or {}
    findings = [(one.get("rule"), one.get("verdict")) for one in excuse.get("findings", ())]
    return excuse.get("verdict"), retirement.get("state"), findings


def give_back(connection: Connection, lease: Lease, *, due_at: datetime, error: str | None = None) -> None:
    """End a lease without a judgement; the listing is due again at ``due_at``.

    If something newer arrived meanwhile, it stays due for that. A lease that was lost is not given back.
    """
    arrived = listings.c.generation != lease.generation
    at = literal(due_at, listings.c.due_at.type)
    connection.execute(
        update(listings)
        .where(and_(listings.c.id == lease.listing_id, listings.c.fence == lease.fence))
        .values(
            lease_holder=None,
            lease_until=None,
            due_at=case((arrived, _at_the_latest(connection, at)), else_=at),
            attempts=listings.c.attempts + (1 if error else 0),
            last_error=error,
        )
    )


def excuse_of(connection: Connection, package: str, collection: str) -> KeptExcuse | None:
    """What was last said of a listing, or None if it was never judged."""
    row = connection.execute(
        select(excuses)
        .join(listings, listings.c.id == excuses.c.listing_id)
        .where(listings.c.package == package, listings.c.collection == collection)
    ).one_or_none()
    if row is None:
        return None
    return KeptExcuse(decode(Excuse, row.data), row.judged_at, row.generation, row.basis)


def open_retirements(connection: Connection, collection: str | None) -> list[Excuse]:
    """The excuses of all listings with a retirement, by collection and package."""
    query = (
        select(excuses.c.data)
        .join(listings, listings.c.id == excuses.c.listing_id)
        .where(listings.c.state.is_not(None))
    )
    if collection is not None:
        query = query.where(listings.c.collection == collection)
    found = [decode(Excuse, text) for text in connection.scalars(query)]
    return sorted(found, key=lambda one: (one.collection, one.package))


def listing_id(connection: Connection, package: str, collection: str) -> int | None:
    """The number of a listing, or None if there is none."""
    return connection.scalar(
        select(listings.c.id).where(listings.c.package == package, listings.c.collection == collection)
    )


def how_many_due(connection: Connection, now: datetime) -> int:
    """Listings that wait to be judged."""
    return connection.scalar(select(func.count()).where(listings.c.due_at <= now)) or 0


def how_many(connection: Connection) -> int:
    """All listings."""
    return connection.scalar(select(func.count()).select_from(listings)) or 0


def lease_by_name(
    connection: Connection, package: str, collection: Collection, *, until: datetime | None = None
) -> Lease:
    """A lease on a listing taken at once, for a person who waits; running judgements start again.

    Without ``until`` it holds in this transaction only. BadInput when there is no such listing.
    """
    row = connection.execute(
        select(listings)
        .where(listings.c.package == package, listings.c.collection == collection.name)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise BadInput(f"{package} is not known in {collection}; 'epelbot queue' shows what is")
    connection.execute(
        update(listings)
        .where(listings.c.id == row.id)
        .values(fence=row.fence + 1, lease_holder="a person", lease_until=until)
    )
    generation = _collection_generation(connection, collection.name)
    return Lease(row.id, package, collection, row.generation, generation, row.fence + 1, row.attempts)


def learn_release(
    connection: Connection, stable_tag: str, branch: str, state: str | None, told_at: datetime
) -> bool:
    """Which branch a stable tag belonged to at ``told_at``; returns whether that is news.

    An older word never takes the place of a newer one, in whatever order they come in. None leaves a state
    as it is known.
    """
    known = connection.execute(select(releases).where(releases.c.stable_tag == stable_tag)).one_or_none()
    if known is not None:
        same = (known.branch, known.state) == (branch, state or known.state)
        # Every update of the release says it again: written once a day, so that no worker waits for another.
        if told_at < known.learnt_at + (_SAID_AGAIN if same else timedelta(0)):
            return False
    statement = upsert(connection, releases).values(
        stable_tag=stable_tag, branch=branch, state=state, learnt_at=told_at
    )
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["stable_tag"],
            set_={
                "branch": new.branch,
                "state": func.coalesce(new.state, releases.c.state),
                "learnt_at": new.learnt_at,
            },
            where=new.learnt_at >= releases.c.learnt_at,
        )
    )
    return known is None or known.branch != branch


def branches_of_tags(connection: Connection) -> dict[str, str]:
    """The branch of each stable tag that Bodhi told of."""
    return {row.stable_tag: row.branch for row in connection.execute(select(releases))}


def make_major_due(connection: Connection, major: int, now: datetime) -> None:
    """Another minor leads: every listing of the major is looked at again."""
    names: Sequence[str] = [
        name
        for name in connection.scalars(select(listings.c.collection).distinct())
        if Collection.parse(name).major == major
    ]
    concerned = _in_order(select(listings.c.id).where(listings.c.collection.in_(names)))
    at = literal(now, listings.c.due_at.type)
    connection.execute(
        update(listings)
        .where(listings.c.id.in_(concerned))
        .values(due_at=_at_the_latest(connection, at), generation=listings.c.generation + 1)
    )
