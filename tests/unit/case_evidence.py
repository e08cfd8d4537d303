# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence about one made-up listing, written as briefly as it can be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    AccessSeen,
    BranchSeen,
    BuildChecked,
    BuildTagged,
    Decided,
    Fact,
    LookedUp,
    Outcome,
    PackageListChanged,
    PostRead,
    Pushed,
    Recorded,
    Synced,
    UpdateSeen,
)
from epelbot.domain.facts import Facts, Horizon, SourceTrust
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Meaning, Reading
from epelbot.domain.profile import Profile, ReadmeRules
from epelbot.domain.retirement import Action, Decision
from epelbot.policy.builds_from_evidence import TAG_HISTORY, UPDATES
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.posts_from_evidence import ACCESS

PACKAGE = "foo"
OLD, FINAL, NEWER = "foo-1.0-1.el9", "foo-1.0-2.el9", "foo-1.1-1.el9"
ALIAS = "FEDORA-EPEL-2026-0000000001"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

LONG_AGO = datetime(2013, 1, 1, tzinfo=UTC)


def day(text: str, hour: int = 12) -> datetime:
    """Noon of a day, as most things here happen at."""
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) + timedelta(hours=hour)


def told(fact: Fact, at: datetime, source: str = "bus", *, confirmed: datetime | None = None) -> Recorded:
    of_all = isinstance(fact, AccessSeen | PostRead) or (isinstance(fact, LookedUp) and fact.what == ACCESS)
    package = None if isinstance(fact, Synced) else PACKAGE
    return Recorded(fact, package, None if of_all else 9, source, at, at, confirmed)


def tagged(nvr: str, at: datetime, tag: str = "epel9", *, epoch: int | None = None) -> Recorded:
    return told(BuildTagged(nvr, tag, untagged=False, by="bodhi", epoch=epoch), at, "koji")


def untagged(nvr: str, at: datetime, tag: str = "epel9") -> Recorded:
    return told(BuildTagged(nvr, tag, untagged=True, by="releng"), at, "koji")


def update(
    status: str,
    at: datetime,
    *builds: str,
    alias: str = ALIAS,
    release: str = "epel9",
    seen: datetime | None = None,
    source: str = "bus",
) -> Recorded:
    """An update that came to a status; ``seen`` is when it was last told to be in it."""
    state = UpdateSeen(alias, release, release, status, None, builds or (FINAL,), "ann")
    return told(state, at, source, confirmed=seen)


def looked_up(*, at: datetime = NOW, but: str = "") -> list[Recorded]:
    """Every source has answered just now, ``but`` one."""
    return [told(LookedUp(what), at, "koji") for what in (TAG_HISTORY, UPDATES, ACCESS) if what != but]


def checked(nvr: str, outcome: Outcome = "carries", at: datetime = NOW) -> Recorded:
    to_change = () if outcome == "carries" else (PACKAGE,)
    fact = BuildChecked(nvr, 0, outcome, f"{nvr} {outcome}", to_change=to_change, rules=ReadmeRules())
    return told(replace(fact, remedy=None if outcome == "carries" else "mend it"), at, "koji")


def read(
    at: datetime,
    *,
    post: str = "P1",
    author: str | None = "ann",
    collection: str | None = "epel9",
    meaning: Meaning = Meaning.RETIREMENT,
    reason: str | None = "no time",
    starts: bool = True,
    complete: bool = True,
    confirmed: datetime | None = None,
) -> Recorded:
    reading = Reading(meaning, (PACKAGE,), (collection,) if collection else (), reason, why="it may be so")
    sender = "Ann <ann@example.org>"
    fact = PostRead(post, collection, reading, author, sender, starts, complete, f"https://lists/{post}")
    return told(fact, at, "archive", confirmed=confirmed)


