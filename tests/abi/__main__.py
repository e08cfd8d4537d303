# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.abi``: our comparison beside libabigail's, pair by pair."""

from __future__ import annotations

import sys

from tests.abi.reference import DISAGREEMENTS, pairs
from tests.conftest import ROOT


def main() -> int:
    """Print a line for each pair; 1 if one disagrees for no known reason."""
    folder = ROOT.parent / "shared" / "data" / "abi"
    if not folder.exists():
        sys.stderr.write(f"There is no {folder}: the real pairs are not part of the repository.\n")
        return 2
    unknown = 0
    for pair in pairs(folder):
        found = pair.compared()
        gone = "no report" if pair.removed is None else f"{pair.removed} gone"
        say = sys.stdout.write
        say(f"{pair.names[0]} -> {pair.names[1]}\n")
        say(f"    ours: {found.level.value}; libabigail's: {gone}\n")
        if pair.removed is not None and not pair.agrees(found):
            reason = DISAGREEMENTS.get(pair.names)
            unknown += reason is None
            say(f"    they differ: {reason or 'NO REASON KNOWN'}\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
