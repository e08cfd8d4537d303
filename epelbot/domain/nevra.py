# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of builds and packages, and rpm's own order of versions."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NVR = re.compile(r"([^\s/]+)-([^\s/-]+)-([^\s/-]+)")
_SEGMENT = re.compile(r"[0-9]+|[a-zA-Z]+|~|\^")


def compare_versions(left: str, right: str) -> int:
    """Order two version or release strings as rpm's ``rpmvercmp`` does: -1, 0 or 1.

    ``~`` sorts before the end of the string, ``^`` after the end but before anything else;
    digits beat letters; separators only separate.
    """
    if left == right:
        return 0
    lefts, rights = _SEGMENT.findall(left), _SEGMENT.findall(right)
    for mine, theirs in zip(lefts, rights, strict=False):
        order = _compare_segments(mine, theirs)
        if order:
            return order
    if len(lefts) == len(rights):
        return 0
    longer_is_left = len(lefts) > len(rights)
    extra = lefts[len(rights)] if longer_is_left else rights[len(lefts)]
    sign = 1 if longer_is_left else -1
    return -sign if extra == "~" else sign


def _compare_segments(mine: str, theirs: str) -> int:
    if mine == theirs:
        return 0
    for marker in "~^":
        if mine == marker:
            return -1
        if theirs == marker:
            return 1
    if mine[0].isdigit() != theirs[0].isdigit():
        return 1 if mine[0].isdigit() else -1
    if mine[0].isdigit():
        # As text: Python caps the digits of int(), rpm does not.
        a, b = mine.lstrip("0"), theirs.lstrip("0")
        if len(a) != len(b):
            return 1 if len(a) > len(b) else -1
        return (a > b) - (a < b)
    return (mine > theirs) - (mine < theirs)


@dataclass(frozen=True, slots=True)
class EVR:
    """Epoch, version and release, ordered by rpm's rules.

    Two EVRs that rpm ranks the same ("1.0" and "1.00") are neither less nor greater, yet not equal.
    """

    epoch: int
    version: str
    release: str

    @classmethod
    def parse(cls, text: str, epoch: int = 0) -> EVR:
        """From ``epoch:version-release``; ``epoch`` counts where the text has none. Nothing is refused."""
        before, colon, rest = text.rpartition(":")
        version, _, release = rest.partition("-")
        return cls(int(before) if colon and before.isdecimal() else epoch, version, release)

    def compare(self, other: EVR) -> int:
        """-1, 0 or 1 in rpm's order."""
        if self.epoch != other.epoch:
            return -1 if self.epoch < other.epoch else 1
        return compare_versions(self.version, other.version) or compare_versions(self.release, other.release)

    def __lt__(self, other: EVR) -> bool:
        return self.compare(other) < 0

    def __le__(self, other: EVR) -> bool:
        return self.compare(other) <= 0

    def __gt__(self, other: EVR) -> bool:
        return self.compare(other) > 0

    def __ge__(self, other: EVR) -> bool:
        return self.compare(other) >= 0

    def __str__(self) -> str:
        evr = f"{self.version}-{self.release}"
        return f"{self.epoch}:{evr}" if self.epoch else evr


@dataclass(frozen=True, slots=True)
class NVR:
    """A build's name as Koji and Bodhi write it: ``name-version-release``, without epoch."""

    name: str
    version: str
    release: str

    @classmethod
    def parse(cls, text: str) -> NVR:
        """Split at the last two hyphens; ValueError if there are fewer, or a part is empty."""
        found = _NVR.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text[:100]!r} is not a name-version-release")
        return cls(*found.groups())

    def evr(self, epoch: int | None) -> EVR:
        """This build's place in rpm's order, given its epoch (None counts as 0, as in rpm)."""
        return EVR(epoch or 0, self.version, self.release)

    def __str__(self) -> str:
        return f"{self.name}-{self.version}-{self.release}"


@dataclass(frozen=True, slots=True)
class NEVRA:
    """One RPM file's identity."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str

    @property
    def evr(self) -> EVR:
        """The part that rpm orders."""
        return EVR(self.epoch, self.version, self.release)

    def __str__(self) -> str:
        return f"{self.name}-{self.evr}.{self.arch}"
