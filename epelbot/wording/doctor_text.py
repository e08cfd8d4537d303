# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor saw, as lines and as JSON."""

from __future__ import annotations

import enum
import textwrap
from typing import Any, Protocol

WIDTH = 80
_MARK, _NAME = 6, 10


class Checked(Protocol):
    """What the wording needs of a check."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> enum.Enum: ...  # noqa: D102
    @property
    def seen(self) -> str: ...  # noqa: D102
    @property
    def to_do(self) -> str | None: ...  # noqa: D102


def check_json(check: Checked) -> dict[str, Any]:
    """One check. ``level`` is "ok", "warn", "fail" or "unreachable"."""
    return {"name": check.name, "level": check.level.value, "seen": check.seen, "to_do": check.to_do}


def check_text(check: Checked) -> tuple[str, str]:
    """The mark of a check ("ok", "warn", "FAIL") and the rest of its lines."""
    mark = {"ok": "ok", "warn": "warn"}.get(check.level.value, "FAIL")
    lines = _lines(f"{check.name:<{_NAME}}{check.seen}", _MARK + _NAME)
    if check.to_do is not None:
        lines += _lines(f"{'':<{_NAME}}-> {check.to_do}", _MARK + _NAME + 3)
    return f"{mark:<{_MARK}}", "\n".join(lines)[_MARK:]


def _lines(text: str, hang: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * _MARK,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
