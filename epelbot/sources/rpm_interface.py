# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an RPM file offers to other packages: capabilities, programs, headers, and its libraries' symbols."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from epelbot.domain.abi import BuiltPackage, Capability, Library
from epelbot.domain.build import RpmContents
from epelbot.http import MEBIBYTE
from epelbot.sources.elf import DamagedElf, read_library
from epelbot.sources.rpm import RpmHeader, iter_payload_files

LIBRARY_MAX: Final = 256 * MEBIBYTE
"""Bytes of a library that is read; one is held in memory at a time. LLVM's has some 150 MiB."""

_LIBRARY = re.compile(r"\.so(?:\.|$)")
_OF_A_LIBRARY = re.compile(r"\.so\b")


def is_installed(name: str, arch: str) -> bool:
    """Whether other packages can build on an RPM of this name: on no source and no debugging data."""
    rpm = RpmContents(name, arch)
    return not (rpm.is_source or rpm.is_debug)


def built_package(header: RpmHeader, stream: BinaryIO) -> BuiltPackage | None:
    """The RPM whose header was read from ``stream``, its payload being what comes next there.

    None for sources and debugging data. A library that can't be read is told in `BuiltPackage.unread`. Raises
    `DamagedRpm` when the payload is damaged.
    """
    if not is_installed(header.nevra.name, header.package_arch):
        return None
    libraries, unread = _libraries(header, stream)
    return BuiltPackage(
        name=header.nevra.name,
        arch=header.package_arch,
        evr=header.nevra.evr,
        provides=tuple(Capability(*one) for one in header.provides),
        obsoletes=tuple(Capability(*one) for one in header.obsoletes),
        files=tuple(header.file_paths),
        libraries=libraries,
        unread=unread,
    )


def _libraries(
    header: RpmHeader, stream: BinaryIO
) -> tuple[tuple[Library, ...], tuple[tuple[str, str], ...]]:
    """The libraries that were read, and those that could not be, each with the reason."""
    wanted, unread = [], []
    if any(_OF_A_LIBRARY.search(one.name) for one in header.provides):
        for file in header.files:
            if file.is_regular and not file.is_ghost and _LIBRARY.search(file.name):
                if file.size > LIBRARY_MAX:
                    unread.append((file.path, f"it has {file.size:,} bytes, and {LIBRARY_MAX:,} are read"))
                else:
                    wanted.append(file.path)
    libraries = []
    for path, content in iter_payload_files(stream, header, wanted, LIBRARY_MAX):
        try:
            library = read_library(path, content)
        except DamagedElf as error:
            unread.append((path, f"it can't be read as a library: {error}"))
        else:
            if library is not None:
                libraries.append(library)
    return tuple(libraries), tuple(unread)
