# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather whether a build is public by the repositories' metadata (R3): a message of a sync may be lost."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.evidence import Published, Recorded
from epelbot.domain.facts import Facts, Known
from epelbot.ports import PackageIndex


def published(facts: Facts, index: PackageIndex, now: datetime) -> list[Recorded]:
    """The newest build as evidence, if it is stable and what the metadata have for all architectures.

    Raises `TransientError` or `PermanentError` when the metadata can't be had.
    """
    build = facts.newest.value if isinstance(facts.newest, Known) else None
    if build is None or build.stage != "stable" or facts.published_at is not None:
        return []
    offers = index.offers(facts.collection)
    if offers is None:
        return []
    here = [one for some in offers.value.by_arch.values() for one in some if one.source == facts.package]
    if not here or any(one.evr.compare(build.evr) != 0 for one in here):
        return []
    seen = Published(facts.collection.name, str(build.nvr))
    return [Recorded(seen, facts.package, facts.collection.major, "repodata", now, now)]
