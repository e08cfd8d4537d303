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
    bindparam,
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
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.errors import BadInput
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.engines import earlier, upsert
from epelbot.ledger.tables import collections, excuse_history, excuses, listings, releases

_SAID_AGAIN = timedelta(days=1)
# Values in one statement. SQLite takes 32,766; more than some hundred are no faster.
_MOST_AT_ONCE = 500


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


def touch(
    connection: Connection,
    names: Iterable[tuple[str, str]],
    now: datetime,
    *,
    whole: Iterable[str] = (),
    many: bool = False,
) -> None:
    """Something is new for these (package, collection) pairs: they exist from now on and are due.

    And for the ``whole`` of these collections (a sync): their open retirements are due, and running
    judgements of all their listings start again. Say all that is new in one call, since two workers that
    lock listings in one order can't lock each other out. With ``many``, those that wait to be judged anyway
    are passed over: they are locked until this is committed, so whoever judges them sees what is new.
    """
    touched = set(names)
    raised = sorted(set(whole))
    beside = sorted({collection for _, collection in touched} - set(raised))
    if beside:
        # A row that is there can be locked: see `still_held`.
        connection.execute(
            upsert(connection, collections).on_conflict_do_nothing(index_elements=["name"]),
            [{"name": collection, "generation": 0} for collection in beside],
        )
    raise_collections(connection, raised)
    for collection in raised:
        # Only now: a judgement that holds the collection's row may have opened a retirement until now.
        opened = select(listings.c.package).where(
            listings.c.collection == collection, listings.c.state.is_not(None)
        )
        touched |= {(package, collection) for package in connection.scalars(opened)}
    if many:
        touched -= _waiting(connection, touched, now)
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


def raise_collections(connection: Connection, names: Iterable[str]) -> None:
    """Running judgements of all listings of these collections start again; those that hold are waited for."""
    for collection in sorted(set(names)):
        statement = upsert(connection, collections).values(name=collection, generation=1)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"generation": collections.c.generation + 1}
            )
        )


def _waiting(connection: Connection, names: Iterable[tuple[str, str]], now: datetime) -> set[tuple[str, str]]:
    """Those of the listings that are due, held by nobody, and locked by us from now on."""
    packages = sorted({package for package, _ in names})
    found: set[tuple[str, str]] = set()
    for start in range(0, len(packages), _MOST_AT_ONCE):
        query = select(listings.c.id, listings.c.package, listings.c.collection).where(
            listings.c.package.in_(packages[start : start + _MOST_AT_ONCE]),
            listings.c.due_at <= now,
            listings.c.attempts == 0,
            listings.c.lease_until.is_(None),
        )
        query = query.order_by(listings.c.package, listings.c.collection).with_for_update()
        found.update((package, collection) for _, package, collection in connection.execute(query))
    return found


