# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the tests of translators take a made-up message through the same doors as a real one."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from epelbot.domain.evidence import Fact, Recorded
from epelbot.testing.messages import Record
from epelbot.translate.envelope import from_line
from epelbot.translate.topics import translate

SENT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
RECEIVED = datetime(2026, 6, 1, 12, 0, 3, tzinfo=UTC)


def evidence_of(record: Record, received_at: datetime = RECEIVED) -> tuple[Recorded, ...]:
    """Take a recorded message in and translate it."""
    return translate(from_line(json.dumps(record).encode()).payload, received_at)


def facts_of(record: Record) -> list[Fact]:
    """What a recorded message says, without provenance."""
    return [one.fact for one in evidence_of(record)]


def changed(record: Record, path: str, value: Any) -> Record:
    """The message with another value at a place in its body ("update.release.name")."""
    other = copy.deepcopy(record)
    *way, last = path.split(".")
    place = other["body"]
    for step in way:
        place = place[step]
    place[last] = value
    return other


def without(record: Record, path: str) -> Record:
    """The message without what stands at a place in its body."""
    other = copy.deepcopy(record)
    *way, last = path.split(".")
    place = other["body"]
    for step in way:
        place = place[step]
    del place[last]
    return other
