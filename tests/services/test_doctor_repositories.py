# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor says of repositories: whether they answer, are fresh, and include what EPEL builds on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.collection import Collection
from epelbot.errors import NotThere, TransientError
from epelbot.ports import Reached
from epelbot.services.doctor import Level, repositories_check

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPEL9 = Collection(9)
FRESH = Reached("collection", "https://mirror.example/9", NOW - timedelta(hours=5))
BASE = Reached("base", "https://rhel.example/9", NOW - timedelta(days=200))


@pytest.mark.parametrize(
    ("reached", "level", "seen"),
    [
        ((FRESH, BASE), Level.OK, "2 repositories answer"),
        ((FRESH,), Level.WARN, "1 repositories answer, and none is what it builds on"),
        (
            (Reached("collection", "https://mirror.example/9", NOW - timedelta(days=9)), BASE),
            Level.WARN,
            "https://mirror.example/9 was made on 2026-11-14: the mirror may be left behind",
        ),
        (
            (FRESH, Reached("base", "x", error=TransientError("x does not answer"))),
            Level.UNREACHABLE,
            "1 of 2 repositories can't be had: x does not answer",
        ),
        (
            (FRESH, Reached("base", "x", error=NotThere("x has none"))),
            Level.FAIL,
            "1 of 2 repositories can't be had: x has none",
        ),
        # RHEL's own lists, without any collection's, have nothing to build on.
        ((Reached("rhel", "x"),), Level.OK, "1 repositories answer"),
        ((Reached("collection", "x"), BASE), Level.OK, "2 repositories answer"),
    ],
)
def test_what_is_said(reached: tuple[Reached, ...], level: Level, seen: str) -> None:
    check = repositories_check(EPEL9, reached, timedelta(hours=96), NOW)
    assert (check.name, check.level) == ("repodata epel9", level)
    assert check.seen.startswith(seen)
    assert (check.to_do is None) == (level is Level.OK)
