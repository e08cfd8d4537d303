# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of a made-up Fedora's dist-git and issue trackers: Pagure's, its hook's, and Forgejo's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fedora_messaging.message import Message, get_class

from epelbot.domain.people import PackageAccess
from epelbot.testing.recording import PAGURE_IO, Record, number_of, record_of, revision_of

_DIST_GIT = "https://src.fedoraproject.org"
_FORGE = "https://forge.fedoraproject.org"


def push_message(
    package: str,
    branch: str,
    *,
    at: datetime,
    agent: str = "maintainer",
    access: PackageAccess | None = None,
    changed_files: Mapping[str, str] | None = None,
    fork_of: str | None = None,
    seed: str = "",
) -> Record:
    """Pagure on a push to dist-git; ``changed_files`` maps a path to git's letter for what became of it."""
    repo = _package_json(package, access or PackageAccess("maintainer"))
    if fork_of is not None:
        repo["parent"] = _package_json(fork_of, PackageAccess("maintainer"))
    end = revision_of(f"{package} {branch} {at.isoformat()} {seed}")
    body = {
        "agent": agent,
        "authors": [{"name": agent, "fullname": agent.title(), "url_path": f"user/{agent}"}],
        "branch": branch,
        "changed_files": dict(changed_files or {f"{package}.spec": "M"}),
        "end_commit": end,
        "forced": False,
        "old_commit": revision_of(f"before {end}"),
        "pull_request_id": None,
        "repo": repo,
        "start_commit": end,
        "total_commits": 1,
    }
    return record_of(get_class("pagure.git.receive")(body=body), at, seed)


def branch_message(
    event: str,
    package: str,
    branch: str,
    *,
    at: datetime,
    access: PackageAccess,
    agent: str = "maintainer",
    seed: str = "",
) -> Record:
    """Pagure on a branch made or deleted; ``event`` as in `access_message` ("pagure.git.branch.creation")."""
    body = {
        "agent": agent,
        "authors": [],
        "branch": branch,
        "repo": _package_json(package, access),
        "rev": revision_of(f"{package} {branch} {at.isoformat()} {seed}"),
    }
    return record_of(get_class(event)(body=body), at, seed)


def commit_message(
    package: str,
    branch: str,
    *,
    at: datetime,
    summary: str,
    agent: str = "maintainer",
    files: Mapping[str, tuple[int, int]] | None = None,
    seed: str = "",
) -> Record:
    """dist-git's hook on a commit; ``files`` maps a path to the lines added and the lines deleted."""
    touched = files or {f"{package}.spec": (1, 1)}
    revision = revision_of(f"{package} {branch} {at.isoformat()} {seed}")
    additions, deletions = (sum(counts) for counts in zip(*touched.values(), strict=True))
    commit = {
        "name": agent.title(),
        "email": f"{agent}@fedoraproject.org",
        "username": agent,
        "summary": summary,
        "message": f"{summary}\n",
        "rev": revision,
        "path": f"/srv/git/repositories/rpms/{package}.git",
        "repo": package,
        "namespace": "rpms",
        "branch": branch,
        "patch": f"diff --git a/{package}.spec b/{package}.spec\n",
        "date": at.isoformat(),
        "url": f"{_DIST_GIT}/rpms/{package}/c/{revision}?branch={branch}",
        "seen": False,
        "stats": {
            "files": {
                path: {"additions": added, "deletions": deleted, "lines": added + deleted}
                for path, (added, deleted) in touched.items()
            },
            "total": {
                "additions": additions,
                "deletions": deletions,
                "lines": additions + deletions,
                "files": len(touched),
            },
        },
    }
    schema = get_class("fedora_messaging_git_hook.commit.v1")
    return record_of(schema(body={"agent": agent, "commit": commit}), at, seed)


def access_message(
    event: str,
    package: str,
    *,
    at: datetime,
    access: PackageAccess,
    who: str = "helper",
    level: str = "commit",
    branches: str | None = None,
    agent: str = "maintainer",
    seed: str = "",
) -> Record:
    """Pagure on access to a package: ``event`` is the topic without prefix ("pagure.project.user.added").

    ``access`` is how it stands afterwards; ``who`` the user or group.
    """
    kind = "group" if ".group." in event else "user"
    body: dict[str, Any] = {"agent": agent, "project": _package_json(package, access)}
    match event.removeprefix("pagure.project.").partition(".")[2]:
        case "added":
            body |= {f"new_{kind}": who, "access": level, "branches": branches}
        case "access.updated":
            body |= {f"new_{kind}": who, "new_access": level, "new_branches": branches}
        case "removed":
            body |= {"removed_groups": [who]} if kind == "group" else {"removed_user": who}
        case _:
            body |= {"fields": ["description"]}
    return record_of(get_class(event)(body=body), at, seed)


