# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read: first sentences, mails, commands to paste, and the JSON keys that scripts rely on."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.people import People
from epelbot.domain.retirement import Action, EarliestCompose, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.ledger.codec import encode
from epelbot.policy.judgement import judge
from epelbot.policy.telling import COMPLETE
from epelbot.shipped import load_calendar, load_profile
from epelbot.wording.composes import compose_in_words
from epelbot.wording.decision_text import decision_text
from epelbot.wording.json_views import explain_json, queue_json
from epelbot.wording.mail import Matter, Words, word_mail
from epelbot.wording.queue_text import empty_queue, queue_rows
from epelbot.wording.summary import STATES, VERDICTS, state_in_words, summary
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
    looked_up,
    pushed,
    read,
    synced,
    tagged,
    tip,
    update,
    whole_case,
)

ANN = access("ann", day("2024-01-01"), seen=NOW)
LIVES = [*looked_up(), ANN, tagged(OLD, day("2024-06-03")), checked(OLD, "lacks"), synced(NOW)]
POST = read(day("2026-10-01"))
DAY = date(2026, 11, 23)


def excuse_of(evidence: list[Recorded], *, was_told: bool = False, as_of: date | None = None) -> Excuse:
    found = facts(evidence, as_of=as_of)
    return judge(replace(found, told_at=NOW) if was_told else found, load_calendar(), load_profile())


def of(*findings: Finding) -> Excuse:
    verdict = max((one.verdict for one in findings), default=Verdict.OK)
    return Excuse("foo", Collection(9), DAY, verdict, findings)


def finding(
    rule: str, verdict: Verdict, measured: str = "it is so", remedy: str | None = "mend it"
) -> Finding:
    return Finding(rule, verdict, measured, "it were not so", remedy=remedy)


# The first sentence


def test_the_first_sentence_names_the_worst_that_somebody_can_act_on_and_then_what_cannot_be_seen() -> None:
    excuse = of(
        finding("L1", Verdict.WAIT),
        finding("R1", Verdict.OTHERS_MUST_ACT),
        finding("R2", Verdict.MUST_ACT, "no notice", "add one"),
        finding("R3", Verdict.CANNOT_KNOW, "Bodhi is down (it told this last on Monday)"),
    )
    assert summary(excuse) == (
        "The maintainer has to act: add one (R2: no notice). "
        "R3 cannot be judged: Bodhi is down (it told this last on Monday)."
    )


def test_a_violation_comes_before_everything_that_can_be_done() -> None:
    excuse = of(finding("R2", Verdict.MUST_ACT), finding("V1", Verdict.VIOLATED, "gone too early"))
    assert summary(excuse).startswith("The policy was violated: mend it (V1: gone too early)")


def test_each_silence_is_named_once_with_all_the_rules_it_blinds() -> None:
    excuse = of(
        finding("L1", Verdict.CANNOT_KNOW, "Koji is down"),
        finding("R1", Verdict.CANNOT_KNOW, "dist-git is down"),
        finding("R2", Verdict.CANNOT_KNOW, "Koji is down"),
        finding("R3", Verdict.CANNOT_KNOW, "Koji is down"),
    )
    assert summary(excuse) == (
        "No retirement is known. L1, R2 and R3 cannot be judged: Koji is down. "
        "R1 cannot be judged: dist-git is down."
    )


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (LIVES, "Nobody wants to retire it; its commitment is over since 2025-05-20."),
        (
            [*looked_up(), tagged(OLD, day("2026-06-15"))],
            "Nobody wants to retire it; it is owed until about 2027-05-20, at the latest 2027-07-15.",
        ),
        (looked_up(), "Nobody wants to retire it."),
        (
            [*LIVES, POST, update("testing", day("2026-10-04")), checked(FINAL)],
            (
                "Nothing to do but wait: wait until the update is stable; nothing is to be done unless Bodhi "
                "asks for it (R3: foo-1.0-2.el9 is testing in FEDORA-EPEL-2026-0000000001)."
            ),
        ),
        (
            [*whole_case(), decided(Action.REJECT, day("2026-11-01"))],
            "The retirement was rejected by the release manager.",
        ),
    ],
)
def test_what_the_first_sentence_says(evidence: list[Recorded], sentence: str) -> None:
    assert summary(excuse_of(evidence)) == sentence


