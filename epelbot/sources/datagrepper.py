# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""datagrepper: every message that the bus has ever carried, a page at a time (FIELD 1.11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Any

import msgspec

from epelbot.errors import PermanentError, TransientError
from epelbot.http import MEBIBYTE, Http
from epelbot.ports import Page

#: Messages asked for at once, the most that it gives.
ROWS = 100
# A message may have some hundred kilobytes, and a page has a hundred.
_LIMIT = 128 * MEBIBYTE


class _Counts(msgspec.Struct):
    pages: int
    total: int
    raw_messages: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Datagrepper:
    """datagrepper at ``base_url`` ("https://apps.fedoraproject.org/datagrepper"); fulfils `MessageArchive`.

    ``topics`` are whole topics, prefix included: the others are not asked for.
    """

    http: Http
    base_url: str
    topics: Sequence[str]

    def pages(self, since: datetime, until: datetime) -> Iterator[Page]:
        """As `MessageArchive.pages`. With both bounds given and the oldest first, no message moves."""
        number, seen = 1, 0
        while True:
            text = self._page(since, until, number)
            counts = self._counts(text)
            seen += len(counts.raw_messages)
            yield Page(text, number / max(counts.pages, 1))
            if number >= counts.pages or not counts.raw_messages:
                break
            number += 1
        if seen < counts.total:
            raise TransientError(f"datagrepper gave {seen} messages of {counts.total}; ask again later")

    def _page(self, since: datetime, until: datetime, number: int) -> bytes:
        query: dict[str, str | list[str]] = {
            "start": str(floor(since.timestamp())),
            "end": str(ceil(until.timestamp())),
            "order": "asc",
            "rows_per_page": str(ROWS),
            "page": str(number),
            "topic": list(self.topics),
        }
        return self.http.get_bytes(
            f"{self.base_url.rstrip('/')}/v2/search", query, accept="application/json", limit=_LIMIT
        )

    def _counts(self, text: bytes) -> Any:
        try:
            return msgspec.json.decode(text, type=_Counts)
        except msgspec.MsgspecError as error:
            raise PermanentError(
                f"datagrepper answered in a shape that epelbot does not know ({error}); check the address"
            ) from error
