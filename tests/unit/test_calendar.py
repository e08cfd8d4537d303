# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar: facts, plans, projections, and sources that disagree (POLICY L1, FIELD 7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from epelbot.domain.calendar import (
    Authority,
    Calendar,
    CalendarDay,
    Compose,
    Major,
    Milestone,
    Minor,
    add_months,
    parse_minor,
)
from epelbot.errors import ConfigError
from epelbot.shipped import load_calendar

TODAY = date(2026, 11, 23)
CADENCE = 6
SHIPPED = load_calendar()


def on(
    day: str, source: str = "x", learnt: str = "2026-11-23", who: Authority = Authority.OTHER
) -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), source, date.fromisoformat(learnt), who)


def rhel9(*minors: Minor, final: int | None = 10) -> Calendar:
    return Calendar((Major(9, on("2032-05-31"), final, minors),))


def ga(calendar: Calendar, name: str, as_of: date = TODAY) -> Milestone:
    major, number = parse_minor(name)
    return calendar.releases(major, as_of, CADENCE)[number]


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            ("2024-01-31", 13, "2025-02-28"),
            ("2023-01-31", 13, "2024-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2026-05-31", 6, "2026-11-30"),
            ("2019-08-31", 13, "2020-09-30"),
            ("2026-12-01", 1, "2027-01-01"),
            ("2026-11-30", 13, "2027-12-30"),
        ],
    )
    def test_same_day_number_or_the_last_day_of_a_shorter_month(
        self, day: str, months: int, expected: str
    ) -> None:
        assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


class TestNames:
    def test_a_minor_is_read_as_two_numbers(self) -> None:
        assert parse_minor("9.10") == (9, 10)

    @pytest.mark.parametrize("text", ["9", "9.01", "RHEL 9.1", "9.1 ", "9.1\n", "9.-1", "٩.1", "", "9.1.2"])
    def test_anything_else_is_no_minor(self, text: str) -> None:
        with pytest.raises(ValueError, match="no minor release"):
            parse_minor(text)

    def test_a_compose_is_named_after_the_month_of_its_freeze(self) -> None:
        assert Compose(7, 6, date(2019, 3, 12)).name == "7.06.201903"
        assert Compose(8, 10, date(2024, 5, 1)).name == "8.10.202405"


class TestShippedCalendar:
    @pytest.mark.parametrize(
        ("major", "days"),
        [
            (
                7,
                (
                    "2014-06-10 2015-03-05 2015-11-19 2016-11-03 2017-07-31 2018-04-10 2018-10-30 2019-08-06 "
                    "2020-03-31 2020-09-29"
                ),
            ),
            (
                8,
                (
                    "2019-05-07 2019-11-05 2020-04-28 2020-11-03 2021-05-18 2021-11-09 2022-05-10 2022-11-09 "
                    "2023-05-16 2023-11-14 2024-05-22"
                ),
            ),
            (
                9,
                (
                    "2022-05-18 2022-11-15 2023-05-10 2023-11-07 2024-04-30 2024-11-12 2025-05-20 2025-11-12 "
                    "2026-05-20"
                ),
            ),
            (10, "2025-05-20 2025-11-12 2026-05-20"),
        ],
    )
    def test_every_minor_that_is_out_has_its_day(self, major: int, days: str) -> None:
        out = [m.happened for m in SHIPPED.releases(major, TODAY, CADENCE) if m.happened is not None]
        assert out == [date.fromisoformat(day) for day in days.split()]

    @pytest.mark.parametrize(
        ("major", "last_day", "final"),
        [(7, "2024-06-30", 9), (8, "2029-05-31", 10), (9, "2032-05-31", 10), (10, "2035-05-31", 10)],
    )
    def test_every_major_has_its_last_day_and_its_last_minor(
        self, major: int, last_day: str, final: int
    ) -> None:
        assert SHIPPED.end_of_maintenance(major) == date.fromisoformat(last_day)
        assert SHIPPED.releases(major, TODAY, CADENCE)[-1].number == final

    def test_every_day_says_where_it_was_read(self) -> None:
        days = [d for major in SHIPPED.majors for m in major.minors for d in (*m.ga, *m.branched)]
        days += [major.end_of_maintenance for major in SHIPPED.majors]
        assert len(days) >= 37
        assert all(d.url and d.url.startswith("https://") and d.source for d in days)

    def test_nothing_unverified_is_shipped(self) -> None:
        assert ga(SHIPPED, "9.9").happened is None
        assert ga(SHIPPED, "10.3").happened is None

    def test_a_major_that_is_not_in_it_is_refused_with_those_that_are(self) -> None:
        with pytest.raises(ValueError, match="no RHEL 11, only 7, 8, 9, 10"):
            SHIPPED.releases(11, TODAY, CADENCE)


