# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a post may mean that claims no retirement: an offer, a withdrawal, giving up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from epelbot.domain.post import Meaning, Reading
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_claims import Claims, in_order
from epelbot.policy.reading_clause import Stance, Statement, places_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_reasons import reason_in
from epelbot.policy.reading_runs import leading_names
from epelbot.policy.reading_statements import statements_of


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_OFFER = re.compile(
    rf"(?<![\w'-])(?:{_any(phrases.OFFERS)})\s(?:(?!stop|retire|keep)[\w'-]{{1,30}}\s){{0,2}}?"
    rf"(?:{_any(phrases.TAKING)})(?![\w-])(?:\s(?:over|on|up)\b)?"
    rf"|(?<![\w'-])(?:{_any(phrases.TAKEN)})(?![\w-])(?:\s(?:over|on|up)\b)?",
    re.ASCII,
)
_NO_OFFER = re.compile(
    r"\b(?:not|never|no longer|can't|cannot|won't|don't|used to|care of|said|says|out of|off|copr)\b"
    r"|\?",
    re.ASCII,
)
# What an offer without a name must go on with, so that it means the packages of its thread.
_POINTING = re.compile(
    r"\s*(?:over|on|up)?\s*(?:\Z|[.,!;:(]|(?:it|them|both|this|that|these|those)\b(?! up\b)"
    r"|(?:the|this|that|your|these|all|both)\s(?:of\s(?:it|them)|packages?|branch(?:es)?|two|three)\b)",
    re.IGNORECASE,
)
_HALF_AN_OFFER = re.compile(r"\b(?:if|unless|until|perhaps|maybe|might|one of them|some of them)\b", re.ASCII)
_OF_LEAVING = re.compile(
    r"\b(?:retir|orphan|taking over|take over|took over|adopt|taken|up for grabs)", re.ASCII
)
_TAKEN_BACK = re.compile(
    rf"\b(?:i|we)(?:'m|'ve|'re|'d| am| are| have| will| hereby| like| to| want| now| therefore){{0,5}}\s"
    rf"(?:{_any(phrases.TAKING_BACK)})(?:\s(?:the|my|our|this|that|earlier|planned|announced|idea|of|to|plan))*"
    r"\s(?:retire|retiring|retirement|announcement|orphaning|it|this|that)\b"
    rf"|\b(?:retirement|announcement|orphaning)\b.{{0,80}}\b(?:is|has been|was|are)?\s?"
    r"(?:cancelled|canceled|withdrawn|called off|revoked|off the table)\b"
    r"|\bno longer (?:going to |planning to )?(?:be |being )?(?:retir|orphan)"
    r"|\b(?:not|won't)\b.{0,60}\b(?:retir|orphan).{0,120}\bafter all\b"
    r"|\bafter all\b.{0,60}\b(?:not|won't)\b.{0,60}\b(?:retir|orphan)",
    re.IGNORECASE | re.ASCII,
)
_NOT_TAKEN_BACK = re.compile(
    r"\b(?:if|unless|please|would|could you|can you|should|maybe|perhaps|might|objections?|comments?"
    r"|glad|happy|heard"
    r"|hear|they|he|she|great|relieved|subscription|i said|wanted)\b|\?",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no longer|never|won't|isn't|aren't)\b", re.IGNORECASE)
_VERBS = frozenset(phrases.TAKING_BACK)
_FIRST = re.compile(r"\b(?:i|we|i'm|i'll|we'll)\b", re.IGNORECASE)
_GIVING_UP = re.compile(rf"(?<![\w'-])(?:{_any(phrases.GIVING_UP)})(?![\w-])", re.ASCII)


def offer_in(
    sentences: Sequence[str], topic: Statement | None, book: NameBook, *, begins: bool = False
) -> Reading | None:
    """An offer to take packages over: those it names, else those of the subject (R5).

    Unsure where it is a conditional one, or names nothing, or (``begins``) doesn't say that anybody leaves.
    """
    for sentence in sentences:
        flat = " ".join(sentence.split())
        low = flat.lower()
        found = _OFFER.search(low)
        if found is None or _NO_OFFER.search(low):
            continue
        after = flat[found.end() :]
        own = leading_names(after, book)
        meant = topic.names if topic is not None else ()
        names = own or (meant if _POINTING.match(after) else ())
        why = "it offers to maintain it"
        other = bool(own and meant) and not set(own) & set(meant)
        doubtful = _HALF_AN_OFFER.search(low) or not names or other
        if doubtful or (begins and not any(_OF_LEAVING.search(one.lower()) for one in sentences)):
            why = "it may offer to maintain it"
            return Reading(Meaning.UNSURE, names or meant, why=why, leaning=Meaning.ADOPTION)
        return Reading(Meaning.ADOPTION, names, places_of(sentence).collections, why=why)
    return None


def taken_back_in(claims: Claims, topic: Statement | None, book: NameBook, *, begins: bool) -> Reading | None:
    """A retirement taken back by its author (R8); unsure where it is only denied."""
    spoken = (*((claims.subject,) if begins else ()), *claims.sentences)
    unsure: Reading | None = None
    flats = [flat for flat in (" ".join(one.split()) for one in spoken) if not _NOT_TAKEN_BACK.search(flat)]
    # What says it plainly goes before what only denies.
    for flat in sorted(flats, key=lambda one: _TAKEN_BACK.search(one) is None):
        denied = [one for one in statements_of(flat, book) if one.stance is Stance.DENIED]
        sure = _TAKEN_BACK.search(flat) is not None
        if not sure and not (
            denied and _NOT.search(flat) and (flat == claims.subject or (not begins and _FIRST.search(flat)))
        ):
            continue
        own = dict.fromkeys(name for one in denied for name in one.names if name.lower() not in _VERBS)
        meant = topic.names if topic is not None else ()
        names = tuple(own) or meant
        places = places_of(flat).collections or (topic.collections if topic is not None else ())
        apart = bool(own) and bool(meant) and not set(own) <= set(meant)
        if sure and names and not apart:
            return Reading(Meaning.WITHDRAWAL, names, in_order(places), why="it takes a retirement back")
        why = "it may take a retirement back"
        unsure = unsure or Reading(
            Meaning.UNSURE, names, in_order(places), why=why, leaning=Meaning.WITHDRAWAL
        )
    return unsure


def gives_up(claims: Claims, book: NameBook) -> Reading | None:
    """A package given up without a word of retirement: a person decides what was meant."""
    for text in (claims.subject, *claims.sentences):
        found = _GIVING_UP.search(text.lower())
        if found is None or text.rstrip().endswith("?"):
            continue
        names = leading_names(text[found.end() :], book) or (claims.topic.names if claims.topic else ())
        places = places_of(text).collections or (claims.topic.collections if claims.topic else ())
        if names and places:
            reason, category = reason_in(claims.sentences)
            why = "it gives a package up, without saying that it leaves"
            return Reading(
                Meaning.UNSURE, names, in_order(places), reason, category, why, leaning=Meaning.RETIREMENT
            )
    return None
