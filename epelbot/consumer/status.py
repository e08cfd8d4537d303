# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running consumer shows of itself, to `epelbot doctor` and to health checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from epelbot.services.intake import Taken


@dataclass(slots=True)
class Status:
    """Written by the consumer's two threads, each its own fields; read by anybody.

    ``connected_since`` and ``consuming`` tell of the broker; ``database_away_since`` of the ledger;
    ``trouble`` is the last sentence about either, empty while all is well. ``redelivered`` counts messages
    that the broker had handed out before.
    """

    connected_since: datetime | None = None
    consuming: bool = False
    last_message_at: datetime | None = None
    redelivered: int = 0
    taken: Taken = field(default_factory=Taken)
    database_away_since: datetime | None = None
    trouble: str = ""
