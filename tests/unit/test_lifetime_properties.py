# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of every commitment, whatever RHEL did: short or long cycles, gaps, sources that disagree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.calendar import Calendar, CalendarDay, Major, Minor, add_months
from epelbot.domain.collection import Collection
from epelbot.domain.lifetime import EndedBy, Lifetime
from epelbot.domain.profile import CalendarRules, LifetimeRules, Profile
from epelbot.policy.minimum_lifetime import lifetime
from epelbot.policy.retire_at_a_release import earliest_compose

FIRST_GA = date(2022, 1, 31)
ENTRIES = st.dates(date(2021, 6, 1), date(2029, 12, 31))


@dataclass(frozen=True, slots=True)
class World:
    """A major with some history, a policy, a listing's entry and the day on which it is looked at."""

    collection: Collection
    calendar: Calendar
    profile: Profile
    entered: date
    as_of: date

    def seen(self, as_of: date | None = None, entered: date | None = None) -> Lifetime:
        return lifetime(
            self.collection, entered or self.entered, as_of or self.as_of, self.calendar, self.profile
        )


def fact(day: date, source: str = "one") -> CalendarDay:
    return CalendarDay(day, source, day)


@st.composite
def minors(draw: st.DrawFn) -> tuple[Minor, ...]:
    found = []
    day = FIRST_GA
    for number in range(draw(st.integers(0, 9))):
        second = draw(st.sampled_from((0, 0, 0, 1, 5)))
        later = fact(day + timedelta(days=second), "two")
        if draw(st.integers(0, 9)):
            branched = () if draw(st.booleans()) else (fact(day - timedelta(days=40)),)
            found.append(Minor(number, (fact(day), later) if second else (fact(day),), branched))
        day += timedelta(days=draw(st.integers(60, 400)))
    if draw(st.booleans()):
        number = found[-1].number + 1 if found else 0
        found.append(Minor(number, (CalendarDay(day, "plan", day - timedelta(days=1)),)))
    return tuple(found)


@st.composite
def worlds(draw: st.DrawFn, majors: tuple[int, ...] = (9, 10)) -> World:
    number = draw(st.sampled_from(majors))
    of = Major(
        number,
        fact(draw(st.dates(date(2029, 12, 31), date(2032, 1, 1)))),
        draw(st.sampled_from((None, 10, 12))),
        draw(minors()),
    )
    rules = LifetimeRules(draw(st.integers(1, 3)), draw(st.integers(1, 30)), draw(st.booleans()))
    profile = Profile(lifetime=rules, calendar=CalendarRules(draw(st.integers(1, 12))))
    entered = draw(ENTRIES)
    as_of = entered + timedelta(days=draw(st.integers(0, 1200)))
    return World(Collection(number), Calendar((of,)), profile, entered, as_of)


@given(worlds())
def test_nothing_is_owed_for_longer_than_the_months_or_after_the_end_of_maintenance(world: World) -> None:
    seen = world.seen()
    assert seen.ends <= seen.latest
    assert seen.latest <= add_months(world.entered, world.profile.lifetime.months)
    assert seen.latest <= seen.end_of_life + timedelta(days=1)
    assert seen.ends > world.entered


@given(worlds())
def test_it_is_over_only_on_facts(world: World) -> None:
    seen = world.seen()
    assert seen.over == (seen.latest <= world.as_of)
    assert not (seen.over and seen.projected)
    if seen.over and seen.by is EndedBy.MINOR_RELEASE:
        assert seen.closing is not None
        assert seen.closing.happened == seen.ends


@given(worlds())
def test_no_day_shown_as_an_end_lies_in_the_past_unless_it_is_over(world: World) -> None:
    seen = world.seen()
    assert seen.over or seen.ends >= world.as_of
    assert seen.over or seen.minor_rule_ends is None or seen.minor_rule_ends >= world.as_of


@given(worlds())
def test_what_is_named_is_what_decides(world: World) -> None:
    seen = world.seen()
    rules = {
        EndedBy.MINOR_RELEASE: seen.minor_rule_ends,
        EndedBy.MONTHS: seen.months_rule_ends,
        EndedBy.END_OF_LIFE: seen.end_of_life + timedelta(days=1),
    }
    assert rules[seen.by] == seen.ends
    assert seen.projected == (seen.by is EndedBy.MINOR_RELEASE and not seen.over)
    assert seen.projected or seen.ends == seen.latest


@given(worlds(), st.integers(1, 1500))
def test_a_commitment_that_has_ended_stays_ended_on_the_same_day(world: World, days: int) -> None:
    before = world.seen()
    after = world.seen(world.as_of + timedelta(days=days))
    if before.over:
        assert (after.over, after.ends) == (True, before.ends)
    assert after.latest <= before.latest


