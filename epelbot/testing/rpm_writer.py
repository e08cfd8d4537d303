# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small RPM files made without rpm: for the demo, and for tests that need one rpmbuild would never make.

What `write_rpm` makes passes ``rpm -K``, ``rpm -qp`` and ``rpm2cpio``. Its parts (`package_tags`,
`header_bytes`, `cpio_bytes`, `sealed`) can be used apart, to lie in one place and be right in all others.
The tag numbers are written out here once more, so that a reader's mistake is not the writer's too.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import stat
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import zstandard

Compressor = Literal["gzip", "xz", "zstd", "bzip2", "lzma", "none"]
RpmFormat = Literal[3, 4, 6]
Relation = tuple[str, int, str]
"""Name, rpm's sense bits (2 less, 4 greater, 8 equal), version."""

DOC: Final = 2
GHOST: Final = 64
LICENSE: Final = 128

SIGNATURE_REGION: Final = 62
MAIN_REGION: Final = 63

_V3, _V6 = 3, 6
_SIG_SHA1, _SIG_SHA256, _SIG_SHA3_256 = 269, 273, 279
_SIG_SIZE, _SIG_MD5, _SIG_PAYLOAD_SIZE = 1000, 1004, 1007
_MAGIC: Final = b"\x8e\xad\xe8\x01\x00\x00\x00\x00"
_LEAD: Final = struct.Struct(">4sBBhh66shh16x")
_BUILT_AT: Final = 1_700_000_000
_FOUR_GIB: Final = 2**32

_INT16, _INT32, _INT64, _STRING, _BINARY, _STRINGS, _I18N = 3, 4, 5, 6, 7, 8, 9
_INTEGER_CODES: Final = {_INT16: "H", _INT32: "I", _INT64: "Q"}


