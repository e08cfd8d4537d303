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
from epelbot.policy.reading_changes import abi_change_in
from epelbot.policy.reading_claims import Claims, claims_of, reading_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_other import gives_up, offer_in, taken_back_in
from epelbot.policy.reading_statements import statements_of
from epelbot.policy.reading_text import OWN_LIMIT, RAW_LIMIT, blocks_of, body_of, is_answer, subject_of
from epelbot.policy.reading_topic import headed_by, topic_of

#: Raised with every change that may read a post otherwise: what an older reader read is read again.
READER_VERSION = 4
_LONGEST_HEADER = 1_000
_AUTOMATIC = re.compile("|".join(phrases.AUTOMATIC_SUBJECTS), re.IGNORECASE | re.ASCII)
_ASKING = re.compile(
    r"(?:should|shall|could|can|may|would|is|are|do|does|who|what|why)\b.*\?\s*\Z", re.IGNORECASE
)
_OUR_ID = re.compile(r"\.epelbot@")
_TENTATIVE = re.compile(
    r"\[(?:rfc|rfd|proposal|poll|vote|discussion|discuss|idea|draft|question|test)\]"
    r"|\A\W*(?:re:\s*)?(?:rfc|rfd|proposal|poll|vote|discussion|idea|draft|question|test)\s*(?::|\W*\Z)",
    re.IGNORECASE,
)
_UNSETTLING = re.compile(
    r"\bmaintainers?,? please\b|\bplease (?:fix|respond|keep|don't|do not|undo|retire)\b|\bkidding\b"
    r"|\bapril fools?\b|\bthis is (?:only |just )?a test\b"
    r"|(?<!upstream )\b(?:doesn't|didn't|does not|did not) respond\b"
    r"|\bcomments (?:are )?welcome\b|\bby mistake\b|\baccidentally\b|\blike to hear\b|\bwant to hear\b"
    r"|\bopinions?\b|\bfeedback\b|\b(?:opened|filed) (?:a|an) (?:ticket|issue|bug)\b"
    r"|\b(?:nothing|not) (?:has been |is |yet )*decided\b|\bchanged my mind\b|\bplan has changed\b",
    re.IGNORECASE,
)
# "There is no foo-gui subpackage any more": what goes is a part of a package.
_OF_A_PART = re.compile(r"(?<!its )(?<!all )(?<!the )\bsub-?packages?\b", re.IGNORECASE)
_INVITATION = re.compile(
    r"\b(?:take|takes|taking|adopt|maintain\w*|interested|pick|step|volunteers?|want|wants|questions?|help)\b",
    re.IGNORECASE,
)
# Bounces, and many posts in one.
_REPORTS = ("multipart/report", "multipart/digest")
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
        doubt = doubt or _second_thoughts(post.subject, subject, claims)
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
        any(name.startswith("x-epelbot") for name in headers)
        # The bus passes on few headers; the ids of our mails tell them all the same.
        or _OUR_ID.search(post.message_id) is not None
        or headers.get("content-type", "").lower().startswith(_REPORTS)
        or headers.get("auto-submitted", "no").strip().lower() != "no"
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


def _second_thoughts(subject: str, matter: str, claims: Claims) -> str:
    """What speaks against an announcement elsewhere in its post, or nothing."""
    if _ASKING.match(matter):
        return "its subject asks"
    if _TENTATIVE.search(subject[:_LONGEST_HEADER]):
        return "its subject says that nothing is decided"
    flat = " ".join(" ".join(claims.sentences).split())
    if _UNSETTLING.search(flat):
        return "its text puts it in doubt"
    if _OF_A_PART.search(flat) or _OF_A_PART.search(matter):
        return "it speaks of a part of a package"
    questions = [one for one in claims.sentences if one.rstrip(" )\"'!").endswith("?")]
    if not claims.told and any(not _INVITATION.search(one) for one in questions):
        return "its text asks something"
    return ""


def _unless(doubt: str, reading: Reading) -> Reading:
    """The reading, but no sure retirement where there is a doubt."""
    if not doubt or reading.meaning is not Meaning.RETIREMENT:
        return reading
    return replace(reading, meaning=Meaning.UNSURE, why=doubt, leaning=reading.meaning)


def _of_another_kind(subject: str, claims: Claims, book: NameBook, *, begins: bool) -> Reading | None:
    """A withdrawal, an offer, an ABI change or a package given up, where no retirement is claimed."""
    said = statements_of(subject, book, is_subject=True)
    topic = said[0] if said else topic_of(subject, book) or headed_by(subject, "", book)
    found = taken_back_in(claims, topic, book, begins=begins)
    found = found or offer_in(claims.sentences, topic, book, begins=begins)
    if found is not None or not begins:
        return found
    return abi_change_in(subject, claims.sentences, book) or gives_up(claims, book)
