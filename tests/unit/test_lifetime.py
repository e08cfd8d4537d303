# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L1 and L2, sentence by sentence: how long a listing is owed, and with which compose it may leave."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import pytest

from epelbot.domain.calendar import Authority, Calendar, CalendarDay, Compose
from epelbot.domain.collection import Collection
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.profile import CalendarRules, LifetimeRules, Profile
from epelbot.domain.retirement import EarliestCompose
from epelbot.errors import BadInput
from epelbot.policy.minimum_lifetime import lifetime
from epelbot.policy.retire_at_a_release import earliest_compose
from epelbot.shipped import load_calendar, load_profile

TODAY = "2026-11-23"
SHIPPED = load_calendar()
DEFAULT = load_profile()


def day(text: str) -> date:
    return date.fromisoformat(text)


def told(when: str, learnt: str | None = None, who: Authority = Authority.OTHER) -> CalendarDay:
    """A day learnt when it came, unless said otherwise."""
    return CalendarDay(day(when), who.value, day(learnt or when), who)


def owed(
    collection: str,
    entered: str,
    as_of: str = TODAY,
    calendar: Calendar = SHIPPED,
    *,
    minor_releases: int = 1,
    months: int = 13,
    partial_minor_counts: bool = False,
) -> Lifetime:
    rules = LifetimeRules(minor_releases, months, partial_minor_counts)
    profile = replace(DEFAULT, lifetime=rules)
    return lifetime(Collection.parse(collection), day(entered), day(as_of), calendar, profile)


def leaves(
    commitment: Lifetime,
    calendar: Calendar = SHIPPED,
    *,
    frozen: tuple[Compose, ...] = (),
    approved_on: str | None = None,
    deferred_to: str | None = None,
) -> EarliestCompose | None:
    return earliest_compose(
        commitment.collection,
        commitment,
        commitment.as_of,
        calendar,
        DEFAULT,
        frozen=frozen,
        approved_on=day(approved_on) if approved_on else None,
        not_before_minor=deferred_to,
    )


def compose(minor: str, when: str | None) -> EarliestCompose:
    return EarliestCompose(minor, None, day(when) if when else None, projected=True)


