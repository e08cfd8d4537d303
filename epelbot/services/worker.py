# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The worker: one loop that records, reads, judges, tells and delivers until there is nothing to do.

This is an outermost loop: here alone it is decided whether what failed is tried later or parked.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from epelbot.errors import TransientError
from epelbot.faults import fault_point
from epelbot.ledger import Ledger, health, inbox, listings, posts
from epelbot.ledger.evidence import Syncs
from epelbot.ledger.listings import Lease
from epelbot.policy.reader import READER_VERSION
from epelbot.ports import Mailer, Sources
from epelbot.services import tell
from epelbot.services.calendar_feeds import feeds_due, refresh
from epelbot.services.deliver import claim_effect, deliver, park
from epelbot.services.judge import Judgement, deliberate, dockets, failed_again_at, keep
from epelbot.services.read_posts import claim_post, put_off, read_claimed
from epelbot.services.record import learn_releases, record_messages
from epelbot.services.rulebook import Rulebook
from epelbot.settings import Settings

log = logging.getLogger(__name__)

# A batch of judgements takes at most this part of its leases before it is kept.
_SHARE_OF_A_LEASE = 3

# How often the ages of the calendar's sources are looked at, and the pause after one failed.
_CALENDAR_EVERY = timedelta(hours=1)
# The leading minor changes twice a year; asking Bodhi every few hours is plenty.
_RELEASES_EVERY = timedelta(hours=6)


