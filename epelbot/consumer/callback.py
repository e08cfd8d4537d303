# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""epelbot under a plain ``fedora-messaging consume --callback=epelbot.consumer:InboxCallback``.

For those who run all their consumers that way. It is slower than ``epelbot consume`` (each message is checked
against its schema several times and stored on its own), and fedora-messaging throws away, before any callback
sees it, what does not pass its schema; ``epelbot consume`` keeps it. And fedora-messaging itself ends with
a RecursionError on a message nested 5,000 levels deep, before any callback sees it; the message goes back to
the queue and comes first again. On a queue that anyone may write to use ``epelbot consume``, which parks it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from datetime import UTC, datetime

from fedora_messaging.exceptions import HaltConsumer
from fedora_messaging.message import Message

from epelbot import settings
from epelbot.consumer.pauses import growing_pauses
from epelbot.errors import ConfigError, TransientError
from epelbot.ledger import Ledger
from epelbot.services.intake import Intake, following
from epelbot.translate.envelope import Incoming, Unreadable, from_wire

_log = logging.getLogger(__name__)

#: Seconds. Below RabbitMQ's 30 minutes for an acknowledgement, and as long as can be: each time that the
#: consumer halts counts as one of a quorum queue's 20 redeliveries.
_PATIENCE = 1200.0
# As the command line ends: a source is down, a setting is wrong, a defect of ours.
_EXIT_CANNOT_KNOW = 3
_EXIT_SETTINGS = 2
_EXIT_DEFECT = 1


class InboxCallback:
    """Stores each message in the inbox of the ledger that epelbot's settings name.

    Returning means stored, and acknowledged. It never raises `Nack`, which would bring the same message back
    at once: while the database is away it waits for up to ``patience`` seconds, then halts the consumer with
    the message requeued, so that systemd starts it again after a pause. Heartbeats go on meanwhile.
    """

    def __init__(self, patience: float = _PATIENCE) -> None:
        try:
            chosen = settings.load()
            self._intake = Intake(
                Ledger(chosen.database.url_with_password), following(chosen.bus), lambda: datetime.now(UTC)
            )
        except ConfigError as error:
            # fedora-messaging shows this one as a sentence.
            raise ValueError(str(error)) from error
        self._patience = patience

    def __call__(self, message: Message) -> None:
        """Store one message; raises `HaltConsumer` and nothing else."""
        try:
            self._store(_incoming(message))
        except TransientError as error:
            raise HaltConsumer(_EXIT_CANNOT_KNOW, str(error), requeue=True) from error
        except ConfigError as error:
            raise HaltConsumer(_EXIT_SETTINGS, str(error), requeue=True) from error
        except Exception as error:
            # The outermost loop. fedora-messaging would give back all that it holds, and not say why.
            _log.exception("message %s could not be stored", message.id)
            raise HaltConsumer(_EXIT_DEFECT, str(error), requeue=True) from error

    def _store(self, incoming: Incoming | Unreadable) -> None:
        until = time.monotonic() + self._patience
        for pause in growing_pauses():
            try:
                self._intake.take([incoming], "consume:before-commit")
            except TransientError as error:
                if time.monotonic() + pause > until:
                    raise
                _log.warning("%s; trying again in %.1f s", error, pause)
                time.sleep(pause)
            else:
                return


def _incoming(message: Message) -> Incoming | Unreadable:
    try:
        # The bytes are gone by now; a publisher that uses fedora-messaging wrote exactly these.
        body = json.dumps(message.body).encode()
    except RecursionError:
        key = hashlib.sha256(f"{message.topic} {message.id}".encode()).hexdigest()
        return Unreadable("the message is nested too deeply; see who sent it", Incoming(key, "", None, b""))
    try:
        return from_wire(message.topic, message.id, message._headers, body)  # noqa: SLF001 -- no public way
    except Unreadable as why:
        return why
