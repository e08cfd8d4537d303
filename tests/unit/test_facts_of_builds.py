# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts from evidence: stays, entry, newest build, what was read of it (POLICY, Words, L3, R2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from epelbot.domain.evidence import (
    BuildChanged,
    BuildChecked,
    Outcome,
    PackageListChanged,
    Recorded,
    UpdateSeen,
)
from epelbot.domain.facts import Facts, Horizon, Known, Missing, NewestBuild, Presence
from epelbot.domain.profile import Profile, ReadmeRules
from epelbot.policy.builds_from_evidence import TAG_HISTORY, UPDATES
from tests.unit.case_evidence import (
    ALIAS,
    FINAL,
    NEWER,
    NOW,
    OLD,
    blocked,
    checked,
    day,
    facts,
    horizon,
    looked_up,
    tagged,
    told,
    untagged,
    update,
)

OFFLINE = horizon(online=False)


def presence(found: Facts) -> Presence:
    assert isinstance(found.presence, Known)
    return found.presence.value


def entered(
    evidence: list[Recorded],
    *,
    as_of: date | None = None,
    seen_from: Horizon | None = None,
    collection: str = "epel9",
    profile: Profile | None = None,
) -> tuple[date, str] | None:
    found = facts(
        [*looked_up(), *evidence], as_of=as_of, seen_from=seen_from, collection=collection, profile=profile
    )
    entry = presence(found).entry
    return None if entry is None else (entry.day, str(entry.nvr))


def newest(found: Facts) -> NewestBuild:
    assert isinstance(found.newest, Known)
    assert found.newest.value is not None
    return found.newest.value


# The entry


def test_the_entry_is_the_day_of_the_first_stable_tagging() -> None:
    assert entered([tagged(FINAL, day("2024-09-01")), tagged(OLD, day("2024-06-03", 23))]) == (
        date(2024, 6, 3),
        OLD,
    )


def test_no_entry_without_a_stable_tagging() -> None:
    assert entered([tagged(OLD, day("2024-06-03"), "epel9-testing")]) is None


def test_where_koji_is_asked_a_stable_update_is_no_entry() -> None:
    assert entered([update("stable", day("2024-06-03"), OLD)]) is None


def test_where_koji_is_silent_bodhis_stable_day_is_the_entry() -> None:
    found = facts([update("stable", day("2024-06-03"), OLD)], seen_from=OFFLINE)
    entry = presence(found).entry
    assert entry is not None
    assert entry.day == date(2024, 6, 3)
    assert isinstance(found.presence, Known)
    assert found.presence.source == "the message bus"


def test_offline_a_tagging_goes_before_the_update_of_the_same_build() -> None:
    evidence = [update("stable", day("2024-06-04"), OLD), tagged(OLD, day("2024-06-03"))]
    entry = presence(facts(evidence, seen_from=OFFLINE)).entry
    assert entry is not None
    assert entry.at == day("2024-06-03")


def test_offline_nothing_told_is_not_an_empty_tag() -> None:
    found = facts([], seen_from=OFFLINE).presence
    assert isinstance(found, Missing)
    assert "sources.online" in found.why


def test_a_build_of_another_package_in_the_same_update_is_no_entry() -> None:
    assert isinstance(
        facts([update("stable", day("2024-06-03"), "bar-1-1.el9")], seen_from=OFFLINE).presence, Missing
    )


def test_a_message_and_a_look_up_of_one_tagging_a_second_apart_are_one_stay() -> None:
    at = day("2024-06-03")
    stays = presence(facts([*looked_up(), tagged(OLD, at), tagged(OLD, at + timedelta(seconds=1))])).stays
    assert [stay.tagged_at for stay in stays] == [at]


# L3


@pytest.mark.parametrize(("days", "entry"), [(13, "2024-06-03"), (14, "2024-06-03"), (15, "2026-01-16")])
def test_unretired_within_14_days_the_old_entry_goes_on(days: int, entry: str) -> None:
    left = day("2026-01-01")
    back = left + timedelta(days=days)
    evidence = [tagged(OLD, day("2024-06-03")), untagged(OLD, left), tagged(FINAL, back)]
    assert entered(evidence) == (date.fromisoformat(entry), OLD if days <= 14 else FINAL)


