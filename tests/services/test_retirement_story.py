# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A retirement from its first message to the queue, with all sources, with none, and step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.ledger import outbox
from epelbot.testing.messages import Record
from epelbot.testing.story import Story, whole_retirement
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)


def a_whole_story() -> Story:
    story = Story()
    story.opens("epel8", "epel9")
    whole_retirement(story, start=START)
    return story


def test_a_whole_retirement_ends_in_the_queue() -> None:
    house = House(a_whole_story())
    house.feed()
    house.work()
    excuse = house.excuse()
    assert excuse.retirement is not None
    assert excuse.retirement.state is State.QUEUED
    assert excuse.lifetime is not None
    assert excuse.lifetime.entered == (START + timedelta(days=10)).date()
    assert excuse.verdict is Verdict.OTHERS_MUST_ACT


def test_messages_alone_tell_the_same_except_what_only_a_look_into_the_rpms_tells() -> None:
    house = House(a_whole_story(), online=False)
    house.feed()
    house.work()
    excuse = house.excuse()
    assert excuse.lifetime is not None
    assert excuse.lifetime.entered == (START + timedelta(days=10)).date()
    by_rule = {found.rule: found.verdict for found in excuse.findings}
    assert by_rule["R2"] is Verdict.CANNOT_KNOW


def test_the_release_manager_gets_one_mail_and_it_is_held() -> None:
    house = House(a_whole_story())
    house.feed()
    house.work()
    house.later(days=1)
    with house.ledger.read() as connection:
        rows = outbox.listed(connection)
    assert [(row.status, row.recipient) for row in rows] == [("held", "epel-releng@fedoraproject.org")]
    assert house.mailer.sent == []


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(lambda messages: messages[::-1], id="backwards"),
        pytest.param(lambda messages: messages[::2] + messages[1::2], id="every-other-first"),
        pytest.param(lambda messages: messages * 2, id="twice"),
    ],
)
def test_neither_order_nor_repetition_matters(order: Callable[[list[Record]], list[Record]]) -> None:
    in_order, otherwise = House(a_whole_story()), House(a_whole_story())
    in_order.feed()
    in_order.work()
    otherwise.feed(order(otherwise.story.messages))
    otherwise.work()
    assert otherwise.excuse() == in_order.excuse()
