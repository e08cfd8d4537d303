# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The histories that processes are killed over: the same each time, and varied enough to be worth it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.kill.history import BEGIN, STEP, WINDOW, make_history
from tests.kill.plots import PLOTS


def test_the_same_seed_tells_the_same_history_and_another_one_another(tmp_path: Path) -> None:
    one, same, other = (make_history(seed, tmp_path, listings=4) for seed in (1, 1, 2))
    assert one == same
    assert [chapter.files for chapter in one.chapters] != [chapter.files for chapter in other.chapters]


def test_every_plot_is_told_and_every_message_arrives_some_of_them_again_and_late(tmp_path: Path) -> None:
    history = make_history(1, tmp_path, listings=len(PLOTS))
    assert {name.partition("-")[0] for name in history.ends} == set(PLOTS)
    arrived: Counter[str] = Counter()
    late = 0
    for number, chapter in enumerate(history.chapters):
        for line in {line for file in chapter.files for line in file if b'"garbage"' not in line}:
            message = json.loads(line)
            late += message["id"] not in arrived and message["headers"].get("sent-at", "9") < _day(number - 1)
            arrived[message["id"]] += 1
    assert history.kept <= arrived.keys()
    assert sum(times > 1 for times in arrived.values()) > 20
    assert late > 5


def test_nothing_ever_happens_in_the_world_while_a_run_is_at_work(tmp_path: Path) -> None:
    history = make_history(1, tmp_path, listings=len(PLOTS))
    last = history.chapters[-1].world
    instants = [
        *(stay.tagged_at for stay in last.taggings),
        *(stay.untagged_at for stay in last.taggings if stay.untagged_at),
        *(post.posted_at for post in last.posts.values()),
        *(build.completed_at for build in last.builds.values() if build.completed_at),
        *(update.stable_at for update in last.updates.values() if update.stable_at),
    ]
    assert len(instants) > 50
    assert all(instant < BEGIN or (instant - BEGIN) % STEP >= WINDOW for instant in instants)


def _day(chapter: int) -> str:
    return (BEGIN + chapter * STEP).isoformat() if chapter > 0 else ""
