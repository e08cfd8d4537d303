# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a file's name was meant to be the notice's but is spelt otherwise (R2's near misses).

A near miss is told to a maintainer and counts as a sign that a package is leaving, so the rule must catch
what people really write (``readme-retired.txt``, ``README.RETIRED``, ``README-RETIRED.md``,
``RETIRED-README``) and never an ordinary ``README.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from epelbot.domain.build import RpmFile
from epelbot.domain.profile import ReadmeRules

_WORD = re.compile(r"[^\W_]+")

#: Shorter words are too often one letter away from another word.
_LONG_ENOUGH_FOR_A_SLIP = 5

#: What the names of texts end with. Anything else (``.py``, ``.h``) must be flagged as documentation.
_TEXT_SUFFIXES = frozenset(
    [
        "adoc",
        "asc",
        "asciidoc",
        "bz2",
        "gz",
        "htm",
        "html",
        "markdown",
        "md",
        "rst",
        "text",
        "txt",
        "xz",
        "zst",
    ]
)


def is_near_name(file: RpmFile, rules: ReadmeRules) -> bool:
    """Whether the file is named almost, but not exactly, like the notice.

    It is when its name has every word of the notice's name before the extension, case ignored, in any order,
    run together or not, each with one letter wrong at most, or another of the policy's words for "retired"
    in its place. What else the name holds doesn't matter, if the policy's name is of at least two words.
    A file not flagged ``%doc`` or ``%license`` must also be named like a text.
    """
    if file.name == rules.name or not near(rules)(file.name):
        return False
    return file.is_doc or file.is_license or _is_named_like_a_text(file.name, rules)


@lru_cache(maxsize=8)
def near(rules: ReadmeRules) -> Callable[[str], bool]:
    """The rule for names alone, made once per policy: a build may list a hundred thousand files."""
    stem = rules.name.rpartition(".")[0] or rules.name
    wanted = _words(stem)
    run_together = "".join(wanted)
    synonyms = frozenset(word.casefold() for word in rules.words)

    def is_near(name: str) -> bool:
        words = _words(name)
        if len(wanted) < 2:  # noqa: PLR2004 -- one word alone says too little to be looked for inside a name
            return bool(wanted) and words[:1] == wanted and all(word in _TEXT_SUFFIXES for word in words[1:])
        if run_together in "".join(words):
            return True
        return len(words) >= len(wanted) and all(
            any(_meant(word, one, synonyms) for word in words) for one in wanted
        )

    return is_near


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())


def _meant(word: str, wanted: str, synonyms: frozenset[str]) -> bool:
    if word == wanted or (wanted in synonyms and word in synonyms):
        return True
    return len(wanted) >= _LONG_ENOUGH_FOR_A_SLIP and _one_slip_apart(word, wanted)


def _one_slip_apart(word: str, wanted: str) -> bool:
    """Whether one letter was added, left out or mistaken, or two neighbours were swapped."""
    longer = len(word) - len(wanted)
    if abs(longer) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, wanted, strict=False)) if a != b), None)
    if start is None:
        return True
    mine, theirs = word[start:], wanted[start:]
    if longer:
        return mine[1:] == theirs if longer > 0 else mine == theirs[1:]
    swapped = mine[1:2] + mine[:1] + mine[2:]
    return mine[1:] == theirs[1:] or swapped == theirs


def _is_named_like_a_text(name: str, rules: ReadmeRules) -> bool:
    stem, _, suffix = name.rpartition(".")
    if not stem:
        return True
    ending = suffix.casefold()
    wanted = rules.name.rpartition(".")[2].casefold()
    # "README.RETIRED": what follows the dot is one of the name's own words.
    part_of_name = ending in {word.casefold() for word in rules.words}
    return part_of_name or ending in _TEXT_SUFFIXES or _one_slip_apart(ending, wanted)
