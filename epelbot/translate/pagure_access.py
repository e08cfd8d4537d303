# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what in dist-git, as Pagure's messages about packages tell (FIELD 1.6).

Pagure publishes no change of main admin. But nearly all its messages carry the project with its owner and
access, so each of them is read for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from epelbot.domain.evidence import AccessChanged, AccessSeen, Fact, Recorded
from epelbot.domain.people import PackageAccess
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.message import (
    ParsedMessage,
    account,
    account_or_none,
    happened_at,
    package_name,
    recorded,
)
from epelbot.translate.project_json import access_from_json
from epelbot.translate.topic_name import PAGURE_IO

_MOST_PEOPLE = 2_000


def dist_git_package(message: ParsedMessage, project: Mapping[str, Any]) -> str | None:
    """Name the package that a project is the sources of; None for forks, other namespaces and pagure.io."""
    if message.sender == PAGURE_IO or project.get("namespace") != "rpms" or project.get("parent") is not None:
        return None
    return package_name(project.get("name"), "project.name")


def access_seen(project: Mapping[str, Any]) -> AccessSeen | None:
    """Give the access that a project's JSON carries, None where it carries none (older or trimmed messages).

    It knows collaborators without their branches, and neither groups' members nor the EPEL assignee.
    """
    if project.get("access_users") is None or project.get("access_groups") is None:
        return None
    access = access_from_json(project)
    _check_names(access)
    return AccessSeen(access, partial=True)


def repository_changed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the access of a package whose branches changed."""
    return _recorded(message, shape.mapping(message.body.get("repo"), "repo"), (), received_at)


def project_changed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the access of a package, and who was given or lost it."""
    project = shape.mapping(message.body.get("project"), "project")
    if dist_git_package(message, project) is None:
        return ()
    return _recorded(message, project, _changes(message), received_at)


def _recorded(
    message: ParsedMessage,
    project: Mapping[str, Any],
    changes: tuple[AccessChanged, ...],
    received_at: datetime,
) -> tuple[Recorded, ...]:
    package = dist_git_package(message, project)
    if package is None:
        return ()
    seen = access_seen(project)
    facts: tuple[Fact, ...] = changes if seen is None else (seen, *changes)
    happened = happened_at(message, received_at)
    return tuple(recorded(fact, package, None, happened, received_at) for fact in facts)


def _changes(message: ParsedMessage) -> tuple[AccessChanged, ...]:
    body = message.body
    by = account_or_none(message.told("agent_name"), "agent")
    match message.event.removeprefix("pagure.project.").split("."):
        case ["user", "added"]:
            return (_given(body, "new_user", "access", "branches", by),)
        case ["user", "access", "updated"]:
            return (_given(body, "new_user", "new_access", "new_branches", by),)
        case ["user", "removed"]:
            return (AccessChanged(account(body.get("removed_user"), "removed_user"), None, by=by),)
        case ["group", "added"]:
            return (_given(body, "new_group", "access", "branches", by),)
        case ["group", "access", "updated"]:
            return (_given(body, "new_group", "new_access", "new_branches", by),)
        case ["group", "removed"]:
            groups = shape.items(body.get("removed_groups"), "removed_groups")
            _check_number(len(groups))
            return tuple(
                AccessChanged(f"@{account(one, f'removed_groups[{at}]')}", None, by=by)
                for at, one in enumerate(groups)
            )
        case _:
            return ()


def _given(body: Mapping[str, Any], who: str, level: str, branches: str, by: str | None) -> AccessChanged:
    mark = "@" if who == "new_group" else ""
    return AccessChanged(
        f"{mark}{account(body.get(who), who)}",
        shape.text(body.get(level), level),
        shape.text_or_none(body.get(branches) or None, branches),
        by,
    )


def _check_names(access: PackageAccess) -> None:
    collaborators = (*access.collaborators, *access.collaborator_groups)
    names = (
        access.main_admin,
        *access.admins,
        *access.committers,
        *access.groups,
        *(c.account for c in collaborators),
    )
    _check_number(len(names))
    for name in names:
        account(name, "access")


def _check_number(number: int) -> None:
    if number > _MOST_PEOPLE:
        raise PermanentError(
            f"{number} accounts and groups have access, more than {_MOST_PEOPLE}; see who sent it"
        )
