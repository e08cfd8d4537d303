# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence: whether a listing has left its collection, how, and by whose hand (POLICY, Violations).

It has left when it is blocked, or when no build of it is in the stable tag any more. ``dead.package`` counts
once it has stood at the branch's tip for the grace; a message alone proves nothing, since a new branch and a
forced push replay old history (FIELD 1.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from epelbot.domain.build import Tagging
from epelbot.domain.collection import Collection
from epelbot.domain.departure import Act, Departure, How
from epelbot.domain.evidence import BranchSeen, BuildTagged, PackageListChanged, Pushed
from epelbot.domain.facts import Known, Missing, Presence
from epelbot.domain.profile import Profile
from epelbot.policy.seen import Seen, Told

#: The question that is put to dist-git, as `LookedUp` names it; its ``tag`` is the branch.
BRANCH = "branch-tip"
#: What a look at a package list records: how it stands, and not what was done to it.
LOOKED_AT = "seen"
# 'koji untag-build --all' takes builds out one after another: together they are one act.
_TOGETHER = timedelta(hours=24)


def departure_of(
    seen: Seen, collection: Collection, presence: Known[Presence] | Missing, profile: Profile
) -> Departure | Missing | None:
    """How the listing left by then; None where nothing tells that it did.

    Missing where something does, and the source that would confirm it is silent.
    """
    block = block_of(seen)
    dead = _dead_branch(seen, collection.branch)
    if isinstance(presence, Missing):
        return presence if block or dead or _all_untagged(seen) else None
    if presence.value.entry is None:
        return None
    if isinstance(dead, Act) and dead.at < presence.value.entry.at:
        # It came in all the same: what is dead since before is another life's, or never had one here.
        dead = None
    untagging = _last_untagging(seen, presence.value)
    gone = [act for act in (block, untagging) if act is not None]
    times = [act.at for act in gone]
    if isinstance(dead, Missing):
        if not gone:
            return dead
    elif dead is not None:
        gone.append(dead)
        times.append(dead.at + timedelta(hours=profile.grace_hours))
    if not times:
        return None
    at = min(times)
    return Departure(
        at=at,
        acts=tuple(sorted(gone, key=lambda act: (act.at, act.how.value))),
        counts=at <= seen.moment,
        last_build=_last_build(presence.value, at),
        in_force=at.date() >= seen.horizon.in_force_from,
    )


def block_of(seen: Seen) -> Act | None:
    """The block that stands in the newest tag that anything is known of, and who set it."""
    told = seen.of(PackageListChanged)
    for tag in reversed(seen.horizon.tags):
        here = [pair for pair in told if pair[1].tag == tag]
        last = seen.last_word(here)
        if last is not None and (last[1].blocked or _is_listed(seen, tag)):
            return _blocking(here, tag) if last[1].blocked else None
    return None


def _blocking(told: Iterable[Told[PackageListChanged]], tag: str) -> Act:
    """The act that set the block: message and look-up tell it a second apart, Koji's own time is earlier."""
    run: list[Told[PackageListChanged]] = []
    looked: list[Told[PackageListChanged]] = []
    for pair in told:
        if pair[1].action == LOOKED_AT:
            looked += [pair] if pair[1].blocked else []
        elif pair[1].blocked:
            run.append(pair)
        else:
            run.clear()
    # Where nobody told of the act itself, it was no later than the first look that found it done.
    found = run or looked
    by = next((change.by for _, change in found if change.by is not None), None)
    return Act(How.BLOCKED, min(one.happened_at for one, _ in found), tag, by)


def _is_listed(seen: Seen, tag: str) -> bool:
    """True if the package ever was in that tag: "not blocked" of one that doesn't list it tells nothing."""
    return any(fact.tag == tag for _, fact in seen.of(BuildTagged))


def _all_untagged(seen: Seen) -> bool:
    """True if messages and look-ups so far, however old, tell of builds in the tag and of none that stays."""
    tag = seen.horizon.current_tag
    last = {fact.nvr: fact.untagged for _, fact in seen.of(BuildTagged) if fact.tag == tag}
    return bool(last) and all(last.values())


def _last_untagging(seen: Seen, presence: Presence) -> Act | None:
    left_at = presence.left_at
    if left_at is None:
        return None
    done = [
        fact
        for one, fact in seen.of(BuildTagged)
        if fact.untagged and one.happened_at == left_at and fact.tag in seen.horizon.tags
    ]
    # None where a tag that passed to a trailing collection is all there was.
    last = max(done, key=lambda fact: (fact.by is not None, fact.nvr), default=None)
    if last is None:
        return Act(How.UNTAGGED, left_at, seen.horizon.current_tag)
    return Act(How.UNTAGGED, left_at, last.tag, last.by, last.nvr)


def _last_build(presence: Presence, at: datetime) -> Tagging | None:
    """What was latest in the tag when it left."""
    before = [stay for stay in presence.stays if stay.tagged_at < at]
    there = [stay for stay in before if stay.untagged_at is None or stay.untagged_at >= at - _TOGETHER]
    found = there or before
    return found[-1] if found else None


def _dead_branch(seen: Seen, branch: str) -> Act | Missing | None:
    """The commit that killed the branch, if its tip is dead; Missing while nobody could look at the tip."""
    tip = seen.last_word(pair for pair in seen.of(BranchSeen) if pair[1].branch == branch)
    pushes = [pair for pair in seen.of(Pushed) if pair[1].branch == branch and pair[1].dead_package]
    last_push = pushes[-1] if pushes else None
    if last_push is not None and (tip is None or tip[0].confirmed < last_push[0].happened_at):
        if last_push[1].dead_package == "removed":
            return None
        return _unconfirmed(seen, last_push)
    if tip is None or tip[1].dead_package is None:
        return None
    return _killing(tip, [pair for pair in pushes if pair[1].dead_package == "added"])


def _unconfirmed(seen: Seen, push: Told[Pushed]) -> Missing:
    one, _ = push
    trust = seen.horizon.distgit
    silent = trust.error if trust.asked else "dist-git is not asked here (sources.online is off)"
    return Missing(
        "dist-git",
        f"dead.package was pushed on {one.happened_at:%Y-%m-%d}, and whether it stands at the tip of the "
        f"branch is not known: {silent or 'dist-git has not been asked since'}",
        one.happened_at,
    )


def _killing(tip: Told[BranchSeen], added: list[Told[Pushed]]) -> Act:
    """Who killed the branch: the push of the tip's own commit, else the last that added the file."""
    one, branch = tip
    pushed = [pair for pair in added if pair[1].revision == branch.revision] or added
    if not pushed:
        return Act(
            How.DEAD_PACKAGE,
            one.happened_at,
            branch.branch,
            branch.author,
            branch.revision,
            branch.dead_package or None,
        )
    when, push = pushed[-1]
    return Act(
        How.DEAD_PACKAGE,
        when.happened_at,
        push.branch,
        push.agent,
        push.revision,
        branch.dead_package or push.text,
    )
