# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar in the ledger: a person's days, who may give them, and which listings hang on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from epelbot.domain.calendar_words import PERSON, Event, Kind
from epelbot.domain.collection import Collection
from epelbot.domain.profile import Roles
from epelbot.domain.retirement import Action, State
from epelbot.errors import BadInput, TransientError
from epelbot.ledger import Ledger, calendar_words, listings
from epelbot.services.calendar import DayWish, Kept, add_day, known_rules, remove_day
from epelbot.testing.story import Story, whole_retirement
from tests.services.house import TODAY, House, a_rulebook

GA_9_9 = Event(Kind.GA, 9, 9)


def wish(
    event: Event = GA_9_9, day: str | None = "2026-12-08", author: str = "smooge", reason: str = "announced"
) -> DayWish:
    return DayWish(event, date.fromisoformat(day) if day else None, author, reason)


def add(house: House, what: DayWish) -> Kept:
    return add_day(house.ledger, house.rulebook, what, house.now)


def due(house: House) -> list[str]:
    """What waits to be judged now, as package/collection."""
    with house.ledger.write() as connection:
        leases = listings.claim(connection, house.now, "tests", 60, limit=100)
        found = [f"{lease.package}/{lease.collection}" for lease in leases]
        for name in found:
            # Given back as they were.
            package, _, collection = name.partition("/")
            listings.lease_by_name(connection, package, Collection.parse(collection))
    return sorted(found)


@pytest.fixture
def house() -> House:
    """Listings whose commitment is over, waits for 9.9, or waits in EPEL 8; and one that is leaving."""
    story = Story()
    story.opens("epel8", "epel9")
    for name, tag, entered in (
        ("settled", "epel9", datetime(2024, 6, 3, tzinfo=UTC)),
        ("waiting", "epel9", datetime(2026, 2, 15, tzinfo=UTC)),
        ("eight", "epel8", datetime(2026, 2, 15, tzinfo=UTC)),
    ):
        story.package(name, "ann", entered, branches=(tag,))
        story.shipped(f"{name}-1.0-1.el{tag[4:]}", entered, tag=tag)
    whole_retirement(story, start=datetime(2024, 10, 1, 9, tzinfo=UTC))
    found = House(story).sees()
    assert due(found) == []
    return found


class TestWhoAndWhat:
    def test_a_persons_day_is_kept_with_author_time_and_reason(self, house: House) -> None:
        (word,) = add(house, wish(reason="announced \n on the list")).words
        assert (word.source, word.author, word.learnt_at, word.reason) == (
            PERSON,
            "smooge",
            TODAY,
            "announced on the list",
        )
        with house.ledger.read() as connection:
            assert calendar_words.words(connection) == (word,)

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            (
                wish(author="mallory"),
                r"mallory is no release manager; smooge may decide",
            ),
            (wish(reason=" "), "needs a reason; give one with --reason"),
            (wish(reason="\x1b[2J"), "control characters"),
            (wish(day="2026-05-20"), r"the GA of RHEL 9\.9 cannot be 2026-05-20: .* not after 9\.8"),
            (wish(day="2126-12-08"), r"cannot be 2126-12-08: 2126-12-08 is far from 9\.8"),
            (
                wish(Event(Kind.FINAL, 9, 7), None),
                r"the last minor of RHEL 9 cannot be 9\.7: RHEL 9\.8 cannot",
            ),
        ],
    )
    def test_what_is_impossible_is_refused_with_one_sentence_and_nothing_is_kept(
        self, house: House, asked: DayWish, sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=sentence) as refused:
            add(house, asked)
        assert "\n" not in str(refused.value)
        with house.ledger.read() as connection:
            assert (calendar_words.words(connection), calendar_words.version(connection)) == ((), 0)

    def test_without_a_release_manager_nobody_may(self, house: House) -> None:
        nobody = replace(a_rulebook(), profile=replace(a_rulebook().profile, roles=Roles()))
        with pytest.raises(BadInput, match=r"name the accounts in roles\.release_managers"):
            add_day(house.ledger, nobody, wish(), TODAY)

    def test_a_member_of_the_release_managers_group_may_while_dist_git_tells_who_that_is(self) -> None:
        story = Story()
        story.opens("epel9")
        story.package("other", "bob", datetime(2024, 10, 1, 9, tzinfo=UTC), groups={"releng": ("rita",)})
        whole_retirement(story, start=datetime(2024, 10, 1, 9, tzinfo=UTC))
        house = House(story)
        profile = replace(house.rulebook.profile, roles=Roles(release_managers=("@releng",)))
        house.rulebook = replace(house.rulebook, profile=profile)
        with pytest.raises(TransientError, match="who is in @releng is not known here"):
            add(house, wish(author="rita"))
        house.sees()
        (word,) = add(house, wish(author="rita")).words
        assert word.author == "rita"
        with pytest.raises(BadInput, match="mallory is no release manager; @releng may decide"):
            add(house, wish(author="mallory"))

    def test_what_was_entered_is_removed_once(self, house: House) -> None:
        add(house, wish())
        taken_back = remove_day(house.ledger, house.rulebook, wish(day=None), house.now)
        assert taken_back.words[0].is_withdrawal
        with pytest.raises(
            BadInput, match=r"nobody entered the GA of RHEL 9\.9, so there is nothing to remove"
        ):
            remove_day(house.ledger, house.rulebook, wish(day=None), house.now)

    def test_a_last_minor_is_entered_and_removed(self, house: House) -> None:
        final = wish(Event(Kind.FINAL, 9, 9), None)
        add(house, final)
        rules, _ = known_rules(lambda: house.ledger, house.rulebook)
        assert rules.calendar.major(9).final_minor == 9
        remove_day(house.ledger, house.rulebook, final, house.now + timedelta(seconds=1))
        assert known_rules(lambda: house.ledger, house.rulebook)[0].calendar.major(9).final_minor == 10


