# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather who succeeds whom (L3), and read what is known of those whose entry is inherited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import LookedUp, Recorded, Succession
from epelbot.domain.facts import Facts, Known
from epelbot.domain.succession import Offers
from epelbot.ledger import Connection, evidence
from epelbot.policy.succession import (
    SUCCESSORS,
    Successor,
    binaries_of_build,
    is_listed,
    predecessors,
    successor_of,
    successors,
)
from epelbot.ports import PackageIndex

# More than any chain that counts (`succession.inheritance`).
_MOST_READ = 40


def ancestors(
    connection: Connection, package: str, collection: Collection, known: Sequence[Recorded]
) -> Mapping[str, Sequence[Recorded]]:
    """The evidence of all in whose line of succession the listing stands; empty for nearly all."""
    found: dict[str, Sequence[Recorded]] = {}
    waiting = list(predecessors(package, known, collection.name))
    while waiting and len(found) < _MOST_READ:
        name = waiting.pop()
        if name in found or name == package:
            continue
        found[name] = evidence.about_listing(connection, name, collection.major)
        waiting += predecessors(name, found[name], collection.name)
    return found


def successions(
    facts: Facts, known: Sequence[Recorded], index: PackageIndex, now: datetime
) -> list[Recorded]:
    """Who takes the listing's place now and whose place it takes, as far as that is news, as evidence.

    Raises `TransientError` or `PermanentError` when the metadata can't be had.
    """
    package, collection = facts.package, facts.collection
    offers = index.offers(collection)
    if offers is None:
        return []
    found = [
        Recorded(one, package, collection.major, "repodata", now, now)
        for one in _pairs(facts, known, offers.value)
    ]
    if isinstance(facts.departure, Departure):
        looked = LookedUp(SUCCESSORS, collection.name)
        found.append(Recorded(looked, package, collection.major, "repodata", now, now))
    return found


def _pairs(facts: Facts, known: Sequence[Recorded], offers: Offers) -> Iterator[Succession]:
    package, collection = facts.package, facts.collection.name
    all_successors = successors(offers)
    mine = all_successors.get(package) if is_listed(package, offers) else _of_gone(facts, known, offers)
    now = {(package, mine.package): mine.rpms} if mine is not None else {}
    now |= {(old, package): one.rpms for old, one in all_successors.items() if one.package == package}
    for (old, new), rpms in now.items():
        yield Succession(collection, old, new, rpms)
    told = {
        (one.fact.predecessor, one.fact.successor): one.fact.rpms
        for one in known
        if isinstance(one.fact, Succession) and one.fact.collection == collection
    }
    for (old, new), rpms in told.items():
        # Of a package that the metadata no longer have, what was seen before holds.
        if (old, new) not in now and is_listed(old, offers):
            yield Succession(collection, old, new, rpms, stands=False)


def _of_gone(facts: Facts, known: Sequence[Recorded], offers: Offers) -> Successor | None:
    left = facts.departure
    last = left.last_build if isinstance(left, Departure) else None
    if last is None and isinstance(facts.presence, Known) and facts.presence.value.there:
        last = facts.presence.value.there[-1]
    if last is None:
        return None
    binaries = binaries_of_build(known, str(last.nvr), last.nvr.evr(last.epoch))
    return successor_of(facts.package, binaries, offers) if binaries else None
