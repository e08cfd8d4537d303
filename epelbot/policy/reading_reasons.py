# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why somebody retires a package: the sentence that says so, and R1's word for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from epelbot.domain.post import Reason
from epelbot.policy.reading_text import one_line

#: Characters of a reason that are kept, and sentences that make one.
REASON_LIMIT = 400
_MOST_SENTENCES = 3

_RHEL = r"(?:the\s|base\s)?(?:rhel|red hat|centos stream|crb|appstream|baseos|base\b)"
_IS_THERE = r"(?:now|already|also|being|been|part|included|shipped|available|provided|added|moved|landed)"
_HAS = r"(?:ships|provides|includes|contains|has|carries|got)"
_ENDED = (
    r"(?:dead|gone|inactive|unmaintained|abandoned|archived|unresponsive|eol|stopped|ended|ceased|died"
    r"|vanished|disappeared|discontinued)"
)
_I = r"\b(?:i|we)(?:\s(?:do|can|am|are|will|have|really|simply|just))?"
_TIME = r"(?:time|energy|motivation|interest|capacity|resources|bandwidth)"

#: Pieces of regular expressions for lower-case sentences. Of several in a sentence the first one counts.
PATTERNS: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    (
        Reason.SECURITY,
        (
            r"\bcves?\b",
            r"\bcve-[0-9]",
            r"\bvulnerab(?:le|ility|ilities)\b",
            r"\binsecure\b",
            r"\bsecurity (?:issues?|bugs?|problems?|holes?|flaws?|fix(?:es)?|reasons?|risks?)\b",
        ),
    ),
    (
        Reason.IN_RHEL,
        (
            rf"(?:\bis|\bare|'s|'re|\b{_IS_THERE})(?: {_IS_THERE})? (?:in|into|to|of|by|with) {_RHEL}",
            rf"\brhel(?:[ -]?[0-9.]+)?(?: itself)?(?: now| already)? {_HAS}\b",
            rf"\b(?:inclusion in|included with) {_RHEL}",
            r"\bconflicts? with rhel\b",
            r"\brhel(?:[ -]?[0-9.]+)? (?:will (?:include|ship|provide|carry)|ships? now)\b",
        ),
    ),
    (
        Reason.FAILS_TO_BUILD,
        (
            r"\bftbfs\b",
            r"\bfail(?:s|ed|ing)? to (?:build|compile)\b",
            r"\b(?:does|do|did)(?:n't| not|n't even) (?:build|compile)\b",
            r"\bno longer (?:builds?|compiles?)\b",
            r"\b(?:can't|cannot|can not|could not|couldn't) be (?:built|compiled|rebuilt)\b",
            r"\bbuild failures?\b",
            r"\bbroken builds?\b",
            r"\bdon't build\b",
        ),
    ),
    (
        Reason.REPLACED,
        (
            r"\b(?:replaced|superseded|obsoleted|succeeded) by\b",
            r"\bin favou?r of\b",
            r"\b(?:renamed|merged) (?:to|into|as)\b",
            r"\b(?:is|are) (?:now )?obsolete\b",
            r"\b(?:is|are) now called\b",
            r"\breplaces (?:it|them|this|both)\b",
            r"\b(?:has|have) taken over\b",
            r"\b(?:now )?bundles? (?:it|both|them|its own)\b",
            r"\b(?:use|install|switch to|move to|moved to) (?!rhel)[\w.+-]+ instead\b",
        ),
    ),
    (
        Reason.UNMAINTAINED_UPSTREAM,
        (
            r"\bdead upstream\b",
            r"\bno (?:upstream|longer has an upstream)\b",
            rf"\bupstream(?: project| developer)? (?:(?:is|has|was) )?(?:(?:long|been|now) )?{_ENDED}\b",
            r"\b(?:abandoned|archived|discontinued|unmaintained|dropped) (?:by )?upstream\b",
            r"\bupstream (?:no longer|doesn't|does not) (?:supports?|maintains?|develops?)\b",
            r"\bno longer (?:maintained|supported|developed)(?: by)?(?: its)? upstream\b",
            r"\b(?:is|are|it's) (?:unmaintained|abandoned)\b",
            r"\bnobody maintains it upstream\b",
            r"\breached (?:its |their )?(?:eol|end[ -]of[ -]life)\b",
            r"\b(?:has|have) been eol\b",
            r"\bno releases? (?:for|in|since|from) (?!epel|rhel)",
            r"\bupstream (?:web ?site|repository|developer) (?:has )?(?:disappear|vanish|is gone|stopped)",
            rf"\bproject (?:is|was|has been|has) (?:now )?{_ENDED}\b",
            r"\bno (?:further|more|new|upstream) (?:upstream )?(?:releases?|activity|development|commits?)\b",
            r"\b(?:archived|abandoned) on git(?:hub|lab)\b",
        ),
    ),
    (
        Reason.NO_TIME,
        (
            rf"\b(?:no|no more|not enough|lack of|little|lost) {_TIME}\b",
            rf"\b(?:don't|dont|do not|no longer) have (?:the |teh |any |more |enough ){{0,2}}{_TIME}\b",
            r"\b(?:i|we) (?:have|see) no (?:more )?(?:use|need) for\b",
            r"\b(?:can't|cannot|can not|not able to|unable to|no way (?:of|to)) test(?:ing)?\b",
            r"\b(?:lost|no longer have|no) access\b",
            r"\bchanged (?:the |my )?employer\b",
            r"\b(?:nobody|no one)(?: is| was)? left\b",
            r"\bno longer have the (?:resources|people|hardware|machines)\b",
            rf"{_I} (?:no longer|not|don't) (?:use|maintain|need|want|work|have|interested|care|able|look)\b",
            r"\b(?:don't|do not) (?:use|need|have access)\b",
            r"\bnot interested\b",
            r"\bcan(?:'t|not| no longer) (?:maintain|look after)\b",
            r"\bchanged (?:my )?jobs?\b",
            r"\b(?:none|no one|nobody) of us (?:has|uses|can|needs)\b",
            r"\b(?:lacking|not more|(?:not have|n't have) (?:the )?spare) time\b",
            r"\bspare cycles\b",
            r"(?:\bnot|n't) (?:be able to )?(?:keep up|support)\b",
            r"\bhave no (?:\S+ ){1,3}(?:machines|systems|boxes) (?:left|any ?more)\b",
            r"\blost interest\b",
        ),
    ),
)
#: What begins a reason that may be none of the policy's own.
MARKERS = (
    *(
        r"\bbecause\b",
        r"\bsince (?!the\b|[0-9])",
        r"\bdue to\b",
        r"\bowing to\b",
        r"\bas (?:it|they|there|nobody|i|we)\b",
        r"\bas (?:its|upstream|users|no|the (?!subject|title|case|first|last))\b",
        r"\b(?:nobody|no one) uses\b",
        r"\bno longer needed\b",
        r"\blicen[cs](?:es?|ing)\b",
        r"\b(?:shut|switched) (?:down|off)\b",
        r"\b(?:never|doesn't|does not|didn't) work(?:s|ed)?\b",
        r"\bso (?:it|they)(?:'s|'re| is| are| will)\b",
    ),
    *(r"\b(?:reason|rationale|why)(?: is|:)", r"\bwhich is why\b", r"\bthe reason\b"),
)

_PATTERNS = tuple((reason, re.compile("|".join(pieces), re.ASCII)) for reason, pieces in PATTERNS)
_MARKERS = re.compile("|".join(MARKERS), re.ASCII)


def category_of(sentence: str) -> Reason | None:
    """The policy's word for the reason that the sentence gives, or None where it gives none."""
    low = " ".join(sentence.lower().split())
    found = [(match.start(), reason) for reason, pattern in _PATTERNS if (match := pattern.search(low))]
    if found:
        return min(found, key=lambda one: one[0])[1]
    return Reason.OTHER if _MARKERS.search(low) else None


def reason_in(sentences: Iterable[str]) -> tuple[str | None, Reason | None]:
    """The reason as it was written, on one line of at most `REASON_LIMIT` characters, and its category.

    The first sentence that gives one of the policy's own reasons decides; else the first that says "because".
    """
    given = [
        (sentence, category) for sentence in sentences if (category := category_of(sentence)) is not None
    ]
    own = [(sentence, category) for sentence, category in given if category is not Reason.OTHER]
    chosen = (own or given)[:_MOST_SENTENCES]
    if not chosen:
        return None, None
    return one_line(" ".join(sentence for sentence, _ in chosen), REASON_LIMIT), chosen[0][1]
