# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names that a shared library offers for binding, read from its dynamic symbol table.

Only what the dynamic linker itself goes by is read, so that no debugging data are needed. Numbers are the
ELF specification's (gABI, and the GNU extensions as in the Linux Standard Base). Files come from strangers:
every offset, size and count is checked against what is there (docs/decisions/0015).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from epelbot.domain.abi import Library, Symbol
from epelbot.errors import PermanentError

MAGIC: Final = b"\x7fELF"

SECTIONS_MAX: Final = 65_536
SYMBOLS_MAX: Final = 4_000_000
"""Entries of one symbol table: the largest libraries of Fedora have some 300,000."""
NAME_MAX: Final = 65_536
"""Bytes of a symbol's name: mangled C++ names of some kilobytes exist."""

_IDENT_SIZE: Final = 16
_CLASS_32: Final = 1
_CLASS_64: Final = 2
_LITTLE: Final = 1
_BIG: Final = 2

_DYNAMIC_OBJECT: Final = 3
_SECTION_STRINGS: Final = 3
_SECTION_DYNAMIC: Final = 6
_SECTION_SYMBOLS: Final = 11
_SECTION_VERSIONS_DEFINED: Final = 0x6FFFFFFD
_SECTION_VERSIONS: Final = 0x6FFFFFFF

_TAG_SONAME: Final = 14
_TAG_FLAGS_1: Final = 0x6FFFFFFB
_IS_PROGRAM: Final = 0x08000000
"""``DF_1_PIE``: a program, though of the same file type as a library."""

_UNDEFINED: Final = 0
_ABSOLUTE: Final = 0xFFF1
_BINDINGS: Final = frozenset({1, 2, 10})  # global, weak, unique
_WEAK: Final = 2
_KINDS: Final = frozenset({1, 2, 5, 6, 10})  # object, function, common, thread-local, indirect function
_VISIBILITIES: Final = frozenset({0, 3})  # default, protected

_HIDDEN_VERSION: Final = 0x8000
_BASE_VERSION: Final = 1

# What the linker and the start files put into every library.
_NOT_THE_LIBRARYS_OWN: Final = frozenset({"_init", "_fini"})


class DamagedElf(PermanentError):
    """An ELF file that is cut short, contradicts itself, or is too large to be true."""


class _Layout(NamedTuple):
    """How one class of ELF files (32 or 64 bits) lays out its structures."""

    header: struct.Struct
    section: struct.Struct
    symbol: struct.Struct
    dynamic: struct.Struct


class _Section(NamedTuple):
    kind: int
    offset: int
    size: int
    link: int
    entries: int


@dataclass(frozen=True, slots=True)
class _Elf:
    """An ELF file whose sections are known to lie inside it."""

    content: bytes
    order: str
    layout: _Layout
    is_64: bool
    file_type: int
    sections: tuple[_Section, ...]

    def of_kind(self, kind: int) -> _Section | None:
        return next((one for one in self.sections if one.kind == kind), None)

    def data(self, section: _Section) -> memoryview:
        end = section.offset + section.size
        if end > len(self.content):
            raise DamagedElf("it is cut short: a section lies beyond its end")
        return memoryview(self.content)[section.offset : end]

    def strings_of(self, section: _Section) -> bytes:
        if section.link >= len(self.sections):
            raise DamagedElf("it is damaged: a table has no strings")
        strings = self.sections[section.link]
        if strings.kind != _SECTION_STRINGS:
            raise DamagedElf("it is damaged: a table's strings are none")
        return bytes(self.data(strings))


def read_library(path: str, content: bytes) -> Library | None:
    """The library in this file and all names that it exports; None for what is no shared library.

    Any machine and byte order is read. Linker scripts, programs and plain objects are no shared libraries.
    Raises `DamagedElf`, whose message goes on from "cannot be read:".
    """
    if not content.startswith(MAGIC):
        return None
    elf = _opened(content)
    if elf.file_type != _DYNAMIC_OBJECT:
        return None
    dynamic = elf.of_kind(_SECTION_DYNAMIC)
    table = elf.of_kind(_SECTION_SYMBOLS)
    if dynamic is None or table is None:
        raise DamagedElf("it has no dynamic symbol table, though it is of a library's type")
    soname, is_program = _dynamic(elf, dynamic)
    if is_program:
        return None
    return Library(path, soname, frozenset(_exported(elf, table)))


def _opened(content: bytes) -> _Elf:
    ident = content[:_IDENT_SIZE]
    if len(ident) < _IDENT_SIZE or ident[4] not in (_CLASS_32, _CLASS_64) or ident[5] not in (_LITTLE, _BIG):
        raise DamagedElf("it is damaged: it says neither its class nor its byte order")
    order = "<" if ident[5] == _LITTLE else ">"
    is_64 = ident[4] == _CLASS_64
    layout = _layout(order, is_64=is_64)
    try:
        fields = layout.header.unpack_from(content, _IDENT_SIZE)
    except struct.error as error:
        raise DamagedElf("it is cut short in its header") from error
    file_type, section_offset, entry_size, count = fields[0], fields[5], fields[10], fields[11]
    if not section_offset:
        raise DamagedElf("its section headers were taken out")
    if entry_size != layout.section.size:
        raise DamagedElf("it is damaged: its section headers have an odd size")
    if not count:
        # More than fit into the header's field: the first section tells (gABI, e_shnum).
        count = _section_at(content, layout, section_offset).size
    if count > SECTIONS_MAX:
        raise DamagedElf(f"it claims {count:,} sections, and {SECTIONS_MAX:,} are read")
    sections = tuple(
        _section_at(content, layout, section_offset + number * entry_size) for number in range(count)
    )
    return _Elf(content, order, layout, is_64, file_type, sections)


