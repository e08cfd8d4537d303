# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts that announce an incompatible change (A2): what is updated, where, and that it breaks something.

An update is of a package; a soname or an ABI is a library's, which any package may ship. So what is called
like a library, or like a part of a package, is sure only where it is known as a package, or, where no names
are known, the post says so: "the libfoo package", "libfoo will be updated to 3.0".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from epelbot.domain.post import Meaning, Reading
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_claims import in_order
from epelbot.policy.reading_clause import Statement, places_of
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import leading_names
from epelbot.policy.reading_topic import topic_of


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_NAME = r"[A-Za-z0-9][\w.+-]{0,79}"
_VERSION = r"v?[0-9][\w.]{0,30}"
_TOLD = rf"(?<![\w-])(?:{_any(phrases.ABI_TOLD)})(?:s|d|ing)?(?![\w-])"
_SONAME = r"\blib[\w+-]{1,60}\.so\.[0-9][0-9.]*"
# "libfoo.so.3 -> libfoo.so.4", "from libfoo.so.3 to libfoo.so.4", "libfoo.so.3 becomes ...".
_RENUMBERED = rf"{_SONAME}\s?(?:->|=>|to|becomes|→)\s?(?:{_SONAME}|\.?so\.[0-9]|[0-9])"
_BREAKS = re.compile(
    rf"{_TOLD}|{_RENUMBERED}"
    r"|\b(?:not|isn't|no longer|never|won't\sbe)\s(?:[\w-]{1,20}\s){0,3}compatible\b"
    r"|\b(?:break|breaks|breaking|change|changes|changing|bump|bumps|bumping)\s"
    r"(?:[\w'-]{1,20}\s){0,3}(?:abi|api|so-?name|compatibility)s?\b"
    r"|\b(?:abi|api|so-?name)s?\s(?:[\w'-]{1,20}\s){0,2}(?:changes|changed|breaks|bumped|is\sbumped|differs)\b"
    r"|\b(?:abi|api|so-?name)s?\s(?:is|are|will)\s(?:going\sto\s)?(?:be\s)?(?:chang|break|bump)(?:e|ed|ing)?\b"
    r"|\bbreaking\s(?:api\s|abi\s)?changes?\b|\bincompatib(?:le|ilities|ility|ly)\b",
    re.IGNORECASE | re.ASCII,
)
_NO_BREAK = re.compile(
    r"\b(?:no|without|not an?|never|isn't|any|avoid|nor|neither|zero|revert(?:s|ed|ing)?)\b[^.,;]{0,30}\s"
    rf"(?:abi|api|{_any(phrases.ABI_TOLD)})|\b(?:not|n't) (?:change|break|bump)|\?"
    r"|\bnew package\b|\bpackaged (?:it|this|\w+) as\b|\bparallel"
    r"|\bcompat(?:ibility)? package\b|\balongside\b"
    r"|\b(?:if|would|might|may|could|should)\b[^.,;]{0,40}\b(?:abi|api|soname|incompatib|break)",
    re.IGNORECASE | re.ASCII,
)
_NOT_UPDATED = re.compile(
    r"(?:\b(?:not|never|cannot|instead of|rather than)|n't)\s(?:[\w'-]{1,20}\s){0,2}"
    r"(?:updat|upgrad|rebas|bump)",
    re.IGNORECASE | re.ASCII,
)
_NOT_ANNOUNCED = re.compile(r"\b(?:unannounced|votes?|voting|poll|policy|broken by|broke)\b", re.IGNORECASE)
_COMING = re.compile(
    r"\b(?:i'm|i am|i'll|i will|we're|we are|we'll|we will|will be|is going to|is coming|coming|i have|i've"
    r"|is in testing|plan to|planning|going to|i want to|i would like to|i'd like to|we want to"
    r"|will (?:land|come|move|go|get|arrive|hit|update|switch|bump|change|break)|next (?:week|month)"
    r"|is on its way|are on their way|landing|lands)\b",
    re.IGNORECASE | re.ASCII,
)
# "Update foo from 1 to 2", "rebase of foo to 2".
_UPDATING = re.compile(
    rf"\b(?:updat|upgrad|rebas|bump|mov|bring|switch|push)(?:e|es|ed|ing|ping|s)?\s"
    r"(?:of\s|to\s|the\s|package\s|up\s){0,3}"
    rf"(?P<name>(?!so-?name){_NAME})\s(?:package\s)?(?:(?:in|on|for)\s(?:fedora\s)?epel[\s-]?[0-9.]+\s)?"
    rf"(?:(?:from|to)\s(?:the\s)?(?:new\s)?(?:version\s|release\s|lts\b|branch\s|{_VERSION})|"
    rf"{_VERSION}(?=\s|[,;:)]|\.\Z|\.\s))"
    rf"|\b(?:updat|upgrad|rebas)(?:e|es|ed|ing)\s(?:of\s|the\s){{0,2}}(?P<other>{_NAME})\s(?:in|on|for)\s(?:fedora\s)?epel",
    re.IGNORECASE | re.ASCII,
)
# "Foo will be updated", "foo 2.0 is coming", "foo goes from 1 to 2".
_UPDATED = re.compile(
    rf"(?<![\w'.+-])(?P<name>{_NAME})\s(?:{_VERSION}\s)?(?:will|is\sgoing\sto|is\sabout\sto|is\sto|gets|is\sbeing|going\sto)\s"
    r"(?:(?:soon|also|now|then|be|get)\s){0,2}"
    r"(?:updated?|upgraded?|rebased?|bumped|moved?|land|come|arrive|go|hit|switch|updating)\b"
    rf"|(?<![\w'.+-])(?P<versioned>{_NAME})\s{_VERSION}\s(?:lts\s)?(?:is\s|are\s)?(?:now\s|soon\s)?"
    r"(?:coming|landing|lands|on\sits\sway|goes|bumps|breaks|changes|brings|drops|removes|comes)\b"
    rf"|(?<![\w'.+-])(?P<noun>{_NAME})\s(?:update|upgrade|rebase|bump)\sto\s{_VERSION}",
    re.IGNORECASE | re.ASCII,
)
_FILLER = re.compile(
    rf"(?<![\w.-])(?:{_any(phrases.ABI_FILLERS)}|v?[0-9][0-9.]*(?:\.x)?)(?![\w-])|->|=>|{_SONAME}",
    re.IGNORECASE | re.ASCII,
)
# A name and its version at the head of a subject: "orbital 3.0 will land", "meshkit 2.0 in EPEL 9".
_UPDATE = re.compile(
    r"\b(?:updat|upgrad|rebas|bump|push)(?:ed|ing|es)\b|\bgets?\b|\bchanges\b", re.IGNORECASE
)
_VERSIONED_HEAD = re.compile(
    rf"\W{{0,3}}(?P<name>{_NAME}):?\s(?:from\s)?{_VERSION}(?=\s|[,;:)]|\Z)", re.ASCII
)
_HEAD = re.compile(rf"(?P<name>{_NAME}):\s", re.ASCII)
# Of this place it says that nothing changes there.
_STAYS = re.compile(
    r"\b(?:stays?|staying|remains?|keeps?|unaffected|untouched|not affected|no change|unchanged"
    r"|will not|won't)\b",
    re.IGNORECASE,
)
# "The library foo", "foo's library", "the foo libraries".
_CALLED_LIBRARY = r"\blibrar(?:y|ies)\s{0}(?![\w-])|(?<![\w-]){0}(?:'s)?\s(?:shared\s)?librar(?:y|ies)\b"
# Or by a build of it.
_CALLED_PACKAGE = (
    r"(?<![\w-]){0}-[0-9][\w.~^]{{0,40}}-[0-9][\w.]{{0,40}}"
    r"|(?:\bpackage\s|rpms/){0}(?![\w-])|(?<![\w-]){0}\s(?:source\s)?package\b"
)
# "Foo ships libfoo", "libfoo from foo".
_PART_OF = (
    r"\b(?:ships?|provides?|contains?|carries|builds?|includes?|shipping|providing)\s(?:the\s)?{0}(?![\w-])"
    r"|(?<![\w-]){0}\s(?:is\s|which\sis\s)?(?:part\sof|from|of|provided\sby|shipped\s(?:by|with|in)|built\sfrom"
    r"|comes\s(?:from|with))\s(?:the\s)?(?!version|v?[0-9])[a-z]|\blibrar(?:y|ies)\s{0}(?![\w-])"
)
_OF_BINARIES = re.compile(r"\Alib|\Apython[0-9.]+-|-(?:libs?|devel|static|common|data)\Z|\.so\b", re.ASCII)


