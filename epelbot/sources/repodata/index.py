# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package index, from the metadata of the collections' repositories and of those that they build on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import solv

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, PackageList
from epelbot.domain.facts import Known
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Offered, Offers
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.policy.dependents_from_evidence import REPODATA
from epelbot.ports import Reached
from epelbot.sources.repodata.graph import ArchPool, graph_of
from epelbot.sources.repodata.offers import offered
from epelbot.sources.repodata.store import Snapshot, Store

_FOR_ONE = re.compile(r"epel[0-9.]+=")
_SOURCE_ARCHES = ("src", "nosrc")


@dataclass(frozen=True, slots=True)
class Places:
    """Where repositories are, as URLs or local paths with blanks to fill in.

    ``{arch}`` stands for the architecture, ``{major}`` for RHEL's (9, 10), ``{release}`` for the collection's
    version (9, 10, 10.1). A place written ``epel10.1=…`` is for that collection alone, and such places take
    the stead of those without a name. ``collection`` are the collection's own repositories, ``sources`` those
    of its source packages, ``base`` those of what it builds on.
    """

    collection: tuple[str, ...]
    sources: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ("x86_64",)


class RepositoryIndex:
    """Fulfils `PackageIndex`. A graph is kept until the metadata that it was made from change."""

    def __init__(self, store: Store, places: Places) -> None:
        self._store = store
        self._places = places
        self._graphs: dict[Collection, tuple[tuple[tuple[str, str], ...], DependencyGraph]] = {}
        self._offers: dict[Collection, tuple[tuple[tuple[str, str], ...], Offers]] = {}
        self._lists: dict[tuple[str, ...], tuple[tuple[tuple[str, str], ...], dict[str, PackageList]]] = {}
        self._lacking_files: set[Collection] = set()

    def reach(self, collection: Collection, rhel: Sequence[str]) -> tuple[Reached, ...]:
        """As `PackageIndex.reach`."""
        places = self._places
        wanted: dict[tuple[str, str], None] = {}
        for arch in places.architectures:
            for part, some in (
                ("collection", places.collection),
                ("sources", places.sources),
                ("base", places.base),
                ("rhel", rhel),
            ):
                wanted |= {(part, place): None for place in _filled(some, collection, arch)}
        return tuple(self._reached(part, place) for part, place in wanted)

    def _reached(self, part: str, place: str) -> Reached:
        try:
            snapshot = self._store.snapshot(place)
        except (TransientError, PermanentError) as error:
            return Reached(part, place, error=error)
        return Reached(part, place, snapshot.repomd.made_at)

    def dependencies(self, collection: Collection) -> Known[DependencyGraph] | None:
        """As `PackageIndex.dependencies`."""
        chosen = [self._chosen(collection, arch) for arch in self._places.architectures]
        # Without {arch} in a place, all architectures are the same.
        wanted = [one for one in dict.fromkeys(chosen) if one.collection]
        if not wanted:
            return None
        places = (place for one in wanted for place in (*one.collection, *one.sources, *one.base))
        snapshots = {place: self._store.snapshot(place) for place in dict.fromkeys(places)}
        kept = self._graphs.get(collection)
        if kept is None or kept[0] != _key(snapshots):
            files = collection in self._lacking_files
            graph, lacks_files = graph_of(self._pools(wanted, snapshots, files=files))
            if lacks_files and not files:
                self._lacking_files.add(collection)
                graph, _ = graph_of(self._pools(wanted, snapshots, files=True))
            # What was loaded may be older than what was asked for: a mirror in the middle of a sync.
            kept = self._graphs[collection] = _key(snapshots), graph
        return Known(kept[1], REPODATA, min(one.at for one in snapshots.values()))

    def offers(self, collection: Collection) -> Known[Offers] | None:
        """As `PackageIndex.offers`."""
        wanted = {
            arch: _filled(self._places.collection, collection, arch) for arch in self._places.architectures
        }
        places = dict.fromkeys(place for some in wanted.values() for place in some)
        if not places:
            return None
        snapshots = {place: self._store.snapshot(place) for place in places}
        kept = self._offers.get(collection)
        if kept is None or kept[0] != _key(snapshots):
            found: dict[str, tuple[Offered, ...]] = {}
            for arch, some in wanted.items():
                pool, repos = solv.Pool(), []
                pool.setdisttype(solv.Pool.DISTTYPE_RPM)
                for place in some:
                    repos.append(repo := pool.add_repo(place))
                    snapshots[place] = self._store.load(snapshots[place], repo, files=False)
                found[arch] = offered(repos)
            kept = self._offers[collection] = _key(snapshots), Offers(found)
        return Known(kept[1], REPODATA, min(one.at for one in snapshots.values()))

    def package_lists(
        self, repositories: Sequence[str], collection: Collection
    ) -> Known[Mapping[str, PackageList]]:
        """As `PackageIndex.package_lists`."""
        wanted = {arch: _filled(repositories, collection, arch) for arch in self._places.architectures}
        places = dict.fromkeys(place for some in wanted.values() for place in some)
        if not places:
            raise NotThere(f"no repositories of RHEL are named for {collection}; set rhel.repositories")
        snapshots = {place: self._store.snapshot(place) for place in places}
        kept = self._lists.get(tuple(places))
        if kept is None or kept[0] != _key(snapshots):
            found: dict[str, PackageList] = {}
            for arch, some in wanted.items():
                pool, repos = solv.Pool(), []
                for place in some:
                    repos.append(repo := pool.add_repo(place))
                    snapshots[place] = self._store.load(snapshots[place], repo, files=False)
                found[arch] = _listed(repos)
            kept = self._lists[tuple(places)] = _key(snapshots), found
        return Known(kept[1], REPODATA, min(one.at for one in snapshots.values()))

    def _chosen(self, collection: Collection, arch: str) -> Places:
        places = self._places
        return Places(
            _filled(places.collection, collection, arch),
            _filled(places.sources, collection, arch),
            _filled(places.base, collection, arch),
            # Not part of what makes two of them the same, unless a place depends on it.
            (arch,) if any("{arch}" in one for one in (*places.collection, *places.base)) else (),
        )

    def _pools(
        self, wanted: Sequence[Places], snapshots: dict[str, Snapshot], *, files: bool
    ) -> Iterator[ArchPool]:
        """One pool after the other; ``snapshots`` then holds what was loaded."""
        for one in wanted:
            pool = solv.Pool()
            pool.setdisttype(solv.Pool.DISTTYPE_RPM)
            if one.architectures:
                pool.setarch(one.architectures[0])
            repos: dict[str, solv.Repo] = {}
            for place in dict.fromkeys((*one.collection, *one.sources, *one.base)):
                repos[place] = pool.add_repo(place)
                snapshots[place] = self._store.load(snapshots[place], repos[place], files=files)
            pool.addfileprovides()
            pool.createwhatprovides()
            yield ArchPool(
                pool,
                tuple(repos[place] for place in one.collection),
                tuple(repos[place] for place in one.sources),
            )