def test_while_a_source_is_silent_nothing_is_called_missing() -> None:
    silent = [one for one in [*LIVES, POST] if "tag-history" not in repr(one.fact)]
    said = summary(excuse_of(silent))
    assert said.startswith(
        "The retirement stands at 'announced', as far as can be seen. L1, L2, R2 and R3 cannot"
    )
    assert "missing" not in said


def test_every_verdict_and_state_has_its_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(STATES) == set(State)


# Composes


@pytest.mark.parametrize(
    ("compose", "words"),
    [
        (EarliestCompose("9.9", None, date(2027, 5, 20), projected=True), "with RHEL 9.9, about 2027-05-20"),
        (EarliestCompose("9.8", None, date(2026, 5, 20), projected=False), "with RHEL 9.8, 2026-05-20"),
        (
            EarliestCompose("9.9", None, None, projected=True, was_expected=date(2026, 11, 20)),
            "with RHEL 9.9, expected about 2026-11-20 and overdue",
        ),
        (EarliestCompose("9.9", None, None, projected=True), "with RHEL 9.9, whose day is not known"),
        (EarliestCompose(None, None, date(2027, 1, 1), projected=False), "from 2027-01-01 on"),
        (EarliestCompose(None, None, date(2027, 1, 1), projected=True), "from about 2027-01-01 on"),
        (EarliestCompose(None, None, None, projected=True), "on a day that is not known yet"),
    ],
)
def test_a_projection_is_always_shown_as_one(compose: EarliestCompose, words: str) -> None:
    assert compose_in_words(compose) == words


# Mails: their texts are golden, in tests/scenarios

MAILS = {
    "announce": (excuse_of([*LIVES, update("testing", NOW), checked(FINAL)]), "R1"),
    "build": (excuse_of([*LIVES, POST]), "R2"),
    "reason": (excuse_of([*LIVES, read(day("2026-10-01"), reason=None)]), "R1"),
    "complete": (excuse_of(whole_case(), was_told=True), COMPLETE),
}


def mail_about(excuse: Excuse, rule: str) -> Words:
    return word_mail(Matter(excuse, rule), "epel-devel@lists.example.org")


@pytest.mark.parametrize("name", MAILS)
def test_one_glance_at_a_mail_tells_what_is_asked_of_whom_by_when(name: str) -> None:
    lines = mail_about(*MAILS[name]).text.splitlines()
    heads = [line.partition(":")[0] for line in lines[:8] if not line.startswith(" ") and line]
    assert heads[:3] == ["To do", "Who", "By when"]


@pytest.mark.parametrize("name", MAILS)
def test_no_line_of_a_mail_is_wider_than_72_unless_it_is_one_word(name: str) -> None:
    for line in mail_about(*MAILS[name]).text.splitlines():
        assert len(line) <= 72 or " " not in line.strip()


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_which_rule_sent_it_and_how_to_make_it_stop(name: str) -> None:
    excuse, rule = MAILS[name]
    footer = " ".join(mail_about(excuse, rule).text.partition("\n-- \n")[2].split())
    assert f"because of rule {rule} of the policy" in footer
    assert 'answer "unsubscribe"' in footer
    assert "epelbot explain foo --collection epel9" in footer
    assert "Answer this mail: a person reads it." in footer


