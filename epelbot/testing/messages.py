# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bus messages of a made-up Fedora, built with the publishers' own classes and validated by them.

Each function gives what ``fedora-messaging record`` writes for one message (FIELD 1.10): ``body``,
``headers``, ``id``, ``priority``, ``queue``, ``topic``. Bodies have the keys that the real ones have, where
the schemas ask for fewer. The id follows from what the message says and from ``seed``, so that a story told
twice has the same messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from fedora_messaging.message import Message, get_class

from epelbot.domain.build import BuildState
from epelbot.domain.nevra import NVR
from epelbot.domain.post import message_id_hash
from epelbot.testing.forge_messages import (
    access_message,
    branch_message,
    commit_message,
    forgejo_issue_message,
    issue_message,
    push_message,
)
from epelbot.testing.recording import Record, line_of, number_of, record_of, revision_of

__all__ = [
    "Record",
    "access_message",
    "branch_message",
    "build_message",
    "commit_message",
    "compose_message",
    "forgejo_issue_message",
    "issue_message",
    "line_of",
    "package_list_message",
    "post_message",
    "push_message",
    "sync_message",
    "tag_message",
    "update_message",
]

_KOJI = "https://koji.fedoraproject.org"
_DIST_GIT = "https://src.fedoraproject.org"
_LISTS = "lists.fedoraproject.org"
# The classes whose names don't follow from their topics.
_UPDATE_SCHEMAS = {
    "bodhi.update.edit": "bodhi.update.edit.v2",
    "bodhi.update.karma.threshold.reach": "bodhi.update.karma.threshold.v1",
}


def update_message(
    event: str,
    *,
    alias: str,
    builds: Sequence[str],
    at: datetime,
    release: str = "epel9",
    branch: str | None = None,
    status: str = "pending",
    request: str | None = None,
    user: str = "maintainer",
    submitted_at: datetime | None = None,
    testing_at: datetime | None = None,
    stable_at: datetime | None = None,
    removed_builds: Sequence[str] = (),
    seed: str = "",
) -> Record:
    """Bodhi on an update: ``event`` is the topic without prefix ("bodhi.update.complete.stable").

    ``release`` is the stable tag, ``branch`` the leading collection's where they differ.
    """
    update = _update_json(
        alias=alias,
        builds=builds,
        release=release,
        branch=branch or release,
        status=status,
        request=request,
        user=user,
    )
    update["date_submitted"] = _bodhi_time(submitted_at or at)
    update["date_testing"] = _bodhi_time(testing_at)
    update["date_stable"] = _bodhi_time(stable_at)
    update["date_pushed"] = update["date_stable"] or update["date_testing"]
    update["pushed"] = update["date_pushed"] is not None
    body: dict[str, Any] = {"agent": user, "update": update}
    match event.removeprefix("bodhi.update."):
        case "edit":
            body |= {"new_bugs": [], "new_builds": [], "removed_builds": list(removed_builds)}
        case "eject":
            body |= {"reason": "it would not install", "repo": release, "request": "stable"}
            body |= {"release": update["release"]}
        case "karma.threshold.reach":
            body |= {"status": "stable"}
        case "comment":
            comment = {"karma": 0, "text": "Works for me.", "timestamp": _bodhi_time(at)}
            body = {"comment": {**comment, "update": update, "user": {"name": user}}}
        case _:
            pass
    schema = get_class(_UPDATE_SCHEMAS.get(event, f"{event}.v1"))
    return record_of(schema(body=body, topic=event), at, seed)


def compose_message(tag: str, *, at: datetime, success: bool = True, seed: str = "") -> Record:
    """Bodhi finished composing a Koji tag."""
    body = {"agent": "releng", "ctype": "rpm", "repo": tag, "success": success}
    return record_of(get_class("bodhi.compose.complete.v1")(body=body), at, seed)


def sync_message(release: str, *, at: datetime, testing: bool = False, seed: str = "") -> Record:
    """A repository reached the mirrors' master; ``release`` as the mirrors name it ("9", "10.1")."""
    body = {
        "bytes": "12 MiB",
        "raw_bytes": "12582912",
        "deleted": "3",
        "release": release,
        "repo": "epel-testing" if testing else "epel",
    }
    return record_of(Message(body=body, topic="bodhi.updates.epel.sync"), at, seed)


def build_message(
    nvr: str,
    *,
    at: datetime,
    state: str = "complete",
    owner: str = "maintainer",
    target: str = "epel9-candidate",
    epoch: int | None = None,
    seed: str = "",
) -> Record:
    """Koji on a build that reached a state ("building", "complete", "failed"…)."""
    build = NVR.parse(nvr)
    number = BuildState[state.upper()]
    body = {
        "name": build.name,
        "version": build.version,
        "release": build.release,
        "epoch": epoch,
        "attribute": "state",
        "old": None if number is BuildState.BUILDING else BuildState.BUILDING.value,
        "new": number.value,
        "build_id": number_of(nvr),
        "task_id": number_of(nvr) + 1,
        "task": None,
        "request": [f"git+{_DIST_GIT}/rpms/{build.name}.git#{revision_of(nvr)}", target, {}],
        "owner": owner,
        "url": f"{_KOJI}/koji/buildinfo?buildID={number_of(nvr)}",
        "files_base_url": "https://kojipkgs.fedoraproject.org/work",
        "creation_time": (at - timedelta(minutes=10)).isoformat(),
        "completion_time": None if number is BuildState.BUILDING else at.isoformat(),
        "base_url": _KOJI,
        "instance": "primary",
    }
    return record_of(get_class("koji_fedoramessaging.build.BuildStateChangeV1")(body=body), at, seed)


