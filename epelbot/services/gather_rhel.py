# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather whether RHEL carries a package that is said to be in it (POLICY R, ``in-rhel``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Carried, Recorded, RhelSeen
from epelbot.domain.profile import Rhel
from epelbot.ports import PackageIndex


def rhel_asked(
    known: Sequence[Recorded], collection: Collection, now: datetime, ask_again_after: timedelta
) -> bool:
    """Whether RHEL's lists were looked at lately enough."""
    return any(
        now - one.confirmed < ask_again_after
        for one in known
        if isinstance(one.fact, RhelSeen) and one.fact.collection == collection.name
    )


def rhel_lists(
    package: str, collection: Collection, rhel: Rhel, index: PackageIndex, now: datetime
) -> list[Recorded]:
    """Which version RHEL has for each architecture, by the name of the source package.

    Raises `TransientError` or `PermanentError` when the lists can't be had.
    """
    lists = index.package_lists(rhel.repositories, collection)
    carried = tuple(Carried(arch, one.sources.get(package)) for arch, one in sorted(lists.value.items()))
    places = tuple(one.partition("=")[2] or one for one in _for(rhel.repositories, collection))
    seen = RhelSeen(collection.name, places, rhel.rebuild, carried)
    return [Recorded(seen, package, collection.major, "rhel", now, now)]


def _for(repositories: Sequence[str], collection: Collection) -> Sequence[str]:
    own = [one for one in repositories if one.startswith(f"{collection}=")]
    return own or [one for one in repositories if not (one.startswith("epel") and "=" in one)]
