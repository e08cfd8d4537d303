# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A year of one person's mail, day by day: several packages that leave, one that left, and long silences.

``EPELBOT_TEST_PRINT=1`` with ``-s`` prints the year's mails, to be read with one's own eyes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from epelbot.ports import Mail
from epelbot.testing.story import README, Story
from tests.services.house import House

START = datetime(2024, 3, 1, 9, tzinfo=UTC)
NEW_YEAR = datetime(2026, 1, 2, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
PACKAGES = ("alder", "birch", "cedar", "elder", "maple")
ANN, MANAGER = "ann@fedoraproject.org", "epel-releng@fedoraproject.org"


@dataclass(frozen=True)
class Told:
    """A mail, and the day on which it went out."""

    on: date
    mail: Mail

    @property
    def rules(self) -> set[str]:
        return set(dict(self.mail.headers)["X-Epelbot-Rule"].split(", "))

    @property
    def packages(self) -> set[str]:
        return set(dict(self.mail.headers)["X-Epelbot-Package"].split(", "))


def happens(story: Story, today: date, at: datetime) -> None:
    """What happens on that day."""
    match (today.month, today.day):
        case (1, 12):
            # Two on one day, a third in the same week: one digest, then none before the next.
            story.announced("alder", "epel9", "ann", at)
            story.announced("birch", "epel9", "ann", at)
        case (1, 15):
            story.announced("cedar", "epel9", "ann", at)
        case (3, 2):
            # One of them is done in good time, and public since yesterday.
            story.shipped("alder-1.0-2.el9", at - 11 * A_DAY, readme=README)
        case (9, 1):
            # One leaves against the rules.
            story.untagged("elder-1.0-1.el9", "epel9", at)


@pytest.fixture(scope="module")
def year() -> list[Told]:
    """All mails of 2026 in order."""
    story = Story()
    story.opens("epel9")
    for number, package in enumerate(PACKAGES):
        story.package(package, "ann", START + number * A_DAY)
        story.shipped(f"{package}-1.0-1.el9", START + number * A_DAY)
    house = House(story, send=True, now=NEW_YEAR)
    house.settings = replace(house.settings, deliver=replace(house.settings.deliver, max_per_day=1000))
    house.sees()
    told: list[Told] = []
    for day in range(364):
        now = NEW_YEAR + day * A_DAY
        happens(story, now.date(), now - timedelta(hours=1))
        before = len(house.mailer.sent)
        house.sees_at(now)
        told += [Told(now.date(), mail) for mail in house.mailer.sent[before:]]
    if os.environ.get("EPELBOT_TEST_PRINT"):
        for one in told:
            said = f"\n=== {one.on} to {one.mail.recipients[0]}: {one.mail.subject}\n{one.mail.text}"
            print(said)  # noqa: T201 -- for whoever asks for it, to read the year with their own eyes
    return told


def to(person: str, year: list[Told]) -> list[Told]:
    return [one for one in year if one.mail.recipients == (person,)]


def test_the_year_of_a_maintainer(year: list[Told]) -> None:
    assert [(f"{one.on:%m-%d}", one.mail.subject.removeprefix("[epelbot] ")) for one in to(ANN, year)] == [
        ("01-12", "2 things to do in EPEL: alder, birch"),
        # Announced three days later: it waits for the digest of the next week.
        ("01-19", "cedar needs a final build before it leaves epel9"),
        # Stalled after four weeks (R6).
        ("02-09", "2 things to do in EPEL: alder, birch"),
        ("02-16", "cedar still needs a final build before it leaves epel9"),
        # 9.8 is expected on 05-12: within 30 days, and from then on pauses that double.
        ("04-12", "2 things to do in EPEL: birch, cedar"),
        ("04-26", "2 things to do in EPEL: birch, cedar"),
        # 9.8 is out, and the day is another.
        ("05-24", "2 things to do in EPEL: birch, cedar"),
        # A summer without a word; then what has happened, at once.
        ("09-01", "elder has left epel9, and something was missed"),
        # 9.9 is expected on 11-20, and then overdue.
        ("10-21", "2 things to do in EPEL: birch, cedar"),
        ("11-20", "2 things to do in EPEL: birch, cedar"),
        ("12-20", "2 things to do in EPEL: birch, cedar"),
    ]


def test_the_year_of_the_release_manager(year: list[Told]) -> None:
    told = [(f"{one.on:%m-%d}", one.mail.subject.removeprefix("[epelbot] ")) for one in to(MANAGER, year)]
    assert told[0] == ("03-02", "alder is ready to leave epel9")
    assert [on for on, subject in told if subject.startswith("reminder: alder")] == [
        *("04-12", "04-26", "05-24"),
        *("10-21", "11-20", "12-20"),
    ]
    assert ("09-01", "elder has left epel9, and something was missed") in told
    assert len(told) == 8


@pytest.mark.parametrize("person", [ANN, MANAGER])
def test_no_two_mails_in_a_week_but_for_what_presses(year: list[Told], person: str) -> None:
    calm = [one for one in to(person, year) if not one.rules & {"V2", "V3", "V4"}]
    assert all(later.on - before.on >= A_WEEK for before, later in pairwise(calm))


def test_pauses_grow_and_are_never_longer_than_thirty_days_while_something_is_due(year: list[Told]) -> None:
    on = [one.on for one in to(ANN, year) if "birch" in one.packages]
    gaps = [(later - before).days for before, later in pairwise(on)]
    assert gaps == [28, 62, 14, 28, 150, 30, 30], "the long ones are the times in which nothing was due"


def test_what_is_never_touched_is_never_written_about(year: list[Told]) -> None:
    assert not any("maple" in one.packages for one in year)


def test_every_mail_says_which_rule_sent_it_and_how_to_make_it_stop(year: list[Told]) -> None:
    for one in year:
        headers, text = dict(one.mail.headers), " ".join(one.mail.text.split())
        assert all(rule in text.partition("epelbot sends this because of")[2] for rule in one.rules)
        assert 'answer "unsubscribe".' in text
        assert headers["List-Unsubscribe"].startswith("<mailto:")
        assert headers["Auto-Submitted"] == "auto-generated"
        assert len(one.mail.recipients) == 1
