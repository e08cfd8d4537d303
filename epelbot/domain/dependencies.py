# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who needs whom in a collection: binary packages, source packages, and the needs between them (R7)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from epelbot.domain.nevra import EVR


@dataclass(frozen=True, slots=True)
class Need:
    """A need that only packages of the collection can fill; packages are numbers of the graph.

    It is filled while one of ``alternatives`` is there, or while for one of ``conditions`` nothing is:
    ``(A if B)`` has A's providers as alternatives and B's as its one condition. ``text`` is as rpm writes it.
    A need that nothing fills has no alternatives.
    """

    text: str
    alternatives: tuple[int, ...]
    conditions: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DependencyGraph:
    """A collection's packages and needs as plain arrays; whatever what it builds on fills is left out.

    A package is a number below ``len(packages)``, named ``name-version-release.arch``; where the
    collection has several architectures, each has its own copy. ``source_of`` is the number of its source
    package in ``sources`` (names, sorted). ``requires`` and ``weak`` (recommends, suggests) hold by package,
    ``build_requires`` by source package, the numbers of ``needs``. Two graphs are equal only if they are one,
    so what is worked out of one can be kept beside it.
    """

    packages: tuple[str, ...]
    sources: tuple[str, ...]
    source_of: tuple[int, ...]
    needs: tuple[Need, ...]
    requires: tuple[tuple[int, ...], ...]
    weak: tuple[tuple[int, ...], ...]
    build_requires: tuple[tuple[int, ...], ...]


class Kind(enum.Enum):
    """How a package needs another."""

    RUN_TIME = "run-time"
    BUILD_TIME = "build-time"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Dependent:
    """A source package that stays and loses something.

    ``rpms`` are its binary packages that are concerned (none for a build-time need), ``needs`` what they
    can no longer have, in rpm's words, ``lost`` the source packages that provided it. ``direct`` says
    whether one of those is leaving itself; otherwise they only fall with those that do.
    """

    package: str
    kind: Kind
    rpms: tuple[str, ...]
    needs: tuple[str, ...]
    lost: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A retirement that would break somebody who stays: ``because`` tells whom, sorted by package."""

    package: str
    because: tuple[Dependent, ...]


@dataclass(frozen=True, slots=True)
class SetJudgement:
    """What becomes of a set of retirements: those that may go together, and those that are held back."""

    may_leave: tuple[str, ...]
    held_back: tuple[HeldBack, ...]


@dataclass(frozen=True, slots=True)
class PackageList:
    """What repositories hold for an architecture: the highest EVR by name, of binary and source packages."""

    packages: Mapping[str, EVR] = field(default_factory=dict)
    sources: Mapping[str, EVR] = field(default_factory=dict)
