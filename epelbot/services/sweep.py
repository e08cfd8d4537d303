# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sweep: rebuild the truth from the sources, as the same evidence that messages would have given.

A lost message costs time, never correctness (DESIGN, Sweep). A sweep may be stopped at any step, and by
anything: what is kept is true, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import KOJI
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    AccessSeen,
    BuildTagged,
    Fact,
    LookedUp,
    PackageListChanged,
    PostSeen,
    Recorded,
    UpdateSeen,
)
from epelbot.errors import PermanentError, TransientError
from epelbot.ledger import Connection, Ledger, evidence, health, listings, marks
from epelbot.policy.departure_from_evidence import LOOKED_AT
from epelbot.ports import ListArchive, Sources
from epelbot.services.calendar_feeds import feeds, refresh
from epelbot.services.record import keep_found, learn_releases
from epelbot.services.rulebook import Rulebook
from epelbot.services.sweep_parts import Step, View, branches, builds, people, posts, public, updates

#: Called after each step with the part's title and how much of the part is done, from 0 to 1.
Progress = Callable[[str, float], None]

_OVER = "archived"


@dataclass(slots=True)
class PartDone:
    """What became of one part. ``told`` counts pieces of evidence, ``new`` those not known before.

    It is ``whole`` once the source has told all; ``problem`` is why it didn't. ``first`` if it never had
    before: then what is new is no news.
    """

    what: str
    collection: str | None
    source: str
    first: bool
    told: int = 0
    new: int = 0
    whole: bool = False
    problem: str | None = None


@dataclass(slots=True)
class Swept:
    """What a sweep did. ``missed`` is what it found that no message had told, where it had looked before."""

    parts: list[PartDone] = field(default_factory=list)
    missed: list[Recorded] = field(default_factory=list)
    stopped: bool = False

    @property
    def problems(self) -> list[str]:
        """Each once, in order: several parts ask one source."""
        return list(dict.fromkeys(one.problem for one in self.parts if one.problem is not None))


