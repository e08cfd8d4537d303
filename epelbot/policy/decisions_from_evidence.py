# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence: what people decided about a listing, what of it stands, and why the rest does not.

A decision stands for the post and the build that it was given for. What was undone counts as never said;
it stays in the log. No answer depends on the order in which the evidence arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.evidence import BuildTagged, Decided, Undone, UpdateSeen, Waived
from epelbot.domain.facts import Known, Missing, NewestBuild
from epelbot.domain.nevra import NVR
from epelbot.domain.retirement import Decision
from epelbot.domain.waiver import Waiver
from epelbot.policy.builds_from_evidence import LIVE_STATUSES
from epelbot.policy.seen import Seen
from epelbot.policy.settled import settlements


class _Word(Protocol):
    """What is said by somebody at some moment; no two words on one listing share both."""

    @property
    def author(self) -> str: ...
    @property
    def at(self) -> datetime: ...


W = TypeVar("W", bound=_Word)
_By = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The decision that stands, the last waiver of each rule, and the log of all, oldest first.

    Whether a waiver holds depends on the finding that it is about, so it may have lapsed all the same.
    """

    decision: Decision | None = None
    waivers: tuple[Waiver, ...] = ()
    log: tuple[Logged, ...] = ()


def spoken(
    seen: Seen,
    collection: Collection,
    epochs: dict[str, int],
    *,
    post: Known[str | None] | Missing,
    newest: Known[NewestBuild | None] | Missing,
) -> Spoken:
    """All that people decided about the listing by then."""
    undone = {
        (one.of_author, one.of_at): f"undone by {one.author} on {one.at:%Y-%m-%d}: {one.reason}"
        for _, one in seen.of(Undone)
        if one.collection == collection.name
    }
    # Each once: what was kept once may be told twice.
    made = dict.fromkeys(fact.decision for _, fact in seen.of(Decided) if fact.collection == collection.name)
    given = dict.fromkeys(fact.waiver for _, fact in seen.of(Waived) if fact.collection == collection.name)
    last = _last(made, undone)
    ended = None if last is None else _why_ended(last, seen, epochs, post=post, newest=newest)
    waivers = {rule: _last([one for one in given if one.rule == rule], undone) for rule in _rules(given)}
    log = [
        *(
            Logged(decided_as(one), one.author, one.at, one.reason, ended=_fate(one, last, undone) or ended)
            for one in made
        ),
        *(
            Logged(
                waived_as(one),
                one.author,
                one.at,
                one.reason,
                one.rule,
                _fate(one, waivers[one.rule], undone),
            )
            for one in given
        ),
    ]
    log += settlements(seen, collection)
    return Spoken(
        last if ended is None else None,
        tuple(one for one in waivers.values() if one is not None),
        tuple(sorted(log, key=_in_order)),
    )


def every_word(seen: Seen, collection: Collection) -> tuple[Logged, ...]:
    """What anybody ever decided or took back about the listing, oldest first, whatever became of it."""
    found: list[Logged] = []
    for one in seen.by_then:
        match one.fact:
            case Decided(collection=name, decision=said) if name == collection.name:
                found.append(Logged(decided_as(said), said.author, said.at, said.reason))
            case Waived(collection=name, waiver=given) if name == collection.name:
                found.append(Logged(waived_as(given), given.author, given.at, given.reason, given.rule))
            case Undone(collection=name) if name == collection.name:
                found.append(Logged("undo", one.fact.author, one.fact.at, one.fact.reason))
            case _:
                pass
    return tuple(sorted(found, key=lambda one: one.at))


def decided_as(decision: Decision) -> str:
    """The decision in POLICY's terms: "approve", "defer to 9.10"."""
    return f"{decision.action.value}{f' to {decision.minor}' if decision.minor else ''}"


def waived_as(waiver: Waiver) -> str:
    """The waiver in POLICY's terms: "waive R2 until 2026-12-31"."""
    return f"waive {waiver.rule} until {waiver.until}"


def _in_order(one: _Word) -> tuple[datetime, str, str]:
    return one.at, one.author, repr(one)


def _rules(given: Iterable[Waiver]) -> list[str]:
    return sorted({one.rule for one in given})


def _last(said: Iterable[W], undone: dict[_By, str]) -> W | None:
    """The last word that was not taken back, by the time at which it was said."""
    return max(
        (one for one in said if (one.author, one.at) not in undone),
        key=_in_order,
        default=None,
    )


def _fate(one: _Word, last: _Word | None, undone: dict[_By, str]) -> str | None:
    """Why somebody's later word ended this one; None for the last."""
    why = undone.get((one.author, one.at))
    if why is None and last is not None and one != last:
        return f"{last.author} decided otherwise on {last.at:%Y-%m-%d}"
    return why


def _why_ended(
    decision: Decision,
    seen: Seen,
    epochs: dict[str, int],
    *,
    post: Known[str | None] | Missing,
    newest: Known[NewestBuild | None] | Missing,
) -> str | None:
    """Why the decision died: its post or build has changed, if only for a while; None while it stands.

    What can't be seen now has not changed.
    """
    if isinstance(post, Known) and decision.post != post.value:
        return "its post has changed"
    build = newest.value if isinstance(newest, Known) else None
    if build is not None and decision.build != str(build.nvr):
        return f"its build has changed: the newest is {build.nvr}"
    return "a newer build came after it" if _was_overtaken(decision, seen, epochs) else None


def _was_overtaken(decision: Decision, seen: Seen, epochs: dict[str, int]) -> bool:
    """True if a newer build than the decision's came after it, even if that has gone again."""
    if decision.build is None:
        return False
    mine = NVR.parse(decision.build)
    evr = mine.evr(epochs.get(decision.build))
    tag = seen.horizon.current_tag
    for one, fact in seen.of(BuildTagged):
        if one.happened_at >= decision.at and fact.tag == tag and not fact.untagged and fact.nvr != str(mine):
            return True
    for one, update in seen.of(UpdateSeen):
        since = one.happened_at if update.status in (*LIVE_STATUSES, "stable") else update.submitted_at
        if update.release == tag and since is not None and since >= decision.at:
            builds = (NVR.parse(nvr) for nvr in update.builds)
            if any(one.name == mine.name and one.evr(epochs.get(str(one))) > evr for one in builds):
                return True
    return False
