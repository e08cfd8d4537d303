# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi over its REST API: what is in testing, what became stable and when (FIELD 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.http import Http
from epelbot.ports import Release
from epelbot.translate import shape
from epelbot.translate.update_json import release_tag, update_from_json

#: Rows asked for at once. An update carries its comments and bugs, so pages of Bodhi's 1,000 would be huge.
ROWS = 50
#: Pages. No package has had a tenth of this many updates; a server that claims more is broken.
_MOST_PAGES = 200
# Nothing else is worth asking for, and Bodhi splits what it is asked at commas and spaces.
_ALIAS = re.compile(r"[A-Z]+(?:-[A-Z]+)*-[0-9]{4}-[0-9a-f]+")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


# Before it there are no updates.
_BODHI_BEGAN = datetime(2007, 1, 1, tzinfo=UTC)
_SHORTEST_TIME = timedelta(hours=1)


class _TooManyPagesError(PermanentError):
    """A smaller question may get through."""


@dataclass(frozen=True, slots=True)
class Bodhi:
    """Bodhi at ``base_url`` ("https://bodhi.fedoraproject.org"); fulfils `UpdateSource`.

    Only releases of EPEL's collections and updates of RPMs are seen: ``EPEL-9N``, flatpaks and containers are
    passed over. An answer that lacks a key we need raises `PermanentError` with the key's name.
    """

    http: Http
    base_url: str
    _names: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def update(self, alias: str) -> UpdateSeen:
        """One update as it stands now; `NotThere` also for one that epelbot does not follow."""
        answer = shape.mapping(
            self.http.get_json(self._url(f"updates/{quote(alias, safe='')}")), "Bodhi's answer"
        )
        # Bodhi takes the name of a package here too, and redirects to the list of its updates.
        if "updates" in answer and "update" not in answer:
            raise NotThere(f"{alias[:60]!r} is no update; give an alias such as FEDORA-EPEL-2026-0123456789")
        seen = update_from_json(shape.mapping(answer.get("update"), "update"))
        if seen is None:
            raise NotThere(f"{alias[:60]} is no update of RPMs for an EPEL collection; look at it in Bodhi")
        return seen

    def updates_of(self, package: str, releases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """All updates with a build of the package for these releases (stable tags), oldest first.

        A tag that Bodhi has no release for has no updates.
        """
        names = self._names_of(releases)
        if not names:
            return ()
        wanted = frozenset(releases)
        # By alias: rows move from page to page when an update is submitted meanwhile.
        found: dict[str, UpdateSeen] = {}
        for row in self._rows("updates", {"packages": package, "releases": names, "chrome": "0"}):
            seen = update_from_json(row)
            # Bodhi splits what it is asked at commas and spaces, so ours may not be all that it answers.
            if seen is not None and seen.release in wanted and package in _packages(seen):
                found[seen.alias] = seen
        return _oldest_first(found.values())

    def updates_submitted(
        self, release: str, since: datetime | None, before: datetime
    ) -> tuple[UpdateSeen, ...]:
        """As `UpdateSource.updates_submitted`; submission times never change, so no row changes its page.

        Where that would be more pages than we take, each half of the time is asked for apart.
        """
        bounds = {"submitted_before": _time(before)}
        if since is not None:
            bounds["submitted_since"] = _time(since)
        try:
            return self._of_release(release, bounds)
        except _TooManyPagesError:
            start = since or _BODHI_BEGAN
            if before - start < _SHORTEST_TIME:
                raise
            middle = start + (before - start) / 2
            return (
                *self.updates_submitted(release, since, middle),
                *self.updates_submitted(release, middle, before),
            )

    def live_updates(self, release: str) -> tuple[UpdateSeen, ...]:
        """As `UpdateSource.live_updates`."""
        return self._of_release(release, {"status": ["pending", "testing"]})

    def updates_called(self, aliases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """As `UpdateSource.updates_called`, a page's worth of them at once."""
        found: list[UpdateSeen] = []
        for start in range(0, len(aliases), ROWS):
            some = [alias for alias in aliases[start : start + ROWS] if _ALIAS.fullmatch(alias)]
            if some:
                rows = self._rows("updates", {"alias": some, "chrome": "0"})
                found.extend(one for row in rows if (one := update_from_json(row)) and one.alias in some)
        return _oldest_first(found)

    def _of_release(self, release: str, query: Mapping[str, str | list[str]]) -> tuple[UpdateSeen, ...]:
        names = self._names_of([release])
        if not names:
            return ()
        # By alias: a row that is pushed on to the next page comes twice, and one that moves up is missed.
        found: dict[str, UpdateSeen | None] = {}
        for row in self._rows("updates", {"releases": names, **query, "chrome": "0"}, whole=True):
            found[shape.text(row.get("alias"), "update.alias")] = update_from_json(row)
        return _oldest_first(one for one in found.values() if one is not None and one.release == release)

    def releases(self) -> tuple[Release, ...]:
        """EPEL's releases that are not disabled, archived ones included, sorted by name."""
        found = []
        for row in self._rows("releases", {"name": "EPEL-%"}):
            tag = release_tag(row)
            if tag is None:
                continue
            name = shape.text(row.get("name"), "release.name")
            state = shape.text(row.get("state"), f"the state of {name}")
            if state != "disabled":
                found.append(
                    Release(name, shape.text(row.get("branch"), f"the branch of {name}"), tag, state)
                )
        return tuple(sorted(found, key=lambda release: release.name))

    def _names_of(self, tags: Sequence[str]) -> list[str]:
        """Bodhi filters by the releases' names. They never change, so they are asked for once per tag."""
        if not self._names.keys() >= set(tags):
            self._names.update({release.stable_tag: release.name for release in self.releases()})
        return [self._names[tag] for tag in tags if tag in self._names]

    def _rows(
        self, what: str, query: Mapping[str, str | list[str]], *, whole: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Every row of a listing, in Bodhi's order; if ``whole``, no fewer than Bodhi counts, or an error."""
        page, seen = 1, 0
        while True:
            params = {**query, "rows_per_page": str(ROWS), "page": str(page)}
            answer = shape.mapping(self.http.get_json(self._url(f"{what}/"), params), "Bodhi's answer")
            rows = shape.items(answer.get(what), what)
            seen += len(rows)
            for at, row in enumerate(rows):
                yield shape.mapping(row, f"{what}[{at}]")
            pages = shape.count(answer.get("pages"), "pages")
            if page >= pages or not rows:
                if whole and seen < shape.count(answer.get("total"), "total"):
                    raise TransientError(f"Bodhi gave {seen} {what} of {answer['total']}; ask again later")
                return
            if pages > _MOST_PAGES:
                raise _TooManyPagesError(f"Bodhi counts {pages} pages of {what}; see what is wrong there")
            page += 1

    def _url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}"


def _oldest_first(updates: Iterable[UpdateSeen]) -> tuple[UpdateSeen, ...]:
    return tuple(sorted(updates, key=lambda one: (one.submitted_at or _LONG_AGO, one.alias)))


def _time(at: datetime) -> str:
    """Write a time as Bodhi does, in UTC and without a zone; what is less than a second is left out."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _packages(update: UpdateSeen) -> set[str]:
    return {NVR.parse(build).name for build in update.builds}
