# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories' metadata in memory, and small dependency graphs in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, Need, PackageList
from epelbot.domain.facts import Known
from epelbot.domain.succession import Offers
from epelbot.errors import NotThere, TransientError
from epelbot.ports import Reached
from epelbot.testing.world import World

#: Who fills a need, as names with blanks between; or these, and the conditions under which it is none.
ShortNeed = str | tuple[Sequence[str], Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class FakePackageIndex:
    """Answers from the world's ``graphs`` and ``rhel``; fulfils `PackageIndex`."""

    world: World
    at: datetime = datetime(2026, 11, 23, 6, tzinfo=UTC)

    def reach(self, collection: Collection, rhel: Sequence[str]) -> tuple[Reached, ...]:
        """The collection's repository, and those of RHEL, by the names they have in the world."""
        named = [("collection", str(collection))] if collection in self.world.graphs else []
        named += [("rhel", one) for one in rhel]
        error = TransientError("repodata does not answer") if "repodata" in self.world.down else None
        return tuple(Reached(part, place, self.at, error) for part, place in named)

    def dependencies(self, collection: Collection) -> Known[DependencyGraph] | None:
        """Who needs whom in the collection."""
        self.world.answer("repodata")
        graph = self.world.graphs.get(collection)
        return None if graph is None else Known(graph, "the repositories' metadata", self.at)

    def offers(self, collection: Collection) -> Known[Offers] | None:
        """What the collection's packages obsolete and provide."""
        self.world.answer("repodata")
        found = self.world.offers.get(collection)
        return None if found is None else Known(found, "the repositories' metadata", self.at)

    def package_lists(
        self, repositories: Sequence[str], collection: Collection
    ) -> Known[Mapping[str, PackageList]]:
        """What the repositories hold, by architecture; the highest where several hold the same."""
        self.world.answer("rhel")
        found: dict[str, PackageList] = {}
        for one in repositories:
            if one not in self.world.rhel:
                raise NotThere(f"{one} does not exist; check the path")
            for arch, more in self.world.rhel[one].items():
                known = found.get(arch, PackageList())
                packages, sources = dict(known.packages), dict(known.sources)
                for mine, others in ((packages, more.packages), (sources, more.sources)):
                    for name, evr in others.items():
                        mine[name] = max(evr, mine.get(name, evr))
                found[arch] = PackageList(packages, sources)
        if not found:
            raise NotThere(f"no repositories of RHEL are named for {collection}; set rhel.repositories")
        return Known(found, "the repositories' metadata", self.at)


def small_graph(
    requires: Mapping[str, Sequence[ShortNeed]],
    *,
    build: Mapping[str, Sequence[ShortNeed]] | None = None,
    weak: Mapping[str, Sequence[ShortNeed]] | None = None,
    sources: Mapping[str, str] | None = None,
) -> DependencyGraph:
    """Binary packages by name with their needs: "b" is filled by b, "b c" by either, "" by nobody.

    ``build`` goes by source package, ``sources`` names a binary package's source where it is another.
    """
    names = sorted(requires)
    of = {name: (sources or {}).get(name, name) for name in names}
    known = sorted({*of.values(), *(build or {})})
    needs: list[Need] = []

    def number_of(short: ShortNeed) -> int:
        text, conditions = (short, ()) if isinstance(short, str) else (" ".join(short[0]), short[1])
        filled = tuple(names.index(one) for one in text.split())
        needs.append(
            Need(text, filled, tuple(tuple(names.index(one) for one in other) for other in conditions))
        )
        return len(needs) - 1

    def stated(table: Mapping[str, Sequence[ShortNeed]], keys: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(number_of(one) for one in table.get(key, ())) for key in keys)

    return DependencyGraph(
        packages=tuple(names),
        sources=tuple(known),
        source_of=tuple(known.index(of[name]) for name in names),
        requires=stated(requires, names),
        weak=stated(weak or {}, names),
        build_requires=stated(build or {}, known),
        needs=tuple(needs),
    )
