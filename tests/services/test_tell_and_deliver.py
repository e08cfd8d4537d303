# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell and deliver: who gets a mail, that it is held by default, and that nothing runs away."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from epelbot.domain.retirement import State
from epelbot.ledger import outbox
from epelbot.ports import Mail
from epelbot.services.deliver import why_stopped
from epelbot.services.tell import Letterhead
from epelbot.settings import Deliver, Settings
from epelbot.shipped import load_profile
from epelbot.testing.mail import RecordingMailer
from epelbot.testing.story import README, Story
from epelbot.wording.mail import Matter, Words, word_mail
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
A_DAY = timedelta(days=1)
NEEDED = "oldtool needs a final build before it leaves epel9"
STALLED = "oldtool still needs a final build before it leaves epel9"
READY = "oldtool is ready to leave epel9"


def announced_story(
    owner: str = "ann",
    *,
    by: str = "ann",
    others: Sequence[str] = ("ann",),
    epel_assignee: str | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Story:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", owner, START, others=others, epel_assignee=epel_assignee, groups=groups or {})
    story.shipped("oldtool-1.0-1.el9", START)
    story.announced("oldtool", "epel9", by, START + 765 * A_DAY)
    return story


def final_build(story: Story, at: datetime = START + 710 * A_DAY) -> None:
    story.shipped("oldtool-1.0-2.el9", at, readme=README)


def receivers(story: Story) -> list[str]:
    return sorted(row.recipient for row in House(story).sees().mails())


# Who


def test_the_main_admin_is_told() -> None:
    assert receivers(announced_story("ann")) == ["ann@fedoraproject.org"]


def test_the_epel_assignee_is_told_instead_of_the_main_admin() -> None:
    assert receivers(announced_story("bob", epel_assignee="eve")) == ["eve@fedoraproject.org"]


def test_every_member_of_an_assigned_group_is_told() -> None:
    story = announced_story("bob", epel_assignee="@go-sig", groups={"go-sig": ("gina", "hugo")})
    assert receivers(story) == ["gina@fedoraproject.org", "hugo@fedoraproject.org"]


def test_where_nobody_is_the_maintainer_those_who_help_are_told() -> None:
    assert receivers(announced_story("orphan", others=("ann", "zoe"))) == [
        "ann@fedoraproject.org",
        "zoe@fedoraproject.org",
    ]


def test_where_no_person_is_known_the_packages_alias_is_told() -> None:
    story = Story()
    story.opens("epel9")
    story.package("oldtool", "orphan", START)
    final_build(story, START)
    assert receivers(story) == ["oldtool-maintainers-epel@fedoraproject.org"]


def test_while_nobody_knows_who_maintains_it_nobody_is_told() -> None:
    story = announced_story()
    story.world.down.add("dist-git")
    house = House(story).sees()
    assert house.mails() == []
    story.world.down.clear()
    house.later(hours=1)
    assert [row.recipient for row in house.mails()] == ["ann@fedoraproject.org"]


def test_addresses_follow_the_settings() -> None:
    deliver = Deliver(sender="bot@example.org", release_manager="rm@example.org", domain="example.org")
    letterhead = Letterhead.of(Settings(deliver=deliver), load_profile())
    assert letterhead.address_of("ann") == "ann@example.org"
    assert letterhead.address_of("@release-manager") == "rm@example.org"
    assert letterhead.address_of("@package:foo") == "foo-maintainers-epel@example.org"


# Once


def test_a_person_is_told_once_for_a_cause_however_often_it_is_looked_at() -> None:
    house = House(announced_story()).sees()
    for _ in range(5):
        house.story.synced("9", house.now)
        house.feed()
        house.later(days=1)
    assert house.told() == [("held", "ann", NEEDED)]


def test_a_new_maintainer_is_told_too() -> None:
    house = House(announced_story()).sees()
    house.story.given("oldtool", "bob", house.now)
    house.sees_at(house.now + A_DAY)
    assert [row[1] for row in house.told()] == ["ann", "bob"]


def test_a_mail_can_be_filtered_by_package_collection_and_rule_and_answered_to_a_person() -> None:
    house = House(announced_story(), send=True).sees()
    (mail,) = house.mailer.sent
    assert dict(mail.headers) == {
        "Reply-To": "epel-releng@fedoraproject.org",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "List-Id": "What epelbot tells <epelbot.fedoraproject.org>",
        "List-Unsubscribe": (
            "<mailto:epel-releng@fedoraproject.org?subject=unsubscribe%20ann%40fedoraproject.org>"
        ),
        "X-Epelbot-Package": "oldtool",
        "X-Epelbot-Collection": "epel9",
        "X-Epelbot-Rule": "R2",
    }


# Held and superseded


def test_by_default_every_mail_is_held_and_none_is_sent() -> None:
    house = House(announced_story()).sees()
    house.later(days=5)
    assert {row[0] for row in house.told()} == {"held"}
    assert house.mailer.sent == []


def test_a_held_mail_whose_cause_has_gone_is_superseded() -> None:
    house = House(announced_story()).sees()
    final_build(house.story)
    house.sees_at(house.now + A_DAY)
    assert house.told() == [("superseded", "ann", NEEDED), ("held", "epel-releng", READY)]


def test_a_cause_that_comes_back_brings_its_mail_back() -> None:
    house = House(announced_story()).sees()
    story, at = house.story, house.now
    story.built("oldtool-1.0-2.el9", at, readme=b"Goodbye.\n")
    story.submitted("B", "oldtool-1.0-2.el9", at)
    house.sees_at(at + A_DAY)
    assert [row[0] for row in house.told()] == ["superseded", "held"], "a near miss is another cause"
    story.unpushed("B", house.now)
    house.sees_at(house.now + A_DAY)
    assert [row[0] for row in house.told()] == ["held", "superseded"]


def test_what_cannot_be_seen_takes_no_mail_back() -> None:
    house = House(announced_story()).sees()
    house.story.world.down.update({"koji", "bodhi", "dist-git"})
    house.later(days=9)
    assert house.told() == [("held", "ann", NEEDED)]


def test_send_counts_for_new_mails_only() -> None:
    house = House(announced_story()).sees()
    house.settings = replace(house.settings, deliver=Deliver(gather_minutes=0, mail="send"))
    house.later(days=1)
    assert house.mailer.sent == []
    house.story.given("oldtool", "bob", house.now)
    house.sees_at(house.now + A_DAY)
    assert house.told() == [("superseded", "ann", NEEDED), ("sent", "bob", "do you keep oldtool in epel9?")]


def test_the_excuse_says_whether_the_notice_is_held_or_sent() -> None:
    for send, said in ((False, "its mail is held: delivery is off"), (True, "its mail is sent")):
        story = announced_story()
        final_build(story)
        house = House(story, send=send).sees()
        assert (
            house.finding("R4").measured == f"the release manager's notice was written on 2026-11-23; {said}"
        )


# At once, and in a digest


def leaving(story: Story, package: str, days: int = 700) -> None:
    story.package(package, "ann", START)
    story.shipped(f"{package}-1.0-1.el9", START)
    story.announced(package, "epel9", "ann", START + days * A_DAY)


def a_quiet_house() -> House:
    """In September 2026 no minor is near: RHEL 9.9 is expected in November."""
    house = House(announced_story(), send=True, now=datetime(2026, 9, 10, 12, tzinfo=UTC))
    return house.sees()


def test_what_comes_later_in_the_week_waits_for_the_digest_of_the_next() -> None:
    house = a_quiet_house()
    assert house.told() == [("sent", "ann", NEEDED)], "the first does not wait"
    for days, package in enumerate(("libone", "libtwo"), 1):
        leaving(house.story, package, 709 + days)
        house.sees_at(house.now + A_DAY)
    assert len(house.mailer.sent) == 1
    house.later(days=4.9)
    assert len(house.mailer.sent) == 1
    house.later(days=0.2)
    assert house.told()[1:] == [("sent", "ann", "2 things to do in EPEL: libone, libtwo")]


def test_what_is_due_within_14_days_goes_at_once() -> None:
    house = a_quiet_house()
    leaving(house.story, "libone", 755)
    house.sees_at(datetime(2026, 11, 5, 12, tzinfo=UTC))
    house.later(days=0.1)
    leaving(house.story, "libtwo", 765)
    house.sees_at(house.now + A_DAY)
    assert house.told()[-1] == ("sent", "ann", "libtwo needs a final build before it leaves epel9")


def test_reminders_come_while_the_day_is_near_and_end_with_the_step() -> None:
    house = a_quiet_house()
    while house.now < datetime(2026, 12, 1, tzinfo=UTC):
        house.later(days=1)
    days = [f"{row.sent_at:%m-%d}" for row in house.mails() if row.sent_at]
    # After four weeks R6 speaks. Nothing is due until 30 days before 2026-11-20; then a week, two, then four.
    assert days == ["09-10", "10-08", "10-21", "11-04"]
    assert [row[2] for row in house.told()[1:]] == [STALLED, *[f"reminder: {STALLED}"] * 2]
    final_build(house.story, house.now)
    house.sees_at(house.now + 12 * A_DAY)
    house.later(days=90)
    assert [row for row in house.told()[4:] if row[1] == "ann"] == []


def test_a_muted_person_is_not_told_what_the_policy_does_not_demand() -> None:
    house = House(announced_story(), send=True)
    house.settings = replace(
        house.settings, deliver=Deliver(mail="send", gather_minutes=0, muted=("ann", "epel-releng"))
    )
    house.sees()
    assert house.told() == []
    final_build(house.story, house.now)
    house.sees_at(house.now + 14 * A_DAY)
    assert house.told() == [("sent", "epel-releng", READY)]


def test_a_mass_day_gives_each_person_one_summary() -> None:
    story = announced_story()
    for number in range(30):
        leaving(story, f"libpart{number}")
    house = House(story, send=True).sees()
    (mail,) = house.mailer.sent
    assert mail.subject == "[epelbot] 31 things to do in EPEL: 31 packages"
    assert "so many at once that this is only a summary" in mail.text.replace("\n", " ")
    headers = dict(mail.headers)
    assert headers["X-Epelbot-Rule"] == "R2, R6"
    assert len(headers["X-Epelbot-Package"].split(", ")) == 20


def test_while_mail_is_held_there_is_one_draft_for_a_person() -> None:
    house = House(announced_story()).sees()
    leaving(house.story, "libone", 770)
    house.sees_at(house.now + A_DAY)
    assert house.told() == [
        ("superseded", "ann", NEEDED),
        ("held", "ann", "2 things to do in EPEL: libone, oldtool"),
    ]
    assert [row.about for row in house.mails()] == ["oldtool epel9", "libone epel9, oldtool epel9"]


# Deliver


def sending(mailer: RecordingMailer | None = None, deliver: Deliver | None = None) -> House:
    house = House(announced_story(), send=True, mailer=mailer or RecordingMailer())
    if deliver is not None:
        house.settings = replace(house.settings, deliver=deliver)
    return house


def test_a_mail_that_is_due_goes_out_once() -> None:
    house = sending().sees()
    house.later(days=3)
    assert [mail.recipients for mail in house.mailer.sent] == [("ann@fedoraproject.org",)]
    (row,) = house.mails()
    assert (row.status, row.sent_at, row.attempts) == ("sent", house.now - 3 * A_DAY, 1)


def test_a_server_that_is_busy_is_tried_again_with_growing_pauses() -> None:
    house = sending(RecordingMailer(down=True)).sees()
    tries = [house.now]
    attempts = 1
    for _ in range(14 * 12):
        house.later(minutes=5)
        (row,) = house.mails()
        assert row.last_error == "the mail server does not answer; the mail is tried again later"
        if row.attempts > attempts:
            attempts = row.attempts
            tries.append(house.now)
    pauses = [late - early for early, late in itertools.pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(minutes=5)
    assert timedelta(hours=4) < max(pauses) <= timedelta(hours=6, minutes=5)
    house.mailer.down = False
    house.later(hours=7)
    assert [row[0] for row in house.told()] == ["sent"]


def test_what_fails_too_often_is_parked() -> None:
    house = sending(
        RecordingMailer(down=True), Deliver(gather_minutes=0, mail="send", park_after_attempts=3)
    ).sees()
    for _ in range(5):
        house.later(hours=1)
    (row,) = house.mails()
    assert (row.status, row.attempts) == ("parked", 3)


def test_what_is_refused_for_good_is_parked_at_once_and_can_be_released() -> None:
    house = sending(RecordingMailer(refused={"ann@fedoraproject.org"})).sees()
    (row,) = house.mails()
    assert (row.status, row.attempts) == ("parked", 1)
    assert row.last_error is not None
    assert "refuses" in row.last_error
    house.mailer.refused.clear()
    with house.ledger.write() as connection:
        outbox.release(connection, row.id, house.now)
    house.work()
    assert len(house.mailer.sent) == 1


def test_a_mail_on_which_epelbot_itself_fails_is_parked_and_holds_up_no_other() -> None:
    class Broken(RecordingMailer):
        def send(self, mail: Mail) -> None:
            if mail.recipients == ("gina@fedoraproject.org",):
                raise RuntimeError("a fault of our own")
            self.sent.append(mail)

    story = announced_story("bob", epel_assignee="@go-sig", groups={"go-sig": ("gina", "hugo")})
    house = House(story, send=True, mailer=Broken()).sees()
    assert {row[1]: row[0] for row in house.told()} == {"gina": "parked", "hugo": "sent"}


def test_no_more_than_the_bound_go_out_in_a_day() -> None:
    story = announced_story("bob", epel_assignee="@sig", groups={"sig": [f"p{n}" for n in range(5)]})
    house = House(story, send=True)
    house.settings = replace(house.settings, deliver=Deliver(gather_minutes=0, mail="send", max_per_day=2))
    house.sees()
    assert len(house.mailer.sent) == 2
    house.later(hours=23)
    assert len(house.mailer.sent) == 2
    house.later(hours=2)
    assert len(house.mailer.sent) == 4


def test_a_setting_a_file_and_a_command_each_stop_all_delivery(tmp_path: Path) -> None:
    stop_file = tmp_path / "stop"
    house = sending(
        deliver=Deliver(gather_minutes=0, mail="send", stop=True, stop_file=str(stop_file))
    ).sees()
    assert why_stopped(house.ledger, house.settings.deliver) == "the setting deliver.stop is on"
    stop_file.touch()
    house.settings = replace(
        house.settings, deliver=Deliver(gather_minutes=0, mail="send", stop_file=str(stop_file))
    )
    house.work()
    assert why_stopped(house.ledger, house.settings.deliver) == f"the file {stop_file} exists"
    with house.ledger.write() as connection:
        outbox.throw_stop(connection, stop=True, by="smooge", reason="a mistake", now=house.now)
    stop_file.unlink()
    house.work()
    said = why_stopped(house.ledger, house.settings.deliver)
    assert said == "smooge stopped delivery on 2026-11-23 12:00 UTC: a mistake"
    assert house.mailer.sent == []
    with house.ledger.write() as connection:
        outbox.throw_stop(connection, stop=False, by="smooge", reason="mended", now=house.now)
    house.work()
    assert len(house.mailer.sent) == 1


def test_a_mail_repeated_after_a_lost_answer_has_the_same_message_id() -> None:
    class Forgetful(RecordingMailer):
        def send(self, mail: Mail) -> None:
            self.sent.append(mail)
            if len(self.sent) == 1:
                self.down = True
                RecordingMailer.send(self, mail)

    house = sending(Forgetful()).sees()
    house.mailer.down = False
    house.later(minutes=5)
    assert len(house.mailer.sent) >= 2
    assert len({mail.message_id for mail in house.mailer.sent}) == 1


def test_a_notice_that_cannot_be_worded_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    story = announced_story()
    story.package("newtool", "bob", START)
    story.shipped("newtool-1.0-1.el9", START)
    story.announced("newtool", "epel9", "bob", START + 700 * A_DAY)

    def fails(matter: Matter, announce: str) -> Words:
        if matter.excuse.package == "newtool" and house.now < house_began + A_DAY:
            raise RuntimeError("a fault of our own")
        return word_mail(matter, announce)

    house = House(story)
    house_began = house.now
    monkeypatch.setattr("epelbot.wording.digest.word_mail", fails)
    house.sees()
    assert [row[1] for row in house.told()] == ["ann"]
    house.later(days=2)
    assert sorted(row[1] for row in house.told()) == ["ann", "bob"]
    assert house.state() is State.ANNOUNCED
