# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A build that somebody has as RPM files, to be compared with another (A1)."""

from __future__ import annotations

from epelbot.domain.abi import BuiltPackages
from epelbot.errors import BadInput
from epelbot.ports import InterfaceFiles
from epelbot.services.one_build import one_build


def build_of_files(files: InterfaceFiles) -> BuiltPackages:
    """What the one build offers that these RPM files belong to.

    Raises `BadInput` if there are none or they are several builds', `NotThere` for a missing file.
    """
    build = one_build(files.builds())
    if build is None:
        raise BadInput("there are no RPM files that can be read; give RPM files, or the folder of them")
    return files.built_packages(build)
