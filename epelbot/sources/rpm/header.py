# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an RPM file says of itself before its payload begins: identity, files, dependencies.

Pure Python, so that a bot on any distribution reads EPEL's packages, and reading forward only, so that the
first few kilobytes of a download are enough. RPM v3 (no digest covers its header), v4 and v6 are read.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from epelbot.domain.build import RpmFile
from epelbot.domain.nevra import NEVRA
from epelbot.errors import DamagedRpm
from epelbot.sources.rpm import tags
from epelbot.sources.rpm.index import (
    ENTRY_SIZE,
    INTRO_SIZE,
    Forward,
    HeaderIndex,
    index_of,
    read_claims,
    read_exactly,
    read_up_to,
)

LEAD_SIZE: Final = 96
LEAD_MAGIC: Final = b"\xed\xab\xee\xdb"

_REGION_TRAILER: Final = struct.Struct(">IIiI")
_BINARY: Final = 7


class Dependency(NamedTuple):
    """One thing that a package provides, requires, obsoletes...

    ``flags`` are rpm's sense bits (2 less, 4 greater, 8 equal, and where it came from); ``version`` is an
    ``epoch:version-release`` or empty. A rich dependency has its whole expression as ``name``.
    """

    name: str
    flags: int
    version: str


@dataclass(frozen=True, eq=False)
class RpmHeader:
    """The header of one RPM file; what it lists is decoded when first asked for.

    ``nevra.arch`` of a source package is the one that it was made on, as in rpm; see `package_arch`.
    ``verified`` names the digests of the header that were there and right, strongest first; empty means
    that nothing vouches for the header, as in every RPM v3.

    The arrays ``file_*`` run parallel to `file_paths`, in the package's order. All properties raise
    `DamagedRpm` when what they show is malformed, or contradicts what belongs to it.
    """

    nevra: NEVRA
    verified: tuple[str, ...]
    index: HeaderIndex

    @property
    def format_version(self) -> int:
        """3, 4 or 6: the generation of the file format."""
        v4 = tags.HEADER_IMMUTABLE in self.index
        return self.index.integer(tags.RPM_FORMAT, default=4 if v4 else 3)

    @property
    def source_rpm(self) -> str | None:
        """File name of the source package that this one was built from; None for a source package."""
        return self.index.string(tags.SOURCE_RPM)

    @property
    def is_source(self) -> bool:
        """A source package."""
        return tags.SOURCE_RPM not in self.index

    @property
    def payload_format(self) -> str:
        """What the payload is, once unpacked: ``cpio``, or something that epelbot does not read."""
        return self.index.string(tags.PAYLOAD_FORMAT) or "cpio"

    @property
    def payload_compressor(self) -> str:
        """Rpm's word for how the payload is packed; empty where the header says nothing."""
        return self.index.string(tags.PAYLOAD_COMPRESSOR) or ""

    @property
    def package_arch(self) -> str:
        """The architecture as Koji and repositories have it: ``src`` or ``nosrc`` for source packages."""
        if not self.is_source:
            return self.nevra.arch
        return "nosrc" if tags.NO_SOURCE in self.index or tags.NO_PATCH in self.index else "src"

    @cached_property
    def file_paths(self) -> list[str]:
        """Whole paths; bare file names in a source package."""
        index = self.index
        if tags.BASE_NAMES not in index:
            return index.strings(tags.OLD_FILE_NAMES)
        folders = index.strings(tags.DIR_NAMES)
        names = index.strings(tags.BASE_NAMES)
        places = index.integers(tags.DIR_INDEXES)
        if len(names) != len(places):
            raise _uneven("directories")
        try:
            return [folders[place] + name for place, name in zip(places, names, strict=True)]
        except IndexError as err:
            raise _uneven("directories") from err

    @cached_property
    def file_flags(self) -> tuple[int, ...]:
        """`FileFlag` bits."""
        return self._file_numbers(tags.FILE_FLAGS, "flags")

    @cached_property
    def file_modes(self) -> tuple[int, ...]:
        """``st_mode``: kind of file and permissions."""
        return self._file_numbers(tags.FILE_MODES, "modes")

    @cached_property
    def file_sizes(self) -> tuple[int, ...]:
        """Bytes."""
        large = tags.LONG_FILE_SIZES in self.index
        return self._file_numbers(tags.LONG_FILE_SIZES if large else tags.FILE_SIZES, "sizes")

    @cached_property
    def file_digests(self) -> list[str]:
        """Lower-case hex in the algorithm `file_digest_algorithm`; empty for what has no content."""
        paths = self.file_paths
        if tags.FILE_DIGESTS not in self.index:
            return [""] * len(paths)
        digests = self.index.strings(tags.FILE_DIGESTS)
        if len(digests) != len(paths):
            raise _uneven("digests")
        return digests

    @property
    def file_digest_algorithm(self) -> int:
        """OpenPGP's number of the algorithm (RFC 9580, 9.5): 1 is MD5, 8 is SHA-256."""
        return self.index.integer(tags.FILE_DIGEST_ALGORITHM, default=1)

    @cached_property
    def files(self) -> tuple[RpmFile, ...]:
        """The files as domain values."""
        return tuple(
            map(
                RpmFile,
                self.file_paths,
                self.file_flags,
                self.file_modes,
                self.file_sizes,
                self.file_digests,
            )
        )

    @cached_property
    def file_ids(self) -> list[tuple[int, int]]:
        """Device and inode of each file at build time: alike for hard links of one file, else distinct."""
        inodes = self.index.integers(tags.FILE_INODES)
        if not inodes:
            return [(0, number) for number in range(len(self.file_paths))]
        devices = self._file_numbers(tags.FILE_DEVICES, "devices")
        if len(inodes) != len(devices):
            raise _uneven("inodes")
        return list(zip(devices, inodes, strict=True))

    @cached_property
    def provides(self) -> tuple[Dependency, ...]:
        """What others can require."""
        return self._dependencies(tags.PROVIDES)

    @cached_property
    def requires(self) -> tuple[Dependency, ...]:
        """What must be there; for a source package, its build requirements."""
        return self._dependencies(tags.REQUIRES)

    @cached_property
    def conflicts(self) -> tuple[Dependency, ...]:
        """What must not be there."""
        return self._dependencies(tags.CONFLICTS)

    @cached_property
    def obsoletes(self) -> tuple[Dependency, ...]:
        """What this package replaces."""
        return self._dependencies(tags.OBSOLETES)

    @cached_property
    def recommends(self) -> tuple[Dependency, ...]:
        """Weak: installed with this package by default."""
        return self._dependencies(tags.RECOMMENDS)

    @cached_property
    def suggests(self) -> tuple[Dependency, ...]:
        """Very weak: shown only."""
        return self._dependencies(tags.SUGGESTS)

    @cached_property
    def supplements(self) -> tuple[Dependency, ...]:
        """Weak, from the other side: this package comes along when those are there."""
        return self._dependencies(tags.SUPPLEMENTS)

    @cached_property
    def enhances(self) -> tuple[Dependency, ...]:
        """Very weak, from the other side."""
        return self._dependencies(tags.ENHANCES)

    def _file_numbers(self, tag: int, what: str) -> tuple[int, ...]:
        count = len(self.file_paths)
        if tag not in self.index:
            return (0,) * count
        numbers = self.index.integers(tag)
        if len(numbers) != count:
            raise _uneven(what)
        return numbers

    def _dependencies(self, kind: tags.DependencyTags) -> tuple[Dependency, ...]:
        index = self.index
        names = index.strings(kind.names)
        # RPM v3 has provides without versions.
        versions = index.strings(kind.versions) if kind.versions in index else [""] * len(names)
        flags = index.integers(kind.flags) if kind.flags in index else (0,) * len(names)
        try:
            return tuple(map(Dependency._make, zip(names, flags, versions, strict=True)))
        except ValueError as err:
            raise DamagedRpm(
                f"The RPM's header is damaged: dependencies (tag {kind.names}) don't match their versions."
            ) from err


