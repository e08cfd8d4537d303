# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a mail says, its bytes are well-formed, and a mail reader reads it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epelbot.actions.mail_bytes import message_bytes
from epelbot.errors import PermanentError
from epelbot.ports import Mail

MAIL = Mail(
    message_id="<n1@example.org>",
    sender="bot@example.org",
    recipients=("ann@example.org",),
    subject="libfoo",
    text="Hello\n",
    written_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
)
# Words of printable letters, one space between them: what a header line can carry unchanged.
WORDS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60), min_size=1, max_size=12
).map(" ".join)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300)


@given(subject=WORDS, package=WORDS)
@example(subject="=?utf-8?q?Bcc=3A?= me", package="x")
@example(subject="x", package="b" * 900)
def test_headers_are_read_back_as_they_were_given(subject: str, package: str) -> None:
    mail = replace(MAIL, subject=subject, headers=(("X-Epelbot-Package", package),))
    read = message_from_bytes(message_bytes(mail, eightbit=True), policy=policy.default)
    assert read["Subject"] == subject
    assert read["X-Epelbot-Package"] == package
    assert len(read.keys()) == 9


@given(text=TEXTS, eightbit=st.booleans())
@example(text="é" * 600, eightbit=True)
@example(text="a" * 2000, eightbit=True)
@example(text="nul \x00 and form feed \x0c\n.\n.\n", eightbit=False)
@example(text="From here on\n", eightbit=False)
def test_texts_are_read_back_as_they_were_given(text: str, eightbit: bool) -> None:
    written = message_bytes(replace(MAIL, text=text), eightbit=eightbit)
    read = message_from_bytes(written, policy=policy.default)
    body = read.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").removesuffix("\n") == text.removesuffix("\n")
    assert all(
        len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in written.split(b"\r\n")
    )
    assert eightbit or written.isascii()


@pytest.mark.parametrize(
    ("name", "value"), [("References", "<%s@example.org>"), ("In-Reply-To", "<%s@x.org>")]
)
def test_a_long_message_id_is_never_made_an_encoded_word(name: str, value: str) -> None:
    long_id = value % ("long" * 40)
    written = message_bytes(replace(MAIL, headers=((name, f"{long_id} {long_id}"),)), eightbit=True)
    assert long_id.encode() in written
    assert b"=?" not in written


def test_many_recipients_are_folded_not_cut() -> None:
    many = tuple(f"packager{number}@example.org" for number in range(100))
    read = message_from_bytes(
        message_bytes(replace(MAIL, recipients=many), eightbit=True), policy=policy.default
    )
    assert tuple(one.addr_spec for one in read["To"].addresses) == many


@pytest.mark.parametrize(
    "broken",
    [
        replace(MAIL, recipients=("Ann <ann@example.org>",)),
        replace(MAIL, recipients=("ann@example.org, bob@example.org",)),
        replace(MAIL, recipients=("jürgen@example.org",)),
        replace(MAIL, sender="root"),
        replace(MAIL, message_id="two words@example.org"),
        replace(MAIL, headers=(("Subject", "another"),)),
        replace(MAIL, headers=(("bcc", "all@example.org"),)),
        replace(MAIL, headers=(("Not a name", "x"),)),
        replace(MAIL, headers=(("X-Long", "x" * 1000),)),
        replace(MAIL, subject="line\u2028separator"),
        replace(MAIL, subject="half \ud800"),
        replace(MAIL, text="half \ud800"),
        replace(MAIL, written_at=datetime(2026, 11, 23, 12)),  # noqa: DTZ001 -- naive on purpose
    ],
)
def test_what_cannot_be_written_safely_is_refused(broken: Mail) -> None:
    with pytest.raises(PermanentError):
        message_bytes(broken, eightbit=True)
