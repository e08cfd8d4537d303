# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail's own words: without quotes, signatures and footers, cut into blocks and sentences.

First step of the reader of posts. Whatever comes in, the work is linear and what comes out is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from epelbot.policy import reading_phrases as phrases

#: Characters of a mail that are looked at, and of its own words that are read. Beyond it nothing is sure.
RAW_LIMIT = 100_000
OWN_LIMIT = 20_000

#: Lines after which nothing is the writer's own: a signature, a list's footer, a whole mail pasted below.
_END = re.compile(
    r"--\s*|_{20,}\s*|-{2,}\s*(?:original message|forwarded message)\b.*|begin forwarded message:.*",
    re.IGNORECASE | re.ASCII,
)
_PASTED_FROM = re.compile(r"\*?from:\*? \S", re.IGNORECASE)
_PASTED_REST = re.compile(r"\*?(?:sent|date|to|cc|subject):", re.IGNORECASE)
_PASTED_LINES = 4
_MOST_PREFIXES = 6
_QUOTE = re.compile(r"\s*(?:>|&gt;)")
_ATTRIBUTION_LINES = 3
_ATTRIBUTION_BEGINS = re.compile(r"\s*(?:on|am|le|el|em|den|op|w dniu|il|dne)\b", re.IGNORECASE)
_ATTRIBUTION_ENDS = re.compile(r"\b(?:wrote|writes|schrieb)\s*:\s*\Z", re.IGNORECASE)

_BULLET = re.compile(r"\s*(?:[-*+\u2022\u00b7]|\(?[0-9]{1,3}[.)])\s+(?=\S)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[)\"']?\s+")
_ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "cf.", "resp.", "approx.")

_REPLY = re.compile(
    rf"\s*(?:\[[^\]]{{0,40}}\]\s*)?(?:{'|'.join(phrases.REPLY_PREFIXES)})(?:\[[0-9]{{1,3}}\])?\s?:",
    re.IGNORECASE,
)
_LIST_TAG = re.compile(r"\s*\[[^\]]{0,40}\]\s*")
_OPENER = re.compile(rf"\s*\[?(?:{'|'.join(phrases.SUBJECT_OPENERS)})\b\]?\s*[:!-]?\s*", re.IGNORECASE)