@pytest.mark.parametrize(
    ("people", "who"),
    [
        (People(("ann",), ("bob",)), "ann, who maintains foo in epel9"),
        (People(("ann", "zoe"), ()), "ann, zoe, who maintain foo in epel9"),
        (People((), ("bob",)), "bob, who help with foo in epel9: nobody maintains it"),
        (People((), ()), "whoever looks after foo in epel9: nobody maintains it"),
    ],
)
def test_a_mail_says_whom_it_asks(people: People, who: str) -> None:
    excuse = replace(MAILS["build"][0], people=people)
    assert who in " ".join(mail_about(excuse, "R2").text.split())


# What is pasted into a shell

NASTY = st.text(
    alphabet=st.sampled_from(
        "a b'\"`$(){};&|<>\\!*?~#-\n\t\r\x00\x1b\N{BELL}\N{LATIN SMALL LETTER E WITH ACUTE}"
    ),
    min_size=1,
    max_size=40,
)


def pasted(text: str, start: str) -> list[str]:
    """The words that a shell makes of the line with that command."""
    (line,) = (line for line in text.splitlines() if line.strip().startswith(start))
    return shlex.split(line)


@given(NASTY)
@example("\0-")
@example("- -rf")
def test_a_reason_stays_one_word_of_the_command_whatever_is_in_it(reason: str) -> None:
    excuse = excuse_of([*whole_case(), decided(Action.APPROVE, day("2026-11-01"))])
    assert excuse.retirement is not None
    text = decision_text(replace(excuse, retirement=replace(excuse.retirement, reason=reason)))
    words = pasted(text, "fedpkg retire")
    assert words[:2] == ["fedpkg", "retire"]
    assert len(words) == 3
    assert not words[2].startswith("-")
    assert words[2].isprintable()


@settings(max_examples=10)
@given(NASTY)
def test_a_real_shell_reads_it_so_too(reason: str) -> None:
    excuse = excuse_of([*whole_case(), decided(Action.APPROVE, day("2026-11-01"))])
    assert excuse.retirement is not None
    text = decision_text(replace(excuse, retirement=replace(excuse.retirement, reason=reason)))
    (line,) = (line.strip() for line in text.splitlines() if line.strip().startswith("fedpkg retire"))
    shown = subprocess.run(
        ["sh", "-c", f"fedpkg() {{ printf '%s\\n' \"$@\"; }}; {line}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == pasted(text, "fedpkg retire")[1:]


@pytest.mark.parametrize("name", ["a;reboot", "$(reboot)", "x y"])
def test_a_packages_name_stays_one_word_too(name: str) -> None:
    excuse = replace(excuse_of([*whole_case(), decided(Action.APPROVE, day("2026-11-01"))]), package=name)
    assert pasted(decision_text(excuse), "koji block-pkg") == ["koji", "block-pkg", "epel9", name]
    ready = mail_about(replace(MAILS["complete"][0], package=name), COMPLETE)
    assert pasted(ready.text, "epelbot approve")[2] == name


def test_an_approval_in_epel10_names_the_tag_that_leads() -> None:
    excuse = excuse_of([*whole_case(), decided(Action.APPROVE, day("2026-11-01"))])
    leading = replace(excuse, collection=Collection(10), tag="epel10.3")
    assert pasted(decision_text(leading), "koji untag-build")[-2:] == ["epel10.3", "foo"]
    assert pasted(decision_text(leading), "fedpkg switch-branch")[-1] == "epel10"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Action.DEFER, "Deferred: foo in epel9 stays until RHEL 9.10 at least."),
        (Action.REJECT, "Rejected: foo in epel9 stays."),
    ],
)
def test_what_follows_from_other_decisions(action: Action, said: str) -> None:
    excuse = excuse_of([*whole_case(), decided(action, day("2026-11-01"), minor="9.10")])
    assert decision_text(excuse).startswith(said)


# JSON and tables