def test_the_same_build_tagged_again_goes_on_with_the_old_entry_however_late() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        untagged(OLD, day("2024-07-01")),
        tagged(OLD, day("2026-01-01")),
        tagged(FINAL, day("2026-02-01")),
    ]
    assert entered(evidence) == (date(2024, 6, 3), OLD)


def test_one_build_untagged_is_no_departure() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        tagged(FINAL, day("2024-07-03")),
        untagged(OLD, day("2024-07-04")),
        tagged(NEWER, day("2026-01-01")),
    ]
    assert entered(evidence) == (date(2024, 6, 3), OLD)
    assert presence(facts([*looked_up(), *evidence])).left_at is None


def test_a_listing_has_left_when_no_build_of_it_is_in_the_stable_tag() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), untagged(OLD, day("2026-01-01"))]
    assert presence(facts(evidence)).left_at == day("2026-01-01")


def test_the_days_to_undo_are_the_profiles() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        untagged(OLD, day("2026-01-01")),
        tagged(FINAL, day("2026-01-20")),
    ]
    assert entered(evidence, profile=Profile(undo_days=30)) == (date(2024, 6, 3), OLD)


def test_a_build_of_an_earlier_life_tagged_again_begins_a_new_one() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        untagged(OLD, day("2024-07-01")),
        tagged(FINAL, day("2025-01-01")),
        untagged(FINAL, day("2025-02-01")),
        tagged(OLD, day("2026-01-01")),
    ]
    assert entered(evidence) == (date(2026, 1, 1), OLD)
    assert entered(evidence[:-1]) == (date(2025, 1, 1), FINAL)


def test_a_block_is_an_absence_though_the_builds_are_still_tagged() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        blocked(day("2026-01-01")),
        untagged(OLD, day("2026-03-01")),
        blocked(day("2026-03-02"), stays=False),
        tagged(FINAL, day("2026-03-03")),
    ]
    assert entered(evidence) == (date(2026, 3, 3), FINAL)


def test_an_unblocked_listing_whose_build_is_still_tagged_goes_on_with_the_old_entry() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        blocked(day("2026-01-01")),
        blocked(day("2026-03-02"), stays=False),
        tagged(FINAL, day("2026-03-03")),
    ]
    assert entered(evidence) == (date(2024, 6, 3), OLD)


def test_a_build_tagged_into_a_blocked_tag_proves_that_the_block_is_over() -> None:
    evidence = [
        tagged(OLD, day("2024-06-03")),
        untagged(OLD, day("2026-01-01")),
        blocked(day("2026-01-01")),
        tagged(FINAL, day("2026-03-03")),
    ]
    assert entered(evidence) == (date(2026, 3, 3), FINAL)


def test_a_look_up_that_finds_it_unblocked_ends_a_block_whose_end_nobody_told() -> None:
    seen_again = told(PackageListChanged("epel9", "seen", blocked=False), day("2026-01-05"), "koji")
    evidence = [
        tagged(OLD, day("2024-06-03")),
        blocked(day("2026-01-01")),
        seen_again,
        untagged(OLD, day("2026-03-01")),
        tagged(FINAL, day("2026-03-03")),
    ]
    assert entered(evidence) == (date(2024, 6, 3), OLD)
    assert entered([one for one in evidence if one is not seen_again]) == (date(2026, 3, 3), FINAL)


# RHEL 10

TAGS = ("epel10.0", "epel10.1", "epel10.2")
LED = (("epel10.0", date(2025, 2, 18)), ("epel10.1", date(2025, 8, 20)))
LEADING = horizon(tags=TAGS, led_until=LED)