def _uneven(what: str) -> DamagedRpm:
    return DamagedRpm(f"The RPM's header is damaged: the {what} of its files don't match their names.")


def read_header(stream: Forward) -> RpmHeader:
    """Read lead, signature header and main header; the stream is left at the first byte of the payload.

    The stream need not seek; what its ``read`` raises passes through. Every header digest that the file
    carries is checked. Raises `DamagedRpm` for anything that is no RPM, is cut short, contradicts itself,
    or does not match a digest. The MD5 and the signatures that cover header and payload together cannot be
    checked this early; `read_payload_files` checks the digests of the files that it reads.
    """
    # Few reads: each takes all that is known to come next.
    opening = read_up_to(stream, LEAD_SIZE + INTRO_SIZE)
    if not opening.startswith(LEAD_MAGIC):
        raise DamagedRpm("This is no RPM file: it does not begin with RPM's magic bytes.")
    if len(opening) < LEAD_SIZE + INTRO_SIZE:
        raise DamagedRpm("The RPM file is cut short: it ends before its headers begin; fetch the file again.")
    entry_count, data_size = read_claims(opening[LEAD_SIZE:], "signature header")
    size = entry_count * ENTRY_SIZE + data_size
    padded_size = size + -size % 8
    block = read_exactly(stream, padded_size + INTRO_SIZE, "signature header")
    signature = index_of(block[:size], entry_count, "signature header")
    intro = block[padded_size:]
    entry_count, data_size = read_claims(intro, "header")
    body = read_exactly(stream, entry_count * ENTRY_SIZE + data_size, "header")
    index = index_of(body, entry_count, "header")
    _check_region(index)
    return RpmHeader(nevra=_nevra(index), verified=_verify(signature, intro + body), index=index)


