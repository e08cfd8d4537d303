# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a listing's life may go: each plot is told a day at a time, to a `Story`, and says how it ends.

No plot lets a post and a final build happen on one day. Which of two things of one day is judged first is
chance, and a maintainer who is asked for a post that is being read at that moment is a matter of seconds, not
of lost work; so a history leaves no such choice, and whatever differs between two runs of it is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from epelbot.domain.build import FileFlag
from epelbot.domain.nevra import NVR
from epelbot.domain.post import Post
from epelbot.domain.retirement import State
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.story import README, Story

#: An epelbot command, its first word the name.
Command = tuple[str, ...]
RELEASE_MANAGER = "smooge"

_A_DAY = timedelta(days=1)
_SILENT = b"See the wiki.\n"
_ARCHES = ("aarch64", "ppc64le", "s390x", "x86_64")


@dataclass(slots=True)
class Life:
    """One listing's life, as it is being told; ``today`` moves on, and the past began at ``entered``.

    ``tag`` is Koji's stable tag, ``collection`` the listing's. Plots add to ``decisions`` what is decided at
    the end of the day, and to ``withheld`` the ids of messages that shall arrive two days late.
    """

    story: Story
    plot: str
    package: str
    collection: str
    tag: str
    owner: str
    entered: datetime
    today: datetime
    rpms: Path
    decisions: list[Command] = field(default_factory=list)
    withheld: set[str] = field(default_factory=set)
    _release: int = 1
    _alias: str = ""

    def enters(self) -> None:
        """The package is made, built and pushed to stable, long ago."""
        at = self.entered
        self.story.package(self.package, self.owner, at, branches=(self.collection,))
        nvr, alias = self._nvr(), f"FEDORA-EPEL-2024-{self.collection}-{self.package}"
        self.story.built(nvr, at + _A_DAY, tag=self.tag)
        self.story.submitted(alias, nvr, at + 2 * _A_DAY, tag=self.tag, branch=self.collection)
        self.story.in_testing(alias, at + 3 * _A_DAY)
        self.story.stable(alias, at + 10 * _A_DAY)

    def announced(self, *, by: str = "", reason: str = "I have no time for it any more.") -> Post:
        """Somebody, by default the owner, announces the retirement."""
        return self.story.announced(self.package, self.collection, by or self.owner, self.today, reason)

    def builds(self, readme: bytes | None = README, flags: int = FileFlag.DOC) -> None:
        """A newer build, in testing by the evening."""
        self._release += 1
        nvr = self._nvr()
        self._alias = f"FEDORA-EPEL-2026-{self.collection}-{self.package}-{self._release}"
        self.story.built(nvr, self.today, readme=readme, flags=flags, tag=self.tag)
        if readme is not None:
            self._write_rpms(NVR.parse(nvr), readme, flags)
        self.story.submitted(
            self._alias, nvr, self.today + timedelta(hours=1), tag=self.tag, branch=self.collection
        )
        self.story.in_testing(self._alias, self.today + timedelta(hours=2))

    def goes_stable(self) -> None:
        """The newest build is pushed to stable."""
        self.story.stable(self._alias, self.today + timedelta(hours=2))

    def blocked(self) -> None:
        """The package is untagged and blocked."""
        for release in range(1, self._release + 1):
            self.story.untagged(self._nvr(release), self.tag, self.today)
        self.story.blocked(self.package, self.tag, self.today)

    def decided(self, command: str, *more: str) -> None:
        """The release manager decides in the morning."""
        where = ("--collection", self.collection)
        who = ("--as", RELEASE_MANAGER, "--reason", "as the story goes")
        self.decisions.append((command, self.package, *where, *who, *more))

    def withhold_last(self) -> None:
        """The last message so far arrives two days late."""
        self.withheld.add(self.story.messages[-1]["id"])

    def _nvr(self, release: int | None = None) -> str:
        dist = self.tag.removeprefix("epel").replace(".", "_")
        return f"{self.package}-1.0-{release or self._release}.el{dist}"

    def _write_rpms(self, nvr: NVR, readme: bytes, flags: int) -> None:
        path = f"/usr/share/doc/{nvr.name}/README-RETIRED.txt"
        self.story.world.rpm_files[nvr] = tuple(
            write_rpm(
                self.rpms / f"{nvr}.{arch}.rpm",
                name=nvr.name,
                version=nvr.version,
                release=nvr.release,
                arch=arch,
                files=[FileSpec(path, readme, flags=flags)],
                source_rpm=f"{nvr}.src.rpm",
            )
            for arch in _ARCHES
        )


