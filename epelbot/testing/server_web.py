# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi, dist-git and HyperKitty as routes of the test server, with the shapes and oddities of the real ones.

Each lies under its own path: ``/bodhi``, ``/dist-git``, ``/archives``. A source that is ``down`` answers 503.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, TypeVar

from epelbot.domain.build import Build
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.domain.people import Collaborator, PackageAccess
from epelbot.domain.post import Post
from epelbot.ports import Commit, Release
from epelbot.testing.archive import archived, first_of, on_list, parent_of, thread_of
from epelbot.testing.distgit import retired_list
from epelbot.testing.recording import revision_of
from epelbot.testing.server import Request, Response
from epelbot.testing.world import World

T = TypeVar("T")

_MAILING_LIST = re.compile(r"/archives/api/list/([^/@]+)@([^/]+)/(email|thread)/([A-Z2-7]{32})/(emails/)?")
_WHOLE_LIST = re.compile(r"/archives/api/list/([^/@]+)@([^/]+)/emails/")
_DAWN = "1500000000"


def bodhi_route(world: World, request: Request) -> Response | None:
    """Answer as Bodhi does under ``/bodhi``."""
    if not request.path.startswith("/bodhi/"):
        return None
    if "bodhi" in world.down:
        return _OUTAGE
    path = request.path.removeprefix("/bodhi")
    if path == "/releases/":
        pattern = request.asked("name").replace("%", "")
        rows = [release_json(one) for one in sorted(world.releases, key=lambda release: release.name)]
        return _page(request, "releases", [row for row in rows if row["name"].startswith(pattern)], dict)
    if path == "/updates/":
        return _updates(world, request)
    alias = path.removeprefix("/updates/")
    if alias in world.updates:
        update = update_json(world, world.updates[alias])
        return _json({"update": update, "can_edit": False, "ci_allowed": False})
    if any(alias == NVR.parse(build).name for one in world.updates.values() for build in one.builds):
        return Response(302, headers={"Location": f"/bodhi/updates/?packages={alias}"})
    return _bodhi_error(404, "url", "id", "Invalid update id")


def distgit_route(world: World, request: Request) -> Response | None:
    """Answer as Pagure with its dist-git plugin does under ``/dist-git``."""
    if not request.path.startswith("/dist-git/"):
        return None
    if "dist-git" in world.down:
        return _OUTAGE
    path = request.path.removeprefix("/dist-git")
    for pattern, answer in _DISTGIT:
        if found := pattern.fullmatch(path):
            return answer(world, request, found)
    return _pagure_page("Page not found")


def archive_route(world: World, request: Request) -> Response | None:
    """Answer as HyperKitty does under ``/archives``."""
    if not request.path.startswith("/archives/"):
        return None
    if "archive" in world.down:
        return _OUTAGE
    whole = _WHOLE_LIST.fullmatch(request.path)
    if whole is not None:
        api = f"{_root(request)}/archives/api/list/{whole[1]}@{whole[2]}"
        return _mails(world, request, on_list(world, whole[1])[::-1], api)
    found = _MAILING_LIST.fullmatch(request.path)
    post = archived(world, found[1], found[4]) if found is not None else None
    if found is None or post is None:
        return _json({"detail": "Not found."}, 404)
    api = f"{_root(request)}/archives/api/list/{found[1]}@{found[2]}"
    if found[3] == "email":
        return _json(
            {**mail_json(world, post, api), "votes": _VOTES, "content": post.text, "attachments": []}
        )
    return _mails(world, request, thread_of(world, post), api)


def _mails(world: World, request: Request, posts: Sequence[Post], api: str) -> Response:
    limit, offset = int(request.asked("limit", "10")), int(request.asked("offset", "0"))
    more = offset + limit < len(posts)
    following = f"{_root(request)}{request.path}?limit={limit}&offset={offset + limit}" if more else None
    rows = [mail_json(world, one, api) for one in posts[offset : offset + limit]]
    return _json({"count": len(posts), "next": following, "previous": None, "results": rows})


