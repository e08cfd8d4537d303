# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up builds for the tests of R2, written as briefly as they can be read."""

from __future__ import annotations

import stat

from epelbot.domain.build import BuildContents, FileFlag, RpmContents, RpmFile
from epelbot.domain.evidence import BuildChecked
from epelbot.domain.profile import ReadmeRules
from epelbot.policy.final_build import check_build

BUILD = "libfoo-1.2-3.el9"
NOTICE = "README-RETIRED.txt"
DOCS = "/usr/share/doc/libfoo"
EVERY = ReadmeRules(scope="every")

#: The digests of texts, and whether these say it.
SAYS, SAYS_NOT = "5a15", "0000"
TEXTS = {SAYS: True, SAYS_NOT: False}


def file(
    name: str = NOTICE,
    *,
    folder: str = DOCS,
    flags: int = FileFlag.DOC,
    kind: int = stat.S_IFREG,
    size: int = 300,
    digest: str = SAYS,
) -> RpmFile:
    return RpmFile(f"{folder}/{name}" if folder else name, flags, kind | 0o644, size, digest)


GOOD = file()
PROGRAM = file("foo", folder="/usr/bin", flags=0, digest="f00")


def rpm(name: str, *files: RpmFile, problem: str | None = None) -> RpmContents:
    """An RPM by "name.arch"."""
    package, _, arch = name.rpartition(".")
    return RpmContents(package, arch, files, problem)


def torn(name: str) -> RpmContents:
    return rpm(name, problem="The RPM file is cut short; fetch it again.")


def build(*rpms: RpmContents) -> BuildContents:
    return BuildContents(BUILD, rpms)


def check(*rpms: RpmContents, rules: ReadmeRules | None = None) -> BuildChecked:
    return check_build(build(*rpms), TEXTS, rules or ReadmeRules())
