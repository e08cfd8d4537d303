# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small EPEL in which much happens: two packages, three to five collections, two people and a stranger.

It tells a `Story`, and keeps by itself what an observer who sees everything would write down, so that what
epelbot says can be compared with what is so.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.build import Tagging
from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import ENDOFLIFE, Event, Kind
from epelbot.domain.nevra import NVR
from epelbot.domain.post import Post
from epelbot.shipped import load_calendar
from epelbot.testing.messages import Record
from epelbot.testing.story import README, Story

A_DAY = timedelta(days=1)
PACKAGES = ("anvil", "bellows")
OWNERS = {"anvil": "ann", "bellows": "bob"}
STRANGER = "mallory"
#: The day on which the part of the history begins that chance writes.
BEGIN = datetime(2025, 10, 6, 9, tzinfo=UTC)
_OPENED = datetime(2024, 8, 20, 9, tzinfo=UTC)
_BRANCHED_10_0 = datetime(2025, 2, 18, 15, tzinfo=UTC)
_BRANCHED_10_1 = datetime(2025, 8, 19, 15, tzinfo=UTC)
TEXTS = {"carries": README, "nearly": b"Goodbye.\n", "lacks": None}
#: What RHEL will bring, and the day of it; nobody knows of it at the beginning.
COMING = {(9, 7): date(2025, 11, 12), (10, 1): date(2025, 11, 12), (9, 8): date(2026, 5, 20)}
# Koji's own time of what it did is a moment earlier than that of the message about it.
_A_MOMENT = timedelta(seconds=1)
_KOJI_TELLS = ("buildsys.tag", "buildsys.untag", "buildsys.package.list.change")


def known_calendar() -> Calendar:
    """The shipped calendar, as one could have known it at the beginning."""
    calendar = load_calendar()
    return Calendar(
        tuple(
            replace(
                major,
                minors=tuple(
                    one
                    for one in major.minors
                    if (major.number, one.number) not in COMING and (major.number, one.number) != (10, 2)
                ),
            )
            for major in calendar.majors
        )
    )


