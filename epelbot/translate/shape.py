# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes values out of JSON that others sent, and names the place where they are not what was due.

Every function takes the value and ``where`` it was found ("update.release.name"), and raises
`PermanentError` with that place when the value is missing or of another type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from epelbot.errors import PermanentError

#: Characters. Names, aliases and addresses of the field are far shorter; prose is taken with its own limit.
NAME_LIMIT = 500


def text(value: Any, where: str, limit: int = NAME_LIMIT) -> str:
    """Take a name or key: not empty, one line, no control characters, at most ``limit`` characters."""
    if not isinstance(value, str):
        raise _wrong(value, where, "a text")
    if not value or len(value) > limit or not value.isprintable():
        raise PermanentError(f"{where} is no usable name ({_glimpse(value)}); see who sent it")
    return value


def text_or_none(value: Any, where: str, limit: int = NAME_LIMIT) -> str | None:
    """Take a name as `text` does, with JSON's null (or a missing key) as None."""
    return None if value is None else text(value, where, limit)


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """Take a JSON object."""
    if not isinstance(value, dict):
        raise _wrong(value, where, "an object")
    return value


def items(value: Any, where: str) -> Sequence[Any]:
    """Take a JSON array."""
    if not isinstance(value, list):
        raise _wrong(value, where, "a list")
    return value


def names(value: Any, where: str) -> tuple[str, ...]:
    """Take a JSON array of names, in the sender's order."""
    return tuple(text(one, f"{where}[{at}]") for at, one in enumerate(items(value, where)))


def count(value: Any, where: str) -> int:
    """Take a whole number, not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(value, where, "a count")
    return value


def day(value: Any, where: str) -> date:
    """Take a day as ``YYYY-MM-DD``."""
    written = text(value, where)
    try:
        # By itself it takes 20261123 and 2026-W48-1 too.
        return date.fromisoformat(written if _DAY.fullmatch(written) else "")
    except ValueError as error:
        raise PermanentError(f"{where} is no day ({_glimpse(written)}); see who sent it") from error


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def utc_or_none(value: Any, where: str) -> datetime | None:
    """Take a time in ISO 8601 or as Bodhi writes it (``YYYY-MM-DD HH:MM:SS``), UTC unless it says."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _wrong(value, where, "a time")
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PermanentError(
            f"{where} is no time that can be read ({_glimpse(value)}); see who sent it"
        ) from error


def _wrong(value: Any, where: str, due: str) -> PermanentError:
    if value is None:
        return PermanentError(
            f"{where} is missing, where {due} was due; see whether its sender has a new version"
        )
    kind = _JSON_KINDS.get(type(value), "something else")
    return PermanentError(f"{where} is {kind}, where {due} was due; see whether its sender has a new version")


_JSON_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def _glimpse(value: str) -> str:
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return f"{shown!r}, {len(value)} characters"


_SHOWN = 60
