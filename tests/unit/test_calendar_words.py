# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sources and people say of the calendar, and the calendar that follows (POLICY L1, sources)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epelbot.domain.calendar import Calendar, Milestone, Minor, _reports
from epelbot.domain.calendar_words import (
    ENDOFLIFE,
    KOJI,
    PERSON,
    RED_HAT,
    Event,
    Kind,
    Word,
    doubt,
    newest_words,
    with_words,
)
from epelbot.domain.collection import Collection
from epelbot.domain.profile import Profile
from epelbot.policy.minimum_lifetime import lifetime
from epelbot.shipped import load_calendar

SHIPPED = load_calendar()
SOURCES = (PERSON, ENDOFLIFE, RED_HAT, KOJI)


def said(
    what: str, day: str | None, source: str = ENDOFLIFE, learnt: str = "2026-12-20", kind: Kind = Kind.GA
) -> Word:
    """A word on "9.9", learnt at noon (or at the hour that is given)."""
    major, _, minor = what.partition(".")
    at = datetime.fromisoformat(learnt if "T" in learnt else f"{learnt}T12:00").replace(tzinfo=UTC)
    author, reason = ("ann", "it was announced") if source == PERSON else (None, None)
    event = Event(kind, int(major), int(minor) if minor else None)
    return Word(event, date.fromisoformat(day) if day else None, source, at, author, reason)


def ga(*words: Word, name: str = "9.9", as_of: date = date(2027, 1, 1)) -> Milestone:
    major, minor = map(int, name.split("."))
    return with_words(SHIPPED, words).calendar.released(major, minor, as_of)


def happened(*words: Word, name: str = "9.9") -> str | None:
    day = ga(*words, name=name).happened
    return None if day is None else str(day)


class TestWhoseDayCounts:
    def test_a_day_given_by_a_person_wins(self) -> None:
        words = [
            said("9.9", "2026-12-08", PERSON),
            said("9.9", "2026-12-09", RED_HAT),
            said("9.9", "2026-12-10"),
        ]
        assert ga(*words) == Milestone(9, 9, begins=date(2026, 12, 8), happened=date(2026, 12, 8))

    def test_then_red_hats(self) -> None:
        assert happened(said("9.9", "2026-12-09", RED_HAT), said("9.9", "2026-12-10")) == "2026-12-09"

    def test_unsettled_the_earlier_day_ends_nothing_the_later_begins_nothing_and_both_are_shown(self) -> None:
        seen = ga(said("9.9", "2026-12-08"), said("9.9", "2026-12-09", KOJI))
        assert (seen.begins, seen.happened) == (date(2026, 12, 8), date(2026, 12, 9))
        assert seen.conflict == "9.9: 2026-12-08 (endoflife.date) or 2026-12-09 (koji)"

    def test_the_end_of_maintenance_too_and_of_equal_weight_the_later_counts(self) -> None:
        end, red_hat = Kind.END, with_words(SHIPPED, [said("9", "2031-05-31", kind=Kind.END)]).calendar
        assert red_hat.end_of_maintenance(9) == date(2032, 5, 31)
        assert [day.source for day in red_hat.major(9).other_ends] == [ENDOFLIFE]
        person = with_words(red_hat, [said("9", "2033-05-31", PERSON, kind=end)]).calendar
        assert person.end_of_maintenance(9) == date(2033, 5, 31)
        assert len(person.major(9).other_ends) == 2
        equal = [said("11", "2038-05-31", kind=end), said("11", "2038-05-30", KOJI, kind=end)]
        assert with_words(SHIPPED, equal).calendar.end_of_maintenance(11) == date(2038, 5, 31)

    def test_a_person_says_which_minor_is_the_last(self) -> None:
        word = said("9.9", None, PERSON, kind=Kind.FINAL)
        assert with_words(SHIPPED, [word]).calendar.major(9).final_minor == 9


