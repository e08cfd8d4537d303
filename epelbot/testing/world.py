# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small made-up Fedora that fakes and the local test server both answer from.

Everything is plain data that a test or the demo fills in. A name in ``down`` ("koji", "bodhi",
"dist-git", "archive", "repodata", "rhel") makes that source answer with an outage until it is taken out
again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from epelbot.domain.abi import BuiltPackages
from epelbot.domain.build import Build, BuildContents, PackageEntry, Tagging
from epelbot.domain.calendar_words import Event
from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import DependencyGraph, PackageList
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Post
from epelbot.domain.succession import Offers
from epelbot.errors import TransientError
from epelbot.ports import Commit, Release


@dataclass(slots=True)
class World:
    """The state of all sources at one moment; change it to let time pass.

    ``texts`` is keyed by build, RPM ("name.arch") and path; ``rpm_files`` by build, naming RPM files on
    disk that the test server offers for download; ``built`` tells what their RPMs offer to others.
    ``package_lists`` is keyed by tag, then package, and tells whether it is blocked; ``package_entries``
    holds, by package, how these lists came to be. ``dead_packages`` and ``tips`` are keyed by package and
    branch, ``updates`` by alias, and ``posts`` by their hash; a post without text is one that the archive
    does not have yet. ``graphs`` tell who needs whom, ``offers`` who takes whose place, ``rhel`` what a
    repository of RHEL holds, by its address and architecture. ``published`` holds what RHEL's calendars
    tell, by their names, ``tags_made`` when Koji's tags were made, where it matters.
    """

    builds: dict[NVR, Build] = field(default_factory=dict)
    contents: dict[NVR, BuildContents] = field(default_factory=dict)
    texts: dict[tuple[NVR, str, str], bytes] = field(default_factory=dict)
    rpm_files: dict[NVR, tuple[Path, ...]] = field(default_factory=dict)
    built: dict[NVR, BuiltPackages] = field(default_factory=dict)
    taggings: list[Tagging] = field(default_factory=list)
    package_lists: dict[str, dict[str, bool]] = field(default_factory=dict)
    package_entries: list[tuple[str, PackageEntry]] = field(default_factory=list)
    updates: dict[str, UpdateSeen] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    access: dict[str, PackageAccess] = field(default_factory=dict)
    branches: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dead_packages: dict[tuple[str, str], str] = field(default_factory=dict)
    tips: dict[tuple[str, str], Commit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    graphs: dict[Collection, DependencyGraph] = field(default_factory=dict)
    offers: dict[Collection, Offers] = field(default_factory=dict)
    rhel: dict[str, dict[str, PackageList]] = field(default_factory=dict)
    published: dict[str, dict[Event, date]] = field(default_factory=dict)
    tags_made: dict[str, datetime] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def answer(self, source: str) -> None:
        """Raise the outage that the source is set to have, if any."""
        if source in self.down:
            raise TransientError(f"{source} does not answer; it is asked again later")
