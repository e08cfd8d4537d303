# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate for other tools: may a package be retired now? From the ledger alone; no network."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.excuse import Excuse
from epelbot.errors import BadInput
from epelbot.ledger import Ledger, health
from epelbot.policy.gate import Gate, Silence, may_retire
from epelbot.policy.minimum_lifetime import last_supported_day
from epelbot.services.backlog import backlog
from epelbot.services.calendar_feeds import CALENDAR_HEALTH
from epelbot.services.explain import explain
from epelbot.services.rulebook import Rulebook


def ask_gate(
    ledger: Ledger, rulebook: Rulebook, package: str, collection: Collection, now: datetime
) -> tuple[Excuse, Gate] | None:
    """The excuse of a listing and what a script is told; None for an unknown package.

    Judged anew from what the ledger holds, since the last judgement may be hours old. What has come in since,
    and is not evidence yet, makes a yes a "cannot know".
    """
    with ledger.read() as connection:
        rulebook = rulebook.current(connection)
        silent = [
            Silence(one.source, one.failing_since, one.error or "it does not answer")
            for one in health.all_of(connection).values()
            # A calendar that is silent tells of no new minor: nothing is over that was not before.
            if one.failing_since is not None and one.source not in CALENDAR_HEALTH
        ]
    excuse = explain(ledger, rulebook, package, collection, now)
    if excuse is None:
        return None
    silent.sort(key=lambda one: one.source)
    retirement = excuse.retirement
    # After the excuse: what a worker has cleared in between was not in it.
    with ledger.read() as connection:
        news = backlog(
            connection,
            package,
            collection,
            now,
            post=retirement.post if retirement is not None else None,
            tag=rulebook.horizon(connection, collection, now).current_tag,
        )
    closed = _is_closed(rulebook, collection, now)
    return excuse, may_retire(excuse, closed=closed, silent=silent, news=news)


def _is_closed(rulebook: Rulebook, collection: Collection, now: datetime) -> bool:
    try:
        return now.date() > last_supported_day(collection, rulebook.calendar)
    except BadInput:
        # A major that the calendar lacks: nobody can say that it is over.
        return False
