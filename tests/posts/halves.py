# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labelled mails of a half; README.md beside this file says what they are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from epelbot.domain.post import Post
from epelbot.translate.mail_file import post_of_mail

FOLDER = Path(__file__).parent
HALVES = ("own", "other")
#: Kinds on which somebody acts.
ACTING = ("retirement", "abi-change", "adoption", "withdrawal")
KINDS = (*ACTING, "other", "unsure")
CATEGORIES = (
    *("no-time", "unmaintained-upstream", "security", "in-rhel"),
    *("replaced", "fails-to-build", "other"),
)
#: Stands for every collection, or for every package of the writer.
ALL = "*"

_KEYS = {
    *("kind", "clear", "packages", "collections", "category"),
    *("all_of_authors", "all_collections", "listings"),
}
_READ_AT = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Labelled:
    """A mail and what it means; ``listings`` are pairs of package and collection, `ALL` for every one."""

    name: str
    raw: bytes
    kinds: tuple[str, ...]
    clear: bool
    listings: frozenset[tuple[str, str]]
    category: str | None

    @property
    def post(self) -> Post:
        return post_of_mail(self.raw, _READ_AT)


def half(name: str, folder: Path = FOLDER) -> tuple[list[Labelled], tuple[str, ...]]:
    """The mails of a half by name, and the packages that are known; nothing where the half isn't there.

    Raises `ValueError` for a label that README.md doesn't know, a mail without label or the reverse.
    """
    here = folder / name
    if not (here / "labels.toml").exists():
        return [], ()
    labels = tomllib.loads((here / "labels.toml").read_text(encoding="utf-8"))
    mails = {path.stem: path for path in here.glob("*.eml")}
    if labels.keys() != mails.keys():
        raise ValueError(f"without mail or label: {sorted(labels.keys() ^ mails.keys())}")
    known = here / "names.txt"
    names = tuple(known.read_text(encoding="utf-8").split()) if known.exists() else ()
    return [_labelled(mails[one], labels[one]) for one in sorted(labels)], names


def _labelled(mail: Path, label: Mapping[str, Any]) -> Labelled:
    kinds = (label["kind"],) if isinstance(label["kind"], str) else tuple(label["kind"])
    category = label.get("category")
    if not (label.keys() <= _KEYS and set(kinds) <= set(KINDS) and category in (None, *CATEGORIES)):
        raise ValueError(f"{mail.stem}: a label that README.md does not know")
    return Labelled(
        mail.stem,
        mail.read_bytes(),
        kinds,
        bool(label.get("clear", False)),
        _listings(label),
        category,
    )


def _listings(label: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    packages = (ALL,) if label.get("all_of_authors") else label.get("packages", ())
    places = (ALL,) if label.get("all_collections") else tuple(label.get("collections", ()))
    apart = label.get("listings") or dict.fromkeys(packages, places)
    return frozenset((package, place) for package, some in apart.items() for place in (some or ("",)))
