# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reason in-rhel: confirmed by RHEL's package lists it does away with L1, L2, R2, R3, V1, V3 and V4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from epelbot.domain.evidence import Carried, PostRead, Recorded, RhelSeen
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Horizon, SourceTrust
from epelbot.domain.nevra import EVR
from epelbot.domain.post import Reason
from epelbot.domain.profile import Profile, Rhel
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.policy.gate import Answer, may_retire
from epelbot.policy.judgement import judge
from epelbot.shipped import load_calendar, load_profile
from epelbot.wording.mail import Matter, word_mail
from tests.unit.case_evidence import (
    FINAL,
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
    pushed,
    read,
    synced,
    tagged,
    tip,
    told,
    untagged,
    update,
)

CALENDAR, PROFILE = load_calendar(), load_profile()
ALMA = "https://alma.example/9/BaseOS/{arch}/os/"
TRUST = SourceTrust(asked=True, max_age=timedelta(hours=96))
HIGHER, SAME, LOWER = EVR(0, "1.0", "5.el9"), EVR(0, "1.0", "2.el9"), EVR(0, "1.0", "1.el9_4")


def announced(at: str = "2026-10-01") -> Recorded:
    post = read(day(at))
    assert isinstance(post.fact, PostRead)
    reading = replace(post.fact.reading, category=Reason.IN_RHEL, reason="it is in RHEL 9.8 now")
    return replace(post, fact=replace(post.fact, reading=reading))


def rhel(*evrs: EVR | None, rebuild: str = "AlmaLinux") -> Recorded:
    arches = ("aarch64", "ppc64le", "s390x", "x86_64")
    carried = tuple(Carried(arch, evr) for arch, evr in zip(arches, evrs, strict=False))
    return told(RhelSeen("epel9", (ALMA,), rebuild, carried), NOW, "rhel")


EVERYWHERE = rhel(HIGHER, HIGHER, HIGHER, HIGHER)
#: Entered five months ago, announced, without any final build.
YOUNG = [
    *looked_up(),
    access("ann", day("2026-01-01"), seen=NOW),
    tagged(OLD, day("2026-06-15")),
    checked(OLD, "lacks"),
    synced(day("2026-11-22")),
    announced(),
]
GONE = blocked(day("2026-11-10"), by="bob", source="koji")


def judged(
    evidence: Sequence[Recorded],
    *,
    trust: SourceTrust | None = TRUST,
    view: Horizon | None = None,
    profile: Profile = PROFILE,
) -> Excuse:
    seen_from = replace(view or horizon(), rhel=trust)
    return judge(facts(evidence, seen_from=seen_from, profile=profile), CALENDAR, profile)


def verdicts(excuse: Excuse) -> dict[str, Verdict]:
    return {one.rule: one.verdict for one in excuse.findings}


def finding(excuse: Excuse, rule: str) -> Finding:
    return next(one for one in excuse.findings if one.rule == rule)


def test_what_rhel_has_everywhere_is_owed_nothing_and_needs_no_final_build() -> None:
    excuse = judged([*YOUNG, EVERYWHERE])
    assert verdicts(excuse) == dict.fromkeys(("L1", "L2", "R1", "R2", "R3"), Verdict.OK)
    retirement = excuse.retirement
    assert retirement is not None
    assert retirement.steps.for_packagers_done
    assert retirement.state is State.IN_UPDATES
    assert retirement.earliest_compose is not None
    assert (retirement.earliest_compose.minor, retirement.earliest_compose.day) == (None, NOW.date())
    assert excuse.to_change is None


def test_the_excuse_says_which_repository_said_it_and_when_and_names_who_stands_in() -> None:
    for rule in ("L1", "R2", "R3"):
        found = finding(judged([*YOUNG, EVERYWHERE]), rule)
        assert found.measured == (
            "does not apply: RHEL 9 carries foo 1.0-5.el9 for aarch64, ppc64le, s390x and x86_64"
        )
        (seen,) = found.evidence
        assert seen.what == f"the package lists of AlmaLinux, which stands in for RHEL: {ALMA}"
        assert seen.at == NOW
    (seen,) = finding(judged([*YOUNG, rhel(HIGHER, rebuild="")]), "L1").evidence
    assert seen.what == f"the package lists of RHEL: {ALMA}"


