# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who succeeds whom in a collection, and from whom an entry is inherited (POLICY L3).

A listing is succeeded when for each architecture all its binary packages are obsoleted and provided by the
builds of one other listing. Then nothing is owed for it (L1, L2, R1, R2), and the successor inherits E.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import BuildChecked, Recorded, Succession
from epelbot.domain.facts import Horizon, Inherited, Known, Missing, Presence
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Offered, Offers
from epelbot.policy.builds_from_evidence import epochs_of, presence_of
from epelbot.policy.seen import Seen

#: The question that is put to the metadata, as `LookedUp` names it; its ``tag`` is the collection.
SUCCESSORS = "successors"
#: What a package that was succeeded is not asked for.
EXEMPT = frozenset({"L1", "L2", "R1", "R2"})
# Names changed so often are no chain, but a knot.
_LONGEST_CHAIN = 10
_NOT_FOR_USERS = ("src", "nosrc")

#: Binary packages, by architecture ("noarch" stands for all).
Binaries = Mapping[str, Sequence[tuple[str, EVR]]]


@dataclass(frozen=True, slots=True)
class Successor:
    """The listing that takes another's place; ``rpms`` pairs each old binary package with the new one."""

    package: str
    rpms: tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def successors(offers: Offers) -> Mapping[str, Successor]:
    """The successor of every listing that still is in the metadata and has one."""
    found: dict[str, Successor] = {}
    for package, binaries in _binaries(offers).items():
        if (successor := successor_of(package, binaries, offers)) is not None:
            found[package] = successor
    return found


def is_listed(package: str, offers: Offers) -> bool:
    """Whether the metadata have any binary package of it."""
    return package in _binaries(offers)


@lru_cache(maxsize=8)
def _binaries(offers: Offers) -> Mapping[str, Binaries]:
    found: dict[str, dict[str, list[tuple[str, EVR]]]] = defaultdict(lambda: defaultdict(list))
    for arch, some in offers.by_arch.items():
        for one in some:
            found[one.source][arch].append((one.name, one.evr))
    return found


@lru_cache(maxsize=8)
def _replacing(offers: Offers) -> Mapping[str, Mapping[str, Sequence[Offered]]]:
    """By architecture and name of an old package, what may take its place."""
    found: dict[str, dict[str, list[Offered]]] = {}
    for arch, some in offers.by_arch.items():
        here = found.setdefault(arch, defaultdict(list))
        for one in some:
            for name in {one.name, *(obsoleted.name for obsoleted in one.obsoletes)}:
                here[name].append(one)
    return found


def successor_of(package: str, binaries: Binaries, offers: Offers) -> Successor | None:
    """The one other listing whose packages replace all these; the first by name, should there be several."""
    candidates: set[str] | None = None
    chosen: dict[tuple[str, str], str] = {}
    for arch, here in _replacing(offers).items():
        for name, evr in (*binaries.get(arch, ()), *(binaries.get("noarch", ()) if arch != "noarch" else ())):
            able = {
                one.source: one.name
                for one in here.get(name, ())
                if one.source != package and one.replaces(name, evr)
            }
            candidates = set(able) if candidates is None else candidates & set(able)
            chosen |= {(source, name): new for source, new in able.items()}
            if not candidates:
                return None
    if not candidates:
        return None
    source = min(candidates)
    return Successor(source, tuple(sorted((old, new) for (by, old), new in chosen.items() if by == source)))


def binaries_of_build(evidence: Iterable[Recorded], nvr: str, evr: EVR) -> Binaries:
    """The binary packages of a build whose RPMs were read, for a listing that the metadata no longer have."""
    found: dict[str, list[tuple[str, EVR]]] = defaultdict(list)
    for one in evidence:
        if isinstance(one.fact, BuildChecked) and one.fact.nvr == nvr:
            for rpm in one.fact.readmes:
                debug = rpm.rpm.endswith(("-debuginfo", "-debugsource")) or "-debuginfo-" in rpm.rpm
                if rpm.arch not in _NOT_FOR_USERS and not debug:
                    found[rpm.arch].append((rpm.rpm, evr))
    return {arch: tuple(dict.fromkeys(some)) for arch, some in found.items()}


