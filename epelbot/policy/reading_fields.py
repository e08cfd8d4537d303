# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A post that is written like a form: "Package: foo", "Branch: epel9", each on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from epelbot.policy.reading_clause import Stance, Statement, places_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import names_of
from epelbot.policy.reading_text import Block

_FIELD = re.compile(
    r"\W{0,3}(?P<key>packages?|components?|names?|branch(?:es)?|collections?|releases?|repositor(?:y|ies)|epel)"
    r"(?:\(e?s\))?\W{0,3}:\W{0,3}\s(?P<value>.{1,400})",
    re.IGNORECASE | re.ASCII,
)
_NAMING = ("package", "component", "name")


def fields_of(blocks: Sequence[Block], book: NameBook) -> Statement | None:
    """The packages and collections that a form names, if it has a field for collections."""
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    for line in (line for block in blocks for line in block.lines):
        found = _FIELD.fullmatch(line)
        if found is None:
            continue
        if found["key"].lower().startswith(_NAMING):
            names += names_of(found["value"], book) or ()
        else:
            places += places_of(found["value"]).collections
    if not places:
        return None
    return Statement(Stance.UNCLEAR, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(places)))