def test_one_architecture_that_lacks_it_is_enough_to_deny_it() -> None:
    excuse = judged([*YOUNG, rhel(HIGHER, HIGHER, None, HIGHER)])
    assert verdicts(excuse)["L1"] is Verdict.WAIT
    assert verdicts(excuse)["R2"] is Verdict.MUST_ACT
    assert any(
        "it is said to be in RHEL 9, but RHEL 9 carries foo 1.0-5.el9 for aarch64, ppc64le and x86_64, not "
        "for s390x (the package lists of AlmaLinux" in note
        for note in excuse.notes
    )


def test_what_rhel_does_not_have_at_all_is_a_retirement_like_any_other() -> None:
    excuse = judged([*YOUNG, rhel(None, None)])
    assert verdicts(excuse)["L1"] is Verdict.WAIT
    assert any("RHEL 9 does not carry foo" in note for note in excuse.notes)


def test_for_another_reason_it_does_not_matter_what_rhel_has() -> None:
    other = [one for one in YOUNG if not isinstance(one.fact, PostRead)]
    assert verdicts(judged([*other, read(day("2026-10-01")), EVERYWHERE]))["L1"] is Verdict.WAIT


@pytest.mark.parametrize(
    ("evidence", "trust"),
    [
        ([], TRUST),
        ([], replace(TRUST, error="alma.example does not answer")),
        ([replace(EVERYWHERE, happened_at=NOW - timedelta(days=5))], TRUST),
    ],
)
def test_lists_that_are_silent_make_unknown_what_hangs_on_them(
    evidence: list[Recorded], trust: SourceTrust
) -> None:
    excuse = judged([*YOUNG, *evidence], trust=trust)
    found = verdicts(excuse)
    assert (found["L1"], found["R2"]) == (Verdict.CANNOT_KNOW, Verdict.CANNOT_KNOW)
    assert found["R1"] is Verdict.OK
    assert finding(excuse, "L1").waivable_by is None
    assert may_retire(excuse, closed=False).answer is Answer.CANNOT_KNOW


def test_what_is_fine_anyway_stays_so_though_the_lists_are_silent() -> None:
    old = [one for one in YOUNG if one.fact != tagged(OLD, NOW).fact]
    excuse = judged([*old, tagged(OLD, day("2024-06-03")), tagged(FINAL, day("2026-10-05")), checked(FINAL)])
    assert {verdicts(excuse)[rule] for rule in ("L1", "R2", "R3")} == {Verdict.OK}


def test_where_no_lists_are_set_up_the_rules_hold_and_a_note_says_so() -> None:
    excuse = judged(YOUNG, trust=None)
    assert verdicts(excuse)["L1"] is Verdict.WAIT
    assert any("rhel.repositories" in note for note in excuse.notes)


# EPEL must not replace base packages


@pytest.mark.parametrize("stage", ["pending", "testing", "stable"])
@pytest.mark.parametrize(("carried", "too_high"), [(LOWER, True), (SAME, True), (HIGHER, False)])
def test_a_final_build_must_sort_below_rhels(stage: str, carried: EVR, too_high: bool) -> None:
    stable = [tagged(FINAL, day("2026-10-12"))] if stage == "stable" else []
    shipped = [update(stage, day("2026-10-11"), seen=NOW), *stable, checked(FINAL)]
    excuse = judged([*YOUNG, *shipped, rhel(HIGHER, carried)])
    found = finding(excuse, "R2")
    assert found.verdict is (Verdict.MUST_ACT if too_high else Verdict.OK)
    retirement = excuse.retirement
    assert retirement is not None
    assert retirement.steps.for_packagers_done is not too_high
    if too_high:
        assert f"not lower than RHEL's {carried}" in found.measured
        assert ("koji untag-build epel9" if stage == "stable" else "unpush the update") in (
            found.remedy or ""
        )
        text = word_mail(Matter(excuse, "R2"), "epel-devel@example.org")
        assert text.subject == "[epelbot] the final build of foo for epel9 must not replace RHEL's"
        assert "fedpkg build" not in text.text