def _layout(order: str, *, is_64: bool) -> _Layout:
    if is_64:
        return _Layout(
            struct.Struct(order + "HHIQQQIHHHHHH"),
            struct.Struct(order + "IIQQQQIIQQ"),
            struct.Struct(order + "IBBHQQ"),
            struct.Struct(order + "QQ"),
        )
    return _Layout(
        struct.Struct(order + "HHIIIIIHHHHHH"),
        struct.Struct(order + "IIIIIIIIII"),
        struct.Struct(order + "IIIBBH"),
        struct.Struct(order + "II"),
    )


def _section_at(content: bytes, layout: _Layout, offset: int) -> _Section:
    if offset + layout.section.size > len(content):
        raise DamagedElf("it is cut short: its section headers lie beyond its end")
    fields = layout.section.unpack_from(content, offset)
    return _Section(kind=fields[1], offset=fields[4], size=fields[5], link=fields[6], entries=fields[7])


def _dynamic(elf: _Elf, section: _Section) -> tuple[str | None, bool]:
    """The soname, and whether the file is a program."""
    strings = elf.strings_of(section)
    data = elf.data(section)
    size = elf.layout.dynamic.size
    tags = dict(elf.layout.dynamic.iter_unpack(data[: len(data) // size * size]))
    soname = _string(strings, tags[_TAG_SONAME]) if _TAG_SONAME in tags else None
    return soname, bool(tags.get(_TAG_FLAGS_1, 0) & _IS_PROGRAM)


def _exported(elf: _Elf, table: _Section) -> Iterator[Symbol]:
    """Every defined name that other files can bind to."""
    size = elf.layout.symbol.size
    count, odd = divmod(table.size, size)
    if odd:
        raise DamagedElf("it is damaged: its symbol table ends inside a symbol")
    if count > SYMBOLS_MAX:
        raise DamagedElf(f"it claims {count:,} symbols, and {SYMBOLS_MAX:,} are read")
    strings = elf.strings_of(table)
    versions = _versions(elf)
    numbers = _version_numbers(elf, count) if versions else None
    is_64 = elf.is_64
    for at, fields in enumerate(elf.layout.symbol.iter_unpack(elf.data(table))):
        if is_64:
            name_at, info, other, place, _, _ = fields
        else:
            name_at, _, _, info, other, place = fields
        if place == _UNDEFINED or info >> 4 not in _BINDINGS:
            continue
        if info & 15 not in _KINDS or other & 3 not in _VISIBILITIES:
            continue
        name = _string(strings, name_at)
        number = numbers[at] if numbers is not None else _BASE_VERSION
        version = versions.get(number & ~_HIDDEN_VERSION, "")
        # A version itself is in the table, too, as an absolute symbol of its name.
        if not name or name in _NOT_THE_LIBRARYS_OWN or (place == _ABSOLUTE and name == version):
            continue
        yield Symbol(name, version, not number & _HIDDEN_VERSION, info >> 4 == _WEAK)


def _version_numbers(elf: _Elf, count: int) -> tuple[int, ...] | None:
    """The version number of each symbol; None where symbols have none."""
    section = elf.of_kind(_SECTION_VERSIONS)
    if section is None:
        return None
    data = elf.data(section)
    if len(data) < 2 * count:
        raise DamagedElf("it is damaged: it has fewer versions than symbols")
    return struct.unpack_from(f"{elf.order}{count}H", data)


def _versions(elf: _Elf) -> dict[int, str]:
    """The names of the versions that the library defines, by number, without its base version."""
    section = elf.of_kind(_SECTION_VERSIONS_DEFINED)
    if section is None:
        return {}
    strings, data = elf.strings_of(section), elf.data(section)
    definition, name = struct.Struct(elf.order + "HHHHIII"), struct.Struct(elf.order + "II")
    versions = {}
    at = 0
    # Each definition takes room of its own, so that a chain that runs in a circle ends.
    for _ in range(min(section.entries, section.size // definition.size)):
        try:
            _, flags, number, _, _, aux, onward = definition.unpack_from(data, at)
            name_at, _ = name.unpack_from(data, at + aux)
        except struct.error as error:
            raise DamagedElf("it is damaged: its symbol versions lie outside of their table") from error
        if not flags & _BASE_VERSION:
            versions[number & ~_HIDDEN_VERSION] = _string(strings, name_at)
        if not onward:
            break
        at += onward
    return versions


def _string(strings: bytes, at: int) -> str:
    end = strings.find(b"\0", at, at + NAME_MAX)
    if end < 0 or at >= len(strings):
        raise DamagedElf("it is damaged: a name lies outside of its table, or has no end")
    return strings[at:end].decode("utf-8", "backslashreplace")
