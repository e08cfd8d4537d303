# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is so, read off the small world by other means than epelbot's own, beside what epelbot says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from epelbot.domain.build import Tagging
from epelbot.domain.calendar_words import ENDOFLIFE, Kind
from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Verdict
from tests.order.compare import Said
from tests.order.small_world import PACKAGES, SmallWorld

_A_LIFE_LATER = timedelta(days=14)
_GRACE = timedelta(hours=48)
_MONTHS = 13
# Less than what `show_days` says.
_SHOWN = timedelta(days=390)
Span = tuple[datetime, datetime]


def untrue(said: Said, world: SmallWorld, now: datetime) -> Iterator[str]:
    """What epelbot says of the world that is not so, a line each."""
    for package in PACKAGES:
        for name in world.collections:
            excuse = said.excuses.get(f"{package}/{name}")
            listing = Listing(world, package, name, now)
            if excuse is None:
                if listing.is_sure:
                    yield f"{package} was in {name}, and nothing is known of it"
                continue
            for complaint in listing.against(excuse):
                yield f"{package}/{name}: {complaint}"


@dataclass(frozen=True, slots=True)
class Listing:
    """One package in one collection, as the world has it ``now``."""

    world: SmallWorld
    package: str
    collection: str
    now: datetime

    @property
    def stays(self) -> list[Tagging]:
        """Every stay that counts: the leading collection's tags are its own until they are branched."""
        return [
            one
            for one in self.world.story.world.taggings
            if one.nvr.name == self.package and self._counts(one)
        ]

    def _counts(self, stay: Tagging) -> bool:
        if self.collection != "epel10":
            return stay.tag == self.collection
        return stay.tag.startswith("epel10.") and stay.tagged_at < self._led_until(stay.tag)

    def _led_until(self, tag: str) -> datetime:
        """The end of the day on which a tag was branched, if that can be known: a calendar has no hours."""
        minor = Collection.parse(tag).minor
        if self.collection != "epel10" or minor is None or (self.world.ageless and minor > 0):
            return self.now
        branched = self.world.branched_at.get(minor)
        return self.now if branched is None else datetime.combine(branched + timedelta(days=1), time(), UTC)

    @property
    def is_sure(self) -> bool:
        """Whether it was there on whatever day the minors were branched."""
        return any(
            stay.tag == self.world.tag_of(self.collection) or not self.world.ageless for stay in self.stays
        )

    @property
    def spans(self) -> list[Span]:
        """When it was in the collection: a build in a stable tag, and no block on it."""
        found = []
        for stay in self.stays:
            begins, ends = stay.tagged_at, min(stay.untagged_at or self.now, self._led_until(stay.tag))
            for blocked_at, unblocked_at in self._blocks(stay.tag):
                if begins < blocked_at < ends:
                    found.append((begins, blocked_at))
                if blocked_at < ends and unblocked_at > begins:
                    begins = unblocked_at
            if begins < ends:
                found.append((begins, ends))
        return sorted(found)

    def _blocks(self, tag: str) -> list[Span]:
        return [
            (entry.set_at, entry.ended_at or self.now)
            for package, entry in self.world.story.world.package_entries
            if (package, entry.tag, entry.blocked) == (self.package, tag, True)
        ]

    @property
    def began_anew(self) -> bool:
        """Whether it was ever away for so long that its life may have begun anew."""
        here_until: datetime | None = None
        for begins, ends in self.spans:
            if here_until is not None and begins - here_until > _A_LIFE_LATER:
                return True
            here_until = max(here_until or ends, ends)
        return False

    @property
    def has_left(self) -> bool:
        """Whether it is not in the collection any more, though it was."""
        if not self.spans:
            return False
        there = self.world.there(self.package, self.collection)
        return not there or self.world.is_blocked(self.package, self.collection) or self._is_dead

    @property
    def _is_dead(self) -> bool:
        killed = self.world.killed_at.get((self.package, self.collection))
        return killed is not None and killed + _GRACE <= self.now and killed >= self.spans[-1][0]

    @property
    def _is_odd(self) -> bool:
        """Whether builds came in while its branch was dead: nobody can say what that means."""
        killed = self.world.killed_at.get((self.package, self.collection))
        return killed is not None and not self._is_dead and any(begins <= killed for begins, _ in self.spans)

    def against(self, excuse: Excuse) -> Iterator[str]:
        """What of an excuse is not so. What epelbot says that it can't know is no untruth."""
        verdicts = {one.rule: one.verdict for one in excuse.findings}
        if Verdict.CANNOT_KNOW in verdicts.values():
            return
        yield from self._against_entry(excuse)
        left = excuse.departure is not None and excuse.departure.counts
        if left != self.has_left and self.is_sure and not self._is_odd:
            yield f"it has {'' if self.has_left else 'not '}left, and epelbot says otherwise"
        if left == self.has_left:
            yield from self._against_violations(excuse, verdicts)
        yield from self._against_announcement(excuse)
        yield from self._against_build(excuse, left=left)

    def _against_entry(self, excuse: Excuse) -> Iterator[str]:
        days = sorted(stay.tagged_at.date() for stay in self.stays)
        if excuse.lifetime is None or not days:
            return
        entered = excuse.lifetime.entered
        if entered not in {begins.date() for begins, _ in self.spans}:
            yield f"no build entered on {entered}"
        if not self.began_anew and entered != days[0]:
            yield f"it entered on {days[0]}, not on {entered}"

    def _against_violations(self, excuse: Excuse, verdicts: dict[str, Verdict]) -> Iterator[str]:
        violated = {rule for rule, verdict in verdicts.items() if verdict is Verdict.VIOLATED}
        left = excuse.departure
        if not self.has_left or left is None:
            if violated:
                yield f"{sorted(violated)} are violated, and it has not left"
        elif "." in self.collection:
            if violated - {"V5"}:
                yield f"{sorted(violated)} are violated in a trailing collection"
        elif self.now.date() - left.day < _SHOWN:
            yield from self._against_departure(excuse, left, violated)

    def _against_departure(self, excuse: Excuse, left: Departure, violated: set[str]) -> Iterator[str]:
        if not self.announced_by and "V2" not in violated:
            yield "it left, nobody announced it, and V2 is not violated"
        if left.last_build is not None:
            carries = self.world.kinds[str(left.last_build.nvr)] == "carries"
            if carries == ("V3" in violated):
                yield f"V3 is wrong about {left.last_build.nvr}"
        if excuse.lifetime is not None and self.collection == "epel9":
            owed = self._owed_until(excuse.lifetime.entered, left.day)
            if (left.day < owed) != ("V1" in violated):
                yield f"it was owed until {owed} and left on {left.day}, and V1 says otherwise"

    def _owed_until(self, entered: date, seen_on: date) -> date:
        """POLICY L1 for EPEL 9, by what had come out on a day."""
        published = self.world.story.world.published[ENDOFLIFE]
        out = sorted(day for event, day in published.items() if (event.kind, event.major) == (Kind.GA, 9))
        whole = [day for day in out if day >= entered and day <= seen_on]
        months = entered.month - 1 + _MONTHS
        year, month = entered.year + months // 12, months % 12 + 1
        following = date(year + month // 12, month % 12 + 1, 1)
        by_months = min(date(year, month, 1) + timedelta(days=entered.day - 1), following - timedelta(days=1))
        return min(by_months, whole[1]) if len(whole) > 1 else by_months

    @property
    def announced_by(self) -> set[str]:
        """Everybody who said on the list that it is to be retired from here."""
        return {
            by
            for _, package, collections, by in self.world.announcements
            if package == self.package and self.collection in collections
        }

    def _against_announcement(self, excuse: Excuse) -> Iterator[str]:
        if excuse.retirement is None:
            return
        if excuse.retirement.steps.announced and not self.announced_by & self.world.owners[self.package]:
            yield f"it counts as announced, and {self.announced_by or 'nobody'} did it"
        owner = self.world.story.world.access[self.package].main_admin
        if not self.world.answers and not self.began_anew and not excuse.retirement.steps.announced:
            since = min((begins for begins, _ in self.spans), default=self.now)
            posts = [
                post
                for post, package, collections, by in self.world.announcements
                if (package, by) == (self.package, owner) and self.collection in collections
            ]
            if any(post.posted_at > since for post in posts):
                yield f"{owner}, whose it is, announced it, and that does not count"

    def _against_build(self, excuse: Excuse, *, left: bool) -> Iterator[str]:
        if excuse.retirement is None or left:
            return
        there = sorted(self.world.there(self.package, self.collection), key=lambda one: one.tagged_at)
        tag = self.world.tag_of(self.collection)
        live = [
            build
            for update in self.world.story.world.updates.values()
            if update.status == "testing" and update.release == tag
            for build in update.builds
            if build.startswith(f"{self.package}-")
        ]
        numbers = [(_number(build), build) for build in (*(str(one.nvr) for one in there[-1:]), *live)]
        if numbers and excuse.retirement.build != max(numbers)[1]:
            yield f"its newest build is {max(numbers)[1]}, not {excuse.retirement.build}"


def _number(nvr: str) -> int:
    return int(nvr.rpartition("-")[2].partition(".")[0])