def release_json(release: Release) -> dict[str, Any]:
    """Write a release as Bodhi does (FIELD 3.1)."""
    tag = release.stable_tag
    return {
        "name": release.name,
        "long_name": f"Fedora EPEL {release.name.removeprefix('EPEL-')}",
        "version": tag.removeprefix("epel"),
        "id_prefix": "FEDORA-EPEL",
        "branch": release.branch,
        "dist_tag": tag,
        "stable_tag": tag,
        "testing_tag": f"{tag}-testing",
        "candidate_tag": f"{tag}-testing-candidate",
        "pending_signing_tag": f"{tag}-signing-pending",
        "pending_testing_tag": f"{tag}-testing-pending",
        "pending_stable_tag": f"{tag}-pending",
        "override_tag": f"{tag}-override",
        "mail_template": "fedora_epel_legacy_errata_template",
        "state": release.state,
        "composed_by_bodhi": True,
        "create_automatic_updates": False,
        "package_manager": "dnf",
        "testing_repository": "epel-testing",
        "eol": None,
    }


def update_json(world: World, update: UpdateSeen) -> dict[str, Any]:
    """Write an update as Bodhi does (FIELD 3.2)."""
    release = next((one for one in world.releases if one.stable_tag == update.release), None)
    if release is None:
        name = f"EPEL-{update.release.removeprefix('epel')}"
        release = Release(name, update.branch or update.release, update.release, "current")
    return {
        "alias": update.alias,
        "autokarma": True,
        "autotime": True,
        "bugs": [],
        "builds": [_build_json(world, build) for build in update.builds],
        "close_bugs": True,
        "comments": [],
        "compose": None,
        # Bodhi takes it from the first build.
        "content_type": "rpm" if update.builds else None,
        "critpath": False,
        "critpath_groups": "",
        "date_approved": None,
        "date_modified": None,
        "date_pushed": _bodhi_time(update.stable_at or update.testing_at),
        "date_stable": _bodhi_time(update.stable_at),
        "date_submitted": _bodhi_time(update.submitted_at),
        "date_testing": _bodhi_time(update.testing_at),
        "display_name": "",
        "from_tag": None,
        "karma": 0,
        "locked": False,
        "meets_testing_requirements": update.status == "stable",
        "notes": "A made-up update.",
        "pushed": update.status in ("testing", "stable"),
        "release": release_json(release),
        "request": update.request,
        "require_bugs": True,
        "require_testcases": True,
        "requirements": None,
        "severity": "unspecified",
        "stable_days": 7,
        "stable_karma": 2,
        "status": update.status,
        "suggest": "unspecified",
        "test_cases": [],
        "test_gating_status": "ignored",
        "title": " ".join(update.builds),
        "type": "enhancement",
        "unstable_karma": -1,
        "updateid": update.alias,
        "url": f"https://bodhi.example.org/updates/{update.alias}",
        "user": None if update.submitter is None else _bodhi_user(update.submitter),
        "version_hash": "0" * 40,
    }


def project_json(package: str, access: PackageAccess, root: str) -> dict[str, Any]:
    """Write a project as Pagure does (FIELD 1.6); collaborators come without their branches."""
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
        "date_created": f"{_DAWN}.25",
        "date_modified": _DAWN,
        "description": f"The {package} rpms",
        "full_url": f"{root}/rpms/{package}",
        "fullname": f"rpms/{package}",
        "id": 1,
        "milestones": {},
        "name": package,
        "namespace": "rpms",
        "parent": None,
        "priorities": {},
        "tags": [],
        "url_path": f"rpms/{package}",
        "user": _pagure_user(access.main_admin, root),
    }


def mail_json(world: World, post: Post, api: str) -> dict[str, Any]:
    """Write a mail as HyperKitty lists it (FIELD 1.7)."""
    name, address = parseaddr(post.sender)
    parent = parent_of(world, post)
    children = [one for one in world.posts.values() if one.in_reply_to == post.message_id]
    return {
        "url": f"{api}/email/{post.hash}/",
        "mailinglist": f"{api}/",
        "message_id": post.message_id.removeprefix("<").removesuffix(">"),
        "message_id_hash": post.hash,
        "thread": f"{api}/thread/{first_of(world, post).hash}/",
        "sender": {"address": address.replace("@", " (a) "), "mailman_id": None, "emails": None},
        "sender_name": name,
        "subject": post.subject,
        "date": post.posted_at.isoformat().replace("+00:00", "Z"),
        "parent": None if parent is None else f"{api}/email/{parent.hash}/",
        "children": [f"{api}/email/{one.hash}/" for one in children],
    }


