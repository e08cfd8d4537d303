# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive of the mailing lists: the bus tells that a post came, HyperKitty what it says (FIELD 1.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from epelbot.domain.post import Post
from epelbot.errors import NotThere, PermanentError
from epelbot.http import Http
from epelbot.translate import shape

#: Rows asked for at once; HyperKitty's own page is 10.
ROWS = 100
#: Posts. The longest threads of Fedora's lists have some hundreds.
_LONGEST_THREAD = 5000
#: Posts. Some 3,000 a year come to epel-devel, most of them Bodhi's.
_MOST_POSTS = 50_000
# Characters of a subject or of a sender's name: HyperKitty cuts subjects at 512.
_LINE_LIMIT = 2000
_HASH = re.compile(r"[A-Z2-7]{32}")
_NEEDS_QUOTES = re.compile(r'[][()<>@,:;\\".]')


@dataclass(frozen=True, slots=True)
class HyperKitty:
    """HyperKitty at ``base_url`` ("https://lists.fedoraproject.org/archives"); fulfils `ListArchive`.

    ``host`` is the mail domain of the lists. Links in answers are never followed, only the keys in them
    used, so whatever an answer names, nobody but ``base_url`` is asked. A post's time is here its Date
    header, since the API tells no other; ``sender_account`` is None, since the archive knows no accounts.
    """

    http: Http
    base_url: str
    host: str = "lists.fedoraproject.org"

    def post(self, list_name: str, post_hash: str) -> Post:
        """One post with its text. `NotThere` while the archive lags behind, or if there is no such post."""
        mail = self._mail(list_name, post_hash)
        post = self._post(list_name, mail)
        parent = _key_in(mail.get("parent"), "parent")
        if parent is not None:
            # A mail names its parent by hash only; the Message-ID is one more question, for replies alone.
            post = replace(post, in_reply_to=self._message_id(list_name, parent))
        content = mail.get("content")
        if not isinstance(content, str):
            raise PermanentError("the mail's content is missing; see whether the archive has a new version")
        return replace(post, text=content)

    def thread(self, list_name: str, post_hash: str) -> tuple[Post, ...]:
        """All posts of the thread that the post is in, oldest first, without texts."""
        thread = _key_in(self._mail(list_name, post_hash).get("thread"), "thread")
        if thread is None:
            raise PermanentError(
                f"the archive has put {post_hash} in no thread; ask again when it has been mended"
            )
        return self._in_order(list_name, list(self._rows(self._url(list_name, f"thread/{thread}/emails/"))))

    def posts_since(self, list_name: str, since: datetime) -> tuple[Post, ...]:
        """As `ListArchive.posts_since`. The newest come first: what comes in meanwhile only repeats rows."""
        rows: dict[str, Mapping[str, Any]] = {}
        for row in self._rows(self._url(list_name, "emails/"), _MOST_POSTS):
            if _time(row.get("date")) < since:
                break
            rows[shape.text(row.get("message_id"), "message_id", _LINE_LIMIT)] = row
        return self._in_order(list_name, list(rows.values()))

    def _in_order(self, list_name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Post, ...]:
        """The posts in these rows, oldest first, each with the Message-ID of the one that it answers."""
        posts = [self._post(list_name, row) for row in rows]
        ids = {post.hash: post.message_id for post in posts}
        parents = [_key_in(row.get("parent"), "parent") for row in rows]
        found = [
            post
            if parent is None
            else replace(post, in_reply_to=ids.get(parent) or self._message_id(list_name, parent))
            for post, parent in zip(posts, parents, strict=True)
        ]
        return tuple(sorted(found, key=lambda post: (post.posted_at, post.hash)))

    def _mail(self, list_name: str, post_hash: str) -> Mapping[str, Any]:
        if _HASH.fullmatch(post_hash) is None:
            raise NotThere(f"{post_hash[:60]!r} is no key of a post; it has 32 letters and digits")
        return shape.mapping(
            self.http.get_json(self._url(list_name, f"email/{post_hash}/")), "the archive's answer"
        )

    def _message_id(self, list_name: str, post_hash: str) -> str:
        return shape.text(self._mail(list_name, post_hash).get("message_id"), "message_id", _LINE_LIMIT)

    def _rows(self, url: str, most: int = _LONGEST_THREAD) -> Iterator[Mapping[str, Any]]:
        taken = 0
        while True:
            params = {"limit": str(ROWS), "offset": str(taken)}
            answer = shape.mapping(self.http.get_json(url, params), "the archive's answer")
            rows = shape.items(answer.get("results"), "results")
            for at, row in enumerate(rows):
                yield shape.mapping(row, f"results[{at}]")
            # By what came, not by what was asked for: a server may give shorter pages.
            taken += len(rows)
            if not rows or taken >= shape.count(answer.get("count"), "count"):
                return
            if taken >= most:
                raise PermanentError(
                    f"the archive lists over {taken} posts in one answer; see what is wrong there"
                )

    def _post(self, list_name: str, mail: Mapping[str, Any]) -> Post:
        post = Post(
            list_name=list_name,
            message_id=shape.text(mail.get("message_id"), "message_id", _LINE_LIMIT),
            subject=_line(mail.get("subject"), "subject"),
            sender=_sender(mail),
            posted_at=_time(mail.get("date")),
        )
        web = f"{self.base_url.rstrip('/')}/list/{self._address(list_name)}/message/{post.hash}/"
        return replace(post, url=web)

    def _url(self, list_name: str, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/api/list/{self._address(list_name)}/{path}"

    def _address(self, list_name: str) -> str:
        return quote(f"{list_name}@{self.host}", safe="@")


def _key_in(link: Any, where: str) -> str | None:
    """Take the key of a mail or thread out of a link to it; the rest of the link is not trusted."""
    url = shape.text_or_none(link, where, _LINE_LIMIT)
    if url is None:
        return None
    key = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    if _HASH.fullmatch(key) is None:
        raise PermanentError(
            f"the archive's link to the {where} ends in no key of a post; see what it answers"
        )
    return key


def _sender(mail: Mapping[str, Any]) -> str:
    """Put name and address together as in a From line."""
    address = shape.text(
        shape.mapping(mail.get("sender"), "sender").get("address"), "sender.address", _LINE_LIMIT
    )
    # So HyperKitty hides addresses from those who harvest them.
    address = address.replace(" (a) ", "@")
    name = _line(mail.get("sender_name"), "sender_name")
    if not name or name == address:
        return address
    if _NEEDS_QUOTES.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{address}>"


def _line(value: Any, where: str) -> str:
    """Take a line that a person wrote: it may be missing, folded or odd, and that refuses nothing."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PermanentError(f"{where} is no text; see whether the archive has a new version")
    return " ".join(value[:_LINE_LIMIT].split())


def _time(value: Any) -> datetime:
    time = shape.utc_or_none(value, "date")
    if time is None:
        raise PermanentError("the mail's date is missing; see whether the archive has a new version")
    return time
