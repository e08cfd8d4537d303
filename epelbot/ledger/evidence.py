# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence in the ledger: append-only, kept once per natural key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Executable, and_, case, func, or_, select, tuple_

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    KIND_OF,
    AccessSeen,
    BranchSeen,
    BuildTagged,
    Fact,
    LookedUp,
    PackageListChanged,
    Recorded,
    Synced,
    UpdateSeen,
)
from epelbot.domain.people import ERASED_AS
from epelbot.ledger.codec import decode, decode_fact, encode
from epelbot.ledger.engines import earlier, later, upsert
from epelbot.ledger.tables import evidence

_COLUMNS = (
    evidence.c.kind,
    evidence.c.data,
    evidence.c.package,
    evidence.c.major,
    evidence.c.source,
    evidence.c.happened_at,
    evidence.c.learnt_at,
    evidence.c.confirmed_at,
)

# How a fact's JSON shows what this telling of it did not say.
_UNTOLD = ":null"
# Facts that stand until they change, and are confirmed when they are told again.
_STANDING = (AccessSeen, BranchSeen, UpdateSeen, PackageListChanged, LookedUp)
_LIVE = ("pending", "testing")
# Values in one statement. SQLite takes 32,766; more than some hundred are no faster.
_MOST_AT_ONCE = 500


class _Tagging(msgspec.Struct):
    tag: str


class _Update(msgspec.Struct):
    alias: str
    release: str
    status: str


def add(connection: Connection, recorded: Sequence[Recorded]) -> None:
    """Keep evidence; what is known already is confirmed.

    Of a fact told more than once the earliest time stays, the source that it was first learnt from, the
    latest confirmation and the fullest telling, so that neither order nor repetition of arrival matters.
    """
    if recorded:
        rows, _ = _rows(recorded)
        # In key order: two workers that lock in the same order can't lock each other out.
        connection.execute(_statement(connection), [rows[key] for key in sorted(rows)])


def add_new(connection: Connection, recorded: Sequence[Recorded]) -> list[Recorded]:
    """Keep evidence as `add` does, and give what of it was not known before, in its order.

    For a sweep, which finds again what is known: an event is not written twice, only standing facts are
    confirmed.
    """
    rows, firsts = _rows(recorded)
    known = _known(connection, list(rows))
    changed = [key for key in sorted(rows) if key not in known or isinstance(firsts[key].fact, _STANDING)]
    if changed:
        connection.execute(_statement(connection), [rows[key] for key in changed])
    return [one for key, one in firsts.items() if key not in known]


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _MOST_AT_ONCE):
        some = keys[start : start + _MOST_AT_ONCE]
        found.update(connection.scalars(select(evidence.c.key).where(evidence.c.key.in_(some))))
    return found


def _rows(recorded: Sequence[Recorded]) -> tuple[dict[str, dict[str, Any]], dict[str, Recorded]]:
    """One row for each key, and the first of those whose key it is."""
    rows: dict[str, dict[str, Any]] = {}
    firsts: dict[str, Recorded] = {}
    for one in recorded:
        row = _row(one)
        key = row["key"]
        known = rows.get(key)
        rows[key] = row if known is None else _joined(known, row)
        firsts.setdefault(key, one)
    return rows, firsts


def _statement(connection: Connection) -> Executable:
    statement = upsert(connection, evidence)
    mine, new = evidence.c, statement.excluded
    first_learnt = tuple_(new.learnt_at, new.source) < tuple_(mine.learnt_at, mine.source)
    fuller = and_(
        # A person who is erased there does not come back.
        mine.data.not_like(f"%{ERASED_AS}%"),
        or_(
            _fullness(new.data) > _fullness(mine.data),
            and_(_fullness(new.data) == _fullness(mine.data), new.data < mine.data),
        ),
    )
    return statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "happened_at": earlier(connection, mine.happened_at, new.happened_at),
            "confirmed_at": later(connection, mine.confirmed_at, new.confirmed_at),
            "learnt_at": case((first_learnt, new.learnt_at), else_=mine.learnt_at),
            "source": case((first_learnt, new.source), else_=mine.source),
            "data": case((fuller, new.data), else_=mine.data),
        },
    )


