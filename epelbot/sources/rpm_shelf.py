# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders with RPM files in them, on a disk or on the web, behind one small face.

Koji's file tree, a mirror and a folder of downloads differ in where they lie, not in what is read from
them: which folders and files there are, and each file from its front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote, unquote, urljoin, urlsplit

from epelbot.domain.abi import BuiltPackage
from epelbot.domain.build import RpmContents
from epelbot.domain.nevra import EVR, NVR
from epelbot.errors import DamagedRpm, NotThere, PermanentError
from epelbot.http import MEBIBYTE, Http
from epelbot.sources.rpm import RpmHeader, contents, read_header, read_payload_file
from epelbot.sources.rpm_interface import built_package, is_installed

# texlive's and the kernel's largest RPMs stay well below; what lies beyond is no file to fetch for a README.
_LONGEST_RPM = 4096 * MEBIBYTE
_LONGEST_PAGE = 8 * MEBIBYTE
_RPM_FILE = re.compile(r"(?P<nvr>[^/]+)\.(?P<arch>[^./]+)\.rpm")


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies directly in a folder: bare names, sorted."""

    folders: tuple[str, ...]
    files: tuple[str, ...]


class Shelf(Protocol):
    """A folder, asked by the parts of paths below it."""

    def address(self, *parts: str) -> str:
        """Where that is, for people."""

    def listing(self, *parts: str) -> Listing:
        """The folder's listing; `NotThere` when it doesn't exist."""

    def open(self, *parts: str) -> AbstractContextManager[BinaryIO]:
        """The file, to be read forwards; `NotThere` when it doesn't exist."""


@dataclass(frozen=True, slots=True)
class LocalShelf:
    """A folder on a disk."""

    root: Path

    def address(self, *parts: str) -> str:
        """The path."""
        return str(self.root.joinpath(*parts))

    def listing(self, *parts: str) -> Listing:
        """As `Shelf.listing`; links count as what they point at."""
        folder = self.root.joinpath(*parts)
        with _told(folder):
            found = sorted(folder.iterdir())
            files = tuple(one.name for one in found if one.is_file())
            return Listing(tuple(one.name for one in found if one.is_dir()), files)

    @contextmanager
    def open(self, *parts: str) -> Iterator[BinaryIO]:
        """As `Shelf.open`; an error while reading is told as well."""
        path = self.root.joinpath(*parts)
        with _told(path), path.open("rb") as stream:
            yield stream


@dataclass(frozen=True, slots=True)
class WebShelf:
    """A folder on a web server, ``root`` being its URL. Listings come from the server's index pages."""

    http: Http
    root: str

    def address(self, *parts: str) -> str:
        """The URL."""
        return "/".join((self.root.rstrip("/"), *(quote(part, safe="", errors="replace") for part in parts)))

    def listing(self, *parts: str) -> Listing:
        """As `Shelf.listing`; links that don't lead right into the folder don't count."""
        url = self.address(*parts) + "/"
        page = _Links()
        page.feed(self.http.get_text(url, page=True, limit=_LONGEST_PAGE))
        page.close()
        names = {name for link in page.links if (name := _child(url, link)) is not None}
        return Listing(
            tuple(sorted(name[:-1] for name in names if name.endswith("/"))),
            tuple(sorted(name for name in names if not name.endswith("/"))),
        )

    def open(self, *parts: str) -> AbstractContextManager[BinaryIO]:
        """As `Shelf.open`; no more is transferred than is read."""
        return self.http.stream(self.address(*parts), limit=_LONGEST_RPM)


def is_url(place: str | Path) -> bool:
    """Whether a place lies on the web."""
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def shelf_at(place: str | Path, http: Http | None) -> Shelf:
    """The folder at a local path or an http(s) URL; for a URL, ``http`` is needed."""
    if isinstance(place, str) and is_url(place):
        if http is None:
            raise ValueError("a folder on the web needs an Http")
        return WebShelf(http, place)
    return LocalShelf(Path(place))


def header_at(shelf: Shelf, *parts: str) -> RpmHeader:
    """The header of an RPM file; `DamagedRpm` names the file."""
    with _opened(shelf, parts) as (header, _):
        return header


def contents_at(shelf: Shelf, *parts: str) -> RpmContents:
    """The RPM's files; one that can't be read says so itself, under the name of its file."""
    try:
        return contents(header_at(shelf, *parts))
    except PermanentError as error:
        nvr, arch = rpm_of_file_name(parts[-1])
        name = nvr.name if nvr is not None else parts[-1].removesuffix(".rpm")
        return RpmContents(name, arch, problem=str(error))


def built_package_at(shelf: Shelf, *parts: str) -> BuiltPackage | None:
    """What the RPM offers to other packages, its libraries read; None for sources and debugging data.

    One that can't be read says so itself, under the name of its file.
    """
    try:
        with _opened(shelf, parts) as (header, stream):
            return built_package(header, stream)
    except PermanentError as error:
        nvr, arch = rpm_of_file_name(parts[-1])
        name = nvr.name if nvr is not None else parts[-1].removesuffix(".rpm")
        if not is_installed(name, arch):
            return None
        return BuiltPackage(
            name, arch, nvr.evr(None) if nvr is not None else EVR(0, "", ""), problem=str(error)
        )


def text_at(shelf: Shelf, *parts: str, path: str, limit: int) -> bytes:
    """The first ``limit`` bytes of a file in the RPM, reading no further than to its end."""
    with _opened(shelf, parts) as (header, stream):
        return read_payload_file(stream, header, path, limit)


def rpm_of_file_name(file_name: str) -> tuple[NVR | None, str]:
    """The NVR and architecture that an RPM file's name tells; None and ``unknown`` if it doesn't."""
    found = _RPM_FILE.fullmatch(file_name)
    if found is None:
        return None, "unknown"
    try:
        return NVR.parse(found["nvr"]), found["arch"]
    except ValueError:
        return None, "unknown"


@contextmanager
def _opened(shelf: Shelf, parts: tuple[str, ...]) -> Iterator[tuple[RpmHeader, BinaryIO]]:
    try:
        with shelf.open(*parts) as stream:
            yield read_header(stream), stream
    except DamagedRpm as error:
        raise DamagedRpm(f"{shelf.address(*parts)}: {error}") from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotThere(f"{path} does not exist; check the path") from error
    except OSError as error:
        raise PermanentError(
            f"{path} can't be read ({error.strerror}); check what it is and who may read it"
        ) from error


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.extend(value for name, value in attrs if name == "href" and value)


def _child(folder: str, link: str) -> str | None:
    """The name of what a link leads to if that lies right in the folder; folders keep their slash."""
    try:
        target, base = urlsplit(urljoin(folder, link)), urlsplit(folder)
    except ValueError:
        return None
    if target.netloc != base.netloc or not target.path.startswith(base.path):
        return None
    name = unquote(target.path[len(base.path) :])
    bare = name.removesuffix("/")
    return None if not bare or "/" in bare or bare in {".", ".."} else name
