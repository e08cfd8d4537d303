# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each rule says of the facts (POLICY R1 to R4, L1, L2, and what is missing), and who may waive it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Missing
from epelbot.domain.post import Meaning
from epelbot.domain.retirement import Action
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.builds_from_evidence import TAG_HISTORY, UPDATES
from epelbot.policy.judgement import judge
from epelbot.policy.posts_from_evidence import ACCESS
from epelbot.policy.registry import RULES
from epelbot.policy.rule import RELEASE_MANAGER, RELEASE_MANAGER_OR_COMMITTEE, needed
from epelbot.shipped import load_calendar, load_profile
from tests.unit.case_evidence import (
    ALIAS,
    FINAL,
    NEWER,
    NOW,
    OLD,
    access,
    checked,
    day,
    decided,
    facts,
    horizon,
    looked_up,
    read,
    synced,
    tagged,
    update,
    whole_case,
)

CALENDAR, PROFILE = load_calendar(), load_profile()
ANN = access("ann", day("2024-01-01"), seen=NOW)
LIVES = [*looked_up(), ANN, tagged(OLD, day("2024-06-03")), checked(OLD, "lacks"), synced(NOW)]
BUILT = [update("testing", day("2026-10-04")), checked(FINAL)]


def excuse_of(evidence: list[Recorded], *, as_of: date | None = None, silent: str = "") -> Excuse:
    known = [one for one in evidence if not (silent and one.kind == "looked-up" and silent in repr(one.fact))]
    found = facts(known, as_of=as_of, seen_from=horizon(error=f"{silent} is down") if silent else None)
    return judge(found, CALENDAR, PROFILE)


def finding(rule: str, evidence: list[Recorded], **how: object) -> Finding | None:
    found = excuse_of(evidence, **how).findings  # type: ignore[arg-type]  # passed on
    return next((one for one in found if one.rule == rule), None)


def must(rule: str, evidence: list[Recorded], **how: object) -> Finding:
    found = finding(rule, evidence, **how)
    assert found is not None
    return found


def test_who_may_waive_what_is_the_policys_list_and_nobody_waives_the_rest() -> None:
    manager, committee = "the release manager", "the release manager or the committee"
    theirs = ("L1", "L2", "R2", "R3", "R7", "V1", "V2", "V3", "V4", "V5")
    expected = dict.fromkeys(theirs, manager) | {"R1": committee}
    assert {rule.id: rule.waivable_by for rule in RULES if rule.waivable_by} == expected


def test_the_rules_stand_in_reading_order_each_under_its_own_id() -> None:
    assert " ".join(rule.id for rule in RULES) == "L1 L2 L3 R1 R2 R3 R4 R5 R6 R7 R8 V1 V2 V3 V4 V5"


def test_a_package_that_nobody_wants_to_retire_is_judged_by_l1_alone() -> None:
    excuse = excuse_of(LIVES)
    assert [one.rule for one in excuse.findings] == ["L1"]
    assert (excuse.verdict, excuse.retirement) == (Verdict.OK, None)


# R1


def test_an_announcement_with_its_reason_is_all_that_r1_asks_for() -> None:
    found = must("R1", [*LIVES, read(day("2026-10-01"))])
    assert (found.verdict, found.measured) == (Verdict.OK, "announced by ann on 2026-10-01")
    assert found.evidence[0].url == "https://lists/P1"
    assert found.evidence[0].at == day("2026-10-01")


def test_an_announcement_without_a_reason_has_to_be_made_again() -> None:
    found = must("R1", [*LIVES, read(day("2026-10-01"), reason=None)])
    assert (found.verdict, found.measured) == (
        Verdict.MUST_ACT,
        "announced by ann on 2026-10-01, without a reason",
    )


def test_while_the_archive_lags_nobody_knows_the_reason() -> None:
    found = must("R1", [*LIVES, read(day("2026-10-01"), reason=None, complete=False)])
    assert found.verdict is Verdict.CANNOT_KNOW
    assert "archive" in found.measured


def test_a_final_build_without_a_post_has_to_be_announced() -> None:
    found = must("R1", [*LIVES, *BUILT])
    assert (found.verdict, found.measured) == (Verdict.MUST_ACT, "no announcement has been seen")
    assert found.remedy == "announce it on epel-devel, with the package, the collection and the reason"


