# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws that hold for every mail of ``own/``: what must not change a reading, and what must never act."""

from __future__ import annotations

import hashlib
import os
import textwrap
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.mime.text import MIMEText

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.post import Meaning, Post
from epelbot.policy.reader import READER_VERSION, read_post
from epelbot.translate.mail_file import post_of_mail
from tests.posts.halves import FOLDER, Labelled, half

MAILS, NAMES = half("own")
READINGS = FOLDER / "own" / "readings.txt"
NOW = datetime(2031, 5, 5, tzinfo=UTC)
STARTING = [mail for mail in MAILS if mail.post.in_reply_to is None]
ANNOUNCEMENTS = [mail for mail in STARTING if mail.clear and mail.kinds == ("retirement",)]


def own(mail: Labelled) -> Post:
    return mail.post


@given(st.sampled_from(MAILS), st.sampled_from(MAILS), st.booleans())
def test_quoting_an_announcement_never_starts_the_matter(
    mail: Labelled, quoted: Labelled, reply: bool
) -> None:
    post, other = own(mail), own(quoted)
    quotes = textwrap.indent(f"{other.subject}\n{other.text}", "> ", lambda _: True)
    text = f"On Monday, Ada <ada@example.org> wrote:\n{quotes}\n\nThanks!\n"
    answer = replace(post, text=text, subject=f"Re: {other.subject}" if reply else "Hello")
    assert read_post(answer, NAMES).meaning is Meaning.OTHER


@given(
    st.sampled_from(MAILS),
    st.sampled_from(
        ["-- \nAda\n", "--\nGrace, I am retiring foo from EPEL 8\n", "_" * 47 + "\nepel-devel mailing list\n"]
    ),
)
def test_a_signature_does_not_change_the_reading(mail: Labelled, signature: str) -> None:
    post = own(mail)
    signed = replace(post, text=f"{post.text}\n{signature}")
    assert read_post(signed, NAMES) == read_post(post, NAMES)


@given(
    st.sampled_from(MAILS),
    st.sampled_from(["", "[EPEL-devel] ", "[epel-devel] ", "[EPEL-DEVEL]"]),
)
def test_a_list_tag_does_not_change_the_reading(mail: Labelled, tag: str) -> None:
    post = own(mail)
    assert read_post(replace(post, subject=f"{tag}{post.subject}"), NAMES) == read_post(post, NAMES)


@given(st.sampled_from(MAILS), st.sampled_from(["Re: ", "RE: ", "re: ", "AW: ", "Fwd: ", "FWD: ", "Sv:"]))
def test_an_answers_subject_starts_nothing_in_any_case(mail: Labelled, prefix: str) -> None:
    post = own(mail)
    reading = read_post(replace(post, subject=f"{prefix}{post.subject}"), NAMES)
    assert reading.meaning is not Meaning.RETIREMENT


@given(st.sampled_from(MAILS), st.sampled_from(["heads up: ", "HEADS UP: ", "Heads Up: ", "[Heads-Up] "]))
def test_the_case_of_a_subjects_opener_does_not_matter(mail: Labelled, opener: str) -> None:
    post = own(mail)
    usual = replace(post, subject=f"Heads up: {post.subject}")
    assert read_post(replace(post, subject=f"{opener}{post.subject}"), NAMES) == read_post(usual, NAMES)


@given(
    st.sampled_from(ANNOUNCEMENTS),
    st.lists(
        st.sampled_from(
            [
                "X-Spam-Score: -1.9",
                "Received: from a by b; Mon, 5 May 2031 12:00:00 +0000",
                "DKIM-Signature: v=1; a=rsa-sha256; d=example.org;\n\tb=Retiring+foo+from+EPEL+8",
                "X-Subject: Retiring foo from EPEL 8",
                "Comments: I am retiring foo from EPEL 8",
                "Keywords: retirement",
                "Precedence: list",
                "Auto-Submitted: no",
                "List-Id: <epel-devel.lists.fedoraproject.org>",
            ]
        ),
        max_size=6,
    ),
)
def test_header_noise_does_not_change_the_reading(mail: Labelled, noise: list[str]) -> None:
    raw = "".join(f"{line}\n" for line in noise).encode() + mail.raw
    assert read_post(post_of_mail(raw, NOW), NAMES) == read_post(own(mail), NAMES)


