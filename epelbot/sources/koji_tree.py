# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds read from RPM files themselves: Koji's file tree, or any folder of RPMs.

For whoever has no hub (a release manager with a mirror, a maintainer with a scratch build), and for what a
hub does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from epelbot.domain.abi import BuiltPackages
from epelbot.domain.build import BuildContents, RpmContents
from epelbot.domain.nevra import NVR
from epelbot.errors import NotThere, PermanentError
from epelbot.http import Http
from epelbot.sources.rpm.header import RpmHeader
from epelbot.sources.rpm_shelf import (
    Shelf,
    built_package_at,
    contents_at,
    header_at,
    is_url,
    rpm_of_file_name,
    shelf_at,
    text_at,
)

# Beside the architectures in a build's folder: logs, signed copies, signatures (FIELD 2.6).
_NO_ARCH = "data"


class KojiTree:
    """A tree laid out as Koji's ``topurl``: ``packages/<name>/<version>/<release>/<arch>/*.rpm``.

    ``root`` is a local path or an http(s) URL (then ``http`` is needed, and the server must give index
    pages, which is where the architectures are found, as kojipkgs does). For another volume give the
    root of that volume (``vol/<volume>``). A build is there if its folder holds RPMs: the tree
    knows nothing of Koji's states.
    """

    def __init__(self, root: str | Path, http: Http | None = None) -> None:
        self._shelf = shelf_at(root, http)

    def contents(self, nvr: NVR) -> BuildContents:
        """As `BuildContentsSource.contents`."""
        folder = _folder_of(nvr)
        rpms = tuple(
            contents_at(self._shelf, *folder, arch, file_name)
            for arch in self._shelf.listing(*folder).folders
            if arch != _NO_ARCH
            for file_name in self._rpms(*folder, arch)
        )
        if not rpms:
            raise NotThere(f"{self._shelf.address(*folder)} holds no RPMs; check the build's name")
        return BuildContents(str(nvr), rpms)

    def built_packages(self, nvr: NVR) -> BuiltPackages:
        """As `InterfaceSource.built_packages`."""
        folder = _folder_of(nvr)
        found = [
            built_package_at(self._shelf, *folder, arch, file_name)
            for arch in self._shelf.listing(*folder).folders
            if arch != _NO_ARCH
            for file_name in self._rpms(*folder, arch)
        ]
        if not found:
            raise NotThere(f"{self._shelf.address(*folder)} holds no RPMs; check the build's name")
        return BuiltPackages(str(nvr), tuple(one for one in found if one is not None), complete=True)

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        """As `BuildContentsSource.text`."""
        name, _, arch = rpm.rpartition(".")
        folder = (*_folder_of(nvr), arch)
        for file_name in self._rpms(*folder):
            found, _ = rpm_of_file_name(file_name)
            if found is not None and found.name == name:
                return text_at(self._shelf, *folder, file_name, path=path, limit=limit)
        raise NotThere(f"{self._shelf.address(*folder)} has no RPM of {rpm}; check the build's name")

    def _rpms(self, *folder: str) -> Iterator[str]:
        return (name for name in self._shelf.listing(*folder).files if name.endswith(".rpm"))


def _folder_of(nvr: NVR) -> tuple[str, ...]:
    parts = (nvr.name, nvr.version, nvr.release)
    # Nothing that means something else to a file system than its name.
    if any(part in {".", ".."} or "\0" in part for part in parts):
        raise NotThere(f"{str(nvr)!r} is no build's name; check it")
    return ("packages", *parts)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An RPM file and what it belongs to; ``build`` and ``rpm`` are None for a file that can't be read."""

    shelf: Shelf
    file_name: str
    build: NVR | None
    rpm: str | None


