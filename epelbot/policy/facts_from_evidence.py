# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a listing's evidence amounts to on a day: the facts that the rules judge.

Evidence is a set: no answer here depends on the order in which it arrived. Asked for a past day, only what
had happened by its end counts, as known now (POLICY, Words).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import (
    BuildChanged,
    BuildChecked,
    PublicSeen,
    Published,
    Recorded,
)
from epelbot.domain.facts import (
    Announcement,
    Facts,
    FailedBuild,
    Horizon,
    Known,
    Missing,
    NewestBuild,
    Presence,
)
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, Decision
from epelbot.policy.builds_from_evidence import (
    builds_before,
    check_of,
    check_of_build,
    epochs_of,
    newest_build,
    presence_of,
)
from epelbot.policy.decisions_from_evidence import Spoken, spoken
from epelbot.policy.departure_from_evidence import block_of, departure_of
from epelbot.policy.dependents_from_evidence import dependents_of
from epelbot.policy.in_rhel import rhel_of
from epelbot.policy.matter import Matter, matter_of, thread_of
from epelbot.policy.orphaned import orphaned_since
from epelbot.policy.posts_from_evidence import (
    ANNOUNCED_WITHIN,
    Listeners,
    people_behind,
    posts_seen,
    unclear_posts,
)
from epelbot.policy.seen import Seen
from epelbot.policy.succession import inheritance, succession_of, with_inheritance

# A target is named after the branch or the tag; a side tag's is one, too (FIELD 3).
_TARGET_OF = re.compile(r"(-testing)?-candidate$|-build-side-[0-9]+$")