def abi_change_in(subject: str, sentences: Sequence[str], book: NameBook) -> Reading | None:
    """An incompatible change that the subject tells of, or the text says is to come (A2)."""
    flats = tuple(" ".join(one.split()) for one in sentences)
    told = [one for one in flats if _BREAKS.search(one) and not _NO_BREAK.search(one)]
    by_subject = _BREAKS.search(subject) is not None
    if not by_subject and not (told and any(_COMING.search(one) for one in (subject, *flats))):
        return None
    if any(_NOT_UPDATED.search(one) for one in (subject, *flats)):
        return None
    if by_subject and _NO_BREAK.search(subject) and "?" not in subject:
        return None
    here = places_of(subject)
    spoken = [here, *(places_of(one) for one in flats if not _STAYS.search(one))]
    places = here.collections or tuple(dict.fromkeys(place for one in spoken for place in one.collections))
    if not places and any(one.elsewhere for one in spoken):
        return None
    names, sure = _changed(subject, flats, book)
    why = "its subject tells of an incompatible change" if by_subject else "its text tells of one"
    if names and not sure:
        why = "it names a library, which may not be called as its package"
    asks = (
        "?" in subject
        or _NOT_ANNOUNCED.search(subject) is not None
        or (not by_subject and flats[-1:] == tuple(o for o in flats[-1:] if o.endswith("?")))
    )
    if not names or not sure or not places or here.elsewhere or asks:
        return Reading(Meaning.UNSURE, names, in_order(places), why=why, leaning=Meaning.ABI_CHANGE)
    return Reading(Meaning.ABI_CHANGE, names, in_order(places), why=why)


