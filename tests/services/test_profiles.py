# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other policies: what a profile does not ask for, and what two of them judge differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.profile import DiscussionRules, LifetimeRules, Profile, RetirementRules
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.policy.comparison import Judged
from epelbot.services.compare_profiles import Compared, Comparison
from epelbot.shipped import load_profile
from epelbot.testing.story import Story, whole_retirement
from epelbot.wording.steps import step_marks
from tests.services.house import TODAY, House

START = datetime(2026, 6, 15, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
CURRENT = load_profile("epel-current")


def young(reason: str = "I have no time for it any more.") -> Story:
    """Entered lately, announced, and nothing more."""
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    story.announced("oldtool", "epel9", "ann", TODAY - 3 * A_DAY, reason)
    return story


def under(profile: Profile, story: Story) -> House:
    house = House(story)
    roles = house.rulebook.profile.roles
    house.rulebook = replace(house.rulebook, profile=replace(profile, roles=roles))
    return house.sees()


def test_epel_current_asks_for_a_post_alone() -> None:
    house = under(CURRENT, young())
    excuse = house.excuse()
    assert set(house.verdicts()) == {"R1", "R4"}
    assert (house.state(), excuse.lifetime) == (State.QUEUED, None)
    assert house.told() == [("held", "epel-releng", "oldtool is ready to leave epel9")]
    assert excuse.retirement is not None
    earliest = excuse.retirement.earliest_compose
    assert earliest is not None
    assert (earliest.minor, earliest.day) == (None, TODAY.date())
    assert step_marks(excuse.retirement.steps, frozenset()) == ("x", "-", "-", "x")


def test_a_reason_of_security_is_discussed_for_a_week() -> None:
    house = under(CURRENT, young("CVE-2026-12345 can't be fixed in this old version."))
    assert (house.finding("R1").verdict, house.state()) == (Verdict.WAIT, State.BEGUN)
    assert house.finding("R1").flips_on == (TODAY + 4 * A_DAY).date()
    house.later(days=4)
    assert (house.finding("R1").verdict, house.state()) == (Verdict.OK, State.QUEUED)


def test_no_build_is_looked_into_where_none_is_asked_for() -> None:
    evidence = under(CURRENT, young()).evidence()
    assert "build-check" not in {one.kind for one in evidence}
    assert "build-check" in {one.kind for one in under(Profile(), young()).evidence()}


def test_each_switch_leaves_out_its_own_rules() -> None:
    assert Profile().left_out == frozenset()
    assert Profile(lifetime=LifetimeRules(owed=False)).left_out == {"L1", "L2", "V1", "V4"}
    assert Profile(retirement=RetirementRules(final_build=False)).left_out == {"R2", "R3", "R6", "V3"}


def compared(house: House, one: Profile, other: Profile, **days: int) -> Compared:
    since = (house.now - timedelta(**(days or {"days": 365}))).date()
    return Comparison(house.ledger, house.rulebook, one, other, since, house.now).run()


def test_a_comparison_names_the_first_day_on_which_the_answers_part() -> None:
    house = House(young()).sees()
    found = compared(house, Profile(), CURRENT)
    assert found.listings == 1
    (difference,) = found.differences
    assert (difference.package, difference.collection) == ("oldtool", "epel9")
    assert difference.day == (TODAY - 3 * A_DAY).date()
    assert difference.one.state is State.ANNOUNCED
    assert difference.other == Judged(Verdict.OK, State.IN_UPDATES, (("R1", Verdict.OK),))
    assert compared(house, Profile(), Profile()).differences == ()


def test_time_alone_can_make_two_policies_part() -> None:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=datetime(2024, 10, 1, 9, tzinfo=UTC))
    house = House(story).sees()
    week = replace(Profile(), discussion=DiscussionRules(no_time_days=7))
    month = replace(Profile(), discussion=DiscussionRules(no_time_days=30))
    excuse = house.excuse()
    assert excuse.retirement is not None
    assert excuse.retirement.began_at is not None
    (difference,) = compared(house, week, month, days=800).differences
    assert difference.day == excuse.retirement.began_at.date() + 7 * A_DAY
    assert difference.day not in {one.happened_at.date() for one in house.evidence()}


def test_a_comparison_tells_nobody_and_keeps_nothing() -> None:
    house = House(young()).sees()
    before = (house.told(), house.evidence())
    compared(house, Profile(), CURRENT)
    assert (house.told(), house.evidence()) == before


def test_one_collection_alone_can_be_compared() -> None:
    house = House(young()).sees()
    comparison = Comparison(house.ledger, house.rulebook, Profile(), CURRENT, START.date(), house.now)
    assert comparison.run([Collection.parse("epel8")]) == Compared(0, ())
    shares: list[tuple[str, float]] = []
    comparison.run([Collection.parse("epel9")], lambda title, share: shares.append((title, share)))
    assert shares == [("epel9", 1.0)]
