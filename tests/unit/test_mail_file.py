# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.post import Post
from epelbot.translate.mail_file import post_of_mail

NOW = datetime(2031, 5, 5, tzinfo=UTC)
PLAIN = "Content-Type: text/plain"


def post_of(headers: str = "", body: str | bytes = "") -> Post:
    raw = body if isinstance(body, bytes) else body.encode()
    return post_of_mail(f"Subject: s\n{headers}".strip().encode() + b"\n\n" + raw, NOW)


def test_a_post_has_what_its_headers_tell() -> None:
    raw = (
        b"Received: from a by b; Mon, 5 May 2031 12:00:00 +0200\r\n"
        b"Received: from c by a; Mon, 5 May 2031 09:00:00 +0000\r\n"
        b"Date: Sun, 4 May 2031 00:00:00 +0000\r\nFrom: =?utf-8?q?Ad=C3=A9?= <ada@example.org>\r\n"
        b"Subject: =?iso-8859-1?Q?caf=E9?=\r\n in two lines\r\nMessage-ID: <one@example.org>\r\n"
        b"References: <a@x> <b@x>\r\nList-Id: EPEL <epel-devel.lists.fedoraproject.org>\r\n"
        b"Precedence: list\r\nX-Other: no\r\n\r\nThe text.\r\n"
    )
    assert post_of_mail(raw, NOW) == Post(
        "epel-devel",
        "one@example.org",
        "caf\u00e9 in two lines",
        "Ad\u00e9 <ada@example.org>",
        datetime(2031, 5, 5, 10, tzinfo=UTC),
        in_reply_to="b@x",
        text="The text.",
        headers=(("precedence", "list"),),
    )


def test_what_is_missing_is_told_as_missing() -> None:
    post = post_of_mail(b"Subject: s\n\n", NOW)
    assert (post.sender, post.posted_at, post.in_reply_to, post.list_name) == ("", NOW, None, "")
    assert post.message_id.endswith("@no-message-id.invalid")
    assert post.message_id == post_of_mail(b"Subject: s\n\n", NOW).message_id


def test_of_two_writers_none_counts() -> None:
    assert post_of("From: a@x.org\nFrom: b@x.org").sender == ""
    assert post_of("From: a@x.org\nFrom: a@x.org").sender == "a@x.org"


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("", "caf\u00e9", "caf\u00e9"),
        ("", b"caf\xe9", "caf\u00e9"),
        (f"{PLAIN}; charset=iso-8859-15", b"10 \xa4", "10 \u20ac"),
        (f"{PLAIN}; charset=utf-16-le", "h\u00e9".encode("utf-16-le"), "h\u00e9"),
        (f"{PLAIN}; charset=klingon", "caf\u00e9", "caf\u00e9"),
        (f"{PLAIN}; charset=us-ascii", "caf\u00e9", "caf\u00e9"),
        (
            f"{PLAIN}\nContent-Transfer-Encoding: quoted-printable",
            "caf=C3=A9 =\nau lait",
            "caf\u00e9 au lait",
        ),
        ("Content-Transfer-Encoding: base64", "Y2Fmw6k=\n", "caf\u00e9"),
        ("Content-Transfer-Encoding: base64", "Y2Fmw6k", "caf\u00e9"),
        ("Content-Transfer-Encoding: base64", "Y2Fm!", "caf"),
        ("Content-Transfer-Encoding: odd", "caf\u00e9", "caf\u00e9"),
        (f"{PLAIN}; format=flowed", "one \ntwo\n> a \n> b\n-- \nme", "one two\n> a b\n-- \nme"),
        (f"{PLAIN}; format=flowed; delsp=yes", "one \ntwo", "onetwo"),
        (f"{PLAIN}; format=flowed", " >no quote?", ">no quote?"),
    ],
)
def test_a_text_is_decoded_as_its_headers_say(headers: str, body: str | bytes, text: str) -> None:
    assert post_of(headers, body).text == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("<html><head><style>p {}</style></head><body> a\n b <b>c</b>d</body></html>", "a b cd"),
        ("<ul><li>a<li>b &amp; c</ul>", "- a\n- b & c"),
        ("mine<blockquote>theirs<br>too</blockquote>mine", "mine\n\n> theirs\n> too\n\nmine"),
        ('a<div class="gmail_quote">b</div>', "a\n> b"),
        ('a<div class="gmail_signature">b</div>', "a\n-- \nb"),
        ("<table><tr><td>a<td>b</tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('x <s>a</s><del>b</del><span style="display: none">c</span>y', "x y"),
        ("unclosed <b", "unclosed <b"),
        ("a < b and </nothing> c", "a < b and c"),
    ],
)
def test_html_is_laid_out_as_text(html: str, text: str) -> None:
    found = post_of("Content-Type: text/html", html).text
    assert found is not None
    assert found.strip() == text


def multipart(kind: str, *parts: MIMEText | MIMEMultipart | MIMEMessage | MIMEApplication) -> Post:
    mail = MIMEMultipart(kind, _subparts=parts)
    mail["Subject"] = "s"
    return post_of_mail(mail.as_bytes(), NOW)


def test_of_several_forms_the_plain_one_is_read() -> None:
    assert multipart("alternative", MIMEText("<p>html", "html"), MIMEText("plain")).text == "plain"
    assert multipart("alternative", MIMEText(" "), MIMEText("<p>html", "html")).text == "html"
    related = MIMEMultipart("related", _subparts=[MIMEText("<p>html", "html")])
    assert multipart("alternative", MIMEText(""), related).text == "html"


