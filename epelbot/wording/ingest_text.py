# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of recorded messages, as rows and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

INGEST_TITLES = ("file", "new", "known", "not followed", "parked")
_COUNTS = ("new", "known", "not_followed", "parked")


class Counted(Protocol):
    """How many messages had which fate."""

    @property
    def new(self) -> int: ...  # noqa: D102
    @property
    def known(self) -> int: ...  # noqa: D102
    @property
    def not_followed(self) -> int: ...  # noqa: D102
    @property
    def parked(self) -> int: ...  # noqa: D102


def ingest_json(files: Sequence[tuple[str, Counted, str | None]], total: Counted) -> dict[str, Any]:
    """Each file's name, counts and problem, and the counts of all."""
    return _counts(total) | {
        "files": [{"file": name, **_counts(taken), "problem": problem} for name, taken, problem in files]
    }


def ingest_rows(files: Sequence[tuple[str, Counted]], total: Counted) -> list[tuple[str, ...]]:
    """One row per file, and one for all if there are several."""
    rows = [*files, *([("in all", total)] if len(files) > 1 else [])]
    return [(name, *map(str, _counts(taken).values())) for name, taken in rows]


def _counts(taken: Counted) -> dict[str, int]:
    return {name: getattr(taken, name) for name in _COUNTS}