class TestFactsAndProjections:
    def test_the_next_minor_is_projected_six_months_after_the_last_known_one(self) -> None:
        assert ga(SHIPPED, "9.9", date(2026, 6, 1)) == Milestone(9, 9, expected=date(2026, 11, 20))

    def test_projections_count_from_the_last_known_day_so_that_short_months_do_not_add_up(self) -> None:
        calendar = rhel9(Minor(0, (on("2026-08-31"),)))
        assert ga(calendar, "9.1").expected == date(2027, 2, 28)
        assert ga(calendar, "9.2").expected == date(2027, 8, 31)

    def test_a_projected_day_that_has_passed_without_news_is_overdue_and_the_minor_not_out(self) -> None:
        assert not ga(SHIPPED, "9.9", date(2026, 11, 20)).overdue
        late = ga(SHIPPED, "9.9", date(2026, 11, 21))
        assert late.overdue
        assert late.happened is None

    def test_an_overdue_minor_does_not_move_the_projection_of_the_next(self) -> None:
        assert ga(SHIPPED, "9.10", TODAY).expected == date(2027, 5, 20)

    def test_a_day_that_a_person_entered_is_the_projection_and_those_after_it_follow(self) -> None:
        plan = on("2026-12-08", "alice", "2026-11-23", Authority.PERSON)
        calendar = SHIPPED.with_minor(9, 9, plan)
        assert ga(calendar, "9.9").expected == date(2026, 12, 8)
        assert ga(calendar, "9.10").expected == date(2027, 6, 8)

    def test_an_entered_day_does_not_become_a_fact_by_passing(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, on("2026-12-08", "alice", "2026-11-23", Authority.PERSON))
        assert not ga(calendar, "9.9", date(2026, 12, 8)).overdue
        late = ga(calendar, "9.9", date(2026, 12, 9))
        assert late == Milestone(9, 9, expected=date(2026, 12, 8), overdue=True)

    def test_it_becomes_a_fact_once_the_same_source_says_so_on_that_day_or_later(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, on("2026-12-08", "alice", "2026-11-23"))
        told = calendar.with_minor(9, 9, on("2026-12-08", "alice", "2026-12-08"))
        assert ga(told, "9.9", date(2026, 12, 8)).happened == date(2026, 12, 8)

    def test_a_report_that_it_is_out_counts_more_than_anybodys_plan(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, on("2026-12-08", "alice", "2026-11-23", Authority.PERSON))
        told = calendar.with_minor(9, 9, on("2026-12-02", "feed", "2026-12-05"))
        assert ga(told, "9.9", date(2026, 12, 5)).happened == date(2026, 12, 2)

    def test_an_older_word_of_a_source_that_arrives_late_changes_nothing(self) -> None:
        told = SHIPPED.with_minor(9, 9, on("2026-12-08", "feed", "2026-12-09"))
        assert told.with_minor(9, 9, on("2026-12-15", "feed", "2026-11-23")) == told

    def test_a_correction_replaces_what_the_same_source_said(self) -> None:
        told = SHIPPED.with_minor(9, 9, on("2026-12-08", "feed", "2026-12-09"))
        told = told.with_minor(9, 9, on("2026-12-07", "feed", "2026-12-09"))
        assert ga(told, "9.9", date(2026, 12, 9)) == Milestone(
            9, 9, begins=date(2026, 12, 7), happened=date(2026, 12, 7)
        )

    def test_as_of_a_past_day_what_came_later_had_not_happened(self) -> None:
        seen = ga(SHIPPED, "9.6", date(2025, 5, 19))
        assert seen == Milestone(9, 6, expected=date(2025, 5, 12), overdue=True)
        assert ga(SHIPPED, "9.6", date(2025, 5, 20)).happened == date(2025, 5, 20)

    def test_what_happened_by_then_counts_though_it_was_learnt_later(self) -> None:
        told = SHIPPED.with_minor(9, 9, on("2026-11-18", "feed", "2026-11-30"))
        assert ga(told, "9.9", date(2026, 11, 19)).happened == date(2026, 11, 18)

    def test_a_future_day_assumes_nothing_new(self) -> None:
        assert ga(SHIPPED, "9.9", date(2031, 1, 1)).happened is None

    def test_before_the_first_minor_nothing_hints_at_a_day(self) -> None:
        assert ga(SHIPPED, "8.1", date(2019, 5, 1)) == Milestone(8, 1)

    def test_without_a_known_last_minor_projections_stop_past_the_end_of_maintenance(self) -> None:
        calendar = rhel9(Minor(0, (on("2030-12-01", learnt="2030-12-01"),)), final=None)
        days = [m.expected for m in calendar.releases(9, date(2031, 1, 1), CADENCE)]
        assert days == [None, date(2031, 6, 1), date(2031, 12, 1), date(2032, 6, 1)]

    def test_a_minor_without_a_day_is_bounded_by_its_neighbours(self) -> None:
        calendar = SHIPPED.with_minor(9, 10, on("2026-11-20"))
        assert ga(calendar, "9.9") == Milestone(
            9,
            9,
            begins=date(2026, 5, 20),
            happened=date(2026, 11, 20),
            conflict="9.9: no day known, though 9.10 is out",
        )

    def test_days_out_of_order_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"9\.9 came out on 2026-05-20, which is not after 9\.8"):
            SHIPPED.with_minor(9, 9, on("2026-05-20"))

    def test_a_minor_after_the_last_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"8\.11 cannot come after the last minor, 8\.10"):
            SHIPPED.with_minor(8, 11, on("2026-05-20"))

    def test_a_minor_listed_twice_is_refused(self) -> None:
        with pytest.raises(ValueError, match="once each"):
            rhel9(Minor(1), Minor(1))


