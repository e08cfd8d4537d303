# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The borders of epelbot, named by role.

Adapters in `sources` and `actions` fulfil them, and so do the fakes in `testing`; both pass the same
contract tests.

Every call may raise `TransientError` (ask again later) or `PermanentError`; `NotThere` is the answer
"there is no such thing" and is never used for an outage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from epelbot.domain.abi import BuiltPackages
from epelbot.domain.build import Build, BuildContents, PackageEntry, RpmContents, Tagging
from epelbot.domain.calendar_words import Event
from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, PackageList
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.facts import Known
from epelbot.domain.nevra import NVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Post
from epelbot.domain.succession import Offers
from epelbot.errors import PermanentError, TransientError


class BuildContentsSource(Protocol):
    """Where the files in a build's RPMs can be read: Koji, a Koji file tree, a folder of RPMs."""

    def contents(self, nvr: NVR) -> BuildContents:
        """The build's RPMs, sources included, each with its files; an RPM that can't be read says so itself.

        Raises `NotThere` for a build that this source does not hold (unknown, deleted, not complete).
        """

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        """The first ``limit`` bytes of a file in the RPM ``rpm`` ("name.arch") of that build.

        Raises `DamagedRpm` when the payload can't be read, `NotThere` when the RPM file is gone.
        """


class RpmFiles(BuildContentsSource, Protocol):
    """RPM files that a person named, whatever builds they belong to."""

    def builds(self) -> tuple[NVR, ...]:
        """The builds that the files belong to, in order of their names; `NotThere` for a missing file."""

    def nameless(self) -> tuple[RpmContents, ...]:
        """Files that can't be read, and that tell no build by their names either."""


class InterfaceSource(Protocol):
    """Where it can be read what a build's RPMs offer to other packages (A1)."""

    def built_packages(self, nvr: NVR) -> BuiltPackages:
        """The build's binary RPMs with the symbols of their libraries; one that can't be read says so itself.

        Raises `NotThere` for a build that this source does not hold.
        """


class InterfacesInKoji(InterfaceSource, Protocol):
    """Koji, which also lists what builds' RPMs offer, without the RPMs being read."""

    def listed_packages(self, nvrs: Sequence[NVR]) -> tuple[BuiltPackages, ...]:
        """Each of the builds as far as lists tell (no symbols), in the order asked, in few round trips.

        Raises `NotThere` for a build that is not there, or not complete.
        """


class InterfaceFiles(InterfaceSource, Protocol):
    """RPM files that a person named, whatever builds they belong to."""

    def builds(self) -> tuple[NVR, ...]:
        """The builds that the files belong to, in order of their names; `NotThere` for a missing file."""


class BuildHistory(Protocol):
    """Koji's memory of builds and tags."""

    def builds(self, nvrs: Sequence[NVR]) -> dict[NVR, Build]:
        """The builds among ``nvrs`` that Koji knows, deleted ones included, in one round trip."""

    def tag_history(self, package: str, tags: Sequence[str]) -> tuple[Tagging, ...]:
        """Every stay of the package's builds in these tags, past and present, oldest first.

        A tag that does not exist has no history. Builds of a blocked package are in it (FIELD 2.5a 3).
        """

    def is_blocked(self, package: str, tag: str) -> bool | None:
        """Whether the package is blocked in the tag (inherited blocks count); None when it isn't listed."""

    def package_entries(self, package: str, tags: Sequence[str]) -> tuple[PackageEntry, ...]:
        """How the package has stood in these tags' own package lists, past and present, oldest first."""

    def epel_tags(self) -> tuple[str, ...]:
        """The stable tags of EPEL collections that exist, sorted."""

    def changes_in_tag(self, tag: str, since: datetime | None, before: datetime) -> tuple[Tagging, ...]:
        """Every stay in the tag, of any package, that began or ended from ``since`` on and before ``before``.

        Oldest first, each as it stands now. A tag that does not exist has none.
        """

    def entries_of(self, packages: Sequence[str], tags: Sequence[str]) -> dict[str, tuple[PackageEntry, ...]]:
        """As `package_entries`, of each of these packages, in few round trips."""

    def package_list(self, tag: str) -> dict[str, bool]:
        """Every package that the tag lists, and whether it is blocked there (inherited rows count)."""

    def tags_made(self, tags: Sequence[str]) -> dict[str, datetime]:
        """When each of these tags was first made; one that never existed is left out."""


@dataclass(frozen=True, slots=True)
class Release:
    """A Bodhi release of EPEL: ``stable_tag`` "epel10.2", ``branch`` "epel10", ``state`` "current"."""

    name: str
    branch: str
    stable_tag: str
    state: str


