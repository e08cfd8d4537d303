# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell: each notice is sealed into one mail in the outbox, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.excuse import Excuse
from epelbot.faults import fault_point
from epelbot.ledger import Ledger, outbox
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.outbox import NoticeRow
from epelbot.ports import Mail
from epelbot.settings import Deliver
from epelbot.wording.mail import word_mail


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where mail for accounts and roles goes, and who sends it."""

    sender: str
    release_manager: str
    domain: str

    @classmethod
    def of(cls, deliver: Deliver) -> Addresses:
        """The addresses that the settings give."""
        return cls(deliver.sender, deliver.release_manager, deliver.domain)

    def of_person(self, person: str, package: str) -> str:
        """An account's address; the package's alias where no person is known (FIELD 6.7)."""
        if person == "@release-manager":
            return self.release_manager
        if person == "@package":
            return f"{package.lower()}-maintainers-epel@{self.domain}"
        return f"{person}@{self.domain}"


def seal_notices(ledger: Ledger, addresses: Addresses, *, send: bool, now: datetime, limit: int = 100) -> int:
    """Word and seal up to ``limit`` notices; returns how many. Unless ``send``, their mails are held."""
    with ledger.write() as connection:
        waiting = outbox.unsealed(connection, limit)
        for notice in waiting:
            excuse = decode(Excuse, notice.data)
            mail = _mail(notice, excuse, addresses, now)
            outbox.seal(
                connection,
                notice,
                kind="mail",
                about=f"{excuse.package} {excuse.collection}",
                recipient=", ".join(mail.recipients),
                subject=mail.subject,
                payload=encode(mail),
                status=outbox.DUE if send else outbox.HELD,
                now=now,
            )
        if waiting:
            fault_point("tell:before-commit")
    if waiting:
        fault_point("tell:after-commit")
    return len(waiting)


def put_off_notice(ledger: Ledger, now: datetime) -> None:
    """Take back the notice that is next, until the next judgement of its listing writes it again."""
    with ledger.write() as connection:
        for notice in outbox.unsealed(connection, 1):
            outbox.withdraw(connection, notice, now)


def _mail(notice: NoticeRow, excuse: Excuse, addresses: Addresses, now: datetime) -> Mail:
    words = word_mail(excuse, notice.rule)
    # The same for the same cause and person: a mail that is repeated after a crash is recognised as one.
    key = outbox.dedup_key(notice.cause, notice.person)
    return Mail(
        message_id=f"<{key[:40]}.epelbot@{addresses.domain}>",
        sender=addresses.sender,
        recipients=(addresses.of_person(notice.person, excuse.package),),
        subject=words.subject,
        text=words.text,
        written_at=now,
        headers=(
            # An answer is for a person.
            ("Reply-To", addresses.release_manager),
            ("Auto-Submitted", "auto-generated"),
            ("Precedence", "bulk"),
            ("X-Epelbot-Package", excuse.package),
            ("X-Epelbot-Collection", excuse.collection.name),
            ("X-Epelbot-Rule", notice.rule),
        ),
    )
