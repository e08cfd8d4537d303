# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four steps of a retirement as marks: done, to do, or not asked for."""

from __future__ import annotations

from epelbot.domain.retirement import Steps


def step_marks(steps: Steps, *, done: str = "x", to_do: str = ".", not_asked: str = "-") -> tuple[str, ...]:
    """One mark each for announced, final build, in updates, release manager told."""
    build, updates = (
        done if yes else to_do if steps.asks_for_build else not_asked
        for yes in (steps.final_build, steps.in_updates)
    )
    return (
        done if steps.announced else to_do,
        build,
        updates,
        done if steps.release_manager_told else to_do,
    )
