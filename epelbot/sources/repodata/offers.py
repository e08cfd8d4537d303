# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From libsolv's repos to `Offered`: what the newest binary packages obsolete and provide (L3)."""

from __future__ import annotations

from collections.abc import Sequence

import solv

from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Obsoleted, Offered

_SOURCE_ARCHES = ("src", "nosrc")


def offered(repos: Sequence[solv.Repo]) -> tuple[Offered, ...]:
    """The newest binary packages of each name and architecture."""
    newest: dict[tuple[str, str], solv.XSolvable] = {}
    for repo in repos:
        for one in repo.solvables_iter():
            if one.arch in _SOURCE_ARCHES:
                continue
            other = newest.setdefault((one.name, one.arch), one)
            if other is not one and one.evrcmp(other) > 0:
                newest[one.name, one.arch] = one
    return tuple(_read(newest[key]) for key in sorted(newest))


def _read(one: solv.XSolvable) -> Offered:
    obsoletes = tuple(Obsoleted.parse(str(dep)) for dep in one.lookup_deparray(solv.SOLVABLE_OBSOLETES))
    # Only of what obsoletes something it matters what it provides.
    provided = one.lookup_deparray(solv.SOLVABLE_PROVIDES) if obsoletes else ()
    return Offered(
        # None where it is the package's own name.
        source=one.lookup_str(solv.SOLVABLE_SOURCENAME) or one.name,
        name=one.name,
        evr=EVR.parse(one.evr),
        obsoletes=obsoletes,
        provides=frozenset(str(dep).partition(" ")[0] for dep in provided),
    )
