# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a person names a build on the command line: by its NVR, as RPM files, or as a folder of them.

What exists, has a slash or ends in .rpm is a file.
"""

from __future__ import annotations

import os
from pathlib import Path

from epelbot.domain.nevra import NVR
from epelbot.errors import BadInput

_RPM_MAGIC = b"\xed\xab\xee\xdb"
_URL = ("http://", "https://")


def is_path(build: str) -> bool:
    """Whether this names files, not a build in Koji."""
    return "/" in build or build.endswith(".rpm") or Path(build).exists()


def nvr_of(text: str) -> NVR:
    """The build of this name; `BadInput` if it is none."""
    try:
        return NVR.parse(text)
    except ValueError as error:
        raise BadInput(
            f"{error}; give a build such as libfoo-1.2-3.el9, RPM files, or a folder of RPMs"
        ) from error


def check_file(name: str) -> None:
    """Refuse with `BadInput` what is no RPM file, or can't be read; a URL is not looked at yet."""
    if name.startswith(_URL):
        return
    try:
        with Path(name).open("rb") as file:
            start = file.read(len(_RPM_MAGIC))
    except OSError as error:
        raise BadInput(f"{name} cannot be read ({error.strerror}); check its name") from error
    if start != _RPM_MAGIC:
        raise BadInput(f"{name} is no RPM file; give RPM files, or the folder in which they lie")


def folders_of(name: str) -> list[str]:
    """The folder and all in it that hold RPMs: Koji, mock and rpmbuild make one per architecture."""
    if name.startswith(_URL):
        return [name]
    folder = Path(name)
    if not folder.is_dir():
        what = "does not end in .rpm" if folder.exists() else "does not exist"
        raise BadInput(f"{name} {what}; give RPM files, the folder in which they lie, or a build's name")
    found = [str(below) for below, _, files in os.walk(folder) if any(one.endswith(".rpm") for one in files)]
    return sorted(found) or [name]
