# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several things in one mail. Texts are golden; ``EPELBOT_TEST_WRITE_GOLDEN=1`` writes them anew."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from epelbot.domain.collection import Collection
from epelbot.policy.telling import COMPLETE
from epelbot.wording.digest import urgency, word_matters
from epelbot.wording.mail import Matter, Words
from tests.unit.test_wording import MAILS

GOLDEN = Path(__file__).parent / "golden"
LIST = "epel-devel@lists.example.org"
DAY = date(2026, 11, 20)


def matter(name: str, package: str, collection: str = "epel9", **changed: object) -> Matter:
    excuse, rule = MAILS[name]
    excuse = replace(excuse, package=package, collection=Collection.parse(collection))
    return replace(Matter(excuse, rule, DAY), **changed)  # type: ignore[arg-type]  # the fields are a test's


STEPS = [
    matter("build", "oldtool", told_before=date(2026, 11, 1)),
    matter("announce", "libgone", due=None),
    matter("build", "python-old", "epel8", due=DAY + timedelta(days=9)),
]
READY = [matter("complete", "oldtool"), matter("complete", "libgone")]
MASS = [
    *(matter("build", f"python-part{number}") for number in range(9)),
    *(matter("announce", f"libpart{number}", "epel8", due=None) for number in range(2)),
    matter("complete", "whole"),
]
WORDS: dict[str, list[Matter]] = {
    "reminder": STEPS[:1],
    "digest": STEPS,
    "digest-ready": READY,
    "summary": MASS,
}


def words(name: str) -> Words:
    return word_matters(sorted(WORDS[name], key=urgency), LIST, summary_from=12)


@pytest.mark.parametrize("name", WORDS)
def test_what_a_mail_says(name: str) -> None:
    said = words(name)
    text = f"Subject: {said.subject}\n\n{said.text}"
    golden = GOLDEN / f"mail-{name}.txt"
    if os.environ.get("EPELBOT_TEST_WRITE_GOLDEN") == "1":
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("name", WORDS)
def test_no_line_is_wider_than_78_unless_it_is_one_word(name: str) -> None:
    for line in words(name).text.splitlines():
        assert len(line) <= 78 or " " not in line.strip()


@pytest.mark.parametrize("name", WORDS)
def test_every_mail_says_which_rules_sent_it_and_how_to_make_it_stop(name: str) -> None:
    footer = " ".join(words(name).text.partition("\n-- \n")[2].split())
    assert all(one.rule in footer for one in WORDS[name])
    assert 'answer "unsubscribe"' in footer


@pytest.mark.parametrize("name", WORDS)
def test_every_mail_names_every_package(name: str) -> None:
    text = words(name).text
    assert all(one.excuse.package in text for one in WORDS[name])


def test_what_has_happened_comes_first_and_then_what_is_due_first() -> None:
    happened = matter("build", "zz", due=None, at_once=True)
    later = replace(STEPS[0], due=DAY + timedelta(days=1))
    ordered = sorted([STEPS[1], later, happened, STEPS[0]], key=urgency)
    assert ordered == [happened, STEPS[0], later, STEPS[1]]


def test_a_summary_comes_from_the_number_on_that_the_setting_gives() -> None:
    said = [word_matters(STEPS, LIST, summary_from=number).text for number in (3, 4)]
    assert ["only a summary" in text for text in said] == [True, False]


def test_the_release_managers_digest_says_so_in_its_subject() -> None:
    assert words("digest-ready").subject == "[epelbot] 2 retirements to decide: libgone, oldtool"
    assert {one.rule for one in READY} == {COMPLETE}


def test_many_packages_are_counted_in_the_subject() -> None:
    assert words("summary").subject == "[epelbot] 12 things to do in EPEL: 12 packages"
