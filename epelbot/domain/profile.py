# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy profile: every number and name that POLICY.md leaves to a setting, under the name it has there.

The defaults are those of the profile ``release-based-lifetimes``; a file need only say what differs.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


def _at_least(least: int, **numbers: int) -> None:
    for name, number in numbers.items():
        if number < least:
            raise ValueError(f"{name} must be at least {least}, not {number}")


def _words(**lists: tuple[str, ...]) -> None:
    for name, words in lists.items():
        if not words or not all(word.strip() for word in words):
            raise ValueError(f"{name} must not be empty")


@dataclass(frozen=True, slots=True)
class LifetimeRules:
    """L1: whole minors (a count) and calendar months that a listing is owed, whichever is shorter.

    With ``partial_minor_counts`` the cycle under way at the entry is the first whole minor. Unless ``owed``,
    packagers commit to nothing: L1, L2, V1 and V4 are not asked for.
    """

    minor_releases: int = 1
    months: int = 13
    partial_minor_counts: bool = False
    owed: bool = True

    def __post_init__(self) -> None:
        _at_least(1, minor_releases=self.minor_releases, months=self.months)


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """L1: how many months after the last known minor the next one is expected."""

    cadence_months: int = 6

    def __post_init__(self) -> None:
        _at_least(1, cadence_months=self.cadence_months)


@dataclass(frozen=True, slots=True)
class ReadmeRules:
    """R2: the file in a final build, the words of which one must be in it (any case), and where it must be.

    ``scope``: "any" is one binary package of each architecture, "every" all of them.
    """

    name: str = "README-RETIRED.txt"
    words: tuple[str, ...] = ("retired", "retirement")
    scope: Literal["any", "every"] = "any"

    def __post_init__(self) -> None:
        _words(words=self.words)
        if not self.name.strip() or "/" in self.name:
            raise ValueError("name must be a file's name without a folder")


@dataclass(frozen=True, slots=True)
class RetirementRules:
    """R6: weeks without a final build after which an announced retirement counts as stalled.

    Without ``final_build`` none is asked for: R2, R3, R6 and V3 don't apply.
    """

    stall_weeks: int = 4
    final_build: bool = True

    def __post_init__(self) -> None:
        _at_least(1, stall_weeks=self.stall_weeks)


@dataclass(frozen=True, slots=True)
class DiscussionRules:
    """R1: days for which a post with that reason must have stood before it counts; 0 for not at all."""

    security_days: int = 0
    no_time_days: int = 0

    def __post_init__(self) -> None:
        _at_least(0, security_days=self.security_days, no_time_days=self.no_time_days)


@dataclass(frozen=True, slots=True)
class AbiRules:
    """A2: how many days before the update an announcement may lie at most."""

    announce_window_days: int = 30

    def __post_init__(self) -> None:
        _at_least(1, announce_window_days=self.announce_window_days)


@dataclass(frozen=True, slots=True)
class Lists:
    """R1, A2: the name of the mailing list on which a post counts as an announcement."""

    announce: str = "epel-devel"

    def __post_init__(self) -> None:
        _words(announce=(self.announce,))


@dataclass(frozen=True, slots=True)
class Roles:
    """Who may do what, as Fedora accounts, and as groups with a leading ``@``.

    Members of ``entitled_groups`` (group names, no ``@`` needed) may announce for any package (R1).
    """

    entitled_groups: tuple[str, ...] = ()
    release_managers: tuple[str, ...] = ()
    committee: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhel:
    """R, ``in-rhel``: addresses of the repositories whose package lists say what RHEL carries.

    Blanks in them are those of ``sources.repodata``. ``rebuild`` names whose repositories they are
    ("AlmaLinux") where they are not RHEL's own: it stands in and is named. ``announce`` tells whether a
    package that RHEL has must be announced: "always", or "if-older" than EPEL's.
    """

    repositories: tuple[str, ...] = ()
    rebuild: str = ""
    announce: Literal["always", "if-older"] = "always"

    def is_set_up_for(self, collection: str) -> bool:
        """Whether a repository is named for that collection, or for any."""
        named = (one.partition("=") for one in self.repositories)
        return any(name == collection or not (name.startswith("epel") and rest) for name, _, rest in named)


@dataclass(frozen=True, slots=True)
class Profile:
    """One policy. ``undo_days`` is L3's, ``grace_hours`` and ``show_days`` are those of the violations.

    ``in_force_from`` (a UTC day) is None unless the profile fixes it: the day the ledger was made counts.
    """

    name: str = "release-based-lifetimes"
    lifetime: LifetimeRules = field(default_factory=LifetimeRules)
    calendar: CalendarRules = field(default_factory=CalendarRules)
    readme: ReadmeRules = field(default_factory=ReadmeRules)
    retirement: RetirementRules = field(default_factory=RetirementRules)
    discussion: DiscussionRules = field(default_factory=DiscussionRules)
    abi: AbiRules = field(default_factory=AbiRules)
    lists: Lists = field(default_factory=Lists)
    roles: Roles = field(default_factory=Roles)
    rhel: Rhel = field(default_factory=Rhel)
    undo_days: int = 14
    grace_hours: int = 48
    show_days: int = 400
    in_force_from: date | None = None

    def __post_init__(self) -> None:
        _at_least(0, undo_days=self.undo_days, grace_hours=self.grace_hours, show_days=self.show_days)

    @property
    def left_out(self) -> frozenset[str]:
        """The ids of the rules that this profile does not ask for."""
        found: set[str] = set()
        if not self.lifetime.owed:
            found |= {"L1", "L2", "V1", "V4"}
        if not self.retirement.final_build:
            found |= {"R2", "R3", "R6", "V3"}
        return frozenset(found)

    @property
    def digest(self) -> str:
        """Changes with any setting: a judgement made under another digest is out of date."""
        return hashlib.sha256(repr(sorted(dataclasses.asdict(self).items())).encode()).hexdigest()
