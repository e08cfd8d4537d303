# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two ledgers of one world must agree in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Verdict
from epelbot.ledger.tables import listings, notices
from epelbot.services.explain import explain
from tests.services.house import House


@dataclass(frozen=True, slots=True)
class Said:
    """What a ledger says: excuses by listing ("anvil/epel9"); listing, cause and person of each notice."""

    excuses: Mapping[str, Excuse]
    notices: frozenset[tuple[str, str, str]]


def differences(mine: Said, other: Said, *, ageless: bool) -> Iterator[str]:
    """What one says and the other doesn't, a line each.

    Where the tags are ``ageless``, nobody who comes later can tell what left ``epel10`` before a branching
    from what only ever was in the trailing collection; who heard of it then knows more.
    """
    ours, theirs = ({name: _gist(one) for name, one in said.excuses.items()} for said in (mine, other))
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            # A message of a branch that nothing was built from makes a listing of which nothing is said.
            alone = ours.get(name) or theirs[name]
            if ageless and name.endswith("/epel10"):
                continue
            if alone["lifetime"] or alone["findings"] or alone["retirement"] or alone["departure"]:
                yield f"{name} is a listing {'here' if name in ours else 'there'} alone: {alone}"
            continue
        for what, value in ours[name].items():
            if value != theirs[name][what]:
                yield f"{name}: {what} is {value}\n    and there {theirs[name][what]}"
    # What cannot be seen is not taken back; who sees it for the first time tells nothing.
    blind = {name for name, one in ours.items() if one["verdict"] is Verdict.CANNOT_KNOW or one["blind"]}
    both = ours.keys() & theirs.keys() if ageless else ours.keys() | theirs.keys()
    seen = both - blind
    told, wanted = ({one for one in said.notices if one[0] in seen} for said in (mine, other))
    yield from (f"told, and nobody would tell it: {one}" for one in sorted(told - wanted))
    yield from (f"not told: {one}" for one in sorted(wanted - told))


def all_said(house: House) -> Said:
    """Ask for every listing that it knows, and for every notice that stands."""
    with house.ledger.read() as connection:
        names = connection.execute(select(listings.c.package, listings.c.collection)).all()
    found = {}
    for package, collection in names:
        excuse = explain(house.ledger, house.rulebook, package, Collection.parse(collection), house.now)
        assert excuse is not None
        found[f"{package}/{collection}"] = excuse
    return Said(found, _open_notices(house))


def _gist(excuse: Excuse) -> dict[str, object]:
    # In small letters: of a commit a message tells the account, dist-git the author's name (FIELD 1.5).
    retirement, left = excuse.retirement, excuse.departure
    return {
        "verdict": excuse.verdict,
        "blind": any(one.verdict is Verdict.CANNOT_KNOW for one in excuse.findings),
        "lifetime": excuse.lifetime,
        "findings": [(one.rule, one.verdict, one.measured.lower(), one.flips_on) for one in excuse.findings],
        "retirement": retirement,
        "departure": left
        and (left.at.date(), [act.how for act in left.acts], left.last_build and str(left.last_build.nvr)),
        "people": excuse.people,
        "tag": excuse.tag,
        "notes": [one.lower() for one in excuse.notes],
    }


def _open_notices(house: House) -> frozenset[tuple[str, str, str]]:
    """The listing, cause and person of each notice that stands."""
    query = select(listings.c.package, listings.c.collection, notices.c.cause, notices.c.person)
    query = query.join(listings, listings.c.id == notices.c.listing_id).where(
        notices.c.withdrawn_at.is_(None)
    )
    with house.ledger.read() as connection:
        return frozenset(
            (f"{one.package}/{one.collection}", one.cause, one.person) for one in connection.execute(query)
        )
