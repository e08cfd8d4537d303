# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar refreshed from what others publish: what is new, what is doubtful, when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from epelbot.domain.calendar_words import ENDOFLIFE, KOJI, RED_HAT, Event, Kind
from epelbot.domain.collection import Collection
from epelbot.ledger import calendar_words, health
from epelbot.policy.gate import Answer
from epelbot.ports import Release
from epelbot.services.calendar import DayWish, add_day
from epelbot.services.calendar_feeds import Feed, Refreshed, branchings, feeds, feeds_due, refresh
from epelbot.services.gate import ask_gate
from epelbot.testing.calendar import fake_calendars
from epelbot.testing.koji import FakeKoji
from epelbot.testing.story import Story
from tests.services.house import TODAY, House

GA_9_9 = Event(Kind.GA, 9, 9)
KNOWN = {
    ENDOFLIFE: {Event(Kind.GA, 9, 8): date(2026, 5, 20), Event(Kind.END, 9): date(2032, 5, 31)},
    RED_HAT: {Event(Kind.GA, 9, 0): date(2022, 5, 18), Event(Kind.END, 9): date(2032, 5, 31)},
}


@pytest.fixture
def house() -> House:
    """One listing that waits for 9.9, in a world whose calendars tell what the shipped one knows."""
    story = Story()
    story.opens("epel9")
    entered = datetime(2026, 2, 15, tzinfo=UTC)
    story.package("waiting", "ann", entered)
    story.shipped("waiting-1.0-1.el9", entered)
    story.world.published.update(KNOWN)
    found = House(story)
    found.sources = replace(found.sources, calendars=fake_calendars(story.world))
    return found.sees()


def asked(house: House, *names: str) -> tuple[Refreshed, ...]:
    wanted = [feed for feed in feeds(house.sources) if feed.source in names]
    return refresh(house.ledger, house.rulebook, wanted, house.now)


def publish(house: House, name: str, event: Event, day: str) -> None:
    told = house.story.world.published
    told[name] = told[name] | {event: date.fromisoformat(day)}


def words(house: House) -> int:
    with house.ledger.read() as connection:
        return len(calendar_words.words(connection))


def released(house: House, event: Event = GA_9_9) -> date | None:
    assert event.minor is not None
    with house.ledger.read() as connection:
        calendar = house.rulebook.current(connection).calendar
    see = calendar.released if event.kind is Kind.GA else calendar.branching
    return see(event.major, event.minor, date(2027, 12, 31)).happened


