# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The invented posts of ``tests/scenarios/posts``, and how to make a post for a test."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from epelbot.domain.post import Post, Reading
from epelbot.policy.reader import read_post

_FOLDER = Path(__file__).parent.parent / "scenarios" / "posts"


def post_with(
    subject: str,
    text: str | None = "",
    *,
    sender: str = "Ada <ada@example.org>",
    reply: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Post:
    return Post(
        "epel-devel",
        "one@example.org",
        subject,
        sender,
        datetime(2031, 5, 5, tzinfo=UTC),
        in_reply_to="first@example.org" if reply else None,
        text=text,
        headers=tuple((headers or {}).items()),
    )


def read(subject: str, text: str | None = "", *, known: tuple[str, ...] = (), reply: bool = False) -> Reading:
    return read_post(post_with(subject, text, reply=reply), known)


@dataclass(frozen=True)
class Sample:
    """A post and what is expected of the reader.

    ``meanings`` are those that will do; packages, collections and category are expected unless it is OTHER.
    """

    name: str
    subject: str
    text: str
    meaning: str = ""
    meanings: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    category: str | None = None
    known: tuple[str, ...] = ()
    sender: str = "Ada <ada@example.org>"
    reply: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def post(self) -> Post:
        return post_with(self.subject, self.text, sender=self.sender, reply=self.reply, headers=self.headers)


def samples(name: str) -> list[Sample]:
    """The posts of one file, in its order."""
    rows = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["post"]
    return [_sample(row) for row in rows]


def _sample(row: Mapping[str, Any]) -> Sample:
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return Sample(**fields)
