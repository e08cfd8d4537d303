# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both messages that dist-git sends of a push (FIELD 1.5): Pagure's per branch, and its hook's per commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from epelbot.domain.evidence import Pushed, Recorded
from epelbot.translate import shape
from epelbot.translate.message import (
    ParsedMessage,
    account,
    happened_at,
    line_or_none,
    package_name,
    recorded,
    revision,
)
from epelbot.translate.pagure_access import access_seen, dist_git_package
from epelbot.translate.places import collection_of_branch
from epelbot.translate.topic_name import PAGURE_IO

_DEAD = "dead.package"


def pushed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give a push to a branch of ours, and, whatever the branch, the package's owner and access."""
    repo = shape.mapping(message.body.get("repo"), "repo")
    package = dist_git_package(message, repo)
    if package is None:
        return ()
    happened = happened_at(message, received_at)
    seen = access_seen(repo)
    found = () if seen is None else (recorded(seen, package, None, happened, received_at),)
    collection = collection_of_branch(shape.text(message.body.get("branch"), "branch"))
    if collection is None:
        return found
    fact = Pushed(
        collection.branch,
        revision(message.body.get("end_commit"), "end_commit"),
        account(message.told("agent_name"), "agent"),
        dead_package=_dead_by_status(message.body.get("changed_files")),
    )
    return (*found, recorded(fact, package, collection.major, happened, received_at))


def committed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give a commit on a branch of ours. Its date is the author's clock, so the time of sending counts."""
    commit = shape.mapping(message.body.get("commit"), "commit")
    # Before namespaces there were only packages.
    if commit.get("namespace", "rpms") != "rpms" or message.sender == PAGURE_IO:
        return ()
    collection = collection_of_branch(shape.text(commit.get("branch"), "commit.branch"))
    if collection is None:
        return ()
    fact = Pushed(
        collection.branch,
        revision(commit.get("rev"), "commit.rev"),
        account(message.told("agent_name") or commit.get("username"), "agent"),
        dead_package=_dead_by_lines(commit.get("stats")),
        author=line_or_none(commit.get("name"), "commit.name"),
        text=line_or_none(commit.get("summary"), "commit.summary"),
    )
    package = package_name(commit.get("repo"), "commit.repo")
    return (recorded(fact, package, collection.major, happened_at(message, received_at), received_at),)


def _dead_by_status(changed_files: Any) -> str | None:
    """Read git's letter for the file. Pagure tells changed files since 2024 only, and renames confuse it."""
    if not isinstance(changed_files, dict):
        return None
    return {"A": "added", "M": "added", "D": "removed"}.get(str(changed_files.get(_DEAD)))


def _dead_by_lines(stats: Any) -> str | None:
    """Read the counts of lines: lines added make it a retirement, nothing but deletions undo one."""
    files = shape.mapping(shape.mapping(stats, "commit.stats").get("files"), "commit.stats.files")
    if _DEAD not in files:
        return None
    lines = shape.mapping(files[_DEAD], f"commit.stats.files.{_DEAD}")
    return "added" if _lines(lines, "additions") or _lines(lines, "insertions") else "removed"


def _lines(lines: Mapping[str, Any], kind: str) -> int:
    # fedmsg called additions insertions.
    return shape.count(lines.get(kind, 0), f"commit.stats.files.{_DEAD}.{kind}")
