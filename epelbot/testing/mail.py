# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mailer that keeps what it is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from epelbot.errors import PermanentError, TransientError
from epelbot.ports import Mail


@dataclass(slots=True)
class RecordingMailer:
    """Keeps mails in ``sent``, in order; fulfils `Mailer`.

    It takes a mail for all its recipients or for none. Addresses in ``refused`` are refused for good, those
    in ``busy`` for now, and while ``down`` nothing is taken at all.
    """

    sent: list[Mail] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    down: bool = False

    def send(self, mail: Mail) -> None:
        """Keep the mail, or raise what a real server's refusal amounts to."""
        lines = (mail.message_id, mail.sender, *mail.recipients, mail.subject, *sum(mail.headers, ()))
        if not mail.recipients or not all(line.isprintable() for line in lines):
            raise PermanentError(f"the mail {mail.message_id!r} can't be written; mend who wrote it")
        if self.down:
            raise TransientError("the mail server does not answer; the mail is tried again later")
        if refused := self.refused.intersection(mail.recipients):
            raise PermanentError(f"the mail server refuses mail to {', '.join(sorted(refused))}; mend that")
        if self.busy.intersection(mail.recipients):
            raise TransientError("the mail server puts the mail off; it is tried again later")
        self.sent.append(mail)
