# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What maintainers of dependents are told (R7). Golden; ``EPELBOT_TEST_WRITE_GOLDEN=1`` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from epelbot.domain.dependencies import Kind
from epelbot.domain.evidence import NeededBy
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.policy.telling import DEPENDENTS, Audience, Telling, tellings
from epelbot.wording.digest import word_matters
from epelbot.wording.mail import Matter, Words
from tests.unit.case_evidence import FINAL, NOW, OLD, checked, day, decided, read, tagged, update
from tests.unit.test_telling import LIVES, POST, excuse_of

GOLDEN = Path(__file__).parent / "golden"
LIST = "epel-devel@lists.example.org"
BREAKS = NeededBy(
    "bellows",
    Kind.RUN_TIME,
    ("bellows-1-1.aarch64", "bellows-1-1.x86_64"),
    ("libfoo.so.1()(64bit)",),
    direct=True,
    maintainers=("amy",),
)
FALLS = NeededBy(
    "crane", Kind.RUN_TIME, ("crane-2-1.noarch",), ("bellows",), direct=False, maintainers=("amy", "bob")
)
BUILDS = NeededBy("dowel", Kind.BUILD_TIME, (), ("foo-devel",), direct=True, maintainers=("amy",))
WEAKLY = NeededBy("easel", Kind.WEAK, ("easel-1-1.noarch",), ("foo",), direct=True, maintainers=("amy",))
ALL = (BREAKS, FALLS, BUILDS, WEAKLY)


def needed(*some: NeededBy, excuse: Excuse | None = None) -> Excuse:
    return replace(excuse or excuse_of([*LIVES, POST]), needed_by=some)


def told(excuse: Excuse) -> list[Telling]:
    return [one for one in tellings(excuse) if one.rule == DEPENDENTS]


def matter(one: NeededBy) -> Matter:
    return Matter(needed(one), DEPENDENTS, dependent=one.package)


def text_of(words: Words) -> str:
    return f"Subject: {words.subject}\n\n{words.text}"


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        *((f"needs-{one.package}", [one]) for one in ALL),
        ("needs-all", ALL),
        ("needs-many", [replace(BUILDS, package=f"dowel{number}") for number in range(12)]),
    ],
)
def test_what_they_are_told(name: str, matters: Sequence[NeededBy]) -> None:
    text = text_of(word_matters([matter(one) for one in matters], LIST, summary_from=12))
    golden = GOLDEN / f"mail-{name}.txt"
    if os.environ.get("EPELBOT_TEST_WRITE_GOLDEN") == "1":
        golden.write_text(text)
    assert text == golden.read_text()
    for line in text.splitlines()[2:]:
        assert len(line) <= 78 or " " not in line.strip()


def test_each_dependent_is_told_once_and_by_the_day_on_which_it_may_leave() -> None:
    found = told(needed(*ALL))
    assert [one.dependent for one in found] == list(ALL)
    assert len({one.cause for one in found}) == 4
    assert {(one.audience, one.once, one.at_once) for one in found} == {(Audience.DEPENDENTS, True, False)}
    (step,) = (one for one in tellings(needed(*ALL)) if one.rule == "R2")
    assert {one.due for one in found} == {step.due}


def test_the_cause_stays_while_builds_come_and_maintainers_change() -> None:
    before = [one.cause for one in told(needed(BREAKS))]
    shipped = excuse_of(
        [*LIVES, POST, tagged(FINAL, day("2026-11-10")), update("stable", NOW), checked(FINAL)]
    )
    assert [
        one.cause for one in told(needed(replace(BREAKS, maintainers=("zoe",)), excuse=shipped))
    ] == before
    # Another kind of harm, or another announcement, is another cause.
    assert [one.cause for one in told(needed(replace(BREAKS, kind=Kind.WEAK)))] != before
    again = excuse_of([*LIVES, read(day("2026-11-02"), post="P2")])
    assert [one.cause for one in told(needed(BREAKS, excuse=again))] != before


def test_a_package_is_told_the_worst_that_comes_to_it_and_no_more() -> None:
    weaker = replace(BREAKS, kind=Kind.BUILD_TIME, rpms=())
    assert [one.dependent for one in told(needed(weaker, BREAKS, replace(BREAKS, kind=Kind.WEAK)))] == [
        BREAKS
    ]


def test_nobody_is_told_before_it_is_announced() -> None:
    assert told(needed(BREAKS, excuse=excuse_of([*LIVES, update("testing", NOW), checked(FINAL)]))) == []


def test_nor_once_it_was_rejected() -> None:
    rejected = excuse_of([*LIVES, POST, decided(Action.REJECT, day("2026-11-10"), build=OLD)])
    assert rejected.retirement is not None
    assert told(needed(BREAKS, excuse=rejected)) == []


def test_where_nobody_knows_who_needs_it_nobody_is_told() -> None:
    assert told(excuse_of([*LIVES, POST])) == []