def any_day_from(when: str) -> EarliestCompose:
    return EarliestCompose(None, None, day(when), projected=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of examples, as POLICY.md prints them."""

    collection: str
    entered: str
    first: str | None
    minor_rule: str | None
    months_rule: str
    ends: str
    by: str
    as_of: str = TODAY
    latest: str | None = None
    projected: bool = False
    overdue: bool = False
    over: bool = True

    def __str__(self) -> str:
        return f"{self.collection} {self.entered} seen {self.as_of}"


def check(row: Row, calendar: Calendar = SHIPPED) -> None:
    seen = owed(row.collection, row.entered, row.as_of, calendar)
    assert Row(
        row.collection,
        row.entered,
        seen.first_whole_minor,
        seen.minor_rule_ends.isoformat() if seen.minor_rule_ends else None,
        seen.months_rule_ends.isoformat(),
        seen.ends.isoformat(),
        seen.by.value,
        row.as_of,
        seen.latest.isoformat(),
        seen.projected,
        seen.overdue,
        seen.over,
    ) == replace(row, latest=row.latest or row.ends)


WORKED = (
    Row("epel9", "2024-06-03", "9.5", "2025-05-20", "2025-07-03", "2025-05-20", "minor-release"),
    Row("epel9", "2024-11-12", "9.5", "2025-05-20", "2025-12-12", "2025-05-20", "minor-release"),
    Row("epel9", "2024-11-13", "9.6", "2025-11-12", "2025-12-13", "2025-11-12", "minor-release"),
    Row("epel8", "2023-12-01", "8.10", None, "2025-01-01", "2025-01-01", "months"),
    Row("epel7", "2019-08-31", "7.8", "2020-09-29", "2020-09-30", "2020-09-29", "minor-release"),
    Row("epel7", "2019-08-29", "7.8", "2020-09-29", "2020-09-29", "2020-09-29", "minor-release"),
    Row("epel8", "2024-01-31", "8.10", None, "2025-02-28", "2025-02-28", "months"),
    Row(
        "epel9",
        "2026-06-15",
        "9.9",
        "2027-05-20",
        "2027-07-15",
        "2027-05-20",
        "minor-release",
        latest="2027-07-15",
        projected=True,
        overdue=True,
        over=False,
    ),
)


class TestWorkedExamples:
    @pytest.mark.parametrize("row", WORKED, ids=str)
    def test_the_table_of_the_policy(self, row: Row) -> None:
        check(row)


class TestFirstWholeMinor:
    def test_a_cycle_already_under_way_at_the_entry_does_not_count(self) -> None:
        assert owed("epel9", "2024-05-01").first_whole_minor == "9.5"

    def test_a_cycle_that_begins_on_the_day_of_the_entry_counts(self) -> None:
        assert owed("epel9", "2024-04-30").first_whole_minor == "9.4"

    def test_a_package_that_entered_the_day_before_a_ga_owes_that_whole_minor(self) -> None:
        seen = owed("epel9", "2025-05-19")
        assert (seen.first_whole_minor, seen.ends) == ("9.6", day("2025-11-12"))

    def test_unless_partial_minors_count(self) -> None:
        seen = owed("epel9", "2025-05-19", partial_minor_counts=True)
        assert (seen.first_whole_minor, seen.ends) == ("9.5", day("2025-05-20"))

    def test_a_minor_out_on_the_day_of_the_entry_is_whole_and_not_partial(self) -> None:
        seen = owed("epel9", "2025-05-20", partial_minor_counts=True)
        assert (seen.first_whole_minor, seen.ends) == ("9.6", day("2025-11-12"))

    def test_before_the_first_minor_of_a_major_the_first_is_whole(self) -> None:
        for partial in (True, False):
            assert owed("epel8", "2019-04-01", partial_minor_counts=partial).first_whole_minor == "8.0"

    def test_a_minor_not_out_yet_is_whole_though_its_projected_day_lies_before_the_entry(self) -> None:
        check(
            Row(
                "epel9",
                "2026-11-22",
                "9.9",
                "2027-05-20",
                "2027-12-22",
                "2027-05-20",
                "minor-release",
                latest="2027-12-22",
                projected=True,
                overdue=True,
                over=False,
            )
        )

    def test_after_the_last_minor_there_is_none(self) -> None:
        check(Row("epel8", "2024-05-23", None, None, "2025-06-23", "2025-06-23", "months"))

    def test_the_last_minor_may_be_under_way_and_still_has_no_end(self) -> None:
        seen = owed("epel8", "2024-05-23", partial_minor_counts=True)
        assert (seen.first_whole_minor, seen.minor_rule_ends, seen.by.value) == ("8.10", None, "months")


class TestMinorRule:
    def test_it_ends_at_00_00_utc_of_the_ga_day_that_follows_the_first_whole_minor(self) -> None:
        assert not owed("epel9", "2024-06-03", "2025-05-19").over
        assert owed("epel9", "2024-06-03", "2025-05-20").over

    def test_with_k_minors_the_ga_that_ends_the_kth_whole_minor_counts(self) -> None:
        seen = owed("epel9", "2024-06-03", minor_releases=2, months=40)
        assert (seen.first_whole_minor, seen.closing_minor, seen.ends) == ("9.5", "9.7", day("2025-11-12"))

    def test_after_a_last_minor_that_is_not_out_yet_it_has_no_end_either(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08"))
        seen = owed("epel9", "2026-12-10", "2026-12-10", calendar)
        assert (seen.first_whole_minor, seen.closing_minor, seen.minor_rule_ends) == ("9.10", None, None)
        assert (seen.ends, seen.by.value, seen.projected) == (day("2028-01-10"), "months", False)

    def test_nor_do_k_minors_that_reach_past_the_last(self) -> None:
        assert owed("epel8", "2023-06-01", minor_releases=2).minor_rule_ends is None


class TestMonthsRule:
    def test_thirteen_calendar_months_on_the_same_day_number(self) -> None:
        assert owed("epel8", "2023-12-01").months_rule_ends == day("2025-01-01")

    def test_or_the_last_day_of_a_shorter_month(self) -> None:
        assert owed("epel8", "2024-01-31").months_rule_ends == day("2025-02-28")
        assert owed("epel8", "2023-01-31").months_rule_ends == day("2024-02-29")

    def test_it_decides_when_it_comes_before_the_minor(self) -> None:
        seen = owed("epel9", "2024-06-03", months=6)
        assert (seen.ends, seen.by.value) == (day("2024-12-03"), "months")

    def test_on_a_tie_the_minor_rule_is_named(self) -> None:
        seen = owed("epel7", "2019-08-29")
        assert seen.minor_rule_ends == seen.months_rule_ends == day("2020-09-29")
        assert seen.by.value == "minor-release"

    def test_it_is_a_fact_though_it_lies_ahead(self) -> None:
        seen = owed("epel9", "2026-02-01")
        assert (seen.ends, seen.projected, seen.latest) == (day("2027-03-01"), False, day("2027-03-01"))


class TestEndOfMaintenance:
    def test_it_caps_both_rules_and_its_last_day_is_still_supported(self) -> None:
        assert not owed("epel7", "2024-01-15", "2024-06-30").over
        check(Row("epel7", "2024-01-15", None, None, "2025-02-15", "2024-07-01", "end-of-life"))

    def test_it_is_named_only_when_it_is_strictly_earlier(self) -> None:
        assert owed("epel7", "2023-06-01").months_rule_ends == day("2024-07-01")
        assert owed("epel7", "2023-06-01").by.value == "months"
        assert owed("epel7", "2023-06-02").by.value == "end-of-life"

    def test_it_is_a_fact_though_it_lies_ahead(self) -> None:
        seen = owed("epel8", "2028-12-01", "2029-01-01")
        assert (seen.ends, seen.by.value, seen.projected) == (day("2029-06-01"), "end-of-life", False)

    def test_an_entry_on_the_last_day_is_owed_that_day(self) -> None:
        seen = owed("epel7", "2024-06-30", "2024-06-30")
        assert (seen.ends, seen.over) == (day("2024-07-01"), False)


class TestImpossibleQuestions:
    def test_an_entry_after_the_end_of_maintenance_is_an_error(self) -> None:
        with pytest.raises(BadInput, match="epel7 was closed when RHEL 7's maintenance ended on 2024-06-30"):
            owed("epel7", "2024-07-01")

    def test_an_entry_after_the_day_asked_about_is_an_error(self) -> None:
        with pytest.raises(BadInput, match="entered on 2026-11-24, so nothing was owed yet on 2026-11-23"):
            owed("epel9", "2026-11-24")

    def test_an_entry_after_today_is_an_error_though_a_later_day_is_asked_about(self) -> None:
        with pytest.raises(BadInput, match="2027-01-01 lies after today, 2026-11-23"):
            lifetime(Collection(9), day("2027-01-01"), day("2028-01-01"), SHIPPED, DEFAULT, today=day(TODAY))

    def test_a_major_that_the_calendar_lacks_is_an_error(self) -> None:
        with pytest.raises(BadInput, match="epel11 cannot be judged: the calendar holds no RHEL 11"):
            owed("epel11", "2026-01-01")

    def test_a_trailing_collection_has_no_commitments_of_its_own(self) -> None:
        with pytest.raises(
            BadInput, match=r"nothing leaves it before RHEL 10\.1 is superseded; ask about epel10"
        ):
            owed("epel10.1", "2026-01-01")

    @pytest.mark.parametrize(
        ("collection", "sentence"),
        [
            (
                "epel10.7",
                "there is no epel10.7 yet, as far as the calendar knows on 2026-11-23: RHEL 10.7 is",
            ),
            ("epel10.3", "there is no epel10.3 yet"),
            ("epel10.11", "there will be no epel10.11: RHEL 10 ends with 10.10; ask about epel10"),
            ("epel11.2", "epel11.2 cannot be judged: the calendar holds no RHEL 11"),
        ],
    )
    def test_a_trailing_collection_that_does_not_exist_is_not_spoken_of_as_if_it_did(
        self, collection: str, sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=re.escape(sentence)) as refused:
            owed(collection, "2026-01-01")
        assert "superseded" not in str(refused.value)

    def test_a_trailing_collection_exists_from_the_day_of_its_branching(self) -> None:
        calendar = SHIPPED.with_branching(10, 3, told("2026-11-10"))
        with pytest.raises(BadInput, match=r"nothing leaves it before RHEL 10\.3 is superseded"):
            owed("epel10.3", "2026-01-01", calendar=calendar)
        with pytest.raises(BadInput, match=r"there is no epel10\.3 yet"):
            owed("epel10.3", "2026-01-01", "2026-11-09", calendar=calendar)


class TestProjections:
    def test_a_projected_end_is_shown_with_the_day_by_which_it_is_over_at_the_latest(self) -> None:
        check(
            Row(
                "epel9",
                "2026-04-01",
                "9.8",
                "2026-11-20",
                "2027-05-01",
                "2026-11-20",
                "minor-release",
                as_of="2026-06-01",
                latest="2027-05-01",
                projected=True,
                over=False,
            )
        )

    def test_a_projection_never_ends_a_commitment(self) -> None:
        on_the_day = owed("epel9", "2026-04-01", "2026-11-20")
        assert (on_the_day.ends, on_the_day.over) == (day("2026-11-20"), False)

    def test_once_overdue_it_is_no_end_any_more_and_the_months_count(self) -> None:
        check(
            Row(
                "epel9",
                "2026-04-01",
                "9.8",
                None,
                "2027-05-01",
                "2027-05-01",
                "months",
                as_of="2026-11-21",
                overdue=True,
                over=False,
            )
        )

    def test_the_months_end_it_even_if_rhel_never_moves(self) -> None:
        seen = owed("epel9", "2026-06-15", "2027-07-15")
        assert (seen.ends, seen.by.value, seen.projected, seen.over) == (
            day("2027-07-15"),
            "months",
            False,
            True,
        )

    def test_a_day_that_a_person_entered_is_a_projection_too(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08", TODAY, Authority.PERSON))
        seen = owed("epel9", "2026-04-01", TODAY, calendar)
        assert (seen.ends, seen.projected, seen.overdue) == (day("2026-12-08"), True, False)
        passed = owed("epel9", "2026-04-01", "2026-12-09", calendar)
        assert (passed.ends, passed.overdue, passed.over) == (day("2027-05-01"), True, False)

    def test_once_the_closing_minor_is_really_out_it_is_over(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08"))
        check(
            Row(
                "epel9",
                "2026-04-01",
                "9.8",
                "2026-12-08",
                "2027-05-01",
                "2026-12-08",
                "minor-release",
                as_of="2026-12-08",
            ),
            calendar,
        )

    def test_the_cadence_is_a_setting(self) -> None:
        profile = replace(DEFAULT, calendar=CalendarRules(cadence_months=7))
        seen = lifetime(Collection(9), day("2026-04-01"), day(TODAY), SHIPPED, profile)
        assert seen.ends == day("2026-12-20")

    def test_on_a_tie_with_a_projection_the_minor_rule_is_named_but_the_months_end_it(self) -> None:
        ahead = owed("epel9", "2025-10-12", "2026-05-11", months=7)
        assert (ahead.ends, ahead.by.value, ahead.projected) == (day("2026-05-12"), "minor-release", True)
        there = owed("epel9", "2025-10-12", "2026-05-12", months=7)
        assert (there.ends, there.by.value, there.projected) == (day("2026-05-12"), "months", False)
        assert (ahead.over, there.over) == (False, True)

    def test_as_of_a_past_day_the_rules_see_what_had_happened_by_then(self) -> None:
        check(
            Row(
                "epel9",
                "2024-06-03",
                "9.5",
                "2025-05-12",
                "2025-07-03",
                "2025-05-12",
                "minor-release",
                as_of="2025-01-01",
                latest="2025-07-03",
                projected=True,
                over=False,
            )
        )

    def test_before_a_majors_first_ga_the_minor_rule_is_open(self) -> None:
        seen = owed("epel8", "2019-04-01", "2019-05-01")
        assert (seen.first_whole_minor, seen.closing_minor, seen.minor_rule_ends) == ("8.0", "8.1", None)
        assert (seen.ends, seen.by.value, seen.overdue) == (day("2020-05-01"), "months", False)


class TestDisagreement:
    """9.7 is made to have two days of equal weight: 2025-11-12 and 2025-11-13."""

    UNSETTLED = SHIPPED.with_minor(9, 7, CalendarDay(day("2025-11-13"), "another", day("2025-11-20")))
    PHRASE = "9.7: 2025-11-12 (endoflife.date) or 2025-11-13 (another)"

    def test_the_earlier_day_ends_no_commitment(self) -> None:
        seen = owed("epel9", "2025-05-01", "2025-11-12", self.UNSETTLED)
        assert (seen.ends, seen.over, seen.projected) == (day("2025-11-13"), False, True)
        assert owed("epel9", "2025-05-01", "2025-11-13", self.UNSETTLED).over

    def test_the_later_begins_no_cycle(self) -> None:
        assert owed("epel9", "2025-11-12", calendar=self.UNSETTLED).first_whole_minor == "9.7"
        assert owed("epel9", "2025-11-13", calendar=self.UNSETTLED).first_whole_minor == "9.8"

    def test_both_are_shown_where_they_matter(self) -> None:
        for entered in ("2024-12-01", "2025-05-21", "2025-11-12", "2025-11-13"):
            assert owed("epel9", entered, calendar=self.UNSETTLED).conflicts == (self.PHRASE,)
        for entered in ("2024-06-03", "2025-11-14"):
            assert owed("epel9", entered, calendar=self.UNSETTLED).conflicts == ()

    def test_a_persons_day_settles_it(self) -> None:
        settled = self.UNSETTLED.with_minor(9, 7, told("2025-11-13", TODAY, Authority.PERSON))
        seen = owed("epel9", "2025-11-13", calendar=settled)
        assert (seen.first_whole_minor, seen.conflicts) == ("9.7", ())

    def test_then_red_hats(self) -> None:
        settled = self.UNSETTLED.with_minor(9, 7, told("2025-11-12", TODAY, Authority.RED_HAT))
        assert owed("epel9", "2025-11-13", calendar=settled).first_whole_minor == "9.8"

    def test_red_hats_own_two_days_for_9_0_are_unsettled(self) -> None:
        assert owed("epel9", "2022-05-17").first_whole_minor == "9.0"
        seen = owed("epel9", "2022-05-18")
        assert seen.first_whole_minor == "9.1"
        assert seen.conflicts == ("9.0: 2022-05-17 (red-hat-article) or 2022-05-18 (red-hat-life-cycle)",)

    def test_a_minor_that_was_missed_ends_nothing_before_its_follower_is_out(self) -> None:
        calendar = SHIPPED.with_minor(9, 10, told("2027-05-18"))
        seen = owed("epel9", "2026-05-20", "2027-05-18", calendar)
        assert (seen.closing_minor, seen.ends) == ("9.9", day("2027-05-18"))
        assert seen.conflicts == ("9.9: no day known, though 9.10 is out",)


BRANCHED = (
    SHIPPED.with_branching(10, 1, told("2025-08-19"))
    .with_branching(10, 2, told("2026-02-17"))
    .with_branching(10, 3, told("2026-08-18"))
)


class TestRhel10:
    @pytest.mark.parametrize(
        "row",
        [
            # 10.0 led, until epel10.0 was branched.
            Row("epel10", "2025-01-15", "10.0", "2025-02-18", "2026-02-15", "2025-02-18", "minor-release"),
            # From the day of the branching on 10.1 leads; epel10.1 was branched in August.
            Row("epel10", "2025-02-18", "10.1", "2025-08-19", "2026-03-18", "2025-08-19", "minor-release"),
            Row("epel10", "2025-08-18", "10.1", "2025-08-19", "2026-09-18", "2025-08-19", "minor-release"),
            Row("epel10", "2025-08-19", "10.2", "2026-02-17", "2026-09-19", "2026-02-17", "minor-release"),
            # GA days (10.2: 2026-05-20) play no part.
            Row("epel10", "2026-05-20", "10.3", "2026-08-18", "2027-06-20", "2026-08-18", "minor-release"),
            # 10.4 leads and is not branched: no projection, the months count.
            Row("epel10", "2026-09-01", "10.4", None, "2027-10-01", "2027-10-01", "months", over=False),
        ],
        ids=str,
    )
    def test_the_listing_may_leave_from_the_day_the_minor_that_led_is_branched(self, row: Row) -> None:
        check(row, BRANCHED)

    @pytest.mark.parametrize(
        "row",
        [
            Row("epel10", "2025-01-15", "10.0", "2025-02-18", "2026-02-15", "2025-02-18", "minor-release"),
            Row("epel10", "2025-03-01", "10.1", None, "2026-04-01", "2026-04-01", "months"),
            Row("epel10", "2026-06-15", None, None, "2027-07-15", "2027-07-15", "months", over=False),
        ],
        ids=str,
    )
    def test_until_a_branching_is_known_the_minor_rule_is_open_and_the_months_count(self, row: Row) -> None:
        check(row)

    def test_as_of_a_day_before_the_branching_it_is_open_too(self) -> None:
        seen = owed("epel10", "2025-01-15", "2025-02-17")
        assert (seen.first_whole_minor, seen.minor_rule_ends, seen.over) == ("10.0", None, False)

    def test_an_announced_branching_is_a_projection_and_ends_nothing(self) -> None:
        calendar = BRANCHED.with_branching(10, 4, told("2026-12-01", TODAY))
        seen = owed("epel10", "2026-09-01", TODAY, calendar)
        assert (seen.ends, seen.projected, seen.latest) == (day("2026-12-01"), True, day("2027-10-01"))
        passed = owed("epel10", "2026-09-01", "2026-12-02", calendar)
        assert (passed.ends, passed.overdue, passed.over) == (day("2027-10-01"), True, False)

    def test_a_branching_that_was_never_learnt_ends_nothing_though_the_next_is_known(self) -> None:
        calendar = SHIPPED.with_branching(10, 2, told("2026-02-17"))
        missed = owed("epel10", "2025-01-15", calendar=calendar, minor_releases=2, months=20)
        assert (missed.closing_minor, missed.minor_rule_ends, missed.by.value) == ("10.1", None, "months")
        known = owed("epel10", "2025-01-15", calendar=calendar, minor_releases=3, months=20)
        assert (known.closing_minor, known.ends) == ("10.2", day("2026-02-17"))

    def test_with_k_minors_the_kth_branching_counts(self) -> None:
        seen = owed("epel10", "2025-03-01", calendar=BRANCHED, minor_releases=2)
        assert (seen.closing_minor, seen.ends) == ("10.2", day("2026-02-17"))

    def test_partial_minors_make_no_difference(self) -> None:
        seen = owed("epel10", "2025-03-01", calendar=BRANCHED, partial_minor_counts=True)
        assert (seen.first_whole_minor, seen.ends) == ("10.1", day("2025-08-19"))

    def test_after_the_last_minor_the_minor_rule_has_no_end(self) -> None:
        calendar = SHIPPED
        for minor in range(1, 10):
            calendar = calendar.with_branching(10, minor, told(f"{2025 + minor}-02-18"))
        seen = owed("epel10", "2034-03-01", "2034-03-01", calendar)
        assert (seen.first_whole_minor, seen.closing_minor, seen.ends) == ("10.10", None, day("2035-04-01"))

    def test_sources_that_disagree_on_a_branching_are_both_shown_and_the_later_ends(self) -> None:
        calendar = BRANCHED.with_branching(10, 1, CalendarDay(day("2025-08-20"), "koji", day("2025-08-20")))
        phrase = "10.1: 2025-08-19 (other) or 2025-08-20 (koji)"
        led = owed("epel10", "2025-08-18", calendar=calendar)
        assert (led.first_whole_minor, led.ends, led.conflicts) == ("10.1", day("2025-08-20"), (phrase,))
        unclear = owed("epel10", "2025-08-19", calendar=calendar)
        assert (unclear.first_whole_minor, unclear.conflicts) == ("10.2", (phrase,))
        assert owed("epel10", "2025-08-20", calendar=calendar).conflicts == ()


class TestWhenItFlips:
    def test_a_commitment_that_is_over_never_flips(self) -> None:
        assert owed("epel9", "2024-06-03").flips_on is None

    def test_it_flips_on_the_day_by_which_it_is_over(self) -> None:
        assert owed("epel9", "2026-02-01").flips_on == day("2027-03-01")

    def test_a_projection_that_may_pass_makes_it_worth_another_look(self) -> None:
        assert owed("epel9", "2026-04-01", "2026-11-20").flips_on == day("2026-11-21")


class TestWhatAWriterNeeds:
    def test_the_days_of_the_first_whole_and_of_the_closing_minor_stand_beside_their_names(self) -> None:
        seen = owed("epel9", "2026-06-15")
        assert seen.first_whole is not None
        assert seen.closing is not None
        assert (seen.first_whole.name, seen.first_whole.expected) == ("9.9", day("2026-11-20"))
        assert (seen.closing.name, seen.closing.expected) == ("9.10", day("2027-05-20"))

    def test_in_epel10_the_closing_one_is_a_branching_and_the_first_ones_ga_plays_no_part(self) -> None:
        seen = owed("epel10", "2025-01-15")
        assert seen.first_whole is None
        assert seen.closing is not None
        assert (seen.closing.name, seen.closing.happened) == ("10.0", day("2025-02-18"))

    def test_after_the_last_minor_there_is_neither(self) -> None:
        seen = owed("epel8", "2024-05-23")
        assert (seen.first_whole, seen.closing) == (None, None)


class TestRetireAtARelease:
    def test_with_the_first_compose_whose_ga_day_is_on_or_after_the_end_of_the_commitment(self) -> None:
        assert leaves(owed("epel9", "2025-05-25", "2026-05-21")) == compose("9.9", "2026-11-20")

    def test_the_minor_that_ends_the_commitment_is_itself_the_compose(self) -> None:
        assert leaves(owed("epel9", "2026-06-15", "2026-06-15")) == compose("9.10", "2027-05-20")

    def test_where_the_months_decide_it_is_the_first_expected_from_then_on(self) -> None:
        assert leaves(owed("epel9", "2025-11-20", "2026-05-10", months=2)) == compose("9.8", "2026-05-12")
        assert leaves(owed("epel9", "2026-01-12", "2026-05-10", months=4)) == compose("9.8", "2026-05-12")
        assert leaves(owed("epel9", "2026-01-20", "2026-05-10", months=4)) == compose("9.9", "2026-11-12")

    def test_a_minor_that_is_out_is_too_late_even_on_its_ga_day(self) -> None:
        before = leaves(owed("epel9", "2024-06-03", "2025-05-19"))
        assert before is not None
        assert before.minor == "9.6"
        assert leaves(owed("epel9", "2024-06-03", "2025-05-20")) == compose("9.7", "2025-11-20")

    def test_a_compose_that_is_overdue_has_no_day_in_the_past(self) -> None:
        assert leaves(owed("epel9", "2024-06-03")) == EarliestCompose(
            "9.9", None, None, projected=True, was_expected=day("2026-11-20")
        )

    def test_while_its_closing_minor_is_overdue_that_minor_is_still_the_compose(self) -> None:
        found = leaves(owed("epel9", "2026-04-01"))
        assert found is not None
        assert (found.minor, found.day, found.was_expected) == ("9.9", None, day("2026-11-20"))

    def test_a_frozen_compose_is_too_late(self) -> None:
        listing = owed("epel9", "2024-06-03", "2026-11-10")
        frozen = (Compose(9, 9, day("2026-11-10")),)
        assert leaves(listing) == compose("9.9", "2026-11-20")
        assert leaves(listing, frozen=frozen) == compose("9.10", "2027-05-20")
        assert leaves(listing, frozen=(Compose(8, 9, day("2026-11-10")),)) == compose("9.9", "2026-11-20")

    def test_unless_the_retirement_was_approved_before_the_freeze(self) -> None:
        listing = owed("epel9", "2024-06-03", "2026-11-12")
        frozen = (Compose(9, 9, day("2026-11-10")),)
        kept = EarliestCompose("9.9", "9.09.202611", day("2026-11-20"), projected=True)
        assert leaves(listing, frozen=frozen, approved_on="2026-11-09") == kept
        assert leaves(listing, frozen=frozen, approved_on="2026-11-10") == compose("9.10", "2027-05-20")

    def test_once_the_compose_it_was_approved_for_is_out_it_may_leave(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08"))
        listing = owed("epel9", "2024-06-03", "2026-12-10", calendar)
        out = EarliestCompose("9.9", None, day("2026-12-08"), projected=False)
        assert leaves(listing, calendar, approved_on="2026-12-07") == out
        assert leaves(listing, calendar, approved_on="2026-12-08") == compose("9.10", "2027-06-08")
        assert leaves(listing, calendar) == compose("9.10", "2027-06-08")

    def test_an_early_approval_lets_nothing_leave_with_a_compose_before_the_end_of_the_commitment(
        self,
    ) -> None:
        listing = owed("epel9", "2024-06-03", "2025-11-20")
        assert leaves(listing, approved_on="2024-10-01") == EarliestCompose(
            "9.6", None, day("2025-05-20"), projected=False
        )

    def test_a_freeze_that_is_known_in_advance_names_the_compose(self) -> None:
        listing = owed("epel9", "2024-06-03", "2026-11-01")
        found = leaves(listing, frozen=(Compose(9, 9, day("2026-11-10")),))
        assert found is not None
        assert found.name == "9.09.202611"

    def test_if_no_further_minor_will_come_any_day_from_the_end_on(self) -> None:
        assert leaves(owed("epel8", "2023-12-01")) == any_day_from("2025-01-01")
        assert leaves(owed("epel8", "2026-10-01")) == any_day_from("2027-11-01")

    def test_if_the_last_minor_comes_before_the_end_any_day_from_the_end_on(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08"))
        assert leaves(owed("epel9", "2026-12-10", "2026-12-10", calendar), calendar) == any_day_from(
            "2028-01-10"
        )

    def test_if_the_last_minor_is_frozen_but_not_out_not_before_it_is(self) -> None:
        calendar = SHIPPED.with_minor(9, 9, told("2026-12-08"))
        listing = owed("epel9", "2024-06-03", "2027-06-01", calendar)
        found = leaves(listing, calendar, frozen=(Compose(9, 10, day("2027-05-25")),))
        assert found == EarliestCompose(None, None, day("2027-06-08"), projected=True)

    def test_nothing_leaves_a_closed_collection(self) -> None:
        assert leaves(owed("epel7", "2019-08-31", "2024-06-30")) == any_day_from("2020-09-29")
        assert leaves(owed("epel7", "2019-08-31", "2024-07-01")) is None

    def test_a_deferral_to_a_named_minor_is_kept(self) -> None:
        listing = owed("epel9", "2024-06-03", "2026-06-01")
        assert leaves(listing, deferred_to="9.10") == compose("9.10", "2027-05-20")
        assert leaves(listing, deferred_to="9.7") == compose("9.9", "2026-11-20")

    @pytest.mark.parametrize("minor", ["8.10", "9.11", "9", "soon"])
    def test_a_deferral_to_a_minor_that_cannot_come_is_refused(self, minor: str) -> None:
        with pytest.raises(BadInput):
            leaves(owed("epel9", "2024-06-03"), deferred_to=minor)

    def test_a_listing_that_is_owed_nothing_may_leave_with_the_next_compose(self) -> None:
        found = earliest_compose(Collection(9), None, day("2026-06-01"), SHIPPED, DEFAULT)
        assert found == compose("9.9", "2026-11-20")

    def test_epel10_leaves_on_a_day_and_not_with_a_compose(self) -> None:
        assert leaves(owed("epel10", "2025-01-15")) == any_day_from("2025-02-18")
        assert leaves(owed("epel10", "2026-06-15")) == any_day_from("2027-07-15")

    def test_epel10_deferred_to_a_minor_leaves_once_that_leads(self) -> None:
        listing = owed("epel10", "2025-01-15", calendar=BRANCHED)
        assert leaves(listing, BRANCHED, deferred_to="10.0") == any_day_from("2025-02-18")
        assert leaves(listing, BRANCHED, deferred_to="10.3") == any_day_from("2026-02-17")
        assert leaves(listing, BRANCHED, deferred_to="10.5") == EarliestCompose(
            None, None, None, projected=True
        )

    @pytest.mark.parametrize(
        ("trailing", "as_of", "expected"),
        [
            ("epel10.1", TODAY, any_day_from("2026-05-20")),
            ("epel10.2", "2026-06-01", EarliestCompose(None, None, day("2026-11-20"), projected=True)),
            (
                "epel10.2",
                TODAY,
                EarliestCompose(None, None, None, projected=True, was_expected=day("2026-11-20")),
            ),
            ("epel10.10", TODAY, any_day_from("2035-06-01")),
        ],
    )
    def test_nothing_leaves_a_trailing_collection_before_its_minor_is_superseded(
        self, trailing: str, as_of: str, expected: EarliestCompose
    ) -> None:
        found = earliest_compose(Collection.parse(trailing), None, day(as_of), SHIPPED, Profile())
        assert found == expected
