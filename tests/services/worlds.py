# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A world of many packages, made without messages: a story checks each message, which takes far longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from epelbot.domain.build import Build, BuildState, Tagging
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.domain.people import PackageAccess
from epelbot.ports import Release
from epelbot.testing.world import World

_OPENED = datetime(2022, 1, 3, 9, tzinfo=UTC)


def many_packages(number: int, *, builds: int = 3, tag: str = "epel9") -> World:
    """A collection of so many packages, each with so many builds that went stable one after the other."""
    world = World(releases=[Release(f"EPEL-{tag[4:]}", tag, tag, "current")], package_lists={tag: {}})
    for package in range(number):
        name = f"package{package:05}"
        world.access[name] = PackageAccess(f"owner{package % 97}", committers=("releng",))
        world.package_lists[tag][name] = package % 50 == 0
        for release in range(1, builds + 1):
            nvr = NVR(name, "1.0", f"{release}.el9")
            # Over four years, and one build after the other of each.
            at = _OPENED + timedelta(hours=package % 8000 + release * 8800)
            count = package * builds + release
            world.builds[nvr] = Build(nvr, count, None, BuildState.COMPLETE, "owner", at)
            left = at + timedelta(hours=8800) if release < builds else None
            world.taggings.append(Tagging(nvr, None, tag, at, "bodhi", left, "bodhi" if left else None))
            alias = f"FEDORA-EPEL-{at.year}-{count:010x}"
            times = (at - timedelta(days=9), at - timedelta(days=8), at + timedelta(hours=3))
            world.updates[alias] = UpdateSeen(alias, tag, tag, "stable", None, (str(nvr),), "owner", *times)
    return world
