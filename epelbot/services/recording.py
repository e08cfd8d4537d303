# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines out of a recording of any size, compressed or not, in bounded memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import zstandard

from epelbot.errors import BadInput
from epelbot.translate.envelope import KEPT_OF_TOO_LONG, MAX_MESSAGE_BYTES, Incoming, Unreadable

#: What the last part of a file's name promises, and the first bytes that keep the promise.
_MAGIC = {".gz": b"\x1f\x8b", ".xz": b"\xfd7zXZ\0", ".zst": b"\x28\xb5\x2f\xfd"}
_LONGEST_MAGIC = 6
_BZIP2 = b"BZh"
# Bytes, after blanks: enough to see a brace, and the NULs of UTF-16 or of something binary.
_BEGINNING = 4
_BUFFER = 256 * 1024
# Bytes of zstd given to its decompressor at once: each may stand for some 30 KB.
_ZSTD_BITE = 1024
# Bytes. As zstd's own command allows without being asked.
_ZSTD_WINDOW = 128 * 1024 * 1024

#: What the readers below raise for a file that is cut off or corrupt.
DAMAGES = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class Recording:
    """An open recording: iterate over its lines, ask how far it has been read.

    Raises one of `DAMAGES` in the middle of the iteration when the file is damaged.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._raw = _open(name)
        self._damage: Exception | None = None
        try:
            self._lines = _unpacked(name, self._raw)
            self._check_beginning()
        except BadInput:
            if name != "-":
                self._raw.close()
            raise

    @property
    def size(self) -> int | None:
        """Bytes of the file as it lies on disk; None for what has no size, like a pipe."""
        try:
            return Path(self.name).stat().st_size if self.name != "-" and self._raw.seekable() else None
        except OSError:
            return None

    @property
    def read_so_far(self) -> int:
        """Bytes of the file as it lies on disk that have been read; 0 for what can't tell."""
        return self._raw.tell() if self._raw.seekable() else 0

    def lines(self) -> Iterator[bytes | Unreadable]:
        """Each line that isn't blank; one longer than a message may be is given as what to park of it."""
        if self._damage is not None:
            raise self._damage
        while line := self._lines.readline(MAX_MESSAGE_BYTES + 1):
            if len(line) > MAX_MESSAGE_BYTES and not line.endswith(b"\n"):
                yield self._too_long(line)
            elif not line.isspace():
                yield line

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._lines is not self._raw:
            self._lines.close()
        if self.name != "-":
            self._raw.close()

    def _check_beginning(self) -> None:
        try:
            # All four kinds of reader can.
            start = cast(io.BufferedReader, self._lines).peek(_BEGINNING)
        except DAMAGES as error:
            # Told when it is read, like damage further on.
            self._damage = error
            return
        start = start.lstrip()[:_BEGINNING]
        if start and (start[:1] not in (b"{", b"[") or b"\0" in start):
            raise BadInput(
                f"{_named(self.name)} is no recording (JSON lines, also .gz, .xz, .zst); name another file"
            )

    def _too_long(self, start: bytes) -> Unreadable:
        digest, length = hashlib.sha256(start), len(start)
        kept = start[:KEPT_OF_TOO_LONG]
        del start
        while piece := self._lines.readline(_BUFFER):
            digest.update(piece)
            length += len(piece)
            if piece.endswith(b"\n"):
                break
        reason = (
            f"the line has {length} bytes, more than the {MAX_MESSAGE_BYTES} that are taken; see who sent it"
        )
        return Unreadable(reason, Incoming(digest.hexdigest(), "", None, kept))


def _open(name: str) -> BinaryIO:
    if name == "-":
        # What the process was started with; the command line may have put something empty in its place.
        if sys.__stdin__ is None:
            raise BadInput("standard input is closed; give a recording, or pipe one in")
        return sys.stdin.buffer
    try:
        return Path(name).open("rb", buffering=_BUFFER)
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read ({error.strerror}); give a recording, or - for stdin"
        ) from error


def _unpacked(name: str, raw: BinaryIO) -> IO[bytes]:
    """Unpack by the first bytes, so that compressed data on stdin is read too."""
    try:
        start = cast(io.BufferedReader, raw).peek(_LONGEST_MAGIC)
    except OSError as error:
        raise BadInput(
            f"{name} cannot be read ({error.strerror}); give a recording, or - for stdin"
        ) from error
    promised = _MAGIC.get(Path(name).suffix)
    if promised is not None and start and not start.startswith(promised):
        raise BadInput(f"{name} is not what its name says; give it its right ending, or record it again")
    if start.startswith(_BZIP2):
        raise BadInput(
            f"{_named(name)} is packed with bzip2, no recording that can be read "
            "(JSON lines, also .gz, .xz, .zst); unpack it first"
        )
    if start.startswith(_MAGIC[".gz"]):
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if start.startswith(_MAGIC[".xz"]):
        return lzma.LZMAFile(raw)
    if start.startswith(_MAGIC[".zst"]):
        return io.BufferedReader(_Zstd(raw), _BUFFER)
    return raw


def _named(name: str) -> str:
    return "standard input" if name == "-" else name


class _Zstd(io.RawIOBase):
    """Frames of zstd one after the other; zstandard's own reader does not tell when the last is cut off."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._frame = self._new_frame()
        self._in_frame = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        target = memoryview(into).cast("B")
        while not self._ready:
            piece = self._packed.read(_ZSTD_BITE)
            if not piece:
                if self._in_frame:
                    raise EOFError("the last frame is cut off")
                return 0
            self._ready = memoryview(self._decompressed(piece))
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _decompressed(self, piece: bytes) -> bytes:
        parts = []
        while piece:
            self._in_frame = True
            parts.append(self._frame.decompress(piece))
            piece = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = self._new_frame()
                self._in_frame = False
        return b"".join(parts)

    @staticmethod
    def _new_frame() -> zstandard.ZstdDecompressionObj:
        return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
