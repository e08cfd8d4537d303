# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RHEL's calendar for people and for scripts: what is out, what is only expected, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from epelbot.domain.calendar import Calendar, CalendarDay, Major, Milestone, Minor
from epelbot.domain.calendar_words import Event, Kind
from epelbot.domain.collection import Collection
from epelbot.wording.calendar_news import SetAside, instant, minor_name, word_json

CALENDAR_TITLES = ("minor", "day", "state", "source", "learnt")


def calendar_json(
    calendar: Calendar, majors: Sequence[int], today: date, cadence_months: int, set_aside: SetAside = ()
) -> dict[str, Any]:
    """Every minor of these majors as seen today, those ahead too, and the words that could not be used."""
    return {
        "as_of": today.isoformat(),
        "cadence_months": cadence_months,
        "majors": [_major_json(calendar, number, today, cadence_months) for number in majors],
        "set_aside": [word_json(word) | {"why": why} for word, why in set_aside],
    }


def calendar_heading(major: Major, today: date) -> str:
    """One line over a major's table."""
    end = major.end_of_maintenance
    until = "was maintained until" if end.day < today else "is maintained until"
    return f"RHEL {major.number} {until} {end.day} ({_who(end)}, learnt {end.learnt})"


def calendar_rows(
    calendar: Calendar, number: int, today: date, cadence_months: int
) -> list[tuple[str, str, str, str, str]]:
    """One row per minor and source, then per branching; a day that is only expected has a tilde.

    The first row of a minor is what counts today. Another source's day stands below it.
    """
    major = calendar.major(number)
    rows: list[tuple[str, str, str, str, str]] = []
    for seen in calendar.releases(number, today, cadence_months):
        last = ", the last" if seen.number == major.final_minor else ""
        told = _minor(major, seen.number).ga
        rows += _rows(seen.name, seen, _state(seen, "out") + last, told, f"every {cadence_months} months")
    for minor in major.minors:
        if minor.branched:
            seen = calendar.branching(number, minor.number, today)
            rows += _rows(f"epel{seen.name}", seen, _state(seen, "branched"), minor.branched, "")
    return rows


def calendar_remarks(calendar: Calendar, number: int, today: date, cadence_months: int) -> list[str]:
    """What a table has no room for: disagreement, what is overdue, who leads, a person's reasons."""
    major = calendar.major(number)
    releases = calendar.releases(number, today, cadence_months)
    branchings = [calendar.branching(number, minor.number, today) for minor in major.minors]
    remarks = _conflicts(calendar, number, today, cadence_months)
    remarks += [
        f"{_who(day)} gives {day.day} as the end of RHEL {number}'s maintenance, which does not count."
        for day in major.other_ends
        if day.day != major.end_of_maintenance.day
    ]
    remarks += [
        f"RHEL {seen.name} was expected on {seen.expected}, and nobody has said that it is out; "
        "until somebody does, no commitment ends by it."
        for seen in releases
        if seen.overdue
    ]
    remarks += [
        f"epel{seen.name} was to be branched on {seen.expected}, and nobody has said that it was."
        for seen in branchings
        if seen.overdue
    ]
    if Collection(number).is_leading:
        leads = calendar.leading_minor(number, today)
        remarks.append(
            f"{number}.{leads} leads epel{number}."
            if leads is not None
            else f"Which minor leads epel{number} cannot be told from the branchings that are known."
        )
    if major.final_minor is None and major.end_of_maintenance.day >= today:
        remarks.append(f"Nobody has said which minor of RHEL {number} is its last.")
    return remarks + list(_reasons(major))


def calendar_conflicts(calendar: Calendar, today: date, cadence_months: int) -> list[str]:
    """Every day on which sources of equal weight disagree."""
    return [
        conflict
        for major in calendar.majors
        for conflict in _conflicts(calendar, major.number, today, cadence_months)
    ]


