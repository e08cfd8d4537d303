# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many ways of saying, brought to the few that the grammar of a clause knows.

A package "goes away" or "leaves EPEL 9", somebody "pulls" it: each becomes a
retirement or, where much else may be meant, a removal, which counts only in a clause that is wholly
understood. What a sentence carries beside its statement (an aside between commas, an adverb, a second
predicate) is taken out. Every entry has a test of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from epelbot.policy.reading_phrases import ADVERBIALS, CONNECTIVES

_NAME = r"[A-Za-z0-9][\w.+-]{0,79}"
_SOON = r"(?:(?:then|soon|now|also|therefore|finally|be|thus|shortly|sadly)\s){0,2}"
_AUX = rf"(?:(?:will|is|are|would|shall)\s{_SOON})?"
_EPEL_NEXT = (
    r"(?=(?:the\s)?(?:fedora\s)?epel[\s-]?[0-9]"
    r"(?!.{0,12}\b(?:alone|as (?:it|they)|as-is|untouched|unchanged|behind)\b))"
)


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A way of saying, what it becomes, and a sentence that is read by it; the pattern ignores case."""

    pattern: str
    plain: str
    example: str


#: In this order. Each makes one pass over the sentence, and none can match without end.
PARAPHRASES = (
    Paraphrase(
        rf"\b{_AUX}(?:going|go|goes)\s(?:completely\s)?away\b",
        "will be removed",
        "wobble is going away in EPEL 9.",
    ),
    Paraphrase(
        rf"\b{_AUX}(?:leave|leaves|leaving)\s{_EPEL_NEXT}",
        "will be removed from ",
        "wobble will leave EPEL 9 soon.",
    ),
    Paraphrase(
        rf"\bwill\s{_SOON}(?:disappear|vanish|gone|discontinued|sunset|taken\sout|pulled)\b",
        "will be removed",
        "wobble will then disappear from EPEL 9.",
    ),
    Paraphrase(
        rf"\bwill\s{_SOON}no\slonger\s{_SOON}(?:available|shipped|provided|packaged|offered|included)\b",
        "will be removed",
        "wobble will no longer be available in EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:pulling|yanking|deleting|discontinuing|getting\srid\sof|phasing\sout|taking\sout)\b",
        "removing",
        "I am pulling wobble from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?P<will>will|'ll|to)\s(?:pull|yank|delete|discontinue|get\srid\sof|phase\sout|take\sout)\b",
        r"\g<will> remove",
        "I am going to pull wobble from EPEL 9.",
    ),
    Paraphrase(
        r"(?P<who>\b(?:i|we)\swill)\sno\slonger\s(?:ship|package|provide|offer)\b",
        r"\g<who> orphan",
        "We will no longer ship wobble in EPEL 9.",
    ),
    Paraphrase(
        rf"\b(?:leave|leaving)\s(?P<what>{_NAME})\s(?:as\s)?(?:an\s)?orphan(?:ed)?\b",
        r"orphaning \g<what>",
        "I am leaving wobble orphaned in EPEL 9.",
    ),
    Paraphrase(
        rf"\b(?:mark|marking|marked)\s(?P<what>{_NAME})\sas\s(?:retired|orphaned|a\sdead\spackage)\b",
        r"retiring \g<what>",
        "I have marked wobble as retired in EPEL 9.",
    ),
    Paraphrase(
        r"\b(?P<verb>retired|orphaned|removed|dropped)\sof\s(?=(?:fedora\s)?epel)",
        r"\g<verb> from ",
        "wobble will be removed of EPEL 9.",
    ),
    Paraphrase(
        r"\bby\s(?:me|us|myself|(?:the|our)\s(?:[\w/.-]{1,30}\s){1,3}sig)\b",
        "",
        "wobble will be retired by the Rust SIG from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:get|gets|getting)\s(?=(?:retired|orphaned|dropped|removed)\b)",
        "be ",
        "wobble gets retired in EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:start|started|starting|begin|begun|beginning|initiated|initiating|proceed|proceeding"
        r"|pushed|committed|done|did|completed|finished)\s"
        r"(?:with\s|to\s)?(?:the\s)?(?:process\sof\s)?(?:retire|retiring"
        r"|retirement(?:\sprocess)?\s(?:of|for))\b",
        "retiring",
        "I've started the retirement of wobble in EPEL 9.",
    ),
    Paraphrase(
        r"\b(?P<noun>retirement|removal|orphaning)\s(?:notice|announcement|plan)s?\b",
        r"\g<noun>",
        "Retirement notice: wobble in EPEL 9.",
    ),
    Paraphrase(
        r"\A\W{0,3}planned\s(?=(?:retirement|removal)\b)",
        "",
        "Planned retirement of wobble from EPEL 9.",
    ),
    Paraphrase(
        r"\bmade\s(?:the|a)\sdecision\sto\b",
        "decided to",
        "I have made the decision to retire wobble from EPEL 9.",
    ),
    Paraphrase(
        r"\bin\sthe\sprocess\sof\s",
        "",
        "I am in the process of retiring wobble from EPEL 9.",
    ),
    Paraphrase(
        rf"\b(?P<name>{_NAME})'s\s(?P<place>(?:fedora\s)?epel[\s-]?[0-9.]+)\s(?:branch|package|version)\b",
        r"\g<name> in \g<place>",
        "I am retiring wobble's EPEL 9 branch.",
    ),
    Paraphrase(
        r"\b(?P<place>(?:fedora\s)?epel[\s-]?[0-9.]+)\s(?:version|build|copy)\sof\b",
        r"\g<place> branch of",
        "The EPEL 9 version of wobble will be retired.",
    ),
    Paraphrase(
        r"\bdecided\s(?:that\s)?it(?:'s|\sis)\s(?:now\s)?time\sto\b",
        "decided to",
        "I've decided it's time to retire wobble from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:have|see|'ve|had)\sno\s(?:other\s)?(?:choice|option|way|possibility),?\s(?:but|than)\s(?:to\s)?"
        r"(?=(?:retire|orphan|drop|remove)\b)",
        "will ",
        "I have no choice but to retire wobble from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:slated|scheduled|due)\sfor\s(?:retirement|orphaning)\b",
        "to be retired",
        "wobble is scheduled for retirement from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:slated|scheduled|due)\sfor\sremoval\b",
        "to be removed",
        "wobble is slated for removal from EPEL 9.",
    ),
    Paraphrase(
        r"\b(?:go|going|gone)\sahead\s(?:and\s|with\s)(?:the\s)?(?P<verb>retire|retiring|orphan|orphaning)\b",
        r"\g<verb>",
        "I will go ahead and retire wobble in EPEL 9.",
    ),
)

_EVERY = tuple((re.compile(one.pattern, re.IGNORECASE | re.ASCII), one.plain) for one in PARAPHRASES)


def _any_of(phrases: tuple[str, ...]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


_ADVERBIALS = re.compile(rf"(?<![\w'-])(?:{_any_of(ADVERBIALS)})(?![\w'-]),?", re.IGNORECASE)
_CONNECTIVES = re.compile(rf"\A(?:{_any_of(CONNECTIVES)})(?![\w'-])[,:]?\s", re.IGNORECASE)
# "wobble, which nobody needs, will be", "I will, with regret, retire".
_ASIDE = re.compile(
    r",\s(?:which|who|whose|a|an|the|formerly|with|after|as|due\sto|for|because|like|since|being)\s[^,;:]{1,160},"
    r"(?=\s(?:will|is|are|has|have|was|gets|to\sbe|shall|retire|orphan|be|must|needs?)\b)",
    re.IGNORECASE,
)
# "wobble is not needed any more and will be retired": the first predicate.
_FIRST_PREDICATE = re.compile(
    r"\A(?P<what>[^,;:]{1,200}?)\s(?:is|are|has|have|was|were|does|do|did|needs?|depends?|fails?|isn't|aren't"
    r"|won't|can't|cannot|doesn't|don't|didn't)\s(?P<why>[^;:]{1,300}?),?\s(?:and|so)\s(?:it\s|they\s)?"
    r"(?P<then>(?:will|is|are|gets?)\s.*)",
    re.IGNORECASE | re.DOTALL,
)
# "Please be aware that wobble will", "This mail serves as notice that I am".
_PERFORMING = re.compile(
    r"\A\W{0,3}(?:(?:please\s|kindly\s)?(?:be\s(?:aware|advised|informed)|note|take\snote)"
    r"|this\s(?:(?:(?:e-?)?mail|message|post|note)\s)?(?:is|serves\sas)\s(?:a\s|an\s|the\s|my\s)?(?:\w{1,12}\s)?"
    r"(?:notice|notification|announcement|note|warning|heads-up))"
    r"(?:,?\sthat\s|:\s)",
    re.IGNORECASE,
)
# "I have no time and would like to retire it": what is said first.
_FIRST_OF_WRITER = re.compile(
    r"\A(?P<who>i|we)(?:'ve|'m|\shave|\sam|\sdon't|\sdo\snot|\scan't|\sno\slonger)?\s[^,;:]{1,80}?\sand\s"
    r"(?=(?:would\slike|want|plan|intend|have\sdecided|decided|am\sgoing|will)\s(?:to\s)?(?:retire|orphan)\b)",
    re.IGNORECASE,
)
# "I will stop maintaining wobble and retire it": what is done first.
_FIRST_VERB = re.compile(
    r"\b(?P<who>(?:i|we)(?:\swill|'ll|'m\sgoing\sto|\sam\sgoing\sto|\splan\sto|\sintend\sto))\s"
    r"(?![^,;:.]{0,80}\b(?:ask|you|him|her|them|some\w+|any\w+|request|let|tell|not|never|keep)\b)"
    r"[^,;:]{1,80}?\sand\s(?:then\s|also\s)?(?=(?:retire|orphan)\b)",
    re.IGNORECASE,
)
_ON_BEHALF = re.compile(
    r"\A\W{0,3}(?:(?:writing|speaking|here)\s)?(?:on\sbehalf\sof|for|as\spart\sof)\s(?:the|our|my)\s[^:,;]{1,60}[:,]\s(?=i\b|we\b|i'|we')",
    re.IGNORECASE,
)
_BRACES = re.compile(r"(?P<stem>[A-Za-z0-9][\w.+-]{0,79})\{(?P<ends>[\w.+,-]{1,200})\}", re.ASCII)


def plainly(sentence: str) -> str:
    """The sentence in the plain words that the grammar knows; linear in its length."""
    said = _FIRST_OF_WRITER.sub(r"\g<who> ", _PERFORMING.sub("", sentence))
    said = _ON_BEHALF.sub("", _CONNECTIVES.sub("", said))
    said = _ASIDE.sub("", _BRACES.sub(_each, said))
    for pattern, plain in _EVERY:
        said = pattern.sub(plain, said)
    return _FIRST_VERB.sub(r"\g<who> ", _ADVERBIALS.sub("", said))


def without_first_predicate(clause: str) -> tuple[str, str] | None:
    """Split "it is dead and will be retired" into "it will be retired" and what was left out.

    None where there is one predicate only.
    """
    found = _FIRST_PREDICATE.match(clause)
    return (f"{found['what']} {found['then']}", found["why"]) if found is not None else None


def _each(found: re.Match[str]) -> str:
    """``foo{,-bar}`` as a shell would write it out."""
    return " ".join(f"{found['stem']}{end}" for end in found["ends"].split(","))
