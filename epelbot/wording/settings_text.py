# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings in words: an example to start from, made of their own classes, and what is in force."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from typing import Any, get_type_hints

from epelbot.settings import Loaded, Settings, flat

_WIDTH = 78
_HIDDEN = "***"
# As far as the last @ that could end it: rather too much is hidden than too little.
_PASSWORD = re.compile(r"(://[^:/?#@\s]*:)\S*@")
_PASSWORD_QUERY = re.compile(r"([?&](?:[a-z_]*password|token|secret)=)[^&\s]*", re.IGNORECASE)

# A default that depends on the user's machine, as an example shows it.
_SHOWN = {
    "database.url": "sqlite:////var/lib/epelbot/epelbot.db",
    "sources.repodata.cache": "/var/lib/epelbot/repodata",
}

_ABOUT = """Settings of epelbot. It is looked for at --config, $EPELBOT_CONFIG and \
/etc/epelbot/epelbot.toml, in this order; without any, what stands here is the default. Take the # away \
from what you want to change. Every key may also be given by the environment: work.lease_seconds as \
EPELBOT_WORK__LEASE_SECONDS, a list with commas. 'epelbot config check' says whether all is right, \
'epelbot config show' what is in force."""


def settings_example(bus_config: str | None = None) -> str:
    """A settings file with every key commented out at its default, and what each section is about.

    With ``bus_config`` the file names that bus configuration.
    """
    lines = [*_comment(_ABOUT), *_section(Settings, "", {"bus.config": bus_config} if bus_config else {})]
    return "\n".join(lines) + "\n"


def settings_json(loaded: Loaded) -> dict[str, Any]:
    """What is in force, by dotted name, and where it comes from; passwords are hidden."""
    return {
        "file": loaded.file or None,
        "settings": {
            name: {"value": _plain(value), "origin": loaded.origins[name]}
            for name, value in flat(loaded.settings).items()
        },
    }


def settings_text(loaded: Loaded) -> str:
    """What is in force as TOML, one line per setting; after it, where it comes from if it is no default."""
    lines = [f"# from {loaded.file or 'the built-in defaults'}"]
    for name, value in flat(loaded.settings).items():
        origin = loaded.origins[name]
        line = f"# {name} is not set" if value is None else f"{name} = {_toml(value)}"
        lines.append(line if origin == "default" else f"{line}  # {origin}")
    return "\n".join(lines)


def without_passwords(text: str) -> str:
    """The text with the passwords in its URLs hidden."""
    return _PASSWORD_QUERY.sub(rf"\1{_HIDDEN}", _PASSWORD.sub(rf"\1{_HIDDEN}@", text))


def _section(kind: type, at: str, given: dict[str, str]) -> Iterator[str]:
    hints = get_type_hints(kind)
    for one in fields(kind):
        if not is_dataclass(hints[one.name]):
            name = f"{at}{one.name}"
            chosen = given.get(name)
            yield (
                f"#{one.name} = {_default(one, name)}" if chosen is None else f"{one.name} = {_toml(chosen)}"
            )
    for one in fields(kind):
        inner = hints[one.name]
        if isinstance(inner, type) and is_dataclass(inner):
            yield from ("", *_comment(inspect.getdoc(inner) or ""), f"[{at}{one.name}]")
            yield from _section(inner, f"{at}{one.name}.", given)


def _default(one: Field[Any], name: str) -> str:
    if name in _SHOWN:
        return _toml(_SHOWN[name])
    value = one.default if one.default_factory is MISSING else one.default_factory()
    # TOML has no null; a key that may be left out shows the form of what it takes.
    return "2027-01-01" if value is None else _toml(value)


def _comment(text: str) -> list[str]:
    paragraphs = text.replace("``", "").split("\n\n")
    return [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(
            " ".join(paragraph.split()),
            _WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _toml(value: Any) -> str:
    plain = _plain(value)
    # JSON's text, lists, numbers and truth values are TOML's too; a day stands without quotes.
    return str(plain) if isinstance(value, date) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return without_passwords(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