def reply(
    at: datetime,
    meaning: Meaning,
    *,
    post: str = "Q1",
    author: str | None = "ann",
    thread: str | None = "P1",
    collection: str | None = "epel9",
) -> Recorded:
    reading = Reading(meaning, (PACKAGE,), (collection,) if collection else (), why="so it says")
    sender = f"{(author or 'Eve').title()} <{author or 'eve'}@example.org>"
    fact = PostRead(
        post, collection, reading, author, sender, False, True, f"https://lists/{post}", in_thread_of=thread
    )
    return told(fact, at, "archive")


def access(owner: str, at: datetime, *, source: str = "dist-git", seen: datetime | None = None) -> Recorded:
    return told(AccessSeen(PackageAccess(owner)), at, source, confirmed=seen)


def synced(at: datetime, release: str = "epel9") -> Recorded:
    return told(Synced(release, testing=False), at)


def blocked(
    at: datetime, tag: str = "epel9", *, stays: bool = True, by: str | None = None, source: str = "bus"
) -> Recorded:
    return told(PackageListChanged(tag, "block" if stays else "unblock", stays, by), at, source)


def pushed(
    at: datetime,
    dead: str | None = "added",
    *,
    branch: str = "epel9",
    revision: str = "aaaa",
    by: str = "bob",
) -> Recorded:
    return told(Pushed(branch, revision, by, dead, by.title(), "Retired: nobody uses it"), at)


def tip(
    seen: datetime,
    dead: str | None = "nobody uses it",
    *,
    since: datetime | None = None,
    branch: str = "epel9",
    revision: str | None = "aaaa",
) -> Recorded:
    """What dist-git showed of the branch at ``seen``; the commit at its tip is of ``since``."""
    alive = dead is None
    state = BranchSeen(branch, dead, None if alive else revision, None if alive else "Bob")
    return told(state, since or seen, "dist-git", confirmed=seen)


def decided(
    action: Action,
    at: datetime,
    *,
    post: str | None = "P1",
    build: str | None = FINAL,
    minor: str | None = None,
    collection: str = "epel9",
) -> Recorded:
    decision = Decision(action, "smooge", at, "because", post, build, minor)
    return told(Decided(collection, decision), at, "smooge")


def horizon(
    *,
    now: datetime = NOW,
    tags: tuple[str, ...] = ("epel9",),
    online: bool = True,
    error: str | None = None,
    led_until: tuple[tuple[str, date], ...] = (),
    in_force_from: date = date.min,
    posts_since: datetime | None = LONG_AGO,
) -> Horizon:
    """What can be seen; all posts since ``posts_since`` are known from messages."""
    trust = SourceTrust(online, timedelta(hours=48), error)
    posts_known = () if posts_since is None else ((posts_since, now),)
    return Horizon(
        now,
        tags,
        trust,
        trust,
        trust,
        timedelta(hours=96),
        led_until,
        in_force_from,
        posts_known=posts_known,
    )


def facts(
    evidence: Iterable[Recorded],
    *,
    as_of: date | None = None,
    seen_from: Horizon | None = None,
    collection: str = "epel9",
    profile: Profile | None = None,
) -> Facts:
    view = seen_from or horizon()
    everything = list(evidence)
    synced_at = {one.happened_at for one in everything if isinstance(one.fact, Synced)}
    view = replace(view, synced_at=tuple(sorted(synced_at)))
    return facts_from_evidence(
        PACKAGE,
        Collection.parse(collection),
        [one for one in everything if not isinstance(one.fact, Synced)],
        as_of=as_of or view.now.date(),
        horizon=view,
        profile=profile or Profile(),
    )


def whole_case() -> list[Recorded]:
    """A listing that has done everything: entered, announced, final build, stable, synced."""
    return [
        *looked_up(),
        access("ann", day("2024-06-01"), seen=NOW),
        tagged(OLD, day("2024-06-03")),
        read(day("2026-10-01")),
        update("pending", day("2026-10-03")),
        update("testing", day("2026-10-04")),
        tagged(FINAL, day("2026-10-12")),
        update("stable", day("2026-10-12", 15), seen=NOW),
        synced(day("2026-10-13")),
        synced(day("2026-11-22")),
        checked(OLD, "lacks", day("2026-10-01")),
        checked(FINAL, "carries", day("2026-10-03")),
    ]