def test_the_build_that_was_there_before_need_not_be_lower() -> None:
    assert verdicts(judged([*YOUNG, rhel(LOWER)]))["R2"] is Verdict.OK


def test_whether_a_build_is_a_final_one_must_be_known_where_it_is_high_enough_to_matter() -> None:
    shipped = [tagged(FINAL, day("2026-10-12")), update("stable", day("2026-10-12"), seen=NOW)]
    assert verdicts(judged([*YOUNG, *shipped, rhel(LOWER)]))["R2"] is Verdict.CANNOT_KNOW
    assert verdicts(judged([*YOUNG, *shipped, rhel(HIGHER)]))["R2"] is Verdict.OK


def test_approved_it_may_leave_at_once() -> None:
    excuse = judged([*YOUNG, EVERYWHERE, decided(Action.APPROVE, day("2026-11-20"), build=OLD)])
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.APPROVED
    assert may_retire(excuse, closed=False).answer is Answer.YES


# Departures


def test_what_rhel_has_may_have_left_at_any_time_and_without_a_final_build() -> None:
    excuse = judged([*YOUNG, EVERYWHERE, GONE])
    assert {rule: verdict for rule, verdict in verdicts(excuse).items() if rule.startswith("V")} == (
        dict.fromkeys(("V1", "V3", "V4"), Verdict.OK)
    )
    assert excuse.verdict is Verdict.OK
    assert finding(excuse, "V1").evidence[0].what.startswith("the package lists of AlmaLinux")


def test_the_word_of_who_made_it_leave_is_a_reason_too() -> None:
    silent = [one for one in YOUNG if not isinstance(one.fact, PostRead)]
    dead = [pushed(day("2026-11-09")), tip(NOW, "Now part of RHEL 9.8", since=day("2026-11-09"))]
    found = verdicts(judged([*silent, EVERYWHERE, GONE, *dead]))
    assert (found["V1"], found["V3"], found["V4"]) == (Verdict.OK,) * 3
    # Announced it must be all the same.
    assert found["V2"] is Verdict.VIOLATED


def test_what_rhel_does_not_have_left_against_the_rules() -> None:
    found = verdicts(judged([*YOUNG, rhel(HIGHER, None), GONE]))
    assert {found["V1"], found["V3"], found["V4"]} == {Verdict.VIOLATED}


@pytest.mark.parametrize("trust", [TRUST, None])
def test_while_nobody_can_tell_nobody_is_accused(trust: SourceTrust | None) -> None:
    found = verdicts(judged([*YOUNG, GONE], trust=trust))
    assert {found["V1"], found["V3"], found["V4"]} == {Verdict.CANNOT_KNOW}


@pytest.mark.parametrize(("carried", "accused"), [(HIGHER, False), (EVR(0, "0.9", "1.el9"), True)])
def test_a_policy_may_want_a_post_only_where_rhels_version_is_older(carried: EVR, accused: bool) -> None:
    silent = [one for one in YOUNG if not isinstance(one.fact, PostRead)]
    dead = [pushed(day("2026-11-09")), tip(NOW, "Now part of RHEL 9.8", since=day("2026-11-09"))]
    profile = replace(PROFILE, rhel=Rhel((ALMA,), announce="if-older"))
    found = verdicts(judged([*silent, rhel(carried), GONE, *dead], profile=profile))
    assert found["V2"] is (Verdict.VIOLATED if accused else Verdict.OK)
    assert load_profile("epel-current").rhel.announce == "if-older"
    unknown = judged([*silent, GONE, *dead], profile=profile, trust=None)
    assert verdicts(unknown)["V2"] is Verdict.CANNOT_KNOW


def test_an_untagged_build_is_no_departure_of_another_kind() -> None:
    found = verdicts(judged([*YOUNG, EVERYWHERE, untagged(OLD, day("2026-11-10"))]))
    assert (found["V1"], found["V3"]) == (Verdict.OK, Verdict.OK)
