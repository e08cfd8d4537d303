# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories' metadata kept on disk as libsolv reads them best, checked, and refreshed by age.

Each repository has a folder: its ``repomd.xml``, whose time says when the mirror last confirmed it, and
``.solv`` files named after the metadata and the bytes they hold, so that neither an outdated nor a damaged
one is ever taken for good. All are written beside and moved into place.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import solv

from epelbot.errors import DamagedRpm, PermanentError, TransientError
from epelbot.http import Http
from epelbot.sources.repodata.repomd import LONGEST_REPOMD, MetadataFile, Repomd, read_repomd
from epelbot.sources.rpm.compression import unpacked
from epelbot.sources.rpm_shelf import Shelf, shelf_at

_PIECE = 1024 * 1024
# Suffixes that libsolv's wheel unpacks by itself, and those that we do, by rpm's names for them.
_READ_BY_SOLV = (".gz", ".xml")
_UNPACKED = {".xz": "xz", ".zst": "zstd", ".bz2": "bzip2"}
#: Bytes of one file unpacked: Fedora's own filelists have about 1 GB.
_LONGEST_UNPACKED = 8 * 1024**3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A repository as the mirror last confirmed it to be, ``at`` that time.

    ``news`` is its ``repomd.xml`` while that is not kept yet, and ``before`` what holds if its packages can't
    be had.
    """

    place: str
    repomd: Repomd
    at: datetime
    news: bytes | None = None
    before: Snapshot | None = None

    @property
    def key(self) -> str:
        """The same for the same packages."""
        files = self.repomd.filelists.checksum if self.repomd.filelists is not None else ""
        said = f"{self.repomd.revision}|{self.repomd.primary.checksum}|{files}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


class Store:
    """Metadata of repositories by local path or http(s) URL, kept in ``folder``.

    A mirror is asked again once its last word is older than ``refresh``; while it can't be had, that word
    holds until ``max_age``. ``now`` tells the time.
    """

    def __init__(
        self,
        folder: Path,
        http: Http,
        *,
        refresh: timedelta,
        max_age: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._http = http
        self._refresh = refresh
        self._max_age = max_age
        self._now = now
        #: What was read of the folder last; asked for with every listing that is judged.
        self._read: dict[str, Snapshot] = {}

    def snapshot(self, place: str) -> Snapshot:
        """The repository as it is now; the mirror is asked where that is due.

        Raises `TransientError` or `PermanentError` when it can't be had and what is kept is too old.
        """
        now = self._now()
        kept = self._read.get(place)
        if kept is None or now - kept.at >= self._refresh:
            # Another process may have asked meanwhile.
            kept = self._kept(place)
        if kept is not None and now - kept.at < self._refresh:
            self._read[place] = kept
            return kept
        holds = kept if kept is not None and now - kept.at < self._max_age else None
        shelf = shelf_at(place, self._http)
        where = shelf.address("repodata", "repomd.xml")
        try:
            with shelf.open("repodata", "repomd.xml") as stream:
                data = stream.read(LONGEST_REPOMD + 1)
            found = Snapshot(place, read_repomd(data, where), now, data, holds)
        except (TransientError, PermanentError):
            if holds is None:
                raise
            return holds
        if kept is None or kept.key != found.key:
            return found
        self._confirm(found)
        return replace(found, news=None)

    def load(self, snapshot: Snapshot, repo: solv.Repo, *, files: bool) -> Snapshot:
        """Fill a repo of libsolv's with the packages; with ``files`` also with all names of files in them.

        Returns what was loaded: the snapshot, or what was before it if its packages can't be had, as from a
        mirror in the middle of a sync. ``repo``'s pool must be kept by the caller.
        """
        try:
            self._fill(snapshot, repo, files=files and snapshot.repomd.filelists is not None)
        except (TransientError, PermanentError):
            if snapshot.before is None:
                raise
            repo.empty()
            return self.load(snapshot.before, repo, files=files)
        if snapshot.news is not None:
            self._confirm(snapshot)
        return snapshot

    def _fill(self, snapshot: Snapshot, repo: solv.Repo, *, files: bool) -> None:
        kept = self._solv_file(snapshot, files=files)
        if kept is not None:
            stream = solv.xfopen(str(kept))
            if stream is not None and repo.add_solv(stream):
                return
            # Whole, but of another libsolv's making.
            repo.empty()
            kept.unlink(missing_ok=True)
        shelf = shelf_at(snapshot.place, self._http)
        self._parse(shelf, snapshot.repomd.primary, repo, extend=False)
        if files and snapshot.repomd.filelists is not None:
            self._parse(shelf, snapshot.repomd.filelists, repo, extend=True)
        self._keep(snapshot, repo, files=files)

    def _confirm(self, snapshot: Snapshot) -> None:
        """Keep what the mirror said, and when; nothing older is kept then."""
        home = self._home(snapshot.place)
        with _told(home):
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=home, prefix="new-") as folder:
                path = Path(folder) / "repomd.xml"
                path.write_bytes(snapshot.news or b"")
                os.utime(path, (snapshot.at.timestamp(), snapshot.at.timestamp()))
                path.replace(home / "repomd.xml")
            for old in home.glob("*.solv"):
                if not old.name.startswith(snapshot.key):
                    old.unlink(missing_ok=True)

    def _kept(self, place: str) -> Snapshot | None:
        path = self._home(place) / "repomd.xml"
        try:
            data, at = path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
            return Snapshot(place, read_repomd(data, str(path)), at)
        except (OSError, TransientError, PermanentError):
            # Not there, or damaged: the mirror has it.
            return None

    def _home(self, place: str) -> Path:
        return self._folder / hashlib.sha256(place.encode()).hexdigest()[:16]

    def _stem(self, snapshot: Snapshot, *, files: bool) -> str:
        return f"{snapshot.key}-{version('solv')}{'-files' if files else ''}"

    def _solv_file(self, snapshot: Snapshot, *, files: bool) -> Path | None:
        """The packages as kept, if they are still what was written."""
        stem = self._stem(snapshot, files=files)
        for path in self._home(snapshot.place).glob(f"{stem}+*.solv"):
            with suppress(OSError), path.open("rb") as file:
                if path.name == f"{stem}+{hashlib.file_digest(file, 'sha256').hexdigest()}.solv":
                    return path
            path.unlink(missing_ok=True)
        return None

    def _parse(self, shelf: Shelf, file: MetadataFile, repo: solv.Repo, *, extend: bool) -> None:
        where = shelf.address(*file.path)
        packing = Path(file.path[-1]).suffix
        if packing not in {*_READ_BY_SOLV, *_UNPACKED}:
            raise PermanentError(
                f"{where} is packed in a way that epelbot does not read; name another mirror"
            )
        with tempfile.TemporaryDirectory(prefix="epelbot-") as folder:
            path = Path(folder) / f"metadata{packing}"
            _fetch(shelf, file, path)
            if packing in _UNPACKED:
                path = _unpack(path, _UNPACKED[packing], where)
            stream = solv.xfopen(str(path))
            read = stream is not None and (
                repo.add_rpmmd(stream, "FL", solv.Repo.REPO_EXTEND_SOLVABLES)
                if extend
                else repo.add_rpmmd(stream, None, 0)
            )
            if not read:
                why = " ".join((repo.pool.errstr or "it can't be unpacked").split())
                raise _no_metadata(where, why)

    def _keep(self, snapshot: Snapshot, repo: solv.Repo, *, files: bool) -> None:
        home = self._home(snapshot.place)
        with _told(home):
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=home, prefix="new-") as folder:
                path = Path(folder) / "packages"
                stream = solv.xfopen(str(path), "w")
                if stream is None or not repo.write(stream) or not stream.close():
                    raise OSError(0, "libsolv can't write it")
                # No fsync: what a power cut takes of it, the name tells.
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                path.replace(home / f"{self._stem(snapshot, files=files)}+{digest}.solv")


def _fetch(shelf: Shelf, file: MetadataFile, target: Path) -> None:
    """Copy a metadata file; raises `TransientError` unless it is just what repomd.xml promises."""
    where = shelf.address(*file.path)
    digest, size = hashlib.new(file.algorithm, usedforsecurity=False), 0
    with shelf.open(*file.path) as source, target.open("wb") as copy:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            copy.write(piece)
            if file.size is not None and size > file.size:
                break
    if file.size not in {None, size} or digest.hexdigest() != file.checksum:
        short = "shorter" if file.size is not None and size < file.size else "other"
        raise TransientError(
            f"{where} is {short} than its repomd.xml promises (the mirror may be in the middle of a sync); "
            "try again later, or name another mirror"
        )


def _unpack(path: Path, packing: str, where: str) -> Path:
    """The same file unpacked, beside it."""
    target, size = path.with_suffix(".xml"), 0
    try:
        with path.open("rb") as source, target.open("wb") as copy:
            for piece in unpacked(source, packing):
                size += len(piece)
                if size > _LONGEST_UNPACKED:
                    raise _no_metadata(where, "it unpacks to more than any repository has")
                copy.write(piece)
    except DamagedRpm as error:
        raise _no_metadata(where, "it can't be unpacked") from error
    return target


def _no_metadata(where: str, why: str) -> PermanentError:
    return PermanentError(
        f"{where} is what its repomd.xml promises, yet no metadata ({why}); tell the mirror's owners"
    )


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PermanentError(
            f"{folder} can't be written ({error.strerror}); set sources.repodata.cache to a folder that can"
        ) from error
