# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands behind a listing (POLICY, Words: people)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

NOBODY = "orphan"
#: With this begin the names of people who were erased from the ledger.
ERASED_AS = "erased-"


@dataclass(frozen=True, slots=True)
class Collaborator:
    """Somebody with commit rights on the branches that match ``patterns`` (shell globs)."""

    account: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageAccess:
    """A package's accounts and groups in dist-git, the same for all its branches.

    Groups are given as names; ``members`` of them, where looked up, stand beside.
    ``epel_assignee`` is an account, ``@group``, or None.
    """

    main_admin: str
    admins: tuple[str, ...] = ()
    committers: tuple[str, ...] = ()
    collaborators: tuple[Collaborator, ...] = ()
    groups: tuple[str, ...] = ()
    collaborator_groups: tuple[Collaborator, ...] = ()
    epel_assignee: str | None = None
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()


def as_listed(access: PackageAccess) -> PackageAccess:
    """As much of it as dist-git's list of all packages tells, without what only a look-up of one does."""
    return replace(
        access,
        collaborators=tuple(Collaborator(one.account, ()) for one in access.collaborators),
        collaborator_groups=tuple(Collaborator(one.account, ()) for one in access.collaborator_groups),
        epel_assignee=None,
        members=(),
    )


@dataclass(frozen=True, slots=True)
class People:
    """Maintainers and co-maintainers of one listing, as account names. Both may be empty."""

    maintainers: tuple[str, ...]
    co_maintainers: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Everybody entitled to announce, maintainers first."""
        return (*self.maintainers, *(one for one in self.co_maintainers if one not in self.maintainers))


def people_of(access: PackageAccess, branch: str) -> People:
    """The maintainer (EPEL assignee, else main admin) and the co-maintainers of a package's branch.

    A group stands for its members; ``orphan`` is nobody.
    """
    members = dict(access.members)

    def accounts(names: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for name in names:
            if name.startswith("@"):
                found.extend(members.get(name[1:], ()))
            elif name != NOBODY:
                found.append(name)
        return found

    maintainers = accounts((access.epel_assignee or access.main_admin,))
    matching = [c.account for c in access.collaborators if any(fnmatchcase(branch, p) for p in c.patterns)]
    matching_groups = [
        c.account for c in access.collaborator_groups if any(fnmatchcase(branch, p) for p in c.patterns)
    ]
    others = accounts(
        (
            access.main_admin,
            *access.admins,
            *access.committers,
            *matching,
            *(f"@{group}" for group in (*access.groups, *matching_groups)),
        )
    )
    return People(
        tuple(dict.fromkeys(maintainers)),
        tuple(one for one in dict.fromkeys(others) if one not in maintainers),
    )
