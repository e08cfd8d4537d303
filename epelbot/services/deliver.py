# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliver: what is due in the outbox goes out, at least once, with a bound and a stop (DESIGN, Deliver)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from epelbot.errors import PermanentError, TransientError
from epelbot.faults import fault_point
from epelbot.ledger import Ledger, outbox
from epelbot.ledger.codec import decode
from epelbot.ledger.outbox import OutboxRow
from epelbot.ports import Mail, Mailer
from epelbot.settings import Deliver

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_A_DAY = timedelta(days=1)


def why_stopped(ledger: Ledger, settings: Deliver) -> str | None:
    """Why nothing goes out now, in a sentence for people; None when delivery runs."""
    if settings.stop:
        return "the setting deliver.stop is on"
    if settings.stop_file and Path(settings.stop_file).exists():
        return f"the file {settings.stop_file} exists"
    with ledger.read() as connection:
        stop = outbox.stopped(connection)
    return (
        None if stop is None else f"{stop.by} stopped delivery on {stop.at:%Y-%m-%d %H:%M} UTC: {stop.reason}"
    )


def claim_effect(
    ledger: Ledger, settings: Deliver, now: datetime, *, holder: str, lease_seconds: int
) -> OutboxRow | None:
    """Take the effect that has been due longest; None when none is due, or delivery is stopped or bounded."""
    if why_stopped(ledger, settings) is not None:
        return None
    with ledger.write() as connection:
        outbox.one_at_a_time(connection)
        if outbox.spent_since(connection, now - _A_DAY, now) >= settings.max_per_day:
            return None
        return outbox.claim_due(connection, now, holder, lease_seconds)


def deliver(
    ledger: Ledger, mailer: Mailer, settings: Deliver, row: OutboxRow, clock: Callable[[], datetime]
) -> None:
    """Send an effect; what fails is tried again with growing pauses, what is hopeless is parked.

    A process that dies after the other side took the mail sends it again, with the same Message-ID.
    """
    fault_point("deliver:before-send")
    try:
        mailer.send(decode(Mail, row.payload))
    except TransientError as error:
        again = None if row.attempts >= settings.park_after_attempts else clock() + _pause(row, error)
        _failed(ledger, row, str(error), again)
        return
    except PermanentError as error:
        park(ledger, row, str(error))
        return
    fault_point("deliver:after-send")
    with ledger.write() as connection:
        outbox.mark_sent(connection, row, clock())
    fault_point("deliver:after-mark")


def park(ledger: Ledger, row: OutboxRow, error: str) -> None:
    """An effect that cannot happen as it is waits for a person."""
    _failed(ledger, row, error, None)


def _pause(row: OutboxRow, error: TransientError) -> timedelta:
    growing = min(_FIRST_PAUSE * (1 << min(row.attempts - 1, 10)), _LONGEST_PAUSE)
    return max(growing, timedelta(seconds=error.retry_after or 0))


def _failed(ledger: Ledger, row: OutboxRow, error: str, again_at: datetime | None) -> None:
    with ledger.write() as connection:
        outbox.mark_failed(connection, row, error, again_at=again_at)
