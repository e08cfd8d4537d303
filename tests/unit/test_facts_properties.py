# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence is a set: neither order nor repetition of arrival changes what it amounts to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import PostRead, Recorded, Settled, Undone, Waived
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Horizon, Known
from epelbot.domain.post import Meaning
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Verdict
from epelbot.domain.waiver import Waiver
from epelbot.policy.judgement import judge
from epelbot.policy.seen import Seen
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import (
    ALIAS,
    FINAL,
    NEWER,
    NOW,
    OLD,
    access,
    blocked,
    checked,
    day,
    decided,
    facts,
    horizon,
    looked_up,
    read,
    synced,
    tagged,
    told,
    untagged,
    update,
)

CALENDAR, PROFILE = load_calendar(), load_profile()
START = day("2024-06-03", 0)
AN_HOUR = timedelta(hours=1)
TIMES = st.integers(0, int((NOW - START) / AN_HOUR)).map(lambda hours: START + hours * AN_HOUR)
BUILDS = st.sampled_from([OLD, FINAL, NEWER])
Maker = Callable[[datetime], Recorded]


def _events() -> st.SearchStrategy[Recorded]:
    """What happens at a time of its own; nothing here is known but from then on."""
    what: list[st.SearchStrategy[Maker]] = [
        BUILDS.map(lambda nvr: lambda at: tagged(nvr, at)),
        BUILDS.map(lambda nvr: lambda at: untagged(nvr, at)),
        st.tuples(
            BUILDS, st.sampled_from(["pending", "testing", "stable", "unpushed"]), st.integers(1, 2)
        ).map(lambda how: lambda at: update(how[1], at, how[0], alias=f"{ALIAS}{how[2]}")),
        st.booleans().map(lambda stays: lambda at: blocked(at, stays=stays)),
        st.sampled_from(["ann", "bob", "orphan"]).map(lambda who: lambda at: access(who, at, source="bus")),
        st.tuples(
            st.sampled_from(["P1", "P2"]),
            st.sampled_from(["ann", "bob", None]),
            st.sampled_from([Meaning.RETIREMENT, Meaning.UNSURE]),
            st.booleans(),
        ).map(lambda how: lambda at: read(at, post=how[0], author=how[1], meaning=how[2], complete=how[3])),
        st.just(synced),
        st.tuples(st.sampled_from(list(Action)), BUILDS).map(
            lambda how: lambda at: decided(how[0], at, build=how[1], minor="9.10")
        ),
        st.tuples(st.sampled_from(["L1", "R2"]), BUILDS).map(
            lambda how: lambda at: told(Waived("epel9", _waiver(*how, at)), at, "smooge")
        ),
        TIMES.map(
            lambda of: lambda at: told(Undone("epel9", "smooge", of, "smooge", at, "no"), at, "smooge")
        ),
    ]
    return st.tuples(st.one_of(what), TIMES).map(lambda pair: pair[0](pair[1]))


def _settled(meaning: Meaning, at: datetime, *, complete: bool) -> Recorded:
    said = read(START, post="P1", meaning=meaning, complete=complete).fact
    assert isinstance(said, PostRead)
    return told(Settled(replace(said, settled_by="smooge"), START, "smooge", at, "because"), at, "smooge")


def _waiver(rule: str, build: str, at: datetime) -> Waiver:
    until = (at + 30 * 24 * AN_HOUR).date()
    return Waiver(rule, "smooge", at, "because", until, "P1" if rule == "L1" else None, build)


EVENTS = st.lists(_events(), max_size=25)
READINGS = st.lists(
    st.tuples(BUILDS, st.sampled_from(["carries", "lacks", "near-miss", "unreadable"])).map(
        lambda how: checked(how[0], how[1])  # type: ignore[arg-type]  # all are outcomes
    ),
    max_size=3,
)
#: A person's word on a post is no event of its day: it tells, also of earlier days, what the post meant.
SETTLEMENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([Meaning.RETIREMENT, Meaning.OTHER]), TIMES, st.booleans()).map(
            lambda how: _settled(how[0], how[1], complete=how[2])
        ),
        st.tuples(TIMES, TIMES).map(
            lambda at: told(Undone(None, "smooge", at[0], "smooge", at[1], "no", "P1"), at[1], "smooge")
        ),
    ),
    max_size=4,
)
ANSWERS = st.sets(st.sampled_from(looked_up()), max_size=3).map(list)
HORIZONS = st.booleans().map(lambda online: horizon(online=online))


