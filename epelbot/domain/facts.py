# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules see of one listing: each fact either known, with its source, or missing, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

from epelbot.domain.build import Tagging
from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import BuildChecked, DependentsSeen, PostRead, RhelSeen, Succession, UpdateSeen
from epelbot.domain.matter import Ending, TakeOver
from epelbot.domain.nevra import EVR, NVR
from epelbot.domain.people import People
from epelbot.domain.retirement import Decision
from epelbot.domain.waiver import Waiver

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A fact that a source told; ``at`` is when it was last confirmed."""

    value: T_co
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that could not be had. ``since`` is when the source last told it, None if it never did."""

    source: str
    why: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceTrust:
    """How far one source's word goes now.

    ``asked`` is False where look-ups are switched off: then what the bus told is all there is.
    ``error`` is its last failure, None while it answers.
    """

    asked: bool
    max_age: timedelta
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Horizon:
    """What can be seen of a listing: its stable tags, oldest first, and how far sources are trusted.

    ``current_tag`` is the tag that makes the repository now (the last of ``tags`` for the leading
    collection, whose earlier tags went to trailing ones). ``led_until`` tells of those, as far as it is
    known, on which day their minor was branched: what enters them later, or is still in them, is no longer
    the leading collection's. What lies before ``in_force_from`` is history. ``synced_at`` are the
    syncs of the stable repository, oldest first.
    """

    now: datetime
    tags: tuple[str, ...]
    koji: SourceTrust
    bodhi: SourceTrust
    distgit: SourceTrust
    sync_max_age: timedelta
    led_until: tuple[tuple[str, date], ...] = ()
    in_force_from: date = date.min
    synced_at: tuple[datetime, ...] = ()
    #: None where no repositories are set up for the collection.
    repodata: SourceTrust | None = None
    #: The same of RHEL's own repositories.
    rhel: SourceTrust | None = None
    archive: SourceTrust = SourceTrust(asked=False, max_age=timedelta(hours=48))
    #: The times from which all posts on the list for announcements are known, from messages or the archive.
    posts_known: tuple[tuple[datetime, datetime], ...] = ()
    #: When those were posted whose text is not known, oldest first.
    posts_without_text: tuple[datetime, ...] = ()

    @property
    def current_tag(self) -> str:
        """The tag that makes the repository now."""
        return self.tags[-1]


@dataclass(frozen=True, slots=True)
class Entry:
    """When the listing entered its collection, and on what evidence.

    ``inherited_from`` is the package whose place it took, where the entry is that one's (L3).
    """

    at: datetime
    nvr: NVR
    inherited_from: str | None = None

    @property
    def day(self) -> date:
        """The UTC day, POLICY's E."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Presence:
    """A listing's stays in its stable tag. ``stays`` are in the order of tagging.

    ``entry`` is None if no build ever was there. ``left_at`` is set when builds were there, and none is now.
    """

    stays: tuple[Tagging, ...]
    entry: Entry | None
    left_at: datetime | None

    @property
    def there(self) -> tuple[Tagging, ...]:
        """The builds that are in the tag now; the last is the latest, as Koji means it."""
        return tuple(stay for stay in self.stays if stay.untagged_at is None)


@dataclass(frozen=True, slots=True)
class Inherited:
    """A listing whose place this one took, and its entry, its own inheritance included; None if not known."""

    package: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Announcement:
    """A post that says the listing is to be retired; ``entitled`` says whether its author may say so."""

    read: PostRead
    posted_at: datetime
    entitled: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A post since the announcement that may offer to take over or take it back; a person has to judge it.

    ``in_thread``: it stands in the announcement's thread. ``entitled``: its author may take it back.
    """

    read: PostRead
    posted_at: datetime
    entitled: bool
    in_thread: bool

    @property
    def who(self) -> str:
        """Whose post it is: an account, else a From line that nobody has verified."""
        return self.read.author or self.read.sender


