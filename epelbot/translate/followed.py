# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides, before anything is stored, whether a message is about something that we follow (DESIGN, Intake).

Most messages of the bus are not, so the topic is asked first, and of a body no more is read than the one
field that decides. A message that we follow and whose deciding field is missing or of a wrong type is
stored: the worker says what is wrong with it and parks it, so that somebody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from epelbot.domain.collection import place_of_tag
from epelbot.errors import PermanentError
from epelbot.translate.places import collection_of_branch, major_of_release, synced_release
from epelbot.translate.topic_name import FEDORA, PAGURE_IO, split_topic
from epelbot.translate.update_json import release_tag


@dataclass(frozen=True, slots=True)
class Following:
    """What is followed beyond EPEL's own branches, tags and releases; the names are those of the settings.

    Lists by name without host, Pagure projects and Forgejo repositories by full name. ``environments`` are
    the third words of prefixed topics; a topic without prefix is always of ours.
    """

    lists: frozenset[str] = frozenset({"epel-devel", "epel-announce", "devel"})
    pagure_projects: frozenset[str] = frozenset({"epel"})
    forgejo_repositories: frozenset[str] = frozenset({"epel/steering"})
    environments: frozenset[str] = frozenset({"prod"})


#: Whether a payload is followed, given the packages that have a listing.
_Decide = Callable[[bytes, Following, Container[str]], bool]


def is_followed(topic: str, payload: bytes, following: Following, known_packages: Container[str]) -> bool:
    """Tell whether a message is worth storing; ``payload`` is an `Incoming`'s.

    ``known_packages`` are the source packages that have a listing: owner and access of these are kept
    whatever the branch.
    """
    name = split_topic(topic)
    decide = _DECISIONS.get(name.event)
    if decide is None or not (name.environment is None or name.environment in following.environments):
        return False
    if name.sender == PAGURE_IO and name.event in DIST_GIT_EVENTS:
        return False
    try:
        return decide(payload, following, known_packages)
    except (msgspec.MsgspecError, PermanentError, RecursionError, UnicodeDecodeError):
        return True


class _Release(msgspec.Struct):
    name: str
    stable_tag: str | None = None
    dist_tag: str | None = None


class _Update(msgspec.Struct):
    release: _Release


class _UpdateBody(msgspec.Struct):
    update: _Update


class _CommentBody(msgspec.Struct):
    comment: _UpdateBody


class _ComposeBody(msgspec.Struct):
    repo: str


class _BuildBody(msgspec.Struct):
    release: str


class _TagBody(msgspec.Struct):
    tag: str | None


class _SyncBody(msgspec.Struct):
    repo: str
    release: str


class _Commit(msgspec.Struct):
    branch: str
    # Before namespaces there were only packages.
    namespace: str | None = "rpms"


class _CommitBody(msgspec.Struct):
    commit: _Commit


class _Project(msgspec.Struct):
    name: str
    namespace: str | None = None
    fullname: str | None = None
    parent: Any = None


class _PushBody(msgspec.Struct):
    repo: _Project
    branch: str


class _ProjectBody(msgspec.Struct):
    project: _Project


class _MailingList(msgspec.Struct):
    list_name: str


class _MailBody(msgspec.Struct):
    mlist: _MailingList


class _Repository(msgspec.Struct):
    full_name: str


class _Webhook(msgspec.Struct):
    repository: _Repository


class _ForgejoBody(msgspec.Struct):
    body: _Webhook


def _reader(body: type) -> Callable[[bytes], Any]:
    envelope = msgspec.defstruct("_Envelope", [("body", body)])
    return msgspec.json.Decoder(envelope).decode


_read_update = _reader(_UpdateBody)
_read_comment = _reader(_CommentBody)
_read_compose = _reader(_ComposeBody)
_read_build = _reader(_BuildBody)
_read_tag = _reader(_TagBody)
_read_sync = _reader(_SyncBody)
_read_commit = _reader(_CommitBody)
_read_push = _reader(_PushBody)
_read_project = _reader(_ProjectBody)
_read_mail = _reader(_MailBody)
_read_forgejo = _reader(_ForgejoBody)


def _of_epel(update: _Update) -> bool:
    release = update.release
    named = {"name": release.name, "stable_tag": release.stable_tag, "dist_tag": release.dist_tag}
    return release_tag(named) is not None