@pytest.mark.parametrize(
    ("post", "doubt"),
    [
        (read(day("2026-10-01"), author="mallory"), "mallory does not maintain the package"),
        (read(day("2026-10-01"), author=None), "the list does not tell whose account that is"),
        (read(day("2026-10-01"), starts=False), "it stands inside a discussion"),
        (read(day("2026-10-01"), meaning=Meaning.UNSURE), "the reader is not sure of it: it may be so"),
    ],
)
def test_a_doubtful_post_waits_for_a_person_and_begins_nothing(post: Recorded, doubt: str) -> None:
    excuse = excuse_of([*LIVES, post])
    found = must("R1", [*LIVES, post])
    assert found.verdict is Verdict.OTHERS_MUST_ACT
    assert found.measured.endswith(f"on 2026-10-01 may announce it, but {doubt}")
    assert excuse.retirement is None
    assert [one.rule for one in excuse.findings] == ["L1", "R1"], "nobody is asked for a final build"


def test_who_maintains_it_being_unknown_r1_cannot_know_and_the_retirement_stays() -> None:
    excuse = excuse_of([*LIVES, read(day("2026-10-01"))], silent=ACCESS)
    found = next(one for one in excuse.findings if one.rule == "R1")
    assert found.verdict is Verdict.CANNOT_KNOW
    assert excuse.retirement is not None
    assert not excuse.retirement.steps.announced


def test_the_release_manager_or_the_committee_may_waive_r1() -> None:
    assert must("R1", [*LIVES, *BUILT]).waivable_by == RELEASE_MANAGER_OR_COMMITTEE


# R3


def test_a_final_build_in_testing_waits() -> None:
    found = must("R3", [*LIVES, *BUILT])
    assert (found.verdict, found.measured) == (Verdict.WAIT, f"{FINAL} is testing in {ALIAS}")
    assert found.evidence[0].url == f"https://bodhi.fedoraproject.org/updates/{ALIAS}"


def test_a_stable_final_build_is_public_with_the_first_sync_after_its_tagging() -> None:
    stable = [
        *LIVES,
        tagged(FINAL, day("2026-11-20")),
        update("stable", day("2026-11-20", 15)),
        checked(FINAL),
    ]
    before = [*stable, synced(day("2026-11-20", 11)), synced(day("2026-11-20", 12))]
    waits = [one for one in before if one.kind != "sync" or one.happened_at != NOW]
    assert must("R3", waits).verdict is Verdict.WAIT
    found = must("R3", [*waits, synced(day("2026-11-21")), synced(NOW)])
    assert (found.verdict, found.measured) == (Verdict.OK, f"{FINAL} is public since 2026-11-21")


def test_a_build_tagged_directly_counts_and_is_shown_as_such() -> None:
    found = must("R3", [*LIVES, tagged(FINAL, day("2026-11-20")), checked(FINAL)])
    assert found.verdict is Verdict.OK
    assert found.measured.endswith("tagged directly, without an update")


def test_with_no_sync_heard_of_for_long_nobody_knows_what_is_public() -> None:
    quiet = [one for one in LIVES if one.kind != "sync"]
    stable = [*quiet, tagged(FINAL, day("2026-11-01")), checked(FINAL)]
    assert must("R3", stable).verdict is Verdict.CANNOT_KNOW
    last = must("R3", [*stable, synced(day("2026-10-31"))])
    assert last.verdict is Verdict.CANNOT_KNOW
    assert last.measured.endswith("no sync of the repository has been seen since 2026-10-31 12:00 UTC")


def test_r3_has_nothing_to_say_before_r2_holds() -> None:
    assert finding("R3", [*LIVES, read(day("2026-10-01"))]) is None


# Missing facts


@pytest.mark.parametrize(
    ("silent", "rules"),
    [(TAG_HISTORY, {"L1", "L2", "R2", "R3"}), (UPDATES, {"R2", "R3"}), (ACCESS, {"R1"})],
)
def test_a_silent_source_makes_its_rules_cannot_know_never_a_pass(silent: str, rules: set[str]) -> None:
    excuse = excuse_of([*whole_case()], silent=silent)
    unknown = {one.rule: one for one in excuse.findings if one.verdict is Verdict.CANNOT_KNOW}
    assert set(unknown) == rules
    assert excuse.verdict is Verdict.CANNOT_KNOW
    assert all(one.measured == f"{silent} is down" for one in unknown.values())
    assert all(one.waivable_by is None for one in unknown.values()), "cannot-know: nobody may waive"