def test_attachments_and_forwarded_mails_are_not_the_writers_words() -> None:
    patch = MIMEText("a patch", "x-patch")
    notes = MIMEText("some notes")
    notes["Content-Disposition"] = "attachment; filename=notes.txt"
    forwarded = MIMEMessage(MIMEText("Retiring wobble"))
    mail = multipart(
        "mixed", MIMEText("mine"), patch, notes, forwarded, MIMEApplication(b"x"), MIMEText("footer")
    )
    assert mail.text == "mine\n\nfooter"
    assert multipart("digest", forwarded).text == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext",
        b"Content-Type: multipart/mixed; boundary=b\n\nbefore\n--b\n\ntext\n--b--\nafter",
        b"Content-Type: multipart/mixed\n\ntext",
        b"Content-Type: multipart/mixed; boundary=never-comes\n\ntext",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n--b\n\ntext\n--b-",
        b"Content-Type: ;;;\n\ntext",
        b"From ada Mon May  5 2031\nSubject: s\n\ntext",
        b"no header at all\nSubject: s\n\ntext",
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(raw: bytes) -> None:
    assert (post_of_mail(raw, NOW).text or "").split("\n")[0] == "text"


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    *(
                        b"Content-Type: multipart/mixed; boundary=b\n",
                        b"--b\n",
                        b"--b--",
                        b"\n",
                        b"\n\n",
                        b": ",
                    ),
                    *(
                        b"Content-Type: text/html; charset=utf-7\n",
                        b"<div>",
                        b"</",
                        b"<!--",
                        b"&#x110000;",
                        b"=?x?",
                    ),
                    *(
                        b"Subject: =?utf-8?b?////?=\n",
                        b"Content-Transfer-Encoding: base64\n",
                        b"=",
                        b"\xff",
                        b"A",
                    ),
                    *(
                        b"Date: Mon, 99 May 99999 99:99 +9999\n",
                        b"Content-Type: text/plain; format=flowed\n",
                        b" \n",
                    ),
                    *(
                        b"From: a@b\n",
                        b"Message-ID: <>\n",
                        b"Content-Disposition: ;filename*0*=a''b\n",
                        b">",
                        b"\0",
                    ),
                ]
            ),
            max_size=30,
        ).map(b"".join),
    )
)
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    post = post_of_mail(raw, NOW)
    assert post.message_id
    assert post.text is not None


_SHORT, _LONG = 40_000, 320_000
# Eight times the bytes take eight times as long, or 64 times if each looks at all before it.
_FAR_FROM_SQUARE = 40
# Seconds below which a measurement says nothing.
_NOISE = 0.004


def _growth(head: bytes, piece: bytes) -> float:
    """How many times longer a long mail takes than a short one, in this process's own time."""

    def taken(length: int) -> float:
        mail = head + piece * (length // len(piece))
        # What the collector costs grows with all that the tests before have left behind.
        gc.disable()
        begun = time.process_time()
        post_of_mail(mail, NOW)
        spent = time.process_time() - begun
        gc.enable()
        return spent

    return min(taken(_LONG) for _ in range(2)) / max(min(taken(_SHORT) for _ in range(3)), _NOISE)


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))


@pytest.mark.parametrize(
    "piece",
    [
        *(b"a", b"a\n", b"--b\n", b"\n", b"Subject: x\n", b" folded\n", b"=?utf-8?q?a?= ", b"<a@b> ", b"\r"),
        *(b"--b\nContent-Type: multipart/mixed; boundary=b\n\n", b"a \n", b"=\n", b"> ", b"From: a@b\n"),
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        *(b"", b"Subject: ", b"From: a@b\nReferences: ", b"Content-Type: multipart/mixed; boundary=b\n\n"),
        *(b"Content-Type: text/plain; format=flowed\n\n", b"Content-Transfer-Encoding: quoted-printable\n\n"),
        *(b"Content-Transfer-Encoding: base64\n\n",),
    ],
)
def test_the_time_to_read_anything_grows_with_its_length_and_no_faster(head: bytes, piece: bytes) -> None:
    assert _growth(head, piece) < _FAR_FROM_SQUARE


def test_ten_megabytes_are_read() -> None:
    empty_lines = b"\n" * 10_000_000
    assert post_of_mail(b"Content-Type: text/plain; format=flowed\n\n" + empty_lines, NOW).text is not None


@pytest.mark.parametrize(
    "piece",
    [
        *(
            b"<div>",
            b"<!--",
            b"<a ",
            b"<",
            b"&",
            b"</b>",
            b"a<b>",
            b"<p>a",
            b"<li>",
            b"<blockquote>a",
            b"<![",
            b"<?",
        ),
        *(b'<a b="', b"&#1", b"<pre>\n", b"<td>", b"<script>", b"<style><!--", b"a", b"<br>"),
    ],
)
def test_so_does_the_time_to_read_html(piece: bytes) -> None:
    assert _growth(b"Content-Type: text/html\n\n", piece) < _FAR_FROM_SQUARE


def test_what_is_nested_deeply_ends() -> None:
    assert post_of_mail(NESTED + b"text", NOW).text is not None


def test_an_encoded_word_with_a_stray_byte_is_left_as_it_is() -> None:
    raw = b"From: =?\x80so-8859-1?Q?J=FCrgen?= <j@example.org>\nSubject: hello\n\ntext"
    assert "j@example.org" in post_of_mail(raw, NOW).sender
