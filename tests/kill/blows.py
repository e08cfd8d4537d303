# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to kill: at a named point, at a certain commit, or at a random moment."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from epelbot.faults import POINTS
from tests.kill.process import KILL_AT_COMMIT

#: Those of ``epelbot consume`` need a broker: tests/integration/test_consume.py goes through them.
POINTS_HERE = tuple(point for point in POINTS if not point.startswith("consume:"))
_INGEST = "ingest"
# Mails are told, and sent, in a chapter's evening: by day these would miss every time.
_EVENING = ("tell:", "deliver:")
# What an undisturbed command of a chapter takes, in seconds, in commits, and in passings of one point.
# Many listings are judged with one commit.
_SECONDS = {_INGEST: 0.1, "work": 0.6}
_COMMITS = {_INGEST: 3, "work": 30}
_NEWS = 5
_PASSINGS = 4


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill: the process's ``environment`` sees to it, or the runner after ``seconds``."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(slots=True)
class Plan:
    """Which process gets which blow: first the ``owed`` points, each once, then as chance will have it.

    ``kills`` is how many are wanted; two that fall at the same time may make it one more. A blow misses when
    its process ends before; an owed point is then dealt again, as long as there are chapters left.
    """

    kills: int
    seed: int
    owed: tuple[str, ...] = POINTS_HERE
    hit: list[str] = field(default_factory=list)
    _random: random.Random = field(init=False)
    _points: list[str] = field(default_factory=list)
    _missed: list[str] = field(default_factory=list)
    _left_in_chapter: int = 0
    _evening: bool = False

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 -- for tests
        self._points = list(self.owed)
        self._random.shuffle(self._points)

    def begin_chapter(self, left: int) -> None:
        """A chapter begins, and there are ``left`` of them with this one."""
        missing = max(self.kills - len(self.hit), 0)
        # More than its share, since in some chapters there is little to be hit.
        self._left_in_chapter = min(missing, 2 * missing // left + self._random.randint(1, 3))
        # What had nothing to do in the last chapter may have in this.
        self._points = [*self._missed, *self._points]
        self._missed = []
        self._evening = False

    def begin_evening(self) -> None:
        """The day's work is done and mails go out: what is owed there comes first."""
        owed = [point for point in self._points if point.startswith(_EVENING)]
        self._points = [*owed, *(point for point in self._points if point not in owed)]
        self._left_in_chapter = max(self._left_in_chapter, len(owed))
        self._evening = True

    def next(self, command: str) -> Blow | None:
        """The blow for a process that starts with this command."""
        if self._left_in_chapter <= 0:
            return None
        fitting = [
            point
            for point in self._points
            if point.startswith(_INGEST) == (command == _INGEST)
            and (self._evening or not point.startswith(_EVENING))
        ]
        if fitting:
            self._points.remove(fitting[0])
            return Blow(fitting[0], {"EPELBOT_FAULT": fitting[0]})
        if self.kills - len(self.hit) <= len(self._points) + len(self._missed):
            # What is left is for the points that had nothing to do so far.
            return None
        if command == _INGEST and self._random.random() < 0.5:
            return None
        where = self._random.choice(("before", "after"))
        match self._random.randrange(4):
            case 0:
                points = [one for one in POINTS_HERE if one.startswith(_INGEST) == (command == _INGEST)]
                point = self._random.choice(points)
                return Blow(point, {"EPELBOT_FAULT": f"{point}:{self._random.randint(1, _PASSINGS)}"})
            case 1 if command != _INGEST:
                number = self._random.randint(1, _NEWS)
                return Blow(f"{where} a commit of news", {KILL_AT_COMMIT: f"{where} {number} news"})
            case 2:
                number = self._random.randint(1, _COMMITS[command])
                return Blow(f"{where} a commit", {KILL_AT_COMMIT: f"{where} {number} any"})
            case _:
                return Blow("at a random moment", seconds=self._random.uniform(0, _SECONDS[command]))

    def landed(self, blow: Blow) -> None:
        """It hit."""
        self.hit.append(blow.name)
        self._left_in_chapter -= 1

    def missed(self, blow: Blow) -> None:
        """The process had ended before."""
        if blow.name in self.owed and blow.name not in (*self.hit, *self._missed):
            self._missed.append(blow.name)
