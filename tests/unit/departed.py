# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listings that live, to be made to leave: what the tests of departures and violations begin with."""

from __future__ import annotations

from tests.unit.case_evidence import NOW, OLD, access, checked, day, looked_up, tagged

#: Everybody answers, and ann maintains it.
KNOWN = [*looked_up(), access("ann", day("2024-01-01"), seen=NOW)]
#: In since 2024, its commitment long over.
LIVES = [*KNOWN, tagged(OLD, day("2024-06-03"))]
#: The same; nobody announced anything, and its build says nothing.
OLD_LISTING = [*LIVES, checked(OLD, "lacks")]
YOUNG_LISTING = [*KNOWN, tagged(OLD, day("2026-06-15")), checked(OLD, "lacks")]
