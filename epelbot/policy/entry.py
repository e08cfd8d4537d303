# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a listing entered its collection, and when that begins anew after an absence (POLICY E, L3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from epelbot.domain.build import Tagging
from epelbot.domain.evidence import PackageListChanged
from epelbot.domain.facts import Entry
from epelbot.domain.nevra import NVR
from epelbot.policy.seen import Seen

_ALWAYS = datetime.max.replace(tzinfo=UTC)
#: From when until when the package was blocked; None while it is.
Block = tuple[datetime, datetime | None]


def entry_of(stays: Sequence[Tagging], blocks: Mapping[str, Sequence[Block]], undo_days: int) -> Entry | None:
    """The entry of the listing's present life. ``blocks`` are given by tag; ``undo_days`` is L3's number.

    An absence is a time in which no build was in a stable tag where the package was not blocked. One of at
    most ``undo_days`` ends no life, however it ends; nor does one that a build of that same life ends, tagged
    again or unblocked. Cloning a tag is no entry either: the life's first stay counts.
    """
    entry: Entry | None = None
    here_until: datetime | None = None
    builds: set[NVR] = set()
    for stay in sorted(_in_the_collection(stays, blocks), key=lambda one: (one.tagged_at, str(one.nvr))):
        absent = here_until is not None and stay.tagged_at - here_until > timedelta(days=undo_days)
        if entry is None or (absent and stay.nvr not in builds):
            entry = Entry(stay.tagged_at, stay.nvr)
            builds = set()
        here_until = max(here_until or stay.tagged_at, stay.untagged_at or _ALWAYS)
        builds.add(stay.nvr)
    return entry


def blocks_of(seen: Seen, stays: Sequence[Tagging]) -> dict[str, list[Block]]:
    """When the package was blocked in which tag, as Koji's messages and history tell, oldest first.

    What a look-up saw of the present has no beginning that would be known, and so begins no block. But it
    ends one, as a tagging does: messages get lost, and Koji tags nothing that is blocked.
    """
    begun: dict[str, set[datetime]] = {}
    ends: dict[str, set[datetime]] = {}
    for one, fact in seen.of(PackageListChanged):
        if not fact.blocked:
            ends.setdefault(fact.tag, set()).update((one.happened_at, min(one.confirmed, seen.moment)))
        elif fact.action != "seen":
            begun.setdefault(fact.tag, set()).add(one.happened_at)
    for stay in stays:
        ends.setdefault(stay.tag, set()).add(stay.tagged_at)
    return {
        tag: [(at, min((end for end in ends.get(tag, ()) if end > at), default=None)) for at in sorted(times)]
        for tag, times in begun.items()
    }


def _in_the_collection(stays: Sequence[Tagging], blocks: Mapping[str, Sequence[Block]]) -> Iterator[Tagging]:
    """The parts of the stays in which the package was not blocked; a build in a blocked one has left."""
    for stay in stays:
        if stay.tag not in blocks:
            yield stay
            continue
        begins, ends = stay.tagged_at, stay.untagged_at or _ALWAYS
        for blocked_at, unblocked_at in blocks.get(stay.tag, ()):
            if begins < blocked_at < ends:
                yield replace(stay, tagged_at=begins, untagged_at=blocked_at)
            if blocked_at < ends and (unblocked_at or _ALWAYS) > begins:
                begins = unblocked_at or _ALWAYS
        if begins < ends:
            yield replace(stay, tagged_at=begins, untagged_at=None if ends == _ALWAYS else ends)
