# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a sweep: what each source is asked of a whole collection, in few questions, as evidence.

Each part is a generator of `Step`: what has been told so far, to be kept in one transaction. One that is
left in the middle has told nothing wrong: that a source was asked *in full* comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from epelbot.domain.build import Tagging
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    AccessSeen,
    BranchSeen,
    BuildChanged,
    BuildTagged,
    Fact,
    LookedUp,
    PackageListChanged,
    PostSeen,
    PublicSeen,
    Pushed,
    Recorded,
    UpdateSeen,
)
from epelbot.domain.facts import Horizon
from epelbot.domain.nevra import NVR
from epelbot.domain.people import as_listed
from epelbot.ledger import Ledger, evidence, listings, marks
from epelbot.policy.builds_from_evidence import TAG_HISTORY, UPDATES
from epelbot.policy.departure_from_evidence import BRANCH, LOOKED_AT
from epelbot.policy.posts_from_evidence import ANNOUNCED_WITHIN
from epelbot.ports import BuildHistory, ListArchive, PackageIndex, PackageSources, UpdateSource
from epelbot.services.gather_departures import entries_told, may_be_dead, retired_packages, tip_told

#: Pieces of evidence in one transaction: long enough to be fast, short enough for others to get their turn.
STEP = 5000
# Packages whose evidence of people is compared at once: one page of dist-git's list.
_PAGE = 100
# No collection that we know has anything from before it.
_BEGINNING = datetime(2013, 1, 1, tzinfo=UTC)
# What is asked for at once is a time. It grows while little comes of it.
_FIRST_TIME, _LONGEST_TIME = timedelta(days=90), timedelta(days=365)
_FEW = 3000
# Clocks differ, and what began before a mark may have been written down after it.
_OVERLAP = timedelta(hours=1)
# Posts are dated by their senders, and may wait for a moderator.
_LATE_POSTS = timedelta(days=14)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """What a part found since its last step, how much of it is done (0 to 1), and marks now reached."""

    told: Sequence[Recorded] = ()
    share: float = 1.0
    reached: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One collection as a sweep asks about it; from ``asked_at`` on, when it began, nothing is sure."""

    ledger: Ledger
    collection: Collection
    horizon: Horizon
    asked_at: datetime

    def recorded(self, fact: Fact, package: str, source: str, at: datetime | None = None) -> Recorded:
        """A fact about one package of the collection, which happened then, or stands now."""
        happened = self.asked_at if at is None else at
        return Recorded(fact, package, self.collection.major, source, happened, self.asked_at)

    def ever_blocked(self, packages: Iterable[str]) -> set[str]:
        """Those of the packages of which anything says that they are or were blocked."""
        with self.ledger.read() as connection:
            told = evidence.of_packages(connection, PackageListChanged, set(packages))
        return {
            one.package
            for one in told
            if one.package is not None and isinstance(one.fact, PackageListChanged) and one.fact.blocked
        }

    def packages(self) -> list[str]:
        """Every package that the collection is known to have, or to have had."""
        with self.ledger.read() as connection:
            return listings.packages_in(connection, self.collection.name)


@dataclass(slots=True)
class _Times:
    """The times that are asked for one after the other: short ones while much comes, longer ones else."""

    since: datetime | None
    until: datetime
    began: datetime = field(init=False)
    before: datetime = field(init=False)
    _length: timedelta = _FIRST_TIME

    def __post_init__(self) -> None:
        self.began = self.since or _BEGINNING
        self.before = min(self.began + (self._length if self.since else timedelta(0)), self.until)

    @property
    def share(self) -> float:
        """How much of the whole time has been asked for, up to ``before``."""
        whole = self.until - self.began
        return (self.before - self.began) / whole if whole else 1.0

    def move_on(self, found: int) -> bool:
        """Go to the next time; False when there is none."""
        if self.before >= self.until:
            return False
        more = self._length * 2 if found < _FEW else self._length / 2
        self._length = max(_FIRST_TIME, min(more, _LONGEST_TIME))
        self.since = self.before
        self.before = min(self.since + self._length, self.until)
        return True


def builds(view: View, history: BuildHistory) -> Iterator[Step]:
    """Koji: every stay in the collection's stable tags, and who is blocked.

    The package list first, since it is short and tells whether Koji answers at all.
    """
    horizon = view.horizon
    listed = history.package_list(horizon.current_tag)
    for number, tag in enumerate(horizon.tags):
        times = _times(view, mark := f"builds {tag}")
        while True:
            stays = history.changes_in_tag(tag, times.since, times.before)
            share = (number + times.share) / len(horizon.tags)
            told = [one for stay in stays for one in _tagged(view, stay)]
            yield from _kept(told, share, mark, times)
            if not times.move_on(len(stays)):
                break
    packages = view.packages()
    # Few are ever blocked, and of the others the list tells all.
    blocked = view.ever_blocked(packages) | {package for package in packages if listed.get(package)}
    entries = history.entries_of(sorted(blocked), horizon.tags) if blocked else {}
    told = []
    for package in packages:
        told += entries_told(package, view.collection.major, entries.get(package, ()), view.asked_at)
        if package in listed:
            seen = PackageListChanged(horizon.current_tag, LOOKED_AT, listed[package])
            told.append(view.recorded(seen, package, "koji"))
        told += (view.recorded(LookedUp(TAG_HISTORY, tag), package, "koji") for tag in horizon.tags)
    for some in _portions(told):
        yield Step(some)


def updates(view: View, bodhi: UpdateSource, history: BuildHistory | None) -> Iterator[Step]:
    """Bodhi: every update of the collection's releases, those that are live now as they stand now.

    A live update that another took the place of tells nobody (FIELD 1.3), so those that the ledger has for
    live are asked for by name. Messages of updates tell no epochs, so Koji is asked for those of live builds.
    """
    horizon = view.horizon
    for number, tag in enumerate(horizon.tags):
        times = _times(view, mark := f"updates {tag}")
        while True:
            found = bodhi.updates_submitted(tag, times.since, times.before)
            share = (number + times.share) / len(horizon.tags)
            told = [one for update in found for one in _updated(view, update)]
            yield from _kept(told, share, mark, times)
            if not times.move_on(len(found)):
                break
        live = bodhi.live_updates(tag)
        with view.ledger.read() as connection:
            supposed = evidence.live_updates(connection, tag)
        gone = set(supposed).difference(update.alias for update in live)
        changed = bodhi.updates_called(sorted(gone)) if gone else ()
        yield Step([one for update in (*live, *changed) for one in _updated(view, update)], share)
        if history is not None:
            yield Step(list(_epochs(view, live, history)), share)
    asked = [LookedUp(UPDATES, tag) for tag in horizon.tags]
    for some in _portions([view.recorded(one, name, "bodhi") for name in view.packages() for one in asked]):
        yield Step(some)


def branches(view: View, sources: PackageSources) -> Iterator[Step]:
    """dist-git: whose branch is dead, by the daily list, and a look at each that is new in it.

    A branch that is known to be dead, and is in the list still, is not looked at again.
    """
    branch = view.collection.branch
    listed = retired_packages(branch, sources)
    packages = view.packages()
    with view.ledger.read() as connection:
        pushes = evidence.of_packages(connection, Pushed, set(packages))
        tips = evidence.of_packages(connection, BranchSeen, set(packages))
    known: dict[str, list[Recorded]] = {}
    for one in (*pushes, *tips):
        known.setdefault(one.package or "", []).append(one)
    told: list[Recorded] = []
    for number, package in enumerate(packages):
        about = known.get(package, ())
        dead = _dead_tip(branch, about)
        if dead is not None and package in listed:
            told.append(replace(dead, learnt_at=view.asked_at, confirmed_at=view.asked_at))
        elif package in listed or may_be_dead(branch, about):
            told.append(tip_told(package, view.collection, packages=sources, now=view.asked_at))
        told.append(view.recorded(LookedUp(BRANCH, branch), package, "dist-git"))
        if len(told) >= _PAGE:
            yield Step(told, number / len(packages))
            told = []
    yield Step(told)


def _dead_tip(branch: str, known: Iterable[Recorded]) -> Recorded | None:
    """The last look at the branch, if it was dead then and nothing was pushed since."""
    last: Recorded | None = None
    for one in known:
        if isinstance(one.fact, BranchSeen) and one.fact.branch == branch:
            last = one if last is None or one.confirmed >= last.confirmed else last
    if last is None or not isinstance(last.fact, BranchSeen) or last.fact.dead_package is None:
        return None
    pushed = (one for one in known if isinstance(one.fact, Pushed) and one.fact.branch == branch)
    return None if any(one.happened_at >= last.confirmed for one in pushed) else last


def people(ledger: Ledger, asked_at: datetime, sources: PackageSources) -> Iterator[Step]:
    """dist-git: who has access now, where that is not what is known of a package that has a listing.

    Pagure tells nobody of a new main admin (FIELD 1.6). What only a look-up of one package tells, the worker
    asks when it judges the listing again.
    """
    with ledger.read() as connection:
        known = listings.packages(connection)
    listed: dict[str, AccessSeen] = {}
    told: list[Recorded] = []
    done = 0
    for package, access in sources.every_access():
        if package in known:
            listed[package] = AccessSeen(as_listed(access), partial=True)
        if len(listed) < _PAGE:
            continue
        done += len(listed)
        told += _other_people(ledger, asked_at, listed)
        listed = {}
        share = min(1.0, done / len(known))
        if len(told) < STEP:
            yield Step((), share)
        else:
            yield Step(told, share)
            told = []
    yield Step([*told, *_other_people(ledger, asked_at, listed)])


def public(view: View, index: PackageIndex) -> Iterator[Step]:
    """The public repositories' metadata: what they hold of each package, where that is news (R3).

    Nobody tells of what has vanished from there.
    """
    offers = index.offers(view.collection)
    if offers is None:
        return
    held: dict[str, set[str]] = {}
    for some in offers.value.by_arch.values():
        for rpm in some:
            held.setdefault(rpm.source, set()).add(f"{rpm.name}-{rpm.evr.version}-{rpm.evr.release}")
    packages = view.packages()
    last = _last_public(view, packages)
    told = [
        view.recorded(PublicSeen(view.collection.name, rpms), package, "repodata", offers.at)
        for package in packages
        if (rpms := tuple(sorted(held.get(package, ())))) != last.get(package, ())
    ]
    for some_told in _portions(told):
        yield Step(some_told)


def _last_public(view: View, packages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What the metadata held of each package when they were seen last."""
    with view.ledger.read() as connection:
        told = evidence.of_packages(connection, PublicSeen, set(packages))
    last: dict[str, tuple[datetime, tuple[str, ...]]] = {}
    for one in told:
        if one.package is None or not isinstance(one.fact, PublicSeen):
            continue
        if one.fact.collection == view.collection.name:
            said = (one.happened_at, one.fact.rpms)
            last[one.package] = max(last.get(one.package, said), said)
    return {package: rpms for package, (_, rpms) in last.items()}


