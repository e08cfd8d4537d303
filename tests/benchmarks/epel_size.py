# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger as large as EPEL's: six collections, tens of thousands of listings, ten years of history.

What is in it is made up, but of real proportions: a listing has seen a handful of builds, each with its
update; one in fifty is on its way out; most people keep a few packages, some keep hundreds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import (
    AccessSeen,
    BuildChanged,
    BuildChecked,
    BuildTagged,
    LookedUp,
    Outcome,
    PackageListChanged,
    PostRead,
    Recorded,
    Synced,
    UpdateSeen,
)
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Meaning, Reading, Reason
from epelbot.ledger import Ledger, evidence, listings
from epelbot.policy.builds_from_evidence import TAG_HISTORY, UPDATES
from epelbot.policy.posts_from_evidence import ACCESS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

#: Each collection's first day and its share of the listings.
COLLECTIONS: dict[str, tuple[datetime, float]] = {
    "epel7": (datetime(2016, 11, 1, tzinfo=UTC), 0.25),
    "epel8": (datetime(2019, 8, 1, tzinfo=UTC), 0.2),
    "epel9": (datetime(2021, 12, 1, tzinfo=UTC), 0.25),
    "epel10": (datetime(2025, 2, 18, tzinfo=UTC), 0.1),
    "epel10.0": (datetime(2025, 2, 18, tzinfo=UTC), 0.1),
    "epel10.1": (datetime(2025, 8, 18, tzinfo=UTC), 0.1),
}
_DAY = timedelta(days=1)
_CHUNK = 20_000


def fill(ledger: Ledger, count: int = 40_000, seed: int = 1) -> int:
    """Make ``count`` listings with their history, all due; returns how many pieces of evidence there are."""
    chance = random.Random(seed)  # noqa: S311 -- the same ledger each time is what is wanted
    names = [
        (f"package{number}", collection)
        for collection, (_, share) in COLLECTIONS.items()
        for number in range(int(count * share))
    ]
    told = 0
    pieces = _everything(names, chance)
    while chunk := list(islice(pieces, _CHUNK)):
        with ledger.write() as connection:
            evidence.add(connection, chunk)
        told += len(chunk)
    with ledger.write() as connection:
        for minor in range(3):
            branch = "epel10" if minor == 2 else f"epel10.{minor}"
            listings.learn_release(connection, f"epel10.{minor}", branch, "current", NOW - _DAY)
        listings.touch(connection, names, NOW, whole=COLLECTIONS)
    return told


def _everything(names: list[tuple[str, str]], chance: random.Random) -> Iterator[Recorded]:
    for name, (since, _) in COLLECTIONS.items():
        collection = Collection.parse(name)
        tag = _tag(name)
        for day in range((NOW - since).days):
            at = since + day * _DAY
            yield Recorded(Synced(tag, testing=False), None, collection.major, "bus", at, at)
    for package in dict.fromkeys(package for package, _ in names):
        yield from _people(package, chance)
    for package, name in names:
        yield from _listing(package, name, chance)


def _tag(collection: str) -> str:
    return "epel10.2" if collection == "epel10" else collection


def _people(package: str, chance: random.Random) -> Iterator[Recorded]:
    owner = f"person{int(chance.paretovariate(1.0)) % 900}"
    helper = f"person{chance.randrange(900)}"
    seen = NOW - chance.randrange(300, 3000) * _DAY
    access = PackageAccess(owner, admins=(owner,), committers=(helper,))
    yield Recorded(AccessSeen(access), package, None, "dist-git", seen, seen, NOW - _DAY / 12)
    yield Recorded(LookedUp(ACCESS), package, None, "dist-git", NOW - _DAY / 12, NOW)


def _listing(package: str, name: str, chance: random.Random) -> Iterator[Recorded]:
    since, _ = COLLECTIONS[name]
    collection, tag = Collection.parse(name), _tag(name)
    asked = NOW - _DAY / 12
    first = since + chance.random() * (NOW - since - 40 * _DAY)
    builds = chance.choice((1, 1, 2, 3, 4, 6, 9))
    leaves = chance.random() < 0.02
    nvr = ""
    for number in range(builds):
        at = first + (NOW - 20 * _DAY - first) * number / builds
        before, nvr = nvr, f"{package}-1.{number}-1.el{collection.major}"
        alias = f"FEDORA-EPEL-{at:%Y}-{chance.randrange(1 << 40):010x}"
        told = (
            (BuildChanged(nvr, "complete", 0, chance.randrange(3_000_000), "person1"), at),
            (UpdateSeen(
                alias, tag, name, "stable", None, (nvr,), "person1", at, at + _DAY, at + 8 * _DAY
            ), at + 8 * _DAY),
            (BuildTagged(nvr, tag, untagged=False, by="bodhi", epoch=0), at + 8 * _DAY),
        )  # fmt: skip
        for fact, happened in told:
            yield Recorded(fact, package, collection.major, "koji", happened, happened)
        if before:
            gone = BuildTagged(before, tag, untagged=True, by="oscar", epoch=0)
            yield Recorded(gone, package, collection.major, "koji", at + 9 * _DAY, at + 9 * _DAY)
    outcome: Outcome = "carries" if leaves else "lacks"
    checked = BuildChecked(nvr, 0, outcome, "its binary packages were looked into")
    if leaves:
        reading = Reading(Meaning.RETIREMENT, reason="I have no time for it.", category=Reason.NO_TIME)
        at = NOW - 60 * _DAY
        post = f"{package.upper()}POST"
        read = PostRead(post, name, reading, None, "a@b.example", starts_matter=True, complete=True)
        yield Recorded(read, package, collection.major, "archive", at, at)
    listed = PackageListChanged(tag, "seen", blocked=False)
    for answer in (listed, LookedUp(TAG_HISTORY), LookedUp(UPDATES), checked):
        yield Recorded(answer, package, collection.major, "koji", asked, NOW)
