# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reader of posts: what somebody who wrote to the list means to do (R1, R5, A2).

Own words (`reading_text`) → tokens → statements, one for each sentence that speaks of a retirement → claims
that agree → a reading. A wrong action is worse than none: a retirement is sure only where every sentence
that speaks of one is understood or does no harm, and all agree. Otherwise a person decides, with what was
understood.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from email.utils import parseaddr

from epelbot.domain.post import Meaning, Post, Reading
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_claims import Claims, claims_of, reading_of
from epelbot.policy.reading_clause import topic_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_other import abi_change_in, gives_up, offer_in
from epelbot.policy.reading_statements import statements_of
from epelbot.policy.reading_text import OWN_LIMIT, RAW_LIMIT, blocks_of, body_of, is_answer, subject_of

_LONGEST_HEADER = 1_000
_AUTOMATIC = re.compile("|".join(phrases.AUTOMATIC_SUBJECTS), re.IGNORECASE | re.ASCII)
_ROBOTS = frozenset(phrases.ROBOTS)


def starts_matter(post: Post) -> bool:
    """Whether the post begins a matter of its own (R1): no reply, digest or robot's mail, none of ours."""
    return post.in_reply_to is None and not is_answer(post.subject) and not _is_automatic(post)


def read_post(post: Post, known_packages: Collection[str] = ()) -> Reading:
    """What the post means to do; see `Reading`.

    ``post.text`` None: only the headers are known, and a clear subject is enough for a retirement, without a
    reason. ``known_packages`` helps to tell names from words, and to find a name written in other letters.
    Inside a discussion nothing is sure: an answer's subject is not its writer's, and R1 wants a person there.
    """
    if _is_automatic(post):
        return Reading(Meaning.OTHER, why="a program wrote it, or it is about no single package")
    book = NameBook(known_packages)
    subject = subject_of(post.subject[:_LONGEST_HEADER])
    begins = starts_matter(post)
    if post.text is None:
        if not begins:
            return Reading(Meaning.OTHER, why="it is an answer, and its text is not known yet")
        return _unless(
            _doubt_about(post, "", begins=True), reading_of(claims_of(subject, (), book), with_text=False)
        )
    body = body_of(post.text)
    claims = claims_of(subject if begins else "", blocks_of(body[:OWN_LIMIT]), book)
    reading = reading_of(claims, with_text=True)
    if reading.meaning is Meaning.RETIREMENT:
        doubt = _doubt_about(post, body, begins=begins)
        if not doubt and offer_in(claims.sentences, None, book) is not None:
            doubt = "it also offers to maintain something"
        return _unless(doubt, reading)
    if reading.meaning is Meaning.OTHER or not claims.every:
        return _of_another_kind(subject, claims, book, begins=begins) or reading
    return reading


def _is_automatic(post: Post) -> bool:
    headers = dict(post.headers)
    address = parseaddr(post.sender[:_LONGEST_HEADER])[1]
    return (
        headers.get("auto-submitted", "no").strip().lower() != "no"
        or headers.get("precedence", "").strip().lower() in ("bulk", "junk")
        or address.partition("@")[0].lower() in _ROBOTS
        or post.sender_account in _ROBOTS
        or _AUTOMATIC.search(post.subject[:_LONGEST_HEADER]) is not None
    )


def _doubt_about(post: Post, body: str, *, begins: bool) -> str:
    if not begins:
        return "it was said inside a discussion"
    if len(post.subject) >= _LONGEST_HEADER or len(post.text or "") > RAW_LIMIT or len(body) > OWN_LIMIT:
        return "the post is too long to be read whole"
    return ""


def _unless(doubt: str, reading: Reading) -> Reading:
    """The reading, but no sure retirement where there is a doubt."""
    if not doubt or reading.meaning is not Meaning.RETIREMENT:
        return reading
    return replace(reading, meaning=Meaning.UNSURE, why=doubt, leaning=reading.meaning)


def _of_another_kind(subject: str, claims: Claims, book: NameBook, *, begins: bool) -> Reading | None:
    """An offer, an incompatible change or a package given up, where no retirement is claimed."""
    said = statements_of(subject, book, is_subject=True)
    offer = offer_in(claims.sentences, said[0] if said else topic_of(subject, book), book)
    if offer is not None or not begins:
        return offer
    return abi_change_in(subject, claims.sentences, book) or gives_up(claims, book)
