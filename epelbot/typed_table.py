# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TOML table as a frozen dataclass: every key known, every value of its type, or one plain sentence.

Settings, policy profiles and the calendar all come in through here. msgspec makes the values; it passes over
unknown keys and names Python's types, so what is wrong is found and worded here, key by key.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from epelbot.errors import ConfigError

T = TypeVar("T")
#: How a key is spelt where the reader of an error will look for it.
Spelling = Callable[[tuple[str, ...]], str]

_MOST_SHOWN = 60
_WORDS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    date: "a day such as 2026-11-23",
}


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file holds; `ConfigError` when it can't be read or is none."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; give another file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def dotted(path: tuple[str, ...]) -> str:
    """The key as TOML itself would spell it: ``work.lease_seconds``."""
    return ".".join(path)


def typed(
    kind: type[T],
    table: dict[str, Any],
    where: str,
    *,
    without: tuple[str, ...] = (),
    from_text: bool = False,
    spelt: Spelling = dotted,
) -> T:
    """The table as a ``kind``. ``where`` names the file for the reader of an error.

    ``without`` are fields of ``kind`` itself that a table may not set. ``from_text`` also takes numbers and
    truth values written as text (environment variables). Raises `ConfigError` that lists the valid keys when
    one is unknown, or names the value that is wrong and says what it must be.
    """
    _Checker(where, spelt, from_text=from_text).check(table, kind, (), without)
    try:
        return msgspec.convert(table, kind, strict=not from_text, str_keys=True)
    except msgspec.ValidationError as error:
        # Each value is of its type by now; what is left are the dataclasses' own conditions.
        said, _, place = str(error).partition(" - at ")
        section = place.strip("`").removeprefix("$").removeprefix(".")
        raise ConfigError(f"{where} is wrong{f' in [{section}]' if section else ''}: {said}") from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Checker:
    where: str
    spelt: Spelling
    from_text: bool

    def check(self, raw: Any, kind: Any, at: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
        """Look at a value and at all in it; ``kind`` is a type as annotated."""
        arguments = typing.get_args(kind)
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            self._check_fields(raw, kind, at, without)
        elif typing.get_origin(kind) is dict:
            for key, value in self._table(raw, at).items():
                self._check_value(key, arguments[0], (*at, key), from_text=True)
                self.check(value, arguments[1], (*at, key))
        elif typing.get_origin(kind) is tuple:
            if not isinstance(raw, list):
                self._refuse(raw, at, "a list in [brackets]")
            for number, value in enumerate(raw):
                self.check(value, arguments[0], (*at[:-1], f"{at[-1]}[{number}]"))
        else:
            self._check_value(raw, kind, at, from_text=self.from_text)

    def _check_fields(self, raw: Any, kind: type, at: tuple[str, ...], without: tuple[str, ...]) -> None:
        hints = typing.get_type_hints(kind)
        known = [field for field in dataclasses.fields(kind) if field.name not in without]
        valid = [field.name for field in known]
        table = self._table(raw, at)
        for key, value in table.items():
            if key not in valid:
                listed = ", ".join(
                    self._variable(at, name, hints) if self.from_text else name for name in valid
                )
                inside = f" in [{dotted(at)}]" if at and not self.from_text else ""
                shown = self.spelt((*at, key)) if self.from_text else repr(key)
                raise ConfigError(
                    f"{self.where} has an unknown key {shown}{inside}: the valid ones are {listed}"
                )
            self.check(value, hints[key], (*at, key))
        for field in known:
            missing = dataclasses.MISSING
            if field.name not in table and field.default is missing and field.default_factory is missing:
                inside = f" in [{dotted(at)}]" if at else ""
                raise ConfigError(f"{self.where} lacks the key {field.name!r}{inside}; write it")

    def _variable(self, at: tuple[str, ...], name: str, hints: dict[str, Any]) -> str:
        spelt = self.spelt((*at, name))
        return f"{spelt}__…" if dataclasses.is_dataclass(hints[name]) else spelt

    def _table(self, raw: Any, at: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self._refuse(raw, at, f"a section, [{dotted(at)}]")
        table: dict[str, Any] = raw
        return table

    def _check_value(self, raw: Any, kind: Any, at: tuple[str, ...], *, from_text: bool) -> None:
        try:
            msgspec.convert(raw, kind, strict=not from_text)
        except msgspec.ValidationError:
            self._refuse(raw, at, _in_words(kind))

    def _refuse(self, raw: Any, at: tuple[str, ...], must_be: str) -> typing.NoReturn:
        shown = str(raw).lower() if isinstance(raw, bool) else repr(raw)
        shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
        raise ConfigError(f"{self.where}: {self.spelt(at)} is {shown} but must be {must_be}")


def _in_words(kind: Any) -> str:
    """What a value must be, for people."""
    if isinstance(kind, types.UnionType):
        return " or ".join(_in_words(one) for one in typing.get_args(kind) if one is not types.NoneType)
    if typing.get_origin(kind) is typing.Literal:
        return " or ".join(f'"{one}"' for one in typing.get_args(kind))
    if isinstance(kind, type) and hasattr(kind, "__members__"):
        return " or ".join(f'"{one.value}"' for one in kind)  # type: ignore[attr-defined]  # an enum
    return _WORDS.get(kind, "of another kind")
