# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one sentence says about retirements, and how it stands to them: does, doubts, asks or denies it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_clause import Stance, Statement, places_of, read_clause
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import VERBS

_LONGEST_CLAUSE = 4_000


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    every = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<![\w'-])(?:{every})(?![\w'-])", re.ASCII)


def _before_a_verb(words: Iterable[str], between: int) -> re.Pattern[str]:
    """One of the words, at most so many others, and a verb."""
    first = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    gap = rf"(?:\s(?!and\b|so\b|but\b)[\w'-]{{1,30}}){{0,{between}}}"
    return re.compile(rf"(?<![\w'-])(?:{first}):?{gap}\s(?:{'|'.join(sorted(VERBS))})(?![\w-])", re.ASCII)


_STRONG = (*phrases.RETIRE_BASE, *phrases.RETIRE_GERUND, *phrases.RETIRE_PARTICIPLE, *phrases.RETIRE_NOUN)
_SPEAKS = _any_of((*VERBS, *phrases.REVOCATIONS))
_SPEAKS_STRONGLY = _any_of((*_STRONG, *phrases.REVOCATIONS))
_DENIED = _before_a_verb(phrases.DENIALS, 3)
_REVOKED = _any_of(phrases.REVOCATIONS)
_REQUESTED = _before_a_verb(phrases.REQUESTS, 2)
_DOUBTED = _before_a_verb(phrases.DOUBTS, 2)
_EXCEPTED = _any_of(phrases.EXCEPTIONS)
_INVITING = _any_of(phrases.INVITATIONS)
_HARMLESS = _any_of(phrases.HARMLESS_BUTS)
_OBJECTIONS = re.compile(r"\bobjections?\b|\bok(?:ay)? to\b", re.ASCII)
_CONDITION = re.compile(rf"\bif\b(?!\s(?:{'|'.join(phrases.HARMLESS_IFS)})\b)|\bin case\b", re.ASCII)
_HOW_TO = re.compile(r"\bfedpkg\s+retire\b", re.ASCII)

_WISH = re.compile(r"(?:\bwould|'d)\s(?:also\s)?(?:like|love|prefer)\sto\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r";|,?\s(?:therefore|hence|which is why|so (?=i\b|we\b|i')|and (?=i\b|we\b|i'))\s?", re.IGNORECASE
)
_BUT = re.compile(r",?\s(?:but|however|yet)\b", re.IGNORECASE)


def statements_of(sentence: str, book: NameBook, *, is_subject: bool = False) -> tuple[Statement, ...]:
    """What the sentence says of retirements; empty when it speaks of none. A subject is one clause."""
    if _SPEAKS.search(sentence.lower()) is None:
        return ()
    asks = sentence.rstrip(" )\"'!").endswith("?")
    clauses = (sentence,) if is_subject or asks else clauses_of(sentence)
    found = (_statement(clause, book, is_subject=is_subject, asks=asks) for clause in clauses)
    return tuple(one for one in found if one is not None)


def clauses_of(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that stand for themselves."""
    return tuple(_CLAUSE.split(sentence))


def _statement(clause: str, book: NameBook, *, is_subject: bool, asks: bool) -> Statement | None:
    said, *buts = _BUT.split(_WISH.sub(" want to", clause))
    if buts and _SPEAKS.search(said.lower()) is None:
        said, buts = " ".join(buts), []
    low = " ".join(said.lower().split())
    if _SPEAKS.search(low) is None:
        return None
    strong = _SPEAKS_STRONGLY.search(low) is not None
    if len(said) > _LONGEST_CLAUSE:
        return Statement(Stance.UNCLEAR, why="a sentence is too long to be understood") if strong else None
    stance, why = _stance(low, asks=asks)
    read = read_clause(said, book, is_subject=is_subject) if stance is not None else None
    if stance is None or read is None or (read.stance is Stance.UNCLEAR and not strong):
        # Much is dropped and removed that is no package.
        return None
    if stance is Stance.CLAIMED and any(_takes_back(but, read) for but in buts):
        stance, why = Stance.DOUBTED, "it goes on with a but"
    return read if stance is Stance.CLAIMED else replace(read, stance=stance, why=why)


def _takes_back(but: str, read: Statement) -> bool:
    """Whether a "but" may change what was said; it may speak of another place, unless all were meant."""
    other = places_of(but)
    if other.collections or other.elsewhere:
        return read.everywhere
    return _HARMLESS.search(but.lower()) is None


def _stance(low: str, *, asks: bool) -> tuple[Stance | None, str]:
    """How the words around the verb stand to it, and why; None when they make nothing of it."""
    if asks and _OBJECTIONS.search(low):
        return Stance.DOUBTED, "it asks for objections first"
    if asks:
        return (None, "") if _INVITING.search(low) else (Stance.ASKED, "it asks about a retirement")
    if _HOW_TO.search(low):
        return None, ""
    if _REVOKED.search(low) or _DENIED.search(low):
        return Stance.DENIED, "it also speaks of not retiring"
    if _REQUESTED.search(low):
        return Stance.ASKED, "it asks others to retire"
    if _DOUBTED.search(low) or _CONDITION.search(low):
        return Stance.DOUBTED, "it says what may be done, not what will be"
    if _EXCEPTED.search(low):
        return Stance.DOUBTED, "it makes exceptions"
    return Stance.CLAIMED, ""