def excuse_of(evidence: list[Recorded], seen_from: Horizon, as_of: date | None = None) -> Excuse:
    return judge(facts(evidence, seen_from=seen_from, as_of=as_of), CALENDAR, PROFILE)


@settings(max_examples=150)
@given(EVENTS, READINGS, st.tuples(ANSWERS, SETTLEMENTS), HORIZONS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_evidence_matters(
    events: list[Recorded],
    readings: list[Recorded],
    answered: tuple[list[Recorded], list[Recorded]],
    seen_from: Horizon,
    chance: object,
) -> None:
    evidence = [*events, *readings, *answered[0], *answered[1]]
    again = evidence + evidence[::2]
    chance.shuffle(again)  # type: ignore[attr-defined]  # a Random
    assert facts(again, seen_from=seen_from) == facts(evidence, seen_from=seen_from)


@given(EVENTS, READINGS, st.randoms(use_true_random=False))
def test_what_is_seen_stands_in_one_order_however_it_came(
    events: list[Recorded], readings: list[Recorded], chance: object
) -> None:
    evidence = [*events, *readings, *looked_up()]
    chance.shuffle(evidence)  # type: ignore[attr-defined]  # a Random
    seen = Seen.on(NOW.date(), evidence, horizon())
    everything = sorted(
        evidence, key=lambda one: (one.happened_at, repr(one.fact), one.confirmed, one.source)
    )
    assert [*seen.by_then, *seen.later] == everything
    for kind in {type(one.fact) for one in evidence}:
        of_kind = [(one, one.fact) for one in everything if isinstance(one.fact, kind)]
        assert [*seen.of(kind), *seen.of_later(kind)] == of_kind


@settings(max_examples=100)
@given(EVENTS, READINGS, TIMES)
def test_a_past_day_sees_nothing_of_what_came_after_it(
    events: list[Recorded], readings: list[Recorded], moment: datetime
) -> None:
    end = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), moment.tzinfo)
    known = [*readings, *looked_up()]
    # Who maintains a package, an earlier day may learn from a later one.
    first = access("ann", START)
    by_then = [one for one in events if one.happened_at < end]
    assert facts([first, *events, *known], as_of=moment.date()) == facts(
        [first, *by_then, *known], as_of=moment.date()
    )


@settings(max_examples=150)
@given(EVENTS, READINGS, ANSWERS, HORIZONS, st.one_of(st.none(), TIMES.map(datetime.date)))
def test_no_evidence_is_too_odd_to_be_judged(
    events: list[Recorded],
    readings: list[Recorded],
    answers: list[Recorded],
    seen_from: Horizon,
    as_of: date | None,
) -> None:
    excuse = excuse_of([*events, *readings, *answers], seen_from, as_of)
    assert excuse.verdict is max((one.verdict for one in excuse.findings), default=Verdict.OK)
    retirement = excuse.retirement
    if retirement is None:
        return
    verdicts = {one.rule: one.verdict for one in excuse.findings}
    steps = retirement.steps
    assert steps.announced == (verdicts.get("R1") is Verdict.OK)
    assert steps.final_build == (verdicts.get("R2") is Verdict.OK)
    assert steps.in_updates == (verdicts.get("R3") is Verdict.OK)
    if retirement.state in (State.QUEUED, State.IN_UPDATES):
        assert steps.announced
        assert steps.final_build
        assert steps.in_updates


@settings(max_examples=60)
@given(EVENTS, READINGS)
def test_where_every_source_is_silent_no_step_is_done_and_nothing_is_owed_off(
    events: list[Recorded], readings: list[Recorded]
) -> None:
    excuse = excuse_of([*events, *readings], horizon())
    steps = excuse.retirement.steps if excuse.retirement else None
    assert steps is None or not (steps.announced or steps.final_build or steps.in_updates)
    assert excuse.lifetime is None
    assert Verdict.CANNOT_KNOW in {one.verdict for one in excuse.findings}


def test_a_collection_of_another_name_sees_its_own_tag_only() -> None:
    found = facts([*looked_up(), tagged(OLD, START)], collection="epel8", seen_from=horizon(tags=("epel8",)))
    assert found.collection == Collection(8)
    assert isinstance(found.presence, Known)
    assert found.presence.value.entry is None
