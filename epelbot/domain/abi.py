# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a build offers to other packages, and what changes between two builds (POLICY A1)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from epelbot.domain.nevra import EVR


class Level(enum.Enum):
    """How much a change can hurt others; worst last.

    *Unknown* outranks *needs-review*: what could not be seen may be anything.
    """

    COMPATIBLE = "compatible"
    NEEDS_REVIEW = "needs-review"
    UNKNOWN = "unknown"
    BREAKING = "breaking"

    @staticmethod
    def worst(levels: Iterable[Level]) -> Level:
        """The worst of these; `COMPATIBLE` if there are none."""
        order = list(Level)
        return max(levels, key=order.index, default=Level.COMPATIBLE)


class ChangeKind(enum.Enum):
    """What kind of thing changed. The values are keys that other programs read."""

    ARCHITECTURE_REMOVED = "architecture-removed"
    PACKAGE_REMOVED = "package-removed"
    PACKAGE_OBSOLETED = "package-obsoleted"
    PACKAGE_RENAMED = "package-renamed"
    SONAME_REMOVED = "soname-removed"
    SYMBOL_VERSION_REMOVED = "symbol-version-removed"
    SYMBOL_REMOVED = "symbol-removed"
    PROVIDE_REMOVED = "provide-removed"
    PROGRAM_REMOVED = "program-removed"
    HEADER_REMOVED = "header-removed"
    MAJOR_VERSION_ROSE = "major-version-rose"
    VERSION_WENT_BACK = "version-went-back"
    NOT_COMPARED = "not-compared"
    SONAME_ADDED = "soname-added"
    SYMBOLS_ADDED = "symbols-added"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that others may notice.

    ``what`` is the thing itself (a soname, a symbol, a capability, a path); ``rpm`` and ``arch`` say where
    it was before (or is now, for an addition), and are empty for what concerns the whole build. ``library``
    is the soname that a symbol belongs to.
    """

    kind: ChangeKind
    what: str
    rpm: str
    arch: str
    level: Level
    detail: str = ""
    library: str = ""


class Capability(NamedTuple):
    """A thing provided or obsoleted; ``flags`` are rpm's sense bits, ``version`` may be empty."""

    name: str
    flags: int = 0
    version: str = ""


class Symbol(NamedTuple):
    """A symbol that programs can bind to; ``version`` is empty where the library has no symbol versions.

    Of several versions of one name the *default* one is what new programs are linked to.
    """

    name: str
    version: str = ""
    default: bool = True
    weak: bool = False

    def __str__(self) -> str:
        if not self.version:
            return self.name
        return f"{self.name}{'@@' if self.default else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class Library:
    """A shared library in an RPM; ``soname`` is None for one that has none of its own."""

    path: str
    soname: str | None
    symbols: frozenset[Symbol]

    @property
    def provided_as(self) -> str:
        """What rpm calls it in Provides: the soname, else the file's name (FIELD 8.2)."""
        return self.soname or self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """A binary RPM as others see it.

    ``libraries`` is None when only lists were read. ``files`` are whole paths. ``problem`` says in a sentence
    why the RPM could not be read; the rest is empty then, and that means nothing. ``unread`` are libraries
    that could not be read, each with the reason.
    """

    name: str
    arch: str
    evr: EVR
    provides: tuple[Capability, ...] = ()
    obsoletes: tuple[Capability, ...] = ()
    files: tuple[str, ...] = ()
    libraries: tuple[Library, ...] | None = None
    unread: tuple[tuple[str, str], ...] = ()
    problem: str | None = None

    def __str__(self) -> str:
        return f"{self.name}.{self.arch}"


@dataclass(frozen=True, slots=True)
class BuiltPackages:
    """The binary RPMs of a build, without those of debugging data.

    ``build`` is the NVR, or what the person named. ``complete``: these are all that the build has, not just
    those that somebody had at hand.
    """

    build: str
    packages: tuple[BuiltPackage, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What A1 finds between two builds.

    ``preliminary``: symbols of public libraries were not looked at yet, so that worse may come, and the level
    is no better than *unknown*. ``rebuild``: the same version was built again. ``changes`` come worst first.
    """

    old: str
    new: str
    level: Level
    preliminary: bool
    rebuild: bool
    changes: tuple[Change, ...]
