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
from epelbot.policy.reading_paraphrases import plainly, without_first_predicate
from epelbot.policy.reading_runs import VERBS, names_of

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
# "Retiring foo in favour of bar in EPEL 8": what stands between names and places.
_REPLACING = re.compile(
    r"\s(?:in favou?r of|replaced by|superseded by)(?: the)? [\w.+-]{1,80}"
    r"(?=,? (?:in|from|on) (?:fedora )?epel)",
    re.IGNORECASE | re.ASCII,
)
# "Retiring foo from EPEL 8 and bar from EPEL 9": where the second half begins.
_SECOND = re.compile(
    r"(?<=[0-9)])(?:,? and|,|;) "
    r"(?=(?:[\w.+-]{1,80}(?:, | and | & )){0,9}[\w.+-]{1,80} \(?(?:(?:from|in|on) )?(?:fedora )?epel)",
    re.IGNORECASE | re.ASCII,
)
# A group that speaks of itself.
_GROUP = re.compile(
    r"\b[Tt]he (?:[A-Z][\w./-]{0,30} ){1,3}(?:SIG|[Tt]eam|[Gg]roup|maintainers) "
    r"(?=has|have|will|is|are|plans?|decided|intends?|wants?)"
)
_THAT_IS = re.compile(r",?\s(?:i\.e\.|that is),?(?=\s)", re.IGNORECASE)
# "I am retiring the following packages, since I have no time: foo, bar".
_LISTED_AT_END = re.compile(
    r"\b(?:following|these)\b(?!.*\breasons?\b).*\bpackages\b.*:\s(?P<names>[^:]+)\Z", re.IGNORECASE
)
_CONCLUDING = re.compile(r" (?:therefore|hence|thus|consequently|accordingly)(?=,? )", re.IGNORECASE)
_REPORTED = re.compile(
    r"\b(?!(?:i|we|as|have|just)\s)[\w)>]+ "
    # Not where it begins a name: "I retire announced-9".
    r"(?:wrote|writes|said|says|announced|announces|stated|claims|claimed)\b(?![-+.]\w)"
    r"|\baccording to\b"
    r"|\bi (?:have )?(?:just )?(?:read|saw|heard|hear|noticed|see|found)\b.{0,30}\b(?:that|about)\b",
    re.ASCII,
)
_ASKS_MYSELF = re.compile(
    r"\b(?:should|shall|may|can|could) i\b|\bi(?:'m| am) (?:thinking|considering)", re.ASCII
)
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
_UNLESS_NEEDED = re.compile(
    r"\b(?:if (?:nobody|no one|no-one|noone|there (?:are|is) no)|unless (?:some|any)(?:body|one))\b"
    r"(?: [\w'-]+){0,3} (?:needs?|uses?|using|users?|depends?|relies|cares?)\b",
    re.ASCII,
)
_UNDER_CONDITIONS = re.compile(
    r"\b(?:assuming|provided|depending on|pending|subject to|in the event"
    r"|by mistake|accidentally|we need to)\b"
    r"|\b(?:when|once|after|as soon as)\b.{0,40}\b(?:agrees?|approves?|accepts?|okays?|decides?)\b"
    r"|\b(?:with|at|after|until|by|on) (?:the )?(?:end(?: of life)?|eol) of (?:fedora )?epel\b"
    r"|\bor (?:else|somebody|someone|you|they|it|we|i)\b"
    r"|\A(?:when|once|as soon as|should)\b.*, (?:i|we)\b"
    r"|\bunless (?!(?:some|any)(?:body|one) (?:else )?"
    r"(?:can help|helps|can take|takes|wants|steps|objects|adopts|is|picks|volunteers|speaks|comes"
    r"|would|has|shows|raises|complains|protests|claims|tells)"
    r"|no one|nobody|there (?:is|are) (?:an )?objections?|you\b"
    r"|i hear|new maintainer)",
    re.ASCII,
)
_LONG_AGO = re.compile(
    r"\b(?:retired|orphaned)\b.*(?:\bago\b|\bback in\b|\bin 20[0-9]{2}\b|\blast year\b)"
    r"|(?:\bago\b|\bback in\b|\bin 20[0-9]{2}\b|\blast year\b).*\b(?:retired|orphaned)\b",
    re.ASCII,
)
_CONDITION = re.compile(rf"\bif\b(?!\s(?:{'|'.join(phrases.HARMLESS_IFS)})\b)|\bin case\b", re.ASCII)
_LEAVES_OPEN = (_DOUBTED, _CONDITION, _UNLESS_NEEDED, _UNDER_CONDITIONS, _LONG_AGO)
# What is said first of a sentence holds for all that follows.
_CONDITIONED = re.compile(
    rf"\s*(?:if\b(?!\s(?:{'|'.join(phrases.HARMLESS_IFS)})\b)|assuming\b|provided\b|in case\b|should\b)",
    re.ASCII,
)
_HOW_TO = re.compile(r"\bfedpkg\s+retire\b", re.ASCII)