def posts(
    ledger: Ledger, list_name: str, first_day: date, asked_at: datetime, archive: ListArchive
) -> Iterator[Step]:
    """The list archive: every post since the last time; each that is new is then read as if the bus told it.

    At first it is read as far back as what left on ``first_day`` may have been announced.

    The archive knows no accounts, so that a person has to say whether its author was entitled (R1).
    """
    mark = marks.posts_of(list_name)
    beginning = datetime.combine(first_day, time(), UTC) - ANNOUNCED_WITHIN
    with ledger.read() as connection:
        known = marks.span(connection, mark)
    whole = known is not None and known[0] <= beginning
    since = known[1] - _LATE_POSTS if known is not None and whole else beginning
    found = archive.posts_since(list_name, since)
    for some in _portions(found):
        # The time in the archive is the sender's word, and none that is still to come.
        dated = [replace(one, posted_at=min(one.posted_at, asked_at)) for one in some]
        yield Step([Recorded(PostSeen(one), None, None, "archive", one.posted_at, asked_at) for one in dated])
    reached = [(mark, asked_at)] if whole else [(marks.since_of(mark), beginning), (mark, asked_at)]
    yield Step((), 1.0, tuple(reached))


def _other_people(ledger: Ledger, asked_at: datetime, listed: dict[str, AccessSeen]) -> list[Recorded]:
    with ledger.read() as connection:
        told = evidence.of_packages(connection, AccessSeen, listed.keys())
    last: dict[str, tuple[datetime, AccessSeen]] = {}
    for one in told:
        if isinstance(one.fact, AccessSeen) and one.package is not None:
            before = last.get(one.package)
            if before is None or before[0] <= one.confirmed:
                last[one.package] = (one.confirmed, one.fact)
    return [
        Recorded(seen, package, None, "dist-git", asked_at, asked_at)
        for package, seen in listed.items()
        if package not in last or as_listed(last[package][1].access) != seen.access
    ]