def test_a_source_that_fell_silent_is_named_with_its_last_word() -> None:
    old = looked_up(at=NOW - timedelta(days=3))
    found = must("L1", [*old, *(one for one in LIVES if one.kind != "looked-up")])
    assert found.measured == "Koji has not been asked lately (it told this last on 2026-11-20 12:00 UTC)"


def test_a_build_whose_rpms_nobody_has_read_is_no_final_build_yet() -> None:
    found = must("R2", [*LIVES, read(day("2026-10-01")), update("testing", day("2026-10-04"))])
    assert (found.verdict, found.measured) == (
        Verdict.CANNOT_KNOW,
        f"the RPMs of {FINAL} have not been read yet",
    )


# L1 and L2


def test_l1_waits_only_for_somebody_who_wants_to_leave() -> None:
    young = [*looked_up(), ANN, tagged(OLD, day("2026-06-15")), checked(OLD, "lacks")]
    assert must("L1", young).verdict is Verdict.OK
    found = must("L1", [*young, read(day("2026-10-01"))])
    assert found.verdict is Verdict.WAIT
    assert found.measured == "entered 2026-06-15, owed until about 2027-05-20, at the latest 2027-07-15"
    assert found.waivable_by == RELEASE_MANAGER


def test_a_complete_retirement_waits_for_the_release_manager_in_l2() -> None:
    excuse = excuse_of(whole_case())
    assert excuse.retirement is not None
    assert must("L2", whole_case()).verdict is Verdict.OK, "he has not been told yet"


@pytest.mark.parametrize(
    ("action", "verdict", "measured"),
    [
        (Action.APPROVE, Verdict.WAIT, "approved by smooge, may leave with RHEL 9.9"),
        (Action.DEFER, Verdict.WAIT, "deferred by smooge to RHEL 9.10, may leave with RHEL 9.10"),
        (Action.REJECT, Verdict.OK, "rejected by smooge: it stays"),
    ],
)
def test_l2_says_what_follows_from_a_decision(action: Action, verdict: Verdict, measured: str) -> None:
    minor = "9.10" if action is Action.DEFER else None
    found = must("L2", [*whole_case(), decided(action, day("2026-11-01"), minor=minor)])
    assert found.verdict is verdict
    assert found.measured.startswith(measured)
    assert found.flips_on is None, "a projection is no day on which the answer is known to change"


def test_an_approved_one_whose_compose_is_out_has_to_be_dropped() -> None:
    early = [
        *looked_up(),
        ANN,
        tagged(OLD, day("2023-06-03")),
        read(day("2024-09-01")),
        tagged(FINAL, day("2024-09-10")),
        checked(FINAL),
        synced(day("2024-09-11")),
        decided(Action.APPROVE, day("2024-10-01")),
    ]
    assert must("L2", early, as_of=date(2024, 11, 11)).verdict is Verdict.WAIT
    out = must("L2", early, as_of=date(2024, 11, 12))
    assert (out.verdict, out.remedy) == (Verdict.OTHERS_MUST_ACT, "drop it from the collection now")


def test_a_newer_build_makes_an_approved_one_start_again() -> None:
    approved = [*whole_case(), decided(Action.APPROVE, day("2026-11-01"))]
    relapsed = [*approved, update("pending", day("2026-11-02"), NEWER, alias="B"), checked(NEWER, "lacks")]
    excuse = excuse_of(relapsed)
    assert excuse.retirement is not None
    assert excuse.retirement.decision is None
    assert excuse.retirement.build == NEWER
    assert must("R2", relapsed).verdict is Verdict.MUST_ACT


def test_no_rule_takes_for_known_what_is_not() -> None:
    assert needed(3) == 3
    for nothing in (None, Missing("Koji", "it is silent")):
        with pytest.raises(LookupError, match="does not name in its needs"):
            needed(nothing)
