# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Explain: what is known of a package, today from the last judgement, or as of any day. No network."""

from __future__ import annotations

from datetime import date, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Verdict
from epelbot.ledger import Ledger, evidence, listings
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.services.excuse import excuse_from, notices_written
from epelbot.services.gather_successors import ancestors
from epelbot.services.rulebook import Rulebook


def collections_of(ledger: Ledger, package: str) -> tuple[Collection, ...]:
    """The collections in which the package is known, in order; empty for an unknown package."""
    with ledger.read() as connection:
        names = listings.of_package(connection, package)
    return tuple(Collection.parse(name) for name in names)


def explain(
    ledger: Ledger,
    rulebook: Rulebook,
    package: str,
    collection: Collection,
    now: datetime,
    *,
    at: date | None = None,
) -> Excuse | None:
    """The excuse of a listing on a day (default: today), made from what the ledger holds; None if unknown.

    A past day shows what had happened by then, as known now; a future one assumes nothing new.
    """
    day = at or now.date()
    with ledger.read() as connection:
        number = listings.listing_id(connection, package, collection.name)
        if number is None:
            return None
        rulebook = rulebook.current(connection)
        known = evidence.about_listing(connection, package, collection.major)
        horizon = rulebook.horizon(connection, collection, now, day)
        told = notices_written(connection, [number]).get(number, {})
        line = ancestors(connection, package, collection, known)
    facts = facts_from_evidence(
        package, collection, known, as_of=day, horizon=horizon, profile=rulebook.profile, ancestors=line
    )
    return excuse_from(facts, rulebook, told)


def queue(ledger: Ledger, collection: Collection | None) -> tuple[Excuse, ...]:
    """Every listing with a retirement that is not done yet, or that left against the rules.

    As last judged, by collection and package.
    """
    with ledger.read() as connection:
        known = listings.open_retirements(connection, collection.name if collection else None)
    return tuple(
        one
        for one in known
        if one.verdict is Verdict.VIOLATED
        or (one.retirement is not None and not one.retirement.state.is_over)
    )