def succession_of(
    package: str, seen: Seen, collection: Collection, departure: Departure | Missing | None
) -> Known[Succession] | Missing | None:
    """Who succeeds the listing; None where nobody does, or no metadata are set up that could tell.

    Missing only of a listing that has left: before anybody is accused, it must have been looked at.
    """
    trust = seen.horizon.repodata
    stands = _standing(seen, collection)
    last = next((pair for pair in reversed(stands) if pair[1].predecessor == package), None)
    if last is not None:
        return Known(last[1], "the repositories' metadata", last[0].confirmed)
    if trust is None or not isinstance(departure, Departure):
        return None
    answer = seen.asked(SUCCESSORS, "the repositories' metadata", trust, (collection.name,))
    if isinstance(answer, Missing):
        return replace(answer, why=trust.error or "whether another package succeeds it was not looked up")
    return None


def predecessors(package: str, evidence: Iterable[Recorded], collection: str) -> tuple[str, ...]:
    """The listings whose place this one ever took, by all that is known now."""
    return tuple(
        sorted(
            {
                one.fact.predecessor
                for one in evidence
                if isinstance(one.fact, Succession)
                and one.fact.successor == package
                and one.fact.collection == collection
            }
        )
    )


def _standing(seen: Seen, collection: Collection) -> list[tuple[Recorded, Succession]]:
    """What stands of each pair, the oldest first; that it was seen only later changes nothing."""
    told: dict[tuple[str, str], list[tuple[Recorded, Succession]]] = defaultdict(list)
    for one, fact in (*seen.of(Succession), *seen.of_later(Succession)):
        if fact.collection == collection.name:
            told[fact.predecessor, fact.successor].append((one, fact))
    last = [max(some, key=lambda pair: (pair[0].confirmed, not pair[1].stands)) for some in told.values()]
    return sorted(
        (pair for pair in last if pair[1].stands), key=lambda pair: (pair[0].happened_at, pair[1].successor)
    )


def inheritance(
    package: str,
    seen: Seen,
    collection: Collection,
    others: Mapping[str, Sequence[Recorded]],
    *,
    as_of: date,
    horizon: Horizon,
    undo_days: int,
    through: frozenset[str] = frozenset(),
) -> tuple[Inherited, ...]:
    """From whom the listing inherits, each with the earliest entry of its own line.

    ``others`` holds the evidence of all in the line. One that succeeds its own successor ends the line.
    """
    found = []
    through |= {package}
    for _, fact in _standing(seen, collection):
        name = fact.predecessor
        if fact.successor != package or name in through or len(through) > _LONGEST_CHAIN:
            continue
        theirs = Seen.on(as_of, others.get(name, ()), horizon)
        presence = presence_of(theirs, epochs_of(theirs), undo_days)
        line = inheritance(
            name,
            theirs,
            collection,
            others,
            as_of=as_of,
            horizon=horizon,
            undo_days=undo_days,
            through=through,
        )
        own = presence.value.entry if isinstance(presence, Known) else None
        entries = [one for one in (own, *(heir.entry for heir in line)) if one is not None]
        known = own is not None and all(heir.entry is not None for heir in line)
        earliest = min(entries, key=lambda one: one.at) if entries and known else None
        found.append(Inherited(name, earliest))
    return tuple(found)


def with_inheritance(
    presence: Known[Presence] | Missing, line: Sequence[Inherited]
) -> Known[Presence] | Missing:
    """The presence with the entry that counts: the earliest that is inherited, if it is before its own."""
    if isinstance(presence, Missing) or presence.value.entry is None:
        return presence
    earlier = [
        (one.entry, one.package)
        for one in line
        if one.entry is not None and one.entry.at < presence.value.entry.at
    ]
    if not earlier:
        return presence
    entry, package = min(earlier, key=lambda pair: (pair[0].at, pair[1]))
    inherited = replace(entry, inherited_from=package)
    return replace(presence, value=replace(presence.value, entry=inherited))
