# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a subject is about, where it speaks of no retirement: for "it" and "the package" in the text."""

from __future__ import annotations

import re
from dataclasses import replace

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_clause import Statement, unknowns, with_places
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import (
    LISTINGS,
    kinds_among,
    leading_of,
    opened,
    runs_of,
    texts_of,
    up_to_tail,
)

_EXCEPTED = re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in phrases.EXCEPTIONS))
_POSSESSIVE = re.compile(r"'s\b")
_DETERMINERS = frozenset(
    ("a", "an", "the", "my", "your", "our", "this", "that", "some", "any", "no", "every")
)


def topic_of(subject: str, book: NameBook) -> Statement | None:
    """The packages and places of a subject that speaks of no retirement, if it is wholly understood."""
    tokens = up_to_tail(opened(subject), 0)
    runs = runs_of(tokens, book)
    if any(unknowns(tokens, runs)) or any(token.low in LISTINGS for token in tokens):
        return None
    return replace(with_places(tokens), names=texts_of(runs))


def headed_by(subject: str, text: str, book: NameBook) -> Statement | None:
    """The packages before the colon of a subject, or anywhere in one, if they are surely some.

    A plain word is one only where the text has it too, as a name stands: without an article.
    """
    if _EXCEPTED.search(subject.lower()):
        return None
    head, colon, rest = subject.partition(":")
    topic = topic_of(head, book) if colon else None
    by_head = topic is not None and bool(topic.names)
    said = opened(_POSSESSIVE.sub(" ", head if by_head else subject))
    every = [run for run in runs_of(up_to_tail(said, 0), book) if run.names] or runs_of(said, book)
    runs = [run for run in every if run.names and run not in kinds_among(said, every)]
    others = runs_of(up_to_tail(opened(rest), 0), book) if by_head else ()
    if len(runs) != 1 or any(name.sure for run in others for name in run.names):
        return None
    names = leading_of(said, runs[0], book)
    # A plain word that the text doesn't use as a name may be anything, and then "it" may be that.
    others_sure = any(name.sure and name not in names for name in runs[0].names)
    if not names or others_sure or not all(name.sure or _is_named(name.text, text) for name in names):
        return None
    return replace(with_places(said), names=tuple(dict.fromkeys(name.text for name in names)))


def _is_named(word: str, text: str) -> bool:
    """Whether a text has the word as it would have a package's name."""
    before = (
        found[1] or ""
        for found in re.finditer(
            rf"(?:(?<![\w'-])([\w'-]{{1,40}})\s+)?(?<![\w-]){re.escape(word)}(?:(?![\w-])|(?=-[0-9]))", text
        )
    )
    articles = [low in _DETERMINERS for low in map(str.lower, before)]
    return bool(articles) and not any(articles)