class TestWhatIsNew:
    def test_what_the_shipped_calendar_knows_is_no_news(self, house: House) -> None:
        assert asked(house, RED_HAT) == (Refreshed(RED_HAT),)
        # The worker has asked both before: the shipped calendar has the end from Red Hat alone.
        assert words(house) == 1
        house.now += timedelta(days=3)
        assert asked(house, ENDOFLIFE, RED_HAT) == (Refreshed(ENDOFLIFE), Refreshed(RED_HAT))

    def test_a_minor_that_came_out_is_learnt_and_what_hangs_on_it_is_due(self, house: House) -> None:
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        (done,) = asked(house, ENDOFLIFE)
        (change,) = done.changes
        assert (change.word.event, change.word.day, change.before) == (GA_9_9, date(2026, 11, 20), None)
        assert done.listings_due == 1
        house.work()
        clock = house.excuse("waiting").lifetime
        assert clock is not None
        assert (clock.over, clock.ends) == (True, date(2026, 11, 20))

    def test_a_day_that_a_source_corrects_replaces_its_earlier_one(self, house: House) -> None:
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        asked(house, ENDOFLIFE)
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-19")
        house.now += timedelta(hours=1)
        ((change,), *_) = (one.changes for one in asked(house, ENDOFLIFE))
        assert (change.word.day, change.before) == (date(2026, 11, 19), date(2026, 11, 20))
        assert released(house) == date(2026, 11, 19)

    def test_a_source_that_names_an_older_minor_as_the_newest_takes_back_its_word(self, house: House) -> None:
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        asked(house, ENDOFLIFE)
        house.story.world.published[ENDOFLIFE] = KNOWN[ENDOFLIFE]
        house.now += timedelta(hours=1)
        ((change,), *_) = (one.changes for one in asked(house, ENDOFLIFE))
        assert change.word.is_withdrawal
        assert released(house) is None

    def test_a_day_announced_ahead_becomes_a_fact_when_the_source_repeats_it(self, house: House) -> None:
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-25")
        asked(house, ENDOFLIFE)
        assert released(house) is None
        house.now += timedelta(days=1)
        assert asked(house, ENDOFLIFE)[0].changes == ()
        house.now += timedelta(days=1)
        assert len(asked(house, ENDOFLIFE)[0].changes) == 1
        assert released(house) == date(2026, 11, 25)

    def test_a_persons_day_stays_what_counts(self, house: House) -> None:
        wish = DayWish(GA_9_9, date(2026, 11, 19), "smooge", "the press release")
        add_day(house.ledger, house.rulebook, wish, house.now)
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        asked(house, ENDOFLIFE)
        assert released(house) == date(2026, 11, 19)

    def test_a_new_major_is_learnt_with_the_end_of_its_maintenance(self, house: House) -> None:
        publish(house, RED_HAT, Event(Kind.GA, 11, 0), "2026-11-17")
        publish(house, RED_HAT, Event(Kind.END, 11), "2036-11-30")
        (done,) = asked(house, RED_HAT)
        assert [one.word.event.kind for one in done.changes] == [Kind.END, Kind.GA]
        assert released(house, Event(Kind.GA, 11, 0)) == date(2026, 11, 17)

    def test_a_new_major_whose_end_nobody_tells_is_left_out_and_holds_up_nothing(self, house: House) -> None:
        publish(house, ENDOFLIFE, Event(Kind.GA, 11, 0), "2026-11-17")
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        (done,) = asked(house, ENDOFLIFE)
        assert [one.word.event for one in done.changes] == [GA_9_9]


class TestWhatIsDoubtful:
    @pytest.mark.parametrize(
        ("event", "day", "sentence"),
        [
            (GA_9_9, "2026-05-19", "which is not after 9.8 on 2026-05-20: one of the days is wrong"),
            (GA_9_9, "9999-12-31", "9999-12-31 is far from 9.8"),
            (Event(Kind.END, 9), "2022-05-31", "RHEL 9.8 on 2026-05-20 comes after 2022-05-31"),
            (Event(Kind.GA, 9, 77), "2026-11-20", "cannot come after the last minor, 9.10"),
            (Event(Kind.GA, 13, 0), "2026-11-20", "the calendar holds no RHEL 13"),
        ],
    )
    def test_one_day_that_cannot_be_and_nothing_of_the_answer_is_kept(
        self, house: House, event: Event, day: str, sentence: str
    ) -> None:
        publish(house, ENDOFLIFE, Event(Kind.GA, 10, 3), "2026-11-18")
        publish(house, ENDOFLIFE, event, day)
        before = words(house)
        (done,) = asked(house, ENDOFLIFE)
        assert done.error is not None
        assert done.error.startswith(f"endoflife.date gives {day} for ")
        assert sentence in done.error
        assert "\n" not in done.error
        assert (done.changes, words(house)) == ((), before)

    def test_a_source_that_is_down_costs_its_own_days_only(self, house: House) -> None:
        house.story.world.down.add(RED_HAT)
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        first, second = asked(house, ENDOFLIFE, RED_HAT)
        assert (first.error, len(first.changes)) == (None, 1)
        assert second.error == "red-hat-life-cycle does not answer; it is asked again later"
        with house.ledger.read() as connection:
            assert health.all_of(connection)[RED_HAT].failing_since == house.now

    def test_a_calendar_that_is_silent_leaves_what_has_happened_known(self, house: House) -> None:
        house.story.world.down.update({ENDOFLIFE, RED_HAT})
        asked(house, ENDOFLIFE, RED_HAT)
        found = ask_gate(house.ledger, house.rulebook, "waiting", Collection(9), house.now)
        assert found is not None
        assert found[1].answer is Answer.NO


