# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji's hub as a source: builds, tag history, block lists, and the files in a build's RPMs.

Numbers in brackets are the traps of FIELD 2.5a that the code goes around.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from epelbot.domain.build import Build, BuildContents, BuildState, PackageEntry, RpmContents, RpmFile, Tagging
from epelbot.domain.collection import place_of_tag
from epelbot.domain.nevra import NVR
from epelbot.errors import NotThere, PermanentError
from epelbot.http import MEBIBYTE, Http, TooLarge
from epelbot.sources.koji_xmlrpc import GENERIC_ERROR, Call, Hub, HubFault, is_writable
from epelbot.sources.rpm_shelf import WebShelf, text_at

# What datetime can hold, in seconds since 1970.
_Seconds = Annotated[float, msgspec.Meta(ge=0, lt=253402300800)]
# Keeps a question far below the 4 MiB that a hub takes (17).
_MOST_CALLS = 2000
_DEFAULT_VOLUME = "DEFAULT"
# Before it there is no history: Fedora's builds moved into Koji in 2007.
_KOJI_BEGAN = datetime(2007, 1, 1, tzinfo=UTC)
_SHORTEST_TIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _BuildRow:
    """``completion_ts`` and not ``completion_time``, whose text comes with and without a fraction (1)."""

    id: int
    name: str
    version: str
    release: str
    epoch: int | None
    state: BuildState
    owner_name: str | None
    completion_ts: _Seconds | None
    volume_name: str


@dataclass(frozen=True, slots=True)
class _TaggingRow:
    name: str
    version: str
    release: str
    epoch: int | None
    create_ts: _Seconds
    creator_name: str | None
    revoke_ts: _Seconds | None
    revoker_name: str | None


@dataclass(frozen=True, slots=True)
class _History:
    tag_listing: list[_TaggingRow]


@dataclass(frozen=True, slots=True)
class _EntryRow:
    blocked: bool
    create_ts: _Seconds
    creator_name: str | None
    revoke_ts: _Seconds | None
    revoker_name: str | None


@dataclass(frozen=True, slots=True)
class _EntryHistory:
    tag_packages: list[_EntryRow]


@dataclass(frozen=True, slots=True)
class _ConfigRow:
    create_ts: _Seconds


@dataclass(frozen=True, slots=True)
class _TagHistory:
    tag_config: list[_ConfigRow]


@dataclass(frozen=True, slots=True)
class _RpmRow:
    """An RPM may have a version of its own, other than the build's."""

    id: int
    name: str
    version: str
    release: str
    arch: str


@dataclass(frozen=True, slots=True)
class _FileRow:
    name: str
    digest: str | None
    size: int
    flags: int
    mode: int


@dataclass(frozen=True, slots=True)
class _TagRow:
    name: str


@dataclass(frozen=True, slots=True)
class _PackageRow:
    blocked: bool


@dataclass(frozen=True, slots=True)
class _ListedRow:
    package_name: str
    blocked: bool


