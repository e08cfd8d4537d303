# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks when packages leave, and which of a set of retirements may go together (R7).

A package is broken when it could no longer be installed beside all that is still there. So ``(A if B)`` asks
for A while B is there, and for nothing once B is gone too: conditions are judged again at each step, until
nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from epelbot.domain.dependencies import DependencyGraph, Dependent, HeldBack, Kind, Need, SetJudgement

_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Tables:
    """A graph turned round. Nodes are its packages and, after them, its sources as things to be built.

    ``sole`` has for each node those that fall with it, ``shared`` the needs that it fills with others, or
    under conditions; ``fillers`` counts who fills a need, ``needers`` are the nodes that state it. ``broken``
    are the nodes that can't be had even with everybody there: they are in none of the other tables.
    """

    sole: tuple[tuple[int, ...], ...]
    shared: tuple[tuple[int, ...], ...]
    fillers: tuple[int, ...]
    needers: tuple[tuple[int, ...], ...]
    conditions: dict[int, tuple[tuple[int, ...], ...]]
    broken: frozenset[int]


class Dependencies:
    """A graph made ready for questions; answers don't change, so one may serve many threads."""

    def __init__(self, graph: DependencyGraph) -> None:
        self.graph = graph
        self._number = {name: number for number, name in enumerate(graph.sources)}
        self._packages = len(graph.packages)
        self._tables = _turned_round(graph)

    def __contains__(self, source: object) -> bool:
        """Whether the graph knows a source package of that name."""
        return source in self._number

    def broken_before(self) -> tuple[str, ...]:
        """Binary packages that can't be installed even with everybody there, sorted; they never count."""
        return tuple(
            sorted(self.graph.packages[node] for node in self._tables.broken if node < self._packages)
        )

    def breaks(self, leaving: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
        """What falls, directly and transitively, when these source packages leave.

        The numbers of the binary packages that could no longer be installed, and of the source packages that
        could no longer be built, without those that leave themselves. Names that the graph doesn't know
        change nothing. What can't be installed now counts for nobody, even where a departure would mend it:
        no package may rest on one that has never been installed.
        """
        gone, leave = self._gone(leaving)
        edge = self._packages
        rpms = frozenset(node for node in gone if node < edge) - leave
        return rpms, frozenset(node - edge for node in gone if node >= edge)

    def dependents(self, leaving: Iterable[str]) -> tuple[Dependent, ...]:
        """Who stays and loses something when these leave: by run-time needs, then build-time, then weak."""
        names = frozenset(leaving)
        gone, leave = self._gone(names)
        return (
            *self._told(Kind.RUN_TIME, gone, leave, names),
            *self._told(Kind.BUILD_TIME, gone, leave, names),
            *self._told(Kind.WEAK, gone, leave, names),
        )

    def judge_set(self, leaving: Iterable[str]) -> SetJudgement:
        """What breaks somebody who stays is held back, the rest judged again, until nothing changes.

        Where either of two retirements alone would break nobody and both together would, both are held back:
        which of them goes is a person's choice. The order of ``leaving`` doesn't matter.
        """
        going = frozenset(leaving)
        held: dict[str, dict[str, Dependent]] = {}
        while True:
            gone, leave = self._gone(going)
            broken = tuple(self._told(Kind.RUN_TIME, gone, leave, going))
            if not broken:
                break
            guilty = self._guilty(gone, leave)
            for name, dependents in guilty.items():
                held[name] = {one.package: one for one in broken if one.package in dependents}
            going -= guilty.keys()
        return SetJudgement(
            tuple(sorted(going)),
            tuple(
                HeldBack(name, tuple(one for _, one in sorted(because.items())))
                for name, because in sorted(held.items())
            ),
        )

    def _gone(self, leaving: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
        """All nodes that are no more, and which of these are packages that leave by themselves."""
        number, rpms_of, edge = self._number, self._rpms_of, self._packages
        sources = [number[name] for name in leaving if name in number]
        leave = frozenset(node for source in sources for node in rpms_of[source])
        gone = _gone_if(self._tables, leave)
        # Nobody builds a package that leaves.
        return gone.difference(source + edge for source in sources), leave

    @cached_property
    def _rpms_of(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.graph.sources]
        for node, source in enumerate(self.graph.source_of):
            found[source].append(node)
        return tuple(map(tuple, found))

    def _told(
        self, kind: Kind, gone: Collection[int], leave: Collection[int], going: Collection[str]
    ) -> Iterator[Dependent]:
        """Those who stay, by source package, with all that they lose."""
        graph, losing = self.graph, defaultdict[int, list[tuple[int, Need]]](list)
        for node, source, need in self._failing(kind, gone, leave):
            losing[source].append((node, need))
        for source in sorted(losing):
            found = losing[source]
            lost = {
                graph.sources[graph.source_of[one]]
                for _, need in found
                for one in need.alternatives
                if one in gone
            }
            yield Dependent(
                package=graph.sources[source],
                kind=kind,
                rpms=() if kind is Kind.BUILD_TIME else _sorted(graph.packages[node] for node, _ in found),
                needs=_sorted(need.text for _, need in found),
                lost=_sorted(lost),
                direct=not lost.isdisjoint(going),
            )

    def _failing(
        self, kind: Kind, gone: Collection[int], leave: Collection[int]
    ) -> Iterator[tuple[int, int, Need]]:
        """The needs that fail: of which node, of which source package, which one."""
        graph, edge = self.graph, self._packages
        if kind is Kind.BUILD_TIME:
            stated = ((node, node - edge, graph.build_requires[node - edge]) for node in gone if node >= edge)
        elif kind is Kind.RUN_TIME:
            stated = (
                (node, graph.source_of[node], graph.requires[node])
                for node in gone
                if node < edge and node not in leave
            )
        else:
            stated = (
                (node, graph.source_of[node], graph.weak[node])
                for node in self._weakly_needing(gone)
                if node not in gone
            )
        unhad = self._tables.broken.union(gone)
        for node, source, needs in stated:
            for need in (graph.needs[number] for number in needs):
                if _falls(need, gone, unhad) and not (kind is Kind.RUN_TIME and node in need.alternatives):
                    yield node, source, need

    def _weakly_needing(self, gone: Iterable[int]) -> frozenset[int]:
        needing = self._weak_needers
        return frozenset(needer for node in gone for needer in needing.get(node, ()))

    @cached_property
    def _weak_needers(self) -> dict[int, list[int]]:
        found = defaultdict[int, list[int]](list)
        for node, needs in enumerate(self.graph.weak):
            if node not in self._tables.broken:
                for number in needs:
                    for one in self.graph.needs[number].alternatives:
                        found[one].append(node)
        return dict(found)

    def _guilty(self, gone: Collection[int], leave: Collection[int]) -> dict[str, set[str]]:
        """By leaving source package, which staying ones it breaks or helps to break."""
        graph = self.graph
        because: dict[int, set[int]] = defaultdict(set)
        for node, _, need in self._failing(Kind.RUN_TIME, gone, leave):
            because[node].update(one for one in need.alternatives if one in gone)
        guilty: dict[str, set[str]] = defaultdict(set)
        for node in because:
            seen, wave = {node}, [node]
            while wave:
                for one in because.get(wave.pop(), ()):
                    if one in leave:
                        guilty[graph.sources[graph.source_of[one]]].add(graph.sources[graph.source_of[node]])
                    elif one not in seen:
                        seen.add(one)
                        wave.append(one)
        return guilty


def _falls(need: Need, gone: Collection[int], unhad: Collection[int]) -> bool:
    """Whether a need that something of ``gone`` filled is filled no more.

    ``unhad`` is all that can't be had: what is gone and what never could be.
    """
    if not any(one in gone for one in need.alternatives) or any(
        one not in unhad for one in need.alternatives
    ):
        return False
    return _hold(need.conditions, unhad)


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


def _gone_if(tables: _Tables, leave: Collection[int]) -> frozenset[int]:
    """All that is no more once ``leave`` is not.

    Without conditions one pass tells. With them, whether one holds depends on what falls: from above, with
    everything still there that a condition may name, and from below, with as little as that leaves, the
    passes close in on the answer. What stays open between them (needs that go round in circles through their
    own conditions) counts as fallen.
    """
    above, depends = _spread(tables, leave, _NOTHING)
    while depends:
        below, _ = _spread(tables, leave, above)
        again, _ = _spread(tables, leave, below)
        if again == above:
            break
        above = again
    return frozenset(above)


def _spread(tables: _Tables, leave: Collection[int], absent: Collection[int]) -> tuple[set[int], bool]:
    """One pass, with conditions judged as if just ``absent`` were not there.

    Also whether any condition had a say.
    """
    sole, shared, fillers, needers = tables.sole, tables.shared, tables.fillers, tables.needers
    conditions = tables.conditions
    gone = set(leave)
    left: dict[int, int] = {}
    depends = False
    wave = list(gone)
    while wave:
        node = wave.pop()
        for one in sole[node]:
            if one not in gone:
                gone.add(one)
                wave.append(one)
        for need in shared[node]:
            count = left.get(need) or fillers[need]
            left[need] = count - 1
            if count > 1:
                continue
            if need in conditions:
                depends = True
                if not _hold(conditions[need], absent):
                    continue
            for one in needers[need]:
                if one not in gone:
                    gone.add(one)
                    wave.append(one)
    return gone, depends


def _hold(conditions: Iterable[tuple[int, ...]], absent: Collection[int]) -> bool:
    return all(any(one not in absent for one in condition) for condition in conditions)


def _turned_round(graph: DependencyGraph) -> _Tables:
    """The tables, without what is broken before anybody leaves."""
    raw = _tables(graph, _NOTHING)
    stated_by = _stated_by(graph)
    unfillable = [number for number, need in enumerate(graph.needs) if not need.alternatives]

    def broken_if(absent: Collection[int]) -> set[int]:
        seeds = {
            node
            for number in unfillable
            if _hold(graph.needs[number].conditions, absent)
            for node in stated_by[number]
        }
        return _spread(raw, seeds, absent)[0]

    # From above and from below, as in `_gone_if`.
    above = broken_if(_NOTHING)
    while (again := broken_if(broken_if(above))) != above:
        above = again
    # A source's build-time needs count one by one: one that an architecture lacks must not hide the others.
    return _tables(graph, frozenset(node for node in above if node < len(graph.packages)))


def _stated_by(graph: DependencyGraph) -> list[list[int]]:
    """The nodes that state each need, but for those that fill it themselves."""
    found: list[list[int]] = [[] for _ in graph.needs]
    edge = len(graph.packages)
    for node, needs in enumerate(graph.requires):
        for number in needs:
            if node not in graph.needs[number].alternatives:
                found[number].append(node)
    for source, needs in enumerate(graph.build_requires):
        for number in needs:
            found[number].append(source + edge)
    return found


def _tables(graph: DependencyGraph, broken: frozenset[int]) -> _Tables:
    nodes = len(graph.packages) + len(graph.sources)
    sole: list[set[int]] = [set() for _ in range(nodes)]
    shared: list[list[int]] = [[] for _ in range(nodes)]
    fillers = [0] * len(graph.needs)
    needers: list[tuple[int, ...]] = [()] * len(graph.needs)
    held: dict[int, tuple[tuple[int, ...], ...]] = {}
    for number, (need, nodes_stating) in enumerate(zip(graph.needs, _stated_by(graph), strict=True)):
        stating = tuple(node for node in nodes_stating if node not in broken)
        filling = tuple(one for one in dict.fromkeys(need.alternatives) if one not in broken)
        conditions = tuple(
            tuple(one for one in condition if one not in broken) for condition in need.conditions
        )
        if not stating or not filling or not all(conditions):
            # Nobody who can be had states it, or a condition never holds: it can't fall.
            continue
        if len(filling) == 1 and not conditions:
            sole[filling[0]].update(stating)
            continue
        fillers[number], needers[number] = len(filling), stating
        for one in filling:
            shared[one].append(number)
        if conditions:
            held[number] = conditions
    return _Tables(
        tuple(map(tuple, sole)),
        tuple(map(tuple, shared)),
        tuple(fillers),
        tuple(needers),
        held,
        broken,
    )