def _conflicts(calendar: Calendar, number: int, today: date, cadence_months: int) -> list[str]:
    releases = calendar.releases(number, today, cadence_months)
    branchings = (calendar.branching(number, minor.number, today) for minor in calendar.major(number).minors)
    found = [f"Sources disagree on {seen.conflict}." for seen in releases if seen.conflict]
    return found + [
        f"Sources disagree on the branching of epel{seen.conflict}." for seen in branchings if seen.conflict
    ]


def calendar_sources(majors: Sequence[Major]) -> list[str]:
    """Where the days were read: each source with its address, and days with an address of their own."""
    found = {
        f"{day.source}: {day.url}"
        for major in majors
        for day in (major.end_of_maintenance, *_all_days(major))
        if day.url is not None
    }
    return sorted(found)


def _all_days(major: Major) -> Iterator[CalendarDay]:
    yield from (major.end_of_maintenance, *major.other_ends)
    for minor in major.minors:
        yield from (*minor.ga, *minor.branched)


def _reasons(major: Major) -> Iterator[str]:
    ends = [(Event(Kind.END, major.number), day) for day in (major.end_of_maintenance, *major.other_ends)]
    days = [
        (Event(kind, major.number, minor.number), day)
        for minor in major.minors
        for kind, told in ((Kind.GA, minor.ga), (Kind.BRANCHING, minor.branched))
        for day in told
    ]
    for event, day in (*ends, *days):
        if day.reason:
            yield f"{day.author} gives {day.day} for {event}: {day.reason.rstrip('.')}."


def _rows(
    name: str, seen: Milestone, state: str, told: Sequence[CalendarDay], otherwise: str
) -> Iterator[tuple[str, str, str, str, str]]:
    counting = [day for day in told if _counts(day, seen)]
    if not counting:
        # By the cadence alone, or between two minors that have a day.
        yield name, _day(seen), state, otherwise, ""
    for number, day in enumerate(sorted(counting, key=lambda one: (one.day, one.source))):
        first = (name, state) if number == 0 else ("", "")
        yield first[0], _own_day(day), first[1], _who(day), str(day.learnt)
    for day in sorted(set(told) - set(counting), key=lambda one: (one.day, one.source)):
        yield "", _own_day(day), "does not count", _who(day), str(day.learnt)


def _counts(day: CalendarDay, seen: Milestone) -> bool:
    """Whether this word is what is seen: of a fact both ends of a disagreement, of a plan its day."""
    if seen.begins is not None:
        return not day.is_projection and day.day in (seen.begins, seen.happened or seen.expected)
    return day.is_projection and day.day == seen.expected


def _own_day(day: CalendarDay) -> str:
    return f"~{day.day}" if day.is_projection else str(day.day)


def _who(day: CalendarDay) -> str:
    return f"{day.author}, a person" if day.author else day.source


def _day(seen: Milestone) -> str:
    if seen.begins is not None and seen.happened is not None:
        return str(seen.happened) if seen.begins == seen.happened else f"{seen.begins} or {seen.happened}"
    if seen.begins is not None:
        return f"{seen.begins} or later"
    return f"~{seen.expected}" if seen.expected is not None else "-"


def _state(seen: Milestone, done: str) -> str:
    if seen.happened is not None:
        return f"{done}, disputed" if seen.begins != seen.happened else done
    if seen.expected is None:
        return f"not {done} yet"
    return "overdue" if seen.overdue else "expected"


def _minor(major: Major, number: int) -> Minor:
    return next((one for one in major.minors if one.number == number), Minor(number))


def _major_json(calendar: Calendar, number: int, today: date, cadence_months: int) -> dict[str, Any]:
    major = calendar.major(number)
    end = major.end_of_maintenance
    return {
        "major": number,
        "end_of_maintenance": _told_json(end) | {"over": end.day < today},
        "other_ends_of_maintenance": [_told_json(day) for day in major.other_ends],
        "final_minor": None if major.final_minor is None else f"{number}.{major.final_minor}",
        "leading_minor": minor_name(number, calendar.leading_minor(number, today)),
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
        "learnt_at": instant(told.learnt_at),
        "projection": told.is_projection,
        "author": told.author,
        "reason": told.reason,
        "url": told.url,
    }
