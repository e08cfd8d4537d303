# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the builds in Koji offer to other packages: at once from the hub's lists, or from the RPM files.

Numbers in brackets are the traps of FIELD 2.5a.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from epelbot.domain.abi import BuiltPackage, BuiltPackages, Capability
from epelbot.domain.build import BuildState
from epelbot.domain.nevra import EVR, NVR
from epelbot.errors import NotThere, PermanentError
from epelbot.http import MEBIBYTE, Http, TooLarge
from epelbot.sources.koji_xmlrpc import GENERIC_ERROR, Call, Hub, HubFault, is_writable
from epelbot.sources.rpm_interface import is_installed
from epelbot.sources.rpm_shelf import WebShelf, built_package_at

_PROVIDE, _OBSOLETE = 1, 2
# Two calls for each RPM; keeps a question far below the 4 MiB that a hub takes (17).
_MOST_RPMS = 1000
_DEFAULT_VOLUME = "DEFAULT"
_FILE_GONE = "Koji no longer has its file; compare with a build that it still has, or with RPMs of your own"


@dataclass(frozen=True, slots=True)
class _BuildRow:
    name: str
    version: str
    release: str
    state: BuildState
    volume_name: str


@dataclass(frozen=True, slots=True)
class _RpmRow:
    """An RPM may have a version of its own, other than the build's."""

    id: int
    name: str
    version: str
    release: str
    epoch: int | None
    arch: str

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}-{self.release}.{self.arch}.rpm"

    @property
    def evr(self) -> EVR:
        return EVR(self.epoch or 0, self.version, self.release)


@dataclass(frozen=True, slots=True)
class _DependencyRow:
    name: str
    version: str
    flags: int
    type: int


@dataclass(frozen=True, slots=True)
class _PathRow:
    name: str


class KojiInterfaces:
    """The hub at ``url`` and its files at ``topurl``; fulfils `InterfacesInKoji`.

    ``reply_limit`` bounds one reply in bytes; longer lists are asked for in smaller portions.
    """

    def __init__(self, http: Http, url: str, topurl: str, *, reply_limit: int = 32 * MEBIBYTE) -> None:
        self._hub = Hub(http, url, reply_limit)
        self._files = WebShelf(http, topurl)

    def built_packages(self, nvr: NVR) -> BuiltPackages:
        """As `InterfaceSource.built_packages`: one round trip, and each RPM up to its last library."""
        ((build, rows),) = self._builds([nvr])
        volume = () if build.volume_name == _DEFAULT_VOLUME else ("vol", build.volume_name)
        folder = (*volume, "packages", build.name, build.version, build.release)
        packages = (built_package_at(self._files, *folder, row.arch, row.file_name) for row in rows)
        return BuiltPackages(str(nvr), tuple(one for one in packages if one is not None), complete=True)

    def listed_packages(self, nvrs: Sequence[NVR]) -> tuple[BuiltPackages, ...]:
        """As `InterfacesInKoji.listed_packages`: two round trips, unless the lists are very long."""
        rows_of = [rows for _, rows in self._builds(nvrs)]
        rows = [row for its_rows in rows_of for row in its_rows]
        listed: list[BuiltPackage] = []
        for start in range(0, len(rows), _MOST_RPMS):
            listed.extend(self._listed(rows[start : start + _MOST_RPMS]))
        packages = iter(listed)
        return tuple(
            BuiltPackages(str(nvr), tuple(next(packages) for _ in its_rows), complete=True)
            for nvr, its_rows in zip(nvrs, rows_of, strict=True)
        )

    def _builds(self, nvrs: Sequence[NVR]) -> Iterator[tuple[_BuildRow, list[_RpmRow]]]:
        """The builds with those of their RPMs that others can use, in one round trip.

        Only complete builds: of others the lists are empty, which would look like "nothing is left" (14).
        """
        calls = [
            call
            for nvr in nvrs
            for call in (Call("getBuild", (str(nvr),)), Call("listBuildRPMs", (str(nvr),)))
        ]
        unwritable = next((nvr for nvr in nvrs if not is_writable(str(nvr))), None)
        if unwritable is not None:
            raise _unknown(unwritable)
        answers = iter(self._hub.multicall(calls))
        for nvr in nvrs:
            of_build, of_rpms = next(answers), next(answers)
            if isinstance(of_build, HubFault) and of_build.code == GENERIC_ERROR:
                raise _unknown(nvr)
            self._hub.refuse_fault(calls[0], of_build)
            build: _BuildRow | None = self._read(of_build, _BuildRow | None)
            # Koji also reads "1:name-version-release", which is another build's name to us (8).
            if build is None or NVR(build.name, build.version, build.release) != nvr:
                raise _unknown(nvr)
            if build.state is not BuildState.COMPLETE:
                raise NotThere(f"the build {nvr} is {build.state.name.lower()}; its RPMs can't be looked at")
            self._hub.refuse_fault(calls[1], of_rpms)
            rows: list[_RpmRow] = self._read(of_rpms, list[_RpmRow])
            yield build, [row for row in rows if is_installed(row.name, row.arch)]

    def _listed(self, rows: Sequence[_RpmRow]) -> list[BuiltPackage]:
        """The RPMs as the hub lists them, in one round trip, or in several if its reply would be too long."""
        calls = [
            call for row in rows for call in (Call("getRPMDeps", (row.id,)), Call("listRPMFiles", (row.id,)))
        ]
        if not calls:
            return []
        try:
            answers = self._hub.multicall(calls)
        except TooLarge as error:
            if len(rows) == 1:
                return [BuiltPackage(rows[0].name, rows[0].arch, rows[0].evr, problem=str(error))]
            half = len(rows) // 2
            return [*self._listed(rows[:half]), *self._listed(rows[half:])]
        return [
            self._package(row, *pair)
            for row, pair in zip(rows, zip(answers[::2], answers[1::2], strict=True), strict=True)
        ]

    def _package(self, row: _RpmRow, dependencies: Any, paths: Any) -> BuiltPackage:
        for answer in (dependencies, paths):
            if isinstance(answer, HubFault):
                problem = f"Koji can't read it: {answer.summary}"
                return BuiltPackage(row.name, row.arch, row.evr, problem=problem)
        found: list[_DependencyRow] = self._read(dependencies, list[_DependencyRow])
        provides = tuple(_capability(one) for one in found if one.type == _PROVIDE)
        if not provides:
            # Every RPM provides its own name: the list is empty when the file is gone (FIELD 2.3).
            return BuiltPackage(row.name, row.arch, row.evr, problem=_FILE_GONE)
        return BuiltPackage(
            name=row.name,
            arch=row.arch,
            evr=row.evr,
            provides=provides,
            obsoletes=tuple(_capability(one) for one in found if one.type == _OBSOLETE),
            files=tuple(one.name for one in self._read(paths, list[_PathRow])),
        )

    def _read(self, answer: Any, shape: Any) -> Any:
        try:
            return msgspec.convert(answer, shape)
        except msgspec.ValidationError as error:
            raise PermanentError(
                f"{self._hub.host} answered in a shape that epelbot does not know ({error}); "
                "look for a newer epelbot, or check the address"
            ) from error


def _capability(row: _DependencyRow) -> Capability:
    return Capability(row.name, row.flags, row.version)


def _unknown(nvr: NVR) -> NotThere:
    return NotThere(f"Koji knows no build {str(nvr)!r}; check the name")