class TestPlansAndReports:
    def test_a_day_that_a_person_entered_is_a_plan_until_it_is_entered_again(self) -> None:
        plan = said("9.9", "2026-12-08", PERSON, "2026-11-23")
        assert ga(plan) == Milestone(9, 9, expected=date(2026, 12, 8), overdue=True)
        assert happened(plan, said("9.9", "2026-12-08", PERSON, "2026-12-08")) == "2026-12-08"

    def test_a_report_that_comes_after_a_persons_plan_says_that_it_is_out(self) -> None:
        plan = said("9.9", "2026-12-15", PERSON, "2026-11-23")
        assert happened(plan, said("9.9", "2026-12-08", learnt="2026-12-09")) == "2026-12-08"

    def test_a_persons_plan_that_comes_after_a_report_denies_it(self) -> None:
        report = said("9.9", "2026-12-01", RED_HAT, "2026-12-01T08:00")
        plan = said("9.9", "2026-12-08", PERSON, "2026-12-01T09:00")
        assert ga(report, plan) == Milestone(9, 9, expected=date(2026, 12, 8), overdue=True)
        changed = with_words(SHIPPED, [report, plan]).calendar.changed_since(
            with_words(
                SHIPPED, [report, replace(plan, learnt_at=plan.learnt_at - timedelta(hours=2))]
            ).calendar
        )
        assert changed == (9,), "the same two days, another order, another answer"

    def test_what_a_source_planned_and_repeats_once_it_has_happened_is_a_fact(self) -> None:
        early, late = (said("9.9", "2026-12-08", learnt=day) for day in ("2026-12-07", "2026-12-08"))
        assert ga(early).happened is None
        assert not late.says_the_same_as(early)
        assert happened(early, late) == "2026-12-08"


class TestNewerWords:
    def test_a_sources_newer_word_takes_the_place_of_its_older_one(self) -> None:
        words = [
            said("9.9", "2026-12-09", learnt="2026-12-11"),
            said("9.9", "2026-12-08", learnt="2026-12-10"),
        ]
        assert happened(*words) == "2026-12-09"

    def test_another_persons_newer_word_takes_the_place_of_the_first_ones(self) -> None:
        first = said("9.9", "2026-12-08", PERSON, "2026-12-10")
        second = replace(said("9.9", "2026-12-09", PERSON, "2026-12-11"), author="bob")
        assert ga(first, second).conflict is None
        assert happened(first, second) == "2026-12-09"

    def test_a_word_taken_back_leaves_what_others_say(self) -> None:
        wrong = said("9.9", "2026-12-01", PERSON, "2026-12-02")
        back = said("9.9", None, PERSON, "2026-12-03")
        assert happened(wrong, back) is None
        assert happened(wrong, back, said("9.9", "2026-12-08")) == "2026-12-08"
        assert back.is_withdrawal

    def test_a_last_minor_is_taken_back_without_naming_it(self) -> None:
        word, back = (
            said("9.9", None, PERSON, "2026-12-01", Kind.FINAL),
            said("9", None, PERSON, "2026-12-02", Kind.FINAL),
        )
        assert back.is_withdrawal
        assert not word.is_withdrawal
        assert with_words(SHIPPED, [word, back]).calendar.major(9).final_minor == 10

    def test_a_shipped_day_of_the_same_source_that_is_newer_stays(self) -> None:
        old = said("9.8", "2026-05-19", learnt="2026-06-01")
        assert happened(old, name="9.8") == "2026-05-20"
        assert happened(replace(old, learnt_at=datetime(2026, 12, 1, tzinfo=UTC)), name="9.8") == "2026-05-19"


