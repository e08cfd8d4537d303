# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather who needs a package that retires (R7), and who looks after those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import AccessSeen, DependentsSeen, Recorded
from epelbot.domain.people import PackageAccess, people_of
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


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom it is asked who needs it, as one of those that leave ``together``.

    ``access`` is what dist-git told before of those that need it, believed for ``believed_for``.
    """

    package: str
    collection: Collection
    together: Sequence[str] = ()
    access: Sequence[Recorded] = ()
    believed_for: timedelta = timedelta()


def packages_seen(known: Sequence[Recorded], collection: Collection) -> set[str]:
    """Everybody who needed the package at some look."""
    return {
        one.package
        for fact in (row.fact for row in known)
        if isinstance(fact, DependentsSeen) and fact.collection == collection.name
        for one in fact.needed_by
    }


def dependents(asked: Asked, sources: Sources, now: datetime) -> list[Recorded]:
    """Who needs the package, as evidence; nothing where no repositories are set up for the collection.

    Raises `TransientError` or `PermanentError` when the metadata can't be had. Whose maintainers dist-git
    doesn't tell is named without; what it tells is evidence, too, so that the next look asks for others.
    """
    graph = sources.index.dependencies(asked.collection) if sources.index is not None else None
    if graph is None:
        return []
    people = _People(asked.collection, sources.packages, now, told=_told(asked, now))
    seen = needed_by(asked.package, asked.collection, graph.value, asked.together, people.of)
    return [Recorded(seen, asked.package, asked.collection.major, "repodata", now, now), *people.learnt]


def _told(asked: Asked, now: datetime) -> dict[str, PackageAccess]:
    """What look-ups have told lately enough; messages don't tell EPEL assignees."""
    last: dict[str, Recorded] = {}
    for one in asked.access:
        whole = isinstance(one.fact, AccessSeen) and not one.fact.partial and one.source == "dist-git"
        if whole and one.package is not None and now - one.confirmed < asked.believed_for:
            other = last.setdefault(one.package, one)
            last[one.package] = max(one, other, key=lambda row: row.confirmed)
    return {package: one.fact.access for package, one in last.items() if isinstance(one.fact, AccessSeen)}


@dataclass(slots=True)
class _People:
    """Maintainers of packages: as told before, else from dist-git, up to a number of questions."""

    collection: Collection
    packages: PackageSources | None
    now: datetime
    told: dict[str, PackageAccess]
    learnt: list[Recorded] = field(default_factory=list)
    known: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    def of(self, package: str) -> tuple[str, ...] | None:
        if package not in self.known and package in self.told:
            self.known[package] = self._looking_after(self.told[package])
        asked = len(self.known.keys() - self.told.keys())
        if package not in self.known and self.packages is not None and asked < _MOST_ASKED:
            try:
                access = self.packages.access(package)
            except NotThere:
                self.known[package] = ()
            except (TransientError, PermanentError):
                self.packages = None
            else:
                self.known[package] = self._looking_after(access)
                self.learnt.append(
                    Recorded(AccessSeen(access), package, None, "dist-git", self.now, self.now)
                )
        return self.known.get(package)

    def _looking_after(self, access: PackageAccess) -> tuple[str, ...]:
        people = people_of(access, self.collection.branch)
        return people.maintainers or people.co_maintainers
