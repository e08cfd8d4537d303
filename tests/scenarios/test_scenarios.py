# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Golden scenarios: a folder with a story as data, and all that epelbot says at its end.

``story.toml`` says what opens, what happens on which day (each step is a method of `Story`, or ``decide``,
``down``, ``up``), and on which day one looks. ``expected.txt`` has been read by a person. After a change that
is meant, write it anew with ``EPELBOT_TEST_WRITE_SCENARIOS=1`` and read the difference.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Verdict
from epelbot.ledger.outbox import OutboxRow
from epelbot.services.explain import collections_of
from epelbot.wording.decision_text import decision_text
from epelbot.wording.excuse_text import excuse_text
from epelbot.wording.queue_text import QUEUE_TITLES, queue_rows
from tests.services.house import House

FOLDER = Path(__file__).parent
SCENARIOS = sorted(one.parent.name for one in FOLDER.glob("*/story.toml"))
AN_HOUR = timedelta(hours=1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    told = tell(tomllib.loads((FOLDER / name / "story.toml").read_text()))
    expected = FOLDER / name / "expected.txt"
    if os.environ.get("EPELBOT_TEST_WRITE_SCENARIOS") == "1":
        expected.write_text(told)
    assert told == expected.read_text()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_line_fits_a_terminal_unless_it_is_one_word(name: str) -> None:
    for line in (FOLDER / name / "expected.txt").read_text().splitlines():
        assert len(line) <= 80 or " " not in line.strip() or "fedpkg retire" in line


@pytest.mark.parametrize("name", [one for one in SCENARIOS if one.startswith("v")])
def test_a_departure_is_found_by_looking_too_where_its_messages_are_lost(name: str) -> None:
    story = (FOLDER / name / "story.toml").read_text()
    told, _ = play(tomllib.loads(story))
    lost, _ = play(tomllib.loads(story), unheard=("killed", "revived", "untagged", "blocked", "unblocked"))
    (package,) = tomllib.loads(story)["packages"]
    for collection in collections_of(told.ledger, package):
        seen, found = (house.excuse(package, collection.name) for house in (told, lost))
        assert _violated(found) == _violated(seen)
        assert (found.departure is None) == (seen.departure is None)
        if found.departure is not None and seen.departure is not None:
            assert found.departure.at == seen.departure.at


def _violated(excuse: Excuse) -> list[str]:
    return [one.rule for one in excuse.findings if one.verdict is Verdict.VIOLATED]


def tell(plan: dict[str, Any]) -> str:
    """Play the story and write down what is said at its end."""
    house, said = play(plan)
    return "\n".join(_pages(house, plan["packages"], said))


def play(plan: dict[str, Any], unheard: Sequence[str] = ()) -> tuple[House, list[str]]:
    """Play the story step by step, each worked before the next; messages of ``unheard`` steps get lost."""
    house = House(now=_noon(plan["steps"][0]["on"]))
    house.story.opens(*plan["opens"], leading=plan.get("leading"))
    said: list[str] = []
    for step in plan["steps"]:
        at = _noon(step.pop("on"))
        # The worker never sleeps; it has looked again before anything new happens.
        house.sees_at(at)
        ((what, how),) = step.items()
        match what:
            case "decide":
                action = Action(how.pop("action"))
                said.append(decision_text(house.decide(action, **how)))
            case "down":
                house.story.world.down.add(how)
            case "up":
                house.story.world.down.discard(how)
            case "gives":
                house.story.given(how["name"], how["owner"], at)
            case _:
                if "readme" in how:
                    how["readme"] = how["readme"].encode()
                getattr(house.story, what)(**how, at=at)
        if what in unheard:
            house.misses()
        house.sees_at(max(house.now, _last_message(house)) + AN_HOUR)
    house.sees_at(_noon(plan["today"]))
    return house, said


def _pages(house: House, packages: list[str], said: list[str]) -> list[str]:
    pages = []
    for package in packages:
        for collection in collections_of(house.ledger, package):
            pages.append(f"$ epelbot explain {package} --collection {collection}\n")
            pages.append(excuse_text(house.excuse(package, collection.name)) + "\n")
    rows = queue_rows(house.queue())
    pages.append("$ epelbot queue\n")
    pages += [" | ".join(row) for row in (QUEUE_TITLES, *rows)]
    pages += [f"\nDecided:\n\n{text}" for text in said]
    pages += [_mail(row) for row in house.mails()]
    return [*pages, ""]


def _mail(row: OutboxRow) -> str:
    mail = json.loads(row.payload)
    head = f"To: {row.recipient} ({row.status}, {mail['written_at'][:10]})\nSubject: {row.subject}"
    return f"\n{'=' * 72}\n{head}\n\n{mail['text'].rstrip()}"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _last_message(house: House) -> datetime:
    sent = [datetime.fromisoformat(one["headers"]["sent-at"]) for one in house.story.messages]
    return max(sent, default=house.now)
