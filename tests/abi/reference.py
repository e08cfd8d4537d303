# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libabigail's reference reports say of each pair, as far as that can be seen without debugging data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from epelbot.domain.abi import BuiltPackages, Comparison, Level
from epelbot.policy.compatible import compare_builds
from epelbot.services.compare_builds import build_of_files
from epelbot.sources.koji_tree import RpmFolder

_REMOVED = re.compile(r"(?:changes )?summary: ([0-9]+) Removed")
_REMOVED_BINARY = re.compile(r"^ *\[D\] .*SONAME: ", re.MULTILINE)
_SECTION = re.compile(r"^=+ changes of '([^']*)'=+$", re.MULTILINE)
_PUBLIC = re.compile(r"^lib[^/]*\.so")

#: Pairs where the two differ, and why; docs/reference/compare.md tells it to users.
DISAGREEMENTS = {
    ("dbus-glib-0.104-3.fc23.x86_64.rpm", "dbus-glib-0.104-3.fc23.armv7hl.rpm"): (
        "one build's RPMs of two architectures: we don't compare across architectures, and say so"
    ),
    ("empty-pkg-libvirt-0.9.11.3-1.el7.ppc64.rpm", "empty-pkg-libvirt-1.2.17-13.el7_2.2.ppc64.rpm"): (
        "no library in either, but upstream's major version rose, which wants a look (A1)"
    ),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two RPMs, and how many names libabigail saw vanish from public libraries; None without a report."""

    old: Path
    new: Path
    removed: int | None

    @property
    def names(self) -> tuple[str, str]:
        """The files' names."""
        return self.old.name, self.new.name

    def compared(self) -> Comparison:
        """What we find."""
        return compare_builds(_build(self.old), _build(self.new))

    def agrees(self, found: Comparison) -> bool:
        """Something gone is breaking or wants a look, and nothing gone is compatible."""
        if self.removed:
            return found.level in (Level.BREAKING, Level.NEEDS_REVIEW)
        return found.level is Level.COMPATIBLE


def pairs(folder: Path) -> Iterator[Pair]:
    """The pairs of ``cases.json``, each once."""
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))["cases"]
    seen: dict[tuple[str, str], Pair] = {}
    for case in cases:
        names = (case["old"], case["new"])
        report = folder / "reports" / case["report"] if case["report"] else None
        removed = _removed(report.read_text(encoding="utf-8")) if report and report.exists() else None
        known = seen.get(names)
        if known is None or (known.removed is None and removed is not None):
            seen[names] = Pair(folder / "rpms" / names[0], folder / "rpms" / names[1], removed)
    yield from seen.values()


def _removed(report: str) -> int:
    """Functions, variables and symbols that are gone, from libraries that others can be linked to."""
    parts = _SECTION.split(report)
    count = 0
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        if _PUBLIC.match(name):
            count += sum(map(int, _REMOVED.findall(text)))
    return count + len(_REMOVED_BINARY.findall(report))


def _build(path: Path) -> BuiltPackages:
    return build_of_files(RpmFolder(path))
