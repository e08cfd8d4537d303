# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The queue as rows of a table."""

from __future__ import annotations

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import EarliestCompose
from epelbot.domain.verdict import Verdict
from epelbot.wording.steps import step_marks, waived_rules

#: What stands under the table, so that nobody has to guess.
QUEUE_LEGEND = "Steps: announced, final build, in updates, release manager told. ~ is a projection, w waived."

QUEUE_TITLES = ("package", "collection", "state", "steps", "owed until", "leaves")


def is_in_queue(excuse: Excuse) -> bool:
    """There is a retirement to look at, or one that was against the rules."""
    return excuse.retirement is not None or excuse.verdict is Verdict.VIOLATED


def queue_rows(excuses: tuple[Excuse, ...]) -> list[tuple[str, ...]]:
    """One row per retirement. The four steps are marks in their order; a projected day has a tilde.

    What left against the rules is `violated`, with the day on which it left and the rules.
    """
    return [
        (
            one.package,
            one.collection.name,
            _state(one),
            "".join(step_marks(one.retirement.steps, waived_rules(one))) if one.retirement else "....",
            f"{_owed(one)}{' (waived)' if 'L1' in waived_rules(one) else ''}",
            f"{_leaves(one)}{' (L2 waived)' if 'L2' in waived_rules(one) else ''}",
        )
        for one in excuses
        if is_in_queue(one)
    ]


def empty_queue(collection: Collection | None) -> str:
    """Nobody wants to leave."""
    return f"No retirement and no violation is known{f' in {collection}' if collection else ''}."


def _state(excuse: Excuse) -> str:
    if excuse.verdict is Verdict.VIOLATED or excuse.retirement is None:
        return excuse.verdict.value
    return excuse.retirement.state.value


def _owed(excuse: Excuse) -> str:
    clock = excuse.lifetime
    if clock is None:
        return "-"
    return f"{'~' if clock.projected else ''}{clock.ends}{' (over)' if clock.over else ''}"


def _leaves(excuse: Excuse) -> str:
    if excuse.verdict is Verdict.VIOLATED:
        rules = ", ".join(one.rule for one in excuse.findings if one.verdict is Verdict.VIOLATED)
        return f"left {excuse.departure.day}: {rules}" if excuse.departure is not None else rules
    return _compose(excuse.retirement.earliest_compose if excuse.retirement is not None else None)


def _compose(compose: EarliestCompose | None) -> str:
    if compose is None:
        return "-"
    if compose.minor is None:
        return f"from {compose.day}" if compose.day else "-"
    if compose.day is None:
        return f"{compose.minor}, overdue" if compose.was_expected else compose.minor
    return f"{compose.minor}, {'~' if compose.projected else ''}{compose.day}"
