# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tickets on Pagure (FIELD 1.6): each message carries the whole ticket with all its comments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from epelbot.domain.evidence import Recorded, TicketSeen
from epelbot.translate import shape
from epelbot.translate.message import (
    ParsedMessage,
    account_or_none,
    happened_at,
    line_or_none,
    prose_or_none,
    recorded,
)

_PAGURE = "pagure.io"


def ticket_seen(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the ticket as it stood after the event; private ones, should one be published, are not kept."""
    project = shape.mapping(message.body.get("project"), "project")
    issue = shape.mapping(message.body.get("issue"), "issue")
    if issue.get("private"):
        return ()
    url = line_or_none(issue.get("full_url"), "issue.full_url")
    event = message.event.removeprefix("pagure.issue.")
    fact = TicketSeen(
        # Until 2017 no URL was told.
        tracker=_PAGURE if url is None else host_of(url, "issue.full_url"),
        project=shape.text(project.get("fullname") or project.get("name"), "project.fullname"),
        number=shape.count(issue.get("id"), "issue.id"),
        event=event,
        title=line_or_none(issue.get("title"), "issue.title") or "",
        status=shape.text(issue.get("status"), "issue.status"),
        author=_author(issue),
        by=account_or_none(message.told("agent_name"), "agent"),
        comment=_new_comment(issue) if event == "comment.added" else None,
        url=url,
    )
    return (recorded(fact, None, None, happened_at(message, received_at), received_at),)


def host_of(url: str, where: str) -> str:
    """Name the host of a tracker by a ticket's address."""
    try:
        host = urlsplit(url).hostname
    except ValueError:  # an address with a broken "[…]"
        host = None
    return shape.text(host, f"{where}'s host")


def _author(issue: Mapping[str, Any]) -> str | None:
    user = issue.get("user")
    return (
        None
        if user is None
        else account_or_none(shape.mapping(user, "issue.user").get("name"), "issue.user.name")
    )


def _new_comment(issue: Mapping[str, Any]) -> str | None:
    """Give the last comment; one that only notes a change of metadata is nobody's word."""
    comments = shape.items(issue.get("comments") or [], "issue.comments")
    if not comments:
        return None
    last = shape.mapping(comments[-1], "issue.comments[-1]")
    return (
        None if last.get("notification") else prose_or_none(last.get("comment"), "issue.comments[-1].comment")
    )
