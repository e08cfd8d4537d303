# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a listing's evidence amounts to on a day: the facts that the rules judge.

Evidence is a set: no answer here depends on the order in which it arrived. Asked for a past day, only what
had happened by its end counts, as known now (POLICY, Words).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import (
    BuildChecked,
    Recorded,
)
from epelbot.domain.facts import Announcement, Facts, Horizon, Known, Missing, Presence
from epelbot.domain.people import People
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, Decision
from epelbot.policy.builds_from_evidence import (
    check_of,
    check_of_build,
    epochs_of,
    newest_build,
    presence_of,
)
from epelbot.policy.decisions_from_evidence import spoken
from epelbot.policy.departure_from_evidence import block_of, departure_of
from epelbot.policy.dependents_from_evidence import dependents_of
from epelbot.policy.orphaned import orphaned_since
from epelbot.policy.posts_from_evidence import announcements, people_behind
from epelbot.policy.seen import Seen


def facts_from_evidence(
    package: str,
    collection: Collection,
    evidence: Iterable[Recorded],
    *,
    as_of: date,
    horizon: Horizon,
    profile: Profile,
) -> Facts:
    """The facts of one listing on ``as_of``, from all that the ledger holds of it and its collection."""
    told = tuple(evidence)
    seen = Seen.on(as_of, told, horizon)
    epochs = epochs_of(seen)
    presence = presence_of(seen, epochs, profile.undo_days)
    newest = newest_build(package, seen, epochs, presence)
    people = people_behind(seen, collection)
    announced, doubtful = announcements(seen, collection, people, profile.roles, _entered_at(presence))
    in_force_from = horizon.in_force_from
    synced_at = horizon.synced_at[: bisect_left(horizon.synced_at, seen.until)]
    said = spoken(seen, collection, epochs, post=_post_now(announced, people), newest=newest)

    def decided(day: date) -> Decision | None:
        if day >= as_of:
            return said.decision
        before = facts_from_evidence(package, collection, told, as_of=day, horizon=horizon, profile=profile)
        return before.decision

    departure = _departure(seen, collection, presence, profile, decided)
    return Facts(
        package=package,
        collection=collection,
        as_of=as_of,
        presence=presence,
        newest=newest,
        check=check_of(seen, newest, profile.readme),
        people=people,
        synced_at=synced_at,
        sync_silence=_silence(synced_at, seen),
        announcement=announced,
        doubtful=tuple(post for post in doubtful if post.posted_at.date() >= in_force_from),
        blocked=block_of(seen) is not None,
        decision=said.decision,
        orphaned_since=orphaned_since(seen),
        departure=departure,
        last_check=_last_check(departure, seen, profile),
        carried_before=any(fact.outcome == "carries" for _, fact in seen.of(BuildChecked)),
        in_force_from=in_force_from,
        dependents=dependents_of(seen, collection),
        doubtful_before=tuple(post for post in doubtful if post.posted_at.date() < in_force_from),
        waivers=said.waivers,
        decisions=said.log,
    )


def _entered_at(presence: Known[Presence] | Missing) -> datetime | None:
    """The entry, where Koji told it: the first that messages tell of may be any later build's."""
    if isinstance(presence, Known) and presence.source == "Koji" and presence.value.entry is not None:
        return presence.value.entry.at
    return None


def _silence(synced_at: tuple[datetime, ...], seen: Seen) -> Missing | None:
    last = synced_at[-1] if synced_at else None
    if last is not None and seen.moment - last <= seen.horizon.sync_max_age:
        return None
    return Missing("the message bus", "no sync of the repository has been seen", last)


def _departure(
    seen: Seen,
    collection: Collection,
    presence: Known[Presence] | Missing,
    profile: Profile,
    decided: Callable[[date], Decision | None],
) -> Departure | Missing | None:
    """How it left; what the release manager had approved by then does not change by what happens later."""
    left = departure_of(seen, collection, presence, profile)
    if not isinstance(left, Departure):
        return left
    decision = decided(left.day)
    return replace(left, approved=decision is not None and decision.action is Action.APPROVE)


def _last_check(
    departure: Departure | Missing | None, seen: Seen, profile: Profile
) -> Known[BuildChecked] | Missing | None:
    if not isinstance(departure, Departure):
        return None
    if departure.last_build is None:
        return Missing("Koji", "it is not known which build was its last")
    return check_of_build(str(departure.last_build.nvr), seen, profile.readme)


def _post_now(announced: Announcement | None, people: Known[People] | Missing) -> Known[str | None] | Missing:
    """The announcement's hash; unknown while nobody can tell whose word counts."""
    if isinstance(people, Missing):
        return people
    return Known(announced.read.post if announced is not None else None, people.source, people.at)
