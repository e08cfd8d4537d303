# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell: what waits for a person is sealed into one mail in the outbox, in one transaction.

At once what is due within 14 days or has happened; the rest in one digest a week (docs/decisions/0013). While
mail is held there is one draft for each person, kept up to date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from epelbot.domain.excuse import Excuse
from epelbot.domain.profile import Profile
from epelbot.faults import fault_point
from epelbot.ledger import Connection, Ledger, mutes, notices, outbox
from epelbot.ledger.codec import decode, encode
from epelbot.ledger.notices import Moment, NoticeRow, Waiting
from epelbot.policy.telling import DEPENDENTS
from epelbot.ports import Mail
from epelbot.settings import Settings
from epelbot.wording.digest import urgency, word_matters
from epelbot.wording.mail import Matter

_RELEASE_MANAGER = "@release-manager"
_PACKAGE = "@package:"
# In lists of the outbox and a mail's headers so many packages are named.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, where mail for accounts and roles goes, and what all mails say alike.

    ``announce`` is the address of the list for announcements. From ``summary_from`` things on a mail is a
    summary.
    """

    sender: str
    release_manager: str
    domain: str
    unsubscribe: str
    announce: str
    summary_from: int

    @classmethod
    def of(cls, settings: Settings, profile: Profile) -> Letterhead:
        """What settings and profile give."""
        deliver = settings.deliver
        return cls(
            deliver.sender,
            deliver.release_manager,
            deliver.domain,
            deliver.unsubscribe or deliver.release_manager,
            f"{profile.lists.announce}@{settings.sources.archive.host}",
            deliver.summary_from,
        )

    def address_of(self, person: str) -> str:
        """An account's address; the package's alias where no person is known (FIELD 6.7)."""
        if person == _RELEASE_MANAGER:
            return self.release_manager
        if person.startswith(_PACKAGE):
            return f"{person.removeprefix(_PACKAGE)}-maintainers-epel@{self.domain}"
        return f"{person}@{self.domain}"


def moment_of(settings: Settings, now: datetime) -> Moment:
    """What the settings say about when a mail is written."""
    deliver = settings.deliver
    return Moment(
        now, deliver.mail != "send", timedelta(minutes=deliver.gather_minutes), tuple(deliver.muted)
    )


def seal_next(ledger: Ledger, letterhead: Letterhead, moment: Moment) -> bool:
    """Word and seal the mail of the person who has waited longest; False when nobody is to be told now."""
    with ledger.write() as connection:
        if notices.let_go(connection):
            return True
    with ledger.write() as connection:
        moment = _with_muted(connection, moment)
        person = notices.next_person(connection, moment)
        if person is None:
            return False
        carried = notices.waiting(connection, person, moment)
        if not carried.notices:
            # Taken back by a judge this very moment.
            return True
        matters = sorted(map(_matter, carried.notices), key=urgency)
        mail = _mail(carried, matters, letterhead, moment.now)
        notices.seal(
            connection,
            carried,
            about=_about(matters),
            recipient=", ".join(mail.recipients),
            subject=mail.subject,
            payload=encode(mail),
            status=outbox.HELD if moment.drafts else outbox.DUE,
            now=moment.now,
        )
        fault_point("tell:before-commit")
    fault_point("tell:after-commit")
    return True


def next_waiting(ledger: Ledger, moment: Moment) -> tuple[NoticeRow, ...]:
    """The notices that `seal_next` would seal now, drafts that it would take up among them."""
    with ledger.write() as connection:
        moment = _with_muted(connection, moment)
        person = notices.next_person(connection, moment)
        return notices.waiting(connection, person, moment).notices if person is not None else ()


def _with_muted(connection: Connection, moment: Moment) -> Moment:
    """The moment with those who are muted by a person's word, beside those of the settings."""
    recorded = (one.account for one in mutes.standing(connection))
    return replace(moment, muted=tuple(dict.fromkeys((*moment.muted, *recorded))))


def word_alone(notice: NoticeRow, letterhead: Letterhead) -> None:
    """Raise what wording this one notice raises."""
    word_matters([_matter(notice)], letterhead.announce, summary_from=letterhead.summary_from)


def put_off(ledger: Ledger, notice: NoticeRow, now: datetime) -> None:
    """Take the notice back, until the next judgement of its listing writes it again."""
    with ledger.write() as connection:
        notices.withdraw(connection, notice, now)


def _matter(notice: NoticeRow) -> Matter:
    return Matter(
        decode(Excuse, notice.data),
        notice.rule,
        notice.due_on,
        notice.at_once,
        notice.created_at.date() if notice.told else None,
        dependent=_dependent(notice),
    )


def _dependent(notice: NoticeRow) -> str | None:
    """The package of the person's that needs the one that leaves, for that is what the notice is about."""
    return notice.cause.split("|")[2] if notice.rule == DEPENDENTS else None


def _about(matters: Sequence[Matter]) -> str:
    listings = list(dict.fromkeys(f"{one.excuse.package} {one.excuse.collection}" for one in matters))
    more = f" and {len(listings) - _NAMED} more" if len(listings) > _NAMED else ""
    return ", ".join(listings[:_NAMED]) + more


def _mail(carried: Waiting, matters: Sequence[Matter], letterhead: Letterhead, now: datetime) -> Mail:
    words = word_matters(matters, letterhead.announce, summary_from=letterhead.summary_from)
    # The same for the same causes and person: a mail that is repeated after a crash is recognised as one.
    key = notices.mail_key(carried.person, carried.notices)
    recipient = letterhead.address_of(carried.person)
    leave = quote(f"unsubscribe {recipient}")
    about: dict[str, list[str]] = {
        "Package": [one.excuse.package for one in matters],
        "Collection": [one.excuse.collection.name for one in matters],
        "Rule": [one.rule for one in matters],
    }
    return Mail(
        message_id=f"<{key[:40]}.epelbot@{letterhead.domain}>",
        sender=letterhead.sender,
        recipients=(recipient,),
        subject=words.subject,
        text=words.text,
        written_at=now,
        headers=(
            # An answer is for a person.
            ("Reply-To", letterhead.release_manager),
            ("Auto-Submitted", "auto-generated"),
            ("Precedence", "bulk"),
            ("List-Id", f"What epelbot tells <epelbot.{letterhead.domain}>"),
            ("List-Unsubscribe", f"<mailto:{letterhead.unsubscribe}?subject={leave}>"),
            *((f"X-Epelbot-{name}", _named(values)) for name, values in about.items()),
        ),
    )


def _named(values: Sequence[str]) -> str:
    return ", ".join(sorted(set(values))[:_NAMED])
