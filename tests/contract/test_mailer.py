# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `Mailer` promises: the recording fake and SMTP to a real server; then SMTP alone."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from epelbot.actions.smtp import SmtpMailer
from epelbot.errors import ConfigError, PermanentError, TransientError
from epelbot.ports import Mail, Mailer
from epelbot.testing.mail import RecordingMailer
from tests.contract.post_office import HANG_UP, SILENCE, PostOffice, scripted_server, smtp_server

MAIL = Mail(
    message_id="notice-1@epelbot.example.org",
    sender="epelbot@example.org",
    recipients=("ann@example.org", "bob@example.org"),
    subject="libfoo may leave epel9",
    text="Dear Ann,\n\nplease retire libfoo:\n\n.dotted line\n",
    written_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
    headers=(("Auto-Submitted", "auto-generated"), ("X-Epelbot-Package", "libfoo")),
)


@dataclass(slots=True)
class Case:
    """A mailer, and the other end of its line."""

    mailer: Mailer
    office: PostOffice | RecordingMailer

    def ids_taken(self) -> list[str]:
        if isinstance(self.office, RecordingMailer):
            return [mail.message_id for mail in self.office.sent]
        return [str(mail["Message-ID"])[1:-1] for mail in self.office.mails()]


@pytest.fixture(params=["fake", "smtp"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "fake":
        fake = RecordingMailer()
        yield Case(fake, fake)
        return
    office = PostOffice()
    with smtp_server(office) as port:
        yield Case(SmtpMailer("127.0.0.1", port, timeout=5), office)


def test_what_is_sent_has_been_taken(case: Case) -> None:
    case.mailer.send(MAIL)
    case.mailer.send(replace(MAIL, message_id="notice-2@epelbot.example.org"))
    assert case.ids_taken() == [MAIL.message_id, "notice-2@epelbot.example.org"]


def test_a_second_try_has_the_same_message_id(case: Case) -> None:
    case.mailer.send(MAIL)
    case.mailer.send(MAIL)
    assert case.ids_taken() == [MAIL.message_id] * 2


@pytest.mark.parametrize("who", MAIL.recipients)
def test_one_recipient_refused_for_good_stops_the_mail_for_all(case: Case, who: str) -> None:
    case.office.refused.add(who)
    with pytest.raises(PermanentError, match=who):
        case.mailer.send(MAIL)
    assert case.ids_taken() == []


def test_one_recipient_put_off_puts_the_mail_off_for_all(case: Case) -> None:
    case.office.busy.add("bob@example.org")
    with pytest.raises(TransientError):
        case.mailer.send(MAIL)
    assert case.ids_taken() == []
    case.office.busy.clear()
    case.mailer.send(MAIL)
    assert case.ids_taken() == [MAIL.message_id]


def test_a_refusal_for_good_outweighs_one_for_now(case: Case) -> None:
    case.office.busy.add("ann@example.org")
    case.office.refused.add("bob@example.org")
    with pytest.raises(PermanentError):
        case.mailer.send(MAIL)


@pytest.mark.parametrize(
    "hostile",
    [
        replace(MAIL, subject="Hello\r\nBcc: all@example.org"),
        replace(MAIL, subject="Hello\nworld"),
        replace(MAIL, headers=(("X-Epelbot-Package", "lib\rfoo"),)),
        replace(MAIL, headers=(("X-Epelbot\r\nBcc", "libfoo"),)),
        replace(MAIL, message_id="a@b\r\nBcc: all@example.org"),
        replace(MAIL, sender="bot@example.org\nx"),
        replace(MAIL, recipients=("ann@example.org\r\nRCPT TO:<all@example.org>",)),
        replace(MAIL, recipients=()),
    ],
)
def test_nothing_smuggles_a_header_or_a_command_in(case: Case, hostile: Mail) -> None:
    with pytest.raises(PermanentError):
        case.mailer.send(hostile)
    assert case.ids_taken() == []


def test_a_server_that_is_down_is_tried_again() -> None:
    with scripted_server({}) as (port, _):
        pass
    with pytest.raises(TransientError, match=f"port {port}"):
        SmtpMailer("127.0.0.1", port, timeout=5).send(MAIL)
    with pytest.raises(TransientError):
        RecordingMailer(down=True).send(MAIL)


# From here on: SMTP alone.


def test_the_mail_arrives_as_it_was_written() -> None:
    office = PostOffice()
    with smtp_server(office) as port:
        SmtpMailer("127.0.0.1", port, timeout=5).send(MAIL)
    [mail], [envelope] = office.mails(), office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (MAIL.sender, list(MAIL.recipients))
    assert mail["Message-ID"] == "<notice-1@epelbot.example.org>"
    assert mail["Date"].datetime == MAIL.written_at
    assert mail["From"] == "epelbot@example.org"
    assert mail["To"] == "ann@example.org, bob@example.org"
    assert mail["Subject"] == MAIL.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Epelbot-Package"] == "libfoo"
    assert mail.get_content().replace("\r\n", "\n") == MAIL.text


@pytest.mark.parametrize(("eightbit", "encoding"), [(True, "8bit"), (False, "quoted-printable")])
def test_letters_beyond_ascii_go_as_the_server_can_take_them(*, eightbit: bool, encoding: str) -> None:
    greeting = "250-mx.test\n250-8BITMIME\n250 SIZE 100000" if eightbit else "250 mx.test"
    with scripted_server({"EHLO": greeting}) as (port, heard):
        SmtpMailer("127.0.0.1", port, timeout=5).send(replace(MAIL, text="Grüße\n"))
    assert f"Content-Transfer-Encoding: {encoding}\r\n".encode() in heard
    assert ("Grüße\r\n".encode() in heard) is eightbit
    [named] = [line for line in heard if line.startswith(b"mail")]
    assert (b"BODY=8BITMIME" in named, b"SIZE=" in named) == (eightbit, eightbit)


@pytest.mark.parametrize(
    ("at", "answer", "raised"),
    [
        ("MAIL", "550 we do not know you", PermanentError),
        ("MAIL", "452 disk full", TransientError),
        ("RCPT", "550-first line\n550 second line", PermanentError),
        ("RCPT", "421 closing", TransientError),
        ("DATA", "554 no mails today", PermanentError),
        ("DATA", "451 not now", TransientError),
        (".", "552 too large", PermanentError),
        (".", "451 scanner is down", TransientError),
        (".", "nonsense", TransientError),
        ("", "554 you are on a list", TransientError),
        ("", "421 too busy", TransientError),
        ("EHLO", HANG_UP, TransientError),
        ("MAIL", HANG_UP, TransientError),
        (".", HANG_UP, TransientError),
    ],
)
def test_a_refusal_says_whether_to_try_again(at: str, answer: str, raised: type[Exception]) -> None:
    with (
        scripted_server({at: answer}) as (port, _),
        pytest.raises((PermanentError, TransientError)) as caught,
    ):
        SmtpMailer("127.0.0.1", port, timeout=5).send(MAIL)
    assert caught.type is raised
    assert "\n" not in str(caught.value)
    assert "\r" not in str(caught.value)


@pytest.mark.parametrize("at", ["", "RCPT", "."])
def test_a_silent_server_is_left_in_time(at: str) -> None:
    begun = time.monotonic()
    with (
        scripted_server({at: SILENCE}) as (port, _),
        pytest.raises(TransientError),
    ):
        SmtpMailer("127.0.0.1", port, timeout=0.2).send(MAIL)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("answer", [HANG_UP, "500 never heard of it"])
def test_a_mail_that_was_taken_stays_sent_however_the_parting_goes(answer: str) -> None:
    with scripted_server({"QUIT": answer}) as (port, heard):
        SmtpMailer("127.0.0.1", port, timeout=5).send(MAIL)
    assert b".\r\n" in heard


def test_a_host_name_that_is_none_is_told_in_a_sentence() -> None:
    with pytest.raises(TransientError, match="settings"):
        SmtpMailer("x" * 70 + ".example.org", 25, timeout=1).send(MAIL)


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate for 127.0.0.1: the server's side, and a client's that believes in it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mx.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Tls(server, ssl.create_default_context(cafile=str(folder / "cert.pem")))


def _authenticator(*args: object) -> AuthResult:
    login = args[-1]
    assert isinstance(login, LoginPassword)
    return AuthResult(success=login == LoginPassword(b"bot", b"secret"), handled=False)


def test_a_login_goes_over_tls(tls: Tls) -> None:
    office = PostOffice()
    with smtp_server(
        office,
        tls_context=tls.server,
        require_starttls=True,
        authenticator=_authenticator,
        auth_required=True,
    ) as port:
        mailer = SmtpMailer(
            "localhost", port, starttls=True, username="bot", password="secret", tls=tls.client
        )
        mailer.send(MAIL)
        with pytest.raises(TransientError, match="settings"):
            replace(mailer, password="wrong").send(MAIL)
    assert office.over_tls == [True]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: Tls) -> None:
    office = PostOffice()
    with (
        smtp_server(office, tls_context=tls.server) as port,
        pytest.raises(TransientError, match="certificate"),
    ):
        SmtpMailer("localhost", port, starttls=True).send(MAIL)
    assert office.taken == []


def test_a_server_that_drops_tls_gets_no_mail() -> None:
    with scripted_server({}) as (port, heard), pytest.raises(TransientError, match="STARTTLS"):
        SmtpMailer("127.0.0.1", port, starttls=True, timeout=5).send(MAIL)
    assert not any(line.upper().startswith(b"MAIL") for line in heard)


def test_a_password_never_crosses_a_network_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="starttls"):
        SmtpMailer("mx.example.org", username="bot", password="secret")
    with pytest.raises(ConfigError, match="both"):
        SmtpMailer("mx.example.org", starttls=True, username="bot")
    assert "secret" not in repr(SmtpMailer("localhost", username="bot", password="secret"))