class UpdateSource(Protocol):
    """Bodhi."""

    def update(self, alias: str) -> UpdateSeen:
        """One update as it stands now; `NotThere` when Bodhi knows none."""

    def updates_of(self, package: str, releases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """All updates with a build of the package for these releases (stable tags), oldest first."""

    def updates_submitted(
        self, release: str, since: datetime | None, before: datetime
    ) -> tuple[UpdateSeen, ...]:
        """All updates for the release (a stable tag) submitted from ``since`` on and before ``before``.

        Oldest first; all of them, or `TransientError`. A release that Bodhi does not have has none.
        """

    def live_updates(self, release: str) -> tuple[UpdateSeen, ...]:
        """All updates for the release (a stable tag) that are pending or in testing, oldest first."""

    def updates_called(self, aliases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """Those of the updates that Bodhi knows, as they stand now, oldest first."""

    def releases(self) -> tuple[Release, ...]:
        """EPEL's releases that are not disabled, archived ones included, sorted by name."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit in dist-git. ``author`` is a name, not an account, and ``committed_at`` is by their clock."""

    revision: str
    author: str | None
    committed_at: datetime


class PackageSources(Protocol):
    """dist-git, wherever it lives."""

    def access(self, package: str) -> PackageAccess:
        """Owner, access, EPEL assignee and the groups' members; `NotThere` when there is no such package."""

    def members(self, group: str) -> tuple[str, ...]:
        """The accounts in a group, sorted; none when there is no such group."""

    def every_access(self) -> Iterator[tuple[str, PackageAccess]]:
        """Every package with who has access, as far as the list of all packages tells, page by page.

        It tells neither EPEL assignees nor collaborators' branches nor the members of groups. An error may
        come after some packages; each of those is true by itself.
        """

    def branches(self, package: str) -> tuple[str, ...]:
        """The package's branches, sorted."""

    def dead_package(self, package: str, branch: str) -> str | None:
        """The text of ``dead.package`` at the branch's tip, or None when the branch is alive or absent."""

    def tip(self, package: str, branch: str) -> Commit | None:
        """The commit at the branch's tip; None where there is no such branch, or no such package."""

    def retired_in(self, branch: str) -> tuple[str, ...]:
        """Every package whose branch of that name is retired, sorted, as of the daily list (FIELD 4)."""


class CalendarSource(Protocol):
    """Who publishes days of RHEL: endoflife.date, Red Hat."""

    @property
    def name(self) -> str:
        """What its words are kept under."""

    def days(self) -> Mapping[Event, date]:
        """Every day that it gives for RHEL 7 and later: of GAs, and of the last day of maintenance.

        An answer without any such day raises `PermanentError`.
        """


class ListArchive(Protocol):
    """The archive of the mailing lists."""

    def post(self, list_name: str, post_hash: str) -> Post:
        """One post with its text. `NotThere` while the archive lags behind, or if there is no such post."""

    def thread(self, list_name: str, post_hash: str) -> tuple[Post, ...]:
        """All posts of the thread that the post is in, oldest first, without texts."""

    def posts_since(self, list_name: str, since: datetime) -> tuple[Post, ...]:
        """All posts of the list from that time on, oldest first, without texts."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of recorded messages as datagrepper serves it; ``share`` tells how much is done, from 0 to 1."""

    text: bytes
    share: float


class MessageArchive(Protocol):
    """The bus's own memory: datagrepper."""

    def pages(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every message that we follow and that was sent in that time, both ends included, oldest first."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to go: plain text, addresses without names, extra headers in order."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    written_at: datetime
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A repository that is named by the settings: whose it is, and when its metadata were made, if they tell.

    ``part`` is "collection", "sources", "base" or "rhel". ``error`` is why it can't be had now.
    """

    part: str
    place: str
    made_at: datetime | None = None
    error: TransientError | PermanentError | None = None


class PackageIndex(Protocol):
    """What repositories' metadata tell: who needs whom, and what RHEL carries."""

    def reach(self, collection: Collection, rhel: Sequence[str]) -> tuple[Reached, ...]:
        """Every repository for the collection, those of RHEL (a profile's) too, each asked by itself.

        Only for the list of their metadata files; none of them keeps the others from being asked.
        """

    def dependencies(self, collection: Collection) -> Known[DependencyGraph] | None:
        """Who needs whom in the collection now, on every architecture that is looked at.

        None when no repositories are set up for it. The graph is the same object while nothing changed.
        """

    def offers(self, collection: Collection) -> Known[Offers] | None:
        """What the collection's packages obsolete and provide, on every architecture that is looked at.

        None when no repositories are set up for it. The same object while nothing changed.
        """

    def package_lists(
        self, repositories: Sequence[str], collection: Collection
    ) -> Known[Mapping[str, PackageList]]:
        """What these repositories (a profile's ``rhel.repositories``) hold for the collection's RHEL.

        By architecture: all that the settings name are in it. `NotThere` when none of the repositories is
        for this collection.
        """


class Mailer(Protocol):
    """Who carries mail away."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over; returning means that the other side took it for all recipients."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that can be asked. None where look-ups are switched off or nothing is configured."""

    history: BuildHistory | None = None
    contents: BuildContentsSource | None = None
    updates: UpdateSource | None = None
    packages: PackageSources | None = None
    archive: ListArchive | None = None
    calendars: tuple[CalendarSource, ...] = ()
    index: PackageIndex | None = None
    messages: MessageArchive | None = None
