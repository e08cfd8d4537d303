# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A post is read once its text is there, and again when more is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from epelbot.domain.post import Meaning, Post, Reading
from epelbot.ledger import Ledger, posts
from epelbot.ledger.posts import READ, UNREAD, PostLease
from tests.contract.ledgers import NOW, at_once, later, post


def keep(ledger: Ledger, told: Post, at: float = 0) -> None:
    with ledger.write() as connection:
        posts.keep(connection, told, later(at))


def claim(ledger: Ledger, at: float = 0) -> PostLease | None:
    with ledger.write() as connection:
        return posts.claim(connection, later(at), "a reader", 60)


def must_claim(ledger: Ledger, at: float = 0) -> PostLease:
    lease = claim(ledger, at)
    assert lease is not None
    return lease


def settle(ledger: Ledger, lease: PostLease, text: str | None, again: float | None = None) -> bool:
    with ledger.write() as connection:
        return posts.settle(
            connection,
            lease,
            replace(lease.post, text=text),
            status=UNREAD if text is None else READ,
            due_at=None if again is None else later(again),
            error="not in the archive yet\0" if text is None else None,
        )


def known(ledger: Ledger) -> Post | None:
    with ledger.read() as connection:
        return posts.by_hash(connection, post().hash)


def test_a_post_is_kept_and_due_once(ledger: Ledger) -> None:
    assert known(ledger) is None
    keep(ledger, post())
    keep(ledger, post())
    assert known(ledger) == post()
    lease = must_claim(ledger)
    assert lease.post == post()
    assert claim(ledger, 59) is None
    assert settle(ledger, lease, "Hello")
    assert known(ledger) == post(text="Hello")
    keep(ledger, post(), 100)
    assert claim(ledger, 100) is None, "nothing new"


def test_until_its_text_is_there_it_is_asked_for_again(ledger: Ledger) -> None:
    keep(ledger, post())
    assert settle(ledger, must_claim(ledger), None, again=120)
    assert claim(ledger, 119) is None
    assert must_claim(ledger, 120).attempts == 1


def test_who_lost_its_lease_keeps_nothing(ledger: Ledger) -> None:
    keep(ledger, post())
    slow, quick = must_claim(ledger), must_claim(ledger, 60)
    assert not settle(ledger, slow, "Hello")
    assert settle(ledger, quick, "Good day")
    assert known(ledger) == post(text="Good day")


@pytest.mark.parametrize("from_bus_first", [True, False])
def test_bus_and_archive_complete_each_other_in_either_order(ledger: Ledger, from_bus_first: bool) -> None:
    """Only the bus names the account that entitles the writer."""
    bus, archive = post(sender_account="ann"), post(text="Hello", url="https://lists.example.org/1")
    for told in [bus, archive] if from_bus_first else [archive, bus]:
        keep(ledger, told)
    assert known(ledger) == post(sender_account="ann", text="Hello", url="https://lists.example.org/1")


def test_a_post_already_read_is_read_again_when_more_is_known(ledger: Ledger) -> None:
    keep(ledger, post(text="Hello"))
    assert settle(ledger, must_claim(ledger), "Hello")
    keep(ledger, post(sender_account="ann"), 5)
    assert must_claim(ledger, 5).post == post(text="Hello", sender_account="ann")


def test_a_reading_under_way_starts_again_when_more_is_known(ledger: Ledger) -> None:
    keep(ledger, post())
    lease = must_claim(ledger)
    keep(ledger, post(sender_account="ann"))
    assert not settle(ledger, lease, "Hello"), "it would lose the account"
    assert settle(ledger, must_claim(ledger), "Hello")
    assert known(ledger) == post(sender_account="ann", text="Hello")


def test_readers_at_once_take_each_post_once(ledger: Ledger) -> None:
    for number in range(30):
        keep(ledger, post(message_id=f"{number}@example.org"))

    def work() -> list[str]:
        done = []
        while lease := claim(ledger):
            done.append(lease.post.message_id)
            assert settle(ledger, lease, "Hello")
        return done

    read = [one for done in at_once(*[work] * 3) for one in done]
    assert len(read) == len(set(read)) == 30


def test_the_same_post_from_two_workers_at_once_is_one(ledger: Ledger) -> None:
    at_once(*[lambda: keep(ledger, post())] * 4)
    assert must_claim(ledger).post.posted_at == NOW
    assert claim(ledger) is None


def test_a_reading_is_kept_and_made_due_for_another_reader(ledger: Ledger) -> None:
    keep(ledger, post())
    unsure = Reading(Meaning.UNSURE, ("foo",), leaning=Meaning.RETIREMENT, apart=(("foo", ("epel9",)),))
    with ledger.write() as connection:
        lease = posts.claim(connection, NOW, "a reader", 60)
        assert lease is not None
        assert lease.reading is None
        assert posts.settle(connection, lease, post(), status=READ, due_at=None, read=(unsure, 7))
        assert posts.taken_for(connection, Meaning.UNSURE) == [(post(), unsure)]
        assert posts.taken_for(connection, Meaning.OTHER) == []
        assert posts.read_anew(connection, NOW, reader=7) == 0
        assert posts.read_anew(connection, NOW, reader=8) == 1
    assert must_claim(ledger).reading == unsure