def test_for_epel10_all_leading_tags_are_one_and_cloning_a_tag_is_no_entry() -> None:
    evidence = [
        tagged(OLD, day("2024-12-01"), "epel10.0"),
        tagged(OLD, day("2025-02-18"), "epel10.1"),
        tagged(OLD, day("2025-08-20"), "epel10.2"),
    ]
    assert entered(evidence, collection="epel10", seen_from=LEADING) == (date(2024, 12, 1), OLD)


def test_what_enters_a_branched_minor_later_has_not_entered_epel10() -> None:
    evidence = [tagged(OLD, day("2025-03-01"), "epel10.0"), tagged(OLD, day("2025-09-01"), "epel10.2")]
    assert entered(evidence, collection="epel10", seen_from=LEADING) == (date(2025, 9, 1), OLD)


def test_what_stays_in_a_trailing_collection_has_left_epel10_all_the_same() -> None:
    evidence = [
        tagged(OLD, day("2025-01-01"), "epel10.0"),
        tagged(OLD, day("2025-02-18"), "epel10.1"),
        untagged(OLD, day("2025-03-01"), "epel10.1"),
        tagged(FINAL, day("2025-10-01"), "epel10.2"),
    ]
    assert entered(evidence, collection="epel10", seen_from=LEADING) == (date(2025, 10, 1), FINAL)


def test_while_a_branching_day_is_unknown_the_older_tag_counts() -> None:
    evidence = [tagged(OLD, day("2025-03-01"), "epel10.0"), tagged(FINAL, day("2025-09-01"), "epel10.1")]
    seen = horizon(tags=TAGS)
    assert entered(evidence, collection="epel10", seen_from=seen) == (date(2025, 3, 1), OLD)


def test_a_branching_brings_nothing_back_that_had_left_the_tag_before() -> None:
    evidence = [
        *looked_up(),
        tagged(OLD, day("2025-01-01"), "epel10.0"),
        tagged(OLD, day("2025-02-18"), "epel10.1"),
        untagged(OLD, day("2025-05-01"), "epel10.1"),
        blocked(day("2025-05-01"), "epel10.1"),
    ]
    found = facts(evidence, collection="epel10", seen_from=LEADING)
    assert presence(found).left_at == day("2025-05-01")
    assert found.blocked


def test_a_trailing_collection_has_its_own_tag_only() -> None:
    evidence = [tagged(OLD, day("2025-01-01"), "epel10.0"), tagged(OLD, day("2025-02-18"), "epel10.1")]
    seen = horizon(tags=("epel10.1",))
    assert entered(evidence, collection="epel10.1", seen_from=seen) == (date(2025, 2, 18), OLD)


# The newest build, for R2


def test_the_newest_build_is_the_latest_tagged_one() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), tagged(FINAL, day("2024-07-03"))]
    build = newest(facts(evidence))
    assert (str(build.nvr), build.stage, build.stable_since) == (FINAL, "stable", day("2024-07-03"))
    assert build.order_trouble is None


def test_tag_order_and_version_disagreeing_is_told() -> None:
    evidence = [*looked_up(), tagged(NEWER, day("2024-06-03")), tagged(OLD, day("2024-07-03"))]
    build = newest(facts(evidence))
    assert str(build.nvr) == OLD
    assert build.order_trouble == f"{OLD} was tagged last, but {NEWER}, also in epel9, is the higher version"


def test_an_epoch_decides_what_is_higher() -> None:
    epoch = told(BuildChanged(OLD, "complete", epoch=1, build_id=7), day("2024-05-01"))
    evidence = [*looked_up(), epoch, tagged(NEWER, day("2024-06-03")), tagged(OLD, day("2024-07-03"))]
    build = newest(facts(evidence))
    assert build.order_trouble is None
    assert str(build.evr) == "1:1.0-1.el9"


def test_what_r2_was_given_for_an_epoch_is_no_evidence_of_it() -> None:
    epoch = told(BuildChanged(NEWER, "complete", epoch=1, build_id=7), day("2024-05-01"))
    guessed = told(BuildChecked(NEWER, 0, "lacks", "it lacks it"), NOW, "koji")
    evidence = [*looked_up(), epoch, guessed, tagged(NEWER, day("2024-06-03"))]
    assert newest(facts(evidence)).evr.epoch == 1