def _changed(subject: str, sentences: Sequence[str], book: NameBook) -> tuple[tuple[str, ...], bool]:
    """The packages that change, and whether they surely are packages."""
    texts = (subject, *sentences)
    topic = _topic(subject, book)
    headed = topic.names if topic is not None else _versioned_head(subject, book)
    updated = _updated(texts, book)
    names = tuple(name for name in headed or updated[:1] if name.lower() not in phrases.NO_NAMES)
    plain = [name for name in updated if _is_package(name, texts, book)]
    if names and all(_is_package(name, texts, book) for name in names):
        # With nothing at the head, one of several is not surely the one that breaks.
        return names, bool(headed) or len(plain) == 1
    # An update is of a package, also of one that is called like a library: unless another one is updated, or
    # the names are known and this is none of them.
    sure = not book.known and set(names) <= set(updated) and not set(plain) - set(names)
    return names, sure and not any(_said(_PART_OF, name, texts) for name in names)


def _topic(subject: str, book: NameBook) -> Statement | None:
    """What the subject names, words of change and versions aside."""
    topic = topic_of(_UPDATE.sub(" ", _FILLER.sub(" ", _BREAKS.sub(" ", subject))), book)
    return topic if topic is not None and topic.names else None


def _versioned_head(subject: str, book: NameBook) -> tuple[str, ...]:
    """The name with a version, or with a colon, at the head of the subject."""
    found = _VERSIONED_HEAD.match(subject) or _HEAD.match(subject)
    return leading_names(found["name"], book) if found is not None else ()


def _updated(texts: Sequence[str], book: NameBook) -> tuple[str, ...]:
    """The names of what is said to be updated."""
    found: dict[str, None] = {}
    for text in texts:
        for match in (*_UPDATING.finditer(text), *_UPDATED.finditer(text)):
            name = next(one for one in match.groupdict().values() if one)
            found.update(dict.fromkeys(leading_names(name, book)))
    return tuple(found)


def _is_package(name: str, texts: Sequence[str], book: NameBook) -> bool:
    """Whether a name is a source package's: known or called one, or not like a library's nor called one."""
    if book.knows(name) or _said(_CALLED_PACKAGE, name, texts):
        return True
    return _OF_BINARIES.search(name) is None and not _said(_CALLED_LIBRARY, name, texts)


def _said(pattern: str, name: str, texts: Sequence[str]) -> bool:
    found = re.compile(pattern.format(re.escape(name)), re.IGNORECASE)
    return any(found.search(text) for text in texts)
