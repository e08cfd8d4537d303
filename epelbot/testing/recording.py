# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form in which a made-up message is kept: a line of ``fedora-messaging record`` (FIELD 1.10)."""

from __future__ import annotations

import json
import uuid
import zlib
from datetime import UTC, datetime
from typing import Any

from fedora_messaging.message import Message, dumps

#: A recorded message: ``body``, ``headers``, ``id``, ``priority``, ``queue``, ``topic``.
Record = dict[str, Any]

FEDORA = "org.fedoraproject.prod."
PAGURE_IO = "io.pagure.prod."
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "messages.epelbot.example")


def line_of(record: Record) -> bytes:
    """Give the line that a recording holds for a message, with its line break."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def record_of(message: Message, at: datetime, seed: str, prefix: str = FEDORA) -> Record:
    """Record a message as if it had been sent at that time. The publisher's class must find it valid."""
    record: Record = json.loads(dumps(message))
    record["topic"] = f"{prefix}{message.topic}"
    record["headers"]["sent-at"] = at.astimezone(UTC).replace(microsecond=0).isoformat()
    said = json.dumps([record["topic"], at.isoformat(), seed, record["body"]], sort_keys=True)
    record["id"] = str(uuid.uuid5(_IDS, said))
    return record


def number_of(said: str) -> int:
    """Number a made-up thing the same way each time."""
    return zlib.crc32(said.encode()) % 9_000_000 + 1_000_000


def revision_of(said: str) -> str:
    """Give a made-up commit an id of 40 hexadecimal digits."""
    return uuid.uuid5(_IDS, said).hex + "0" * 8