class Value(NamedTuple):
    """What a header holds under one tag."""

    kind: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of a package.

    ``link`` makes it a symbolic link to that target. Files with the same ``inode`` are hard links: give
    them the same content; the last one carries it. A file flagged `GHOST` is left out of the payload.
    ``digest`` (hex) and ``claimed_size`` (bytes) stand in for the true ones, in header and payload.
    """

    path: str
    content: bytes = b""
    mode: int = 0o100644
    flags: int = 0
    link: str | None = None
    inode: int | None = None
    digest: str | None = None
    claimed_size: int | None = None

    @property
    def st_mode(self) -> int:
        """Kind of file and permissions."""
        return self.mode if self.link is None else stat.S_IFLNK | 0o777

    @property
    def data(self) -> bytes:
        """What the payload holds for it."""
        return self.content if self.link is None else _encode(self.link)

    @property
    def size(self) -> int:
        """Bytes, as the package will say."""
        return len(self.data) if self.claimed_size is None else self.claimed_size


@dataclass(frozen=True, slots=True)
class RpmSpec:
    """A package to be made.

    Without ``provides`` it provides itself, as rpmbuild sees to. Nothing else is added: no ``rpmlib()``
    requirements either, so a dependency list is read back as it was given.
    """

    name: str
    version: str = "1.0"
    release: str = "1"
    arch: str = "noarch"
    epoch: int | None = None
    files: tuple[FileSpec, ...] = ()
    provides: Sequence[Relation] | None = None
    requires: Sequence[Relation] = ()
    conflicts: Sequence[Relation] = ()
    obsoletes: Sequence[Relation] = ()
    recommends: Sequence[Relation] = ()
    compressor: Compressor = "gzip"
    source_rpm: str | None = None
    is_source: bool = False
    rpm_format: RpmFormat = 4

    @property
    def evr(self) -> str:
        """Epoch (if any), version and release."""
        evr = f"{self.version}-{self.release}"
        return evr if self.epoch is None else f"{self.epoch}:{evr}"


def write_rpm(
    path: Path,
    *,
    name: str,
    version: str = "1.0",
    release: str = "1",
    arch: str = "noarch",
    epoch: int | None = None,
    files: Iterable[FileSpec] = (),
    provides: Sequence[Relation] | None = None,
    requires: Sequence[Relation] = (),
    conflicts: Sequence[Relation] = (),
    obsoletes: Sequence[Relation] = (),
    recommends: Sequence[Relation] = (),
    compressor: Compressor = "gzip",
    source_rpm: str | None = None,
    is_source: bool = False,
    rpm_format: RpmFormat = 4,
) -> Path:
    """Write an RPM file at ``path`` and give that path back; `RpmSpec` tells what the arguments mean."""
    spec = RpmSpec(
        name=name,
        version=version,
        release=release,
        arch=arch,
        epoch=epoch,
        files=tuple(files),
        provides=provides,
        requires=requires,
        conflicts=conflicts,
        obsoletes=obsoletes,
        recommends=recommends,
        compressor=compressor,
        source_rpm=source_rpm,
        is_source=is_source,
        rpm_format=rpm_format,
    )
    path.write_bytes(rpm_bytes(spec))
    return path


def rpm_bytes(spec: RpmSpec) -> bytes:
    """The whole RPM file."""
    archive = cpio_bytes(spec.files, numbered=spec.rpm_format == _V6)
    payload = compressed(archive, spec.compressor)
    header = header_bytes(package_tags(spec, payload), None if spec.rpm_format == _V3 else MAIN_REGION)
    return sealed(spec, header, payload, archive_size=len(archive))


def sealed(spec: RpmSpec, header: bytes, payload: bytes, *, archive_size: int = 0) -> bytes:
    """Lead and signature header, with digests that are right, before this main header and payload."""
    lead = _LEAD.pack(
        b"\xed\xab\xee\xdb",
        4 if spec.rpm_format == _V6 else 3,
        0,
        int(spec.is_source),
        1,
        _encode(f"{spec.name}-{spec.version}-{spec.release}")[:65],
        1,
        5,
    )
    signature = {_SIG_SHA256: text(hashlib.sha256(header).hexdigest())}
    if spec.rpm_format == _V6:
        signature[_SIG_SHA3_256] = text(hashlib.sha3_256(header).hexdigest())
    else:
        sizes = {
            _SIG_SIZE: numbers(_INT32, [len(header) + len(payload)]),
            _SIG_MD5: Value(_BINARY, 16, _md5(header + payload).digest()),
            _SIG_PAYLOAD_SIZE: numbers(_INT32, [archive_size % _FOUR_GIB]),
        }
        if spec.rpm_format == _V3:
            signature = sizes
        else:
            signature |= sizes
            signature[_SIG_SHA1] = text(hashlib.sha1(header, usedforsecurity=False).hexdigest())
    block = header_bytes(signature, None if spec.rpm_format == _V3 else SIGNATURE_REGION)
    return lead + block + bytes(-len(block) % 8) + header + payload


def package_tags(spec: RpmSpec, payload: bytes) -> dict[int, Value]:
    """The main header's tags, for this (compressed) payload."""
    provides = ((spec.name, 8, spec.evr),) if spec.provides is None else spec.provides
    tags = {
        100: texts(["C"]),
        1000: text(spec.name),
        1001: text(spec.version),
        1002: text(spec.release),
        1004: Value(_I18N, 1, _encode(f"{spec.name}, made for a test") + b"\0"),
        1005: Value(_I18N, 1, b"It has no purpose of its own.\0"),
        1006: numbers(_INT32, [_BUILT_AT]),
        1007: text("builder.example.org"),
        1009: numbers(_INT32, [sum(file.size for file in spec.files) % _FOUR_GIB]),
        1014: text("GPL-3.0-or-later"),
        1016: Value(_I18N, 1, b"Unspecified\0"),
        1021: text("linux"),
        1022: text(spec.arch),
        1064: text("4.18.0"),
        1124: text("cpio"),
        1126: text("9"),
        **_file_tags(spec),
        **_relations(provides, 1047, 1112, 1113),
        **_relations(spec.requires, 1049, 1048, 1050),
        **_relations(spec.conflicts, 1054, 1053, 1055),
        **_relations(spec.obsoletes, 1090, 1114, 1115),
        **_relations(spec.recommends, 5046, 5048, 5047),
    }
    if spec.epoch is not None:
        tags[1003] = numbers(_INT32, [spec.epoch])
    if spec.is_source:
        tags[1106] = numbers(_INT32, [1])
    else:
        tags[1044] = text(spec.source_rpm or f"{spec.name}-{spec.version}-{spec.release}.src.rpm")
    if spec.compressor != "none":
        tags[1125] = text(spec.compressor)
    if spec.rpm_format != _V3:
        tags[5092] = texts([hashlib.sha256(payload).hexdigest()])
        tags[5093] = numbers(_INT32, [8])
    if spec.rpm_format == _V6:
        tags[5114] = numbers(_INT32, [6])
    return tags


