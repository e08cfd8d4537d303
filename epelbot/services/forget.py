# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forget: a person's account and address are erased from all that the ledger remembers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.people import ERASED_AS, NOBODY
from epelbot.errors import BadInput
from epelbot.ledger import Ledger, erasing, listings
from epelbot.services.keep_word import NotNow, plain_reason

# A shorter name stands in too many places by chance.
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What stands in the place of the person from now on, and how many rows were changed, by table."""

    instead: str
    changed: dict[str, int]


def forget(
    ledger: Ledger, account: str, now: datetime, *, domain: str, author: str, reason: str
) -> Forgotten:
    """Erase the account; all listings are judged again. There is no way back.

    `NotNow` while a message that names it waits to be worked on, since that would bring it back.
    """
    name, reason = account.partition("@")[0], plain_reason(reason)
    if len(name) < _SHORTEST or name == NOBODY or name.startswith(ERASED_AS) or not name.isascii():
        raise BadInput(f"{account!r} cannot be erased; give an account of {_SHORTEST} letters or more")
    instead = f"{ERASED_AS}{secrets.token_hex(4)}"
    names = erasing.Names(name, f"{name}@{domain}", instead)
    with ledger.write() as connection:
        if erasing.waits(connection, name):
            raise NotNow(f"messages that name {name} wait to be worked on; let 'epelbot work' do that first")
        changed = erasing.erase(connection, names, now, by=author, reason=reason)
        listings.make_all_due(connection, now)
    return Forgotten(instead, {table: number for table, number in changed.items() if number})
