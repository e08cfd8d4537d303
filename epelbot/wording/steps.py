# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four steps of a retirement as marks: done, waived, to do, or not asked for."""

from __future__ import annotations

from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Steps

_DONE, _WAIVED, _NOT_ASKED = "x", "w", "-"


def step_marks(steps: Steps, waived: frozenset[str], *, to_do: str = ".") -> tuple[str, ...]:
    """One mark each for announced, final build, in updates, release manager told (R1 to R4)."""
    asked = {"R1": True, "R2": steps.asks_for_build, "R3": steps.asks_for_build, "R4": True}
    done = {
        "R1": steps.announced,
        "R2": steps.final_build,
        "R3": steps.in_updates,
        "R4": steps.release_manager_told,
    }
    return tuple(
        _WAIVED if rule in waived else _DONE if yes else to_do if asked[rule] else _NOT_ASKED
        for rule, yes in done.items()
    )


def waived_rules(excuse: Excuse) -> frozenset[str]:
    """The rules that a person has set aside, as far as that holds."""
    return frozenset(found.rule for found in excuse.findings if found.waiver is not None)