_WISH = re.compile(r"(?:\bwould|'d)\s(?:also\s)?(?:like|love|prefer)\sto\b", re.IGNORECASE)
# What stands for itself begins after these: "; ", ", so I", ", and these packages", ", so foo will".
_CLAUSE = re.compile(
    r";|,?\s(?:which is why|so (?=i\b|we\b|i')|and (?=i\b|we\b|i'))\s?"
    r"|,\s(?:and|so)\s(?=(?:the|this|both|these)\spackages?\b)"
    r"|,\s(?:and\s|so\s|and\sso\s)(?=(?:these|those|both|they|it)\s(?:are|is|will|have|has|get|gets)\b)"
    r"|,\s(?=(?:retiring|orphaning)\s(?:it|them|both|the)\b)"
    r"|,\s(?:and\s)?(?:so|hence|therefore|thus)\s(?=[\w.+-]{1,80}\s(?:is|are|will|has|have|gets)\b)",
    re.IGNORECASE,
)
_CLAUSE_OR_COLON = re.compile(rf"{_CLAUSE.pattern}|(?<=[\w)]):\s(?=(?:i|we)\b)", re.IGNORECASE)
_UNDECIDED = re.compile(
    r"\b(?:options?|choices?|alternatives?|either|ask\w*|question|propos\w*|suggest\w*|idea|could|might|would)\b",
    re.IGNORECASE,
)
_SPEAKS_OF_SELF = re.compile(r"\b(?:i|we)\b", re.IGNORECASE)
_BUT = re.compile(r",?\s(?:but|however|yet)\b", re.IGNORECASE)


def statements_of(sentence: str, book: NameBook, *, is_subject: bool = False) -> tuple[Statement, ...]:
    """What the sentence says of retirements; empty when it speaks of none. A subject is one clause."""
    sentence = plainly(sentence)
    if _SPEAKS.search(sentence.lower()) is None:
        return ()
    asks = sentence.rstrip(" )\"'!").endswith("?")
    sentence = _CONCLUDING.sub("", _REPLACING.sub("", _THAT_IS.sub(",", _GROUP.sub("we ", sentence))))
    clauses = (
        _halves(sentence) if is_subject or asks else [h for c in clauses_of(sentence) for h in _halves(c)]
    )
    found = (_statement(clause, book, is_subject=is_subject, asks=asks) for clause in clauses)
    said = tuple(one for one in found if one is not None)
    if len(clauses) > 1 and _CONDITIONED.match(sentence.lower()):
        why = "it says what may be done, not what will be"
        said = tuple(replace(one, stance=Stance.DOUBTED, why=why) for one in said)
    if not is_subject and _REPORTED.search(sentence.lower()):
        return tuple(
            replace(one, stance=Stance.DOUBTED, why="it tells what somebody said")
            if one.stance in (Stance.CLAIMED, Stance.UNCLEAR)
            else one
            for one in said
        )
    return said


def _halves(clause: str) -> list[str]:
    """The clause, or two with the verb of the first where each names packages and places of its own."""
    first, *others = _SECOND.split(clause)
    verbs = _SPEAKS.findall(first.lower())
    if not others or len(verbs) != 1 or any(_SPEAKS.search(other.lower()) for other in others):
        return [clause]
    lead = first[: first.lower().index(verbs[0]) + len(verbs[0])]
    return [first, *(f"{lead} {other}" for other in others)]


def clauses_of(sentence: str) -> tuple[str, ...]:
    """The parts of a sentence that stand for themselves."""
    # After a colon another person may speak, unless the writer did before it.
    before = sentence.partition(":")[0]
    own = _SPEAKS_OF_SELF.search(before) is not None and _UNDECIDED.search(before) is None
    return tuple((_CLAUSE_OR_COLON if own else _CLAUSE).split(sentence))


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
    if stance is Stance.CLAIMED and (read is None or read.stance is Stance.UNCLEAR):
        apart = without_first_predicate(said)
        if apart is not None and _SPEAKS.search(apart[1].lower()) is None:
            read = read_clause(apart[0], book, is_subject=is_subject)
            before = places_of(apart[1])
            if read is not None and not (read.collections or read.everywhere):
                read = replace(read, collections=before.collections)
    if stance is None or read is None or (read.stance is Stance.UNCLEAR and not strong):
        # Much is dropped and removed that is no package.
        return None
    at_end = _LISTED_AT_END.search(said.rstrip(" .")) if read.lists and not read.names else None
    if at_end is not None:
        read = replace(read, names=names_of(at_end["names"], book) or (), lists=False)
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
    if asks and _ASKS_MYSELF.search(low):
        return Stance.DOUBTED, "it asks whether to retire"
    if asks:
        return (None, "") if _INVITING.search(low) else (Stance.ASKED, "it asks about a retirement")
    if _HOW_TO.search(low):
        return None, ""
    if _REVOKED.search(low) or _DENIED.search(low):
        return Stance.DENIED, "it also speaks of not retiring"
    if _REQUESTED.search(low):
        return Stance.ASKED, "it asks others to retire"
    if any(one.search(low) for one in _LEAVES_OPEN):
        return Stance.DOUBTED, "it says what may be done, not what will be"
    if _EXCEPTED.search(low):
        return Stance.DOUBTED, "it makes exceptions"
    return Stance.CLAIMED, ""
