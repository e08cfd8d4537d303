# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail as the bytes that go over the wire (RFC 5322, RFC 2045, RFC 2047).

Subjects and texts quote what strangers wrote, so nothing in them may start a header or a line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import wrap

from epelbot.errors import PermanentError
from epelbot.ports import Mail

# RFC 5322, 2.1.1: octets in a line, without CRLF; and the width at which headers are folded.
_LONGEST_LINE = 998
_FOLD_AT = 76
# The SMTPUTF8 extension is left alone: addresses of Fedora's accounts and hosts are ASCII.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,250}@[!-;=?A-~]{1,250}>")
_HEADER_NAME = re.compile(r"[!-9;-~]{1,70}")
_BODY_HEADERS = {"content-transfer-encoding", "content-type", "mime-version"}
_OURS = {"bcc", "cc", "date", "from", "message-id", "sender", "subject", "to", *_BODY_HEADERS}
# Control characters, halves of characters, and what Python and some mail readers take for the end of a line.
_NEVER_IN_HEADERS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_CONTROLS = re.compile(rb"[^\t\r\n\x20-\x7e\x80-\xff]")
# Headers are written folded already: Python's own folding makes encoded words of long Message-IDs.
_POLICY = SMTP.clone(refold_source="none")


def message_bytes(mail: Mail, *, eightbit: bool) -> bytes:
    """Write the mail, lines ended by CRLF; ``eightbit`` tells that the server takes bytes above 127.

    Raises `PermanentError` for an address, header or text that cannot be written safely.
    """
    if not mail.recipients:
        raise PermanentError(f"the mail {mail.message_id[:100]!r} has no recipient; see who should get it")
    if mail.written_at.tzinfo is None:
        raise PermanentError(
            f"the mail {mail.message_id[:100]!r} has a time without a zone; mend who wrote it"
        )
    message = EmailMessage(policy=_POLICY)
    headers = (
        ("Message-ID", _message_id(mail.message_id)),
        ("Date", format_datetime(mail.written_at)),
        ("From", address(mail.sender)),
        ("To", ", ".join(address(recipient) for recipient in mail.recipients)),
        ("Subject", mail.subject),
        *((_extra_name(name), value) for name, value in mail.headers),
    )
    for name, value in headers:
        message.set_raw(name, _folded(name, value))
    _set_text(message, mail.text, eightbit=eightbit)
    written = message.as_bytes()
    if any(len(line) > _LONGEST_LINE for line in written.split(b"\r\n")):
        raise PermanentError(
            f"the mail {mail.message_id[:100]!r} has a header that can't be folded; shorten it"
        )
    return written


def address(text: str) -> str:
    """Give back a bare ASCII address, or raise `PermanentError`."""
    if _ADDRESS.fullmatch(text) is None:
        raise PermanentError(f"{text[:100]!r} is no address that mail can go to; write it as name@host")
    return text


def _message_id(text: str) -> str:
    bracketed = text if text.startswith("<") else f"<{text}>"
    if _MESSAGE_ID.fullmatch(bracketed) is None:
        raise PermanentError(f"{text[:100]!r} is no Message-ID; mend who wrote the mail")
    return bracketed


def _extra_name(name: str) -> str:
    if _HEADER_NAME.fullmatch(name) is None or name.lower() in _OURS:
        raise PermanentError(f"{name[:100]!r} can't be an extra header of a mail; mend who wrote the mail")
    return name


def _folded(name: str, value: str) -> str:
    if any(unicodedata.category(letter) in _NEVER_IN_HEADERS for letter in value):
        raise PermanentError(f"the mail header {name} holds a line break or control character; take it out")
    # What looks like an encoded word would be decoded by the reader, so it is encoded itself.
    if not value.isascii() or "=?" in value:
        return Header(value, "utf-8", _FOLD_AT, name).encode()
    # Not by Header: it leaves the first line empty before a long word, which mail servers have choked on.
    lead = f"{name}: "
    lines = wrap(value, _FOLD_AT, initial_indent=lead, break_long_words=False, break_on_hyphens=False)
    return "\n ".join(lines).removeprefix(lead)


def _set_text(message: EmailMessage, text: str, *, eightbit: bool) -> None:
    try:
        octets = text.encode()
    except UnicodeEncodeError as error:
        raise PermanentError("the mail's text holds half a character; mend who wrote the mail") from error
    fits = max(map(len, octets.splitlines()), default=0) <= _LONGEST_LINE and not _CONTROLS.search(octets)
    if fits and octets.isascii():
        encoding = "7bit"
    elif fits and eightbit:
        encoding = "8bit"
    else:
        encoding = "quoted-printable"
    message.set_content(text, cte=encoding)