def _at_the_latest(connection: Connection, at: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """Name the new ``due_at`` of a listing: what has waited longer keeps its place."""
    return func.coalesce(earlier(connection, listings.c.due_at, at), at)


def _in_order(query: Select[Any]) -> Select[Any]:
    """Lock the listings as `touch` does, so that no two transactions wait for each other."""
    return query.order_by(listings.c.package, listings.c.collection).with_for_update()


def of_package(connection: Connection, package: str) -> list[str]:
    """The names of the collections that the package has a listing in, in order."""
    return [one.name for one in collections_of(connection, [package]).get(package, ())]


def collections_of(connection: Connection, packages: Iterable[str]) -> dict[str, list[Collection]]:
    """The collections that each of these packages has a listing in, in order."""
    found: dict[str, list[Collection]] = {}
    names = sorted(set(packages))
    for start in range(0, len(names), _MOST_AT_ONCE):
        query = select(listings.c.package, listings.c.collection).where(
            listings.c.package.in_(names[start : start + _MOST_AT_ONCE])
        )
        for package, collection in connection.execute(query):
            found.setdefault(package, []).append(Collection.parse(collection))
    return {package: sorted(known) for package, known in found.items()}


def packages_in(connection: Connection, collection: str) -> list[str]:
    """Every package that has a listing in the collection, sorted."""
    query = select(listings.c.package).where(listings.c.collection == collection)
    return sorted(connection.scalars(query))


def known_collections(connection: Connection) -> list[Collection]:
    """Every collection that has a listing, in order."""
    return sorted(Collection.parse(name) for name in connection.scalars(select(collections.c.name)))


def packages(connection: Connection) -> set[str]:
    """Every package that has a listing."""
    return set(connection.scalars(select(listings.c.package).distinct()))


def make_due(connection: Connection, now: datetime, *, bases: Sequence[str]) -> int:
    """Make due what was judged on no basis of these (calendar, profile, rules); says how many were not yet.

    One that is due already keeps its place, one that failed its pause.
    """
    stale = (
        select(listings.c.id)
        .join(excuses, excuses.c.listing_id == listings.c.id)
        .where(
            excuses.c.basis.not_in(bases),
            listings.c.attempts == 0,
            or_(listings.c.due_at.is_(None), listings.c.due_at > now),
        )
    )
    stale = stale.order_by(listings.c.package, listings.c.collection).with_for_update(of=listings)
    return connection.execute(update(listings).where(listings.c.id.in_(stale)).values(due_at=now)).rowcount


def claim(
    connection: Connection, now: datetime, holder: str, lease_seconds: int, *, limit: int = 1
) -> list[Lease]:
    """Take up to ``limit`` listings, those due longest first. No other worker gets them while leases last."""
    free = or_(listings.c.lease_until.is_(None), listings.c.lease_until <= now)
    query = (
        select(listings)
        .where(listings.c.due_at <= now, free)
        .order_by(listings.c.due_at, listings.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(query).all()
    if not rows:
        return []
    connection.execute(
        update(listings)
        .where(listings.c.id.in_([row.id for row in rows]))
        .values(
            lease_holder=holder,
            lease_until=now + timedelta(seconds=lease_seconds),
            fence=listings.c.fence + 1,
        )
    )
    generations = _collection_generations(connection, {row.collection for row in rows})
    return [
        Lease(
            row.id,
            row.package,
            Collection.parse(row.collection),
            row.generation,
            generations[row.collection],
            row.fence + 1,
            row.attempts,
        )
        for row in rows
    ]


def _collection_generations(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    query = select(collections).where(collections.c.name.in_(sorted(names)))
    return {row.name: row.generation for row in connection.execute(query)}


def still_held(connection: Connection, leases: Sequence[Lease]) -> frozenset[int]:
    """Which of these listings are still ours, with nothing newer arrived; by their numbers.

    Their rows stay locked until the transaction ends. Add to the evidence, if at all, before this is asked:
    who records locks evidence first, then listings.
    """
    ours = _in_order(
        select(listings.c.id, listings.c.generation, listings.c.fence).where(
            listings.c.id.in_([one.listing_id for one in leases])
        )
    )
    now = {row.id: (row.generation, row.fence) for row in connection.execute(ours)}
    # Not waited for: who raises a collection's generation will want our listings. Its row is locked by
    # nobody else, so one that can't be had tells the same as a higher number.
    known = dict(
        connection.execute(
            select(collections.c.name, collections.c.generation)
            .where(collections.c.name.in_(sorted({one.collection.name for one in leases})))
            .with_for_update(read=True, skip_locked=True)
        ).all()
    )
    return frozenset(
        one.listing_id
        for one in leases
        if now.get(one.listing_id) == (one.generation, one.fence)
        and known.get(one.collection.name) == one.collection_generation
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement to keep, and when its listing is looked at again though nothing arrives (None: never).

    ``basis`` stands for all that it was judged by but the evidence: calendar, profile, rules.
    """

    lease: Lease
    excuse: Excuse
    due_at: datetime | None
    basis: str


def keep(connection: Connection, judged: Sequence[Judged], *, now: datetime) -> None:
    """Keep judgements, note in the history what says something new, and give the listings back.

    Call only for those that `still_held` named in the same transaction.
    """
    if not judged:
        return
    known = select(excuses.c.listing_id, excuses.c.data)
    numbers = [one.lease.listing_id for one in judged]
    before = dict(connection.execute(known.where(excuses.c.listing_id.in_(numbers))).all())
    current: list[dict[str, Any]] = []
    news: list[dict[str, Any]] = []
    given_back: list[dict[str, Any]] = []
    for one in judged:
        number, excuse, data = one.lease.listing_id, one.excuse, encode(one.excuse)
        said = {"verdict": excuse.verdict.value, "state": excuse.retirement and excuse.retirement.state.value}
        current.append(
            {
                "listing_id": number,
                "generation": one.lease.generation,
                "judged_at": now,
                "flips_on": excuse.flips_on,
                "basis": one.basis,
                "data": data,
            }
        )
        if number not in before or (before[number] != data and _told(before[number]) != _told(data)):
            news.append({"listing_id": number, "judged_at": now, "data": data} | said)
        given_back.append(
            {"number": number, "judged_generation": one.lease.generation, "due_at": one.due_at} | said
        )
    statement = upsert(connection, excuses)
    fresh = {name: statement.excluded[name] for name in current[0] if name != "listing_id"}
    connection.execute(statement.on_conflict_do_update(index_elements=["listing_id"], set_=fresh), current)
    if news:
        connection.execute(insert(excuse_history), news)
    connection.execute(_GIVE_BACK, given_back)


_GIVE_BACK = (
    update(listings)
    .where(listings.c.id == bindparam("number"))
    .values(
        judged_generation=bindparam("judged_generation"),
        due_at=bindparam("due_at"),
        attempts=0,
        last_error=None,
        lease_holder=None,
        lease_until=None,
        state=bindparam("state"),
        verdict=bindparam("verdict"),
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


def open_retirements(connection: Connection, collection: str | None) -> list[Excuse]:
    """The excuses of all listings with a retirement or a violation, by collection and package."""
    query = (
        select(excuses.c.data)
        .join(listings, listings.c.id == excuses.c.listing_id)
        .where(or_(listings.c.state.is_not(None), listings.c.verdict == Verdict.VIOLATED.value))
    )
    if collection is not None:
        query = query.where(listings.c.collection == collection)
    found = [decode(Excuse, text) for text in connection.scalars(query)]
    return sorted(found, key=lambda one: (one.collection, one.package))


def packages_in_state(connection: Connection, collection: str, states: Sequence[State]) -> tuple[str, ...]:
    """The packages whose retirement in the collection stood so when they were judged last, sorted."""
    query = select(listings.c.package).where(
        listings.c.collection == collection, listings.c.state.in_([one.value for one in states])
    )
    return tuple(sorted(connection.scalars(query)))


def listing_id(connection: Connection, package: str, collection: str) -> int | None:
    """The number of a listing, or None if there is none."""
    return connection.scalar(
        select(listings.c.id).where(listings.c.package == package, listings.c.collection == collection)
    )


def leaving(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of the listings, by number, that had a retirement when they were judged last."""
    query = select(listings.c.id).where(listings.c.id.in_(numbers), listings.c.state.is_not(None))
    return set(connection.scalars(query))


def generation_of(connection: Connection, package: str, collection: str) -> tuple[int, int] | None:
    """The number and the generation of a listing, or None if there is none."""
    row = connection.execute(
        select(listings.c.id, listings.c.generation).where(
            listings.c.package == package, listings.c.collection == collection
        )
    ).one_or_none()
    return None if row is None else (row.id, row.generation)


def due_since(connection: Connection, package: str, collection: str, now: datetime) -> datetime | None:
    """Since when the listing waits to be judged; None where it doesn't, or is not known."""
    due: datetime | None = connection.scalar(
        select(listings.c.due_at).where(
            listings.c.package == package, listings.c.collection == collection, listings.c.due_at <= now
        )
    )
    return due


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
    generation = _collection_generations(connection, {collection.name})[collection.name]
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


def make_major_due(connection: Connection, major: int, now: datetime) -> int:
    """Another minor leads: every listing of the major is looked at again; returns how many there are."""
    concerned = _in_order(select(listings.c.id).where(listings.c.collection.in_(of_major(connection, major))))
    at = literal(now, listings.c.due_at.type)
    return connection.execute(
        update(listings)
        .where(listings.c.id.in_(concerned))
        .values(due_at=_at_the_latest(connection, at), generation=listings.c.generation + 1)
    ).rowcount


def make_all_due(connection: Connection, now: datetime) -> None:
    """Every listing is looked at again, and what is being judged starts again."""
    names = connection.scalars(select(collections.c.name)).all()
    raise_collections(connection, names)
    at = literal(now, listings.c.due_at.type)
    everything = _in_order(select(listings.c.id))
    connection.execute(
        update(listings)
        .where(listings.c.id.in_(everything))
        .values(due_at=_at_the_latest(connection, at), generation=listings.c.generation + 1)
    )


def of_major(connection: Connection, major: int) -> list[str]:
    """The names of the collections of a major that have listings, in order."""
    found = (Collection.parse(name) for name in connection.scalars(select(listings.c.collection).distinct()))
    return [one.name for one in sorted(found) if one.major == major]