class TestSetAside:
    def test_what_contradicts_a_weightier_word_is_set_aside_with_the_reason(self) -> None:
        merged = with_words(SHIPPED, [said("9.9", "2026-12-08", RED_HAT), said("9.10", "2026-12-01")])
        ((word, why),) = merged.set_aside
        assert (word.event.minor, merged.calendar.released(9, 9, date.max).happened) == (
            10,
            date(2026, 12, 8),
        )
        assert why == (
            "RHEL 9.10 came out on 2026-12-01, which is not after 9.9 on 2026-12-08: one of the days is wrong"
        )

    def test_so_is_a_minor_of_a_major_that_nobody_knows(self) -> None:
        merged = with_words(SHIPPED, [said("12.1", "2026-12-01")])
        assert merged.calendar == SHIPPED
        assert "no RHEL 12" in merged.set_aside[0][1]

    def test_a_new_major_comes_with_the_end_of_its_maintenance(self) -> None:
        words = [said("11.0", "2028-05-16", learnt="2028-05-17"), said("11", "2038-05-31", kind=Kind.END)]
        merged = with_words(SHIPPED, words)
        assert merged.set_aside == ()
        assert merged.calendar.released(11, 0, date(2028, 6, 1)).happened == date(2028, 5, 16)
        assert merged.calendar.releases(11, date(2028, 6, 1), 6)[1].expected == date(2028, 11, 16)


DOUBTS = [
    ("9.9", "2026-05-20", Kind.GA, "not after 9.8 on 2026-05-20: one of the days is wrong"),
    ("9.9", "2029-01-01", Kind.GA, "2029-01-01 is far from 9.8, out on 2026-05-20"),
    ("9.9", "2226-12-08", Kind.GA, "2226-12-08 is far from 9.8"),
    ("9.10", "2026-12-01", Kind.GA, "9.9 is not out as far as the calendar knows, so give its day first"),
    ("9.11", "2027-12-01", Kind.GA, "9.11 cannot come after the last minor, 9.10"),
    ("8.10", "2024-05-22", Kind.GA, None),
    ("9.9", "2027-01-20", Kind.GA, None),
    ("12.0", "2027-01-20", Kind.GA, "the calendar holds no RHEL 12, only 7, 8, 9, 10"),
    ("9.9", "2026-12-01", Kind.BRANCHING, "EPEL 9 has no minors of its own, so nothing is branched in it"),
    ("10.1", "2025-12-01", Kind.BRANCHING, "10.1 came out on 2025-11-12, and a minor is branched before"),
    ("10.1", "2025-02-18", Kind.BRANCHING, "not after 10.0 on 2025-02-18: one of the days is wrong"),
    ("10.1", "2025-09-02", Kind.BRANCHING, None),
    (
        "10.0",
        "2022-02-18",
        Kind.BRANCHING,
        "epel10.0, branched on 2022-02-18, is far from RHEL 10.0, out on 2025-05-20",
    ),
    ("9", "2026-05-01", Kind.END, "RHEL 9.8 on 2026-05-20 comes after 2026-05-01"),
    ("9", "2132-05-31", Kind.END, "2132-05-31 is 110 years after RHEL 9.0"),
    ("9", "2033-05-31", Kind.END, None),
    ("11", "2038-05-31", Kind.END, None),
    ("11", "2638-05-31", Kind.END, "2638-05-31 is 612 years away"),
    ("13", "2038-05-31", Kind.END, "the calendar holds no RHEL 13"),
    ("9.7", None, Kind.FINAL, "9.8 cannot come after the last minor, 9.7"),
    ("9.99", None, Kind.FINAL, "no RHEL has had more than 20 minors"),
    ("9.9", None, Kind.FINAL, None),
]


@pytest.mark.parametrize(("what", "day", "kind", "clause"), DOUBTS)
def test_what_cannot_be_is_doubted_in_one_clause(
    what: str, day: str | None, kind: Kind, clause: str | None
) -> None:
    found = doubt(SHIPPED, said(what, day, PERSON, "2026-12-20", kind))
    assert (found is None) == (clause is None), found
    assert clause is None or (found is not None and clause in found)


def test_a_plan_must_stand_between_its_neighbours_planned_or_out() -> None:
    planned = with_words(SHIPPED, [said("9.9", "2027-01-20", PERSON)]).calendar
    late = doubt(planned, said("9.10", "2027-01-20", PERSON))
    assert late == "2027-01-20 is not after 9.9, out on 2027-01-20"
    planned = with_words(SHIPPED, [said("9.10", "2027-06-20", PERSON)]).calendar
    early = doubt(planned, said("9.9", "2027-06-20", PERSON))
    assert early == "2027-06-20 is not before 9.10, out on 2027-06-20"


