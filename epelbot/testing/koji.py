# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji as a made-up Fedora has it: the fake of both ports, and what it shares with the local test server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from epelbot.domain.abi import BuiltPackages
from epelbot.domain.build import Build, BuildContents, BuildState, PackageEntry, Tagging
from epelbot.domain.collection import place_of_tag
from epelbot.domain.nevra import NVR
from epelbot.errors import NotThere
from epelbot.testing.world import World

_ALWAYS_THERE = datetime(2005, 1, 1, tzinfo=UTC)


def tags_of(world: World) -> tuple[str, ...]:
    """Every tag that exists there, sorted: one with a package list, a tagging, or a release."""
    named = {one.tag for one in world.taggings} | {one.stable_tag for one in world.releases}
    named |= set(world.tags_made)
    return tuple(sorted(named | set(world.package_lists)))


def made_at(world: World, tag: str) -> datetime:
    """When a tag was made; those of which the world does not say were always there."""
    return world.tags_made.get(tag, _ALWAYS_THERE)


def package_config(world: World, package: str, tag: str) -> tuple[str, bool] | None:
    """The tag whose package list decides, and whether it blocks the package; None when none lists it.

    As in Fedora, the tags of a collection's earlier stages inherit from its stable tag (FIELD 2.5a 4).
    """
    place = place_of_tag(tag)
    for one in (tag, *([place.stable] if place is not None and not place.is_stable else [])):
        blocked = world.package_lists.get(one, {}).get(package)
        if blocked is not None:
            return one, blocked
    return None


def listed_packages(world: World, tag: str) -> dict[str, bool]:
    """Every package that a tag lists, itself or by inheritance, and whether it is blocked."""
    place = place_of_tag(tag)
    parent = place.stable if place is not None and not place.is_stable else tag
    return {**world.package_lists.get(parent, {}), **world.package_lists.get(tag, {})}


def changed_within(stay: Tagging, since: datetime | None, before: datetime) -> bool:
    """Whether a stay began or ended in that time."""
    moments = [at for at in (stay.tagged_at, stay.untagged_at) if at is not None]
    return any((since is None or since <= at) and at < before for at in moments)


def _listed(build: BuiltPackages) -> BuiltPackages:
    packages = (replace(one, libraries=None, unread=()) for one in build.packages)
    return replace(build, packages=tuple(packages))


@dataclass(frozen=True, slots=True)
class FakeKoji:
    """`BuildHistory`, `BuildContentsSource` and `InterfacesInKoji`, answered from a `World`."""

    world: World

    def built_packages(self, nvr: NVR) -> BuiltPackages:
        """As `InterfaceSource.built_packages`."""
        self.world.answer("koji")
        build = self.world.builds.get(nvr)
        if build is None or build.state is not BuildState.COMPLETE or nvr not in self.world.built:
            raise NotThere(f"Koji knows no complete build {str(nvr)!r}; check the name")
        return self.world.built[nvr]

    def listed_packages(self, nvrs: Sequence[NVR]) -> tuple[BuiltPackages, ...]:
        """As `InterfacesInKoji.listed_packages`."""
        return tuple(_listed(self.built_packages(nvr)) for nvr in nvrs)

    def builds(self, nvrs: Sequence[NVR]) -> dict[NVR, Build]:
        """As `BuildHistory.builds`."""
        self.world.answer("koji")
        return {nvr: self.world.builds[nvr] for nvr in nvrs if nvr in self.world.builds}

    def tag_history(self, package: str, tags: Sequence[str]) -> tuple[Tagging, ...]:
        """As `BuildHistory.tag_history`."""
        self.world.answer("koji")
        stays = (one for one in self.world.taggings if one.nvr.name == package and one.tag in tags)
        return tuple(sorted(stays, key=lambda stay: stay.tagged_at))

    def is_blocked(self, package: str, tag: str) -> bool | None:
        """As `BuildHistory.is_blocked`."""
        self.world.answer("koji")
        config = package_config(self.world, package, tag)
        return config[1] if config is not None else None

    def package_entries(self, package: str, tags: Sequence[str]) -> tuple[PackageEntry, ...]:
        """As `BuildHistory.package_entries`."""
        self.world.answer("koji")
        found = (one for name, one in self.world.package_entries if name == package and one.tag in tags)
        return tuple(sorted(found, key=lambda entry: entry.set_at))

    def epel_tags(self) -> tuple[str, ...]:
        """As `BuildHistory.epel_tags`."""
        self.world.answer("koji")
        places = ((tag, place_of_tag(tag)) for tag in tags_of(self.world))
        return tuple(tag for tag, place in places if place is not None and place.is_stable)

    def changes_in_tag(self, tag: str, since: datetime | None, before: datetime) -> tuple[Tagging, ...]:
        """As `BuildHistory.changes_in_tag`."""
        self.world.answer("koji")
        stays = [one for one in self.world.taggings if one.tag == tag and changed_within(one, since, before)]
        return tuple(sorted(stays, key=lambda stay: stay.tagged_at))

    def entries_of(self, packages: Sequence[str], tags: Sequence[str]) -> dict[str, tuple[PackageEntry, ...]]:
        """As `BuildHistory.entries_of`."""
        return {package: self.package_entries(package, tags) for package in packages}

    def package_list(self, tag: str) -> dict[str, bool]:
        """As `BuildHistory.package_list`."""
        self.world.answer("koji")
        return listed_packages(self.world, tag)

    def tags_made(self, tags: Sequence[str]) -> dict[str, datetime]:
        """As `BuildHistory.tags_made`."""
        self.world.answer("koji")
        known = tags_of(self.world)
        return {tag: made_at(self.world, tag) for tag in tags if tag in known}

    def contents(self, nvr: NVR) -> BuildContents:
        """As `BuildContentsSource.contents`."""
        self.world.answer("koji")
        build = self.world.builds.get(nvr)
        if build is None:
            raise NotThere(f"Koji knows no build {str(nvr)!r}; check the name")
        if build.state is not BuildState.COMPLETE:
            raise NotThere(f"the build {nvr} is {build.state.name.lower()}; its files can't be looked at")
        found = self.world.contents.get(nvr)
        return BuildContents(str(nvr), found.rpms if found is not None else ())

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        """As `BuildContentsSource.text`."""
        self.contents(nvr)
        text = self.world.texts.get((nvr, rpm, path))
        if text is None:
            raise NotThere(f"{nvr} has no {path} in an RPM {rpm}; check the name")
        return text[:limit]