def test_explain_has_the_keys_that_scripts_rely_on() -> None:
    view = json.loads(json.dumps(explain_json(excuse_of(whole_case(), was_told=True))))
    assert {
        "package",
        "collection",
        "as_of",
        "verdict",
        "summary",
        "lifetime",
        "retirement",
        "findings",
    } <= set(view)
    assert {
        *("entered", "ends", "by", "first_whole_minor", "projected", "latest", "overdue", "over"),
    } <= set(view["lifetime"])
    assert {"state", "steps", "reason", "earliest_compose"} <= set(view["retirement"])
    assert view["retirement"]["steps"] == {
        "announced": True,
        "final_build": True,
        "in_updates": True,
        "release_manager_told": True,
    }
    assert set(view["retirement"]["earliest_compose"]) == {"minor", "name", "day", "projected"}
    for one in view["findings"]:
        assert set(one) == {
            *("rule", "verdict", "measured", "required", "flips_on", "remedy", "waivable_by", "evidence"),
            "waiver",
        }
        assert all(set(seen) == {"what", "url", "at"} for seen in one["evidence"])


def test_a_package_without_retirement_has_null_for_it() -> None:
    assert explain_json(excuse_of(LIVES))["retirement"] is None


def test_the_queue_has_the_keys_that_scripts_rely_on() -> None:
    (row,) = queue_json((excuse_of(whole_case(), was_told=True), excuse_of(LIVES)))
    assert set(row) == {
        *(
            "package",
            "collection",
            "state",
            "steps",
            "lifetime_ends",
            "earliest_compose",
            "verdict",
            "violations",
            "left",
            "summary",
            "waived",
        ),
    }


def test_what_left_against_the_rules_stands_in_the_queue_with_the_day_and_the_rules() -> None:
    blocked_only = excuse_of([*LIVES, blocked(day("2026-11-10"))])
    killed = day("2026-11-12")
    dead_only = excuse_of([*LIVES, pushed(killed), tip(NOW, since=killed)])
    rows = queue_rows((blocked_only, dead_only))
    assert rows[0] == ("foo", "epel9", "violated", "....", "2025-05-20 (over)", "left 2026-11-10: V2, V3, V4")
    assert rows[1][2:4] == ("violated", "....")
    first, second = queue_json((blocked_only, dead_only))
    assert (first["state"], second["state"]) == ("retired", None)
    for row in (first, second):
        assert (row["verdict"], row["violations"]) == ("violated", ["V2", "V3", "V4"])
    assert first["left"] == "2026-11-10T12:00:00+00:00"
    assert not any(second["steps"].values())
    left = explain_json(dead_only)["departure"]
    assert (left["counts"], left["approved"]) == (True, False)
    assert [(act["how"], act["by"], act["object"]) for act in left["acts"]] == [
        ("dead.package", "bob", "aaaa")
    ]


def test_a_departure_against_the_rules_is_not_called_done() -> None:
    excuse = excuse_of([*LIVES, blocked(day("2026-11-10"))])
    assert summary(excuse).startswith("The policy was violated: ")
    assert state_in_words(excuse) == "was not as it should be; the package has left"


def test_the_queues_rows_show_steps_as_marks_and_projections_with_a_tilde() -> None:
    young = [*whole_case(), tagged(OLD, day("2026-06-15"))]
    rows = queue_rows((excuse_of(whole_case(), was_told=True), excuse_of([*LIVES, POST])))
    assert rows[0] == ("foo", "epel9", "queued", "xxxx", "2025-05-20 (over)", "9.9, overdue")
    assert rows[1][3] == "x..."
    (late,) = queue_rows((excuse_of([one for one in young if one.happened_at.year != 2024]),))
    assert late[-2:] == ("~2027-05-20", "9.10, ~2027-05-20")


def test_an_empty_queue_says_so() -> None:
    assert empty_queue(None) == "No retirement and no violation is known."
    assert empty_queue(Collection(9)) == "No retirement and no violation is known in epel9."


def test_equal_excuses_are_written_alike() -> None:
    assert encode(excuse_of(whole_case())) == encode(excuse_of(list(reversed(whole_case()))))
