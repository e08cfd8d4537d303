# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts on a mailing list, and what a reader makes of them (POLICY R1)."""

from __future__ import annotations

import base64
import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime


def message_id_hash(message_id: str) -> str:
    """HyperKitty's key of a mail: base32 of the SHA-1 of its Message-ID without brackets (FIELD 1.7)."""
    bare = message_id.strip().removeprefix("<").removesuffix(">")
    return base64.b32encode(hashlib.sha1(bare.encode(), usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class Post:
    """A mail that a list distributed.

    ``posted_at`` is the list server's time. ``sender_account`` is the account that the bus names, set only
    for addresses of the project itself; a From line alone entitles nobody. ``text`` is None until the
    archive has been asked. ``headers`` holds the few others that tell automatic mail, lower-cased.
    """

    list_name: str
    message_id: str
    subject: str
    sender: str
    posted_at: datetime
    sender_account: str | None = None
    in_reply_to: str | None = None
    url: str | None = None
    text: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def hash(self) -> str:
        """The key under which HyperKitty keeps the post."""
        return message_id_hash(self.message_id)


class Meaning(enum.Enum):
    """What a post is meant to do; the values are ``read-post``'s."""

    #: Orphaning included (R1).
    RETIREMENT = "retirement"
    #: An incompatible upgrade (A2).
    ABI_CHANGE = "abi-change"
    #: An offer to take over (R5).
    ADOPTION = "adoption"
    #: An announced retirement is taken back (R8).
    WITHDRAWAL = "withdrawal"
    OTHER = "other"
    UNSURE = "unsure"


class Reason(enum.Enum):
    """Why somebody wants to retire a package (POLICY R1)."""

    NO_TIME = "no-time"
    UNMAINTAINED_UPSTREAM = "unmaintained-upstream"
    SECURITY = "security"
    IN_RHEL = "in-rhel"
    REPLACED = "replaced"
    FAILS_TO_BUILD = "fails-to-build"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a post.

    ``collections`` are all that it names; empty together with ``RETIREMENT`` means all open ones the package
    is in. ``apart`` gives each package its own where they leave different ones, else it is empty.
    ``all_of_authors``: the writer means all packages of theirs, and ``packages`` is empty. ``leaning`` is
    what an ``UNSURE`` post would most likely mean, if anything. ``why`` tells, in a phrase, what made the
    reader sure or unsure.
    """

    meaning: Meaning
    packages: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    reason: str | None = None
    category: Reason | None = None
    why: str = ""
    apart: tuple[tuple[str, tuple[str, ...]], ...] = ()
    all_of_authors: bool = False
    leaning: Meaning | None = None

    def collections_of(self, package: str) -> tuple[str, ...]:
        """The collections that one of the packages is to leave; none means all."""
        return dict(self.apart).get(package, self.collections)
