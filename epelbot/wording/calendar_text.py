# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RHEL's calendar for people and for scripts: what is out, what is only expected, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from epelbot.domain.calendar import Calendar, CalendarDay, Major, Milestone, Minor
from epelbot.domain.collection import Collection

CALENDAR_TITLES = ("minor", "day", "state", "by the word of")


def calendar_json(
    calendar: Calendar, majors: Sequence[int], today: date, cadence_months: int
) -> dict[str, Any]:
    """Every minor of these majors as seen today, those ahead too."""
    return {
        "as_of": today.isoformat(),
        "cadence_months": cadence_months,
        "majors": [_major_json(calendar, number, today, cadence_months) for number in majors],
    }


def calendar_heading(major: Major, today: date) -> str:
    """One line over a major's table."""
    end = major.end_of_maintenance
    until = "was maintained until" if end.day < today else "is maintained until"
    return f"RHEL {major.number} {until} {end.day} ({end.source})"


def calendar_rows(
    calendar: Calendar, number: int, today: date, cadence_months: int
) -> list[tuple[str, str, str, str]]:
    """One row per minor; a day that is only expected has a tilde."""
    major = calendar.major(number)
    return [
        (
            seen.name,
            _day(seen),
            _state(seen, major),
            _told_by(_minor(major, seen.number).ga, f"every {cadence_months} months"),
        )
        for seen in calendar.releases(number, today, cadence_months)
    ]


def calendar_remarks(calendar: Calendar, number: int, today: date, cadence_months: int) -> list[str]:
    """What a table has no room for: disagreement, what is overdue, branchings, the last minor."""
    major = calendar.major(number)
    releases = calendar.releases(number, today, cadence_months)
    remarks = [f"Sources disagree on {seen.conflict}." for seen in releases if seen.conflict]
    remarks += [
        f"RHEL {seen.name} was expected on {seen.expected}, and nobody has said that it is out; "
        "until somebody does, no commitment ends by it."
        for seen in releases
        if seen.overdue
    ]
    if Collection(number).is_leading:
        remarks.append(_branchings(calendar, major, today))
    if major.final_minor is None and major.end_of_maintenance.day >= today:
        remarks.append(f"Nobody has said which minor of RHEL {number} is its last.")
    return remarks


def calendar_sources(majors: Sequence[Major]) -> list[str]:
    """Where the days were read: each source with its address, and days with an address of their own."""
    found = {
        f"{day.source}: {day.url}"
        for major in majors
        for day in (
            major.end_of_maintenance,
            *(day for minor in major.minors for day in (*minor.ga, *minor.branched)),
        )
        if day.url is not None
    }
    return sorted(found)


def _day(seen: Milestone) -> str:
    if seen.begins is not None and seen.happened is not None:
        return str(seen.happened) if seen.begins == seen.happened else f"{seen.begins} or {seen.happened}"
    if seen.begins is not None:
        return f"{seen.begins} or later"
    return f"~{seen.expected}" if seen.expected is not None else "-"


def _state(seen: Milestone, major: Major) -> str:
    if seen.happened is not None:
        state = "out"
    elif seen.expected is None:
        state = "not out yet"
    else:
        state = "overdue" if seen.overdue else "expected"
    return f"{state}, the last" if seen.number == major.final_minor else state


def _told_by(days: Sequence[CalendarDay], otherwise: str) -> str:
    return ", ".join(dict.fromkeys(day.source for day in days)) or otherwise


def _branchings(calendar: Calendar, major: Major, today: date) -> str:
    cut = [calendar.branching(major.number, minor.number, today) for minor in major.minors if minor.branched]
    known = ", ".join(f"epel{seen.name} {_branched(seen)}" for seen in cut)
    leads = calendar.leading_minor(major.number, today)
    if leads is not None:
        who = f"{major.number}.{leads} leads epel{major.number}"
    else:
        who = f"which minor leads epel{major.number} cannot be told from that"
    return f"Branchings known: {known or 'none'}; {who}."


def _branched(seen: Milestone) -> str:
    if seen.happened is not None:
        return f"on {seen.happened}"
    return f"expected on {seen.expected}{', overdue' if seen.overdue else ''}"


def _minor(major: Major, number: int) -> Minor:
    return next((one for one in major.minors if one.number == number), Minor(number))


def _major_json(calendar: Calendar, number: int, today: date, cadence_months: int) -> dict[str, Any]:
    major = calendar.major(number)
    end = major.end_of_maintenance
    return {
        "major": number,
        "end_of_maintenance": _told_json(end) | {"over": end.day < today},
        "final_minor": None if major.final_minor is None else f"{number}.{major.final_minor}",
        "leading_minor": _named(number, calendar.leading_minor(number, today)),
        "minors": [
            _milestone_json(seen, _minor(major, seen.number).ga)
            | {
                "final": seen.number == major.final_minor,
                "branched": _milestone_json(
                    calendar.branching(number, seen.number, today), _minor(major, seen.number).branched
                )
                if Collection(number).is_leading
                else None,
            }
            for seen in calendar.releases(number, today, cadence_months)
        ],
    }


def _named(major: int, minor: int | None) -> str | None:
    return None if minor is None else f"{major}.{minor}"


def _milestone_json(seen: Milestone, told: Sequence[CalendarDay]) -> dict[str, Any]:
    day = seen.happened or seen.expected
    return {
        "minor": seen.name,
        "day": None if day is None else day.isoformat(),
        "projected": seen.happened is None and day is not None,
        "overdue": seen.overdue,
        "conflict": seen.conflict,
        "sources": [_told_json(one) for one in told],
    }


def _told_json(told: CalendarDay) -> dict[str, Any]:
    return {
        "day": told.day.isoformat(),
        "source": told.source,
        "authority": told.authority.value,
        "learnt": told.learnt.isoformat(),
        "projection": told.is_projection,
        "url": told.url,
    }
