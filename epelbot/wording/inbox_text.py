# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inbox in words. What is in a message was written by anybody: the faces print it made harmless."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

WIDTH = 80
#: Characters of a payload that a terminal is shown; --json has it all.
MOST_SHOWN = 100_000
_ORG = "org.fedoraproject."
_INDENT = "    "


class Message(Protocol):
    """What the wording needs of an inbox row."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def payload(self) -> bytes: ...  # noqa: D102
    @property
    def received_at(self) -> datetime: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def error(self) -> str | None: ...  # noqa: D102


def message_json(row: Message) -> dict[str, Any]:
    """One message without what is in it."""
    return {
        "id": row.id,
        "topic": row.topic,
        "received_at": row.received_at.isoformat(),
        "status": row.status,
        "attempts": row.attempts,
        "error": row.error,
        "bytes": len(row.payload),
    }


def whole_message_json(row: Message) -> dict[str, Any]:
    """One message with what is in it: ``payload`` if it is JSON, else None and the bytes as ``text``."""
    laid_out = _laid_out(row.payload)
    payload, text = (json.loads(laid_out), None) if laid_out is not None else (None, _as_text(row.payload))
    return message_json(row) | {"payload": payload, "text": text}


def inbox_text(rows: Sequence[Message]) -> str:
    """A paragraph per message: when, its status and topic; its id, whole to be copied; why it is parked."""
    return "\n\n".join(map(_paragraph, rows))


def _paragraph(row: Message) -> str:
    topic = row.topic.removeprefix(_ORG) or "(no topic)"
    lines = [f"{row.received_at:%Y-%m-%d %H:%M}  {row.status:<8}  {topic}", f"{_INDENT}{row.id}"]
    if row.error:
        lines += textwrap.wrap(
            row.error,
            WIDTH,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def inbox_counts(counts: Mapping[str, int]) -> str:
    """How much there is, in a sentence."""
    told = ", ".join(f"{counts.get(status, 0)} {status}" for status in ("new", "recorded", "parked"))
    return f"In the inbox: {told}."


def message_text(row: Message) -> str:
    """What is known of a message, and what is in it, laid out to be read."""
    lines = [
        f"id        {row.id}",
        f"topic     {row.topic or '(none)'}",
        f"received  {row.received_at:%Y-%m-%d %H:%M:%S} UTC",
        f"status    {row.status}" + (f", tried {row.attempts} times" if row.attempts > 1 else ""),
    ]
    if row.error:
        lines.append(f"error     {row.error}")
    text = _laid_out(row.payload) or _as_text(row.payload)
    lines += ["", text[:MOST_SHOWN]]
    if len(text) > MOST_SHOWN:
        lines.append(f"... and {len(text) - MOST_SHOWN} characters more; --json shows them all")
    return "\n".join(lines)


def _laid_out(payload: bytes) -> str | None:
    """JSON with indents; None for what is no JSON, or is nested too deeply to be written again."""
    try:
        # NaN and its like are no JSON, so they are told as words.
        return json.dumps(json.loads(payload, parse_constant=str), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _as_text(payload: bytes) -> str:
    return payload.decode("utf-8", "backslashreplace")
