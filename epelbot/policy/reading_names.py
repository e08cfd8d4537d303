# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a word, standing where a package's name may stand, is one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from epelbot.domain.nevra import NVR
from epelbot.policy.reading_phrases import NO_NAMES, WORD_ENDINGS
from epelbot.policy.reading_tokens import ALL_OF_AUTHORS, Kind, Token

_LONGEST = 128
_ENDINGS_FROM = 7
_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9x]+)*")
_VERSIONED = re.compile(r"-[0-9]+(?:\.[0-9]+)+\Z")
_BUILT = re.compile(r"\.(?:el|epel|fc)[0-9]+(?:_[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Name:
    """A package's name.

    ``sure`` when more than its place in the sentence says that it is one: its form, or that it is known.
    ``formed`` when it was written as no ordinary word is, or marked as a name.
    """

    text: str
    sure: bool
    formed: bool


@dataclass(frozen=True)
class NameBook:
    """The packages that are known to exist; may be empty."""

    known: Collection[str] = field(default=())

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(self.known)

    @cached_property
    def _folded(self) -> dict[str, str]:
        """Known names by their lower-case form; one that several share is not in it."""
        folded: dict[str, str | None] = {}
        for name in sorted(self._exact):
            folded[name.lower()] = None if name.lower() in folded else name
        return {low: name for low, name in folded.items() if name is not None}

    def name_of(self, token: Token) -> Name | None:
        """The name that the token is, written as the known one; None where it looks like something else."""
        if token.kind not in (Kind.WORD, Kind.NAME) or len(token.text) > _LONGEST or "'" in token.text:
            return None
        if token.text == ALL_OF_AUTHORS:
            return Name(ALL_OF_AUTHORS, sure=True, formed=True)
        formed = token.kind is Kind.NAME or not token.text.isalpha()
        known = self._known(token.text)
        if known is not None:
            # "time" and "at" are packages; but where they stand they mostly are none.
            return Name(known, sure=formed or token.low not in NO_NAMES, formed=formed)
        build = _source_of(token.text)
        if build is not None:
            return Name(self._known(build) or build, sure=True, formed=True)
        if not any(sign.isalpha() for sign in token.text):
            return None
        if token.kind is Kind.NAME:
            return Name(token.text, sure=True, formed=True)
        if _VERSION.fullmatch(token.text) or token.low in NO_NAMES or _VERSIONED.search(token.text):
            return None
        if not formed and len(token.text) >= _ENDINGS_FROM and token.low.endswith(WORD_ENDINGS):
            return None
        return Name(token.text, sure=formed, formed=formed)

    def knows(self, name: str) -> bool:
        """Whether a package of exactly that name is known to exist."""
        return name in self._exact

    def _known(self, text: str) -> str | None:
        return text if text in self._exact else self._folded.get(text.lower())


def _source_of(text: str) -> str | None:
    """The package of a build such as ``foo-1.0-1.el9``."""
    if _BUILT.search(text) is None:
        return None
    try:
        return NVR.parse(text).name
    except ValueError:
        return None
