# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marks say what is known as a whole, on both engines and in whatever order it comes to be known."""

from __future__ import annotations

from datetime import timedelta, timezone

from epelbot.ledger import Ledger, marks, posts
from epelbot.testing.story import Story
from tests.contract.ledgers import NOW

AN_HOUR = timedelta(hours=1)


def test_a_time_only_ever_grows(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert marks.span(connection, marks.HEARD) is None
        marks.widen(connection, marks.HEARD, NOW, NOW + AN_HOUR)
        marks.widen(connection, marks.HEARD, NOW + AN_HOUR, NOW + 3 * AN_HOUR)
        marks.widen(connection, marks.HEARD, NOW - AN_HOUR, NOW + 2 * AN_HOUR)
        assert marks.span(connection, marks.HEARD) == (NOW - AN_HOUR, NOW + 3 * AN_HOUR)


def test_times_are_compared_and_not_their_texts(ledger: Ledger) -> None:
    abroad = timezone(timedelta(hours=-11))
    with ledger.write() as connection:
        marks.widen(connection, marks.HEARD, NOW, NOW)
        marks.widen(connection, marks.HEARD, (NOW + AN_HOUR).astimezone(abroad), NOW + AN_HOUR)
        assert marks.span(connection, marks.HEARD) == (NOW, NOW + AN_HOUR)


def test_only_posts_whose_text_is_not_known_are_without(ledger: Ledger) -> None:
    story = Story()
    story.opens("epel9")
    written = [story.posted(f"News {number}", "It rains.", "zoe", NOW) for number in range(3)]
    with ledger.write() as connection:
        for number, post in enumerate(written):
            posts.keep(connection, post, NOW + number * AN_HOUR)
        for status, due_at in ((posts.READ, None), (posts.HEADERS_ONLY, None)):
            lease = posts.claim(connection, NOW + 9 * AN_HOUR, "tests", 60)
            assert lease is not None
            assert posts.settle(connection, lease, lease.post, status=status, due_at=due_at)
        assert len(posts.without_text(connection, awaited=True)) == 1
        assert len(posts.without_text(connection, awaited=False)) == 2
