# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Catch up: messages that were sent while nobody listened, from datagrepper into the inbox.

They come in by the same door as those of the bus, so that taking them in again is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from epelbot.errors import BadInput, PermanentError, TransientError
from epelbot.ledger import Ledger, health, inbox, marks
from epelbot.ports import MessageArchive
from epelbot.services.intake import Intake, Taken
from epelbot.translate.envelope import Unreadable, from_line, messages_of_line

#: Called after each page with how much is done, from 0 to 1, and what has been taken so far.
Progress = Callable[[float, Taken], None]

_FAULT = "ingest:before-commit"
_SOURCE = "datagrepper"
# datagrepper's database gives up on longer times (FIELD 1.11).
_AT_ONCE = timedelta(hours=6)
# A message may reach us, and datagrepper, somewhat after it says that it was sent.
_OVERLAP = timedelta(minutes=10)
# Enough that one message with a wrong clock does not hide the gap.
_LAST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was taken from datagrepper. ``problem`` is a sentence if it ended before ``until``."""

    since: datetime
    until: datetime
    taken: Taken
    problem: str | None = None
    stopped: bool = False


def gap_begins(ledger: Ledger, now: datetime) -> datetime | None:
    """Since when messages may be missing: the last that is stored, or where a catch-up was broken off.

    None when no message was ever stored. Ask before a consumer stores newer ones.
    """
    with ledger.read() as connection:
        unfinished = marks.bus_gap(connection)
        payloads = inbox.latest(connection, _LAST_MESSAGES)
    if unfinished is not None:
        return unfinished
    sent = [at for at in map(_sent_at, payloads) if at is not None and at <= now]
    return max(sent, default=None)


def catch_up(
    ledger: Ledger,
    archive: MessageArchive,
    intake: Intake,
    *,
    since: datetime,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = lambda _share, _taken: None,
) -> CaughtUp:
    """Take in what was sent from ``since`` until now, some hours at a time, oldest first.

    Broken off, the next `gap_begins` is where this ended. `TransientError` only when the database is away.
    """
    if since > now:
        raise BadInput(f"{since:%Y-%m-%d %H:%M} UTC is still to come; name a time that has been")
    with ledger.write() as connection:
        unfinished = marks.bus_gap(connection)
        # One that was broken off before this one begins is still to be gone on with.
        marked = unfinished is None or since <= unfinished
        if marked:
            marks.move(connection, marks.CAUGHT_UP, since)
            marks.move(connection, marks.WANTED, now)
    taken, begins = Taken(), since
    while begins < now:
        ends = min(begins + _AT_ONCE, now)
        pages = archive.pages(begins - _OVERLAP, ends)
        while True:
            if stop():
                return CaughtUp(since, now, taken, stopped=True)
            try:
                page = next(pages, None)
            except (TransientError, PermanentError) as error:
                _note(ledger, now, str(error))
                return CaughtUp(since, now, taken, problem=str(error))
            if page is None:
                break
            taken += intake.take(list(messages_of_line(page.text)), _FAULT)
            done = (begins - since) + (ends - begins) * page.share
            progress(done / (now - since), taken)
        with ledger.write() as connection:
            if marked:
                marks.move(connection, marks.CAUGHT_UP, ends)
            marks.widen(connection, marks.HEARD, begins, ends)
        begins = ends
    _note(ledger, now, None)
    return CaughtUp(since, now, taken)


def _note(ledger: Ledger, now: datetime, error: str | None) -> None:
    with ledger.write() as connection:
        health.note(connection, _SOURCE, now, error)


def _sent_at(payload: bytes) -> datetime | None:
    try:
        return from_line(payload).sent_at
    except Unreadable:
        return None