def issue_message(
    event: str,
    number: int,
    *,
    title: str,
    at: datetime,
    project: str = "epel",
    status: str = "Open",
    author: str = "maintainer",
    agent: str = "maintainer",
    comments: Sequence[str] = (),
    seed: str = "",
) -> Record:
    """pagure.io on a ticket: ``event`` is the topic without prefix ("pagure.issue.comment.added")."""
    base = "https://pagure.io"
    epoch = str(int(at.timestamp()))
    issue = {
        "assignee": None,
        "blocks": [],
        "close_status": None if status == "Open" else "Fixed",
        "closed_at": None if status == "Open" else epoch,
        "closed_by": None if status == "Open" else _user_json(agent, base),
        "comments": [
            {
                "comment": comment,
                "date_created": epoch,
                "edited_on": None,
                "editor": None,
                "id": at_number,
                "notification": False,
                "parent": None,
                "reactions": {},
                "user": _user_json(agent, base),
            }
            for at_number, comment in enumerate(comments, start=1)
        ],
        "content": "",
        "custom_fields": [],
        "date_created": epoch,
        "depends": [],
        "full_url": f"{base}/{project}/issue/{number}",
        "id": number,
        "last_updated": epoch,
        "milestone": None,
        "priority": None,
        "private": False,
        "related_prs": [],
        "status": status,
        "tags": [],
        "title": title,
        "user": _user_json(author, base),
    }
    body: dict[str, Any] = {
        "agent": agent,
        "issue": issue,
        "project": _project_json(project, None, base, PackageAccess("releng")),
    }
    if event == "pagure.issue.edit":
        body["fields"] = ["status"]
    return record_of(get_class(event)(body=body), at, seed, prefix=PAGURE_IO)


def forgejo_issue_message(
    number: int,
    *,
    title: str,
    at: datetime,
    action: str = "opened",
    repository: str = "epel/steering",
    state: str = "open",
    author: str = "maintainer",
    sender: str = "maintainer",
    comment: str | None = None,
    seed: str = "",
) -> Record:
    """The forge on a ticket, or on the ``comment`` to it; the relay's class isn't used."""
    time = at.isoformat().replace("+00:00", "Z")
    url = f"{_FORGE}/{repository}/issues/{number}"
    owner, _, name = repository.partition("/")
    place = {"full_name": repository, "id": number_of(repository), "name": name}
    event = "issues" if comment is None else "issue_comment"
    hook: dict[str, Any] = {
        "action": action,
        "issue": {
            "assignees": None,
            "body": "",
            "closed_at": None,
            "comments": 0 if comment is None else 1,
            "created_at": time,
            "html_url": url,
            "id": number_of(url),
            "labels": [],
            "milestone": None,
            "number": number,
            "pull_request": None,
            "repository": {**place, "owner": owner},
            "state": state,
            "title": title,
            "updated_at": time,
            "user": {"id": number_of(author), "login": author},
        },
        "repository": {**place, "html_url": f"{_FORGE}/{repository}", "owner": {"login": owner}},
        "sender": {"id": number_of(sender), "login": sender},
    }
    if comment is None:
        hook["number"] = number
    else:
        hook["is_pull"] = False
        hook["comment"] = {
            "body": comment,
            "created_at": time,
            "html_url": f"{url}#issuecomment-1",
            "id": 1,
            "issue_url": url,
            "updated_at": time,
            "user": {"id": number_of(sender), "login": sender},
        }
    delivery = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(hook, sort_keys=True)))
    headers = {
        "x-forgejo-delivery": delivery,
        "x-forgejo-event": event,
        "x-forgejo-event-type": event,
        "x-hub-signature": "sha1=0",
        "x-hub-signature-256": "sha256=0",
    }
    body = {"agent": sender, "body": hook, "headers": headers}
    return record_of(Message(body=body, topic=f"forgejo.{event}"), at, seed)


def _package_json(package: str, access: PackageAccess) -> dict[str, Any]:
    return _project_json(package, "rpms", _DIST_GIT, access)


def _project_json(name: str, namespace: str | None, base: str, access: PackageAccess) -> dict[str, Any]:
    full = name if namespace is None else f"{namespace}/{name}"
    return {
        "access_groups": {
            "admin": [],
            "collaborator": [one.account for one in access.collaborator_groups],
            "commit": list(access.groups),
            "ticket": [],
        },
        "access_users": {
            "admin": list(access.admins),
            "collaborator": [one.account for one in access.collaborators],
            "commit": list(access.committers),
            "owner": [access.main_admin],
            "ticket": [],
        },
        "close_status": [],
        "custom_keys": [],
        "date_created": "1501867200",
        "date_modified": "1501867200",
        "description": f"The {name} package",
        "full_url": f"{base}/{full}",
        "fullname": full,
        "id": number_of(full),
        "milestones": {},
        "name": name,
        "namespace": namespace,
        "parent": None,
        "priorities": {},
        "tags": [],
        "url_path": full,
        "user": _user_json(access.main_admin, base),
    }


def _user_json(name: str, base: str) -> dict[str, Any]:
    path = f"user/{name}"
    return {"full_url": f"{base}/{path}", "fullname": name.title(), "name": name, "url_path": path}