# Two, so that columns stay columns.
_TAB = {0x09: "  "}
_SPACES = dict.fromkeys([0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
# What an earlier subject was: "foo in EPEL 9 (was: build failures)".
_WAS = re.compile(r"\s*[(\[]was:?\s[^()\[\]]{0,300}[)\]]\s*\Z", re.IGNORECASE)
_TAKERS = re.compile(
    r"\s*[-,;:(.]\s*(?:any\s)?(?:takers|volunteers|(?:anyone|anybody)(?:\sinterested)?"
    r"|interested|(?:new\s)?maintainers?\s(?:wanted|welcome))\??\)?\s*\Z",
    re.IGNORECASE,
)
_QUOTES = {
    **dict.fromkeys("\u2018\u2019\u201b\u2032\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
}
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": " - ", "\u2013": " - ", "\u2014": " - ", "\u2015": " - "}
# Invisible, and harmless to leave out. Overrides of the direction of writing are not: they stay, and are odd.
_INVISIBLE = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_LOOKS = str.maketrans({**_TAB, **_SPACES, **_QUOTES, **_DASHES, **_INVISIBLE, "\u2026": "...", "\r": "\n"})
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a paragraph's, or (``bulleted``) one entry for each item of a list."""

    lines: tuple[str, ...]
    bulleted: bool = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """The block as prose; an item is at least one sentence of its own."""
        if not self.bulleted:
            return sentences_of(" ".join(self.lines))
        return tuple(sentence for line in self.lines for sentence in sentences_of(line))


def body_of(text: str) -> str:
    """The writer's own words: no quotes, signature, footer, pasted mail; plain quotes, dashes and spaces.

    At most `RAW_LIMIT` characters are looked at.
    """
    lines = _as_it_looks(text[:RAW_LIMIT].replace("\r\n", "\n")).split("\n")
    own: list[str] = []
    quoting = False
    for at, line in enumerate(lines):
        if _END.fullmatch(line) or _is_pasted_mail(lines, at):
            break
        if _QUOTE.match(line):
            if not quoting:
                _drop_attribution(own)
                own.append("")
            quoting = True
            continue
        quoting = False
        own.append(line)
    return "\n".join(own).strip()


def subject_of(subject: str) -> str:
    """The matter of a subject: without list tags, "Re:" and words such as "Heads up:"."""
    return " ".join(_TAKERS.sub("", _WAS.sub("", _without_prefixes(subject)[0])).split())


def is_answer(subject: str) -> bool:
    """Whether the subject is that of a reply or a forwarded mail, whatever stands before its "Re:"."""
    return _without_prefixes(subject)[1]


def _without_prefixes(subject: str) -> tuple[str, bool]:
    """The rest of a subject, and whether one of its prefixes is an answer's."""
    rest = _as_it_looks(subject[:OWN_LIMIT]).replace("\n", " ")
    answers = False
    for _ in range(_MOST_PREFIXES):
        for prefix in (_REPLY, _LIST_TAG, _OPENER):
            found = prefix.match(rest)
            if found is not None and (prefix is not _LIST_TAG or _is_list_tag(found.group())):
                rest = rest[found.end() :]
                answers = answers or prefix is _REPLY
    return rest, answers


def blocks_of(body: str) -> tuple[Block, ...]:
    """Paragraphs and lists, in reading order. A line that ends with a colon ends its block."""
    blocks: list[Block] = []
    lines: list[str] = []
    bulleted = False

    def close() -> None:
        if lines:
            blocks.append(Block(tuple(lines), bulleted))
            lines.clear()

    for line in body.split("\n"):
        bullet = _BULLET.match(line)
        if not line.strip():
            close()
            bulleted = False
        elif bullet is not None:
            if not bulleted:
                close()
            bulleted = True
            lines.append(line[bullet.end() :].strip())
        elif bulleted and lines and line[0] == " ":
            lines[-1] += f" {line.strip()}"
        else:
            if bulleted:
                close()
            bulleted = False
            lines.append(line.strip())
        if lines and not bulleted and lines[-1].endswith(":"):
            close()
    close()
    return tuple(blocks)


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of running text; ".", "!", "?" end one where a space follows."""
    found: list[str] = []
    for part in _SENTENCE_END.split(text):
        if found and found[-1].lower().endswith(_ABBREVIATIONS):
            found[-1] += f" {part}"
        elif part.strip():
            found.append(part.strip())
    return tuple(found)


def one_line(text: str, limit: int) -> str:
    """Text for a record: one line, nothing that a database or terminal can't take, at most ``limit`` long."""
    line = " ".join("".join(c if c.isprintable() or c == "\n" else " " for c in text[: 4 * limit]).split())
    return line if len(line) <= limit else f"{line[: limit - 3].rstrip()}..."


def _as_it_looks(text: str) -> str:
    """Plain quotes, dashes and spaces; what is no text at all becomes a sign that no name can hold."""
    return _UNPRINTABLE.sub("\ufffd", text.translate(_LOOKS))


def _is_list_tag(tag: str) -> bool:
    """A tag in brackets that tells nothing of the matter: "[EPEL 8] Retiring foo" must keep its own."""
    return not any(sign.isdigit() for sign in tag)


def _is_pasted_mail(lines: list[str], at: int) -> bool:
    if _PASTED_FROM.match(lines[at]) is None:
        return False
    after = lines[at + 1 : at + 1 + _PASTED_LINES]
    return any(_PASTED_REST.match(line) for line in after)


def _drop_attribution(own: list[str]) -> None:
    """Take back "On Monday, Ada wrote:", which may be broken over lines."""
    end = len(own)
    while end and not own[end - 1].strip():
        end -= 1
    if not end or not own[end - 1].rstrip().endswith(":"):
        return
    for start in range(end - 1, max(end - 1 - _ATTRIBUTION_LINES, -1), -1):
        if not own[start].strip():
            break
        if _ATTRIBUTION_BEGINS.match(own[start]):
            del own[start:]
            return
    if _ATTRIBUTION_ENDS.search(own[end - 1]):
        del own[end - 1 :]
