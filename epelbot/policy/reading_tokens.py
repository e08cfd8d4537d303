# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sentence as tokens: collections, other places, marked names, words and marks.

Only what POLICY.md calls a collection becomes one: ``epel9-next``, EPEL 6 and Fedora's branches are
*elsewhere*, and a version of RHEL is no place to leave.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from epelbot.domain.collection import Collection


class Kind(enum.Enum):
    """What a token is."""

    WORD = "word"
    #: A package's name that the writer marked as one: quoted, in backticks, a path or link in dist-git.
    NAME = "name"
    COLLECTIONS = "collections"
    EVERYWHERE = "everywhere"
    #: "EPEL" without a number.
    EPEL = "epel"
    ELSEWHERE = "elsewhere"
    RHEL = "rhel"
    #: A day, a bug, a CVE: neither name nor place.
    ASIDE = "aside"
    MARK = "mark"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Token:
    """One of them; ``collections`` are the names of those meant, in the order in which they were written."""

    kind: Kind
    text: str
    collections: tuple[str, ...] = ()

    @property
    def low(self) -> str:
        """The text for a look into a table."""
        return self.text.lower()


#: What stands for all packages of the writer where a name could stand; no package can be called so.
ALL_OF_AUTHORS = "*"

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9_+])?"
_NUMBER = r"(?:1[0-9]|[1-9])(?:\.[0-9]{1,2})?"
# "8 and 9", but not "8, 2 weeks from now".
_COUNTED = r"(?:weeks?|days?|months?|years?|packages?|others?|more|of)"
_GOES_ON = (
    rf"(?:\s?(?:,\s?(?:and\s|&\s?)?|/|\+|&\s?|and\s)(?:el)?{_NUMBER}(?![\w%-])(?!\.[0-9])(?!\s{_COUNTED}\b))"
)
_OPEN_END = r"\+|\s(?:and|or)\s(?:newer|later|older|above|below|up|higher|lower|earlier|beyond)\b"
_RELEASE = r"(?:branch(?:es)?|releases?|versions?|collections?)"
_SOME = r"(?:\s(?:of|the|my|its|active|open|supported|current|remaining|live)){0,3}"
_RHEL = r"(?:rhel|red\shat\senterprise\slinux|centos(?:\sstream)?|alma(?:linux)?|rocky(?:\slinux)?)"
_WHEN = r"(?:weekend|weeks?|months?|year|days?|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_COUNT = r"(?:[0-9]{1,2}|a|one|two|three|four|six|few|couple of)"

