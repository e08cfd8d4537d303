# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From libsolv's pools to a `DependencyGraph`: who can fill what is libsolv's answer, no comparison of names.

libsolv's traps are met here: its answer to "who needs X" leaves source packages out, so their needs are read
one by one; ``Requires(pre)`` stands behind a marker that the usual reading stops at; a file is found only
once `addfileprovides` has looked for it, and only in the lists that were loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import solv

from epelbot.domain.dependencies import DependencyGraph, Need
from epelbot.errors import PermanentError
from epelbot.sources.repodata.boolean import Clause, TooTangled, clauses, is_boolean

_SOURCE_ARCHES = ("src", "nosrc")
_COMPARISONS = {
    "<": solv.REL_LT,
    "<=": solv.REL_LT | solv.REL_EQ,
    "=": solv.REL_EQ,
    ">=": solv.REL_GT | solv.REL_EQ,
    ">": solv.REL_GT,
}
# As `lookup_idarray` takes it: all there is, the marker before ``Requires(pre)`` included.
_ALL = 0


@dataclass(frozen=True, slots=True)
class ArchPool:
    """An architecture's packages; repos in the pool that are neither are what the collection builds on."""

    pool: solv.Pool
    collection: tuple[solv.Repo, ...]
    sources: tuple[solv.Repo, ...]


def graph_of(pools: Iterable[ArchPool]) -> tuple[DependencyGraph, bool]:
    """The graph of a collection from its pools, one for each architecture.

    Also whether a file is needed that nobody is known to have: full file lists, if not loaded, may tell more.
    A pool is done with when the next is asked for. Raises `PermanentError` for a dependency that can't be
    read.
    """
    draft = _Draft()
    lacks_files = False
    for pool in pools:
        lacks_files |= _add(draft, pool)
    # Numbered as they came until here; the graph has them by name.
    names = sorted(draft.number)
    order = [draft.number[name] for name in names]
    place = {number: position for position, number in enumerate(order)}
    graph = DependencyGraph(
        packages=tuple(draft.packages),
        sources=tuple(names),
        source_of=tuple(place[number] for number in draft.source_of),
        needs=tuple(draft.needs),
        requires=tuple(draft.requires),
        weak=tuple(draft.weak),
        build_requires=tuple(tuple(draft.build_requires.get(number, ())) for number in order),
    )
    return graph, lacks_files


@dataclass(slots=True)
class _Draft:
    number: dict[str, int] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    source_of: list[int] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    requires: list[tuple[int, ...]] = field(default_factory=list)
    weak: list[tuple[int, ...]] = field(default_factory=list)
    #: Ordered sets, by source.
    build_requires: dict[int, dict[int, None]] = field(default_factory=dict)

    def source(self, name: str) -> int:
        return self.number.setdefault(name, len(self.number))


def _add(draft: _Draft, pool: ArchPool) -> bool:
    """Add an architecture; whether it needs a file that nobody is known to have."""
    in_collection = [one for repo in pool.collection for one in repo.solvables_iter()]
    in_sources = [one for repo in pool.sources for one in repo.solvables_iter()]
    binaries = [one for one in in_collection if one.arch not in _SOURCE_ARCHES]
    to_build = [one for one in (*in_collection, *in_sources) if one.arch in _SOURCE_ARCHES]
    first = len(draft.packages)
    reader = _Reader(pool.pool, {one.id: first + at for at, one in enumerate(binaries)}, draft.needs)
    newest = _newest((f"{one.name}.{one.arch}", one) for one in binaries)
    for one in binaries:
        draft.packages.append(str(one))
        # None where it is the package's own name.
        draft.source_of.append(draft.source(one.lookup_str(solv.SOLVABLE_SOURCENAME) or one.name))
        # An older one fills needs, too; but nobody is shaken by what it needs itself.
        current = one.id in newest
        draft.requires.append(reader.needs(one, solv.SOLVABLE_REQUIRES) if current else ())
        weak = (solv.SOLVABLE_RECOMMENDS, solv.SOLVABLE_SUGGESTS)
        draft.weak.append(reader.needs(one, *weak) if current else ())
    newest = _newest((one.name, one) for one in to_build)
    for one in to_build:
        known = draft.build_requires.setdefault(draft.source(one.name), {})
        if one.id in newest:
            known.update(dict.fromkeys(reader.needs(one, solv.SOLVABLE_REQUIRES)))
    return reader.lacks_files


