# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole epelbot on an in-memory ledger and a made-up Fedora, with a clock that tests turn."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.profile import Roles
from epelbot.domain.retirement import Action, State
from epelbot.domain.verdict import Finding, Verdict
from epelbot.ledger import Ledger, evidence, outbox
from epelbot.ledger.outbox import OutboxRow
from epelbot.ledger.tables import metadata
from epelbot.ports import Sources
from epelbot.services import record
from epelbot.services.decide import Wish, decide
from epelbot.services.explain import explain, queue
from epelbot.services.intake import Intake
from epelbot.services.rulebook import Rulebook
from epelbot.services.worker import Worker
from epelbot.settings import Deliver, Settings
from epelbot.settings import Sources as SourceSettings
from epelbot.shipped import load_calendar, load_profile
from epelbot.testing.mail import RecordingMailer
from epelbot.testing.messages import Record
from epelbot.testing.recording import line_of
from epelbot.testing.story import Story
from epelbot.translate.envelope import from_line
from epelbot.translate.followed import Following

TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)

# A ledger learns its statements; one that has been used before is ten times quicker than a new one.
_used: list[Ledger] = []


def _a_ledger() -> Ledger:
    if _used:
        return _used.pop()
    ledger = Ledger("sqlite://")
    ledger.create()
    return ledger


def _give_back(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    _used.append(ledger)


def a_rulebook(*, online: bool = True) -> Rulebook:
    """The shipped rules, in force since 2019, with one release manager."""
    profile = replace(load_profile(), roles=Roles(release_managers=("smooge",)))
    return Rulebook(profile, load_calendar(), SourceSettings(online=online), date(2019, 2, 1))


@dataclass
class House:
    """Feed messages, let the worker run until it is idle, look at the excuse."""

    story: Story = field(default_factory=Story)
    online: bool = True
    send: bool = False
    now: datetime = TODAY
    mailer: RecordingMailer = field(default_factory=RecordingMailer)

    def __post_init__(self) -> None:
        self.ledger = _a_ledger()
        weakref.finalize(self, _give_back, self.ledger)
        self.rulebook = a_rulebook(online=self.online)
        deliver = Deliver(mail="send" if self.send else "hold", gather_minutes=0)
        self.settings = Settings(deliver=deliver, sources=self.rulebook.sources)
        self.sources = self.story.sources if self.online else Sources()
        self._fed = 0

    def feed(self, messages: list[Record] | None = None) -> None:
        """Put messages (by default the story's, all that are new) into the inbox."""
        lines = self.story.messages[self._fed :] if messages is None else messages
        if messages is None:
            self._fed = len(self.story.messages)
        intake = Intake(self.ledger, Following(), lambda: self.now)
        intake.take([from_line(line_of(one)) for one in lines], "ingest:before-commit")

    def misses(self) -> None:
        """Lose what the story's new messages say: they never come in."""
        self._fed = len(self.story.messages)

    def work(self) -> None:
        """Work until nothing is left to do now."""
        self.worker().run(threading.Event(), until_idle=True)

    def worker(self) -> Worker:
        """A worker on this house's ledger and clock."""
        return Worker(
            ledger=self.ledger,
            rulebook=self.rulebook,
            sources=self.sources,
            mailer=self.mailer,
            settings=self.settings,
            clock=lambda: self.now,
            holder="tests",
        )

    def sees(self) -> House:
        """Take in all that has happened in the story, and work."""
        self.feed()
        self.work()
        return self

    def later(self, **by: float) -> None:
        """Let time pass, and work."""
        self.now += timedelta(**by)
        self.work()

    def sees_at(self, now: datetime) -> House:
        """Let time pass until then, take in all that has happened, and work."""
        self.now = max(self.now, now)
        return self.sees()

    def excuse(self, package: str = "oldtool", collection: str = "epel9", at: date | None = None) -> Excuse:
        """The excuse of a listing that must be known."""
        found = explain(self.ledger, self.rulebook, package, Collection.parse(collection), self.now, at=at)
        assert found is not None
        return found

    def state(self, package: str = "oldtool", collection: str = "epel9") -> State | None:
        """Where the listing's retirement stands, None without one."""
        retirement = self.excuse(package, collection).retirement
        return retirement.state if retirement is not None else None

    def finding(self, rule: str, package: str = "oldtool", collection: str = "epel9") -> Finding:
        """One rule's finding, which must be there."""
        return next(one for one in self.excuse(package, collection).findings if one.rule == rule)

    def verdicts(self, package: str = "oldtool", collection: str = "epel9") -> dict[str, Verdict]:
        """Each rule's verdict on the listing."""
        return {found.rule: found.verdict for found in self.excuse(package, collection).findings}

    def queue(self) -> tuple[Excuse, ...]:
        """The queue, as last judged."""
        return queue(self.ledger, None)

    def decide(
        self,
        action: Action,
        *,
        package: str = "oldtool",
        collection: str = "epel9",
        author: str = "smooge",
        reason: str = "fine by me",
        minor: str | None = None,
    ) -> Excuse:
        """A person decides."""
        wish = Wish(action, package, Collection.parse(collection), author, reason, minor)
        return decide(self.ledger, self.rulebook, wish, self.now)

    def mails(self) -> list[OutboxRow]:
        """Everything in the outbox, oldest first."""
        with self.ledger.read() as connection:
            return list(reversed(outbox.listed(connection)))

    def told(self) -> list[tuple[str, str, str]]:
        """Of every mail its status, receiver and subject, without the mark that all subjects have."""
        return [
            (row.status, row.recipient.partition("@")[0], row.subject.removeprefix("[epelbot] "))
            for row in self.mails()
        ]

    def keep(self, evidence: list[Recorded]) -> None:
        """Know this from elsewhere, as if it had been learnt here."""
        with self.ledger.write() as connection:
            record.keep(connection, evidence, self.now)

    def evidence(self, package: str = "oldtool", major: int = 9) -> list[Recorded]:
        """All that the ledger holds of a package in the collections of a major."""
        with self.ledger.read() as connection:
            return evidence.about_listing(connection, package, major)