def _updates(world: World, request: Request) -> Response:
    releases = {release.name: release for release in world.releases}
    asked = request.query.get("releases", [])
    unknown = [name for name in asked if name not in releases]
    if unknown:
        return _bodhi_error(
            400, "querystring", "releases", f"Invalid releases specified: {', '.join(unknown)}"
        )
    tags = {releases[name].stable_tag for name in asked}
    packages = set(re.split(r"[\s,]+", request.asked("packages"))) - {""}
    statuses, aliases = request.query.get("status", []), request.query.get("alias", [])
    since, before = request.asked("submitted_since"), request.asked("submitted_before", "9999")
    newest_first = sorted(
        world.updates.values(), key=lambda one: (_bodhi_time(one.submitted_at) or "", one.alias), reverse=True
    )
    found = [
        update
        for update in newest_first
        if (not tags or update.release in tags)
        and (not packages or packages.intersection(NVR.parse(build).name for build in update.builds))
        and (not statuses or update.status in statuses)
        and (not aliases or update.alias in aliases)
        and since <= (_bodhi_time(update.submitted_at) or "") < before
    ]
    return _page(request, "updates", found, lambda one: update_json(world, one))


def _page(
    request: Request, what: str, rows: Sequence[T], row_json: Callable[[T], dict[str, Any]]
) -> Response:
    page, size = int(request.asked("page", "1")), int(request.asked("rows_per_page", "20"))
    pages = -(-len(rows) // size)
    shown = [row_json(one) for one in rows[(page - 1) * size : page * size]]
    return _json({what: shown, "page": page, "pages": pages, "rows_per_page": size, "total": len(rows)})


def _raw(world: World, _: Request, asked: re.Match[str]) -> Response:
    text = world.dead_packages.get((asked[1], asked[2]))
    if not text:
        return _pagure_page("File not found" if text is None else "No content found")
    # So Pagure takes the name.
    return Response(200, text.encode(), "application/vnd.autopackage")


def _tree(world: World, request: Request, asked: re.Match[str]) -> Response:
    if (asked[1], asked[2]) not in world.dead_packages:
        return _pagure_error("File not found in this git repository", "EFILENOTFOUND")
    raw = f"{_root(request)}/dist-git/rpms/{asked[1]}/raw/{asked[2]}/f/dead.package"
    return _json({"content_url": raw, "name": "dead.package", "type": "file"})


def _projects(world: World, request: Request, _: re.Match[str]) -> Response:
    page, size = int(request.asked("page", "1")), int(request.asked("per_page", "20"))
    names = sorted(world.access)
    root = f"{_root(request)}/dist-git"
    shown = names[(page - 1) * size : page * size]
    return _json(
        {
            "args": {"fork": False, "namespace": "rpms", "page": page, "per_page": size, "short": False},
            "pagination": {"page": page, "pages": -(-len(names) // size), "per_page": size, "prev": None},
            "projects": [project_json(name, world.access[name], root) for name in shown],
            "total_projects": len(names),
        }
    )


def _project(world: World, request: Request, asked: re.Match[str]) -> Response:
    package = asked[1]
    access = world.access.get(package)
    if access is None:
        return _pagure_error("Project not found", "ENOPROJECT")
    return _json(project_json(package, access, f"{_root(request)}/dist-git"))


def _branches(world: World, request: Request, asked: re.Match[str]) -> Response:
    if asked[1] not in world.access:
        return _pagure_error("Project not found", "ENOPROJECT")
    branches = sorted(world.branches.get(asked[1], ()))
    default = branches[-1] if branches else None
    if request.asked("with_commits") != "1":
        return _json({"branches": branches, "default": default, "total_branches": len(branches)})
    commits = {name: _tip(world, asked[1], name).revision for name in branches}
    with_default = {} if default is None else {default: commits[default]}
    return _json({"branches": commits, "default": with_default, "total_branches": len(branches)})


def _tip(world: World, package: str, branch: str) -> Commit:
    dawn = datetime.fromtimestamp(int(_DAWN), UTC)
    return world.tips.get((package, branch)) or Commit(revision_of(f"{package} {branch}"), "Somebody", dawn)


def _commit(world: World, _: Request, asked: re.Match[str]) -> Response:
    tips = (_tip(world, asked[1], branch) for branch in world.branches.get(asked[1], ()))
    commit = next((one for one in tips if one.revision == asked[2]), None)
    if commit is None:
        return _pagure_error("Commit not found in this repository", "ENOCOMMIT")
    return _json(
        {
            "author": commit.author or "",
            "commit_time": int(commit.committed_at.timestamp()),
            "commit_time_offset": 0,
            "committer": commit.author or "",
            "hash": commit.revision,
            "message": "A change\n",
            "parent_ids": [],
            "tree_id": revision_of(f"tree of {commit.revision}"),
        }
    )


def _contributors(world: World, _: Request, asked: re.Match[str]) -> Response:
    access = world.access.get(asked[1])
    if access is None:
        return _pagure_error("Project not found", "ENOPROJECT")
    users = {"admin": sorted({access.main_admin, *access.admins}), "commit": list(access.committers)}
    groups: dict[str, Any] = {"admin": [], "commit": list(access.groups)}
    return _json(
        {
            "users": {**users, "ticket": [], "collaborators": _collaborators(access.collaborators)},
            "groups": {**groups, "ticket": [], "collaborators": _collaborators(access.collaborator_groups)},
        }
    )


def _bzoverrides(world: World, _: Request, asked: re.Match[str]) -> Response:
    access = world.access.get(asked[1])
    if access is None:
        return _pagure_error("Project not found", "ENOPROJECT")
    return _json({"epel_assignee": access.epel_assignee, "fedora_assignee": None})


def _retired(world: World, _: Request, asked: re.Match[str]) -> Response:
    packages = retired_list(world, asked[1])
    return _pagure_page("Not Found") if packages is None else _json({asked[1]: list(packages)})


def _collaborators(collaborators: Sequence[Collaborator]) -> list[dict[str, str]]:
    # A group's name stands under "user" too.
    return [{"branches": ",".join(one.patterns), "user": one.account} for one in collaborators]


def _group(world: World, request: Request, asked: re.Match[str]) -> Response:
    group = asked[1]
    known = (dict(access.members).get(group) for access in world.access.values())
    members = next((one for one in known if one is not None), None)
    if members is None:
        return _pagure_error("Group not found", "ENOGROUP")
    root = f"{_root(request)}/dist-git"
    return _json(
        {
            "creator": _pagure_user("releng", root),
            "date_created": _DAWN,
            "description": group,
            "display_name": group,
            "full_url": f"{root}/group/{group}",
            "group_type": "user",
            "members": list(members),
            "name": group,
        }
    )


def _build_json(world: World, build: str) -> dict[str, Any]:
    known: Build | None = world.builds.get(NVR.parse(build))
    epoch = known.epoch if known is not None else None
    return {"epoch": epoch or 0, "nvr": build, "release_id": 1, "signed": True, "type": "rpm"}


def _bodhi_user(account: str) -> dict[str, Any]:
    return {
        "avatar": "https://avatars.example.org/1",
        "email": f"{account}@example.org",
        "groups": [{"name": "packager"}],
        "id": 1,
        "name": account,
        "openid": f"{account}.id.example.org",
    }


def _pagure_user(account: str, root: str) -> dict[str, Any]:
    return {
        "full_url": f"{root}/user/{account}",
        "fullname": account.title(),
        "name": account,
        "url_path": f"user/{account}",
    }


def _bodhi_time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _root(request: Request) -> str:
    return f"http://{request.headers.get('host', '')}"


def _json(value: object, status: int = 200) -> Response:
    return Response(status, json.dumps(value).encode(), "application/json")


def _bodhi_error(status: int, location: str, name: str, description: str) -> Response:
    errors = [{"location": location, "name": name, "description": description}]
    return _json({"status": "error", "errors": errors}, status)


def _pagure_error(text: str, code: str) -> Response:
    return _json({"error": text, "error_code": code}, 404)


def _pagure_page(text: str) -> Response:
    page = f"<!DOCTYPE html>\n<html><title>Page not found</title><p>{text}</p></html>\n"
    return Response(404, page.encode(), "text/html; charset=utf-8")


_DISTGIT = (
    (re.compile(r"/rpms/([^/]+)/raw/([^/]+)/f/dead\.package"), _raw),
    (re.compile(r"/api/0/rpms/([^/]+)/tree/([^/]+)/f/dead\.package"), _tree),
    (re.compile(r"/api/0/projects"), _projects),
    (re.compile(r"/api/0/rpms/([^/]+)"), _project),
    (re.compile(r"/api/0/rpms/([^/]+)/git/branches"), _branches),
    (re.compile(r"/api/0/rpms/([^/]+)/c/([0-9a-f]+)/info"), _commit),
    (re.compile(r"/api/0/rpms/([^/]+)/contributors"), _contributors),
    (re.compile(r"/api/0/group/([^/]+)"), _group),
    (re.compile(r"/_dg/bzoverrides/rpms/([^/]+)"), _bzoverrides),
    (re.compile(r"/lookaside/retired_in_([^/]+)\.json"), _retired),
)
_VOTES = {"likes": 0, "dislikes": 0, "status": "neutral", "myvote": 0}
_OUTAGE = Response(503, b"<html><h1>Service Unavailable</h1></html>", "text/html")