@dataclass(slots=True)
class SmallWorld:
    """What happens, step by step. ``now`` moves on with each; ``minor`` is the one that leads ``epel10``.

    With ``ageless`` tags Koji says of each that it was made long before there was an EPEL 10.
    """

    ageless: bool = False
    story: Story = field(default_factory=Story)
    now: datetime = _OPENED
    minor: int = 1
    branched_at: dict[int, datetime] = field(default_factory=dict)
    announcements: list[tuple[Post, str, tuple[str, ...], str]] = field(default_factory=list)
    answers: int = 0
    #: What each build says of its retirement, by NVR; and since when a branch is dead.
    kinds: dict[str, str] = field(default_factory=dict)
    killed_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=lambda: {name: {who} for name, who in OWNERS.items()})
    _releases: int = 0

    def __post_init__(self) -> None:
        self.story.opens("epel9", "epel10.0", "epel10.1", leading="epel10.1")
        self.story.world.tags_made |= {"epel10.0": _OPENED, "epel10.1": _BRANCHED_10_0}
        self.branched_at[0] = _BRANCHED_10_0
        self.now = _BRANCHED_10_0 + A_DAY
        for package, owner in OWNERS.items():
            self.story.package(package, owner, self.now, branches=("epel9", "epel10"))
        calendar = known_calendar()
        self.story.world.published[ENDOFLIFE] = {
            Event(Kind.GA, major.number, minor.number): minor.ga[-1].day
            for major in calendar.majors
            for minor in major.minors
        }

    @property
    def collections(self) -> tuple[str, ...]:
        """Every collection that there is."""
        return ("epel9", "epel10", *(f"epel10.{minor}" for minor in range(self.minor)))

    def tag_of(self, collection: str) -> str:
        """Its stable tag now."""
        return f"epel10.{self.minor}" if collection == "epel10" else collection

    def next_build(self, package: str, collection: str) -> str:
        """A newer build than all before."""
        self._releases += 1
        dist = self.tag_of(collection).removeprefix("epel").replace(".", "_")
        return f"{package}-1.0-{self._releases}.el{dist}"

    def ships(self, package: str, collection: str, kind: str) -> None:
        """A build goes all the way into the collection; ``kind`` is what it says of its retirement."""
        if self.is_blocked(package, collection):
            return
        tag = self.tag_of(collection)
        nvr = self.next_build(package, collection)
        self.kinds[nvr] = kind
        alias = f"FEDORA-EPEL-2025-{self._releases:010x}"
        self.story.built(nvr, self.now, readme=TEXTS[kind], tag=tag)
        self.story.submitted(alias, nvr, self.now + timedelta(hours=1), tag=tag, branch=collection)
        self.story.in_testing(alias, self.now + A_DAY)
        self.story.stable(alias, self.now + 8 * A_DAY)
        self.now += 9 * A_DAY

    def submits(self, package: str, collection: str, kind: str) -> None:
        """A build comes as far as testing."""
        nvr = self.next_build(package, collection)
        self.kinds[nvr] = kind
        alias = f"FEDORA-EPEL-2025-{self._releases:010x}"
        tag = self.tag_of(collection)
        self.story.built(nvr, self.now, readme=TEXTS[kind], tag=tag)
        self.story.submitted(alias, nvr, self.now + timedelta(hours=1), tag=tag, branch=collection)
        self.story.in_testing(alias, self.now + A_DAY)
        self.now += 2 * A_DAY

    def live_updates(self) -> list[str]:
        """The updates in testing, of releases that are still composed."""
        return sorted(one.alias for one in self.story.world.updates.values() if one.status == "testing")

    def goes_stable(self, alias: str) -> None:
        """An update from testing goes stable."""
        update = self.story.world.updates[alias]
        package = NVR.parse(update.builds[0]).name
        if self.story.world.package_lists[update.release].get(package):
            return
        self.story.stable(alias, self.now)
        self.now += A_DAY

    def unpushed(self, alias: str) -> None:
        """An update is taken back."""
        self.story.unpushed(alias, self.now)

    def tagged_by_hand(self, package: str, collection: str) -> None:
        """A build reaches the stable tag without an update."""
        if self.is_blocked(package, collection):
            return
        nvr = self.next_build(package, collection)
        self.kinds[nvr] = "lacks"
        self.story.built(nvr, self.now, tag=self.tag_of(collection))
        self.story.tagged(nvr, self.tag_of(collection), self.now + timedelta(hours=1), by="releng")
        self.now += A_DAY

    def there(self, package: str, collection: str) -> list[Tagging]:
        """The builds that are in the collection's tag."""
        tag = self.tag_of(collection)
        return [
            one
            for one in self.story.world.taggings
            if one.nvr.name == package and one.tag == tag and one.untagged_at is None
        ]

    def untagged(self, package: str, collection: str, *, all_of_them: bool) -> None:
        """Builds leave the stable tag: all, or the newest."""
        stays = self.there(package, collection)
        for stay in stays if all_of_them else stays[-1:]:
            self.story.untagged(str(stay.nvr), stay.tag, self.now)

    def tagged_again(self, package: str, collection: str) -> None:
        """A build that had left the tag comes back."""
        if self.is_blocked(package, collection):
            return
        tag = self.tag_of(collection)
        there = {str(one.nvr) for one in self.there(package, collection)}
        gone = [
            str(one.nvr) for one in self.story.world.taggings if one.nvr.name == package and one.tag == tag
        ]
        gone = [nvr for nvr in gone if nvr not in there]
        if gone:
            self.story.tagged(gone[-1], tag, self.now, by="releng")

    def is_blocked(self, package: str, collection: str) -> bool:
        """Whether the package is blocked in the collection's tag."""
        return self.story.world.package_lists.get(self.tag_of(collection), {}).get(package, False)

    def blocked_or_unblocked(self, package: str, collection: str) -> None:
        """The package is blocked in the collection's tag, or the block is taken back."""
        turn = self.story.unblocked if self.is_blocked(package, collection) else self.story.blocked
        turn(package, self.tag_of(collection), self.now)

    def killed_or_revived(self, package: str, branch: str) -> None:
        """``dead.package`` comes into the branch, or goes."""
        owner = self.owner_of(package)
        if (package, branch) in self.story.world.dead_packages:
            self.story.revived(package, branch, owner, self.now)
            del self.killed_at[package, branch]
        else:
            self.killed_at[package, branch] = self.now
            self.story.killed(package, branch, owner, self.now)

    def owner_of(self, package: str) -> str:
        """Who has it now; releng stands in where nobody does."""
        owner = self.story.world.access[package].main_admin
        return owner if owner != "orphan" else "releng"

    def given(self, package: str, to: str) -> None:
        """It has another main admin."""
        if self.story.world.access[package].main_admin != to:
            self.story.given(package, to, self.now)
            self.owners[package].add(to)

    def announced(self, package: str, collections: Sequence[str], by: str) -> None:
        """Somebody announces on the list that the package is to be retired."""
        where = " and ".join(collections)
        what = f"I am going to retire {package} from {where}. I have no time for it any more."
        text = f"Hello,\n\n{what}\n\n{by}\n"
        post = self.story.posted(f"Retiring {package} from {where}", text, by, self.now)
        self.announcements.append((post, package, tuple(collections), by))

    def answered(self, number: int, by: str, text: str) -> None:
        """Somebody answers an announcement."""
        post, *_ = self.announcements[number % len(self.announcements)]
        self.answers += 1
        self.story.posted(f"Re: {post.subject}", text, by, self.now, in_reply_to=post.message_id)

    def synced(self, collection: str) -> None:
        """The collection's repository reaches the mirrors."""
        self.story.synced(self.tag_of(collection)[4:], self.now)

    def branched(self) -> None:
        """The leading minor is cut."""
        self.branched_at[self.minor] = self.now
        self.story.branched(self.minor, self.now)
        if self.ageless:
            self.story.world.tags_made.clear()
        self.minor += 1

    def rhel_is_out(self, major: int, minor: int) -> None:
        """A minor of RHEL comes out, and endoflife.date says so."""
        day = COMING[major, minor]
        self.now = max(self.now, datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=18))
        self.story.world.published[ENDOFLIFE][Event(Kind.GA, major, minor)] = day

    def as_told(self, record: Record) -> Record:
        """A message as the bus carries it: what Koji did, it tells a moment later."""
        if not record["topic"].endswith(_KOJI_TELLS):
            return record
        sent = datetime.fromisoformat(record["headers"]["sent-at"]) + _A_MOMENT
        return record | {"headers": record["headers"] | {"sent-at": sent.isoformat()}}


def begun(entries: Sequence[tuple[str, str, int]], *, ageless: bool) -> SmallWorld:
    """A world at `BEGIN`: these packages entered these collections so many days after 10.0 was branched."""
    return copy.deepcopy(_begun(tuple(sorted(entries, key=lambda one: (one[2], one))), ageless=ageless))


@functools.cache
def _begun(entries: tuple[tuple[str, str, int], ...], *, ageless: bool) -> SmallWorld:
    # Kept, since to make a message takes long: each is checked by its publisher's class.
    world = SmallWorld(ageless=ageless)
    for package, collection, days in entries:
        at = _BRANCHED_10_0 + days * A_DAY
        if world.minor == 1 and at > _BRANCHED_10_1:
            _branch_10_1(world)
        world.now = max(world.now, at)
        world.ships(package, collection, "lacks")
    if world.minor == 1:
        _branch_10_1(world)
    world.now = max(world.now, BEGIN)
    return world


def _branch_10_1(world: SmallWorld) -> None:
    world.now = max(world.now, _BRANCHED_10_1)
    world.branched()
