# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A retirement played by chance: whatever happens, in whatever order, the promises of the policy hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.domain.post import Post
from epelbot.domain.retirement import Action, State, Steps
from epelbot.domain.verdict import Verdict
from epelbot.services.keep_word import NotNow
from epelbot.services.undo import Taking, undo
from epelbot.services.waive import WaiverWish, waive
from epelbot.testing.story import README, Story
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
TODAY = datetime(2026, 10, 1, 9, tzinfo=UTC)
SOURCES = ("koji", "bodhi", "dist-git", "archive")
ALL_DONE = Steps(announced=True, final_build=True, in_updates=True, release_manager_told=True)
TEXTS = {"carries": README, "nearly": b"Goodbye.\n", "lacks": None}


class Retirement(RuleBasedStateMachine):
    """One package. A step changes the world and tells it on the bus, or loses messages; then it is worked."""

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.house = House(self.story, now=TODAY)
        self.builds = 0
        self.live: dict[str, str] = {}  # alias to status
        self.first_good_post: datetime | None = None
        self.first_notice_built: datetime | None = None
        self.posts: list[Post] = []

    @initialize()
    def a_package_lives(self) -> None:
        self.story.opens("epel9")
        self.story.package("oldtool", "ann", START, others=("ann", "bob"))
        self.ship("lacks", START)
        self.look()

    def ship(self, kind: str, at: datetime) -> None:
        self.story.shipped(self.next_build(), at, readme=TEXTS[kind])

    def next_build(self) -> str:
        self.builds += 1
        return f"oldtool-1.0-{self.builds}.el9"

    def look(self, **later: float) -> None:
        self.house.now += timedelta(**later) if later else timedelta(minutes=11)
        self.house.sees()

    @rule(by=st.sampled_from(["ann", "bob", "mallory"]), lags=st.booleans())
    def announce(self, by: str, *, lags: bool) -> None:
        post = self.story.announced("oldtool", "epel9", by, self.house.now, archived=not lags)
        self.posts.append(post)
        if by != "mallory":
            self.first_good_post = self.first_good_post or self.house.now
        self.look()
        if lags:
            self.story.archive_catches_up(post)

    @rule()
    def everything_is_done_as_it_should_be(self) -> None:
        self.announce("ann", lags=False)
        self.first_notice_built = self.first_notice_built or self.house.now
        self.ship("carries", self.house.now)
        self.look(days=11)

    @rule(kind=st.sampled_from(sorted(TEXTS)))
    def build_and_submit(self, kind: str) -> None:
        nvr = self.next_build()
        alias = f"FEDORA-EPEL-2026-{self.builds:010x}"
        self.story.built(nvr, self.house.now, readme=TEXTS[kind])
        if kind == "carries":
            self.first_notice_built = self.first_notice_built or self.house.now
        self.story.submitted(alias, nvr, self.house.now)
        self.live[alias] = "pending"
        self.look()

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def an_update_goes_on(self, data: st.DataObject) -> None:
        alias = data.draw(st.sampled_from(sorted(self.live)))
        if self.live[alias] == "pending":
            self.story.in_testing(alias, self.house.now)
            self.live[alias] = "testing"
        else:
            self.story.stable(alias, self.house.now)
            del self.live[alias]
        self.look(hours=4)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), told=st.booleans())
    def an_update_is_taken_back(self, data: st.DataObject, *, told: bool) -> None:
        alias = data.draw(st.sampled_from(sorted(self.live)))
        if told:
            self.story.unpushed(alias, self.house.now)
        else:
            self.story.obsoleted(alias)
        del self.live[alias]
        self.look()

    @rule()
    def sync(self) -> None:
        self.story.synced("9", self.house.now)
        self.look()

    @rule(owner=st.sampled_from(["ann", "bob", "orphan"]))
    def give_away(self, owner: str) -> None:
        self.story.given("oldtool", owner, self.house.now)
        self.look()

    @rule()
    def a_sync_happens_and_its_message_is_lost(self) -> None:
        self.story.synced("9", self.house.now)
        self.house._fed = len(self.story.messages)

    @rule(by=st.sampled_from(["ann", "bob"]))
    def a_post_is_not_told_on_the_bus(self, by: str) -> None:
        self.story.announced("oldtool", "epel9", by, self.house.now)
        self.house._fed = len(self.story.messages)

    @precondition(lambda self: self.posts)
    @rule(data=st.data(), by=st.sampled_from(["ann", "bob", "eve"]), told=st.booleans())
    def somebody_offers_to_take_it_over(self, data: st.DataObject, by: str, *, told: bool) -> None:
        post = data.draw(st.sampled_from(self.posts))
        text = "I would like to take it over.\n"
        self.story.posted(f"Re: {post.subject}", text, by, self.house.now, in_reply_to=post.message_id)
        if not told:
            self.house._fed = len(self.story.messages)
        self.look()

    @rule(days=st.sampled_from([3, 40]))
    def it_is_retired_and_the_same_builds_are_tagged_again(self, days: int) -> None:
        there = [stay.nvr for stay in self.story.world.taggings if stay.untagged_at is None]
        for nvr in there:
            self.story.untagged(str(nvr), "epel9", self.house.now)
        self.look(days=days)
        for nvr in there:
            self.story.tagged(str(nvr), "epel9", self.house.now, by="releng")
        self.look()

    @rule()
    def it_is_retired_without_a_word(self) -> None:
        for stay in list(self.story.world.taggings):
            if stay.untagged_at is None:
                self.story.untagged(str(stay.nvr), "epel9", self.house.now)
        self.look()

    @rule(source=st.sampled_from(SOURCES))
    def a_source_goes_down_or_up(self, source: str) -> None:
        self.story.world.down ^= {source}
        self.look()

    @rule(days=st.sampled_from([1, 3, 40, 120]))
    def time_passes(self, days: int) -> None:
        self.look(days=days)

    @rule(action=st.sampled_from(list(Action)))
    def decide(self, action: Action) -> None:
        before = self.excuse().retirement
        try:
            self.house.decide(action, minor="9.10")
        except NotNow:
            return
        assert before is not None
        if action is not Action.REJECT:
            assert before.steps == ALL_DONE

    @rule(rule_id=st.sampled_from(["L1", "L2", "R1", "R2", "R3"]), days=st.sampled_from([0, 2, 300]))
    def waive(self, rule_id: str, days: int) -> None:
        until = self.house.now.date() + timedelta(days=days)
        wish = WaiverWish(rule_id, "oldtool", Collection(9), "smooge", "fine by me", until)
        before = {one.rule: one.verdict for one in self.excuse().findings}
        try:
            waive(self.house.ledger, self.house.rulebook, wish, self.house.now)
        except NotNow:
            return
        assert before[rule_id] is not Verdict.CANNOT_KNOW
        # A waiver stands in for the step: from now on the retirement may be ready without it.
        if rule_id == "R1":
            self.first_good_post = self.first_good_post or self.house.now
        if rule_id == "R2":
            self.first_notice_built = self.first_notice_built or self.house.now

    @rule()
    def undo(self) -> None:
        taking = Taking("oldtool", Collection(9), "smooge", "a mistake")
        stood = [one for one in self.excuse().decisions if one.ended is None]
        try:
            undo(self.house.ledger, self.house.rulebook, taking, self.house.now)
        except NotNow:
            assert not stood

    def excuse(self) -> Excuse:
        return self.house.excuse()

    @invariant()
    def the_promises_hold(self) -> None:
        if self.builds == 0:
            return
        excuse = self.excuse()
        self.the_state_says_what_the_steps_say(excuse)
        self.what_cannot_be_known_never_counts_as_a_pass(excuse)
        self.a_decision_stands_for_its_post_and_build_alone(excuse)
        self.nobody_is_told_twice_or_before_the_cause()
        self.the_entry_is_that_of_the_present_life(excuse)
        self.what_somebody_wants_to_keep_waits_for_a_word(excuse)

    def the_state_says_what_the_steps_say(self, excuse: Excuse) -> None:
        retirement = excuse.retirement
        if retirement is None:
            return
        if retirement.state is State.QUEUED:
            assert retirement.steps == ALL_DONE
        verdicts = {one.rule: one.verdict for one in excuse.findings}
        steps = retirement.steps
        for rule_id, done in (("R1", steps.announced), ("R2", steps.final_build), ("R3", steps.in_updates)):
            assert done == (verdicts.get(rule_id) in (Verdict.OK, Verdict.WAIVED))

    def what_cannot_be_known_never_counts_as_a_pass(self, excuse: Excuse) -> None:
        if any(one.verdict is Verdict.CANNOT_KNOW for one in excuse.findings):
            assert excuse.verdict in (Verdict.CANNOT_KNOW, Verdict.VIOLATED)
            assert excuse.retirement is None or excuse.retirement.state is not State.QUEUED

    def a_decision_stands_for_its_post_and_build_alone(self, excuse: Excuse) -> None:
        retirement = excuse.retirement
        if retirement is not None and retirement.decision is not None:
            assert retirement.build in (None, retirement.decision.build)
            assert retirement.post in (None, retirement.decision.post)

    def nobody_is_told_twice_or_before_the_cause(self) -> None:
        mails = self.house.mails()
        assert len({row.dedup_key for row in mails}) == len(mails)
        for row in mails:
            if "ready to leave" in row.subject:
                assert (self.first_good_post or TODAY + timedelta(days=9999)) <= row.created_at
                assert (self.first_notice_built or TODAY + timedelta(days=9999)) <= row.created_at

    def the_entry_is_that_of_the_present_life(self, excuse: Excuse) -> None:
        if excuse.lifetime is None:
            return
        stays = sorted(self.story.world.taggings, key=lambda stay: stay.tagged_at)
        here_until, absent = stays[0].tagged_at, timedelta()
        for stay in stays:
            absent = max(absent, stay.tagged_at - here_until)
            here_until = max(here_until, stay.untagged_at or self.house.now)
        days = {stay.tagged_at.date() for stay in stays}
        assert excuse.lifetime.entered in days
        if absent <= timedelta(days=14):
            assert excuse.lifetime.entered == min(days)

    def what_somebody_wants_to_keep_waits_for_a_word(self, excuse: Excuse) -> None:
        retirement = excuse.retirement
        if retirement is None or retirement.takeover is None or retirement.decision is not None:
            return
        assert retirement.state in (State.ADOPTION_PROPOSED, State.ADOPTED, State.WITHDRAWN, State.RETIRED)

    def teardown(self) -> None:
        """At the end every source is up: who saw it all happen and who sees it all at once say the same."""
        if not self.builds:
            return
        self.story.world.down.clear()
        at_once = House(self.story, now=self.house.now)
        # Who had the package when, no source tells afterwards (FIELD 1.6).
        kept = ("access", "decision", "waiver", "undo")
        at_once.keep([one for one in self.house.evidence() if one.kind in kept])
        for house in (self.house, at_once):
            house.feed(self.story.messages)
            house.later(days=1)
        assert _said(self.excuse()) == _said(at_once.excuse())


def _said(excuse: Excuse) -> object:
    """What is said, but for when something was learnt and how its mail stands.

    R4 is the bot's own act: who first sees a retirement when it is decided, paused or over has nothing left
    to tell.
    """
    retirement = excuse.retirement
    decided = retirement is not None and (
        retirement.decision is not None
        or retirement.takeover is not None
        or retirement.state in (State.ADOPTED, State.WITHDRAWN)
    )
    return (
        excuse.verdict,
        excuse.lifetime,
        [(one.rule, one.verdict) for one in excuse.findings if not (decided and one.rule == "R4")],
        retirement and (retirement.state, retirement.post, retirement.build),
        retirement
        and (replace(retirement.steps, release_manager_told=True) if decided else retirement.steps),
        retirement and retirement.decision,
        excuse.decisions,
        excuse.people,
    )


TestRetirement = Retirement.TestCase
TestRetirement.settings = settings(
    max_examples=10,
    stateful_step_count=14,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