def _update(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    return _of_epel(_read_update(payload).body.update)


def _update_comment(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    return _of_epel(_read_comment(payload).body.comment.update)


def _compose(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    return place_of_tag(_read_compose(payload).body.repo) is not None


def _build(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    return major_of_release(_read_build(payload).body.release) is not None


def _tag(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    tag = _read_tag(payload).body.tag
    return tag is not None and place_of_tag(tag) is not None


def _sync(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    body = _read_sync(payload).body
    return synced_release(body.repo, body.release) is not None


def _commit(payload: bytes, _following: Following, _known: Container[str]) -> bool:
    commit = _read_commit(payload).body.commit
    return commit.namespace == "rpms" and collection_of_branch(commit.branch) is not None


def _push(payload: bytes, _following: Following, known: Container[str]) -> bool:
    body = _read_push(payload).body
    return _is_package(body.repo) and (
        body.repo.name in known or collection_of_branch(body.branch) is not None
    )


def _access(payload: bytes, _following: Following, known: Container[str]) -> bool:
    project = _read_project(payload).body.project
    return _is_package(project) and project.name in known


def _is_package(project: _Project) -> bool:
    return project.namespace == "rpms" and project.parent is None


def _mail(payload: bytes, following: Following, _known: Container[str]) -> bool:
    return _read_mail(payload).body.mlist.list_name in following.lists


def _pagure_issue(payload: bytes, following: Following, _known: Container[str]) -> bool:
    project = _read_project(payload).body.project
    return (project.fullname or project.name) in following.pagure_projects


def _forgejo(payload: bytes, following: Following, _known: Container[str]) -> bool:
    return _read_forgejo(payload).body.body.repository.full_name in following.forgejo_repositories


_DECISIONS: dict[str, _Decide] = {
    "bodhi.update.request.testing": _update,
    "bodhi.update.request.stable": _update,
    "bodhi.update.request.unpush": _update,
    "bodhi.update.request.obsolete": _update,
    "bodhi.update.request.revoke": _update,
    "bodhi.update.edit": _update,
    "bodhi.update.eject": _update,
    "bodhi.update.complete.testing": _update,
    "bodhi.update.complete.stable": _update,
    "bodhi.update.requirements_met.stable": _update,
    "bodhi.update.karma.threshold.reach": _update,
    "bodhi.update.comment": _update_comment,
    "bodhi.compose.complete": _compose,
    "bodhi.updates.epel.sync": _sync,
    "buildsys.build.state.change": _build,
    "buildsys.tag": _tag,
    "buildsys.untag": _tag,
    "buildsys.package.list.change": _tag,
    "git.receive": _commit,
    "pagure.git.receive": _push,
    "pagure.git.branch.creation": _push,
    "pagure.git.branch.deletion": _push,
    "pagure.project.edit": _access,
    "pagure.project.user.added": _access,
    "pagure.project.user.removed": _access,
    "pagure.project.user.access.updated": _access,
    "pagure.project.group.added": _access,
    "pagure.project.group.removed": _access,
    "pagure.project.group.access.updated": _access,
    "pagure.issue.new": _pagure_issue,
    "pagure.issue.edit": _pagure_issue,
    "pagure.issue.comment.added": _pagure_issue,
    "pagure.issue.tag.added": _pagure_issue,
    "pagure.issue.tag.removed": _pagure_issue,
    "pagure.issue.assigned.added": _pagure_issue,
    "pagure.issue.assigned.reset": _pagure_issue,
    "pagure.issue.drop": _pagure_issue,
    "mailman.receive": _mail,
    "forgejo.issues": _forgejo,
    "forgejo.issue_comment": _forgejo,
}

#: What Pagure sends of dist-git; pagure.io sends messages of the same names about anybody's projects.
DIST_GIT_EVENTS = frozenset(
    event for event, decide in _DECISIONS.items() if decide in (_push, _access, _commit)
)

#: Every topic that we translate, without prefix.
FOLLOWED_EVENTS = frozenset(_DECISIONS)


def whole_topics(environments: Iterable[str]) -> tuple[str, ...]:
    """Every topic that we translate, with the prefixes that Fedora's senders give them, sorted.

    Tickets come from pagure.io: dist-git's Pagure has none (FIELD 4, point 16).
    """
    return tuple(
        sorted(
            f"{PAGURE_IO if event.startswith('pagure.issue.') else FEDORA}.{environment}.{event}"
            for event in FOLLOWED_EVENTS
            for environment in environments
        )
    )
