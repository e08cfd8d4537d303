# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes with epelbot as files: the calendar, the policy profiles, the migrations.

In a checkout they are the top-level folders ``config`` and ``migrations``, in a wheel they lie inside the
package. A person's own calendar or profile is read by the same functions.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from epelbot.domain.calendar import Authority, Calendar, CalendarDay, Major, Minor
from epelbot.domain.profile import Profile
from epelbot.errors import ConfigError
from epelbot.typed_table import read_toml, typed

_PACKAGE = Path(__file__).resolve().parent


def config_folder() -> Path:
    """The folder with the shipped calendar, profiles and example settings."""
    return _folder("config")


def migrations_folder() -> Path:
    """The folder with the ledger's migrations."""
    return _folder("migrations")


def _folder(name: str, package: Path = _PACKAGE) -> Path:
    for folder in (package / f"_{name}", package.parent / name):
        if folder.is_dir():
            return folder
    raise ConfigError(f"epelbot's {name} folder is missing beside {package}: install epelbot again")


def load_calendar(path: Path | None = None) -> Calendar:
    """The shipped calendar, or the one in a file; ConfigError, one sentence, when it is wrong."""
    path = path or config_folder() / "calendar.toml"
    file = typed(_CalendarFile, read_toml(path), str(path))
    try:
        return Calendar(tuple(_major(number, rhel, file) for number, rhel in sorted(file.rhel.items())))
    except ValueError as wrong:
        raise ConfigError(f"the calendar {path} is wrong: {wrong}") from wrong


def load_profile(name_or_path: str = "release-based-lifetimes") -> Profile:
    """A shipped profile by its name, or one from a file (``.toml`` at the end, or a folder in it).

    A profile is called like its file. ConfigError, one sentence, when there is none, or it is wrong.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml" and len(path.parts) == 1:
        folder = config_folder() / "policies"
        path = folder / f"{name_or_path}.toml"
        if not path.is_file():
            known = ", ".join(sorted(shipped.stem for shipped in folder.glob("*.toml")))
            raise ConfigError(
                f"there is no policy profile {name_or_path!r}: name a shipped one ({known}), "
                "or a file ending in .toml"
            )
    profile = typed(Profile, read_toml(path), str(path), without=("name",))
    return dataclasses.replace(profile, name=path.stem)


@dataclass(frozen=True, slots=True)
class _Source:
    authority: Authority = Authority.OTHER
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Day:
    day: date
    source: str
    learnt: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Rhel:
    """One major of the file; the keys of ``ga`` and ``branched`` are minors' numbers."""

    end_of_maintenance: _Day
    final_minor: int | None = None
    ga: dict[int, tuple[_Day, ...]] = field(default_factory=dict)
    branched: dict[int, tuple[_Day, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _CalendarFile:
    checked: date
    sources: dict[str, _Source]
    rhel: dict[int, _Rhel]


def _major(number: int, rhel: _Rhel, file: _CalendarFile) -> Major:
    def day(told: _Day) -> CalendarDay:
        source = file.sources.get(told.source)
        if source is None:
            raise ValueError(
                f"{told.day} of RHEL {number} has the source {told.source!r}, which [sources] lacks"
            )
        learnt = told.learnt or file.checked
        return CalendarDay(told.day, told.source, learnt, source.authority, told.url or source.url)

    return Major(
        number=number,
        end_of_maintenance=day(rhel.end_of_maintenance),
        final_minor=rhel.final_minor,
        minors=tuple(
            Minor(
                minor,
                ga=tuple(map(day, rhel.ga.get(minor, ()))),
                branched=tuple(map(day, rhel.branched.get(minor, ()))),
            )
            for minor in sorted({*rhel.ga, *rhel.branched})
        ),
    )
