# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outbox in words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Protocol

OUTBOX_TITLES = ("id", "status", "to", "subject", "created")


class Effect(Protocol):
    """What the wording needs of an outbox row."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def about(self) -> str: ...  # noqa: D102
    @property
    def recipient(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def payload(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102
    @property
    def sent_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def last_error(self) -> str | None: ...  # noqa: D102


def outbox_json(row: Effect) -> dict[str, Any]:
    """One effect, with DESIGN's keys."""
    return {
        "id": row.id,
        "kind": row.kind,
        "about": row.about,
        "to": row.recipient,
        "subject": row.subject,
        "status": row.status,
        "created_at": row.created_at.isoformat(),
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "attempts": row.attempts,
        "last_error": row.last_error,
    }


def outbox_rows(rows: list[Any]) -> list[tuple[str, ...]]:
    """One row per effect."""
    return [
        (str(row.id), row.status, row.recipient, row.subject, f"{row.created_at:%Y-%m-%d}") for row in rows
    ]


def shown_mail(row: Effect) -> str:
    """A mail as its receiver sees it, headers first; what failed stands on top."""
    mail = json.loads(row.payload)
    lines = [f"({row.status}{f', {row.last_error}' if row.last_error else ''})"]
    lines += [
        f"From: {mail['sender']}",
        f"To: {', '.join(mail['recipients'])}",
        f"Subject: {mail['subject']}",
    ]
    lines += [f"Message-ID: {mail['message_id']}"]
    lines += [f"{name}: {value}" for name, value in mail["headers"]]
    return "\n".join([*lines, "", mail["text"]])
