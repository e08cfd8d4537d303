# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tagged store that both headers of an RPM file are made of, read without trusting a number in it.

Layout (rpm's ``docs/manual/format_header.md``): magic and version, number of index entries, bytes of data;
the entries (tag, type, offset, count; big-endian, 16 bytes each); the data. Types, offsets and counts are
checked against the data when a tag is asked for, so that a header of a hundred tags costs only what is used
of it.
"""

from __future__ import annotations

import struct
import sys
from array import array
from dataclasses import dataclass
from typing import Final, Protocol

from epelbot.errors import DamagedRpm

MAGIC: Final = b"\x8e\xad\xe8\x01\x00\x00\x00\x00"

INTRO_SIZE: Final = 16
"""Bytes of magic, entry count and data size."""

ENTRY_SIZE: Final = 16

ENTRIES_MAX: Final = 0xFFFF
"""Entries per header: rpm's own bound."""

DATA_MAX: Final = 64 * 1024 * 1024
"""Bytes of data per header; rpm allows 256 MiB, and allowed 16 MiB until rpm 4.14."""

ARRAY_MAX: Final = 1_000_000
"""Elements per array: as Python values they take far more memory than as bytes in the header."""

TEXT_MAX: Final = 16 * 1024 * 1024
"""Bytes of text per tag: enough for the digests of 250,000 files."""

READ_SIZE: Final = 256 * 1024
"""Bytes asked for at once, so that a claimed size alone never makes memory be taken."""

# rpm's types.
_CHAR, _INT8, _INT16, _INT32, _INT64, _STRING, _BINARY, _STRINGS, _I18N = range(1, 10)
_TEXTS: Final = (_STRING, _STRINGS, _I18N)
_INTEGERS: Final = {_CHAR: (1, "B"), _INT8: (1, "B"), _INT16: (2, "H"), _INT32: (4, "I"), _INT64: (8, "Q")}

_ENTRY: Final = struct.Struct(">IIII")
_OFFSET: Final = struct.Struct(">8xI")
_WRONG_BYTES: Final = {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}

_CLAIMS: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HeaderIndex:
    """A header's entries, found by their tags.

    ``body`` is the header without its intro: the index, and from ``base`` on the data. ``places`` tells
    where in the body a tag's entry stands, in the header's order.
    """

    body: bytes
    base: int
    places: dict[int, int]

    def __contains__(self, tag: int) -> bool:
        return tag in self.places

    def entry(self, tag: int) -> tuple[int, int, int] | None:
        """Type, start in the body and count of the tag; None where the header lacks it."""
        place = self.places.get(tag)
        if place is None:
            return None
        _, kind, offset, count = _ENTRY.unpack_from(self.body, place)
        if count > ARRAY_MAX:
            raise DamagedRpm(
                f"The RPM's header claims {count:,} values of tag {tag}; at most {ARRAY_MAX:,} are read."
            )
        return kind, self.base + offset, count

    def integers(self, tag: int) -> tuple[int, ...]:
        """An array of unsigned integers of whatever width; empty where the header lacks the tag."""
        entry = self.entry(tag)
        if entry is None:
            return ()
        kind, start, count = entry
        size, code = _INTEGERS.get(kind, (0, ""))
        if not size or start + count * size > len(self.body):
            raise DamagedRpm(f"The RPM's header is damaged: tag {tag} should hold numbers and does not.")
        return struct.unpack_from(f">{count}{code}", self.body, start)

    def integer(self, tag: int, default: int) -> int:
        """The first number of the tag, or ``default`` where the header lacks it."""
        found = self.integers(tag)
        return found[0] if found else default

    def strings(self, tag: int) -> list[str]:
        r"""An array of strings, or a lone string as one; empty where the header lacks the tag.

        rpm's strings are bytes that should be UTF-8. Where they are not, each wrong byte becomes ``\xNN``:
        such a name stays readable, and fit for JSON, PostgreSQL and terminals.
        """
        entry = self.entry(tag)
        if entry is None:
            return []
        kind, start, count = entry
        if kind == _STRING:
            count = 1
        elif kind not in _TEXTS:
            raise DamagedRpm(f"The RPM's header is damaged: tag {tag} should hold text and does not.")
        # Up to where the next entry's data begin, as rpm lays them out; else anywhere.
        furthest = start + TEXT_MAX
        following = self.places[tag] + ENTRY_SIZE
        end = furthest
        if following < self.base:
            end = min(end, self.base + _OFFSET.unpack_from(self.body, following)[0])
        found = _split(self.body[start:end], count) or _split(self.body[start:furthest], count)
        if found is None:
            raise DamagedRpm(
                f"The RPM's header is damaged: tag {tag} holds fewer texts than it claims, or too much text."
            )
        return found

    def string(self, tag: int) -> str | None:
        """The first string of the tag, as `strings` has it, or None where the header lacks it."""
        entry = self.entry(tag)
        if entry is None:
            return None
        kind, start, _ = entry
        end = self.body.find(0, start, start + TEXT_MAX)
        if end < 0 or kind not in _TEXTS:
            raise DamagedRpm(f"The RPM's header is damaged: tag {tag} should hold a text and does not.")
        return decoded(self.body[start:end])


def decoded(raw: bytes) -> str:
    """Bytes of rpm's as text, as `HeaderIndex.strings` tells.

    Python's own ``backslashreplace`` says the same, and takes seconds for megabytes of wrong bytes.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape").translate(_WRONG_BYTES)


def _split(block: bytes, count: int) -> list[str] | None:
    """The first ``count`` of the texts in the block, None if there are fewer."""
    try:
        text = block.decode()
    except UnicodeDecodeError:
        if block.count(0) < count:
            return None
        text = decoded(block)
    parts = text.split("\0", count)
    if len(parts) <= count:
        return None
    del parts[count:]
    return parts


def read_claims(intro: bytes, what: str) -> tuple[int, int]:
    """How many entries and bytes of data follow a header's intro; ``what`` names it in errors.

    Raises `DamagedRpm` if no header can follow, or one larger than is read.
    """
    if not intro.startswith(MAGIC):
        raise DamagedRpm(f"The RPM's {what} does not begin as one must; fetch the file again.")
    entry_count, data_size = _CLAIMS.unpack_from(intro, len(MAGIC))
    if entry_count > ENTRIES_MAX or data_size > DATA_MAX:
        raise DamagedRpm(
            f"The RPM's {what} claims {entry_count:,} entries and {data_size:,} bytes of data; "
            f"at most {ENTRIES_MAX:,} and {DATA_MAX:,} are read."
        )
    if not entry_count:
        raise DamagedRpm(f"The RPM's {what} is empty; fetch the file again.")
    return entry_count, data_size


def index_of(body: bytes, entry_count: int, what: str) -> HeaderIndex:
    """The index of a header with this body; `DamagedRpm` if a tag is there twice."""
    base = entry_count * ENTRY_SIZE
    table = array("I", body[:base])
    if sys.byteorder == "little":
        table.byteswap()
    places = dict(zip(table[0::4], range(0, base, ENTRY_SIZE), strict=True))
    if len(places) != entry_count:
        # Readers would differ in which of the two they believe.
        raise DamagedRpm(f"The RPM's {what} is damaged: it has a tag twice.")
    return HeaderIndex(body=body, base=base, places=places)


class Forward(Protocol):
    """A stream that need only be read forward: an open file, or a download. At its end it gives nothing."""

    def read(self, size: int, /) -> bytes:
        """The next ``size`` bytes, or fewer, but at least one before the end."""


def read_up_to(stream: Forward, size: int) -> bytes:
    """The next ``size`` bytes, or what there is until the end."""
    first = stream.read(min(size, READ_SIZE))
    if len(first) == size:
        return first
    pieces, missing = [first], size - len(first)
    while missing and pieces[-1]:
        pieces.append(stream.read(min(missing, READ_SIZE)))
        missing -= len(pieces[-1])
    return b"".join(pieces)


def read_exactly(stream: Forward, size: int, what: str) -> bytes:
    """The next ``size`` bytes; `DamagedRpm` if the stream ends before."""
    read = read_up_to(stream, size)
    if len(read) < size:
        raise DamagedRpm(
            f"The RPM file is cut short: its {what} ends after {len(read):,} of {size:,} bytes; "
            "fetch the file again."
        )
    return read
