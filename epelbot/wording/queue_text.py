# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The queue as rows of a table."""

from __future__ import annotations

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import EarliestCompose, Steps

#: What stands under the table, so that nobody has to guess.
QUEUE_LEGEND = "Steps: announced, final build, in updates, release manager told. ~ is a projection."

QUEUE_TITLES = ("package", "collection", "state", "steps", "owed until", "leaves")


def queue_rows(excuses: tuple[Excuse, ...]) -> list[tuple[str, ...]]:
    """One row per retirement. The four steps are marks in their order; a projected day has a tilde."""
    return [
        (
            one.package,
            one.collection.name,
            one.retirement.state.value,
            _marks(one.retirement.steps),
            _owed(one),
            _leaves(one.retirement.earliest_compose),
        )
        for one in excuses
        if one.retirement is not None
    ]


def empty_queue(collection: Collection | None) -> str:
    """Nobody wants to leave."""
    return f"No retirement is known{f' in {collection}' if collection else ''}."


def _marks(steps: Steps) -> str:
    done = (steps.announced, steps.final_build, steps.in_updates, steps.release_manager_told)
    return "".join("x" if yes else "." for yes in done)


def _owed(excuse: Excuse) -> str:
    clock = excuse.lifetime
    if clock is None:
        return "-"
    return f"{'~' if clock.projected else ''}{clock.ends}{' (over)' if clock.over else ''}"


def _leaves(compose: EarliestCompose | None) -> str:
    if compose is None:
        return "-"
    if compose.minor is None:
        return f"from {compose.day}" if compose.day else "-"
    if compose.day is None:
        return f"{compose.minor}, overdue" if compose.was_expected else compose.minor
    return f"{compose.minor}, {'~' if compose.projected else ''}{compose.day}"
