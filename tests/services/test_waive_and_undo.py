# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waivers and undoing: who may, for what, until when, and that every word stays in the log."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.excuse import Excuse
from epelbot.domain.profile import Roles
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Verdict
from epelbot.errors import BadInput, TransientError
from epelbot.policy.gate import Answer
from epelbot.services.gate import ask_gate
from epelbot.services.keep_word import NotNow
from epelbot.services.undo import Taking, undo
from epelbot.services.waive import WaiverWish, waive
from epelbot.testing.story import README, Story, whole_retirement
from epelbot.wording.decision_text import undone_text, waiver_text
from epelbot.wording.excuse_text import excuse_text
from epelbot.wording.json_views import explain_json, queue_json
from epelbot.wording.queue_text import queue_rows
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = START + timedelta(days=730)
A_DAY = timedelta(days=1)
LEFT = datetime(2026, 11, 2, 9, tzinfo=UTC)
YEAR_END = date(2026, 12, 31)


def queued() -> House:
    story = Story()
    story.opens("epel9")
    whole_retirement(story, start=START)
    return House(story).sees()


def announced() -> House:
    """Announced, and its newest build says nothing."""
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    story.announced("oldtool", "epel9", "ann", END)
    return House(story).sees()


def unannounced() -> House:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    story.shipped("oldtool-1.0-2.el9", END, readme=README)
    return House(story).sees()


def left_unannounced() -> House:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", START)
    story.shipped("oldtool-1.0-1.el9", START)
    story.untagged("oldtool-1.0-1.el9", "epel9", LEFT)
    return House(story).sees()


def young() -> House:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "ann", END - 60 * A_DAY)
    story.shipped("oldtool-1.0-1.el9", END - 60 * A_DAY)
    story.announced("oldtool", "epel9", "ann", END)
    story.shipped("oldtool-1.0-2.el9", END + A_DAY, readme=README)
    return House(story).sees()


def waived(
    house: House,
    rule: str,
    *,
    until: date = YEAR_END,
    author: str = "smooge",
    reason: str = "nobody uses it",
    package: str = "oldtool",
) -> Excuse:
    wish = WaiverWish(rule, package, Collection(9), author, reason, until)
    return waive(house.ledger, house.rulebook, wish, house.now)


def undone(house: House, *, author: str = "smooge", reason: str = "a mistake") -> tuple[Excuse, Logged]:
    taking = Taking("oldtool", Collection(9), author, reason)
    return undo(house.ledger, house.rulebook, taking, house.now)


def with_roles(house: House, **roles: tuple[str, ...]) -> House:
    rules = house.rulebook
    house.rulebook = replace(rules, profile=replace(rules.profile, roles=Roles(**roles)))
    return house


def builds_again(house: House, nvr: str, readme: bytes | None = None) -> None:
    house.story.shipped(nvr, house.now, readme=readme)
    house.sees_at(house.now + 11 * A_DAY)


# What a waiver is


def test_a_waiver_names_rule_object_author_reason_and_end() -> None:
    house = announced()
    excuse = waived(house, "R2", reason="the  build\nhost is gone")
    waiver = house.finding("R2").waiver
    assert waiver is not None
    assert (waiver.rule, waiver.author, waiver.at, waiver.until) == ("R2", "smooge", house.now, YEAR_END)
    assert (waiver.reason, waiver.build, waiver.post) == (
        "the build host is gone",
        "oldtool-1.0-1.el9",
        None,
    )
    assert excuse == house.excuse()


def test_a_waived_step_counts_as_done_for_the_queue() -> None:
    house = announced()
    assert house.state() is State.ANNOUNCED
    waived(house, "R2")
    house.later(hours=1)
    assert house.verdicts()["R2"] is Verdict.WAIVED
    assert house.verdicts()["R3"] is Verdict.OK, "what the users have is the newest build all the same"
    assert house.state() is State.QUEUED
    house.decide(Action.APPROVE)
    assert house.state() is State.APPROVED


def test_a_waived_announcement_lets_a_final_build_go_on() -> None:
    house = unannounced()
    assert house.state() is State.BEGUN
    waived(house, "R1")
    house.later(hours=1)
    assert house.state() is State.QUEUED


