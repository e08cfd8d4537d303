# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""dist-git in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from epelbot.domain.people import PackageAccess, as_listed
from epelbot.errors import NotThere
from epelbot.ports import Commit
from epelbot.testing.world import World


@dataclass(frozen=True, slots=True)
class FakeDistGit:
    """Answers from the world's ``access``, ``branches`` and ``dead_packages``; fulfils `PackageSources`."""

    world: World

    def access(self, package: str) -> PackageAccess:
        """Owner, access, EPEL assignee and the members of the groups."""
        self.world.answer("dist-git")
        try:
            return self.world.access[package]
        except KeyError:
            raise NotThere(f"dist-git has no package {package!r}; check its name") from None

    def members(self, group: str) -> tuple[str, ...]:
        """The accounts in a group, as any package's access tells it."""
        self.world.answer("dist-git")
        known = {
            account for one in self.world.access.values() for account in dict(one.members).get(group, ())
        }
        return tuple(sorted(known))

    def every_access(self) -> Iterator[tuple[str, PackageAccess]]:
        """Every package with who has access, by name, without what only a look-up of one tells."""
        for package, access in sorted(self.world.access.items()):
            self.world.answer("dist-git")
            yield package, as_listed(access)

    def branches(self, package: str) -> tuple[str, ...]:
        """The package's branches, sorted."""
        self.access(package)
        return tuple(sorted(self.world.branches.get(package, ())))

    def dead_package(self, package: str, branch: str) -> str | None:
        """The text of ``dead.package`` at the branch's tip, or None when the branch is alive or absent."""
        self.world.answer("dist-git")
        return self.world.dead_packages.get((package, branch))

    def tip(self, package: str, branch: str) -> Commit | None:
        """The commit at the branch's tip."""
        self.world.answer("dist-git")
        return self.world.tips.get((package, branch))

    def retired_in(self, branch: str) -> tuple[str, ...]:
        """Every package whose branch of that name is retired, sorted."""
        self.world.answer("dist-git")
        found = retired_list(self.world, branch)
        if found is None:
            raise NotThere(f"dist-git keeps no list of what is retired in {branch!r}; check the branch")
        return found


def retired_list(world: World, branch: str) -> tuple[str, ...] | None:
    """Give the daily list of a branch; it is made for every branch that a release or a package has."""
    known = {release.branch for release in world.releases}
    known.update(one for branches in world.branches.values() for one in branches)
    known.update(one for _, one in world.dead_packages)
    if branch not in known:
        return None
    return tuple(sorted(package for package, one in world.dead_packages if one == branch))
