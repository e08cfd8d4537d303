# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""EPEL's collections, and which Koji tags and branches belong to each (POLICY, Words; FIELD 2.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_NAME = re.compile(r"epel([1-9][0-9]?)(?:\.(0|[1-9][0-9]?))?")
_MINOR_TAGGED_FROM = 10
_OLDEST_MAJOR = 7
# The suffixes of the tags that Bodhi moves a build through (FIELD 2.7). Side tags are no part of it.
_TAG = re.compile(
    r"(?P<stable>epel[0-9]+(?:\.[0-9]+)?)"
    r"(?P<stage>-testing|-testing-candidate|-signing-pending|-testing-pending|-pending|-override)?"
)


@dataclass(frozen=True, slots=True)
class Collection:
    """One EPEL stream with its own branch, Koji tags and repository.

    ``minor`` is None for ``epel7`` to ``epel9`` and for the leading ``epel10``; a trailing
    ``epel10.N`` carries its minor.
    """

    major: int
    minor: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The collection of that name; ValueError when POLICY.md knows none (``epel6``, ``epel9-next``)."""
        found = _NAME.fullmatch(text)
        if found is not None:
            major = int(found[1])
            minor = int(found[2]) if found[2] is not None else None
            if major >= _OLDEST_MAJOR and (minor is None or major >= _MINOR_TAGGED_FROM):
                return cls(major, minor)
        raise ValueError(
            f"{text[:40]!r} is no EPEL collection; they are called epel8, epel9, epel10, epel10.1"
        )

    @property
    def name(self) -> str:
        """The name in commands, tables and JSON; also the dist-git branch."""
        return f"epel{self.major}" if self.minor is None else f"epel{self.major}.{self.minor}"

    branch = name

    @property
    def is_leading(self) -> bool:
        """True for the branch from which minors are cut (RHEL 10 and later)."""
        return self.major >= _MINOR_TAGGED_FROM and self.minor is None

    @property
    def is_trailing(self) -> bool:
        """True for a branch cut for one minor (RHEL 10 and later)."""
        return self.minor is not None

    def stable_tag(self, leading_minor: int | None = None) -> str:
        """Koji's stable tag. The leading collection has none of its own: its minor must be given."""
        if not self.is_leading:
            return self.name
        if leading_minor is None:
            raise ValueError(f"the stable tag of {self.name} depends on the minor that leads")
        return f"{self.name}.{leading_minor}"

    def __lt__(self, other: Collection) -> bool:
        # The leading epel10 stands before its trailing ones.
        mine, others = ((one.major, -1 if one.minor is None else one.minor) for one in (self, other))
        return mine < others

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TagPlace:
    """Where in a collection's life a Koji tag stands: ``stable`` names the stable tag it belongs to."""

    stable: str
    stage: str

    @property
    def is_stable(self) -> bool:
        """True for the tag whose builds make the repository."""
        return self.stage == "stable"


def place_of_tag(tag: str) -> TagPlace | None:
    """The stage that a Koji tag stands for, or None when it is no tag of an EPEL collection we follow.

    Side tags (``epel9-build-side-1``), ``epel9-build`` and ``epel9-next`` are none.
    """
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    try:
        Collection.parse(found["stable"])
    except ValueError:
        return None
    return TagPlace(found["stable"], (found["stage"] or "-stable")[1:])


def collection_of_tag(stable_tag: str, leading_minor: Mapping[int, int]) -> Collection:
    """The collection whose stable tag this is, given the minor that leads each major from 10 on.

    A minor not below the leading one belongs to the leading collection: right after a branching the
    new leading tag is seen before anybody said that it leads.
    """
    named = Collection.parse(stable_tag)
    leads = leading_minor.get(named.major)
    if named.minor is not None and (leads is None or named.minor >= leads):
        return Collection(named.major)
    return named


def leading_minors(branches_of_tags: Mapping[str, str]) -> dict[int, int]:
    """The minor that leads each major from 10 on, as far as Bodhi's releases told it.

    A release leads while its branch is the major's own; right after a branching two may claim it, and
    the newer one is right (FIELD 3.1).
    """
    leads: dict[int, int] = {}
    for tag, branch in branches_of_tags.items():
        collection = Collection.parse(tag)
        if collection.minor is not None and branch == f"epel{collection.major}":
            leads[collection.major] = max(leads.get(collection.major, 0), collection.minor)
    return leads
