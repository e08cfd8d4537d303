# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sweep found, as rows, as sentences and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from epelbot.domain.evidence import (
    AccessSeen,
    BranchSeen,
    BuildTagged,
    PackageListChanged,
    PostSeen,
    PublicSeen,
    Recorded,
    UpdateSeen,
)
from epelbot.wording.ingest_text import Counted

SWEEP_TITLES = ("what", "collection", "from", "told", "new", "answer")
_SHOWN = 20


class Part(Protocol):
    """What became of one part of a sweep."""

    @property
    def what(self) -> str: ...  # noqa: D102
    @property
    def collection(self) -> str | None: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def told(self) -> int: ...  # noqa: D102
    @property
    def new(self) -> int: ...  # noqa: D102
    @property
    def whole(self) -> bool: ...  # noqa: D102
    @property
    def problem(self) -> str | None: ...  # noqa: D102


def sweep_rows(parts: Sequence[Part]) -> list[tuple[str, ...]]:
    """One row per part."""
    return [
        (
            one.what,
            one.collection or "all",
            one.source,
            str(one.told),
            str(one.new),
            "whole" if one.whole else "not whole",
        )
        for one in parts
    ]


def sweep_json(parts: Sequence[Part], missed: Sequence[Recorded], *, stopped: bool) -> dict[str, Any]:
    """Every part, and what no message had told."""
    return {
        "parts": [
            {
                "what": one.what,
                "collection": one.collection,
                "source": one.source,
                "told": one.told,
                "new": one.new,
                "whole": one.whole,
                "problem": one.problem,
            }
            for one in parts
        ],
        "missed": [
            {
                "package": one.package,
                "what": happened(one),
                "source": one.source,
                "at": one.happened_at.isoformat(),
            }
            for one in missed
        ],
        "stopped": stopped,
    }


def missed_lines(missed: Sequence[Recorded]) -> list[str]:
    """What no message had told, one line each; of many the first."""
    if not missed:
        return []
    number = (
        "1 thing that no message had told:"
        if len(missed) == 1
        else f"{len(missed)} things that no message had told:"
    )
    lines = [number, *(f"  {happened(one)}" for one in missed[:_SHOWN])]
    if len(missed) > _SHOWN:
        lines.append(f"  and {len(missed) - _SHOWN} more; 'epelbot sweep --json' lists all of the next sweep")
    return lines


def happened(one: Recorded) -> str:
    """One thing that a sweep found, in a few words."""
    day = f"{one.happened_at:%Y-%m-%d}"
    match one.fact:
        case BuildTagged(nvr, tag, untagged):
            return f"{day} {nvr} {'left' if untagged else 'entered'} {tag}"
        case UpdateSeen():
            return f"{day} {one.package}: {one.fact.alias} is {one.fact.status} in {one.fact.release}"
        case PackageListChanged(tag, _, blocked):
            return f"{one.package} is {'blocked' if blocked else 'not blocked'} in {tag}"
        case PublicSeen(collection, rpms):
            held = f"is public as {', '.join(rpms)}" if rpms else "is public no more"
            return f"{day} {one.package} {held} in {collection}"
        case PostSeen(post):
            return f"{day} a post: {' '.join(post.subject.split())[:100] or 'without a subject'}"
        case BranchSeen(branch, dead):
            return f"{one.package}: its branch {branch} is {'alive' if dead is None else 'dead'}"
        case AccessSeen(access):
            return f"{one.package} has other people: its main admin is {access.main_admin}"
        case _:
            return f"{day} {one.package}: {one.kind}"


def stopped_sentence() -> str:
    """For one who stopped a sweep."""
    return "the sweep was stopped; what it found is kept, and the next 'epelbot sweep' goes on from there"


def caught_up_text(since: datetime, until: datetime, taken: Counted) -> str:
    """What was taken from datagrepper, in a sentence."""
    total = taken.new + taken.known + taken.not_followed + taken.parked
    return (
        f"From {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC: {total} messages, of which "
        f"{taken.new} are new, {taken.known} known, {taken.not_followed} of no concern to EPEL, "
        f"and {taken.parked} parked."
    )


def caught_up_json(
    since: datetime, until: datetime, taken: Counted, problem: str | None, *, stopped: bool
) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "new": taken.new,
        "known": taken.known,
        "not_followed": taken.not_followed,
        "parked": taken.parked,
        "problem": problem,
        "stopped": stopped,
    }