def test_a_source_may_have_been_missed_before_and_skip_a_minor() -> None:
    assert doubt(SHIPPED, said("9.10", "2026-12-01")) is None


def test_a_minor_of_rhel_10_does_not_come_out_before_it_is_branched() -> None:
    branched = with_words(SHIPPED, [said("10.3", "2026-12-10", KOJI, kind=Kind.BRANCHING)]).calendar
    assert "branched on 2026-12-10" in str(doubt(branched, said("10.3", "2026-12-09", PERSON)))
    assert doubt(branched, said("10.3", "2026-12-09")) is None, "what is reported may be a slip of the plan"
    assert "branched on 2026-12-10" in str(doubt(branched, said("10.3", "2026-10-10")))
    assert doubt(SHIPPED, said("10.1", "2025-12-01", KOJI, kind=Kind.BRANCHING)) is None


# Laws.

DAYS = st.dates(date(2026, 5, 1), date(2028, 6, 1))


@st.composite
def words(draw: st.DrawFn) -> Word:
    kind = draw(st.sampled_from((Kind.GA, Kind.GA, Kind.GA, Kind.BRANCHING, Kind.END, Kind.FINAL)))
    source = PERSON if kind is Kind.FINAL else draw(st.sampled_from(SOURCES))
    major = draw(st.sampled_from((9, 10, 11)))
    minor = None if kind is Kind.END else draw(st.integers(8, 11) if major == 9 else st.integers(0, 4))
    day = None if kind is Kind.FINAL or not draw(st.integers(0, 5)) else draw(DAYS)
    at = datetime.combine(draw(DAYS), time(draw(st.integers(0, 23))), UTC)
    return Word(Event(kind, major, minor), day, source, at)


MANY_WORDS = st.lists(words(), max_size=12)


@given(MANY_WORDS, st.randoms())
def test_knowledge_added_in_any_order_and_any_number_of_times_gives_the_same_calendar(
    told: list[Word], chance: random.Random
) -> None:
    shuffled = [*told, *told[:3]]
    chance.shuffle(shuffled)
    assert with_words(SHIPPED, shuffled) == with_words(SHIPPED, told)


@given(MANY_WORDS)
def test_no_word_is_lost_it_is_in_the_calendar_or_set_aside_or_an_older_one(told: list[Word]) -> None:
    merged = with_words(SHIPPED, told)
    aside = {word for word, _ in merged.set_aside}
    for word in newest_words(told).values():
        event, day = word.event, word.day
        if word in aside or day is None or event.minor is None:
            continue
        of = next(one for one in merged.calendar.major(event.major).minors if one.number == event.minor)
        shown = of.ga if event.kind is Kind.GA else of.branched
        newer_shipped = any(one.source == word.source and one.learnt_at is None for one in shown)
        assert newer_shipped or (day, word.source) in {(one.day, one.source) for one in shown}


@given(MANY_WORDS, st.dates(date(2026, 5, 1), date(2027, 12, 31)), st.sampled_from((9, 10)))
@example([], date(2026, 6, 15), 9)
def test_a_projection_never_ends_a_commitment(told: list[Word], entered: date, major: int) -> None:
    """Without the plans in it a calendar ends the same commitments, on the same days."""
    knows_all = with_words(SHIPPED, told).calendar
    as_of = date(2028, 6, 30)
    if entered > knows_all.end_of_maintenance(major):
        return
    with_plans, without = (
        lifetime(Collection(major), entered, as_of, calendar, Profile())
        for calendar in (knows_all, _without_plans(knows_all))
    )
    assert (with_plans.over, with_plans.over and with_plans.ends) == (
        without.over,
        without.over and without.ends,
    )


def _without_plans(calendar: Calendar) -> Calendar:
    """Only what really happened, by the reports that nobody denied."""

    def bare(minor: Minor) -> Minor:
        return replace(minor, ga=tuple(_reports(minor.ga)), branched=tuple(_reports(minor.branched)))

    return Calendar(tuple(replace(major, minors=tuple(map(bare, major.minors))) for major in calendar.majors))