class TestDisagreement:
    def test_an_unsettled_day_has_an_earlier_and_a_later_end_and_both_are_shown(self) -> None:
        assert ga(SHIPPED, "9.0") == Milestone(
            9,
            0,
            begins=date(2022, 5, 17),
            happened=date(2022, 5, 18),
            conflict="9.0: 2022-05-17 (red-hat-article) or 2022-05-18 (red-hat-life-cycle)",
        )

    def test_on_the_earlier_day_the_minor_is_expected_on_the_later(self) -> None:
        seen = ga(SHIPPED, "9.0", date(2022, 5, 17))
        assert (seen.begins, seen.happened, seen.expected) == (
            date(2022, 5, 17),
            None,
            date(2022, 5, 18),
        )

    def test_red_hats_day_wins_over_others(self) -> None:
        calendar = rhel9(Minor(0, (on("2026-05-20", "feed"), on("2026-05-19", "rh", who=Authority.RED_HAT))))
        assert ga(calendar, "9.0") == Milestone(9, 0, begins=date(2026, 5, 19), happened=date(2026, 5, 19))

    def test_a_day_given_by_a_person_wins_over_red_hats(self) -> None:
        settled = SHIPPED.with_minor(9, 0, on("2022-05-18", "alice", who=Authority.PERSON))
        assert ga(settled, "9.0") == Milestone(9, 0, begins=date(2022, 5, 18), happened=date(2022, 5, 18))


class TestLeadingMinor:
    @pytest.mark.parametrize(
        ("day", "leads"),
        [("2024-09-01", 0), ("2025-02-17", 0), ("2025-02-18", 1), ("2025-11-11", 1)],
    )
    def test_the_minor_after_the_newest_branched_leads_from_that_day(self, day: str, leads: int) -> None:
        assert SHIPPED.leading_minor(10, date.fromisoformat(day)) == leads

    def test_once_a_minor_is_out_that_was_never_seen_branching_nobody_knows_what_leads(self) -> None:
        assert SHIPPED.leading_minor(10, date(2025, 11, 12)) is None

    def test_a_learnt_branching_answers_again(self) -> None:
        calendar = SHIPPED.with_branching(10, 1, on("2025-08-19", "koji")).with_branching(
            10, 2, on("2026-02-17", "koji")
        )
        assert calendar.leading_minor(10, date(2025, 8, 18)) == 1
        assert calendar.leading_minor(10, date(2025, 8, 19)) == 2
        assert calendar.leading_minor(10, TODAY) == 3

    def test_between_two_branchings_with_one_unknown_nobody_knows(self) -> None:
        calendar = SHIPPED.with_branching(10, 2, on("2026-02-17", "koji"))
        assert calendar.leading_minor(10, date(2025, 3, 1)) is None
        assert calendar.leading_minor(10, date(2026, 2, 17)) == 3

    def test_a_planned_branching_cuts_nothing(self) -> None:
        calendar = SHIPPED.with_branching(10, 1, on("2025-08-19", "plan", "2025-08-12"))
        assert calendar.leading_minor(10, date(2025, 8, 20)) == 1

    def test_before_rhel_10_nothing_leads(self) -> None:
        assert SHIPPED.leading_minor(9, TODAY) is None

    def test_after_the_last_minor_nothing_leads(self) -> None:
        calendar = Calendar((Major(10, on("2035-05-31"), 0, (Minor(0, branched=(on("2025-02-18"),)),)),))
        assert calendar.leading_minor(10, date(2025, 2, 17)) == 0
        assert calendar.leading_minor(10, date(2025, 2, 18)) is None


