# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `ListArchive` promises: the fake in memory, and HyperKitty over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from epelbot.domain.post import Post, message_id_hash
from epelbot.errors import NotThere, TransientError
from epelbot.http import Http
from epelbot.ports import ListArchive
from epelbot.sources.hyperkitty import HyperKitty
from epelbot.testing.archive import FakeArchive
from epelbot.testing.server import serve
from epelbot.testing.server_web import archive_route
from epelbot.testing.world import World
from tests.contract.web_story import ALONE, FIRST, LAGGING, LIST, NOON, REPLY, story


@pytest.fixture
def world() -> World:
    return story()


@pytest.fixture(params=["fake", "hyperkitty"])
def archive(request: pytest.FixtureRequest, world: World) -> Iterator[ListArchive]:
    if request.param == "fake":
        yield FakeArchive(world)
        return
    with serve(world, archive_route) as server, Http(pause=lambda _: None) as http:
        yield HyperKitty(http, f"{server.url}/archives")


def _without_link(post: Post) -> Post:
    return replace(post, url=None)


def test_a_post_is_found_by_its_hash(archive: ListArchive) -> None:
    assert _without_link(archive.post(LIST, FIRST.hash)) == FIRST


def test_a_reply_names_what_it_answers(archive: ListArchive) -> None:
    assert _without_link(archive.post(LIST, REPLY.hash)) == REPLY


def test_a_reply_to_what_the_archive_lacks_looks_like_a_start(archive: ListArchive) -> None:
    assert _without_link(archive.post(LIST, ALONE.hash)) == replace(ALONE, in_reply_to=None)


def test_a_post_has_a_page_for_people(archive: ListArchive) -> None:
    page = archive.post(LIST, FIRST.hash).url
    assert page is not None
    assert page.endswith(f"/archives/list/epel-devel@lists.fedoraproject.org/message/{FIRST.hash}/")


def test_the_archive_knows_no_accounts_and_no_further_headers(archive: ListArchive, world: World) -> None:
    world.posts[FIRST.hash] = replace(FIRST, sender_account="ann", headers=(("precedence", "list"),))
    assert _without_link(archive.post(LIST, FIRST.hash)) == FIRST


@pytest.mark.parametrize("post_hash", [message_id_hash("nosuch@example.org"), LAGGING.hash, "x/../y", ""])
def test_a_post_that_the_archive_lacks_is_not_there(archive: ListArchive, post_hash: str) -> None:
    for ask in (archive.post, archive.thread):
        with pytest.raises(NotThere):
            ask(LIST, post_hash)


def test_a_post_on_another_list_is_not_there(archive: ListArchive) -> None:
    with pytest.raises(NotThere):
        archive.post("devel", FIRST.hash)


def test_a_late_archive_catches_up(archive: ListArchive, world: World) -> None:
    with pytest.raises(NotThere):
        archive.post(LIST, LAGGING.hash)
    world.posts[LAGGING.hash] = replace(LAGGING, text="At last.\n")
    assert archive.post(LIST, LAGGING.hash).text == "At last.\n"


@pytest.mark.parametrize("asked", [FIRST, REPLY])
def test_a_thread_is_the_same_from_each_of_its_posts(archive: ListArchive, asked: Post) -> None:
    thread = tuple(_without_link(post) for post in archive.thread(LIST, asked.hash))
    assert thread == (replace(FIRST, text=None), replace(REPLY, text=None))


def test_a_post_without_replies_is_a_thread(archive: ListArchive) -> None:
    assert [post.hash for post in archive.thread(LIST, ALONE.hash)] == [ALONE.hash]


def test_no_post_of_a_long_thread_is_lost(archive: ListArchive, world: World) -> None:
    replies = [
        replace(
            REPLY,
            message_id=f"reply-{number}@example.org",
            posted_at=NOON + timedelta(minutes=number + 1),
            text="",
        )
        for number in range(230)
    ]
    world.posts = {post.hash: post for post in (*replies, FIRST)}
    thread = archive.thread(LIST, replies[7].hash)
    assert [post.message_id for post in thread] == [FIRST.message_id, *(post.message_id for post in replies)]
    assert {post.in_reply_to for post in thread[1:]} == {FIRST.message_id}


def test_an_outage_is_for_now(archive: ListArchive, world: World) -> None:
    world.down.add("archive")
    for ask in (archive.post, archive.thread):
        with pytest.raises(TransientError):
            ask(LIST, FIRST.hash)
    world.down.clear()
    assert archive.post(LIST, FIRST.hash).text == FIRST.text


def test_the_posts_of_a_list_come_oldest_first_from_a_time_on(archive: ListArchive, world: World) -> None:
    told = archive.posts_since(LIST, NOON - timedelta(days=1))
    assert [_without_link(one) for one in told] == [
        replace(one, text=None) for one in (FIRST, replace(ALONE, in_reply_to=None), REPLY)
    ]
    assert [one.hash for one in archive.posts_since(LIST, NOON + timedelta(hours=1))] == [REPLY.hash]
    assert archive.posts_since(LIST, NOON + timedelta(days=1)) == ()
    assert archive.posts_since("devel", NOON - timedelta(days=1)) == ()
    world.down.add("archive")
    with pytest.raises(TransientError):
        archive.posts_since(LIST, NOON)


def test_no_post_of_a_busy_list_is_lost(archive: ListArchive, world: World) -> None:
    many = [
        replace(ALONE, message_id=f"m{number}@example.org", posted_at=NOON + timedelta(minutes=number))
        for number in range(230)
    ]
    world.posts.update((one.hash, one) for one in many)
    told = archive.posts_since(LIST, NOON + timedelta(minutes=20))
    assert {one.hash for one in told} >= {one.hash for one in many[20:]}
    assert many[10].hash not in {one.hash for one in told}
