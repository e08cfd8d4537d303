# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which binary packages of a collection take the place of others (POLICY L3, *succeeded*)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from epelbot.domain.nevra import EVR, compare_versions

_FITS = {"<": (-1,), "<=": (-1, 0), "=": (0,), ">=": (0, 1), ">": (1,), "": (-1, 0, 1)}


@dataclass(frozen=True, slots=True)
class Obsoleted:
    """What a package obsoletes: a name and the versions of it. Without ``comparison`` all of them."""

    name: str
    comparison: str = ""
    evr: EVR | None = None

    @classmethod
    def parse(cls, text: str) -> Obsoleted:
        """From rpm's own words: "foo < 1:2.0-3"."""
        name, _, rest = text.partition(" ")
        comparison, _, evr = rest.strip().partition(" ")
        return cls(name, comparison, EVR.parse(evr.strip())) if evr else cls(name)

    def matches(self, name: str, evr: EVR) -> bool:
        """Whether that version of the package is meant; a version without release stands for all of them."""
        if name != self.name or self.comparison not in _FITS:
            return False
        if self.evr is None:
            return True
        if not self.evr.release:
            order = (evr.epoch > self.evr.epoch) - (evr.epoch < self.evr.epoch)
            return (order or compare_versions(evr.version, self.evr.version)) in _FITS[self.comparison]
        return evr.compare(self.evr) in _FITS[self.comparison]


@dataclass(frozen=True, slots=True)
class Offered:
    """A binary package with its source package, what it obsoletes, and the names that it provides."""

    source: str
    name: str
    evr: EVR
    obsoletes: tuple[Obsoleted, ...] = ()
    provides: frozenset[str] = frozenset()

    def replaces(self, name: str, evr: EVR) -> bool:
        """Obsoletes and provides it, or is the same package in a higher version, from another source."""
        if name == self.name:
            return self.evr > evr
        return name in self.provides and any(one.matches(name, evr) for one in self.obsoletes)


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """The newest binary packages of a collection, by architecture. Two are equal only if they are one."""

    by_arch: Mapping[str, tuple[Offered, ...]]
