# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fedora-wide orphaning shows with the day on which automation will retire the package (FIELD 6.7)."""

from __future__ import annotations

from datetime import date, datetime

from epelbot.domain.evidence import AccessSeen, Recorded
from epelbot.domain.people import PackageAccess
from epelbot.policy.judgement import judge
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import NOW, OLD, access, blocked, checked, day, facts, looked_up, tagged, told

LIVES = [*looked_up(), tagged(OLD, day("2024-06-03")), checked(OLD, "lacks")]
ANN = access("ann", day("2024-01-01"), seen=day("2026-10-01"))


def orphaned(at: datetime, *, assignee: str | None = None) -> Recorded:
    found = PackageAccess("orphan", epel_assignee=assignee)
    return told(AccessSeen(found), at, "dist-git", confirmed=NOW)


def notes(*evidence: Recorded, as_of: date | None = None) -> tuple[str, ...]:
    return judge(facts([*LIVES, *evidence], as_of=as_of), load_calendar(), load_profile()).notes


def test_it_shows_with_the_day_and_with_who_can_stop_it() -> None:
    (note,) = notes(ANN, orphaned(day("2026-11-01")))
    assert note == (
        "foo is orphaned in all of Fedora, first seen so on 2026-11-01. Fedora's automation retires what "
        "stays orphaned for six weeks: about 2026-12-13, or sooner if it was orphaned before that. Any "
        "packager can stop that with 'Take' on https://src.fedoraproject.org/rpms/foo"
    )


def test_whoever_maintains_it_in_epel_is_asked_first() -> None:
    (note,) = notes(ANN, orphaned(day("2026-11-01"), assignee="eve"))
    assert "Any packager can stop that (eve first, for EPEL) with 'Take'" in note


def test_a_day_that_has_passed_is_not_shown_as_one_to_come() -> None:
    (note,) = notes(ANN, orphaned(day("2026-10-05")))
    assert "any day now, since they were over on 2026-11-16 at the latest" in note


def test_a_package_with_an_owner_is_not_orphaned() -> None:
    assert notes(ANN) == ()
    taken = access("bob", day("2026-11-10"), seen=NOW)
    given_up = told(AccessSeen(PackageAccess("orphan")), day("2026-11-01"), "dist-git")
    assert notes(ANN, given_up, taken) == ()


def test_orphaned_again_it_counts_from_the_last_owner_on() -> None:
    first = told(AccessSeen(PackageAccess("orphan")), day("2026-09-01"), "dist-git", confirmed=NOW)
    (note,) = notes(access("ann", day("2024-01-01"), seen=day("2026-11-01")), first)
    assert "first seen so on 2026-11-01" in note


def test_a_past_day_shows_what_was_known_to_have_happened() -> None:
    assert notes(ANN, orphaned(day("2026-11-01")), as_of=date(2026, 10, 31)) == ()


def test_what_has_left_already_is_not_going_to() -> None:
    assert not any("orphaned" in note for note in notes(ANN, orphaned(day("2026-11-01")), blocked(NOW)))