# The order decides: the first that matches wins. No pattern can go back over more than a few characters.
_FORMS = {
    "link": r"https?://[^\s<>()]{1,300}",
    "path": rf"rpms/(?P<path_name>{_NAME})",
    "marked": rf"(?P<mark_open>[`'\"*])(?P<marked_name>{_NAME})(?P=mark_open)(?![A-Za-z0-9])",
    "address": r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}",
    "bug": r"cve-[0-9]{4}-[0-9]+|(?:rh)?bz\s?\#?[0-9]+|bug\s\#?[0-9]+|\#[0-9]+",
    "day": r"(?:(?:on|at|by|until|from|the)\s){0,2}(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}\b"
    r"|[0-9]{1,2}(?:\.\s?[0-9]{1,2}\.\s?|/[0-9]{1,2}/)20[0-9]{2}\b)"
    r"|(?:(?:on|at|by|until|from|the)\s){1,2}[0-9]{1,2}\.[0-9]{1,2}\.(?![0-9])",
    "month_day": rf"(?:{_MONTH}\.?\s{_MONTH_DAY}|{_MONTH_DAY}\s(?:of\s)?{_MONTH})"
    r"(?:,?\s[0-9]{4})?(?![\w-])"
    rf"|(?:(?:on|by|at|until)\s)?(?:the\s)?(?:first|second|third|last|middle|beginning|start|end)\s(?:day\s)?of\s(?:the\s)?"
    rf"(?:{_MONTH}(?:\s[0-9]{{4}})?|month|year|week|quarter)\b",
    "month": rf"(?:(?:in|by|at|the|on|until|before|end\sof|mid|early|late)[\s-]){{1,4}}{_MONTH}"
    r"(?:\s[0-9]{4})?(?![\w-]|\s[0-9]{1,2}(?![0-9]))",
    "span": rf"(?:in|within|after)\s(?:about\s|the\snext\s)?{_COUNT}\s{_WHEN}(?:'s?)?(?:\stime)?\b",
    "date": rf"(?:(?:next|this|on|by|at|end\sof|the|later|coming|over|during|until|before)\s){{1,5}}"
    rf"{_WHEN}\b",
    "mine": r"(?:everything\sof\smine|(?:all|every\sone)\s(?:of\s)?my(?:\s(?:own|remaining|other))*"
    r"(?=\s(?:own\s|remaining\s|\w{2,5}-?\s?[0-9.]+\s)*(?:packages|branches|stuff)\b)|all\s(?:the\s)?(?:packages|branches)\s"
    r"(?:that\s)?i\s(?:maintain|own|have)\b|everything\s(?:that\s)?i\s(?:maintain|own|have)\b|everything\si'm\smaintaining)",
    "every": rf"(?:all|every|each){_SOME}\s(?:epel\s)?{_RELEASE}\b",
    "whole": r"epel\s(?:entirely|completely|altogether)\b",
    "side": rf"(?:fedora[\s-])?epel[\s_-]{{0,2}}{_NUMBER}[\s-](?:next|playground|modular)\b(?!\s{_WHEN})",
    "range": rf"(?:fedora[\s-])?epel[\s_-]{{0,2}}(?P<from>{_NUMBER})-(?P<to>{_NUMBER})(?![\w.]*\w)",
    "epel": rf"(?:fedora[\s-])?epel[\s_-]{{0,2}}(?:for\s(?:rhel|el)[\s-]?)?(?P<numbers>{_NUMBER}(?![\w.-]*\w)"
    rf"{_GOES_ON}{{0,12}})(?P<open>{_OPEN_END})?",
    "el": r"el-?(?P<el_number>[6-9]|1[0-9](?:\.[0-9]{1,2})?)(?![\w.+-]*[\w+])",
    "odd_epel": r"epel-?[0-9][\w.+-]*",
    "bare": r"(?:fedora\s)?epel(?![\w+-]*\w)",
    "rhel": rf"{_RHEL}(?:[\s-]?[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?)?(?![\w+-])",
    "elsewhere": r"(?:fedora\s?[0-9]{2}|f[0-9]{2}|rawhide|fedora|eln)(?![\w+-])",
    "short": r"[A-Za-z]+'[A-Za-z]+",
    "word": _NAME,
    "sign": r"[-,;:()/&!?.+\n]",
    "odd": r"[^\s]",
}
_TOKEN = re.compile(
    "|".join(f"(?P<{name}>{form})" for name, form in _FORMS.items()), re.IGNORECASE | re.ASCII
)
_KINDS = {
    "address": Kind.ASIDE,
    "bug": Kind.ASIDE,
    "day": Kind.ASIDE,
    "month": Kind.ASIDE,
    "month_day": Kind.ASIDE,
    "span": Kind.ASIDE,
    "date": Kind.ASIDE,
    "every": Kind.EVERYWHERE,
    "whole": Kind.EVERYWHERE,
    "side": Kind.ELSEWHERE,
    "odd_epel": Kind.ODD,
    "bare": Kind.EPEL,
    "rhel": Kind.RHEL,
    "elsewhere": Kind.ELSEWHERE,
    "short": Kind.WORD,
    "word": Kind.WORD,
    "sign": Kind.MARK,
    "odd": Kind.ODD,
}
_DISTGIT = re.compile(rf"https?://src\.fedoraproject\.org/rpms/(?P<name>{_NAME})", re.IGNORECASE | re.ASCII)
_IN_LIST = re.compile(_NUMBER)


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a sentence, in order. Linear in its length."""
    return tuple(_token(found) for found in _TOKEN.finditer(text))


def _token(found: re.Match[str]) -> Token:
    whole = found.group()
    match found.lastgroup:
        case "link":
            package = _DISTGIT.match(whole)
            return Token(Kind.NAME, package["name"]) if package else Token(Kind.ASIDE, whole)
        case "mine":
            return Token(Kind.NAME, ALL_OF_AUTHORS)
        case "path":
            return Token(Kind.NAME, found["path_name"])
        case "marked":
            return Token(Kind.NAME, found["marked_name"])
        case "range":
            return _range(whole, found["from"], found["to"])
        case "epel":
            named = _collections(whole, _IN_LIST.findall(found["numbers"]))
            # "EPEL 8 and newer" names one, and others that nobody can count.
            return Token(Kind.ODD, whole, named.collections) if found["open"] else named
        case "el":
            return _collections(whole, [found["el_number"]])
        case form:
            return Token(_KINDS[str(form)], whole)


def _range(whole: str, first: str, last: str) -> Token:
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        return Token(Kind.ODD, whole)
    return _collections(whole, [str(number) for number in range(int(first), int(last) + 1)])


def _collections(whole: str, numbers: list[str]) -> Token:
    """The collections of these numbers; older ones are elsewhere, and one that can't be is odd."""
    names: list[str] = []
    for number in numbers:
        try:
            names.append(Collection.parse(f"epel{number}").name)
        except ValueError:
            if "." in number:
                return Token(Kind.ODD, whole)
    if not names:
        return Token(Kind.ELSEWHERE, whole)
    return Token(Kind.COLLECTIONS, whole, tuple(dict.fromkeys(names)))
