# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mute: a person asked for no mail; then only what the policy demands reaches them."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.people import NOBODY
from epelbot.errors import BadInput
from epelbot.ledger import Ledger, mutes, notices, outbox
from epelbot.ledger.mutes import Mute
from epelbot.services.keep_word import NotNow, plain_reason


def mute(ledger: Ledger, account: str, now: datetime, *, author: str, reason: str) -> int:
    """Mute the account, and take back what has not gone out to it; returns how many mails that were.

    What of these the policy demands is worded again, without the rest. `NotNow` for one that is muted.
    """
    account, reason = _plain(account), plain_reason(reason)
    with ledger.write() as connection:
        if any(one.account == account for one in mutes.standing(connection)):
            raise NotNow(f"{account} is muted already; 'epelbot muted' tells by whom")
        mutes.record(connection, account, muted=True, by=author, reason=reason, now=now)
        waiting = outbox.unsent_to(connection, account)
        notices.take_back(connection, waiting, now)
    return len(waiting)


def unmute(ledger: Ledger, account: str, now: datetime, *, author: str, reason: str) -> None:
    """Take a mute back; what was not told meanwhile and still stands is told. `NotNow` if there is none."""
    account, reason = _plain(account), plain_reason(reason)
    with ledger.write() as connection:
        if all(one.account != account for one in mutes.standing(connection)):
            raise NotNow(f"{account} is not muted by a command; see 'epelbot muted'")
        mutes.record(connection, account, muted=False, by=author, reason=reason, now=now)


def muted(ledger: Ledger) -> list[Mute]:
    """Who is muted by the command, by account."""
    with ledger.read() as connection:
        return mutes.standing(connection)


def _plain(account: str) -> str:
    """The account that is meant; an address at the project stands for its account."""
    name = account.partition("@")[0]
    if not name or name == NOBODY or not name.isprintable() or any(one.isspace() for one in name):
        raise BadInput(f"{account!r} is nobody's account; give it as the account system has it, such as ann")
    return name
