# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a few files out of an RPM's payload, read once, forward, and only as far as needed.

The payload is a cpio archive: entries with a name of their own (magic 070701 or 070702), or, for files of
4 GiB and in RPM v6, entries that only number the header's list (07070X; all else is in the header). What an
archive claims is believed only where the header says the same.
"""

from __future__ import annotations

import hashlib
import stat
import struct
from binascii import unhexlify
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from epelbot.domain.build import FileFlag
from epelbot.errors import DamagedRpm, NotThere
from epelbot.sources.rpm.compression import unpacked
from epelbot.sources.rpm.header import RpmHeader
from epelbot.sources.rpm.index import Forward, decoded

OUTPUT_MAX: Final = 2 * 1024**3
"""Bytes unpacked in search of a file, at most."""

NAME_MAX: Final = 4096
"""Bytes of a name in the archive: rpm's own bound."""

_NAMED_MAGICS: Final = (b"070701", b"070702")
_NUMBERED_MAGIC: Final = b"07070X"
_MAGIC_SIZE: Final = 6
_NAMED_REST_SIZE: Final = 104
_NUMBERED_REST_SIZE: Final = 10  # eight digits, and padding to 16
_FIELDS: Final = struct.Struct(">13I")
_TRAILER: Final = "TRAILER!!!"

# By OpenPGP's numbers (RFC 9580, 9.5), which rpm uses.
_DIGESTS: Final = {
    1: "md5",
    2: "sha1",
    8: "sha256",
    9: "sha384",
    10: "sha512",
    11: "sha224",
    12: "sha3_256",
    14: "sha3_512",
}


def read_payload_file(stream: Forward, header: RpmHeader, path: str, limit: int) -> bytes:
    """The first ``limit`` bytes of one regular file; see `read_payload_files`."""
    return read_payload_files(stream, header, (path,), limit)[path]


def read_payload_files(
    stream: Forward, header: RpmHeader, paths: Collection[str], limit: int
) -> dict[str, bytes]:
    """The first ``limit`` bytes of each of these regular files, in one pass; see `iter_payload_files`."""
    return dict(iter_payload_files(stream, header, paths, limit))


def iter_payload_files(
    stream: Forward, header: RpmHeader, paths: Collection[str], limit: int
) -> Iterator[tuple[str, bytes]]:
    """Each of these regular files with its first ``limit`` bytes, one after the other as they are packed.

    ``stream`` is the one that ``header`` was read from, as `read_header` left it; ``paths`` are as in
    ``header.file_paths``. A file that fits into ``limit`` is checked against its digest in the header.
    Reading ends with the last wanted file; what follows in the payload is neither unpacked nor checked.

    Raises `NotThere` for a path that the header does not list as a regular file with content in the payload
    (a ghost, a link, a directory), `DamagedRpm` when the payload is damaged, lacks the file, contradicts
    the header, or unpacks to more than `OUTPUT_MAX` bytes before the file is complete.
    """
    if header.payload_format != "cpio":
        raise DamagedRpm(
            f"The RPM's payload is of the format {header.payload_format[:40]!r}, and only cpio can be read."
        )
    missing: dict[frozenset[int], list[str]] = {}
    for path in paths:
        missing.setdefault(_links_of(header, path), []).append(path)
    archive = _Archive(unpacked(stream, header.payload_compressor), left=OUTPUT_MAX)
    entries = _entries(archive, header)
    unread = 0
    while missing:
        archive.skip(unread)
        entry = next(entries, None)
        if entry is None:
            path = next(iter(missing.values()))[0]
            raise DamagedRpm(f"The RPM's payload lacks {path[:200]!r}, which its header lists.")
        unread = entry.size + -entry.size % 4
        group = next((group for group in missing if entry.number in group), None)
        if group is not None and _is_complete(entry, header, group):
            content = archive.take(min(entry.size, limit))
            unread -= len(content)
            _check_digest(content, entry, header)
            for path in missing.pop(group):
                yield path, content


def _links_of(header: RpmHeader, path: str) -> frozenset[int]:
    """The numbers of the files that are this path by another name, itself included.

    Of hard links only one carries the content, usually the last.
    """
    try:
        number = header.file_paths.index(path)
    except ValueError as err:
        raise NotThere(f"{header.nevra} has no file {path[:200]!r}.") from err
    if not _has_content(header, number):
        raise NotThere(
            f"{path[:200]!r} in {header.nevra} is no regular file with content of its own, so it has no text."
        )
    sizes, digests, ids = header.file_sizes, header.file_digests, header.file_ids
    key = (ids[number], sizes[number], digests[number])
    return frozenset(
        other
        for other, its_key in enumerate(zip(ids, sizes, digests, strict=True))
        if its_key == key and _has_content(header, other)
    )


def _has_content(header: RpmHeader, number: int) -> bool:
    return stat.S_ISREG(header.file_modes[number]) and not header.file_flags[number] & FileFlag.GHOST


class _Entry(NamedTuple):
    """One entry of the archive, whose content comes next. ``number`` is -1 for what no header lists."""

    number: int
    size: int
    mode: int


