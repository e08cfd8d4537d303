# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sweep of one collection of 12,000 packages, beside merely reading what the sources answer to it.

    python -m tests.benchmarks.sweep_bench

What Koji's hub, Bodhi and dist-git answer is made beforehand; in the sweeps that are measured every answer is
there at once. The reference reads the same answers into values, as the standard library does: XML-RPC and
JSON. "The hub" is Koji asked alone, "all" are all three. The first sweep fills an empty ledger; the second
comes a day later, when nothing has changed. ``EPELBOT_TEST_PACKAGES`` asks for fewer packages.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from epelbot.domain.collection import Collection
from epelbot.errors import NotThere
from epelbot.http import Http, Query
from epelbot.ledger import Ledger
from epelbot.ledger import migrate as migrations
from epelbot.ports import Sources
from epelbot.services.sweep import Sweep
from epelbot.sources.bodhi import Bodhi
from epelbot.sources.distgit import DistGit
from epelbot.sources.koji_hub import KojiHub
from epelbot.testing.server import Request
from epelbot.testing.server_koji import koji_route
from epelbot.testing.server_web import bodhi_route, distgit_route
from epelbot.testing.world import World
from tests.services.house import a_rulebook
from tests.services.worlds import many_packages

PACKAGES, BUILDS = 12_000, 4
ROUNDS = 3
GOAL = 3.0
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPEL9 = Collection.parse("epel9")
_WEB = "https://example.org"


class Measured(NamedTuple):
    """Seconds of one sweep, and of reading its answers; ``told`` counts pieces of evidence."""

    swept: float
    reading: float
    told: float
    answers: float
    size: float


@dataclass(frozen=True, slots=True)
class Canned(Http):
    """Answers at once what has been asked before; what has not is answered by the made-up world, and kept."""

    world: World = field(default_factory=World)
    kept: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    #: What was answered since it was cleared last, and by what it is read.
    given: list[tuple[Callable[[bytes], Any], bytes]] = field(default_factory=list)

    def post(self, url: str, body: bytes, content_type: str, *, limit: int | None = None) -> bytes:
        """The hub's answer."""
        del content_type, limit

        def ask() -> bytes:
            answer = koji_route(self.world, Request("POST", urlsplit(url).path, {}, {}, body))
            assert answer is not None
            return answer.body

        return self._answer((url, body), _read_xml, ask)

    def get_json(self, url: str, params: Query | None = None, *, limit: int | None = None) -> Any:
        """Bodhi's or dist-git's answer."""
        del limit
        query = {name: [one] if isinstance(one, str) else list(one) for name, one in (params or {}).items()}

        def ask() -> bytes:
            request = Request("GET", urlsplit(url).path, query, {"host": "example.org"}, b"")
            answer = bodhi_route(self.world, request) or distgit_route(self.world, request)
            assert answer is not None
            if answer.status != HTTPStatus.OK:
                raise NotThere(f"{url}: HTTP {answer.status}")
            return answer.body

        return json.loads(self._answer((url, repr(query).encode()), json.loads, ask))

    def _answer(
        self, asked: tuple[str, bytes], read: Callable[[bytes], Any], ask: Callable[[], bytes]
    ) -> bytes:
        if asked not in self.kept:
            self.kept[asked] = ask()
        self.given.append((read, self.kept[asked]))
        return self.kept[asked]


def _read_xml(answer: bytes) -> Any:
    return xmlrpc.client.loads(answer, use_builtin_types=True)


def run(packages: int = PACKAGES) -> dict[str, Measured]:
    """Medians by name. The first round, in which the answers are made, is not counted."""
    web = Canned(world=many_packages(packages, builds=BUILDS))
    hub = Sources(history=KojiHub(web, f"{_WEB}/kojihub", f"{_WEB}/kojifiles"))
    every = replace(hub, updates=Bodhi(web, f"{_WEB}/bodhi"), packages=DistGit(web, f"{_WEB}/dist-git"))
    taken: dict[str, list[Measured]] = {}
    for number in range(ROUNDS + 1):
        for name, sources in (("the hub", hub), ("all", every)):
            for when, one in _round(web, sources).items():
                taken.setdefault(f"{name}, {when}", []).extend([one] if number else [])
    return {
        name: Measured(*(statistics.median(column) for column in zip(*some, strict=True)))
        for name, some in taken.items()
    }


def _round(web: Canned, sources: Sources) -> dict[str, Measured]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{Path(folder) / 'epel.db'}")
        ledger.make_file()
        migrations.upgrade(ledger)
        found = {
            "first": _swept(ledger, web, sources, NOW),
            "a day later": _swept(ledger, web, sources, NOW + timedelta(days=1)),
        }
        ledger.close()
    return found


def _swept(ledger: Ledger, web: Canned, sources: Sources, now: datetime) -> Measured:
    web.given.clear()
    began = time.perf_counter()
    swept = Sweep(ledger, a_rulebook(), sources, lambda: now).run([EPEL9])
    taken = time.perf_counter() - began
    assert all(part.whole for part in swept.parts), swept.problems
    given = tuple(web.given)
    began = time.perf_counter()
    for read, answer in given:
        read(answer)
    reading = time.perf_counter() - began
    size = sum(len(answer) for _, answer in given)
    return Measured(taken, reading, sum(part.told for part in swept.parts), len(given), size)


def main() -> None:
    """Measure and print."""
    packages = int(os.environ.get("EPELBOT_TEST_PACKAGES", PACKAGES))
    for name, one in run(packages).items():
        sys.stdout.write(
            f"{name:<20} {one.swept:7.2f} s  {one.swept / one.reading:5.1f}x reading "
            f"{one.answers:.0f} answers of {one.size / 1e6:.1f} MB, {one.told:.0f} pieces of evidence\n"
        )
    sys.stdout.write(f"goal: the hub, first, at most {GOAL:g}x; {packages} packages\n")


if __name__ == "__main__":
    main()
