# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence: a listing's stays in its stable tag, its entry, and its newest build (L1, L3, R2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from epelbot.domain.build import Tagging
from epelbot.domain.evidence import BuildChanged, BuildChecked, BuildTagged, UpdateSeen
from epelbot.domain.facts import Horizon, Known, Missing, NewestBuild, Presence
from epelbot.domain.nevra import NVR
from epelbot.domain.profile import ReadmeRules
from epelbot.policy.entry import blocks_of, entry_of
from epelbot.policy.seen import Seen, Told

#: The questions that are put to Koji and Bodhi, as `LookedUp` names them.
TAG_HISTORY = "tag-history"
UPDATES = "updates"

LIVE_STATUSES = ("pending", "testing")
_ALWAYS = datetime.max.replace(tzinfo=UTC)


def epochs_of(seen: Seen) -> dict[str, int]:
    """The epochs that Koji told, by NVR.

    What R2 read of a build is no source: it was given the epoch that was known then.
    """
    return {
        fact.nvr: fact.epoch
        for fact in (one.fact for one in (*seen.later, *seen.by_then))
        if isinstance(fact, (BuildTagged, BuildChanged)) and fact.epoch is not None
    }


def presence_of(seen: Seen, epochs: dict[str, int], undo_days: int) -> Known[Presence] | Missing:
    """The listing's stays in its stable tags; missing where Koji is asked and does not answer."""
    horizon = seen.horizon
    answer = seen.asked(TAG_HISTORY, "Koji", horizon.koji, horizon.tags)
    stays = _stays(seen, epochs, horizon.tags)
    if isinstance(answer, Known):
        source, at = "Koji", answer.at
    elif horizon.koji.asked:
        return answer
    else:
        source, at = "the message bus", horizon.now
        stays = _with_stable_updates(stays, seen, epochs)
        if not stays:
            return answer
    here = tuple(stay for stay in stays if stay.tag == horizon.current_tag)
    leading = [stay for stay in (_while_it_led(stay, horizon) for stay in stays) if stay is not None]
    entry = entry_of(leading, blocks_of(seen, stays), undo_days)
    return Known(Presence(here, entry, _left_at(stays, horizon)), source, at)


def _stays(seen: Seen, epochs: dict[str, int], tags: Sequence[str]) -> list[Tagging]:
    """Each build's stays in the stable tags, in the order of tagging."""
    running: dict[tuple[str, str], Tagging] = {}
    done: list[Tagging] = []
    for one, fact in seen.of(BuildTagged):
        if fact.tag not in tags:
            continue
        key = (fact.nvr, fact.tag)
        if not fact.untagged:
            # Message and look-up tell the same tagging a second apart; the earlier one is Koji's own time.
            stay = Tagging(NVR.parse(fact.nvr), epochs.get(fact.nvr), fact.tag, one.happened_at, fact.by)
            running.setdefault(key, stay)
        elif key in running:
            done.append(replace(running.pop(key), untagged_at=one.happened_at, untagged_by=fact.by))
    return _in_order([*done, *running.values()])


def _in_order(stays: Sequence[Tagging]) -> list[Tagging]:
    return sorted(stays, key=lambda stay: (stay.tagged_at, str(stay.nvr)))


def _with_stable_updates(stays: list[Tagging], seen: Seen, epochs: dict[str, int]) -> list[Tagging]:
    """Where Koji is silent, an update that went stable tells that its builds entered (POLICY, entry)."""
    known = {(str(stay.nvr), stay.tag) for stay in stays}
    found = list(stays)
    for one, update in seen.of(UpdateSeen):
        if update.status != "stable" or update.release not in seen.horizon.tags:
            continue
        for nvr in update.builds:
            if one.package == NVR.parse(nvr).name and (nvr, update.release) not in known:
                known.add((nvr, update.release))
                at = update.stable_at or one.happened_at
                found.append(Tagging(NVR.parse(nvr), epochs.get(nvr), update.release, at))
    return _in_order(found)


def _while_it_led(stay: Tagging, horizon: Horizon) -> Tagging | None:
    """The part of a stay that counts for the leading collection: the tag of a branched minor is another's."""
    day = dict(horizon.led_until).get(stay.tag)
    if day is None:
        return stay
    branched = datetime.combine(day + timedelta(days=1), time(), UTC)
    if stay.tagged_at >= branched:
        return None
    return replace(stay, untagged_at=min(stay.untagged_at or _ALWAYS, branched))


def _left_at(stays: Sequence[Tagging], horizon: Horizon) -> datetime | None:
    """When the last build went, if none is left in the newest of its tags that the listing ever was in.

    A collection that has moved on to a new tag does not bring back what had left the one before.
    """
    # Nor does what came into the tag of a minor only after that was branched, and so into another collection.
    its_own = [stay for stay in stays if _while_it_led(stay, horizon) is not None]
    for tag in reversed(horizon.tags):
        here = [stay.untagged_at for stay in its_own if stay.tag == tag]
        gone = [at for at in here if at is not None]
        if here:
            return max(gone) if len(gone) == len(here) else None
    return None


