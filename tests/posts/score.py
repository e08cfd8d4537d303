# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How well a half is read: recall and precision by kind, and wrong actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from epelbot.domain.post import Post, Reading
from tests.posts.halves import ACTING, ALL, KINDS, Labelled

#: The kinds whose clear mails count for the bar.
ANNOUNCEMENTS = ("retirement", "abi-change")


@dataclass(frozen=True)
class Outcome:
    """A mail and what the reader made of it."""

    mail: Labelled
    reading: Reading

    @property
    def kind(self) -> str:
        return self.reading.meaning.value

    @property
    def listings(self) -> frozenset[tuple[str, str]]:
        """Pairs of package and collection as labels give them."""
        read = self.reading
        packages = (ALL,) if read.all_of_authors else read.packages
        every = (ALL,) if self.kind == "retirement" else ("",)
        return frozenset(
            (package, place) for package in packages for place in (read.collections_of(package) or every)
        )

    @property
    def recognized(self) -> bool:
        if self.kind not in self.mail.kinds:
            return False
        return self.kind not in ACTING or self._listings_fit(exactly=True)

    @property
    def wrong_action(self) -> bool:
        if self.kind not in ACTING:
            return False
        return self.kind not in self.mail.kinds or not self._listings_fit(exactly=False)

    def _listings_fit(self, *, exactly: bool) -> bool:
        mine, theirs = self.listings, self.mail.listings
        if self.kind not in ANNOUNCEMENTS:
            # An answer need not repeat which collections its thread is about.
            mine, theirs = _packages_of(mine), _packages_of(theirs)
        return mine == theirs if exactly else mine <= theirs


def _packages_of(listings: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((package, "") for package, _ in listings)


@dataclass(frozen=True)
class Score:
    """Counts over one half, or over those of its mails that a caller picks."""

    outcomes: Sequence[Outcome]

    @property
    def wrong_actions(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.wrong_action]

    def recall(self, kinds: Iterable[str], *, clear: bool = False) -> tuple[int, int]:
        """How many mails of these kinds are recognized, and how many there are."""
        wanted = set(kinds)
        those = [one for one in self.outcomes if set(one.mail.kinds) <= wanted | {"unsure"}]
        those = [one for one in those if wanted & set(one.mail.kinds) and (one.mail.clear or not clear)]
        return sum(one.recognized for one in those), len(those)

    def precision(self, kind: str) -> tuple[int, int]:
        """How many mails that are taken for this kind are of it, and how many are taken for it."""
        those = [one for one in self.outcomes if one.kind == kind]
        return sum(kind in one.mail.kinds and not one.wrong_action for one in those), len(those)

    @property
    def categories(self) -> tuple[int, int]:
        """How many recognized retirements have the right reason, and how many are recognized."""
        those = [one for one in self.outcomes if one.kind == "retirement" and one.recognized]
        right = [one for one in those if _category(one.reading) == one.mail.category]
        return len(right), len(those)


def scored(mails: Iterable[Labelled], read: Callable[[Post], Reading]) -> Score:
    """Read the mails and compare."""
    return Score([Outcome(mail, read(mail.post)) for mail in mails])


def table(score: Score) -> str:
    """The counts, for people."""
    lines = [f"{'kind':<12} {'recall':>14} {'of clear ones':>16} {'precision':>14}"]
    for kind in KINDS:
        cells = (score.recall([kind]), score.recall([kind], clear=True), score.precision(kind))
        if any(of for _, of in cells):
            recall, clear, precision = map(_share, cells)
            lines.append(f"{kind:<12} {recall:>14} {clear:>16} {precision:>14}")
    lines.append(f"clear announcements recognized: {_share(score.recall(ANNOUNCEMENTS, clear=True))}")
    lines.append(f"reasons: {_share(score.categories)}; wrong actions: {len(score.wrong_actions)}")
    return "\n".join(lines)


def _share(counts: tuple[int, int]) -> str:
    some, of = counts
    return f"{some}/{of} {some / of:.2f}" if of else "-"


def _category(reading: Reading) -> str | None:
    return reading.category.value if reading.category is not None else None
