# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list archive in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from epelbot.domain.post import Post, message_id_hash
from epelbot.errors import NotThere
from epelbot.testing.world import World


@dataclass(frozen=True, slots=True)
class FakeArchive:
    """Answers from the world's ``posts``; fulfils `ListArchive`. ``base_url`` is what links begin with."""

    world: World
    base_url: str = "https://lists.fedoraproject.org/archives"
    host: str = "lists.fedoraproject.org"

    def post(self, list_name: str, post_hash: str) -> Post:
        """One post with its text; `NotThere` while it has none."""
        self.world.answer("archive")
        return self._as_archived(self._found(list_name, post_hash))

    def thread(self, list_name: str, post_hash: str) -> tuple[Post, ...]:
        """All posts of the thread that the post is in, oldest first, without texts."""
        self.world.answer("archive")
        posts = thread_of(self.world, self._found(list_name, post_hash))
        return tuple(replace(self._as_archived(post), text=None) for post in posts)

    def posts_since(self, list_name: str, since: datetime) -> tuple[Post, ...]:
        """All posts of the list from that time on, oldest first, without texts."""
        self.world.answer("archive")
        posts = [post for post in on_list(self.world, list_name) if post.posted_at >= since]
        return tuple(replace(self._as_archived(post), text=None) for post in posts)

    def _found(self, list_name: str, post_hash: str) -> Post:
        post = archived(self.world, list_name, post_hash)
        if post is None:
            raise NotThere(f"the archive of {list_name} has no post {post_hash!r}; look again later")
        return post

    def _as_archived(self, post: Post) -> Post:
        """Leave out what the archive doesn't tell."""
        parent = parent_of(self.world, post)
        return replace(
            post,
            sender_account=None,
            in_reply_to=parent.message_id if parent is not None else None,
            url=f"{self.base_url}/list/{post.list_name}@{self.host}/message/{post.hash}/",
            headers=(),
        )


def on_list(world: World, list_name: str) -> list[Post]:
    """Give every post that the archive has of a list, oldest first."""
    found = [post for post in world.posts.values() if archived(world, list_name, post.hash) is not None]
    return sorted(found, key=lambda post: (post.posted_at, post.hash))


def archived(world: World, list_name: str, post_hash: str) -> Post | None:
    """Give the post of that list with that hash, unless the archive lags behind."""
    post = world.posts.get(post_hash)
    return post if post is not None and post.list_name == list_name and post.text is not None else None


def parent_of(world: World, post: Post) -> Post | None:
    """Give the post that this one answers, if the archive has it."""
    return archived(world, post.list_name, message_id_hash(post.in_reply_to)) if post.in_reply_to else None


def thread_of(world: World, post: Post) -> tuple[Post, ...]:
    """Give all archived posts that go back to the same first one, oldest first."""
    first = first_of(world, post)
    kin = (one for one in world.posts.values() if archived(world, post.list_name, one.hash) is not None)
    return tuple(
        sorted(
            (one for one in kin if first_of(world, one) == first), key=lambda one: (one.posted_at, one.hash)
        )
    )


def first_of(world: World, post: Post) -> Post:
    """Give the post that began the thread."""
    seen = {post.hash}
    parent = parent_of(world, post)
    while parent is not None and parent.hash not in seen:
        post = parent
        seen.add(post.hash)
        parent = parent_of(world, post)
    return post
