# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A payload unpacked piece by piece, however much a hostile one would unpack to."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol, cast

import zstandard

from epelbot.errors import DamagedRpm
from epelbot.sources.rpm.index import Forward

BLOCK_SIZE: Final = 256 * 1024
"""Unpacked bytes per piece, at most."""

INPUT_SIZE: Final = 64 * 1024
"""Packed bytes read at once."""

INPUT_MAX: Final = 2 * 1024**3
"""Packed bytes read in all: an endless stream of empty parts unpacks to nothing, for ever."""

MEMORY_MAX: Final = 128 * 1024 * 1024
"""Bytes that a decoder may take: ``xz -9`` needs 65 MiB, ``zstd --ultra -22`` a window of 128 MiB."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = zlib.MAX_WBITS | 16


class _Decoder(Protocol):
    """What `lzma` and `bz2` have in common."""

    def decompress(self, _packed: bytes, _limit: int, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _Packed:
    """The packed bytes: read in pieces, up to `INPUT_MAX` of them."""

    def __init__(self, stream: Forward) -> None:
        self._stream = stream
        self._left = INPUT_MAX

    def read(self, size: int = INPUT_SIZE) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise DamagedRpm(
                f"The RPM's payload is larger than the {INPUT_MAX:,} bytes that are read of one."
            )
        return data


def unpacked(stream: Forward, compressor: str) -> Iterator[bytes]:
    """The unpacked payload in pieces of 1 to `BLOCK_SIZE` bytes; it just ends where the data are cut short.

    ``compressor`` is the header's word, or empty; what is no gzip under gzip's name, or under none, is
    passed on as it is, as rpm does. Raises `DamagedRpm` for a compressor that rpm does not have, for
    damaged data, and for data whose decoder would need more than `MEMORY_MAX`.
    """
    source = _Packed(stream)
    match compressor:
        case "gzip" | "":
            return _from_gzip(source)
        case "xz" | "lzma":
            return _from_members(source, _xz_decoder)
        case "bzip2":
            return _from_members(source, bz2.BZ2Decompressor)
        case "zstd":
            return _from_zstd(source)
        case _:
            raise DamagedRpm(
                f"The RPM's payload is packed with {compressor[:40]!r}, which rpm does not have."
            )


def _damaged(err: Exception) -> DamagedRpm:
    return DamagedRpm(f"The RPM's payload cannot be unpacked ({err}); fetch the file again.")


def _from_gzip(source: _Packed) -> Iterator[bytes]:
    packed = source.read()
    if not packed.startswith(_GZIP_MAGIC):
        while packed:
            yield packed
            packed = source.read()
    decoder = zlib.decompressobj(_GZIP_WINDOW)
    while packed:
        try:
            block = decoder.decompress(packed, BLOCK_SIZE)
        except zlib.error as err:
            raise _damaged(err) from err
        if block:
            yield block
        packed = decoder.unconsumed_tail
        if decoder.eof:
            packed = decoder.unused_data or source.read()
            if not packed.startswith(_GZIP_MAGIC[:1]):
                return  # rpm ignores what follows, too
            decoder = zlib.decompressobj(_GZIP_WINDOW)
        elif not packed:
            packed = source.read()


def _xz_decoder() -> _Decoder:
    # Reads .lzma as well, which rpm used before xz.
    return lzma.LZMADecompressor(memlimit=MEMORY_MAX)


def _from_members(source: _Packed, make: Callable[[], _Decoder]) -> Iterator[bytes]:
    decoder = make()
    packed = source.read()
    while packed or not decoder.needs_input:
        try:
            block = decoder.decompress(packed, BLOCK_SIZE)
        except (lzma.LZMAError, OSError) as err:  # OSError is what bz2 says
            raise _damaged(err) from err
        if block:
            yield block
        if decoder.eof:
            packed = decoder.unused_data or source.read()
            if not packed:
                return
            decoder = make()
        else:
            packed = source.read() if decoder.needs_input else b""


def _from_zstd(source: _Packed) -> Iterator[bytes]:
    # Not decompressobj(): that unpacks a whole piece of input at once, up to 30,000 times its size.
    decoder = zstandard.ZstdDecompressor(max_window_size=MEMORY_MAX)
    reader = decoder.stream_reader(
        cast(BinaryIO, source), read_size=INPUT_SIZE, read_across_frames=True, closefd=False
    )
    try:
        while block := reader.read(BLOCK_SIZE):
            yield block
    except zstandard.ZstdError as err:
        raise _damaged(err) from err