def _row(one: Recorded) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "package": one.package,
        "major": one.major,
        "source": one.source,
        "happened_at": one.happened_at,
        "learnt_at": one.learnt_at,
        "confirmed_at": one.confirmed,
        "data": encode(one.fact),
    }


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Do what the statement does with a row that it finds, for two rows of one key in one batch."""
    first = min(one, other, key=lambda row: (row["learnt_at"], row["source"]))
    full = min(one, other, key=lambda row: (-len(row["data"].replace(_UNTOLD, "")), row["data"]))
    return one | {
        "happened_at": min(one["happened_at"], other["happened_at"]),
        "confirmed_at": max(one["confirmed_at"], other["confirmed_at"]),
        "learnt_at": first["learnt_at"],
        "source": first["source"],
        "data": full["data"],
    }


def _fullness(data: ColumnElement[str]) -> ColumnElement[int]:
    return func.length(func.replace(data, _UNTOLD, ""))


def about_listing(connection: Connection, package: str, major: int) -> list[Recorded]:
    """All that is known of a package in the collections of one major, oldest first."""
    return about_listings(connection, [(package, major)])[package, major]


def about_listings(
    connection: Connection, wanted: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], list[Recorded]]:
    """The same for each of these packages and majors, in one question."""
    found: dict[tuple[str, int], list[Recorded]] = {one: [] for one in wanted}
    majors: dict[str, list[int]] = {}
    for package, major in found:
        majors.setdefault(package, []).append(major)
    query = select(*_COLUMNS).where(
        evidence.c.package.in_(majors),
        or_(evidence.c.major.in_({major for _, major in found}), evidence.c.major.is_(None)),
    )
    for row in connection.execute(query.order_by(evidence.c.happened_at, evidence.c.id)).all():
        told = _kept(row)
        for major in majors[row[2]] if told.major is None else (told.major,):
            # Of one of the other packages, that major may have been asked for.
            if (row[2], major) in found:
                found[row[2], major].append(told)
    return found


def of_kind(connection: Connection, kind: type[Fact], *, since: datetime | None = None) -> list[Recorded]:
    """All evidence of one kind that happened ``since`` then, whatever it is about, oldest first."""
    query = select(*_COLUMNS).where(evidence.c.kind == KIND_OF[kind])
    if since is not None:
        query = query.where(evidence.c.happened_at >= since)
    rows = connection.execute(query.order_by(evidence.c.happened_at, evidence.c.id))
    return [_kept(row) for row in rows]


@dataclass(slots=True)
class Syncs:
    """When the stable repositories of one ledger's collections were synced, as far as it was asked.

    Kept between questions, since ten years of them are thousands of rows a collection, and read for every
    batch they took a fifth of judging.
    """

    _known: dict[tuple[Collection, str], tuple[tuple[int, int], tuple[datetime, ...]]] = field(
        default_factory=dict
    )

    def of(
        self, connection: Connection, releases: Mapping[Collection, str]
    ) -> dict[Collection, tuple[datetime, ...]]:
        """When the stable repository of each of these collections was synced, oldest first.

        ``releases`` gives its stable tag now: the mirrors may name the leading collection by its minor or by
        its major alone.
        """
        # Rows are only ever added, and of a sync its time is part of the key: so what these two show is all
        # that can have changed. The count, because numbers need not be committed in their order.
        counted = select(evidence.c.major, func.count(), func.max(evidence.c.id)).where(
            evidence.c.kind == KIND_OF[Synced],
            evidence.c.major.in_(sorted({one.major for one in releases})),
        )
        rows = connection.execute(counted.group_by(evidence.c.major)).all()
        seen = {major: (count, last) for major, count, last in rows}
        found: dict[Collection, tuple[datetime, ...]] = {}
        for one, release in releases.items():
            state = seen.get(one.major, (0, 0))
            known = self._known.get((one, release))
            if known is None or known[0] != state:
                known = self._known[one, release] = state, _synced_at(connection, one, release)
            found[one] = known[1]
        return found


def _synced_at(connection: Connection, collection: Collection, release: str) -> tuple[datetime, ...]:
    said = [encode(Synced(name, testing=False)) for name in (release, collection.name)]
    query = select(evidence.c.happened_at).where(
        evidence.c.kind == KIND_OF[Synced], evidence.c.major == collection.major, evidence.c.data.in_(said)
    )
    return tuple(connection.scalars(query.distinct().order_by(evidence.c.happened_at)))


def of_packages(
    connection: Connection, kind: type[Fact], packages: AbstractSet[str], source: str | None = None
) -> list[Recorded]:
    """All evidence of one kind about these packages, in collections of any major, oldest first.

    With ``source``, what was first learnt there.
    """
    found: list[Recorded] = []
    names = sorted(packages)
    for start in range(0, len(names), _MOST_AT_ONCE):
        some = names[start : start + _MOST_AT_ONCE]
        query = select(*_COLUMNS).where(evidence.c.kind == KIND_OF[kind], evidence.c.package.in_(some))
        if source is not None:
            query = query.where(evidence.c.source == source)
        found += map(_kept, connection.execute(query.order_by(evidence.c.happened_at, evidence.c.id)))
    return found


def tagged(connection: Connection, major: int) -> set[tuple[str, str]]:
    """Every package with each Koji tag of the major that a build of it was ever told to enter or to leave."""
    query = select(evidence.c.package, evidence.c.data).where(
        evidence.c.kind == KIND_OF[BuildTagged], evidence.c.major == major
    )
    return {(package, decode(_Tagging, data).tag) for package, data in connection.execute(query)}


def live_updates(connection: Connection, release: str) -> list[str]:
    """The aliases of the updates for a release (a stable tag) that are live by what was told last."""
    # By a decoder of its own: most rows are of updates long done, and of each three keys matter.
    query = select(evidence.c.data, evidence.c.confirmed_at).where(
        evidence.c.kind == KIND_OF[UpdateSeen], evidence.c.data.contains(f'"{release}"', autoescape=True)
    )
    last: dict[str, tuple[datetime, bool]] = {}
    for data, confirmed_at in connection.execute(query):
        update = decode(_Update, data)
        if update.release == release:
            # Of two told at one time, the one further on.
            state = (confirmed_at, update.status not in _LIVE)
            last[update.alias] = max(state, last.get(update.alias, state))
    return sorted(alias for alias, (_, is_done) in last.items() if not is_done)


def _kept(row: Sequence[Any]) -> Recorded:
    kind, data, *provenance = row
    return Recorded(decode_fact(kind, data), *provenance)