@pytest.mark.parametrize("status", ["pending", "testing"])
def test_a_higher_build_in_a_live_update_is_the_newest(status: str) -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), update(status, day("2026-10-04"))]
    build = newest(facts(evidence))
    assert (str(build.nvr), build.stage, build.stable_since) == (FINAL, status, None)


@pytest.mark.parametrize("status", ["unpushed", "obsolete", "side_tag_active", "stable"])
def test_a_build_in_no_live_update_cannot_be_the_newest(status: str) -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), update(status, day("2026-10-04"))]
    assert str(newest(facts(evidence)).nvr) == OLD


def test_a_lower_build_in_a_live_update_is_not_the_newest() -> None:
    evidence = [*looked_up(), tagged(FINAL, day("2024-06-03")), update("testing", day("2026-10-04"), OLD)]
    assert str(newest(facts(evidence)).nvr) == FINAL


def test_an_update_for_another_release_says_nothing() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), update("testing", NOW, NEWER, release="epel8")]
    assert str(newest(facts(evidence)).nvr) == OLD


def test_an_update_that_returns_to_a_state_it_was_in_is_in_that_state() -> None:
    evidence = [
        *looked_up(),
        tagged(OLD, day("2024-06-03")),
        # The same state twice is one row, seen again.
        update("pending", day("2026-10-01"), seen=day("2026-10-03")),
        update("unpushed", day("2026-10-02")),
    ]
    assert str(newest(facts(evidence)).nvr) == FINAL
    before = facts(evidence, as_of=date(2026, 10, 2))
    assert str(newest(before).nvr) == OLD, "on that day it was unpushed"


def test_an_edit_that_takes_the_build_out_takes_it_out() -> None:
    evidence = [
        *looked_up(),
        tagged(OLD, day("2024-06-03")),
        update("pending", day("2026-10-01"), FINAL, "bar-1-1.el9"),
        update("pending", day("2026-10-02"), "bar-1-1.el9"),
    ]
    assert str(newest(facts(evidence)).nvr) == OLD


def test_between_tagging_and_the_end_of_the_compose_the_update_is_known() -> None:
    evidence = [*looked_up(), update("testing", day("2026-10-04")), tagged(FINAL, day("2026-10-12"))]
    build = newest(facts(evidence))
    assert build.update is not None
    assert (build.stage, build.tagged_by_hand) == ("stable", False)


def test_tagged_directly_is_said_only_where_bodhi_was_asked() -> None:
    evidence = [tagged(FINAL, day("2026-10-12"))]
    assert newest(facts([*looked_up(), *evidence])).tagged_by_hand
    assert not newest(facts(evidence, seen_from=OFFLINE)).tagged_by_hand


def test_a_listing_without_builds_has_no_newest_one() -> None:
    found = facts(looked_up())
    assert found.newest == Known(None, "Koji", NOW)
    assert isinstance(found.check, Missing)


# What was read


def test_what_was_read_of_another_build_says_nothing_of_the_newest() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), tagged(FINAL, day("2024-07-03")), checked(OLD)]
    found = facts(evidence)
    assert isinstance(found.check, Missing)
    assert found.check.why == f"the RPMs of {FINAL} have not been read yet"
    assert found.carried_before


def test_what_was_read_by_other_settings_does_not_count() -> None:
    evidence = [*looked_up(), tagged(FINAL, day("2024-07-03")), checked(FINAL)]
    strict = Profile(readme=ReadmeRules(scope="every"))
    assert isinstance(facts(evidence).check, Known)
    assert isinstance(facts(evidence, profile=strict).check, Missing)


