# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small shared libraries made without a compiler: just the tables that a linker looks names up in.

``readelf --dyn-syms`` reads what `library_bytes` makes. The numbers are written out here once more, so that a
reader's mistake is not the writer's too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_STRINGS, _DYNAMIC, _SYMBOLS, _VERSIONS_DEFINED, _VERSIONS = 3, 6, 11, 0x6FFFFFFD, 0x6FFFFFFF
_SONAME, _FLAGS_1, _PIE = 14, 0x6FFFFFFB, 0x08000000
_HIDDEN = 0x8000

Kind = Literal["function", "object", "none", "thread-local", "ifunc"]
Binding = Literal["local", "global", "weak", "unique"]
_KINDS = {"none": 0, "object": 1, "function": 2, "thread-local": 6, "ifunc": 10}
_BINDINGS = {"local": 0, "global": 1, "weak": 2, "unique": 10}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the symbol table; ``defined`` is false for what the library takes from others."""

    name: str
    version: str = ""
    default: bool = True
    binding: Binding = "global"
    kind: Kind = "function"
    visibility: int = 0
    defined: bool = True


def library_bytes(
    soname: str | None,
    entries: Iterable[Entry | str] = (),
    *,
    is_64: bool = True,
    little: bool = True,
    file_type: int = 3,
    program: bool = False,
) -> bytes:
    """The ELF file; a bare name stands for a global function without a version."""
    order = "<" if little else ">"
    table = [one if isinstance(one, Entry) else Entry(one) for one in entries]
    strings = _Strings()
    versions = list(dict.fromkeys(one.version for one in table if one.version))
    numbers = {name: number for number, name in enumerate(versions, 2)}
    sections = [
        _Table(_SYMBOLS, _symbols(order, table, strings, is_64=is_64), link=2),
        _Table(_STRINGS, b""),
        _Table(_DYNAMIC, _dynamic(order, soname, strings, is_64=is_64, program=program), link=2),
    ]
    if versions:
        of_symbols = [0, *(_number(one, numbers) for one in table)]
        sections.append(_Table(_VERSIONS, struct.pack(f"{order}{len(of_symbols)}H", *of_symbols), link=1))
        defined = _definitions(order, [soname or "base", *versions], strings)
        sections.append(_Table(_VERSIONS_DEFINED, defined, link=2, entries=len(versions) + 1))
    sections[1] = _Table(_STRINGS, bytes(strings.data))
    return _file(order, sections, is_64=is_64, file_type=file_type)


@dataclass(frozen=True, slots=True)
class _Table:
    kind: int
    data: bytes
    link: int = 0
    entries: int = 0


class _Strings:
    def __init__(self) -> None:
        self.data = bytearray(b"\0")

    def at(self, text: str) -> int:
        place = len(self.data)
        self.data += text.encode() + b"\0"
        return place


def _symbols(order: str, table: list[Entry], strings: _Strings, *, is_64: bool) -> bytes:
    shape = struct.Struct(order + ("IBBHQQ" if is_64 else "IIIBBH"))
    lines = [bytes(shape.size)]
    for number, one in enumerate(table, 1):
        info = _BINDINGS[one.binding] << 4 | _KINDS[one.kind]
        place = 1 if one.defined else 0
        name, address = strings.at(one.name), 0x1000 + 16 * number if one.defined else 0
        if is_64:
            lines.append(shape.pack(name, info, one.visibility, place, address, 8))
        else:
            lines.append(shape.pack(name, address, 8, info, one.visibility, place))
    return b"".join(lines)


def _number(one: Entry, numbers: dict[str, int]) -> int:
    if not one.version:
        return 1 if one.defined else 0
    return numbers[one.version] | (0 if one.default else _HIDDEN)


def _dynamic(order: str, soname: str | None, strings: _Strings, *, is_64: bool, program: bool) -> bytes:
    shape = struct.Struct(order + ("QQ" if is_64 else "II"))
    tags = [] if soname is None else [(_SONAME, strings.at(soname))]
    if program:
        tags.append((_FLAGS_1, _PIE))
    return b"".join(shape.pack(*one) for one in [*tags, (0, 0)])


def _definitions(order: str, names: list[str], strings: _Strings) -> bytes:
    lines = []
    for number, name in enumerate(names, 1):
        onward = 28 if number < len(names) else 0
        base = 1 if number == 1 else 0
        lines.append(struct.pack(order + "HHHHIII", 1, base, number, 1, 0, 20, onward))
        lines.append(struct.pack(order + "II", strings.at(name), 0))
    return b"".join(lines)


def _file(order: str, sections: list[_Table], *, is_64: bool, file_type: int) -> bytes:
    header_size, section_size = (64, 64) if is_64 else (52, 40)
    body = bytearray()
    places = []
    for one in sections:
        body += bytes(-len(body) % 8)
        places.append(header_size + len(body))
        body += one.data
    body += bytes(-(header_size + len(body)) % 8)
    shape = struct.Struct(order + ("IIQQQQIIQQ" if is_64 else "IIIIIIIIII"))
    rows = [bytes(shape.size)]
    entry_sizes = {_SYMBOLS: 24 if is_64 else 16, _DYNAMIC: 16 if is_64 else 8, _VERSIONS: 2}
    for one, place in zip(sections, places, strict=True):
        entry_size = entry_sizes.get(one.kind, 0)
        row = (0, one.kind, 2, 0, place, len(one.data), one.link, one.entries, 8, entry_size)
        rows.append(shape.pack(*row))
    ident = b"\x7fELF" + bytes([2 if is_64 else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    machine = 62 if is_64 else 3
    end = header_size + len(body)
    head = struct.pack(
        order + ("HHIQQQIHHHHHH" if is_64 else "HHIIIIIHHHHHH"),
        *(file_type, machine, 1, 0, 0, end, 0, header_size, 0, 0, section_size, len(rows), 0),
    )
    return ident + head + bytes(body) + b"".join(rows)