def test_a_waived_lifetime_lets_it_leave_with_the_next_compose() -> None:
    house = young()
    before = house.excuse().retirement
    assert before is not None
    assert before.earliest_compose is not None
    assert before.earliest_compose.minor == "9.10"
    after = waived(house, "L1").retirement
    assert after is not None
    assert after.earliest_compose is not None
    assert after.earliest_compose.minor == "9.9"
    assert house.verdicts()["L1"] is Verdict.WAIVED


def test_a_waived_compose_lets_it_leave_on_any_day_after_the_commitment() -> None:
    house = queued()
    waived(house, "L2")
    assert house.finding("R4").remedy == "approve, defer or reject it", "L2 asks no more, so R4 does"
    house.decide(Action.APPROVE)
    assert house.finding("R4").remedy == "drop it from the collection now"
    found = ask_gate(house.ledger, house.rulebook, "oldtool", Collection(9), house.now)
    assert found is not None
    assert found[1].answer is Answer.YES


def test_a_waived_compose_does_not_shorten_the_commitment() -> None:
    house = young()
    house.later(hours=1)
    waived(house, "L2")
    house.decide(Action.APPROVE)
    found = ask_gate(house.ledger, house.rulebook, "oldtool", Collection(9), house.now)
    assert found is not None
    assert found[1].answer is Answer.NO


def test_it_shows_wherever_its_rule_shows() -> None:
    house = announced()
    waived(house, "R2", reason="it cannot be built")
    house.later(hours=1)
    excuse = house.excuse()
    text = " ".join(excuse_text(excuse).split())
    assert " waived by smooge on 2026-11-23, until 2026-12-31: it cannot be built" in text
    told = next(one for one in explain_json(excuse)["findings"] if one["rule"] == "R2")
    assert told["waiver"] == {
        "by": "smooge",
        "at": "2026-11-23T12:00:00+00:00",
        "reason": "it cannot be built",
        "until": "2026-12-31",
        "post": None,
        "build": "oldtool-1.0-1.el9",
        "left_on": None,
    }
    assert explain_json(excuse)["retirement"]["final_build"] is None
    (row,) = queue_rows(house.queue())
    assert row[3] == "xwxx"
    assert queue_json(house.queue())[0]["waived"] == ["R2"]
    (mail,) = [one for one in house.mails() if "ready to leave" in one.subject]
    assert "All that the policy asks for is done, or waived:" in mail.payload
    assert "waived by smooge on 2026-11-23, until 2026-12-31: it cannot" in mail.payload


def test_nobody_is_asked_for_a_step_that_is_waived() -> None:
    house = announced()
    asked = [one for one in house.mails() if "needs a final build" in one.subject]
    assert [one.status for one in asked] == ["held"]
    waived(house, "R2")
    house.later(hours=1)
    asked = [one for one in house.mails() if "needs a final build" in one.subject]
    assert [one.status for one in asked] == ["superseded"]


# When it ends


