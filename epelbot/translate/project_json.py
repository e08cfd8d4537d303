# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pagure's project JSON as a package's access; the bus and the REST API send the same shape (FIELD 1.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from epelbot.domain.people import Collaborator, PackageAccess
from epelbot.translate import shape


def access_from_json(project: Mapping[str, Any]) -> PackageAccess:
    """Read who has access to a project; accounts and groups are sorted, so that equal access is equal.

    The project JSON names collaborators without their branches: here they match none, and
    `collaborators_from_json` has the patterns. Groups' members and the EPEL assignee come from elsewhere too.
    Ticket access is no access to packages.
    Raises `PermanentError` naming the key that is missing or of another type.
    """
    users = shape.mapping(project.get("access_users"), "access_users")
    groups = shape.mapping(project.get("access_groups"), "access_groups")
    owners = shape.names(users.get("owner"), "access_users.owner")
    return PackageAccess(
        main_admin=shape.text(owners[0] if owners else None, "access_users.owner[0]"),
        admins=_sorted(users, "admin", "access_users"),
        committers=_sorted(users, "commit", "access_users"),
        collaborators=_without_branches(_sorted(users, "collaborator", "access_users")),
        groups=tuple(
            sorted({*_sorted(groups, "admin", "access_groups"), *_sorted(groups, "commit", "access_groups")})
        ),
        collaborator_groups=_without_branches(_sorted(groups, "collaborator", "access_groups")),
    )


def collaborators_from_json(
    contributors: Mapping[str, Any],
) -> tuple[tuple[Collaborator, ...], tuple[Collaborator, ...]]:
    """Read collaborators and collaborating groups, with their branches, from Pagure's list of contributors.

    Source: pagure@bee1683, pagure/api/project.py, api_project_contributors; groups too are under "user".
    """
    users = shape.mapping(contributors.get("users"), "users")
    groups = shape.mapping(contributors.get("groups"), "groups")
    return (
        _with_branches(users.get("collaborators"), "users.collaborators"),
        _with_branches(groups.get("collaborators"), "groups.collaborators"),
    )


def branch_patterns(branches: str) -> tuple[str, ...]:
    """Split what a collaborator's branches are: shell globs between commas (Pagure) or spaces (people)."""
    return tuple(pattern for pattern in re.split(r"[\s,]+", branches) if pattern)


def _sorted(levels: Mapping[str, Any], level: str, where: str) -> tuple[str, ...]:
    names = levels.get(level)
    if names is None and level == "collaborator":
        # Pagure has had them since 2020; a message from before names none.
        return ()
    return tuple(sorted(shape.names(names, f"{where}.{level}")))


def _without_branches(names: tuple[str, ...]) -> tuple[Collaborator, ...]:
    return tuple(Collaborator(name, ()) for name in names)


def _with_branches(value: Any, where: str) -> tuple[Collaborator, ...]:
    found = []
    for at, item in enumerate(shape.items(value, where)):
        one = shape.mapping(item, f"{where}[{at}]")
        branches = shape.text_or_none(one.get("branches"), f"{where}[{at}].branches")
        found.append(
            Collaborator(shape.text(one.get("user"), f"{where}[{at}].user"), branch_patterns(branches or ""))
        )
    return tuple(sorted(found, key=lambda one: one.account))