class KojiHub:
    """The hub at ``url`` and its files at ``topurl``; fulfils `BuildHistory` and `BuildContentsSource`.

    ``reply_limit`` bounds one reply in bytes; longer file lists are asked for in smaller portions.
    """

    def __init__(self, http: Http, url: str, topurl: str, *, reply_limit: int = 32 * MEBIBYTE) -> None:
        self._hub = Hub(http, url, reply_limit)
        self._files = WebShelf(http, topurl)

    def builds(self, nvrs: Sequence[NVR]) -> dict[NVR, Build]:
        """As `BuildHistory.builds`; more than 2000 take a round trip for each 2000."""
        found: dict[NVR, Build] = {}
        askable = [nvr for nvr in nvrs if is_writable(str(nvr))]
        for start in range(0, len(askable), _MOST_CALLS):
            some = askable[start : start + _MOST_CALLS]
            answers = self._hub.multicall([Call("getBuild", (str(nvr),)) for nvr in some])
            for nvr, answer in zip(some, answers, strict=True):
                row = self._build_row(answer)
                # Koji also reads "1:name-version-release", which is another build's name to us (8).
                if row is not None and _nvr(row) == nvr:
                    found[nvr] = _build(row)
        return found

    def tag_history(self, package: str, tags: Sequence[str]) -> tuple[Tagging, ...]:
        """As `BuildHistory.tag_history`, in one round trip.

        From the history and not from ``listTagged``, which hides the builds of blocked packages (3).
        """
        stays = [
            _tagging(row, tag)
            for tag, answer in self._histories("tag_listing", package, tags)
            for row in self._read(answer, _History).tag_listing
        ]
        return tuple(sorted(stays, key=lambda stay: stay.tagged_at))

    def package_entries(self, package: str, tags: Sequence[str]) -> tuple[PackageEntry, ...]:
        """As `BuildHistory.package_entries`, in one round trip."""
        entries = [
            _entry(row, tag)
            for tag, answer in self._histories("tag_packages", package, tags)
            for row in self._read(answer, _EntryHistory).tag_packages
        ]
        return tuple(sorted(entries, key=lambda entry: entry.set_at))

    def _histories(self, table: str, package: str, tags: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Each tag's rows of one table of Koji's history, all in one round trip."""
        if not is_writable(package):
            return
        calls = [Call("getPackageID", (package,))]
        askable = [tag for tag in tags if is_writable(tag)]
        for tag in askable:
            calls.append(_history_call(table, package, tag))
            # "auto" finds deleted tags too, whose history remains (15).
            calls.append(Call("getTag", (tag,), {"event": "auto"}))
        package_id, *answers = self._hub.multicall(calls)
        self._hub.refuse_fault(calls[0], package_id)
        for tag, history, tag_row in zip(askable, answers[::2], answers[1::2], strict=True):
            if package_id is None or tag_row is None:
                # The reason of the fault that the history is then, and the only one that means "none" (7).
                continue
            self._hub.refuse_fault(_history_call(table, package, tag), history)
            yield tag, history

    def is_blocked(self, package: str, tag: str) -> bool | None:
        """As `BuildHistory.is_blocked`; ``listPackages`` would get inherited blocks wrong (4)."""
        if not (is_writable(package) and is_writable(tag)):
            return None
        row = self._read(self._hub.call(Call("getPackageConfig", (tag, package))), _PackageRow | None)
        return row.blocked if row is not None else None

    def epel_tags(self) -> tuple[str, ...]:
        """As `BuildHistory.epel_tags`."""
        rows = self._hub.call(Call("listTags", (), {"pattern": "epel*", "perms": False}))
        names = {row.name for row in self._read(rows, list[_TagRow])}
        return tuple(sorted(name for name in names if (place := place_of_tag(name)) and place.is_stable))

    def changes_in_tag(self, tag: str, since: datetime | None, before: datetime) -> tuple[Tagging, ...]:
        """As `BuildHistory.changes_in_tag`, in one round trip.

        Where the hub's reply would be longer than ``reply_limit``, each half of the time is asked for apart.
        """
        if not is_writable(tag):
            return ()
        bounds = {"before": before.timestamp()}
        if since is not None:
            # The hub leaves out what happened at the bound itself, and rounds it.
            bounds["after"] = since.timestamp() - 1
        call = Call("queryHistory", (), {"tables": ["tag_listing"], "tag": tag, **bounds})
        # "auto" finds deleted tags too, whose history remains (15).
        is_there = Call("getTag", (tag,), {"event": "auto"})
        try:
            history, tag_row = self._hub.multicall([call, is_there])
        except TooLarge:
            start = since or _KOJI_BEGAN
            if before - start < _SHORTEST_TIME:
                raise
            middle = start + (before - start) / 2
            return (
                *self.changes_in_tag(tag, since, middle),
                *self.changes_in_tag(tag, middle, before),
            )
        if tag_row is None:
            return ()
        self._hub.refuse_fault(call, history)
        stays = (_tagging(row, tag) for row in self._read(history, _History).tag_listing)
        # The hub's two bounds may each be met by another end of the stay.
        found = (stay for stay in stays if _changed_within(stay, since, before))
        return tuple(sorted(found, key=lambda stay: stay.tagged_at))

    def entries_of(self, packages: Sequence[str], tags: Sequence[str]) -> dict[str, tuple[PackageEntry, ...]]:
        """As `BuildHistory.entries_of`, as many packages in a round trip as the hub takes."""
        found: dict[str, tuple[PackageEntry, ...]] = dict.fromkeys(packages, ())
        asked = [tag for tag in tags if is_writable(tag)]
        known = self._hub.multicall([Call("getTag", (tag,), {"event": "auto"}) for tag in asked])
        there = [tag for tag, row in zip(asked, known, strict=True) if row is not None]
        askable = [package for package in packages if is_writable(package)]
        portion = max(1, _MOST_CALLS // (len(there) + 1))
        for start in range(0, len(askable), portion):
            some = askable[start : start + portion]
            calls = [
                call
                for package in some
                for call in (
                    Call("getPackageID", (package,)),
                    *(_history_call("tag_packages", package, tag) for tag in there),
                )
            ]
            answers = iter(self._hub.multicall(calls))
            for package in some:
                package_id, *rows = (next(answers) for _ in range(len(there) + 1))
                if package_id is not None:
                    found[package] = self._entries(dict(zip(there, rows, strict=True)), package)
        return found

    def _entries(self, answers: dict[str, Any], package: str) -> tuple[PackageEntry, ...]:
        entries: list[PackageEntry] = []
        for tag, answer in answers.items():
            self._hub.refuse_fault(_history_call("tag_packages", package, tag), answer)
            entries.extend(_entry(row, tag) for row in self._read(answer, _EntryHistory).tag_packages)
        return tuple(sorted(entries, key=lambda entry: entry.set_at))

    def package_list(self, tag: str) -> dict[str, bool]:
        """As `BuildHistory.package_list`. With the blocked rows, without which it would be wrong (4)."""
        if not is_writable(tag):
            return {}
        call = Call("listPackages", (), {"tagID": tag, "inherited": True, "with_owners": False})
        listed, tag_row = self._hub.multicall([call, Call("getTag", (tag,))])
        if tag_row is None:
            return {}
        self._hub.refuse_fault(call, listed)
        return {row.package_name: row.blocked for row in self._read(listed, list[_ListedRow])}

    def tags_made(self, tags: Sequence[str]) -> dict[str, datetime]:
        """As `BuildHistory.tags_made`, in one round trip: the first of the tag's configurations made it."""
        askable = [tag for tag in tags if is_writable(tag)]
        calls = [Call("queryHistory", (), {"tables": ["tag_config"], "tag": tag}) for tag in askable]
        # "auto" finds deleted tags too; where there is none, the history is a fault (7).
        calls += [Call("getTag", (tag,), {"event": "auto"}) for tag in askable]
        answers = self._hub.multicall(calls) if calls else []
        found: dict[str, datetime] = {}
        for tag, call, history, row in zip(
            askable, calls, answers[: len(askable)], answers[len(askable) :], strict=False
        ):
            if row is None:
                continue
            self._hub.refuse_fault(call, history)
            made = [one.create_ts for one in self._read(history, _TagHistory).tag_config]
            if made:
                found[tag] = datetime.fromtimestamp(min(made), UTC)
        return found

    def contents(self, nvr: NVR) -> BuildContents:
        """As `BuildContentsSource.contents`, in two round trips unless the lists are very long."""
        _, rows = self._complete_build(nvr)
        rpms: list[RpmContents] = []
        for start in range(0, len(rows), _MOST_CALLS // 2):
            rpms.extend(self._contents(rows[start : start + _MOST_CALLS // 2]))
        return BuildContents(str(nvr), tuple(rpms))

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        """As `BuildContentsSource.text`: one round trip, and of the RPM no more than up to the file's end."""
        build, rows = self._complete_build(nvr)
        for row in rows:
            if f"{row.name}.{row.arch}" == rpm:
                volume = () if build.volume_name == _DEFAULT_VOLUME else ("vol", build.volume_name)
                folder = (*volume, "packages", build.name, build.version, build.release, row.arch)
                file_name = f"{row.name}-{row.version}-{row.release}.{row.arch}.rpm"
                return text_at(self._files, *folder, file_name, path=path, limit=limit)
        raise NotThere(f"{nvr} has no RPM {rpm}; check the name")

    def _complete_build(self, nvr: NVR) -> tuple[_BuildRow, list[_RpmRow]]:
        """A build and its RPMs, if it is one whose files can be asked for (14)."""
        calls = [Call("getBuild", (str(nvr),)), Call("listBuildRPMs", (str(nvr),))]
        build_answer, rpm_answer = self._hub.multicall(calls) if is_writable(str(nvr)) else (None, [])
        build = self._build_row(build_answer)
        if build is None or _nvr(build) != nvr:
            raise NotThere(f"Koji knows no build {str(nvr)!r}; check the name")
        if build.state is not BuildState.COMPLETE:
            raise NotThere(f"the build {nvr} is {build.state.name.lower()}; its files can't be looked at")
        self._hub.refuse_fault(calls[1], rpm_answer)
        return build, self._read(rpm_answer, list[_RpmRow])

    def _contents(self, rows: Sequence[_RpmRow]) -> list[RpmContents]:
        calls = [call for row in rows for call in _contents_calls(row)]
        try:
            answers = self._hub.multicall(calls)
        except TooLarge as error:
            if len(rows) == 1:
                return [RpmContents(rows[0].name, rows[0].arch, problem=str(error))]
            half = len(rows) // 2
            return [*self._contents(rows[:half]), *self._contents(rows[half:])]
        return [
            self._rpm_contents(row, files, header)
            for row, files, header in zip(rows, answers[::2], answers[1::2], strict=True)
        ]

    def _rpm_contents(self, row: _RpmRow, files: Any, header: Any) -> RpmContents:
        for answer in (files, header):
            if isinstance(answer, HubFault):
                return RpmContents(row.name, row.arch, problem=f"Koji can't read it: {answer.summary}")
        if not header:
            return RpmContents(row.name, row.arch, problem="Koji no longer has its file")
        found = tuple(
            RpmFile(one.name, one.flags, one.mode, one.size, one.digest or "")
            for one in self._read(files, list[_FileRow])
        )
        return RpmContents(row.name, row.arch, found)

    def _build_row(self, answer: Any) -> _BuildRow | None:
        """The row, or None for a build that Koji doesn't know or whose name it can't read (7)."""
        if isinstance(answer, HubFault) and answer.code == GENERIC_ERROR:
            return None
        self._hub.refuse_fault(Call("getBuild"), answer)
        row: _BuildRow | None = self._read(answer, _BuildRow | None)
        return row

    def _read(self, answer: Any, shape: Any) -> Any:
        try:
            return msgspec.convert(answer, shape)
        except msgspec.ValidationError as error:
            raise PermanentError(
                f"{self._hub.host} answered in a shape that epelbot does not know ({error}); "
                "look for a newer epelbot, or check the address"
            ) from error


def _history_call(table: str, package: str, tag: str) -> Call:
    return Call("queryHistory", (), {"tables": [table], "package": package, "tag": tag})


def _contents_calls(row: _RpmRow) -> tuple[Call, Call]:
    """The file list, and the name from the header: only the latter tells "no files" from "file gone" (12)."""
    return Call("listRPMFiles", (row.id,)), Call("getRPMHeaders", (row.id,), {"headers": ["name"]})


def _nvr(row: _BuildRow | _TaggingRow) -> NVR:
    return NVR(row.name, row.version, row.release)


def _build(row: _BuildRow) -> Build:
    return Build(
        nvr=_nvr(row),
        build_id=row.id,
        epoch=row.epoch,
        state=row.state,
        owner=row.owner_name,
        completed_at=_instant(row.completion_ts),
    )


def _tagging(row: _TaggingRow, tag: str) -> Tagging:
    return Tagging(
        nvr=_nvr(row),
        epoch=row.epoch,
        tag=tag,
        tagged_at=datetime.fromtimestamp(row.create_ts, UTC),
        tagged_by=row.creator_name,
        untagged_at=_instant(row.revoke_ts),
        untagged_by=row.revoker_name,
    )


def _entry(row: _EntryRow, tag: str) -> PackageEntry:
    return PackageEntry(
        tag=tag,
        blocked=row.blocked,
        set_at=datetime.fromtimestamp(row.create_ts, UTC),
        set_by=row.creator_name,
        ended_at=_instant(row.revoke_ts),
        ended_by=row.revoker_name,
    )


def _changed_within(stay: Tagging, since: datetime | None, before: datetime) -> bool:
    moments = (stay.tagged_at, stay.untagged_at)
    return any(at is not None and at < before and (since is None or since <= at) for at in moments)


def _instant(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
