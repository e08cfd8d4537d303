# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else a post may mean that claims no retirement: an offer, an incompatible change, giving up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from epelbot.domain.post import Meaning, Reading
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_claims import Claims, in_order
from epelbot.policy.reading_clause import Statement, places_of, topic_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_reasons import reason_in
from epelbot.policy.reading_runs import leading_names


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_OFFER = re.compile(
    rf"(?<![\w'-])(?:{_any(phrases.OFFERS)})\s(?:[\w'-]{{1,30}}\s){{0,2}}?(?:{_any(phrases.TAKING)})(?![\w-])(?:\s(?:over|on)\b)?",
    re.ASCII,
)
_NO_OFFER = re.compile(r"\b(?:not|never|if|unless|until|no longer|can't|cannot|won't|don't)\b|\?", re.ASCII)
_ABI_CHANGE = re.compile(
    rf"(?<![\w-])(?:{_any(phrases.ABI_CHANGES)})(?:s|d|ing)?(?![\w-])", re.IGNORECASE | re.ASCII
)
_ABI_FILLER = re.compile(
    rf"(?<![\w-])(?:{_any(phrases.ABI_FILLERS)}|v?[0-9][0-9.]*)(?![\w-])|->|=>", re.IGNORECASE | re.ASCII
)
_GIVING_UP = re.compile(rf"(?<![\w'-])(?:{_any(phrases.GIVING_UP)})(?![\w-])", re.ASCII)


def offer_in(sentences: Sequence[str], topic: Statement | None, book: NameBook) -> Reading | None:
    """An offer to take packages over: those it names, else those of the subject (R5)."""
    for sentence in sentences:
        flat = " ".join(sentence.split())
        found = _OFFER.search(flat.lower())
        if found is None or _NO_OFFER.search(flat.lower()):
            continue
        names = leading_names(flat[found.end() :], book) or (topic.names if topic is not None else ())
        return Reading(
            Meaning.ADOPTION, names, places_of(sentence).collections, why="it offers to maintain it"
        )
    return None


def abi_change_in(subject: str, sentences: Sequence[str], book: NameBook) -> Reading | None:
    """An incompatible change, if the subject says so (A2)."""
    if _ABI_CHANGE.search(subject) is None:
        return None
    rest = _ABI_FILLER.sub(" ", _ABI_CHANGE.sub(" ", subject))
    topic = topic_of(rest, book)
    places = places_of(subject).collections or tuple(
        dict.fromkeys(place for sentence in sentences for place in places_of(sentence).collections)
    )
    names = topic.names if topic is not None else ()
    return Reading(
        Meaning.ABI_CHANGE, names, in_order(places), why="its subject tells of an incompatible change"
    )


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