@given(st.sampled_from(ANNOUNCEMENTS), st.integers(min_value=40, max_value=78))
def test_flowed_lines_do_not_change_the_reading(mail: Labelled, width: int) -> None:
    post = own(mail)
    lines = (post.text or "").split("\n")
    flowed = "\n".join(
        " \n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)) if line else ""
        for line in lines
        if not line.startswith((" ", ">", "|")) and "\t" not in line
    )
    plain = "\n".join(line for line in lines if not line.startswith((" ", ">", "|")) and "\t" not in line)
    carried = MIMEText(flowed.replace("-- \n", "--\n"), "plain", "utf-8")
    carried.set_param("format", "flowed")
    carried["Subject"] = "x"
    found = post_of_mail(carried.as_bytes(), NOW)
    assert (
        read_post(replace(post, text=found.text), NAMES).meaning
        == read_post(replace(post, text=plain), NAMES).meaning
    )


@given(st.sampled_from(STARTING), st.sampled_from(["x-epelbot-rule", "auto-submitted"]))
def test_what_epelbot_or_another_program_sent_means_nothing(mail: Labelled, header: str) -> None:
    value = "R2" if header == "x-epelbot-rule" else "auto-generated"
    post = replace(own(mail), headers=((header, value),))
    assert read_post(post, NAMES).meaning is Meaning.OTHER


@given(st.binary(max_size=2_000))
def test_no_bytes_make_the_reader_fail_or_act(raw: bytes) -> None:
    assert read_post(post_of_mail(raw, NOW), NAMES).meaning in (Meaning.OTHER, Meaning.UNSURE)


@given(st.sampled_from(ANNOUNCEMENTS), st.data())
def test_a_mail_with_a_few_bytes_gone_or_changed_never_makes_it_fail(
    mail: Labelled, data: st.DataObject
) -> None:
    raw = bytearray(mail.raw)
    for _ in range(data.draw(st.integers(min_value=1, max_value=8))):
        at = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
        raw[at : at + data.draw(st.integers(min_value=0, max_value=3))] = data.draw(st.binary(max_size=2))
    read_post(post_of_mail(bytes(raw), NOW), NAMES)


def test_ten_megabytes_and_thousands_of_names_are_read_in_some_seconds() -> None:
    begun = time.process_time()
    listed = b"".join(b"- wobble-%d\n" % number for number in range(700_000))
    raw = b"Subject: Retiring packages\n\nI am retiring the following packages from EPEL 9:\n" + listed
    reading = read_post(post_of_mail(raw, NOW), [f"wobble-{number}" for number in range(12_000)])
    assert time.process_time() - begun < 5
    assert reading.meaning is Meaning.UNSURE
    assert len(reading.packages) <= 200


def test_who_changes_a_reading_raises_the_readers_version() -> None:
    """Else old posts are not read again. ``EPELBOT_TEST_GOLDEN=write`` keeps the readings of this version."""
    made = {mail.name: hashlib.sha256(repr(read_post(own(mail))).encode()).hexdigest()[:12] for mail in MAILS}
    if os.environ.get("EPELBOT_TEST_GOLDEN") == "write":
        lines = (f"{name} {digest}\n" for name, digest in sorted(made.items()))
        READINGS.write_text(f"version {READER_VERSION}\n{''.join(lines)}")
    kept = dict(line.split() for line in READINGS.read_text().splitlines())
    changed = [name for name, digest in made.items() if kept.get(name, digest) != digest]
    assert kept["version"] == str(READER_VERSION)
    assert changed == [], "raise READER_VERSION, then write the readings anew"
