# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whenever a process is killed, nothing is lost, nothing doubled, nothing told before its cause.

Thirty kills on each engine; ``python -m tests.kill`` makes thousands.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kill.blows import POINTS_HERE, Plan
from tests.kill.checker import complaints
from tests.kill.history import History, make_history
from tests.kill.outcome import Outcome
from tests.kill.plots import PLOTS
from tests.kill.runner import run

KILLS = 30

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return make_history(7, tmp_path_factory.mktemp("rpms"), listings=len(PLOTS))


@pytest.fixture(scope="module")
def undisturbed(history: History, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What comes of the history on SQLite when nobody is killed: both engines have to come to the same."""
    outcome = run(history, tmp_path_factory.mktemp("undisturbed") / "run", Plan(0, 1))
    assert complaints(history, outcome, outcome) == []
    return outcome


def _kill(history: History, undisturbed: Outcome, folder: Path, server: str | None) -> None:
    """Kill until it is enough, at each point once at least, over the history as often as that takes."""
    hit: list[str] = []
    for seed in range(5):
        owed = tuple(point for point in POINTS_HERE if point not in hit)
        if len(hit) >= KILLS and not owed:
            break
        plan = Plan(max(KILLS - len(hit), len(owed)), seed, owed)
        outcome = run(history, folder / f"run-{seed}", plan, server=server)
        assert complaints(history, undisturbed, outcome) == []
        hit += plan.hit
    assert len(hit) >= KILLS
    assert set(hit) >= set(POINTS_HERE)


def test_thirty_kills_on_sqlite_leave_no_trace(
    history: History, undisturbed: Outcome, tmp_path: Path
) -> None:
    _kill(history, undisturbed, tmp_path, None)


def test_thirty_kills_of_two_workers_on_postgresql_leave_no_trace(
    history: History, undisturbed: Outcome, tmp_path: Path, postgresql_url: str
) -> None:
    _kill(history, undisturbed, tmp_path, postgresql_url)
