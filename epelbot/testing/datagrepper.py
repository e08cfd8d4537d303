# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""datagrepper in memory, and as a route of the test server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from epelbot.ports import Page
from epelbot.testing.recording import Record
from epelbot.testing.server import Request, Response
from epelbot.testing.world import World

_ROWS = 100


def sent_between(messages: Sequence[Record], since: datetime, until: datetime) -> list[Record]:
    """The messages sent in that time, oldest first."""
    told = [
        (datetime.fromisoformat(one["headers"]["sent-at"]), number) for number, one in enumerate(messages)
    ]
    return [messages[number] for at, number in sorted(told) if since <= at <= until]


@dataclass(frozen=True, slots=True)
class FakeDatagrepper:
    """Gives the ``messages`` that were sent, also those that never reached us; fulfils `MessageArchive`."""

    world: World
    messages: Sequence[Record]

    def pages(self, since: datetime, until: datetime) -> Iterator[Page]:
        """As `MessageArchive.pages`."""
        found = sent_between(self.messages, since, until)
        for start in range(0, max(len(found), 1), _ROWS):
            self.world.answer("datagrepper")
            shown = found[start : start + _ROWS]
            share = min(1.0, (start + _ROWS) / max(len(found), 1))
            yield Page(json.dumps({"raw_messages": shown}).encode(), share)


def datagrepper_route(messages: Sequence[Record]) -> Callable[[World, Request], Response | None]:
    """Answer as datagrepper does under ``/datagrepper`` (FIELD 1.11)."""

    def route(world: World, request: Request) -> Response | None:
        if request.path != "/datagrepper/v2/search":
            return None
        if "datagrepper" in world.down:
            return Response(
                500, b'{"error": "canceling statement due to statement timeout"}', "application/json"
            )
        since, until = (datetime.fromtimestamp(float(request.asked(one)), UTC) for one in ("start", "end"))
        topics = request.query.get("topic", [])
        found = [one for one in sent_between(messages, since, until) if not topics or one["topic"] in topics]
        if request.asked("order", "desc") == "desc":
            found.reverse()
        page, rows = int(request.asked("page", "1")), int(request.asked("rows_per_page", "25"))
        shown = found[(page - 1) * rows : page * rows]
        told = {
            "arguments": {"page": page, "rows_per_page": rows},
            "count": len(shown),
            "pages": -(-len(found) // rows),
            "total": len(found),
            "raw_messages": shown,
        }
        return Response(200, json.dumps(told).encode(), "application/json")

    return route
