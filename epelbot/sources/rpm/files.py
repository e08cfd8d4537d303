# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RPM files on a disk, in the words of the domain."""

from __future__ import annotations

from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import TypeVar

from epelbot.domain.build import RpmContents
from epelbot.errors import DamagedRpm, NotThere, PermanentError
from epelbot.sources.rpm.header import RpmHeader, read_header
from epelbot.sources.rpm.payload import read_payload_file

_Read = TypeVar("_Read")


def contents(header: RpmHeader) -> RpmContents:
    """The package and its files; `DamagedRpm` when the header's file list contradicts itself."""
    return RpmContents(name=header.nevra.name, arch=header.package_arch, files=header.files)


def rpm_header_of_file(path: Path) -> RpmHeader:
    """The header of an RPM file.

    Like all that reads a file here it raises `DamagedRpm` for one that is no sound RPM, `NotThere` for a
    missing one, and `PermanentError` for one that can't be opened or read; the sentence names the file.
    """
    return _read(path, read_header)


def rpm_contents_of_file(path: Path) -> RpmContents:
    """What the RPM file lists; errors as of `rpm_header_of_file`."""
    return _read(path, lambda stream: contents(read_header(stream)))


def rpm_text(path: Path, file_path: str, limit: int) -> bytes:
    """The first ``limit`` bytes of a regular file inside the RPM file; errors as of `rpm_header_of_file`.

    `NotThere` also means that the package has no such file, or only as a link, ghost or directory.
    """
    return _read(path, lambda stream: read_payload_file(stream, read_header(stream), file_path, limit))


def _read(path: Path, reading: Callable[[FileIO], _Read]) -> _Read:
    """What ``reading`` makes of the file, or an error that names it.

    The file is opened raw: header and payload are read in large pieces as it is.
    """
    try:
        with FileIO(path) as stream:
            return reading(stream)
    except DamagedRpm as err:
        raise DamagedRpm(f"{path}: {err}") from err
    except FileNotFoundError as err:
        raise NotThere(f"There is no file {path}; check the path.") from err
    except OSError as err:
        raise PermanentError(
            f"{path} cannot be read ({err.strerror}); check what it is and who may read it."
        ) from err
