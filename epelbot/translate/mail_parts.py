# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The headers and the own text of a mail as bytes (RFC 5322, RFC 2045 to 2047, RFC 3676), however broken.

Our own walk and not `email.parser`: that one takes time that grows with the square of a hostile mail's size,
and ends in a RecursionError on one that is nested deeply. Here every byte is looked at a bounded number of
times, and nothing raises.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from epelbot.translate.mail_html import text_of_html

#: Characters of one header that are kept, and bytes of all of them.
HEADER_LIMIT = 10_000
_HEADERS_LIMIT = 1_000_000
#: Bytes of one part's text that are decoded: more than any reader wants.
_TEXT_LIMIT = 2_000_000
_DEEPEST = 8
_MOST_PARTS = 200

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE = re.compile(r"\r\n|\n|\r")
_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_BOUNDARY_CHARACTERS = re.compile(r"[ -~]{1,200}")
# Of the kinds that RFC 2045 leaves open, only these have ever been text in mails.
_TEXTS = ("text/plain", "text/html", "text/enriched")


@dataclass(frozen=True, slots=True)
class Headers:
    """A part's headers in their order; names in lower case, values unfolded and not decoded."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that header."""
        return tuple(value for other, value in self.fields if other == name)

    def first(self, name: str) -> str | None:
        """The first value of that header, or None."""
        return next(iter(self.all(name)), None)


@dataclass(frozen=True, slots=True)
class _Part:
    headers: Headers
    body: bytes
    content_type: str
    charset: str
    boundary: str
    flowed: bool
    deletes_space: bool
    named: bool
    attached: bool


def split_mail(raw: bytes) -> tuple[Headers, str]:
    """The headers of a mail and its own text: no attachments, no forwarded mails."""
    part = _part_of(_without_mbox_line(raw), "text/plain")
    budget = [_MOST_PARTS]
    return part.headers, "\n\n".join(text for text in _texts(part, 0, budget) if text)


def decoded(value: str) -> str:
    """A header with encoded words (RFC 2047) as people read it; one that can't be decoded stays as it is."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value[:HEADER_LIMIT]), maxlinelen=HEADER_LIMIT))
    except (MessageError, LookupError, ValueError):
        return value


def _without_mbox_line(raw: bytes) -> bytes:
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return raw.partition(b"\n")[2] if raw.startswith((b"From ", b">From ")) else raw


def _part_of(raw: bytes, usual_type: str) -> _Part:
    if raw.startswith((b"\n", b"\r\n")):
        head, body = b"", raw.lstrip(b"\r\n")
    else:
        end = _END_OF_HEADERS.search(raw, 0, _HEADERS_LIMIT)
        head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:_HEADERS_LIMIT], b"")
    headers = _headers_of(head)
    # The standard library knows how parameters are quoted, continued and encoded (RFC 2231).
    told = Message()
    for name in ("content-type", "content-disposition"):
        told[name] = " ".join((headers.first(name) or "").split())[:HEADER_LIMIT]
    if not told["content-type"]:
        del told["content-type"]
        told.set_default_type(usual_type)
    parameters = {name: _parameter(told, name) for name in ("charset", "boundary", "format", "delsp", "name")}
    disposition = told.get("content-disposition", "").strip().lower()
    return _Part(
        headers,
        body,
        told.get_content_type(),
        parameters["charset"],
        parameters["boundary"],
        parameters["format"].lower() == "flowed",
        parameters["delsp"].lower() == "yes",
        bool(parameters["name"]) or "filename" in disposition,
        disposition.startswith("attachment"),
    )


def _parameter(told: Message, name: str) -> str:
    try:
        value = told.get_param(name, "")
        return value[2] if isinstance(value, tuple) else str(value or "")
    except (LookupError, ValueError):
        return ""


def _headers_of(head: bytes) -> Headers:
    """Fold lines together again; a line that is no header is left out."""
    unfolded: list[str] = []
    for line in _LINE.split(_text_of(head, "utf-8")):
        if line[:1] in (" ", "\t") and unfolded:
            if len(unfolded[-1]) < HEADER_LIMIT:
                unfolded[-1] += line
        else:
            unfolded.append(line)
    found = (_FIELD.fullmatch(line[:HEADER_LIMIT]) for line in unfolded)
    return Headers(tuple((field[1].lower(), field[2].strip()) for field in found if field is not None))


def _texts(part: _Part, depth: int, budget: list[int]) -> Iterator[str]:
    budget[0] -= 1
    if budget[0] < 0 or depth > _DEEPEST:
        return
    if part.content_type.startswith("multipart/") and _BOUNDARY_CHARACTERS.fullmatch(part.boundary):
        usual = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        parts = [_part_of(raw, usual) for raw in _pieces(part.body, part.boundary)]
        if not parts:
            # Its boundary never comes: shown as it is, as mail programs do.
            yield _shown(part)
        elif part.content_type == "multipart/alternative":
            yield from _best(parts, depth, budget)
        else:
            for inner in parts:
                yield from _texts(inner, depth + 1, budget)
    elif not (part.attached or part.named) and (
        part.content_type in _TEXTS or part.content_type.startswith("multipart/")
    ):
        yield _shown(part)


def _best(parts: Sequence[_Part], depth: int, budget: list[int]) -> Iterator[str]:
    """Of several forms of one text: plain, if there is anything in it."""
    for part in sorted(parts, key=lambda one: one.content_type != "text/plain"):
        found = [text for text in _texts(part, depth + 1, budget) if text.strip()]
        if found:
            yield from found
            return


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """The parts between the boundary's lines; the last may lack its end."""
    line = re.compile(
        rb"(?:\A|(?<=\n))--" + re.escape(boundary.encode("ascii")) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    )
    start: int | None = None
    for count, found in enumerate(line.finditer(body)):
        if start is not None:
            yield body[start : found.start()]
        if found[1] is not None or count > _MOST_PARTS:
            return
        start = found.end()
    if start is not None:
        yield body[start:]