def tag_message(
    nvr: str, tag: str, *, at: datetime, user: str = "bodhi", untagged: bool = False, seed: str = ""
) -> Record:
    """Koji on a build that entered a tag, or left it."""
    build = NVR.parse(nvr)
    body = {
        "build_id": number_of(nvr),
        "name": build.name,
        "version": build.version,
        "release": build.release,
        "tag": tag,
        "tag_id": number_of(tag),
        "user": user,
        "owner": "maintainer",
        "base_url": _KOJI,
        "instance": "primary",
    }
    kind = "Untag" if untagged else "Tag"
    return record_of(get_class(f"koji_fedoramessaging.tag.{kind}V1")(body=body), at, seed)


def package_list_message(
    package: str, tag: str, *, at: datetime, action: str = "block", seed: str = ""
) -> Record:
    """Koji on a package's entry in a tag's package list."""
    body = {
        "tag": tag,
        "package": package,
        "action": action,
        "owner": None,
        "block": action == "block",
        "extra_arches": None,
        "force": None,
        "update": action == "update",
        "base_url": _KOJI,
        "instance": "primary",
    }
    return record_of(get_class("koji_fedoramessaging.package.ListChangeV1")(body=body), at, seed)


def post_message(
    subject: str,
    *,
    at: datetime,
    sender: str,
    message_id: str,
    list_name: str = "epel-devel",
    sender_account: str | None = None,
    in_reply_to: str | None = None,
    seed: str = "",
) -> Record:
    """Mailman on a post; ``sender`` is the From line, message ids are without angle brackets."""
    address = f"{list_name}@{_LISTS}"
    key = message_id_hash(message_id)
    url = f"https://{_LISTS}/archives/list/{address}/message/{key}/"
    mail: dict[str, Any] = {
        "archived-at": f"<{url}>",
        "date": format_datetime(at.astimezone(UTC)),
        "from": sender,
        "message-id": f"<{message_id}>",
        "message-id-hash": key,
        "recipients": [address],
        "subject": subject,
        "to": address,
    }
    if in_reply_to is not None:
        mail |= {"in-reply-to": f"<{in_reply_to}>", "references": f"<{in_reply_to}>"}
    body = {
        "mlist": {
            "display_name": list_name.title(),
            "fqdn_listname": address,
            "list_id": f"{list_name}.{_LISTS}",
            "list_name": list_name,
            "mail_host": _LISTS,
        },
        "msg": mail,
        "sender_username": sender_account,
        "url": url,
        "usernames": [] if sender_account is None else [sender_account],
    }
    return record_of(get_class("mailman.messageV1")(body=body), at, seed)


def _update_json(
    *,
    alias: str,
    builds: Sequence[str],
    release: str,
    branch: str,
    status: str,
    request: str | None,
    user: str,
) -> dict[str, Any]:
    version = release.removeprefix("epel")
    return {
        "alias": alias,
        "autokarma": True,
        "bugs": [],
        "builds": [
            {"epoch": 0, "nvr": nvr, "release_id": number_of(release), "signed": True, "type": "rpm"}
            for nvr in builds
        ],
        "comments": [],
        "content_type": "rpm",
        "critpath": False,
        "date_approved": None,
        "date_modified": None,
        "from_tag": None,
        "karma": 0,
        "locked": False,
        "notes": "A new version.",
        "release": {
            "branch": branch,
            "candidate_tag": f"{release}-testing-candidate",
            "composed_by_bodhi": True,
            "dist_tag": release,
            "eol": None,
            "id_prefix": "FEDORA-EPEL",
            "long_name": f"Fedora EPEL {version}",
            "name": f"EPEL-{version}",
            "override_tag": f"{release}-override",
            "pending_signing_tag": f"{release}-signing-pending",
            "pending_stable_tag": f"{release}-pending",
            "pending_testing_tag": f"{release}-testing-pending",
            "stable_tag": release,
            "state": "current",
            "testing_tag": f"{release}-testing",
            "version": version,
        },
        "request": request,
        "severity": "unspecified",
        "stable_karma": 3,
        "status": status,
        "suggest": "unspecified",
        "title": " ".join(builds),
        "type": "bugfix",
        "unstable_karma": -3,
        "updateid": alias,
        "url": f"https://bodhi.fedoraproject.org/updates/{alias}",
        "user": {"id": number_of(user), "name": user},
    }


def _bodhi_time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