@dataclass(frozen=True, slots=True)
class Sweep:
    """All that a sweep needs. ``stop`` is asked between steps."""

    ledger: Ledger
    rulebook: Rulebook
    sources: Sources
    clock: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    progress: Progress = lambda _title, _share: None

    def run(self, collections: Sequence[Collection] = ()) -> Swept:
        """Sweep these collections, or all that are not over, one part after the other.

        A source that fails costs its own part, and is asked no more. `TransientError` only when the database
        is away.
        """
        with self.ledger.write() as connection:
            health.made_at(connection, self.clock())
        if self.sources.updates is not None:
            learn_releases(self.ledger, self.sources.updates, self.clock())
        # Which collection a build was in hangs on the days on which minors were branched.
        branchings = [one for one in feeds(self.sources) if one.source == KOJI]
        refresh(self.ledger, self.rulebook, branchings, self.clock())
        with self.ledger.read() as connection:
            calendar = self.rulebook.current(connection).calendar
        swept = Swept()
        failed: dict[str, str] = {}
        chosen = collections or self._open_collections(swept)
        for done, steps in self._parts(chosen):
            if done.source in failed:
                done.problem = failed[done.source]
                swept.parts.append(done)
                continue
            swept.parts.append(done)
            self._do(done, steps, swept, calendar)
            if done.problem is not None:
                failed[done.source] = done.problem
            if swept.stopped:
                break
        return swept

    def _parts(self, collections: Sequence[Collection]) -> Iterator[tuple[PartDone, Iterator[Step]]]:
        of = self.sources
        for collection in collections:
            view = self._view(collection)
            if of.history is not None:
                yield self._part("builds", collection, "koji"), builds(view, of.history)
            if of.updates is not None:
                yield self._part("updates", collection, "bodhi"), updates(view, of.updates, of.history)
            if of.packages is not None:
                yield self._part("branches", collection, "dist-git"), branches(view, of.packages)
            if of.index is not None and view.horizon.repodata is not None:
                yield self._part("public RPMs", collection, "repodata"), public(view, of.index)
        if of.packages is not None:
            yield self._part("people", None, "dist-git"), people(self.ledger, self.clock(), of.packages)
        if of.archive is not None:
            yield self._part("posts", None, "archive"), self._posts(of.archive)

    def _posts(self, archive: ListArchive) -> Iterator[Step]:
        """As far back as it matters: what left since the policy is in force is shown for some time."""
        profile, now = self.rulebook.profile, self.clock()
        with self.ledger.read() as connection:
            begins = self.rulebook.known_to_hold_from(connection, now)
        first_day = max(begins, now.date() - timedelta(days=profile.show_days))
        return posts(self.ledger, profile.lists.announce, first_day, now, archive)

    def _part(self, what: str, collection: Collection | None, source: str) -> PartDone:
        with self.ledger.read() as connection:
            first = marks.reached(connection, _whole(what, collection)) is None
        return PartDone(what, collection.name if collection is not None else None, source, first)

    def _view(self, collection: Collection) -> View:
        now = self.clock()
        with self.ledger.read() as connection:
            return View(self.ledger, collection, self.rulebook.horizon(connection, collection, now), now)

    def _do(self, done: PartDone, steps: Iterator[Step], swept: Swept, calendar: Calendar) -> None:
        title = f"{done.what} {done.collection}" if done.collection else done.what
        began = self.clock()
        self.progress(title, 0.0)
        while not self.stop():
            try:
                step = next(steps, None)
            except (TransientError, PermanentError) as error:
                done.problem = str(error)
                self._note(done, began)
                return
            if step is None:
                done.whole = True
                self._note(done, began)
                return
            self._keep(step, done, swept, calendar)
            self.progress(title, step.share)
        swept.stopped = True

    def _keep(self, step: Step, done: PartDone, swept: Swept, calendar: Calendar) -> None:
        if not step.told and not step.reached:
            return
        with self.ledger.write() as connection:
            new = keep_found(connection, step.told, self.clock(), calendar)
            for mark, until in step.reached:
                marks.move(connection, mark, until)
            if not done.first:
                swept.missed += _missed(connection, new)
        done.told += len(step.told)
        done.new += len(new)

    def _note(self, done: PartDone, began: datetime) -> None:
        """A part is over: whether its source answered, and if it told all, that it did."""
        with self.ledger.write() as connection:
            if done.problem is None:
                collection = Collection.parse(done.collection) if done.collection else None
                marks.move(connection, _whole(done.what, collection), began)
            health.note(connection, done.source, self.clock(), done.problem)

    def _open_collections(self, swept: Swept) -> list[Collection]:
        """Those that Bodhi has a release for that is not archived; where it is silent, all that we know."""
        if self.sources.updates is not None:
            try:
                releases = self.sources.updates.releases()
            except (TransientError, PermanentError) as error:
                swept.parts.append(PartDone("releases", None, "bodhi", first=False, problem=str(error)))
            else:
                return sorted({Collection.parse(one.branch) for one in releases if one.state != _OVER})
        with self.ledger.read() as connection:
            return listings.known_collections(connection)


def _whole(what: str, collection: Collection | None) -> str:
    return f"all {what} {collection.name}" if collection is not None else f"all {what}"


def _missed(connection: Connection, new: Sequence[Recorded]) -> list[Recorded]:
    """What of it no message had told: the bus and the source tell one thing in two ways, a moment apart."""
    news = [one for one in new if not _is_look(one.fact) and one.package is not None]
    found = [one for one in new if isinstance(one.fact, PostSeen)]
    for kind in sorted({type(one.fact) for one in news}, key=lambda kind: kind.__name__):
        mine = [one for one in news if isinstance(one.fact, kind)]
        packages = {one.package for one in mine if one.package is not None}
        heard = evidence.of_packages(connection, kind, packages, source="bus")
        told = {(one.package, *_gist(one.fact)) for one in heard}
        found += (one for one in mine if (one.package, *_gist(one.fact)) not in told)
    return found


def _is_look(fact: Fact) -> bool:
    """Of a package list, its history tells what a look at it shows."""
    return isinstance(fact, LookedUp) or (isinstance(fact, PackageListChanged) and fact.action == LOOKED_AT)


def _gist(fact: Fact) -> tuple[object, ...]:
    match fact:
        case BuildTagged(nvr, tag, untagged):
            return nvr, tag, untagged
        case UpdateSeen():
            return fact.alias, fact.status, fact.builds
        case PackageListChanged(tag, _, blocked):
            return tag, blocked
        case AccessSeen(access):
            return (access,)
        case _:
            return (repr(fact),)