def _times(view: View, mark: str) -> _Times:
    with view.ledger.read() as connection:
        reached = marks.reached(connection, mark)
    return _Times(None if reached is None else reached - _OVERLAP, view.asked_at)


def _kept(told: Sequence[Recorded], share: float, mark: str, times: _Times) -> Iterator[Step]:
    """What one time has told. That a time was empty is not worth a transaction, unless it was the last."""
    portions = list(_portions(told))
    for some in portions[:-1]:
        yield Step(some, share)
    reached = ((mark, times.before),) if portions or times.before >= times.until else ()
    yield Step(portions[-1] if portions else (), share, reached)


def _tagged(view: View, stay: Tagging) -> Iterator[Recorded]:
    nvr = str(stay.nvr)
    tagged = BuildTagged(nvr, stay.tag, untagged=False, by=stay.tagged_by, epoch=stay.epoch)
    yield view.recorded(tagged, stay.nvr.name, "koji", stay.tagged_at)
    if stay.untagged_at is not None:
        left = BuildTagged(nvr, stay.tag, untagged=True, by=stay.untagged_by, epoch=stay.epoch)
        yield view.recorded(left, stay.nvr.name, "koji", stay.untagged_at)


def _updated(view: View, update: UpdateSeen) -> Iterator[Recorded]:
    for package in sorted({NVR.parse(build).name for build in update.builds}):
        one = view.recorded(update, package, "bodhi", update.reached_at)
        yield replace(one, confirmed_at=view.asked_at)


def _epochs(view: View, live: Iterable[UpdateSeen], history: BuildHistory) -> Iterator[Recorded]:
    wanted = sorted({build for update in live for build in update.builds})
    for nvr, build in history.builds([NVR.parse(one) for one in wanted]).items():
        state = build.state.name.lower()
        changed = BuildChanged(str(nvr), state, build.epoch or 0, build.build_id, build.owner)
        yield view.recorded(changed, nvr.name, "koji", build.completed_at)


def _portions(told: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(told), STEP):
        yield told[start : start + STEP]
