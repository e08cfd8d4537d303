# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mail on a departure against the rules: who did what, how to mend it, how to undo it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import date

import pytest

from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.people import People
from epelbot.domain.retirement import Action
from epelbot.policy.judgement import judge
from epelbot.policy.telling import Audience, Telling, tellings
from epelbot.shipped import load_calendar, load_profile
from epelbot.wording.digest import word_matters
from epelbot.wording.mail import Matter, Words, word_mail
from tests.unit.case_evidence import (
    NOW,
    OLD,
    blocked,
    day,
    decided,
    facts,
    horizon,
    pushed,
    read,
    tip,
    untagged,
    whole_case,
)
from tests.unit.departed import OLD_LISTING

LIST = "epel-devel@lists.example.org"
KILLED = [pushed(day("2026-11-08")), tip(NOW, since=day("2026-11-08"))]
GONE = [*OLD_LISTING, *KILLED, blocked(day("2026-11-09"), by="releng", source="koji")]


def judged(evidence: list[Recorded], as_of: date | None = None) -> Excuse:
    return judge(facts(evidence, as_of=as_of), load_calendar(), load_profile())


def told(excuse: Excuse) -> tuple[Telling, ...]:
    return tellings(excuse)


def mail(evidence: list[Recorded]) -> Words:
    excuse = judged(evidence)
    return word_mail(Matter(excuse, told(excuse)[0].rule, at_once=True), LIST)


def flowing(text: str) -> str:
    return " ".join(text.split())


def test_maintainer_and_release_manager_are_told_at_once_and_once() -> None:
    found = told(judged(GONE))
    assert {one.audience for one in found} == {Audience.MAINTAINERS, Audience.RELEASE_MANAGER}
    assert {(one.at_once, one.once) for one in found} == {(True, True)}
    assert len({one.cause for one in found}) == 1


def test_one_mail_says_all_that_was_missed_whatever_is_mended_first() -> None:
    late_post = read(day("2026-11-20"))
    before, after = told(judged(GONE)), told(judged([*GONE, late_post]))
    assert [one.cause for one in before] == [one.cause for one in after]
    assert "the rules V2, V3 and V4" in flowing(mail(GONE).text)
    assert "the rules V3 and V4" in flowing(mail([*GONE, late_post]).text)


def test_what_has_left_is_asked_for_no_more_steps() -> None:
    announced = [*GONE, read(day("2026-10-01"))]
    assert {one.rule for one in told(judged(announced))} == {"V3"}


def test_nobody_is_told_of_what_is_no_violation() -> None:
    assert told(judged(OLD_LISTING)) == ()
    assert told(judged([*OLD_LISTING, pushed(day("2026-11-22")), tip(NOW, since=day("2026-11-22"))])) == ()
    history = replace(horizon(), in_force_from=date(2026, 11, 20))
    found = facts(GONE, seen_from=history)
    assert told(judge(found, load_calendar(), load_profile())) == ()


def test_what_cannot_be_seen_yet_is_waited_for_some_days() -> None:
    unread = [one for one in GONE if one != OLD_LISTING[-1]]
    assert told(judged(unread, as_of=date(2026, 11, 11))) == ()
    assert len(told(judged(unread, as_of=date(2026, 11, 12)))) == 2
    assert len(told(judged(GONE, as_of=date(2026, 11, 9)))) == 2


def test_it_says_who_did_what_and_when() -> None:
    said = flowing(mail(GONE).text)
    assert "2026-11-08 12:00 UTC: dead.package in dist-git, branch epel9, by bob: nobody uses it" in said
    assert "2026-11-09 12:00 UTC: koji block-pkg epel9 foo, by releng" in said
    assert "https://src.fedoraproject.org/rpms/foo/c/aaaa?branch=epel9" in said


def test_it_says_what_was_missed_and_that_a_late_post_mends_that() -> None:
    words = mail(GONE)
    said = flowing(words.text)
    assert words.subject == "[epelbot] foo has left epel9, and something was missed"
    assert (
        "announce it now (V2: a late post is enough); and bring it back, or ask for a waiver (V3, V4)" in said
    )
    assert f"To: {LIST}" in words.text
    assert (
        "V4 it leaves with a compose, approved before the freeze (L2); inside the cycle of RHEL 9.8" in said
    )
    announced = mail([*GONE, read(day("2026-10-01"))]).text
    assert "late post" not in announced
    assert "write a new mail" not in announced


def test_it_says_how_to_undo_it_in_the_order_in_which_it_works() -> None:
    commands = [line.strip() for line in mail(GONE).text.splitlines() if line.startswith("    ")]
    wanted = [
        "fedpkg clone foo && cd foo",
        "fedpkg switch-branch epel9",
        "git revert aaaa",
        "fedpkg push",
        "koji unblock-pkg epel9 foo",
        f"koji tag-build epel9 {OLD}",
    ]
    assert [one for one in commands if one in wanted] == wanted


def test_without_dead_package_there_is_nothing_to_take_out_of_dist_git() -> None:
    said = flowing(mail([*OLD_LISTING, untagged(OLD, day("2026-11-09"))]).text)
    assert "fedpkg" not in said.replace("fedpkg.", "")
    assert "To bring it back, the release manager, in Koji" in said


def test_it_comes_once_and_says_so() -> None:
    said = flowing(mail(GONE).text)
    assert "It does so once, and does not remind you." in said
    assert "remind you after" not in said


def test_it_is_kind() -> None:
    said = flowing(mail(GONE).text)
    assert "That happens by mistake, or by a program that did as it was told." in said
    for word in ("violat", "you must", "guilty", "wrongly"):
        assert word not in said.lower()


def test_lines_are_72_wide_unless_they_are_one_word() -> None:
    for line in mail(GONE).text.splitlines():
        assert len(line) <= 72 or " " not in line.strip()


@pytest.mark.parametrize("name", ["foo; rm -rf /", "a'b", "$(id)"])
def test_a_name_stays_one_word_of_each_command(name: str) -> None:
    excuse = replace(judged(GONE), package=name)
    text = word_mail(Matter(excuse, "V2", at_once=True), LIST).text
    for line in text.splitlines():
        if line.startswith(("    koji ", "    fedpkg clone")):
            words = shlex.split(line)
            assert "rm" not in words
            assert "$(id)" not in line.replace("'$(id)'", "")


def test_in_a_digest_each_departure_has_its_own_commands() -> None:
    first = judged(GONE)
    second = replace(first, package="bar", people=People(("ann",), ()))
    text = word_matters([Matter(first, "V2"), Matter(second, "V2")], LIST, summary_from=50).text
    assert "koji unblock-pkg epel9 foo" in text
    assert "koji unblock-pkg epel9 bar" in text
    summary = word_matters([Matter(first, "V2"), Matter(second, "V2")], LIST, summary_from=2).text
    assert "bring each back, or ask for a waiver" in flowing(summary)


def test_an_approved_one_is_told_to_nobody() -> None:
    gone = [*whole_case(), decided(Action.APPROVE, day("2026-11-01")), blocked(day("2026-11-09"))]
    assert told(judged(gone)) == ()