@pytest.mark.parametrize("outcomes", [("unreadable", "carries"), ("carries", "unreadable")])
def test_a_reading_that_failed_gives_way_to_one_that_did_not(outcomes: tuple[Outcome, Outcome]) -> None:
    readings = [checked(FINAL, outcome, NOW - timedelta(hours=at)) for at, outcome in enumerate(outcomes)]
    found = facts([*looked_up(), tagged(FINAL, day("2024-07-03")), *readings]).check
    assert isinstance(found, Known)
    assert found.value.outcome == "carries"


# Missing


@pytest.mark.parametrize(("silent", "missing"), [(TAG_HISTORY, "presence"), (UPDATES, "newest")])
def test_a_source_that_was_never_asked_leaves_its_facts_missing(silent: str, missing: str) -> None:
    evidence = [*looked_up(but=silent), tagged(OLD, day("2024-06-03"))]
    found = getattr(facts(evidence), missing)
    assert isinstance(found, Missing)
    assert found.since is None
    assert found.why.endswith("has not been asked yet")


@pytest.mark.parametrize("fact", ["presence", "newest", "check", "people"])
def test_a_fact_older_than_max_age_is_missing(fact: str) -> None:
    long_ago = NOW - timedelta(hours=48, seconds=1)
    evidence = [*looked_up(at=long_ago), tagged(FINAL, day("2024-06-03")), checked(FINAL)]
    found = getattr(facts(evidence), fact)
    assert isinstance(found, Missing)
    assert found.since == long_ago
    fresh = [*looked_up(at=NOW - timedelta(hours=48)), tagged(FINAL, day("2024-06-03")), checked(FINAL)]
    assert isinstance(getattr(facts(fresh), fact), Known)


def test_a_missing_fact_tells_why_its_source_does_not_answer() -> None:
    found = facts([], seen_from=horizon(error="Koji does not answer; it is asked again later")).presence
    assert isinstance(found, Missing)
    assert found.why == "Koji does not answer; it is asked again later"


# As of a past day


def test_a_past_day_sees_what_had_happened_by_its_end() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03", 0)), tagged(FINAL, day("2024-07-03", 0))]
    assert str(newest(facts(evidence, as_of=date(2024, 7, 2))).nvr) == OLD
    assert str(newest(facts(evidence, as_of=date(2024, 7, 3))).nvr) == FINAL
    assert entered(evidence, as_of=date(2024, 6, 2)) is None


def test_what_a_look_up_tells_now_answers_for_a_day_before_it() -> None:
    first_asked: list[Recorded] = looked_up(at=NOW)
    found = facts([*first_asked, tagged(OLD, day("2024-06-03"))], as_of=date(2025, 1, 1))
    assert isinstance(found.presence, Known)
    assert isinstance(found.newest, Known)


def test_an_update_that_a_look_up_found_stable_was_pending_and_in_testing_before() -> None:
    times = (day("2026-10-01"), day("2026-10-03"), day("2026-10-12"))
    state = UpdateSeen(ALIAS, "epel9", "epel9", "stable", None, (FINAL,), "ann", *times)
    dated = told(state, times[-1], "bodhi", confirmed=NOW)
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), dated]
    stages = {
        text: newest(facts(evidence, as_of=date.fromisoformat(text))).stage
        for text in ("2026-09-30", "2026-10-01", "2026-10-03", "2026-10-11")
    }
    assert list(stages.values()) == ["stable", "pending", "testing", "testing"]


def test_a_future_day_assumes_nothing_new() -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03"))]
    today, later = facts(evidence), facts(evidence, as_of=date(2027, 6, 1))
    assert replace(later, as_of=today.as_of, sync_silence=today.sync_silence) == today


@pytest.mark.parametrize("moment", [day("2026-01-01"), NOW])
def test_blocked_stands_until_it_is_unblocked(moment: datetime) -> None:
    evidence = [*looked_up(), tagged(OLD, day("2024-06-03")), blocked(day("2025-01-01"))]
    assert facts(evidence, as_of=moment.date()).blocked
    assert not facts([*evidence, blocked(day("2025-02-01"), stays=False)], as_of=moment.date()).blocked
    assert not facts(evidence, as_of=date(2024, 12, 31)).blocked
