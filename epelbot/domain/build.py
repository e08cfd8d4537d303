# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds, their RPMs and the files in them, as far as the policy looks at them."""

from __future__ import annotations

import enum
import stat
from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.nevra import EVR, NVR


class FileFlag(enum.IntFlag):
    """The bits of rpm's per-file flags that the policy reads (FIELD 2.2)."""

    DOC = 2
    GHOST = 64
    LICENSE = 128
    README = 256


@dataclass(frozen=True, slots=True)
class RpmFile:
    """One file that an RPM header lists.

    ``mode`` is the full ``st_mode``; ``size`` counts bytes; ``digest`` is lower-case hex, empty where rpm
    records none (directories, links, ghosts).
    """

    path: str
    flags: int
    mode: int
    size: int
    digest: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def is_doc(self) -> bool:
        """Flagged ``%doc``."""
        return bool(self.flags & FileFlag.DOC)

    @property
    def is_license(self) -> bool:
        """Flagged ``%license``."""
        return bool(self.flags & FileFlag.LICENSE)

    @property
    def is_ghost(self) -> bool:
        """Owned, but not in the payload."""
        return bool(self.flags & FileFlag.GHOST)

    @property
    def is_regular(self) -> bool:
        """A plain file with content of its own."""
        return stat.S_ISREG(self.mode)

    @property
    def is_link(self) -> bool:
        """A symbolic link."""
        return stat.S_ISLNK(self.mode)

    @property
    def is_directory(self) -> bool:
        """A directory."""
        return stat.S_ISDIR(self.mode)


@dataclass(frozen=True, slots=True)
class RpmContents:
    """One RPM of a build and the files that it lists.

    ``arch`` is ``src`` or ``nosrc`` for a source package. ``problem`` says in a phrase why the files could
    not be read; ``files`` is empty then, and that means nothing.
    """

    name: str
    arch: str
    files: tuple[RpmFile, ...] = ()
    problem: str | None = None

    @property
    def is_source(self) -> bool:
        """A source package: never installed by users."""
        return self.arch in ("src", "nosrc")

    @property
    def is_debug(self) -> bool:
        """A package of debugging data, which nobody reads documentation in."""
        return self.name.endswith(("-debuginfo", "-debugsource")) or "-debuginfo-" in self.name

    def __str__(self) -> str:
        return f"{self.name}.{self.arch}"


@dataclass(frozen=True, slots=True)
class BuildContents:
    """A build's RPMs with their files. ``build`` is the NVR, or what the person named (a folder)."""

    build: str
    rpms: tuple[RpmContents, ...]


class BuildState(enum.IntEnum):
    """Koji's build states."""

    BUILDING = 0
    COMPLETE = 1
    DELETED = 2
    FAILED = 3
    CANCELED = 4


@dataclass(frozen=True, slots=True)
class Build:
    """A build as Koji knows it."""

    nvr: NVR
    build_id: int
    epoch: int | None
    state: BuildState
    owner: str | None = None
    completed_at: datetime | None = None

    @property
    def evr(self) -> EVR:
        """The build's place in rpm's order."""
        return self.nvr.evr(self.epoch)


@dataclass(frozen=True, slots=True)
class Tagging:
    """One stay of a build in a Koji tag; ``untagged_at`` is None while it lasts."""

    nvr: NVR
    epoch: int | None
    tag: str
    tagged_at: datetime
    tagged_by: str | None = None
    untagged_at: datetime | None = None
    untagged_by: str | None = None


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """How a package stood in a Koji tag's package list for a time; ``ended_at`` is None while it lasts."""

    tag: str
    blocked: bool
    set_at: datetime
    set_by: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