def test_it_lapses_with_its_end_and_that_day_is_told() -> None:
    house = announced()
    waived(house, "R2", until=date(2026, 11, 30))
    assert house.finding("R2").flips_on == date(2026, 12, 1)
    house.later(hours=1)
    house.sees_at(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert house.state() is State.QUEUED
    house.sees_at(datetime(2026, 12, 1, tzinfo=UTC))
    assert house.state() is State.ANNOUNCED
    assert house.finding("R2").waiver is None
    assert house.queue()[0].verdict is Verdict.MUST_ACT, "the day alone made it due"
    assert [one.ended for one in house.excuse().decisions] == ["it ended after 2026-11-30"]


def test_an_approval_given_on_a_waiver_waits_when_that_lapses() -> None:
    house = queued()
    waived(house, "L2", until=date(2026, 11, 30))
    house.decide(Action.APPROVE)
    house.sees_at(datetime(2026, 12, 1, tzinfo=UTC))
    found = ask_gate(house.ledger, house.rulebook, "oldtool", Collection(9), house.now)
    assert found is not None
    assert found[1].answer is Answer.NO


@pytest.mark.parametrize("rule", ["R2", "R3"])
def test_a_waiver_of_a_build_lapses_with_another_build(rule: str) -> None:
    house = announced()
    waived(house, "R2")
    house.later(hours=1)
    if rule == "R3":
        house.story.built("oldtool-1.0-2.el9", house.now, readme=README)
        house.story.submitted("C", "oldtool-1.0-2.el9", house.now)
        house.sees_at(house.now + A_DAY)
        waived(house, "R3")
        assert house.verdicts()["R3"] is Verdict.WAIVED
    builds_again(house, "oldtool-1.0-3.el9")
    assert house.finding("R2").verdict is Verdict.MUST_ACT
    assert house.state() is State.ANNOUNCED
    assert {one.ended for one in house.excuse().decisions} == {
        "its build has changed: the newest is oldtool-1.0-3.el9"
    }


def test_a_waiver_of_the_lifetime_outlives_a_mended_build_but_not_another_announcement() -> None:
    house = young()
    waived(house, "L1")
    builds_again(house, "oldtool-1.0-3.el9", README)
    assert house.verdicts()["L1"] is Verdict.WAIVED
    earlier = house.story.announced("oldtool", "epel9", "ann", END - 3 * A_DAY)
    house.sees_at(house.now + A_DAY)
    retirement = house.excuse().retirement
    assert retirement is not None
    assert retirement.post == earlier.hash
    assert house.verdicts()["L1"] is Verdict.WAIT
    assert [one.ended for one in house.excuse().decisions] == ["its post has changed"]


def test_a_silent_source_neither_ends_a_waiver_nor_is_waived() -> None:
    house = announced()
    waived(house, "R2")
    house.later(hours=1)
    house.story.world.down.update({"koji", "bodhi", "dist-git"})
    house.later(days=9)
    assert house.verdicts()["R2"] is Verdict.CANNOT_KNOW
    assert [one.ended for one in house.excuse().decisions] == [None]
    with pytest.raises(NotNow, match="what cannot be known is waived by nobody"):
        waived(house, "R2")
    house.story.world.down.clear()
    house.later(hours=1)
    assert house.verdicts()["R2"] is Verdict.WAIVED


def test_a_waived_violation_is_open_again_when_the_waiver_ends() -> None:
    house = left_unannounced()
    assert house.verdicts()["V2"] is Verdict.VIOLATED
    text = waiver_text(waived(house, "V2"), "V2").split("\n\n")[0]
    assert text == (
        f"Waived: V2 for oldtool in epel9, for the departure of {LEFT:%Y-%m-%d}, until the end of "
        "2026-12-31. It lapses before that when the package comes back."
    )
    assert house.verdicts()["V2"] is Verdict.WAIVED
    house.sees_at(datetime(2027, 1, 1, tzinfo=UTC))
    assert house.verdicts()["V2"] is Verdict.VIOLATED


def test_a_waived_violation_is_no_waiver_for_the_next_departure() -> None:
    house = left_unannounced()
    waived(house, "V2", until=date(2027, 12, 31))
    house.story.tagged("oldtool-1.0-1.el9", "epel9", house.now)
    house.sees_at(house.now + A_DAY)
    assert [one.ended for one in house.excuse().decisions] == ["the package came back, or left once more"]
    house.story.untagged("oldtool-1.0-1.el9", "epel9", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.verdicts()["V2"] is Verdict.VIOLATED


# Who may, and what


def test_only_a_release_manager_waives_what_is_theirs() -> None:
    house = with_roles(announced(), release_managers=("smooge",), committee=("carla",))
    with pytest.raises(BadInput, match=r"^carla is no release manager; smooge may decide$"):
        waived(house, "R2", author="carla")


def test_the_committee_may_waive_an_announcement() -> None:
    house = with_roles(unannounced(), release_managers=("smooge",), committee=("carla",))
    waived(house, "R1", author="carla")
    assert house.verdicts()["R1"] is Verdict.WAIVED
    excuse, _ = undone(house, author="carla")
    assert {one.rule: one.verdict for one in excuse.findings}["R1"] is Verdict.MUST_ACT
    with pytest.raises(BadInput, match="ann is no release manager or of the committee; smooge, carla may"):
        waived(house, "R1", author="ann")


def test_the_committee_does_not_undo_what_it_may_not_decide() -> None:
    house = with_roles(queued(), release_managers=("smooge",), committee=("carla",))
    house.decide(Action.APPROVE)
    with pytest.raises(BadInput, match="carla is no release manager"):
        undone(house, author="carla")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("R4", r"^nobody may waive R4; what can be waived is L1, L2, R1, R2, R3"),
        ("X9", "there is no rule X9"),
    ],
)
def test_what_nobody_may_waive_is_refused(rule: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        waived(queued(), rule)


def test_there_must_be_something_to_waive() -> None:
    house = queued()
    with pytest.raises(NotNow, match=r"oldtool in epel9 fulfils R2 \(.*\); there is nothing to waive"):
        waived(house, "R2")
    with pytest.raises(NotNow, match="R3 asks nothing of oldtool in epel9 as things stand"):
        waived(announced(), "R3")
    with pytest.raises(NotNow, match="nosuch is not known in epel9"):
        waived(house, "R2", package="nosuch")


def test_an_end_that_has_passed_is_refused() -> None:
    with pytest.raises(BadInput, match="2026-11-22 has passed"):
        waived(announced(), "R2", until=date(2026, 11, 22))


@pytest.mark.parametrize("reason", ["", " \n", "\x1b[2J"])
def test_a_waiver_and_an_undoing_need_a_reason(reason: str) -> None:
    house = announced()
    with pytest.raises(BadInput, match="reason"):
        waived(house, "R2", reason=reason)
    waived(house, "R2")
    with pytest.raises(BadInput, match="reason"):
        undone(house, reason=reason)


def test_a_waiver_can_be_prolonged() -> None:
    house = announced()
    waived(house, "R2")
    house.later(hours=1)
    waived(house, "R2", until=date(2027, 3, 1))
    waiver = house.finding("R2").waiver
    assert waiver is not None
    assert waiver.until == date(2027, 3, 1)


# Groups


def test_a_group_stands_for_its_members_as_dist_git_tells_them() -> None:
    story = Story()
    story.opens("epel9")
    story.package("other", "bob", START, groups={"releng": ("rita",)})
    whole_retirement(story, start=START)
    house = with_roles(House(story), release_managers=("@releng",)).sees()
    house.decide(Action.APPROVE, author="rita")
    assert house.state() is State.APPROVED
    with pytest.raises(BadInput, match=r"^mallory is no release manager; @releng may decide$"):
        house.decide(Action.REJECT, author="mallory")


def test_where_nobody_can_tell_who_is_in_a_group_nobody_of_it_decides() -> None:
    house = with_roles(queued(), release_managers=("@releng", "smooge"))
    with pytest.raises(
        TransientError,
        match=r"^who is in @releng is not known here, so nobody can tell whether rita may decide; let "
        r"epelbot ask dist-git \(sources.online\), or name accounts in roles.release_managers$",
    ):
        house.decide(Action.APPROVE, author="rita")
    house.decide(Action.APPROVE, author="smooge")


def test_members_that_were_told_long_ago_are_not_known_any_more() -> None:
    story = Story()
    story.opens("epel9")
    story.package("other", "bob", START, groups={"releng": ("rita",)})
    whole_retirement(story, start=START)
    house = with_roles(House(story), release_managers=("@releng",)).sees()
    house.story.world.down.add("dist-git")
    house.later(days=9)
    with pytest.raises(TransientError, match="who is in @releng is not known here"):
        house.decide(Action.REJECT, author="rita")


# Undoing


def test_undoing_brings_back_what_stood_before_and_keeps_the_log() -> None:
    house = queued()
    house.decide(Action.APPROVE, reason="as announced")
    house.later(hours=1)
    house.decide(Action.DEFER, minor="9.10", reason="mail needs it")
    house.later(hours=1)
    excuse, taken = undone(house, reason="wrong package")
    assert (taken.what, taken.author) == ("defer to 9.10", "smooge")
    assert house.state() is State.APPROVED
    assert [(one.what, one.ended) for one in excuse.decisions] == [
        ("approve", None),
        ("defer to 9.10", "undone by smooge on 2026-11-23: wrong package"),
    ]
    excuse, taken = undone(house)
    assert (taken.what, house.state()) == ("approve", State.QUEUED)
    with pytest.raises(NotNow, match="no decision on oldtool in epel9 stands"):
        undone(house)


def test_what_was_undone_does_not_come_back_with_a_later_decision() -> None:
    house = queued()
    house.decide(Action.REJECT)
    undone(house)
    house.later(hours=1)
    house.decide(Action.APPROVE)
    undone(house)
    assert house.state() is State.QUEUED


def test_the_last_word_is_undone_whatever_kind_it_is_of() -> None:
    house = queued()
    waived(house, "L2")
    house.decide(Action.APPROVE)
    excuse, taken = undone(house)
    assert taken.what == "approve"
    excuse, taken = undone(house)
    assert taken.what == "waive L2 until 2026-12-31"
    assert {one.verdict for one in excuse.findings} == {Verdict.OK, Verdict.OTHERS_MUST_ACT}


def test_a_decision_that_died_by_itself_is_not_undone() -> None:
    house = queued()
    house.decide(Action.APPROVE)
    builds_again(house, "oldtool-1.1-1.el9")
    assert [one.ended for one in house.excuse().decisions] == [
        "its build has changed: the newest is oldtool-1.1-1.el9"
    ]
    with pytest.raises(NotNow, match="nothing to undo"):
        undone(house)


def test_only_a_release_manager_undoes() -> None:
    house = queued()
    house.decide(Action.APPROVE)
    with pytest.raises(BadInput, match="ann is no release manager"):
        undone(house, author="ann")


def test_a_past_day_shows_what_stood_on_it() -> None:
    house = queued()
    house.decide(Action.APPROVE)
    house.later(days=3)
    undone(house)
    yesterday = house.excuse(at=(house.now - A_DAY).date())
    assert yesterday.retirement is not None
    assert yesterday.retirement.state is State.APPROVED
    assert [one.ended for one in yesterday.decisions] == [None]


def test_two_words_in_one_instant_have_an_order() -> None:
    """The clock stands still here, as it may between two machines."""
    house = queued()
    for action in (Action.APPROVE, Action.REJECT, Action.APPROVE, Action.REJECT):
        house.decide(action)
    assert house.state() is State.REJECTED
    times = [one.at for one in house.excuse().decisions]
    assert len(set(times)) == 4
    undone(house)
    assert house.state() is State.APPROVED


def test_the_order_in_which_words_become_known_does_not_matter() -> None:
    house = announced()
    waived(house, "R2")
    house.later(hours=1)
    house.decide(Action.APPROVE)
    house.later(hours=1)
    house.decide(Action.REJECT)
    house.later(hours=1)
    undone(house)
    words = [one for one in house.evidence() if one.kind in ("decision", "waiver", "undo")]
    assert len(words) == 4
    rest = [one for one in house.evidence() if one not in words]
    said = set()
    for order in itertools.permutations(words):
        other = House(house.story, now=house.now)
        other.keep(rest)
        for one in order:
            other.keep([one, one])
        excuse = other.excuse()
        assert excuse.retirement is not None
        said.add((excuse.retirement.state, excuse.decisions))
    assert said == {(State.APPROVED, house.excuse().decisions)}


# Words


def test_what_is_said_after_a_waiver_and_an_undoing() -> None:
    house = announced()
    assert waiver_text(waived(house, "R2"), "R2").split("\n\n")[0] == (
        "Waived: R2 for oldtool in epel9, for the build oldtool-1.0-1.el9, until the end of 2026-12-31. "
        "It lapses before that when the newest build changes."
    )
    excuse, taken = undone(house)
    assert undone_text(excuse, taken).split("\n\n")[0] == (
        "Undone: waive R2 until 2026-12-31, by smooge on 2026-11-23, for oldtool in epel9. "
        "No decision on it stands now."
    )
