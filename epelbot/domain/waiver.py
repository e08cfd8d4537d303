# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A waiver: a person's word that one rule is set aside for one listing (POLICY, Waivers)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who set which rule aside, when, why, for what, and until when.

    It holds for the retirement that ``post`` (a Message-ID hash) announced, for ``build`` (an NVR), or for
    the departure of ``left_on``, whichever the rule is about, and lapses when that changes. ``until`` is its
    last day (UTC).
    """

    rule: str
    author: str
    at: datetime
    reason: str
    until: date
    post: str | None = None
    build: str | None = None
    left_on: date | None = None