def _key(snapshots: Mapping[str, Snapshot]) -> tuple[tuple[str, str], ...]:
    return tuple((place, one.key) for place, one in sorted(snapshots.items()))


def _filled(places: Sequence[str], collection: Collection, arch: str) -> tuple[str, ...]:
    """The places that are for this collection, their blanks filled in."""
    named = [one.removeprefix(f"{collection}=") for one in places if one.startswith(f"{collection}=")]
    chosen = named or [one for one in places if _FOR_ONE.match(one) is None]
    blanks = {"{arch}": arch, "{major}": str(collection.major), "{release}": collection.name[len("epel") :]}
    filled = []
    for place in chosen:
        text = place
        for blank, word in blanks.items():
            text = text.replace(blank, word)
        filled.append(text)
    return tuple(filled)


def _listed(repos: Sequence[solv.Repo]) -> PackageList:
    packages: dict[str, EVR] = {}
    sources: dict[str, EVR] = {}
    for repo in repos:
        for one in repo.solvables_iter():
            evr = EVR.parse(one.evr)
            if one.arch in _SOURCE_ARCHES:
                _keep_highest(sources, one.name, evr)
                continue
            _keep_highest(packages, one.name, evr)
            # None where they are the package's own; the source's epoch is told nowhere but is its packages'.
            source = one.lookup_str(solv.SOLVABLE_SOURCENAME) or one.name
            told = one.lookup_str(solv.SOLVABLE_SOURCEEVR)
            _keep_highest(sources, source, EVR.parse(told, evr.epoch) if told else evr)
    return PackageList(packages, sources)


def _keep_highest(found: dict[str, EVR], name: str, evr: EVR) -> None:
    other = found.get(name)
    if other is None or evr > other:
        found[name] = evr
