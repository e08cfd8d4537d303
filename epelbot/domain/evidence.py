# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence: what a message, a look-up or a person's word tells, as values.

Each kind says *what* happened. `Recorded` puts around it where it was learnt and when it happened.
The same fact learnt twice (a message delivered again, a sweep) has the same natural key and is kept once.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from epelbot.domain.dependencies import Kind
from epelbot.domain.nevra import EVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Post, Reading
from epelbot.domain.profile import ReadmeRules
from epelbot.domain.retirement import Decision
from epelbot.domain.waiver import Waiver


@dataclass(frozen=True, slots=True)
class UpdateSeen:
    """A Bodhi update as it stood at one moment.

    ``release`` is the stable tag of its release ("epel9", "epel10.2"), ``branch`` its dist-git branch where
    Bodhi told it. ``builds`` are NVRs, sorted.
    """

    alias: str
    release: str
    branch: str | None
    status: str
    request: str | None
    builds: tuple[str, ...]
    submitter: str | None = None
    submitted_at: datetime | None = None
    testing_at: datetime | None = None
    stable_at: datetime | None = None

    @property
    def reached_at(self) -> datetime | None:
        """When the update came to its status; None where Bodhi keeps no time of that (unpushed, obsolete)."""
        times = {"pending": self.submitted_at, "testing": self.testing_at, "stable": self.stable_at}
        return times.get(self.status)


@dataclass(frozen=True, slots=True)
class BuildTagged:
    """A build entered (``untagged`` False) or left a Koji tag; ``by`` is who did it."""

    nvr: str
    tag: str
    untagged: bool
    by: str | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class BuildChanged:
    """A build reached a Koji state ("complete", "failed", "deleted"…); ``target`` is the build target."""

    nvr: str
    state: str
    epoch: int | None = None
    build_id: int | None = None
    owner: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class PackageListChanged:
    """A package's entry in a tag's package list changed; ``blocked`` is how it stands afterwards.

    ``by`` is who did it; messages don't tell (FIELD 1.4). The action "seen" is a look at it, not a change.
    """

    tag: str
    action: str
    blocked: bool
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push or commit to a dist-git branch.

    ``dead_package`` is "added", "removed" or None, from the message alone: a branch that replays old
    history says the same, so the branch's tip decides (FIELD 1.5). ``text`` is the commit's summary.
    """

    branch: str
    revision: str
    agent: str
    dead_package: str | None = None
    author: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class BranchSeen:
    """A dist-git branch as its tip stood: ``dead_package`` is that file's text ("" if it is empty), or None.

    Of a dead branch, ``revision`` and ``author`` (a name, as git has it) are those of the commit at the tip.
    """

    branch: str
    dead_package: str | None
    revision: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class AccessSeen:
    """A package's owner and access in dist-git, all branches.

    ``partial``: told by a message, or by the list of all packages, which know neither the EPEL assignee nor
    collaborators' branches nor the members of groups.
    """

    access: PackageAccess
    partial: bool = False


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """Somebody (``account``, or ``@group``) was given or lost (``level`` None) access in dist-git."""

    account: str
    level: str | None
    branches: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Synced:
    """A repository was copied to the mirrors' master (``testing``: the testing repository)."""

    release: str
    testing: bool


