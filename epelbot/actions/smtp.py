# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mail over SMTP: the last step of a notice, after which it cannot be taken back (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field

from epelbot.actions.mail_bytes import message_bytes
from epelbot.errors import ConfigError, PermanentError, TransientError
from epelbot.ports import Mail

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_ACCEPTED = range(200, 300)
_REFUSED_FOR_GOOD = range(500, 600)
# Seconds for a good-bye, which changes nothing any more.
_PARTING = 5.0
# UnicodeError: a host name that DNS can't hold.
_CONNECTION_TROUBLE = (smtplib.SMTPException, OSError, UnicodeError)


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """The mail server at ``host`` and ``port``; fulfils `Mailer`, with one connection per mail.

    With ``starttls`` no mail and no password goes in the clear, whatever the server offers; its certificate
    is checked against ``tls`` (the system's authorities if None). ``timeout`` is in seconds, for the
    connection and for each answer. Raises `ConfigError` if a password would cross a network in the clear.
    """

    host: str
    port: int = 25
    starttls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 60
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if (self.username is None) != (self.password is None):
            raise ConfigError("the mail server's user name and password go together; set both or neither")
        if self.username is not None and not self.starttls and self.host not in _HERE:
            raise ConfigError(f"a password would go to {self.host} in the clear; turn starttls on")

    def send(self, mail: Mail) -> None:
        """Hand the mail over to all its recipients, or to none of them.

        The server is asked about every recipient first, and one that it refuses stops the mail before its
        text is sent: so a later try doubles it for nobody. A refusal of this mail for good (5xx) raises
        `PermanentError` with the addresses refused. A refusal for now (4xx) raises `TransientError`, and so
        does trouble that is not this mail's fault (connection, TLS, login). When the connection breaks before
        the answer to the text, the server may have taken it: a second try carries the same Message-ID.
        """
        # Before connecting: a mail that can't be written bothers no server.
        plain, eightbit = (message_bytes(mail, eightbit=allowed) for allowed in (False, True))
        try:
            server = self._connected()
            try:
                self._hand_over(server, mail, plain, eightbit)
            finally:
                _leave(server)
        except _CONNECTION_TROUBLE as error:
            raise self._out_of_use(error) from error

    def greet(self) -> None:
        """Connect (and log in) as for a mail, and leave. Raises `TransientError` like `send`."""
        try:
            _leave(self._connected())
        except _CONNECTION_TROUBLE as error:
            raise self._out_of_use(error) from error

    def _out_of_use(self, error: Exception) -> TransientError:
        return TransientError(
            f"the mail server {self.host}, port {self.port}, can't be used ({_printable(str(error))}); "
            "see whether it runs and whether its settings are right, the mail is kept and tried again"
        )

    def _connected(self) -> smtplib.SMTP:
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.starttls:
                server.starttls(context=self.tls or ssl.create_default_context())
            if self.username is not None and self.password is not None:
                server.login(self.username, self.password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            # Nothing is swallowed: whatever ended the greeting, Ctrl-C too, leaves no connection behind.
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: Mail, plain: bytes, eightbit: bytes) -> None:
        options = []
        body = plain
        if plain != eightbit and server.has_extn("8bitmime"):
            body = eightbit
            options.append("BODY=8BITMIME")
        if server.has_extn("size"):
            options.append(f"SIZE={len(body)}")
        self._judge([(f"mail from {mail.sender}", *server.mail(mail.sender, options))])
        self._judge([(f"mail to {one}", *server.rcpt(one)) for one in mail.recipients])
        try:
            answer = server.data(body)
        except smtplib.SMTPDataError as refusal:
            answer = (refusal.smtp_code, _bytes(refusal.smtp_error))
        self._judge([(f"the mail {mail.message_id}", *answer)])

    def _judge(self, answers: list[tuple[str, int, bytes]]) -> None:
        """Raise what the refusals among the answers amount to: one for good outweighs those for now."""
        refused = [(what, code, said) for what, code, said in answers if code not in _ACCEPTED]
        if not refused:
            return
        for_good = [one for one in refused if one[1] in _REFUSED_FOR_GOOD]
        told = "; ".join(
            f"{what}: {code} {_printable(said.decode(errors='replace'))}" for what, code, said in refused
        )
        if for_good:
            raise PermanentError(
                f"the mail server {self.host} refuses {told}; mend that and release the mail"
            )
        raise TransientError(f"the mail server {self.host} puts off {told}; it is tried again later")


def _leave(server: smtplib.SMTP) -> None:
    """Part from the server; by now the answer that counts has been given."""
    try:
        if server.sock is not None:
            server.sock.settimeout(_PARTING)
        server.quit()
    except _CONNECTION_TROUBLE:
        server.close()


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _printable(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown[:200]