#: Tells one day after the other; what comes before the first yield is the past.
Tell = Callable[[Life], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A way a life may go, and how it must end; None: without any retirement."""

    tell: Tell
    ends: State | None


def _quiet(life: Life) -> Iterator[None]:
    life.enters()
    yield
    life.builds(readme=None)
    yield
    life.goes_stable()


def _announced_only(life: Life) -> Iterator[None]:
    life.enters()
    yield
    life.announced()


def _in_testing(life: Life) -> Iterator[None]:
    yield from _announced_only(life)
    yield
    life.builds()


def _whole(life: Life) -> Iterator[None]:
    yield from _in_testing(life)
    yield
    life.goes_stable()


def _retired(life: Life) -> Iterator[None]:
    yield from _whole(life)
    yield
    life.blocked()


def _begun(life: Life) -> Iterator[None]:
    life.enters()
    yield
    life.builds()


def _post_comes_late(life: Life) -> Iterator[None]:
    """The maintainer did everything right, but the bus was slow; he is asked for the post in vain."""
    life.enters()
    yield
    life.announced()
    life.withhold_last()
    yield
    life.builds()
    yield
    yield
    life.goes_stable()


def _archive_lags(life: Life) -> Iterator[None]:
    life.enters()
    yield
    post = life.announced()
    life.story.world.posts[post.hash] = replace(post, text=None)
    yield
    life.story.world.posts[post.hash] = post
    yield
    life.builds()
    yield
    life.goes_stable()


def _near_miss(life: Life) -> Iterator[None]:
    yield from _announced_only(life)
    yield
    life.builds(flags=FileFlag.LICENSE)


def _near_misses_and_then_right(life: Life) -> Iterator[None]:
    yield from _near_miss(life)
    yield
    life.builds(readme=_SILENT)
    yield
    life.builds()
    yield
    life.goes_stable()


def _reopened(life: Life) -> Iterator[None]:
    yield from _whole(life)
    yield
    life.builds(readme=None)
    yield
    life.goes_stable()


def _reopened_and_mended(life: Life) -> Iterator[None]:
    yield from _reopened(life)
    yield
    life.builds()
    yield
    life.goes_stable()


def _waiting_for_a_word(life: Life) -> Iterator[None]:
    """Whole, and on the next day the repository's sync has been told of, however late."""
    yield from _whole(life)
    yield
    yield
    yield


def _deferred(life: Life) -> Iterator[None]:
    yield from _waiting_for_a_word(life)
    life.decided("defer", "--to", f"{life.collection.removeprefix('epel')}.10")


def _approved(life: Life) -> Iterator[None]:
    yield from _waiting_for_a_word(life)
    life.decided("approve")


def _rejected(life: Life) -> Iterator[None]:
    yield from _waiting_for_a_word(life)
    life.decided("reject")


def _by_a_stranger(life: Life) -> Iterator[None]:
    life.enters()
    yield
    life.announced(by="stranger")


def _given_away_first(life: Life) -> Iterator[None]:
    life.enters()
    yield
    life.owner = f"{life.owner}-heir"
    life.story.given(life.package, life.owner, life.today)
    yield
    life.announced()
    yield
    life.builds()
    yield
    life.goes_stable()


PLOTS: dict[str, Plot] = {
    "whole": Plot(_whole, State.QUEUED),
    "reopened": Plot(_reopened, State.ANNOUNCED),
    "near": Plot(_near_miss, State.ANNOUNCED),
    "mended": Plot(_near_misses_and_then_right, State.QUEUED),
    "begun": Plot(_begun, State.BEGUN),
    "latepost": Plot(_post_comes_late, State.QUEUED),
    "lagging": Plot(_archive_lags, State.QUEUED),
    "deferred": Plot(_deferred, State.DEFERRED),
    "quiet": Plot(_quiet, None),
    "announced": Plot(_announced_only, State.ANNOUNCED),
    "testing": Plot(_in_testing, State.FINAL_BUILD),
    "retired": Plot(_retired, State.RETIRED),
    "again": Plot(_reopened_and_mended, State.QUEUED),
    "approved": Plot(_approved, State.APPROVED),
    "rejected": Plot(_rejected, State.REJECTED),
    "stranger": Plot(_by_a_stranger, None),
    "given": Plot(_given_away_first, State.QUEUED),
}