@dataclass(slots=True)
class Worker:
    """All that a worker needs. Any number may run on PostgreSQL; ``holder`` tells them apart in leases."""

    ledger: Ledger
    rulebook: Rulebook
    sources: Sources
    mailer: Mailer
    settings: Settings
    clock: Callable[[], datetime]
    holder: str
    _releases_due: datetime | None = None
    _calendar_due: datetime | None = None
    _synced: Syncs = field(default_factory=Syncs)

    def run(self, stop: threading.Event, *, until_idle: bool) -> None:
        """Work until ``stop`` is set, or until nothing is left to do now.

        Raises `TransientError` when the database is away and ``until_idle`` is wanted; else waits for it.
        """
        with self.ledger.write() as connection:
            health.made_at(connection, self.clock())
            self.rulebook = self.rulebook.current(connection)
            misread = posts.read_anew(connection, self.clock(), reader=READER_VERSION)
            stale = listings.make_due(connection, self.clock(), bases=self.rulebook.bases)
        if misread:
            log.info("%d posts were read by another version of the reader and are read again", misread)
        if stale:
            log.info("%d listings were judged by other rules and are judged again", stale)
        while not stop.is_set():
            try:
                busy = self.step()
            except TransientError as error:
                if until_idle:
                    raise
                log.warning("%s", error)
                busy = False
            if not busy:
                if until_idle:
                    return
                stop.wait(self.settings.work.poll_seconds)

    def step(self) -> bool:
        """Do one thing, the first that is waiting in the order of the story; False when nothing was.

        What came in is recorded and read before anything is judged, and everything is judged before anybody
        is told: else a person is asked for a post that waits, unread, in the inbox.
        """
        self._ask_for_releases()
        return (
            self._record()
            or self._read()
            or self._judge()
            or self._tell()
            or self._deliver()
            or self._refresh_calendar()
        )

    def _record(self) -> bool:
        now = self.clock()
        try:
            return record_messages(self.ledger, now, self.settings.work.batch_messages) > 0
        except TransientError:
            raise
        except Exception:
            log.exception("a batch of messages could not be recorded; trying them one by one")
        try:
            record_messages(self.ledger, now, 1)
        except TransientError:
            raise
        except Exception as error:
            log.exception("a message cannot be recorded and is parked")
            with self.ledger.write() as connection:
                for row in inbox.claim_new(connection, 1):
                    inbox.park(connection, row.seq, f"epelbot failed on it: {type(error).__name__}: {error}")
        return True

    def _read(self) -> bool:
        now = self.clock()
        seconds = self.settings.work.lease_seconds
        claimed = claim_post(self.ledger, now, holder=self.holder, lease_seconds=seconds)
        if claimed is None:
            return False
        lease, known = claimed
        hours = self.settings.sources.archive.give_up_hours
        try:
            read_claimed(
                self.ledger,
                self.sources.archive,
                lease,
                known,
                now,
                give_up_after=timedelta(hours=hours),
                announce_list=self.rulebook.profile.lists.announce,
            )
        except TransientError:
            raise
        except Exception as error:
            log.exception("the post %s cannot be read", lease.post.hash)
            put_off(self.ledger, lease, f"{type(error).__name__}: {error}", now)
        return True

    def _judge(self) -> bool:
        now, settings = self.clock(), self.settings.work
        with self.ledger.write() as connection:
            leases = listings.claim(
                connection, now, self.holder, settings.lease_seconds, limit=settings.batch_listings
            )
            # A day learnt after this raises the generation of what hangs on it.
            self.rulebook = self.rulebook.current(connection)
        if not leases:
            return False
        fault_point("judge:after-claim")
        # What takes long is the look-ups: the leases of those that wait meanwhile must not run out.
        until = time.monotonic() + settings.lease_seconds / _SHARE_OF_A_LEASE
        judgements: list[Judgement] = []
        for number, docket in enumerate(dockets(self.ledger, leases, self.rulebook, now, self._synced)):
            if number and time.monotonic() > until:
                self._give_back(leases[number:], now)
                break
            try:
                judgements.append(deliberate(docket, self.rulebook, self.sources, now))
            except TransientError:
                raise
            except Exception as error:
                log.exception("%s in %s cannot be judged", docket.lease.package, docket.lease.collection)
                self._failed(docket.lease, error, now)
        self._keep(judgements, now)
        return True

    def _keep(self, judgements: list[Judgement], now: datetime) -> None:
        try:
            keep(self.ledger, judgements, self.rulebook, now)
        except TransientError:
            raise
        except Exception as error:
            log.exception("%d judgements cannot be kept together", len(judgements))
            if len(judgements) == 1:
                self._failed(judgements[0].lease, error, now)
                return
            for one in judgements:
                self._keep([one], now)

    def _give_back(self, leases: list[Lease], now: datetime) -> None:
        with self.ledger.write() as connection:
            for lease in leases:
                listings.give_back(connection, lease, due_at=now)

    def _failed(self, lease: Lease, error: Exception, now: datetime) -> None:
        with self.ledger.write() as connection:
            listings.give_back(
                connection,
                lease,
                due_at=failed_again_at(lease.attempts, now),
                error=f"{type(error).__name__}: {error}",
            )

    def _tell(self) -> bool:
        moment = tell.moment_of(self.settings, self.clock())
        letterhead = tell.Letterhead.of(self.settings, self.rulebook.profile)
        try:
            return tell.seal_next(self.ledger, letterhead, moment)
        except TransientError:
            raise
        except Exception:
            log.exception("a mail could not be worded; what it would tell is looked at one by one")
        unworded = 0
        waiting = tell.next_waiting(self.ledger, moment)
        for notice in waiting:
            try:
                tell.word_alone(notice, letterhead)
            except Exception:
                log.exception("%s cannot be worded, until its listing is judged again", notice.cause)
                tell.put_off(self.ledger, notice, moment.now)
                unworded += 1
        if not unworded:
            # Each by itself can be worded; so that nobody else waits, they are told another time.
            for notice in waiting:
                tell.put_off(self.ledger, notice, moment.now)
        return True

    def _deliver(self) -> bool:
        settings, seconds = self.settings.deliver, self.settings.work.lease_seconds
        row = claim_effect(self.ledger, settings, self.clock(), holder=self.holder, lease_seconds=seconds)
        if row is None:
            return False
        try:
            deliver(self.ledger, self.mailer, settings, row, self.clock)
        except TransientError:
            raise
        except Exception as error:
            log.exception("number %d of the outbox cannot be sent and is parked", row.id)
            park(self.ledger, row, f"epelbot failed on it: {type(error).__name__}: {error}")
        return True

    def _ask_for_releases(self) -> None:
        now = self.clock()
        if self.sources.updates is None or (self._releases_due is not None and now < self._releases_due):
            return
        self._releases_due = now + _RELEASES_EVERY
        learn_releases(self.ledger, self.sources.updates, now)

    def _refresh_calendar(self) -> bool:
        """Ask for days of RHEL, each source by the age of its last answer. Last, for nobody waits for it."""
        now = self.clock()
        if self._calendar_due is not None and now < self._calendar_due:
            return False
        self._calendar_due = now + _CALENDAR_EVERY
        with self.ledger.read() as connection:
            rulebook = self.rulebook.current(connection)
            due = list(feeds_due(connection, self.sources, rulebook, now))
        asked = refresh(self.ledger, rulebook, due, now)
        for one in asked:
            if one.error is not None:
                log.warning("%s", one.error)
            elif one.changes:
                log.info(
                    "%s tells %d days that are new; %d listings are judged again",
                    one.source,
                    len(one.changes),
                    one.listings_due,
                )
        return any(one.listings_due for one in asked)