class TestDigest:
    def test_it_changes_with_a_day_and_for_its_major_only(self) -> None:
        told = SHIPPED.with_minor(9, 9, on("2026-11-20"))
        assert told.digest_of(9) != SHIPPED.digest_of(9)
        assert told.digest_of(8) == SHIPPED.digest_of(8)
        assert len({SHIPPED.digest_of(number) for number in (7, 8, 9, 10, 11)}) == 5

    def test_it_changes_with_the_end_of_maintenance_and_the_last_minor(self) -> None:
        longer = SHIPPED.with_end(9, on("2033-05-31", who=Authority.PERSON))
        assert len({one.digest_of(9) for one in (SHIPPED, longer, SHIPPED.with_final_minor(9, 11))}) == 3

    def test_it_changes_when_a_plan_becomes_a_fact(self) -> None:
        planned = SHIPPED.with_minor(9, 9, on("2026-12-08", learnt="2026-11-23"))
        happened = planned.with_minor(9, 9, on("2026-12-08", learnt="2026-12-08"))
        assert happened.digest_of(9) != planned.digest_of(9)

    def test_it_stays_when_the_same_is_heard_again(self) -> None:
        told = SHIPPED.with_minor(9, 9, on("2026-11-20", learnt="2026-11-23"))
        again = told.with_minor(9, 9, on("2026-11-20", learnt="2026-11-30"))
        other = load_calendar().with_minor(9, 9, on("2026-11-20"))
        assert again.digest_of(9) == told.digest_of(9) == other.digest_of(9)

    def test_it_stays_whatever_the_order_in_which_sources_speak(self) -> None:
        a, b = on("2026-11-20", "a"), on("2026-11-21", "b")
        one, other = (
            SHIPPED.with_minor(9, 9, a).with_minor(9, 9, b),
            SHIPPED.with_minor(9, 9, b).with_minor(9, 9, a),
        )
        assert one.digest_of(9) == other.digest_of(9)


class TestCalendarFile:
    GOOD = """
        checked = 2026-11-23
        [sources.me]
        authority = "person"
        [rhel.9]
        end_of_maintenance = { day = 2032-05-31, source = "me" }
        [rhel.9.ga]
        0 = [{ day = 2022-05-17, source = "me" }]
        1 = [{ day = 2027-01-12, source = "me" }]
    """

    def test_a_day_later_than_checked_is_a_plan(self, tmp_path: Path) -> None:
        calendar = self.load(tmp_path, self.GOOD)
        assert ga(calendar, "9.0", TODAY).happened == date(2022, 5, 17)
        assert ga(calendar, "9.1", date(2027, 2, 1)).overdue

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ('authority = "person"', 'authoritee = "person"', r"unknown key 'authoritee' in \[sources.me\]"),
            ("0 = [{ day =", "0 = [{ dya =", "valid ones are day, source, learnt, url"),
            ("[rhel.9.ga]", "[rhel.nine.ga]", "rhel.nine is 'nine' but must be a whole number"),
            ("checked = 2026-11-23", "", "checked"),
            ("2027-01-12", "2022-05-17", "one of the days is wrong"),
            ("2022-05-17", '"soon"', r"ga.0\[0\].day is 'soon' but must be a day"),
            ('2022-05-17, source = "me"', '2022-05-17, source = "you"', "which .sources. lacks"),
            ("= 2022-05-17", "= 2022-05-40", "not valid TOML"),
        ],
    )
    def test_what_is_wrong_with_it_is_said_in_one_sentence(
        self, tmp_path: Path, old: str, new: str, complaint: str
    ) -> None:
        assert old in self.GOOD
        with pytest.raises(ConfigError, match=complaint) as refused:
            self.load(tmp_path, self.GOOD.replace(old, new))
        assert "calendar.toml" in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
            load_calendar(tmp_path / "none.toml")

    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigError, match="not valid TOML"):
            load_calendar(tmp_path / "binary.toml")

    def load(self, folder: Path, text: str) -> Calendar:
        path = folder / "calendar.toml"
        path.write_text(text)
        return load_calendar(path)
