# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a message to a row in the inbox: what is followed is stored, what can't be read is parked.

The bus loop, the callback under ``fedora-messaging consume`` and ``epelbot ingest`` all come through here, so
a message has the same fate whichever way it came. Nothing is translated yet; that is the worker's.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from epelbot.errors import PermanentError
from epelbot.faults import fault_point
from epelbot.ledger import Ledger, inbox, listings
from epelbot.ledger.inbox import Arrival
from epelbot.settings import Bus
from epelbot.translate.envelope import Incoming, Unreadable
from epelbot.translate.followed import Following, is_followed

#: Says what time it is: an aware instant.
Clock = Callable[[], datetime]

#: How long the set of known packages is used before it is read again. A listing that is new meanwhile loses
#: at most a dist-git message about its people, and the sweep makes up for that.
_KNOWN_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of messages; each is counted once."""

    new: int = 0
    known: int = 0
    not_followed: int = 0
    parked: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.new + other.new,
            self.known + other.known,
            self.not_followed + other.not_followed,
            self.parked + other.parked,
        )

    @property
    def total(self) -> int:
        """How many messages that were."""
        return self.new + self.known + self.not_followed + self.parked


def following(bus: Bus) -> Following:
    """What the settings say is followed beyond EPEL's own branches, tags and releases."""
    return Following(
        lists=frozenset(bus.lists),
        pagure_projects=frozenset(bus.pagure_projects),
        forgejo_repositories=frozenset(bus.forgejo_repositories),
        environments=frozenset(bus.environments),
    )


class Intake:
    """Stores messages in the ledger's inbox. May be used by one thread at a time."""

    def __init__(self, ledger: Ledger, following: Following, clock: Clock) -> None:
        self._ledger = ledger
        self._following = following
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._known_until: datetime | None = None
        self._one_at_a_time = threading.Lock()

    def take(self, messages: Sequence[Incoming | Unreadable], fault: str) -> Taken:
        """Store a batch in one transaction; when this returns, it is on disk.

        ``fault`` names the fault point before the commit. A message that was stored before counts as known,
        also one that was parked then. When the database refuses a row, the batch is stored one by one and the
        culprit parked. Raises `TransientError` when the database is away; then take the same batch again.
        """
        with self._one_at_a_time:
            known = self._known_packages()
            arrivals, not_followed = [], 0
            for one in messages:
                if isinstance(one, Unreadable):
                    parked = one.incoming
                    arrivals.append(Arrival(parked.id, parked.topic, parked.payload, str(one)))
                elif is_followed(one.topic, one.payload, self._following, known):
                    arrivals.append(Arrival(one.id, one.topic, one.payload, one.undated))
                else:
                    not_followed += 1
            taken = Taken(not_followed=not_followed)
            if not arrivals:
                return taken
            try:
                return taken + self._store(arrivals, fault)
            except PermanentError:
                for arrival in arrivals:
                    taken += self._store_one(arrival, fault)
                return taken

    def _store(self, arrivals: Sequence[Arrival], fault: str) -> Taken:
        with self._ledger.write() as connection:
            new = inbox.store(connection, arrivals, self._clock())
            fault_point(fault)
        parked = len({one.id for one in arrivals if one.error is not None} & new)
        return Taken(new=len(new) - parked, known=len(arrivals) - len(new), parked=parked)

    def _store_one(self, arrival: Arrival, fault: str) -> Taken:
        try:
            return self._store([arrival], fault)
        except PermanentError as error:
            digest = hashlib.sha256(arrival.payload).hexdigest()
            # The same key each time, so that a second delivery is known; the topic may be what was refused.
            kept = Arrival(digest, "", arrival.payload, str(error))
            try:
                return self._store([kept], fault)
            except PermanentError:
                what = f'{{"sha256":"{digest}","bytes":{len(arrival.payload)}}}'.encode()
                return self._store([Arrival(digest, "", what, str(error))], fault)

    def _known_packages(self) -> frozenset[str]:
        now = self._clock()
        if self._known_until is None or now >= self._known_until:
            with self._ledger.read() as connection:
                self._known = frozenset(listings.packages(connection))
            self._known_until = now + _KNOWN_FOR
        return self._known
