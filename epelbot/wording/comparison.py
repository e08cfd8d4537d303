# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A1 in words: what ``epelbot compare`` says, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import wrap
from typing import Any

from epelbot.domain.abi import Change, ChangeKind, Comparison, Level
from epelbot.policy.readme_words import listed, shown

WIDTH = 80

# Names of one kind that a line shows, and lines of one level; JSON has them all.
_MOST_NAMES = 6
_MOST_LINES = 30
_LONGEST_DETAIL = 400

_HEADINGS = {
    Level.BREAKING: "{new} breaks what is built on {old}.",
    Level.NEEDS_REVIEW: "{new} may break what is built on {old}: a person should look.",
    Level.UNKNOWN: "It can't be told whether {new} breaks what is built on {old}.",
    Level.COMPATIBLE: "Nothing that others use of {old} is gone in {new}.",
}
_REBUILT = "{new} is a rebuild of {old}: nothing that others use of it has changed."

_SECTIONS = {
    Level.BREAKING: "Breaking:",
    Level.UNKNOWN: "Not seen:",
    Level.NEEDS_REVIEW: "To be looked at:",
    Level.COMPATIBLE: "No harm:",
}

# What is said of one thing, and of several of a kind.
_SAID: dict[ChangeKind, tuple[str, str]] = {
    ChangeKind.ARCHITECTURE_REMOVED: ("the architecture {what} is gone", "the architectures {what} are gone"),
    ChangeKind.PACKAGE_REMOVED: ("the package {what} is gone", "the packages {what} are gone"),
    ChangeKind.PACKAGE_OBSOLETED: ("the package {what} is obsoleted", "the packages {what} are obsoleted"),
    ChangeKind.PACKAGE_RENAMED: (
        "the package {what} has another name",
        "the packages {what} have other names",
    ),
    ChangeKind.SONAME_REMOVED: ("the library {what} is gone", "the libraries {what} are gone"),
    ChangeKind.SYMBOL_VERSION_REMOVED: (
        "the symbol version {what} is gone",
        "the symbol versions {what} are gone",
    ),
    ChangeKind.SYMBOL_REMOVED: (
        "{library} no longer exports {what}",
        "{library} no longer exports {what}",
    ),
    ChangeKind.PROVIDE_REMOVED: ("{what} is no longer provided", "{what} are no longer provided"),
    ChangeKind.PROGRAM_REMOVED: ("the program {what} is gone", "the programs {what} are gone"),
    ChangeKind.HEADER_REMOVED: ("the header {what} is gone", "the headers {what} are gone"),
    ChangeKind.MAJOR_VERSION_ROSE: ("the major version rose: {what}", "the major version rose: {what}"),
    ChangeKind.VERSION_WENT_BACK: ("the version went back: {what}", "the version went back: {what}"),
    ChangeKind.NOT_COMPARED: ("{what} could not be compared", "{what} could not be compared"),
    ChangeKind.SONAME_ADDED: ("the library {what} is new", "the libraries {what} are new"),
    ChangeKind.SYMBOLS_ADDED: ("{what} exports more", "{what} export more"),
}

_REMEDY = (
    "To do: keep the old interface (another patch release, a compatibility package), or announce the change "
    "on epel-devel before the update and rebuild what depends on it (A2, A3)."
)
_PRELIMINARY = (
    "Preliminary: only lists were compared. Whether symbols are gone from libraries that kept their names is "
    "known once the RPMs themselves are compared (leave out --lists)."
)
_NO_TYPES = (
    "Changes of types (a struct that grew, an argument more) are not looked at: that needs libabigail and "
    "debugging data."
)


def comparison_json(found: Comparison) -> dict[str, Any]:
    """DESIGN's keys of ``compare --json``, and ``rebuild``, ``summary`` and each change's ``library`` too."""
    return {
        "old": found.old,
        "new": found.new,
        "level": found.level.value,
        "preliminary": found.preliminary,
        "rebuild": found.rebuild,
        "summary": _heading(found),
        "changes": [
            {
                "kind": one.kind.value,
                "what": one.what,
                "rpm": one.rpm,
                "arch": one.arch,
                "level": one.level.value,
                "library": one.library,
                "detail": one.detail,
            }
            for one in found.changes
        ],
    }


def comparison_text(found: Comparison) -> str:
    """The answer for a terminal of 80 columns: what breaks first, alike changes together."""
    lines = [*wrap(_heading(found), WIDTH, break_on_hyphens=False)]
    for level, heading in _SECTIONS.items():
        lines.extend(_section(heading, [one for one in found.changes if one.level is level]))
    if found.level is Level.BREAKING:
        lines += ["", *wrap(_REMEDY, WIDTH, break_on_hyphens=False)]
    if found.preliminary:
        lines += ["", *wrap(_PRELIMINARY, WIDTH, break_on_hyphens=False)]
    lines += ["", *wrap(_NO_TYPES, WIDTH, break_on_hyphens=False)]
    return "\n".join(lines) + "\n"


def _heading(found: Comparison) -> str:
    of_rebuild = found.rebuild and found.level is Level.COMPATIBLE and not found.changes
    text = _REBUILT if of_rebuild else _HEADINGS[found.level]
    return text.format(old=shown(found.old), new=shown(found.new))


def _section(heading: str, changes: Iterable[Change]) -> Iterator[str]:
    # The same change on several architectures is one line, and so are the symbols of one library.
    archs: dict[Change, list[str]] = {}
    for one in changes:
        archs.setdefault(replace(one, arch=""), []).append(one.arch)
    rows: dict[tuple[Change, tuple[str, ...]], list[str]] = {}
    for change, where in archs.items():
        rows.setdefault((replace(change, what=""), tuple(filter(None, where))), []).append(change.what)
    if not rows:
        return
    yield from ("", heading)
    for (alike, places), names in list(rows.items())[:_MOST_LINES]:
        one_of_them, several = _SAID[alike.kind]
        said = several if len(names) > 1 else one_of_them
        text = said.format(what=listed(map(shown, names), _MOST_NAMES), library=shown(alike.library))
        where_it_was = ", ".join(shown(part) for part in (alike.rpm, *places) if part)
        if where_it_was:
            text += f" ({where_it_was})"
        if alike.detail:
            text += f": {shown(alike.detail, _LONGEST_DETAIL)}"
        yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    if len(rows) > _MOST_LINES:
        yield f"  ... and {len(rows) - _MOST_LINES} more; --json lists them all"