class TestWhatHangsOnIt:
    def test_exactly_the_listings_whose_judgement_a_day_changes_become_due(self, house: House) -> None:
        assert add(house, wish()).listings_due == 2
        assert due(house) == ["oldtool/epel9", "waiting/epel9"]

    def test_a_worker_sees_it_without_a_restart(self, house: House) -> None:
        worker = house.worker()
        before = house.excuse("waiting").lifetime
        assert before is not None
        assert (before.overdue, before.projected) == (True, False)
        add(house, wish())
        while worker.step():
            pass
        with house.ledger.read() as connection:
            kept = {one.package: one for one in calendar_words.judged(connection, ["epel9"])}
        clock = kept["waiting"].lifetime
        assert clock is not None
        assert clock["on_the_way"][-1]["expected"] == "2026-12-08"
        assert worker.rulebook.calendar.released(9, 9, TODAY.date()).expected == date(2026, 12, 8)

    def test_a_worker_that_starts_later_judges_nothing_again(self, house: House) -> None:
        add(house, wish())
        house.work()
        with house.ledger.write() as connection:
            rules = house.rulebook.current(connection)
            assert listings.make_due(connection, house.now, bases=rules.bases) == 0
            assert listings.make_due(connection, house.now, bases=house.rulebook.bases) == 3

    def test_a_mistake_that_is_corrected_opens_again_what_it_had_ended(self, house: House) -> None:
        add(house, wish(day="2026-11-20"))
        house.work()
        settled = house.excuse("waiting").lifetime
        assert settled is not None
        assert settled.over
        assert remove_day(house.ledger, house.rulebook, wish(day=None), house.now).listings_due == 2
        house.work()
        again = house.excuse("waiting").lifetime
        assert again is not None
        assert not again.over

    def test_an_end_of_maintenance_concerns_those_that_it_can_end(self, house: House) -> None:
        kept = add(house, wish(Event(Kind.END, 8), "2028-05-31"))
        assert kept.listings_due == 1
        assert due(house) == ["eight/epel8"]

    def test_the_same_day_again_makes_nothing_due(self, house: House) -> None:
        add(house, wish())
        house.work()
        assert add(house, wish(reason="once more")).listings_due == 0
        assert due(house) == []

    def test_a_judgement_that_was_under_way_starts_again(self, house: House) -> None:
        with house.ledger.write() as connection:
            held = listings.lease_by_name(
                connection, "settled", Collection(9), until=house.now + timedelta(minutes=1)
            )
        add(house, wish())
        with house.ledger.write() as connection:
            assert not listings.still_held(connection, [held])

    def test_a_branching_concerns_all_of_its_major(self) -> None:
        story = Story()
        story.opens("epel10", leading="epel10.2")
        entered = datetime(2026, 7, 15, tzinfo=UTC)
        for name in ("one", "two"):
            story.package(name, "ann", entered)
            story.shipped(f"{name}-1.0-1.el10_2", entered, tag="epel10.2", branch="epel10")
        house = House(story).sees()
        branched = Event(Kind.BRANCHING, 10, 1)
        assert add(house, wish(branched, "2025-09-02")).listings_due == 2
        house.work()
        assert add(house, wish(Event(Kind.BRANCHING, 10, 2), "2026-03-03")).listings_due == 2


def test_a_decision_is_made_by_the_calendar_as_it_is_known(house: House) -> None:
    add(house, wish(day="2026-11-20"))
    house.work()
    assert house.state() is State.QUEUED
    with pytest.raises(BadInput, match=r"9\.9 is no minor to come"):
        house.decide(Action.DEFER, minor="9.9")


class TestWithoutALedger:
    def test_the_shipped_rules_hold_where_there_is_no_ledger_yet(self) -> None:
        rules, trouble = known_rules(lambda: Ledger("sqlite:////nowhere/at/all.db"), a_rulebook())
        assert (rules, trouble) == (a_rulebook(), None)

    def test_one_that_cannot_be_read_is_told_of(self) -> None:
        url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
        rules, trouble = known_rules(lambda: Ledger(url), a_rulebook())
        assert rules == a_rulebook()
        assert trouble is not None
        assert "\n" not in trouble
