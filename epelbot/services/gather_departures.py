# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather what tells of a departure: who blocked a package when, and whether its branch is dead.

Few listings leave, so both are asked only where something hints at it. For branches the hint is a push,
an earlier look, or the daily list of retired packages, which costs one request for all packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from epelbot.domain.build import PackageEntry
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import BranchSeen, PackageListChanged, Pushed, Recorded
from epelbot.errors import NotThere
from epelbot.policy.departure_from_evidence import LOOKED_AT
from epelbot.ports import BuildHistory, PackageSources
from epelbot.translate.message import line_or_none


def package_list(
    package: str,
    major: int,
    tags: Sequence[str],
    known: Iterable[Recorded],
    *,
    history: BuildHistory,
    now: datetime,
) -> Iterator[Recorded]:
    """How the package stands in the newest of its stable tags, and if it is or was blocked, its history."""
    blocked = bool(history.is_blocked(package, tags[-1]))
    if blocked or any(isinstance(one.fact, PackageListChanged) and one.fact.blocked for one in known):
        yield from entries_told(package, major, history.package_entries(package, tags), now)
    yield Recorded(PackageListChanged(tags[-1], LOOKED_AT, blocked), package, major, "koji", now, now)


def entries_told(
    package: str, major: int, entries: Sequence[PackageEntry], now: datetime
) -> Iterator[Recorded]:
    """The history of a package in its tags' package lists, as evidence."""
    starts = {(entry.tag, entry.set_at) for entry in entries}
    for entry in entries:
        done = "block" if entry.blocked else "add"
        changed = PackageListChanged(entry.tag, done, entry.blocked, entry.set_by)
        yield Recorded(changed, package, major, "koji", entry.set_at, now)
        # An entry that follows at once tells itself how the package stands then.
        if entry.ended_at is not None and (entry.tag, entry.ended_at) not in starts:
            removed = PackageListChanged(entry.tag, "remove", blocked=False, by=entry.ended_by)
            yield Recorded(removed, package, major, "koji", entry.ended_at, now)


def branch_tip(
    package: str,
    collection: Collection,
    known: Iterable[Recorded],
    *,
    packages: PackageSources,
    now: datetime,
) -> Iterator[Recorded]:
    """Whether the listing's branch is dead, if anything says that it may be, and by which commit."""
    branch = collection.branch
    if may_be_dead(branch, known) or package in retired_packages(branch, packages):
        yield tip_told(package, collection, packages=packages, now=now)


def tip_told(package: str, collection: Collection, *, packages: PackageSources, now: datetime) -> Recorded:
    """How the branch's tip stands, as dist-git tells it now."""
    branch = collection.branch
    told = packages.dead_package(package, branch)
    text = None if told is None else line_or_none(told, "dead.package") or ""
    seen, since = BranchSeen(branch, text), now
    if text is not None and (tip := packages.tip(package, branch)) is not None:
        seen, since = BranchSeen(branch, text, tip.revision, tip.author), min(tip.committed_at, now)
    return Recorded(seen, package, collection.major, "dist-git", since, now, confirmed_at=now)


def may_be_dead(branch: str, known: Iterable[Recorded]) -> bool:
    """It was pushed as dead after anybody looked, or was dead at the last look."""
    looked_at, was_dead, pushed_at = _last_told(branch, known)
    return was_dead or _is_unseen(pushed_at, looked_at)


def is_pushed_unseen(branch: str, known: Iterable[Recorded]) -> bool:
    """Whether something was pushed about its death that nobody has looked at since.

    A message may be received before dist-git is asked about the branch, and recorded after.
    """
    looked_at, _, pushed_at = _last_told(branch, known)
    return _is_unseen(pushed_at, looked_at)


def _is_unseen(pushed_at: datetime | None, looked_at: datetime | None) -> bool:
    return pushed_at is not None and (looked_at is None or pushed_at >= looked_at)


def _last_told(branch: str, known: Iterable[Recorded]) -> tuple[datetime | None, bool, datetime | None]:
    """When its tip was last looked at, whether it was dead then, and the last push about its death."""
    looked_at: datetime | None = None
    was_dead = False
    pushed_at: datetime | None = None
    for one in known:
        match one.fact:
            case BranchSeen(branch=seen, dead_package=dead) if seen == branch:
                if looked_at is None or one.confirmed >= looked_at:
                    looked_at, was_dead = one.confirmed, dead is not None
            case Pushed(branch=seen, dead_package=str()) if seen == branch:
                pushed_at = max(pushed_at or one.happened_at, one.happened_at)
            case _:
                pass
    return looked_at, was_dead, pushed_at


def retired_packages(branch: str, packages: PackageSources) -> frozenset[str]:
    """The daily list of the branch."""
    try:
        return frozenset(packages.retired_in(branch))
    except NotThere:
        # The list is made for active releases only; without one, pushes and blocks are all that tells.
        return frozenset()
