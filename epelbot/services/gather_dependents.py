# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather who needs a package that retires (R7), and who looks after those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import DependentsSeen, Recorded
from epelbot.domain.people import people_of
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.policy.dependents_from_evidence import needed_by
from epelbot.ports import PackageSources, Sources

# Look-ups in dist-git for one judgement: what half the collection needs has thousands of dependents.
_MOST_ASKED = 20


def dependents_asked(
    known: Sequence[Recorded], collection: Collection, now: datetime, ask_again_after: timedelta
) -> bool:
    """Whether it was looked up lately enough who needs the package."""
    return any(
        now - one.confirmed < ask_again_after
        for one in known
        if isinstance(one.fact, DependentsSeen) and one.fact.collection == collection.name
    )


def dependents(
    package: str, collection: Collection, together: Sequence[str], sources: Sources, now: datetime
) -> list[Recorded]:
    """Who needs the package, as evidence; nothing where no repositories are set up for the collection.

    Raises `TransientError` or `PermanentError` when the metadata can't be had. Whose maintainers dist-git
    doesn't tell is named without.
    """
    graph = sources.index.dependencies(collection) if sources.index is not None else None
    if graph is None:
        return []
    people = _People(collection, sources.packages)
    seen = needed_by(package, collection, graph.value, together, people.of)
    return [Recorded(seen, package, collection.major, "repodata", now, now)]


@dataclass(slots=True)
class _People:
    """Maintainers of packages, from dist-git, up to a number of questions and the first failure."""

    collection: Collection
    packages: PackageSources | None
    known: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    def of(self, package: str) -> tuple[str, ...] | None:
        if package not in self.known and self.packages is not None and len(self.known) < _MOST_ASKED:
            try:
                people = people_of(self.packages.access(package), self.collection.branch)
                self.known[package] = people.maintainers or people.co_maintainers
            except NotThere:
                self.known[package] = ()
            except (TransientError, PermanentError):
                self.packages = None
        return self.known.get(package)
