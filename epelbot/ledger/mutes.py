# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets nothing any more but what the policy demands, as a person recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from epelbot.ledger.tables import mutes


@dataclass(frozen=True, slots=True)
class Mute:
    """An account that asked for no mail, and who recorded that."""

    account: str
    by: str
    at: datetime
    reason: str


def record(connection: Connection, account: str, *, muted: bool, by: str, reason: str, now: datetime) -> None:
    """Write down that the account is muted, or no longer; the log keeps every word."""
    connection.execute(insert(mutes).values(account=account, muted=muted, by=by, at=now, reason=reason))


def standing(connection: Connection) -> list[Mute]:
    """Who is muted, by account."""
    last = select(func.max(mutes.c.id)).group_by(mutes.c.account)
    query = select(mutes).where(mutes.c.id.in_(last), mutes.c.muted).order_by(mutes.c.account)
    return [Mute(row.account, row.by, row.at, row.reason) for row in connection.execute(query)]