class TestBranchings:
    def test_a_minor_is_branched_when_the_tag_of_the_next_was_made(self) -> None:
        story = Story()
        story.opens("epel9", "epel10.0", "epel10.1", "epel10", leading="epel10.2")
        made = {"epel10.1": "2025-02-18T23:30:00+00:00", "epel10.2": "2025-09-03T01:00:00+02:00"}
        story.world.tags_made.update({tag: datetime.fromisoformat(at) for tag, at in made.items()})
        assert branchings(FakeKoji(story.world)) == {
            Event(Kind.BRANCHING, 10, 0): date(2025, 2, 18),
            Event(Kind.BRANCHING, 10, 1): date(2025, 9, 2),
        }

    def test_a_branching_that_koji_tells_of_ends_commitments_and_says_who_leads(self) -> None:
        story = Story()
        story.opens("epel10", leading="epel10.2")
        story.world.tags_made.update(
            {
                "epel10.1": datetime(2025, 2, 18, 9, tzinfo=UTC),
                "epel10.2": datetime(2025, 9, 2, 9, tzinfo=UTC),
            }
        )
        entered = datetime(2025, 6, 1, tzinfo=UTC)
        story.package("ten", "ann", entered, branches=("epel10",))
        story.shipped("ten-1.0-1.el10_1", entered, tag="epel10.1", branch="epel10")
        house = House(story).sees()
        with house.ledger.read() as connection:
            assert house.rulebook.current(connection).calendar.leading_minor(10, TODAY.date()) is None
        house.later(hours=7)
        with house.ledger.read() as connection:
            calendar = house.rulebook.current(connection).calendar
        assert calendar.branching(10, 1, TODAY.date()).happened == date(2025, 9, 2)


class TestWhenItIsAsked:
    def names(self, house: House) -> list[str]:
        with house.ledger.read() as connection:
            rules = house.rulebook.current(connection)
            return [one.source for one in feeds_due(connection, house.sources, rules, house.now)]

    def test_each_is_asked_once_its_last_answer_is_old_enough(self, house: House) -> None:
        assert self.names(house) == []
        house.now += timedelta(hours=6)
        assert self.names(house) == [KOJI]
        house.now += timedelta(hours=18)
        assert self.names(house) == [ENDOFLIFE, RED_HAT, KOJI]
        asked(house, ENDOFLIFE)
        assert self.names(house) == [RED_HAT, KOJI]

    def test_the_worker_asks_by_itself(self, house: House) -> None:
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        house.later(hours=1)
        assert released(house) is None
        house.later(hours=25)
        assert released(house) == date(2026, 11, 20)
        clock = house.excuse("waiting").lifetime
        assert clock is not None
        assert clock.over

    def test_one_that_fails_is_asked_again_after_an_hour(self, house: House) -> None:
        house.story.world.down.add(ENDOFLIFE)
        house.later(hours=25)
        house.story.world.down.clear()
        publish(house, ENDOFLIFE, GA_9_9, "2026-11-20")
        assert self.names(house) == [ENDOFLIFE]
        house.later(hours=1)
        assert released(house) == date(2026, 11, 20)

    def test_offline_nothing_is_asked(self) -> None:
        house = House(online=False)
        house.later(days=30)
        assert feeds(house.sources) == ()
        with house.ledger.read() as connection:
            assert health.all_of(connection) == {}

    def test_a_release_in_bodhi_whose_predecessors_branching_is_unknown_sends_us_to_koji_sooner(
        self, house: House
    ) -> None:
        house.story.world.releases.append(Release("EPEL-10.1", "epel10", "epel10.1", "current"))
        house.later(hours=2)
        assert self.names(house) == []
        house.story.opens("epel10", leading="epel10.4")
        house.feed()
        house.work()
        house.later(hours=7)
        house.now += timedelta(hours=2)
        assert self.names(house) == [KOJI]


def test_a_feed_says_what_it_is() -> None:
    story = Story()
    sources = replace(story.sources, calendars=fake_calendars(story.world))
    assert [one.source for one in feeds(sources)] == [ENDOFLIFE, RED_HAT, KOJI]
    assert isinstance(feeds(sources)[0], Feed)
