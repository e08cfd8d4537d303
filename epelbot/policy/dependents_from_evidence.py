# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who needs a package that retires (R7): worked out of the metadata, and read back from evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, Dependent, Kind
from epelbot.domain.evidence import DependentsSeen, NeededBy
from epelbot.domain.facts import Known, Missing
from epelbot.policy.dependencies import Dependencies
from epelbot.policy.seen import Seen

#: Whose word it is, for people.
REPODATA = "the repositories' metadata"


@lru_cache(maxsize=8)
def dependencies_of(graph: DependencyGraph) -> Dependencies:
    """The graph made ready for questions, once for as long as it is the same."""
    return Dependencies(graph)


def needed_by(
    package: str,
    collection: Collection,
    graph: DependencyGraph,
    together: Iterable[str],
    maintainers: Callable[[str], tuple[str, ...] | None],
) -> DependentsSeen:
    """Who loses something if ``package`` leaves, judged as one of the set ``together`` (R7).

    ``maintainers`` tells who looks after a package; it is asked for those that break first.
    """
    known = dependencies_of(graph)
    others = tuple(sorted({*together} - {package}))
    if package not in known:
        return DependentsSeen(collection.name, listed=False, needed_by=(), together=others)
    judged = known.judge_set((package, *others))
    broken = next((one.because for one in judged.held_back if one.package == package), ())
    told = [
        one
        for one in known.dependents([package])
        if one.kind is not Kind.RUN_TIME and one.package not in others
    ]
    found = tuple(_needed_by(one, maintainers) for one in (*broken, *told))
    return DependentsSeen(collection.name, listed=True, needed_by=found, together=others)


def _needed_by(one: Dependent, maintainers: Callable[[str], tuple[str, ...] | None]) -> NeededBy:
    return NeededBy(
        package=one.package,
        kind=one.kind,
        rpms=one.rpms,
        needs=one.needs,
        direct=one.direct,
        maintainers=maintainers(one.package),
    )


def dependents_of(seen: Seen, collection: Collection) -> Known[DependentsSeen] | Missing | None:
    """What was seen last by then; None where no repositories are set up for the collection."""
    trust = seen.horizon.repodata
    if trust is None:
        return None
    last = seen.last_word(pair for pair in seen.of(DependentsSeen) if pair[1].collection == collection.name)
    at = last[0].confirmed if last is not None else None
    if last is None or seen.horizon.now - last[0].confirmed > trust.max_age:
        silent = "who needs it has not been looked up yet" if at is None else "who needs it is long outdated"
        return Missing(REPODATA, trust.error or silent, at)
    if not last[1].listed:
        return Missing(
            REPODATA, f"{REPODATA} of {collection} don't hold it, so nobody knows who needs it", at
        )
    return Known(last[1], REPODATA, last[0].confirmed)
