# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real mail servers on loopback: aiosmtpd, and one that says exactly what a test tells it to say."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class PostOffice:
    """Handles what an aiosmtpd server gets: refuses addresses as told, keeps what it takes."""

    refused: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    taken: list[Envelope] = field(default_factory=list)
    #: The connection of each mail taken came over TLS; its login.
    over_tls: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if address in self.refused:
            return "550 5.1.1 no such user here"
        if address in self.busy:
            return "450 4.2.1 come back later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        del server
        self.taken.append(envelope)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        """What was taken, as mail readers see it."""
        return [message_from_bytes(_content(one), policy=policy.default) for one in self.taken]


def _content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


@contextmanager
def smtp_server(office: object, **options: Any) -> Iterator[int]:
    """Run aiosmtpd with this handler on a free port, which is given."""
    loop = asyncio.new_event_loop()
    serving = loop.create_server(
        lambda: SMTP(office, hostname="mx.test", loop=loop, **options), "127.0.0.1", 0
    )
    server = loop.run_until_complete(serving)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(server.wait_closed())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


#: What a well-meaning server says; "." is the end of the text, "" the greeting.
KIND = {
    "": "220 mx.test ESMTP",
    "EHLO": "250 mx.test",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    ".": "250 queued",
    "QUIT": "221 bye",
}
#: In place of an answer: hang up; say nothing.
HANG_UP, SILENCE = "hang up", "silence"


@contextmanager
def scripted_server(answers: Mapping[str, str]) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that gives these answers in place of the kind ones; gives its port and what it heard."""
    script = {**KIND, **answers}
    heard: list[bytes] = []
    closing = threading.Event()

    def answer(connection: socket.socket, verb: str) -> bool:
        said = script.get(verb, "500 what?")
        if said == SILENCE:
            closing.wait(10)
        elif said != HANG_UP:
            connection.sendall(said.replace("\n", "\r\n").encode() + b"\r\n")
        return said not in (SILENCE, HANG_UP)

    def talk() -> None:
        with suppress(ConnectionError):
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as lines:
                going, in_text = answer(connection, ""), False
                while going and (line := lines.readline()):
                    heard.append(line)
                    if in_text and line != b".\r\n":
                        continue
                    verb = "." if in_text else line[:4].decode().strip().upper()
                    going = answer(connection, verb)
                    in_text = verb == "DATA" and script["DATA"].startswith("354")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            closing.set()
            # Whoever never came to talk is not waited for.
            with suppress(OSError):
                socket.create_connection(listening.getsockname(), 1).close()
            thread.join()
