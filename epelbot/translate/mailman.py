# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A post on a list we follow (FIELD 1.7): headers only, its text is in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import Any

from epelbot.domain.evidence import PostSeen, Recorded
from epelbot.domain.post import Post
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.message import (
    LINE_LIMIT,
    ParsedMessage,
    account_or_none,
    happened_at,
    line_or_none,
    recorded,
)

# What tells that no person wrote it; Mailman's plugin passes on only some of them so far.
_KEPT_HEADERS = (
    "auto-submitted",
    "precedence",
    "user-agent",
    "x-auto-response-suppress",
    "x-mailman-rule-hits",
)


def post_seen(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the post. Its time is the list server's, not the Date header, which is the writer's."""
    mail = shape.mapping(message.body.get("msg"), "msg")
    mlist = shape.mapping(message.body.get("mlist"), "mlist")
    posted_at = happened_at(message, received_at)
    post = Post(
        list_name=shape.text(mlist.get("list_name"), "mlist.list_name"),
        message_id=_message_id(mail.get("message-id"), "msg.message-id"),
        subject=_decoded(mail.get("subject"), "msg.subject") or "",
        sender=_sender(mail),
        posted_at=posted_at,
        sender_account=account_or_none(message.told("sender_username"), "sender_username"),
        in_reply_to=_in_reply_to(mail),
        url=line_or_none(message.told("url"), "url"),
        headers=_kept_headers(mail),
    )
    return (recorded(PostSeen(post), None, None, posted_at, received_at),)


def _message_id(value: Any, where: str) -> str:
    # One line, since programs fold long ids.
    bare = (line_or_none(value, where) or "").removeprefix("<").removesuffix(">")
    if not bare:
        raise PermanentError(f"{where} is missing; see whether its sender has a new version")
    return bare


def _sender(mail: Mapping[str, Any]) -> str:
    sender = _decoded(mail.get("from"), "msg.from")
    if sender is None:
        raise PermanentError("msg.from is missing; see whether its sender has a new version")
    return sender


def _in_reply_to(mail: Mapping[str, Any]) -> str | None:
    """Name the mail that this answers: In-Reply-To, else the last of References (some set only one)."""
    answered = (line_or_none(mail.get("in-reply-to"), "msg.in-reply-to") or "").split()
    thread = (line_or_none(mail.get("references"), "msg.references") or "").split()
    ids = [one for one in (*answered[:1], *thread[-1:]) if one.strip("<>")]
    return ids[0].removeprefix("<").removesuffix(">") if ids else None


def _kept_headers(mail: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    kept = ((name, line_or_none(mail.get(name), f"msg.{name}")) for name in _KEPT_HEADERS)
    return tuple((name, value) for name, value in kept if value is not None)


def _decoded(value: Any, where: str) -> str | None:
    """Read a header that may hold encoded words (RFC 2047); one that can't be decoded stays as it is."""
    raw = line_or_none(value, where)
    if raw is None or "=?" not in raw:
        return raw
    try:
        return line_or_none(str(make_header(decode_header(raw), maxlinelen=LINE_LIMIT)), where) or raw
    except (MessageError, LookupError, ValueError):
        return raw