def _newest(named: Iterable[tuple[str, solv.XSolvable]]) -> frozenset[int]:
    """The numbers of the highest of each name."""
    found: dict[str, solv.XSolvable] = {}
    for name, one in named:
        other = found.setdefault(name, one)
        if other is not one and one.evrcmp(other) > 0:
            found[name] = one
    return frozenset(one.id for one in found.values())


class _Reader:
    """Needs by libsolv's number of a dependency, each worked out once."""

    def __init__(self, pool: solv.Pool, node_of: dict[int, int], needs: list[Need]) -> None:
        self._pool = pool
        self._node_of = node_of
        self._needs = needs
        self._known: dict[int, tuple[int, ...]] = {solv.SOLVABLE_PREREQMARKER: ()}
        #: Whether a file came up that nobody is known to have.
        self.lacks_files = False

    def needs(self, package: solv.XSolvable, *keys: int) -> tuple[int, ...]:
        """The numbers of the needs that only the collection can fill."""
        known, found = self._known, dict[int, None]()
        for key in keys:
            for number in package.lookup_idarray(key, _ALL):
                if number not in known:
                    known[number] = self._read(number, package)
                for need in known[number]:
                    found[need] = None
        return tuple(found)

    def _read(self, number: int, package: solv.XSolvable) -> tuple[int, ...]:
        text = self._pool.dep2str(number)
        if not is_boolean(text):
            fillers = self._fillers(number, text)
            return () if fillers is None else (self._new(Need(text, fillers)),)
        found = []
        for clause in _clauses(text, str(package)):
            fillers = self._any_of(clause.alternatives)
            # A condition that what stays fulfils always holds: it says nothing.
            conditions = [filled for one in clause.conditions if (filled := self._any_of([one])) is not None]
            if fillers is not None and all(conditions):
                found.append(self._new(Need(text, fillers, tuple(conditions))))
        return tuple(found)

    def _new(self, need: Need) -> int:
        self._needs.append(need)
        return len(self._needs) - 1

    def _any_of(self, texts: Iterable[str]) -> tuple[int, ...] | None:
        fillers: dict[int, None] = {}
        for text in texts:
            found = self._fillers(self._dependency(text), text)
            if found is None:
                return None
            fillers.update(dict.fromkeys(found))
        return tuple(fillers)

    def _fillers(self, dependency: int | solv.Dep, text: str) -> tuple[int, ...] | None:
        """Who of the collection fills it; None when somebody outside of it does, who stays."""
        found = []
        for one in self._pool.whatprovides(dependency):
            node = self._node_of.get(one.id)
            if node is None:
                return None
            found.append(node)
        self.lacks_files |= not found and text.startswith("/")
        return tuple(found)

    def _dependency(self, text: str) -> solv.Dep:
        if is_boolean(text):
            return self._pool.parserpmrichdep(text)
        name, _, rest = text.partition(" ")
        dependency = self._pool.Dep(name)
        if not rest:
            return dependency
        comparison, _, evr = rest.partition(" ")
        return dependency.Rel(_COMPARISONS[comparison], self._pool.str2id(evr))


def _clauses(text: str, package: str) -> tuple[Clause, ...]:
    try:
        return clauses(text)
    except TooTangled as error:
        raise PermanentError(
            f"{package} has a dependency that can't be read, {text[:200]} ({error}); tell its maintainers"
        ) from error