def builds_before(presence: Known[Presence] | Missing, moment: datetime) -> tuple[Tagging, ...]:
    """The stable builds that were latest at that moment or came later, but for the latest one now."""
    stays = presence.value.stays if isinstance(presence, Known) and presence.value.there else ()
    begins = max((stay.tagged_at for stay in stays if stay.tagged_at <= moment), default=moment)
    latest = presence.value.there[-1] if isinstance(presence, Known) and presence.value.there else None
    return tuple(stay for stay in stays if latest is not None and begins <= stay.tagged_at < latest.tagged_at)


def updates_of(package: str, seen: Seen) -> list[UpdateSeen]:
    """The last known state of each update with a build of the package for the listing's releases."""
    told: dict[str, list[Told[UpdateSeen]]] = {}
    for one, update in seen.of(UpdateSeen):
        told.setdefault(update.alias, []).append((one, update))
    last = [found[1] for states in told.values() if (found := seen.last_word(states)) is not None]
    for _, update in seen.of_later(UpdateSeen):
        # A look-up tells an update's past too.
        if update.alias not in told and (before := _as_it_was(update, seen.until)) is not None:
            told[update.alias] = []
            last.append(before)
    # An edit may have taken the package out of its update: then only older states name it.
    here = [update for update in last if update.release in seen.horizon.tags]
    return [update for update in here if any(NVR.parse(nvr).name == package for nvr in update.builds)]


def _as_it_was(update: UpdateSeen, until: datetime) -> UpdateSeen | None:
    """An update before it came to the state in which it was first seen; None if it wasn't there yet."""
    if update.status not in (*LIVE_STATUSES, "stable"):
        return None
    if update.testing_at is not None and update.testing_at < until:
        return replace(update, status="testing", request=None, stable_at=None)
    if update.submitted_at is not None and update.submitted_at < until:
        return replace(update, status="pending", request=None, stable_at=None, testing_at=None)
    return None


def newest_build(
    package: str, seen: Seen, epochs: dict[str, int], presence: Known[Presence] | Missing
) -> Known[NewestBuild | None] | Missing:
    """The build that R2 looks at: the latest stable one, or a higher one in a live update."""
    if isinstance(presence, Missing):
        return presence
    horizon = seen.horizon
    answer = seen.asked(UPDATES, "Bodhi", horizon.bodhi, horizon.tags)
    if isinstance(answer, Missing) and horizon.bodhi.asked:
        return answer
    updates = updates_of(package, seen)
    newest = _latest_stable(presence.value, updates, epochs, bodhi_told=isinstance(answer, Known))
    for update in updates:
        if update.status not in LIVE_STATUSES or update.release != horizon.current_tag:
            continue
        for nvr in (NVR.parse(text) for text in update.builds):
            evr = nvr.evr(epochs.get(str(nvr)))
            if nvr.name == package and (newest is None or evr > newest.evr):
                newest = NewestBuild(nvr, evr, update.status, update, None)
    return Known(newest, presence.source, presence.at)


def _latest_stable(
    presence: Presence, updates: Sequence[UpdateSeen], epochs: dict[str, int], *, bodhi_told: bool
) -> NewestBuild | None:
    if not presence.there:
        return None
    stay = presence.there[-1]
    evr = stay.nvr.evr(epochs.get(str(stay.nvr)))
    highest = max(presence.there, key=lambda one: one.nvr.evr(epochs.get(str(one.nvr))))
    trouble = None
    if highest.nvr.evr(epochs.get(str(highest.nvr))) > evr:
        trouble = f"{stay.nvr} was tagged last, but {highest.nvr}, also in {stay.tag}, is the higher version"
    # Between the tagging and the end of the compose the update is not called stable yet.
    carriers = [update for update in updates if str(stay.nvr) in update.builds]
    update = max(carriers, key=lambda one: (one.status == "stable", one.alias), default=None)
    return NewestBuild(
        stay.nvr,
        evr,
        "stable",
        update,
        stay.tagged_at,
        tagged_by_hand=bodhi_told and update is None,
        order_trouble=trouble,
    )


def check_of(
    seen: Seen, newest: Known[NewestBuild | None] | Missing, readme: ReadmeRules
) -> Known[BuildChecked] | Missing:
    """What R2 found in that build by today's rules. What is in a build never changes, so any day will do."""
    if isinstance(newest, Missing):
        return newest
    if newest.value is None:
        return Missing("Koji", "the listing has no build to look into")
    return check_of_build(str(newest.value.nvr), seen, readme)


def check_of_build(nvr: str, seen: Seen, readme: ReadmeRules) -> Known[BuildChecked] | Missing:
    """The same of any build."""
    told = (*seen.of(BuildChecked), *seen.of_later(BuildChecked))
    checks = [(one, fact) for one, fact in told if fact.nvr == nvr and fact.rules == readme]
    if not checks:
        return Missing("Koji", f"the RPMs of {nvr} have not been read yet")
    # A reading that failed may have been mended since.
    one, fact = max(checks, key=lambda pair: (pair[1].outcome != "unreadable", pair[0].confirmed))
    return Known(fact, one.source, one.confirmed)
