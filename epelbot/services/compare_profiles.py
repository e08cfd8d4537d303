# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare: the ledger's own history judged by two profiles, for a committee before it votes. No network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Recorded
from epelbot.domain.facts import Horizon
from epelbot.domain.profile import Profile
from epelbot.ledger import Ledger, evidence, listings
from epelbot.policy.comparison import Difference, differ, judged
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.judgement import judge
from epelbot.services.rulebook import Rulebook

#: Called after each batch with the collection's name and how much of all is done, from 0 to 1.
Progress = Callable[[str, float], None]

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """How many listings were judged, and those judged differently, by collection and name."""

    listings: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two profiles, and the first day of the history that is replayed.

    What was posted or left before the policy was in force is judged too: a comparison asks what would have
    been said, and tells nobody.
    """

    ledger: Ledger
    rulebook: Rulebook
    one: Profile
    other: Profile
    since: date
    now: datetime

    def run(
        self, only: Sequence[Collection] = (), progress: Progress = lambda _title, _share: None
    ) -> Compared:
        """Judge every listing on each day since then on which something happened, or time alone told."""
        with self.ledger.read() as connection:
            known = listings.known_collections(connection)
            names = {
                collection: listings.packages_in(connection, collection.name)
                for collection in known
                if not only or collection in only
            }
        total, done = sum(map(len, names.values())), 0
        found: list[Difference] = []
        for collection, packages in names.items():
            views = _Views(self, collection)
            for first in range(0, len(packages), _AT_ONCE):
                some = packages[first : first + _AT_ONCE]
                with self.ledger.read() as connection:
                    told = evidence.about_listings(
                        connection, [(package, collection.major) for package in some]
                    )
                for package in some:
                    found += self._first_difference(package, views, told[package, collection.major])
                done += len(some)
                progress(collection.name, done / total)
        return Compared(total, tuple(found))

    def _first_difference(
        self, package: str, views: _Views, told: Sequence[Recorded]
    ) -> Iterator[Difference]:
        today = self.now.date()
        days = {one.happened_at.date() for one in told if one.happened_at.date() >= self.since}
        waiting = sorted({self.since, today, *(day for day in days if day <= today)}, reverse=True)
        while waiting:
            day = waiting.pop()
            said = []
            for profile in (self.one, self.other):
                facts = facts_from_evidence(
                    package, views.collection, told, as_of=day, horizon=views.on(day), profile=profile
                )
                excuse = judge(facts, self.rulebook.calendar, profile)
                said.append(judged(excuse))
                flips = excuse.flips_on
                if flips is not None and day < flips <= today and flips not in waiting:
                    waiting = sorted([*waiting, flips], reverse=True)
            if differ(*said):
                yield Difference(package, views.collection.name, day, *said)
                return


class _Views:
    """What can be seen of one collection on each day, read once; only ``epel10``'s depends on the day."""

    def __init__(self, comparison: Comparison, collection: Collection) -> None:
        self.collection = collection
        self._comparison = comparison
        self._known: dict[date | None, Horizon] = {}

    def on(self, day: date) -> Horizon:
        key = day if self.collection.is_leading else None
        if key not in self._known:
            of = self._comparison
            with of.ledger.read() as connection:
                seen = of.rulebook.horizon(connection, self.collection, of.now, day)
            self._known[key] = replace(seen, in_force_from=date.min)
        return self._known[key]
