# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail as it came over the wire, as the post that a list distributed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime

from epelbot.domain.post import Post
from epelbot.translate.mail_parts import Headers, decoded, split_mail

#: Headers that tell what no person wrote, or wrote anew; kept with the post (`Post.headers`).
KEPT_HEADERS = (
    "auto-submitted",
    "content-type",
    "precedence",
    "resent-from",
    "user-agent",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-epelbot-rule",
    "x-mailman-rule-hits",
)
_LONGEST = 1_000
# Bytes in which the first headers stand.
_BEGINNING = 100_000


def is_mail(raw: bytes) -> bool:
    """Whether the bytes begin with a header that every mail has, or should have."""
    headers, _ = split_mail(raw[:_BEGINNING])
    return any(headers.first(name) is not None for name in ("from", "subject", "date", "message-id"))


def post_of_mail(raw: bytes, received_at: datetime) -> Post:
    """The post of any bytes whatsoever. A mail without an id gets one made of its content.

    Its time is that of the last server that took it, else what the writer claims, else ``received_at``. Of
    two writers none counts: who forges a From line adds one.
    """
    headers, text = split_mail(raw)
    writers = {_line(value) for value in headers.all("from")}
    answered = _ids(headers, "in-reply-to")[:1] or _ids(headers, "references")[-1:]
    own_id = _ids(headers, "message-id")[:1] or [f"{hashlib.sha256(raw).hexdigest()}@no-message-id.invalid"]
    return Post(
        list_name=_list_name(headers),
        message_id=own_id[0],
        subject=_line(headers.first("subject") or ""),
        sender=writers.pop() if len(writers) == 1 else "",
        posted_at=_time(headers) or received_at,
        in_reply_to=answered[0] if answered else None,
        text=text,
        headers=tuple((name, _line(value)) for name, value in headers.fields if name in KEPT_HEADERS),
    )


def _line(value: str) -> str:
    return " ".join(decoded(value).split())[:_LONGEST]


def _ids(headers: Headers, name: str) -> list[str]:
    words = (headers.first(name) or "").split()
    return [word[:_LONGEST].strip("<>,") for word in words if word.strip("<>,")]


def _list_name(headers: Headers) -> str:
    """The list's name from List-Id, such as "epel-devel" of <epel-devel.lists.fedoraproject.org>."""
    told = (headers.first("list-id") or "").rpartition("<")[2].rstrip("> ")
    if not told:
        told = parseaddr((headers.first("to") or "")[:_LONGEST])[1].partition("@")[0]
    return told.partition(".")[0][:100]


def _time(headers: Headers) -> datetime | None:
    taken = (value.rpartition(";")[2] for value in headers.all("received")[:1])
    for told in (*taken, *headers.all("date")[:1]):
        try:
            when = parsedate_to_datetime(told[:100].strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if when.tzinfo is not None:
            try:
                return when.astimezone(UTC)
            except OverflowError:
                continue
    return None