class RpmFolder:
    """RPM files that lie flat in folders, grouped by the source package that they were built from.

    Each of ``places`` is a folder or a single ``.rpm`` file, by local path or http(s) URL. The files are
    looked at once, when first asked, and headers only. A file that can't be read belongs to every build
    here with the version and release that its name tells; if there is none, it is a build of its own;
    and if its name tells nothing, it belongs to every build. So no answer passes over it.
    """

    def __init__(self, *places: str | Path, http: Http | None = None) -> None:
        self._places = places
        self._http = http
        self._found: dict[NVR, list[_Entry]] | None = None

    def builds(self) -> tuple[NVR, ...]:
        """The builds that the files belong to, by name, then as text."""
        return tuple(sorted(self._by_build(), key=str))

    def contents(self, nvr: NVR) -> BuildContents:
        """As `BuildContentsSource.contents`."""
        entries = self._of(nvr)
        return BuildContents(str(nvr), tuple(contents_at(one.shelf, one.file_name) for one in entries))

    def built_packages(self, nvr: NVR) -> BuiltPackages:
        """As `InterfaceSource.built_packages`; other RPMs of the build may be elsewhere."""
        found = (built_package_at(one.shelf, one.file_name) for one in self._of(nvr))
        return BuiltPackages(str(nvr), tuple(one for one in found if one is not None), complete=False)

    def text(self, nvr: NVR, rpm: str, path: str, limit: int) -> bytes:
        """As `BuildContentsSource.text`."""
        for entry in self._of(nvr):
            if entry.rpm == rpm:
                return text_at(entry.shelf, entry.file_name, path=path, limit=limit)
        raise NotThere(f"none of the files of {nvr} is the RPM {rpm}; check the name")

    def nameless(self) -> tuple[RpmContents, ...]:
        """As `RpmFiles.nameless`."""
        return tuple(
            contents_at(shelf, file_name)
            for shelf, file_name in self._files()
            if rpm_of_file_name(file_name)[0] is None and _entry(shelf, file_name).rpm is None
        )

    def _of(self, nvr: NVR) -> list[_Entry]:
        found = self._by_build().get(nvr)
        if found is None:
            raise NotThere(f"none of the RPM files given belongs to {nvr}; check its name")
        return found

    def _by_build(self) -> dict[NVR, list[_Entry]]:
        if self._found is None:
            self._found = _grouped([_entry(*file) for file in self._files()])
        return self._found

    def _files(self) -> Iterator[tuple[Shelf, str]]:
        for place in self._places:
            if not str(place).endswith(".rpm"):
                shelf = shelf_at(place, self._http)
                yield from ((shelf, name) for name in shelf.listing().files if name.endswith(".rpm"))
            elif is_url(place):
                folder, _, file_name = str(place).rpartition("/")
                yield shelf_at(folder, self._http), unquote(file_name)
            else:
                yield shelf_at(Path(place).parent, self._http), Path(place).name


def _entry(shelf: Shelf, file_name: str) -> _Entry:
    try:
        header = header_at(shelf, file_name)
    except NotThere:
        raise
    except PermanentError:
        # Told again, with the reason, when its contents are asked for.
        return _Entry(shelf, file_name, None, None)
    return _Entry(shelf, file_name, _build_of(header), f"{header.nevra.name}.{header.package_arch}")


def _build_of(header: RpmHeader) -> NVR:
    """The source package's NVR; the RPM's own for a source package, and where it names no source."""
    source, _ = rpm_of_file_name(header.source_rpm or "")
    own = NVR(header.nevra.name, header.nevra.version, header.nevra.release)
    return own if header.is_source or source is None else source


def _grouped(entries: list[_Entry]) -> dict[NVR, list[_Entry]]:
    builds: dict[NVR, list[_Entry]] = {}
    for entry in entries:
        if entry.build is not None:
            builds.setdefault(entry.build, []).append(entry)
    readable = tuple(builds)
    nameless = []
    for entry in entries:
        if entry.build is None:
            named, _ = rpm_of_file_name(entry.file_name)
            if named is None:
                nameless.append(entry)
                continue
            same = [one for one in readable if (one.version, one.release) == (named.version, named.release)]
            for build in same or [named]:
                builds.setdefault(build, []).append(entry)
    for found in builds.values():
        found.extend(nameless)
    return builds
