# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The excuse of a day, from facts and from what the release manager was told.

Apart from `judge`, since who only explains need not load all that asks the sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts
from epelbot.ledger import Connection, notices
from epelbot.policy.judgement import judge
from epelbot.policy.telling import COMPLETE, complete_cause, is_complete, tellings
from epelbot.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Written:
    """When a notice to the release manager was written, and how its mail stands (None: not worded yet)."""

    at: datetime
    how: str | None = None


def notices_written(connection: Connection, listing_ids: Sequence[int]) -> dict[int, dict[str, Written]]:
    """The listings' notices to the release manager, by listing and cause."""
    told = notices.told(connection, listing_ids, COMPLETE)
    return {
        number: {cause: Written(*one) for cause, one in causes.items()} for number, causes in told.items()
    }


def excuse_from(
    facts: Facts, rulebook: Rulebook, told: Mapping[str, Written], *, telling_at: datetime | None = None
) -> Excuse:
    """The judgement of a day.

    ``told`` holds the release manager's notices, by cause. With ``telling_at`` a notice that is due counts as
    written at that moment: the worker writes it in the same transaction as the excuse.
    """
    first = judge(facts, rulebook.calendar, rulebook.profile)
    if not is_complete(first):
        return first
    written = told.get(complete_cause(first))
    if written is None and telling_at is not None and any(one.rule == COMPLETE for one in tellings(first)):
        written = Written(telling_at)
    if written is None or written.at.date() > facts.as_of:
        return first
    return judge(
        replace(facts, told_at=written.at, told_how=written.how), rulebook.calendar, rulebook.profile
    )