@dataclass(slots=True, eq=False)
class _Archive:
    """The unpacked payload as a stream that knows how far it may go."""

    blocks: Iterator[bytes]
    left: int
    block: bytes = b""
    at: int = 0

    def take(self, size: int) -> bytes:
        """Exactly the next ``size`` bytes."""
        end = self.at + size
        if end <= len(self.block):
            piece = self.block[self.at : end]
            self.at = end
            return piece
        pieces = []
        while end > len(self.block):
            pieces.append(self.block[self.at :])
            end -= len(self.block)
            self._next_block(end)
        pieces.append(self.block[:end])
        self.at = end
        return b"".join(pieces)

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        end = self.at + size
        while end > len(self.block):
            end -= len(self.block)
            self._next_block(end)
        self.at = end

    def _next_block(self, needed: int) -> None:
        if needed > self.left:
            raise DamagedRpm(
                f"The RPM's payload unpacks to more than {OUTPUT_MAX:,} bytes before the file looked for."
            )
        block = next(self.blocks, None)
        if block is None:
            raise DamagedRpm("The RPM file is cut short: its payload ends too early; fetch the file again.")
        self.block, self.at = block, 0
        self.left -= len(block)


def _entries(archive: _Archive, header: RpmHeader) -> Iterator[_Entry]:
    """The archive's entries; whoever asks for the next one has moved past content and padding of the last.

    There are at most as many as the header lists files, so that a bomb of tiny entries ends soon.
    """
    numbers = {_archive_name(path): number for number, path in enumerate(header.file_paths)}
    carriers: frozenset[int] | None = None
    for _ in range(len(numbers) + 1):
        magic = archive.take(_MAGIC_SIZE)
        if magic in _NAMED_MAGICS:
            fields = _named_fields(archive)
            name_size = fields[11]
            if not 0 < name_size <= NAME_MAX:
                raise _no_archive()
            name = decoded(archive.take(name_size)[:-1])
            archive.skip(-(_MAGIC_SIZE + _NAMED_REST_SIZE + name_size) % 4)
            if name == _TRAILER:
                return
            yield _Entry(number=numbers.get(_archive_name(name), -1), size=fields[6], mode=fields[1])
        elif magic == _NUMBERED_MAGIC:
            number = int.from_bytes(_hex(archive.take(_NUMBERED_REST_SIZE)[:8]))
            if number >= len(header.file_paths):
                raise _no_archive()
            if carriers is None:
                carriers = _carriers(header)
            size = header.file_sizes[number] if number in carriers else 0
            yield _Entry(number=number, size=size, mode=header.file_modes[number])
        else:
            raise _no_archive()


def _archive_name(path: str) -> str:
    """A path as header and archive can agree on it: rpm has written ``./usr``, ``/usr`` and ``usr``."""
    return path.removeprefix(".").removeprefix("/") if path.startswith(("/", "./")) else path


def _named_fields(archive: _Archive) -> tuple[int, ...]:
    """Inode, mode, uid, gid, links, mtime, size, 4 of device numbers, size of the name, checksum."""
    return _FIELDS.unpack(_hex(archive.take(_NAMED_REST_SIZE)))


def _hex(digits: bytes) -> bytes:
    try:
        return unhexlify(digits)
    except ValueError as err:
        raise _no_archive() from err


def _no_archive() -> DamagedRpm:
    return DamagedRpm(
        "The RPM's payload is damaged: it is no cpio archive as rpm writes it; fetch the file again."
    )


def _carriers(header: RpmHeader) -> frozenset[int]:
    """The files whose numbered entry is followed by content: of hard links, only the last (rpm's rule)."""
    last: dict[tuple[int, int], int] = {}
    carriers = set()
    for number, (mode, file_id) in enumerate(zip(header.file_modes, header.file_ids, strict=True)):
        if stat.S_ISLNK(mode):
            carriers.add(number)
        elif _has_content(header, number):
            last[file_id] = number
    return frozenset(carriers.union(last.values()))


def _is_complete(entry: _Entry, header: RpmHeader, group: frozenset[int]) -> bool:
    """Whether this entry of a wanted file carries its content, or leaves that to another link."""
    size, path = header.file_sizes[entry.number], header.file_paths[entry.number]
    if not stat.S_ISREG(entry.mode):
        raise DamagedRpm(f"The RPM's payload contradicts its header: {path[:200]!r} is no file there.")
    if entry.size == size:
        return True
    if entry.size == 0 and len(group) > 1:
        return False
    raise DamagedRpm(
        f"The RPM's payload contradicts its header: {path[:200]!r} "
        f"has {entry.size:,} bytes instead of {size:,}."
    )


def _check_digest(content: bytes, entry: _Entry, header: RpmHeader) -> None:
    claimed = header.file_digests[entry.number]
    algorithm = _DIGESTS.get(header.file_digest_algorithm)
    if len(content) < entry.size or not claimed or not algorithm:
        return
    if hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() != claimed.lower():
        raise DamagedRpm(
            "The RPM's payload contradicts its header: "
            f"{header.file_paths[entry.number][:200]!r} does not match its {algorithm} digest."
        )
