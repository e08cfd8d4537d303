# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tickets on the forge: Forgejo's webhooks as they are relayed to the bus (FIELD 1.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
from epelbot.translate.pagure_issue import host_of


def forgejo_ticket_seen(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the ticket as it stood after the event ("issues.opened", "issue_comment.created").

    Comments on pull requests come under the same topic and are no tickets. The relay has no class of ours:
    its package is not a dependency.
    """
    hook = shape.mapping(message.body.get("body"), "body")
    issue = shape.mapping(hook.get("issue"), "body.issue")
    if hook.get("is_pull") or issue.get("pull_request") is not None:
        return ()
    repository = shape.mapping(hook.get("repository"), "body.repository")
    action = shape.text(hook.get("action"), "body.action")
    url = shape.text(issue.get("html_url"), "body.issue.html_url")
    fact = TicketSeen(
        tracker=host_of(url, "body.issue.html_url"),
        project=shape.text(repository.get("full_name"), "body.repository.full_name"),
        number=shape.count(issue.get("number"), "body.issue.number"),
        event=f"{message.event.removeprefix('forgejo.')}.{action}",
        title=line_or_none(issue.get("title"), "body.issue.title") or "",
        status=shape.text(issue.get("state"), "body.issue.state"),
        author=_login(issue.get("user"), "body.issue.user"),
        by=account_or_none(message.told("agent"), "agent") or _login(hook.get("sender"), "body.sender"),
        comment=_comment(hook),
        url=url,
    )
    return (recorded(fact, None, None, happened_at(message, received_at), received_at),)


def _login(user: Any, where: str) -> str | None:
    return (
        None if user is None else account_or_none(shape.mapping(user, where).get("login"), f"{where}.login")
    )


def _comment(hook: Mapping[str, Any]) -> str | None:
    comment = hook.get("comment")
    if comment is None:
        return None
    return prose_or_none(shape.mapping(comment, "body.comment").get("body"), "body.comment.body")
