# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""On real RPMs the level agrees with libabigail's reports, but for the disagreements that are explained."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from epelbot.domain.abi import Symbol
from epelbot.services.compare_builds import build_of_files
from epelbot.sources.elf import read_library
from epelbot.sources.koji_tree import RpmFolder
from tests.abi.reference import DISAGREEMENTS, pairs


def test_levels_agree_with_libabigails_reports(shared_data: Path) -> None:
    every = [pair for pair in pairs(shared_data / "abi") if pair.removed is not None]
    assert len(every) >= 12
    assert any(pair.removed for pair in every)
    differing = {pair.names for pair in every if not pair.agrees(pair.compared())}
    assert differing == set(DISAGREEMENTS)


def test_every_real_rpm_is_equal_to_itself(shared_data: Path) -> None:
    for path in sorted((shared_data / "abi" / "rpms").glob("*.rpm")):
        build = build_of_files(RpmFolder(path))
        assert all(one.problem is None and one.unread == () for one in build.packages)


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed: binutils has it")
def test_symbols_are_those_that_readelf_shows() -> None:
    """On this machine's own libraries: binutils is the oracle."""
    libraries = [path for path in sorted(Path("/usr/lib").glob("*/lib*.so.*")) if path.is_file()]
    checked = 0
    for path in libraries[:60]:
        library = read_library(str(path), path.read_bytes())
        if library is None:
            continue
        done = subprocess.run(
            ["readelf", "--dyn-syms", "--wide", path], capture_output=True, text=True, check=True
        )
        assert library.symbols == shown_by_readelf(done.stdout), path
        checked += 1
    if not checked:
        pytest.skip("cannot be had here: there are no shared libraries below /usr/lib")


def shown_by_readelf(text: str) -> frozenset[Symbol]:
    found = set()
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].rstrip(":").isdigit() or fields[6] in ("UND", "ABS"):
            continue
        kind, binding, visibility, name = fields[3], fields[4], fields[5], fields[7]
        if kind not in ("FUNC", "OBJECT", "COMMON", "TLS", "IFUNC") or visibility not in (
            "DEFAULT",
            "PROTECTED",
        ):
            continue
        if binding not in ("GLOBAL", "WEAK", "UNIQUE") or name in ("_init", "_fini"):
            continue
        bare, at, version = name.partition("@")
        default = not at or version.startswith("@")
        found.add(Symbol(bare, version.lstrip("@"), default, binding == "WEAK"))
    return frozenset(found)
