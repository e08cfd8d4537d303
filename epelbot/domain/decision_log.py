# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of what people decided about a listing, with what became of each word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Logged:
    """One word of a person: ``what`` in POLICY's terms ("approve", "defer to 9.10", "waive R2").

    ``rule`` is the one that it waives, ``post`` the hash of the one that it settles, if any. ``ended`` tells
    in a phrase why it no longer stands, None while it does.
    """

    what: str
    author: str
    at: datetime
    reason: str
    rule: str | None = None
    ended: str | None = None
    post: str | None = None