def facts_from_evidence(
    package: str,
    collection: Collection,
    evidence: Iterable[Recorded],
    *,
    as_of: date,
    horizon: Horizon,
    profile: Profile,
    ancestors: Mapping[str, Sequence[Recorded]] = MappingProxyType({}),
) -> Facts:
    """The facts of one listing on ``as_of``, from all that the ledger holds of it and its collection.

    ``ancestors`` is the evidence of those from whom it may inherit its entry (L3).
    """
    told = tuple(evidence)
    seen = Seen.on(as_of, told, horizon)
    epochs = epochs_of(seen)
    presence = presence_of(seen, epochs, profile.undo_days)
    newest = newest_build(package, seen, epochs, presence)
    people = people_behind(seen, collection)
    check = check_of(seen, newest, profile.readme)
    carried_before = any(fact.outcome == "carries" for _, fact in seen.of(BuildChecked))
    lacks_the_file = _lacks_the_file(newest, check)

    def undone_since(announced_at: datetime) -> bool:
        earlier = builds_before(presence, announced_at) if lacks_the_file else ()
        checks = (check_of_build(str(stay.nvr), seen, profile.readme) for stay in earlier)
        return any(isinstance(one, Known) and one.value.outcome == "carries" for one in checks)

    def said_on(post: str | None) -> Spoken:
        # The announcement's hash; unknown while nobody can tell whose word counts.
        known = people if isinstance(people, Missing) else Known(post, people.source, people.at)
        return spoken(seen, collection, epochs, post=known, newest=newest)

    matter = matter_of(
        seen,
        Listeners(collection, people, profile.roles),
        since=_entered_at(presence),
        undone_since=undone_since,
        decision_on=lambda post: said_on(post).decision,
    )
    if matter.ending is not None and _is_signed_later(newest, check, matter.ending.at):
        # A final build made since begins a matter of its own.
        matter = Matter(None, matter.doubtful)
    announced, doubtful = matter.announcement, matter.doubtful
    in_force_from = horizon.in_force_from
    synced_at = horizon.synced_at[: bisect_left(horizon.synced_at, seen.until)]
    said = said_on(announced.read.post if announced is not None else None)

    def decided(day: date) -> Decision | None:
        if day >= as_of:
            return said.decision
        before = facts_from_evidence(
            package, collection, told, as_of=day, horizon=horizon, profile=profile, ancestors=ancestors
        )
        return before.decision

    departure = _departure(seen, collection, presence, profile, decided)
    announced_by = _announced_by(departure, newest, seen)
    # What is in force now may have been announced before: that is no history as long as it is looked for.
    counts_from = in_force_from
    if announced is None and _tells_in_force(departure, newest, check, in_force_from):
        counts_from = min(counts_from, (announced_by - ANNOUNCED_WITHIN).date())
    inherited = inheritance(
        package,
        seen,
        collection,
        ancestors,
        as_of=as_of,
        horizon=horizon,
        undo_days=profile.undo_days,
    )
    return Facts(
        package=package,
        collection=collection,
        as_of=as_of,
        presence=with_inheritance(presence, inherited),
        newest=newest,
        check=check,
        people=people,
        synced_at=synced_at,
        sync_silence=_silence(synced_at, seen),
        published_at=_published_at(newest, seen, collection),
        announcement=announced,
        doubtful=tuple(post for post in doubtful if post.posted_at.date() >= counts_from),
        blocked=block_of(seen) is not None,
        decision=said.decision,
        orphaned_since=orphaned_since(seen),
        departure=departure,
        last_check=_last_check(departure, seen, profile),
        carried_before=carried_before,
        thread=thread_of(announced, seen),
        takeover=matter.takeover,
        ending=matter.ending,
        doubtful_answers=matter.doubtful_answers,
        unclear=unclear_posts(seen, collection),
        undone=announced is not None and undone_since(announced.posted_at),
        unread_before=tuple(
            stay
            for stay in (builds_before(presence, announced.posted_at) if announced and lacks_the_file else ())
            if isinstance(check_of_build(str(stay.nvr), seen, profile.readme), Missing)
        ),
        failed_build=_failed_since(announced, seen, collection),
        in_force_from=in_force_from,
        dependents=dependents_of(seen, collection),
        rhel=rhel_of(seen, collection),
        succession=succession_of(package, seen, collection, departure),
        inherited=inherited,
        doubtful_before=tuple(post for post in doubtful if post.posted_at.date() < counts_from),
        posts_seen=posts_seen(seen, _entered_at(presence), announced_by),
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


def _published_at(
    newest: Known[NewestBuild | None] | Missing, seen: Seen, collection: Collection
) -> datetime | None:
    build = newest.value if isinstance(newest, Known) else None
    if build is None:
        return None
    found = [
        (one.happened_at, one.confirmed)
        for one, fact in seen.of(Published)
        if (fact.collection, fact.nvr) == (collection.name, str(build.nvr))
    ]
    # What a sweep missed there later has vanished.
    missed = (
        one.happened_at
        for one, fact in seen.of(PublicSeen)
        if fact.collection == collection.name
        and not any(rpm.endswith(f"-{build.nvr.version}-{build.nvr.release}") for rpm in fact.rpms)
    )
    gone = max(missed, default=None)
    if gone is None:
        return min((first for first, _ in found), default=None)
    return min((last for _, last in found if last > gone), default=None)


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


def _announced_by(
    departure: Departure | Missing | None, newest: Known[NewestBuild | None] | Missing, seen: Seen
) -> datetime:
    """Until when an announcement should have been made: by what made it leave, else by the newest build."""
    if isinstance(departure, Departure):
        return departure.acts[0].at
    return _came_at(newest) or seen.moment


def _tells_in_force(
    departure: Departure | Missing | None,
    newest: Known[NewestBuild | None] | Missing,
    check: Known[BuildChecked] | Missing,
    in_force_from: date,
) -> bool:
    """Whether it left, or got a build that says so, since the policy is in force."""
    if isinstance(departure, Departure):
        return departure.in_force
    came_at = _came_at(newest)
    says_so = isinstance(check, Known) and check.value.outcome in ("carries", "near-miss")
    return says_so and came_at is not None and came_at.date() >= in_force_from


def _last_check(
    departure: Departure | Missing | None, seen: Seen, profile: Profile
) -> Known[BuildChecked] | Missing | None:
    if not isinstance(departure, Departure):
        return None
    if departure.last_build is None:
        return Missing("Koji", "it is not known which build was its last")
    return check_of_build(str(departure.last_build.nvr), seen, profile.readme)


def _failed_since(announced: Announcement | None, seen: Seen, collection: Collection) -> FailedBuild | None:
    """The last build for the collection that failed in Koji later than the announcement."""
    failed = [
        FailedBuild(fact.nvr, one.happened_at)
        for one, fact in seen.of(BuildChanged)
        if fact.state == "failed"
        and announced is not None
        and one.happened_at > announced.posted_at
        and _TARGET_OF.sub("", fact.target or "") in (collection.branch, seen.horizon.current_tag)
    ]
    return failed[-1] if failed else None


def _lacks_the_file(
    newest: Known[NewestBuild | None] | Missing, check: Known[BuildChecked] | Missing
) -> bool:
    """Whether the newest build is stable, and known not to tell its users that it is retired."""
    build = newest.value if isinstance(newest, Known) else None
    read = check.value.outcome if isinstance(check, Known) else None
    return build is not None and build.stage == "stable" and read in ("lacks", "near-miss")


def _is_signed_later(
    newest: Known[NewestBuild | None] | Missing, check: Known[BuildChecked] | Missing, moment: datetime
) -> bool:
    """Whether the newest build says that it is retired, and came after that moment."""
    came_at = _came_at(newest)
    carries = isinstance(check, Known) and check.value.outcome == "carries"
    return carries and came_at is not None and came_at > moment


def _came_at(newest: Known[NewestBuild | None] | Missing) -> datetime | None:
    """When the newest build was submitted, else when it became stable."""
    build = newest.value if isinstance(newest, Known) else None
    if build is None:
        return None
    return (build.update.submitted_at if build.update else None) or build.stable_since