@dataclass(frozen=True, slots=True)
class ComposeFinished:
    """Bodhi finished composing a tag, well or not."""

    tag: str
    success: bool


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A list distributed a post; its text, if any, is in it."""

    post: Post


@dataclass(frozen=True, slots=True)
class PostRead:
    """What a post says of one package: the reader's word, kept with the post it is about.

    ``collection`` is one collection's name, or None for all that the package is in. ``author`` is the
    account that the bus names for it, or None when nobody is sure who wrote it. ``starts_matter`` is False
    for a reply, a digest or automatic mail. ``complete`` is False while only the subject could be read.
    ``settled_by`` is the account of the person who said so, None where it is the reader's word.
    ``in_thread_of`` is the hash of the post that began its thread, as far as that is known.
    """

    post: str
    collection: str | None
    reading: Reading
    author: str | None
    sender: str
    starts_matter: bool
    complete: bool
    url: str | None = None
    settled_by: str | None = None
    in_thread_of: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadSeen:
    """The archive was asked for the thread of ``post`` and had these ``replies`` (hashes, sorted)."""

    post: str
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """A ticket in an issue tracker as it stood after an event; ``project`` is "owner/name"."""

    tracker: str
    project: str
    number: int
    event: str
    title: str
    status: str
    author: str | None
    by: str | None
    comment: str | None = None
    url: str | None = None


class Miss(enum.Enum):
    """Why a file meant as the notice does not count, the easiest to mend first (R2's near misses)."""

    #: The text does not say that the software is retired.
    SILENT = "text"
    LICENSE = "license"
    #: A plain file, not flagged ``%doc``: as a rule outside the documentation directory.
    NOT_DOC = "not-doc"
    EMPTY = "empty"
    LINK = "symbolic-link"
    GHOST = "ghost"
    DIRECTORY = "directory"
    #: A device, pipe or socket.
    SPECIAL = "special-file"
    #: Wrong case or spelling.
    NAME = "name"
    #: In a ``-doc`` package, while the build has others.
    DOC_PACKAGE = "doc-package"
    DEBUG_PACKAGE = "debug-package"
    SOURCE_PACKAGE = "source-package"

    @property
    def rank(self) -> int:
        """0 for the easiest to mend."""
        return _MISSES.index(self)


_MISSES = tuple(Miss)


@dataclass(frozen=True, slots=True)
class RpmReadme:
    """The retired-notice of one RPM, or what comes closest to it; ``path`` is None where nothing does.

    ``rpm`` is the package's name without version; ``size`` counts bytes. ``says_retired`` is None for a
    text that was not read, because it could not count anyway or could not be read; then ``problem`` tells
    why, as it does for an RPM that could not be read at all.
    """

    rpm: str
    arch: str
    path: str | None = None
    doc: bool = False
    regular: bool = False
    size: int = 0
    digest: str = ""
    says_retired: bool | None = None
    misses: tuple[Miss, ...] = ()
    problem: str | None = None

    @property
    def is_good(self) -> bool:
        """A notice as R2 wants it, in a package that counts."""
        return self.says_retired is True and not self.misses

    @property
    def is_unknown(self) -> bool:
        """Something could not be read on which it depends whether this is one."""
        return self.problem is not None


#: What became of the question whether a build carries the notice.
Outcome = Literal["carries", "lacks", "near-miss", "unreadable"]


@dataclass(frozen=True, slots=True)
class BuildChecked:
    """What R2 found in a build's RPMs: enough to judge it again without reading it again.

    It holds for ``rules`` only. ``why`` is for people, as is ``remedy``, which is None when all is well.
    ``readmes`` has one entry per RPM: binary packages first, then debug packages, then sources. ``without``
    names the binary packages that lack the notice (with their architecture if others of them have it), and
    ``to_change`` those whose file lists have to change, as few as will do.
    """

    nvr: str
    epoch: int | None
    outcome: Outcome
    why: str
    readmes: tuple[RpmReadme, ...] = ()
    without: tuple[str, ...] = ()
    to_change: tuple[str, ...] = ()
    remedy: str | None = None
    rules: ReadmeRules = field(default_factory=ReadmeRules)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A source was asked and answered in full: ``what`` names the question ("tag-history", "access"…).

    ``tag`` is the stable tag that was asked about, None for all that there is: two collections of one major
    have different tags, and an answer about one says nothing about the other.
    """

    what: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class NeededBy:
    """A source package that stays and loses something with the package; all as in `Dependent`.

    ``maintainers`` is None where nobody could tell.
    """

    package: str
    kind: Kind
    rpms: tuple[str, ...]
    needs: tuple[str, ...]
    direct: bool
    maintainers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DependentsSeen:
    """Who loses something if the package leaves ``collection`` together with what else is about to.

    ``together`` are those other packages, sorted. ``listed`` is False when the metadata don't hold the
    package: then nothing is known of who needs it.
    """

    collection: str
    listed: bool
    needed_by: tuple[NeededBy, ...]
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """The public metadata of the collection's stable repositories have this build."""

    collection: str
    nvr: str


@dataclass(frozen=True, slots=True)
class PublicSeen:
    """What a sweep saw in the public metadata of ``collection``: the package's RPMs, or none.

    "name-version-release" of each, sorted; of several versions the newest.
    """

    collection: str
    rpms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Succession:
    """All binary packages of ``predecessor`` are obsoleted and provided by builds of ``successor`` (L3).

    ``rpms`` pairs the old ones with those that take their place. Unless it ``stands``, that is no longer so.
    """

    collection: str
    predecessor: str
    successor: str
    rpms: tuple[tuple[str, str], ...]
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Carried:
    """The version of a package that RHEL has for an architecture; None where it has none."""

    arch: str
    evr: EVR | None


@dataclass(frozen=True, slots=True)
class RhelSeen:
    """Whether RHEL carries the package that ``collection`` has, by the lists of these ``repositories``.

    ``carried`` has one entry per architecture. ``rebuild`` is whose repositories they are ("AlmaLinux")
    where they are not RHEL's own, else empty.
    """

    collection: str
    repositories: tuple[str, ...]
    rebuild: str
    carried: tuple[Carried, ...]

    @property
    def is_everywhere(self) -> bool:
        """For every architecture that is looked at."""
        return bool(self.carried) and all(one.evr is not None for one in self.carried)

    @property
    def lowest(self) -> EVR | None:
        """The lowest version that it has anywhere; a build below that replaces nothing."""
        return min((one.evr for one in self.carried if one.evr is not None), default=None)


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's decision on a listing's retirement."""

    collection: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Waived:
    """A person sets a rule aside for a listing."""

    collection: str
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Settled:
    """A person says what a post means for one package, in the reader's stead (triage).

    ``read`` is the post as the person reads it, posted at ``posted_at``. ``at`` is when it was said, the same
    for all packages and collections that were settled in one go.
    """

    read: PostRead
    posted_at: datetime
    author: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """A person takes back what ``of_author`` decided at ``of_at``.

    That was about the package's listing in ``collection``, or about a ``post`` (its hash).
    """

    collection: str | None
    of_author: str
    of_at: datetime
    author: str
    at: datetime
    reason: str
    post: str | None = None


Fact = (
    UpdateSeen
    | BuildTagged
    | BuildChanged
    | PackageListChanged
    | Pushed
    | BranchSeen
    | AccessSeen
    | AccessChanged
    | Synced
    | ComposeFinished
    | PostSeen
    | PostRead
    | ThreadSeen
    | TicketSeen
    | BuildChecked
    | LookedUp
    | DependentsSeen
    | RhelSeen
    | Published
    | PublicSeen
    | Succession
    | Decided
    | Waived
    | Settled
    | Undone
)

#: The name under which each kind is kept, and back.
KINDS: dict[str, type[Fact]] = {
    "update": UpdateSeen,
    "tagging": BuildTagged,
    "build": BuildChanged,
    "package-list": PackageListChanged,
    "push": Pushed,
    "branch-tip": BranchSeen,
    "access": AccessSeen,
    "access-change": AccessChanged,
    "sync": Synced,
    "compose": ComposeFinished,
    "post": PostSeen,
    "reading": PostRead,
    "thread": ThreadSeen,
    "ticket": TicketSeen,
    "build-check": BuildChecked,
    "looked-up": LookedUp,
    "dependents": DependentsSeen,
    "rhel": RhelSeen,
    "published": Published,
    "public": PublicSeen,
    "succession": Succession,
    "decision": Decided,
    "waiver": Waived,
    "settlement": Settled,
    "undo": Undone,
}
KIND_OF: dict[type[Fact], str] = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its provenance.

    ``package`` is None for what concerns a whole collection; ``major`` (RHEL's) is None for what concerns
    all of a package's branches. ``happened_at`` is the publisher's or the source's time, ``learnt_at`` ours.
    ``source`` is "bus", "koji", "bodhi", "dist-git", "archive", "rpms", "repodata", "rhel", or a person's
    account.
    ``confirmed_at`` is later than ``happened_at`` for a standing fact that was told again, or looked up after
    it came to be.
    """

    fact: Fact
    package: str | None
    major: int | None
    source: str
    happened_at: datetime
    learnt_at: datetime
    confirmed_at: datetime | None = None

    @property
    def confirmed(self) -> datetime:
        """Until when a standing fact (an owner, an update's status) is known to have held."""
        return self.confirmed_at or self.happened_at

    @property
    def kind(self) -> str:
        """The kind's name, as kept in the ledger."""
        return KIND_OF[type(self.fact)]

    @property
    def key(self) -> str:
        """The natural key: the same for the same fact, however often and from wherever it is learnt."""
        said = "|".join(_identity(self.fact, self.happened_at))
        return hashlib.sha256(f"{self.kind}|{self.package}|{self.major}|{said}".encode()).hexdigest()


def _identity(fact: Fact, happened_at: datetime) -> tuple[str, ...]:
    match fact:
        case PostSeen(post):
            # With and without its text are two states of knowledge about one post.
            return (post.hash, "text" if post.text is not None else "headers")
        case PostRead():
            return (
                fact.post,
                fact.collection or "",
                "complete" if fact.complete else "subject",
                repr(fact.reading),
            )
        case BuildChecked():
            return (fact.nvr, fact.outcome, repr(fact.readmes), repr(fact.rules))
        case Pushed():
            return (fact.branch, fact.revision, fact.dead_package or "")
        case LookedUp():
            return (fact.what,) if fact.tag is None else (fact.what, fact.tag)
        case (
            AccessSeen()
            | BranchSeen()
            | DependentsSeen()
            | Published()
            | RhelSeen()
            | Succession()
            | ThreadSeen()
            | UpdateSeen()
            | PackageListChanged(action="seen")
        ):
            # Without the time: what is seen unchanged a hundred times is one row, confirmed again.
            return (repr(fact),)
        case _:
            return (repr(fact), happened_at.isoformat())