def _check_region(index: HeaderIndex) -> None:
    """Refuse, as rpm does, a region (none in RPM v3) that covers only part of the header.

    Entries outside it would be in the file and under no signature.
    """
    if next(iter(index.places)) != tags.HEADER_IMMUTABLE:
        if tags.HEADER_IMMUTABLE in index:
            raise DamagedRpm("The RPM's header is damaged: its region does not come first.")
        return
    size = _REGION_TRAILER.size
    start = len(index.body) - size
    trailer = (tags.HEADER_IMMUTABLE, _BINARY, -len(index.places) * ENTRY_SIZE, size)
    if (
        index.entry(tags.HEADER_IMMUTABLE) != (_BINARY, start, size)
        or _REGION_TRAILER.unpack_from(index.body, start) != trailer
    ):
        raise DamagedRpm("The RPM's header is damaged: its region does not cover all of it.")


def _nevra(index: HeaderIndex) -> NEVRA:
    name, version = index.string(tags.NAME), index.string(tags.VERSION)
    release, arch = index.string(tags.RELEASE), index.string(tags.ARCH)
    if not (name and version and release and arch):
        raise DamagedRpm("The RPM's header is damaged: it lacks a name, version, release or architecture.")
    return NEVRA(name, index.integer(tags.EPOCH, default=0), version, release, arch)


def _sha1(data: bytes) -> hashlib._Hash:
    # Against accidents only; where policy forbids SHA-1 as a proof, this is still allowed.
    return hashlib.sha1(data, usedforsecurity=False)


_HEADER_DIGESTS: Final[tuple[tuple[str, int, Callable[[bytes], hashlib._Hash]], ...]] = (
    ("sha3-256", tags.SIG_SHA3_256, hashlib.sha3_256),
    ("sha256", tags.SIG_SHA256, hashlib.sha256),
    ("sha1", tags.SIG_SHA1, _sha1),
)


def _verify(signature: HeaderIndex, header: bytes) -> tuple[str, ...]:
    verified = []
    for name, tag, make in _HEADER_DIGESTS:
        claimed = signature.string(tag)
        if claimed is None:
            continue
        if make(header).hexdigest() != claimed:
            raise DamagedRpm(
                f"The RPM's header does not match its {name} digest: it was damaged or changed; "
                "fetch the file again."
            )
        verified.append(name)
    return tuple(verified)