def _shown(part: _Part) -> str:
    text = _text_of(_unwrapped(part), part.charset or "utf-8").replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type == "text/html" or (not part.flowed and _begins_html(text)):
        return text_of_html(text)
    return (_flowing(text, deletes_space=part.deletes_space) if part.flowed else text).strip("\n")


def _unwrapped(part: _Part) -> bytes:
    """The part's bytes without their transfer encoding; what can't be decoded is left as it is."""
    encoding = (part.headers.first("content-transfer-encoding") or "").strip().lower()
    body = part.body[: 2 * _TEXT_LIMIT]
    if encoding == "quoted-printable":
        body = quopri.decodestring(body)
    elif encoding == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            body = base64.b64decode(letters + b"=" * (-len(letters) % 4))
        except binascii.Error:
            body = base64.b64decode(letters[: len(letters) // 4 * 4])
    return body[:_TEXT_LIMIT]


def _text_of(data: bytes, charset: str) -> str:
    """Text in its charset; else UTF-8, else Latin 1, which takes anything."""
    for one in (charset.strip("'\" ").lower(), "utf-8"):
        try:
            return str(data, one if one not in ("us-ascii", "ascii", "") else "utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _begins_html(text: str) -> bool:
    return text[:200].lstrip().lower().startswith(("<html", "<!doctype html"))


def _flowing(text: str, *, deletes_space: bool) -> str:
    """Undo format=flowed (RFC 3676): a line that ends with a space goes on in the next one of its depth."""
    paragraphs: list[tuple[int, list[str]]] = []
    goes_on = False
    for line in text.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest.removeprefix(" ")
        signs = rest == "-- "
        if goes_on and paragraphs[-1][0] == depth and not signs:
            paragraphs[-1][1].append(rest)
        else:
            paragraphs.append((depth, [rest]))
        goes_on = rest.endswith(" ") and not signs
        if goes_on and deletes_space:
            paragraphs[-1][1][-1] = rest[:-1]
    return "\n".join(
        f"{'>' * depth} {''.join(lines)}" if depth else "".join(lines) for depth, lines in paragraphs
    )