@dataclass(frozen=True, slots=True)
class Unclear:
    """A post of which the reader is not sure, and that likely announces no retirement but something else."""

    read: PostRead
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class NewestBuild:
    """The build that R2 looks at, and how far it has come.

    ``stage`` is "pending", "testing" or "stable"; ``stable_since`` is set in the last.
    ``tagged_by_hand``: Bodhi answered, and the build reached the stable tag without an update.
    ``order_trouble`` tells in a phrase that tag order and EVR disagree.
    """

    nvr: NVR
    evr: EVR
    stage: str
    update: UpdateSeen | None
    stable_since: datetime | None
    tagged_by_hand: bool = False
    order_trouble: str | None = None


@dataclass(frozen=True, slots=True)
class FailedBuild:
    """A build for the collection that failed in Koji."""

    nvr: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules may ask about one listing on one day.

    ``None`` inside `Known` means the source answered that there is none. ``synced_at`` holds the syncs
    of the collection, oldest first. ``doubtful`` are posts that may announce, which a person has to judge:
    they begin nothing by themselves. ``told_at`` is when the release manager's notice was written, and
    ``told_how`` what became of its mail ("held", "sent"…), None while nobody has worded it.
    """

    package: str
    collection: Collection
    as_of: date
    presence: Known[Presence] | Missing
    newest: Known[NewestBuild | None] | Missing
    check: Known[BuildChecked] | Missing
    people: Known[People] | Missing
    synced_at: tuple[datetime, ...] = ()
    sync_silence: Missing | None = None
    #: When the newest build was first seen in the public metadata, None if it never was.
    published_at: datetime | None = None
    announcement: Announcement | None = None
    doubtful: tuple[Announcement, ...] = ()
    blocked: bool = False
    decision: Decision | None = None
    told_at: datetime | None = None
    told_how: str | None = None
    #: Since when dist-git shows the package as orphaned, at the latest; None while somebody owns it.
    orphaned_since: datetime | None = None
    #: None where nothing tells that it left; Missing where something does that can't be confirmed.
    departure: Departure | Missing | None = None
    #: What R2 found in the last build that its users got, where it has left.
    last_check: Known[BuildChecked] | Missing | None = None
    #: An earlier build carried the file: a newer one without it opens the retirement again.
    carried_before: bool = False
    #: What began before this day is history: shown, but nobody is told (POLICY, in force).
    in_force_from: date = date.min
    #: Whether the archive has lately told all replies to the announcement.
    thread: Known[None] | Missing = Known(None, "the message bus", datetime.min.replace(tzinfo=UTC))
    #: Whether all posts are known that may have announced that it leaves: without, "none" is no fact.
    posts_seen: Known[None] | Missing = Known(None, "the message bus", datetime.min.replace(tzinfo=UTC))
    #: Who has come forward since the announcement, unless it was approved before (R5).
    takeover: TakeOver | None = None
    #: What ended the retirement that ``announcement`` began, if anything has (R5, R8).
    ending: Ending | None = None
    #: Posts since the announcement that may answer it, which a person has to judge, oldest first.
    doubtful_answers: tuple[Answer, ...] = ()
    #: The newest stable build lacks the file that one before it carried (R8).
    undone: bool = False
    #: Earlier stable builds of which nobody knows whether they carried it, while the newest does not.
    unread_before: tuple[Tagging, ...] = ()
    #: The last build that failed since the announcement.
    failed_build: FailedBuild | None = None
    #: Doubtful posts from before that day, which nobody has to judge any more.
    doubtful_before: tuple[Announcement, ...] = ()
    #: Posts that may mean something else, which a person has to judge: they begin no retirement.
    unclear: tuple[Unclear, ...] = ()
    #: None where no repositories are set up that could tell who needs the package.
    dependents: Known[DependentsSeen] | Missing | None = None
    #: Who has taken its place; Missing where it has left and nobody could look.
    succession: Known[Succession] | Missing | None = None
    #: Whose places it has taken.
    inherited: tuple[Inherited, ...] = ()
    #: What RHEL carries; None where no repositories of RHEL are set up.
    rhel: Known[RhelSeen] | Missing | None = None
    #: The last waiver of each rule that was not undone; it may have lapsed.
    waivers: tuple[Waiver, ...] = ()
    #: All that people decided, oldest first.
    decisions: tuple[Logged, ...] = ()
