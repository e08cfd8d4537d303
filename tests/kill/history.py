# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Histories: eleven days of a made-up EPEL, a chapter a day, the same for the same seed.

A chapter is what the world looks like by then, and the messages that have arrived: shuffled, some repeated,
some from days ago, among others that are nobody's business or can't be understood.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from epelbot.domain.retirement import State
from epelbot.testing.forge_messages import push_message
from epelbot.testing.messages import Record, build_message, post_message, tag_message
from epelbot.testing.recording import line_of
from epelbot.testing.story import Story
from epelbot.testing.world import World
from tests.kill.plots import PLOTS, Command, Life

#: When the world's first day begins; each chapter is told a `STEP` after the one before. That is longer than
#: a day by the hour that a chapter may take, so that what is due a day after a chapter is due in the next
#: one, however long either took.
BEGIN = datetime(2026, 11, 1, 2, tzinfo=UTC)
STEP = timedelta(hours=25)
#: Whatever a run itself does, it does within this time after a chapter's beginning, and in the world nothing
#: ever happens then: so a run's own times can be told from the history's.
WINDOW = timedelta(hours=1)
_PAST = datetime(2024, 6, 3, 15, tzinfo=UTC)
_LEADING = "epel10.3"
_PLACES = (("epel9", "epel9"), ("epel9", "epel9"), ("epel8", "epel8"), ("epel10", _LEADING))
_SYNCED = ("8", "9", "10.3")
_LATE, _REPEATED = 0.08, 0.15
#: The longest plot takes eight days and may begin a day late; in the last two, late messages arrive.
_CHAPTERS = 11


@dataclass(frozen=True, slots=True)
class Chapter:
    """One day's end: ``files`` are the lines of a recording each; ``decisions`` come before them."""

    now: datetime
    world: World
    files: tuple[tuple[bytes, ...], ...]
    decisions: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Chapters in order, and what must be true at the end whatever happened on the way.

    ``ends`` tells each listing's state (None: no retirement), ``kept`` the ids of the messages that have to
    be in the inbox, and ``parked`` how many others must be there because nobody can read them.
    """

    seed: int
    chapters: tuple[Chapter, ...]
    ends: dict[str, State | None]
    kept: frozenset[str]
    parked: int


@dataclass(slots=True)
class _Bus:
    """What is on its way, by the chapter in which it arrives."""

    chance: random.Random
    arriving: list[list[bytes]] = field(default_factory=lambda: [[] for _ in range(_CHAPTERS)])

    def send(self, record: Record, chapter: int, withheld: Container[str] = ()) -> None:
        """Let a message arrive, as a rule in its chapter; a withheld one two later."""
        # The past has been told, and a post that comes on the day of a build would leave a choice: see plots.
        prompt = chapter == 0 or record["topic"].endswith("mailman.receive")
        late = self.chance.randint(1, 2) if not prompt and self.chance.random() < _LATE else 0
        self.deliver(line_of(record), chapter + (2 if record["id"] in withheld else late))

    def deliver(self, line: bytes, chapter: int) -> None:
        """Let a line arrive in that chapter, and perhaps again, then or later."""
        first = min(chapter, _CHAPTERS - 1)
        self.arriving[first].append(line)
        while self.chance.random() < _REPEATED:
            self.arriving[self.chance.randint(first, _CHAPTERS - 1)].append(line)


def make_history(seed: int, rpms: Path, *, listings: int = 0) -> History:
    """Tell a history; ``listings`` of 0 means 20 to 60. ``rpms`` is a folder for RPM files."""
    chance = random.Random(seed)  # noqa: S311 -- for tests
    story = Story()
    story.opens("epel8", "epel9", "epel10.0", "epel10.1", "epel10.2", _LEADING, leading=_LEADING)
    lives = [_life(story, number, chance, rpms) for number in range(listings or chance.randint(20, 60))]
    # Some lives begin to change a day late.
    tellings = [(life, PLOTS[life.plot].tell(life), chance.randint(0, 1)) for life in lives]
    bus = _Bus(chance)
    days: list[tuple[World, list[Command]]] = []
    for chapter in range(_CHAPTERS):
        today = BEGIN + chapter * STEP + 2 * WINDOW
        decisions: list[Command] = []
        for life, telling, begins in tellings:
            if chapter == 0 or chapter > begins:
                life.today, life.decisions = today, decisions
                before = len(story.messages)
                next(telling, None)
                for record in story.messages[before:]:
                    bus.send(record, chapter, life.withheld)
        before = len(story.messages)
        for release in _SYNCED:
            story.synced(release, today + timedelta(hours=8))
        for record in story.messages[before:]:
            bus.send(record, chapter)
        days.append((copy.deepcopy(story.world), decisions))
    garbage = list(_garbage(chance))
    for line in [*garbage, *(line_of(record) for record in _noise(chance))]:
        bus.deliver(line, chance.randrange(_CHAPTERS))
    return History(
        seed,
        tuple(
            Chapter(BEGIN + number * STEP, world, _dealt(lines, chance), tuple(decisions))
            for number, ((world, decisions), lines) in enumerate(zip(days, bus.arriving, strict=True), 1)
        ),
        {f"{life.package}/{life.collection}": PLOTS[life.plot].ends for life in lives},
        frozenset(record["id"] for record in story.messages),
        len(garbage),
    )


def _life(story: Story, number: int, chance: random.Random, rpms: Path) -> Life:
    # Each plot comes once before any comes again.
    plot = list(PLOTS)[number] if number < len(PLOTS) else chance.choice(list(PLOTS))
    # Minors of RHEL 10 leave by other rules, so what is put off to a minor is put off in epel9.
    collection, tag = _PLACES[0] if plot == "deferred" else chance.choice(_PLACES)
    entered = _PAST + timedelta(days=chance.randrange(300))
    return Life(
        story, plot, f"{plot}-{number}", collection, tag, f"owner{number % 7}", entered, entered, rpms
    )


def _dealt(lines: list[bytes], chance: random.Random) -> tuple[tuple[bytes, ...], ...]:
    """Shuffle the lines and deal them into one file or two, some into both."""
    files: list[list[bytes]] = [[] for _ in range(chance.randint(1, 2))]
    for line in chance.sample(lines, len(lines)):
        for file in chance.sample(files, len(files) if chance.random() < _REPEATED else 1):
            file.append(line)
    return tuple(tuple(file) for file in files)


def _noise(chance: random.Random) -> Iterator[Record]:
    """Messages that are nobody's business here."""
    for number in range(chance.randint(20, 60)):
        at = BEGIN + timedelta(minutes=number)
        sender = {"sender": "x@example.org", "message_id": f"n{number}@x", "list_name": "users"}
        yield tag_message(f"noise-{number}-1.fc44", "f44-updates", at=at)
        yield build_message(f"noise-{number}-1.fc44", at=at, target="f44-candidate")
        yield push_message(f"noise-{number}", "rawhide", at=at)
        yield post_message("Fedora 45", at=at, **sender)


def _garbage(chance: random.Random) -> Iterator[bytes]:
    """Lines that can't be read, and messages that we follow and can't understand."""
    for number in range(chance.randint(3, 8)):
        yield b'{"topic": "org.fedoraproject.prod.buildsys.tag", "body": {"garbage": %d' % number + b"\n"
        yield (
            b'{"topic": "org.fedoraproject.prod.buildsys.tag", "id": "odd-%d", "headers": {}, ' % number
            + b'"body": {"tag": "epel9", "name": ["not", "a", "name"]}}\n'
        )