def _file_tags(spec: RpmSpec) -> dict[int, Value]:
    files = spec.files
    if not files:
        return {}
    make_digest = _md5 if spec.rpm_format == _V3 else hashlib.sha256
    digests = [
        file.digest
        if file.digest is not None
        else make_digest(file.content).hexdigest()
        if stat.S_ISREG(file.st_mode) and not file.flags & GHOST
        else ""
        for file in files
    ]
    large = spec.rpm_format == _V6 or any(file.size >= _FOUR_GIB for file in files)
    sizes = [file.size for file in files]
    tags = {
        5008 if large else 1028: numbers(_INT64 if large else _INT32, sizes),
        1030: numbers(_INT16, [file.st_mode for file in files]),
        1033: numbers(_INT16, [0] * len(files)),
        1034: numbers(_INT32, [_BUILT_AT] * len(files)),
        1035: texts(digests),
        1036: texts([file.link or "" for file in files]),
        1037: numbers(_INT32, [file.flags for file in files]),
        1039: texts(["root"] * len(files)),
        1040: texts(["root"] * len(files)),
        1045: numbers(_INT32, [0xFFFFFFFF] * len(files)),
        1095: numbers(_INT32, [1] * len(files)),
        1096: numbers(_INT32, _inodes(files)),
        1097: texts([""] * len(files)),
    }
    if spec.rpm_format == _V3:
        return tags | {1027: texts([file.path for file in files])}
    splits = [file.path.rpartition("/") for file in files]
    folders = sorted({folder + slash for folder, slash, _ in splits})
    return tags | {
        1116: numbers(_INT32, [folders.index(folder + slash) for folder, slash, _ in splits]),
        1117: texts([name for _, _, name in splits]),
        1118: texts(folders),
        5011: numbers(_INT32, [8]),
    }


def _inodes(files: Sequence[FileSpec]) -> list[int]:
    return [1000 + number if file.inode is None else file.inode for number, file in enumerate(files)]


def _relations(relations: Sequence[Relation], names: int, flags: int, versions: int) -> dict[int, Value]:
    if not relations:
        return {}
    return {
        names: texts([name for name, _, _ in relations]),
        flags: numbers(_INT32, [sense for _, sense, _ in relations]),
        versions: texts([version for _, _, version in relations]),
    }


def header_bytes(tags: Mapping[int, Value], region: int | None) -> bytes:
    """A header that holds these tags, inside a region with this tag (RPM v3 has none)."""
    index, data = [], bytearray()
    for tag, value in sorted(tags.items()):
        alignment = struct.calcsize(_INTEGER_CODES.get(value.kind, "B"))
        data += bytes(-len(data) % alignment)
        index.append(struct.pack(">IIII", tag, value.kind, len(data), value.length))
        data += value.data
    if region is not None:
        index.insert(0, struct.pack(">IIII", region, _BINARY, len(data), 16))
        data += struct.pack(">IIiI", region, _BINARY, -16 * len(index), 16)
    return _MAGIC + struct.pack(">II", len(index), len(data)) + b"".join(index) + data


def text(value: str) -> Value:
    """One string; surrogate escapes become the bytes that they stand for."""
    return Value(_STRING, 1, _encode(value) + b"\0")


def texts(values: Sequence[str]) -> Value:
    """An array of strings."""
    return Value(_STRINGS, len(values), b"".join(_encode(value) + b"\0" for value in values))


def numbers(kind: int, values: Sequence[int]) -> Value:
    """An array of big-endian numbers: ``kind`` 3 is 16, 4 is 32, 5 is 64 bits wide."""
    return Value(kind, len(values), struct.pack(f">{len(values)}{_INTEGER_CODES[kind]}", *values))


def cpio_bytes(files: Sequence[FileSpec], *, numbered: bool = False) -> bytes:
    """The archive as rpm writes it, not yet compressed.

    ``numbered`` gives entries that refer to the header's list by number (RPM v6, and files of 4 GiB).
    """
    numbered = numbered or any(file.size >= _FOUR_GIB for file in files)
    inodes = _inodes(files)
    archive = bytearray()
    for number, file in enumerate(files):
        if file.flags & GHOST:
            continue
        inode = inodes[number]
        carries = inode not in inodes[number + 1 :]
        if numbered:
            archive += b"07070X%08x\0\0" % number
        else:
            name = _encode(f".{file.path}" if file.path.startswith("/") else file.path)
            size = file.size if carries else 0
            archive += _cpio_entry(name, inode, file.st_mode, inodes.count(inode), size)
        if carries:
            archive += file.data
        archive += bytes(-len(archive) % 4)
    archive += _cpio_entry(b"TRAILER!!!", 0, 0, 1, 0)
    return bytes(archive)


def _cpio_entry(name: bytes, inode: int, mode: int, links: int, size: int) -> bytes:
    fields = (inode, mode, 0, 0, links, _BUILT_AT, size, 0, 0, 0, 0, len(name) + 1, 0)
    entry = b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
    return entry + bytes(-len(entry) % 4)


def compressed(archive: bytes, compressor: Compressor) -> bytes:
    """The payload."""
    match compressor:
        case "gzip":
            return gzip.compress(archive, mtime=0)
        case "xz":
            return lzma.compress(archive)
        case "lzma":
            return lzma.compress(archive, format=lzma.FORMAT_ALONE)
        case "bzip2":
            return bz2.compress(archive)
        case "zstd":
            return zstandard.compress(archive)
        case "none":
            return archive


def _md5(data: bytes) -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)


def _encode(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