# Not for RHEL 10: where a branching was never learnt, only the months end what it would have ended.
@given(worlds((9,)), ENTRIES)
def test_who_entered_later_is_never_free_for_certain_before_one_who_entered_earlier(
    world: World, other: date
) -> None:
    earlier, later = sorted((world.entered, other))
    as_of = max(world.as_of, later)
    first, second = world.seen(as_of, earlier), world.seen(as_of, later)
    assert first.latest <= second.latest
    assert first.over or not second.over


@given(worlds(), st.integers(0, 400))
def test_a_minor_learnt_later_never_moves_an_end_that_was_reached(world: World, days: int) -> None:
    before = world.seen()
    of = world.calendar.majors[0]
    number = len(world.calendar.releases(of.number, world.as_of, 6)) - 1
    newest = max((d.day for m in of.minors for d in m.ga), default=FIRST_GA)
    came = max(newest, world.as_of) + timedelta(days=1 + days)
    if of.minors and number <= of.minors[-1].number:
        return
    calendar = world.calendar.with_minor(of.number, number, fact(came)).with_branching(
        of.number, number, fact(came)
    )
    for as_of in (world.as_of, came, came + timedelta(days=1)):
        after = replace(world, calendar=calendar).seen(as_of)
        if before.over:
            assert (after.over, after.ends) == (True, before.ends)


@given(worlds())
def test_counting_partial_minors_never_makes_it_longer(world: World) -> None:
    def latest(*, partial: bool) -> date:
        rules = replace(world.profile.lifetime, partial_minor_counts=partial)
        return replace(world, profile=replace(world.profile, lifetime=rules)).seen().latest

    assert latest(partial=True) <= latest(partial=False)


@given(worlds())
def test_one_more_minor_never_makes_it_shorter(world: World) -> None:
    rules = replace(world.profile.lifetime, minor_releases=world.profile.lifetime.minor_releases + 1)
    longer = replace(world, profile=replace(world.profile, lifetime=rules))
    closing = world.seen().closing
    if world.collection.is_leading and (closing is None or closing.happened is None):
        # Where a branching was never learnt the minor rule is open, though the day of the next may be known.
        return
    assert world.seen().latest <= longer.seen().latest


@given(worlds(), st.data())
def test_between_today_and_the_day_it_flips_on_nothing_changes(world: World, data: st.DataObject) -> None:
    known = [d.day for m in world.calendar.majors[0].minors for d in (*m.ga, *m.branched)]
    # A calendar learnt by now: nothing in it lies ahead but plans.
    world = replace(world, as_of=max([world.as_of, *known]))
    seen = world.seen()
    end = seen.flips_on or world.as_of + timedelta(days=2000)
    later = data.draw(st.dates(world.as_of, end - timedelta(days=1)))
    assert replace(world.seen(later), as_of=world.as_of) == seen


@given(worlds())
def test_a_listing_leaves_on_no_day_that_is_past_or_before_its_end_unless_it_was_free(world: World) -> None:
    seen = world.seen()
    found = earliest_compose(world.collection, seen, world.as_of, world.calendar, world.profile)
    if world.as_of > seen.end_of_life:
        assert found is None
        return
    assert found is not None
    if found.day is not None:
        assert found.day >= seen.ends
        assert found.minor is None or found.day >= world.as_of
    if found.minor is not None:
        assert world.calendar.releases(9, world.as_of, 6)[int(found.minor[2:])].begins is None


@given(worlds((9,)), st.integers(1, 600))
def test_a_settled_history_is_judged_as_the_policy_reads(world: World, gap: int) -> None:
    days = [FIRST_GA + timedelta(days=gap * n) for n in range(40)]
    history = tuple(Minor(n, (fact(d),)) for n, d in enumerate(days))
    rules = LifetimeRules(1, world.profile.lifetime.months)
    calendar = Calendar((Major(9, fact(date(2031, 5, 31)), 39, history),))
    world = replace(world, calendar=calendar, profile=Profile(lifetime=rules), as_of=date(2090, 1, 1))

    whole = [d for d in days if d >= world.entered]
    minor_rule = whole[1] if len(whole) > 1 else date.max
    month = world.entered.replace(day=1)
    for _ in range(rules.months):
        month = (month + timedelta(days=31)).replace(day=1)
    months_rule = month
    while months_rule.day < world.entered.day and (months_rule + timedelta(days=1)).month == month.month:
        months_rule += timedelta(days=1)
    assert world.seen().ends == min(minor_rule, months_rule, date(2031, 6, 1))


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.integers(0, 200))
def test_months_keep_the_day_number_or_take_the_last_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
