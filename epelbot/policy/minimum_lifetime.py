# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""L1 minimum-lifetime: how long a listing is owed after it entered its collection.

At least one whole minor release of RHEL or 13 months, whichever is shorter, and never past the end of the
major's maintenance. In ``epel10`` the minor rule counts branchings instead of GA days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from epelbot.domain.calendar import Calendar, Milestone, add_months
from epelbot.domain.collection import Collection
from epelbot.domain.lifetime import EndedBy, Lifetime
from epelbot.domain.profile import Profile
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.errors import BadInput
from epelbot.policy.links import koji_build
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, needed

# On a tie the minor rule is named, and the end of life only when it is strictly earlier.
_NAMED_FIRST = (EndedBy.MINOR_RELEASE, EndedBy.MONTHS, EndedBy.END_OF_LIFE)


def lifetime(
    collection: Collection,
    entered: date,
    as_of: date,
    calendar: Calendar,
    profile: Profile,
    *,
    today: date | None = None,
) -> Lifetime:
    """The commitment of a listing that entered on ``entered``, as seen on ``as_of`` (UTC days).

    ``today`` is for an ``as_of`` that lies ahead: an entry must not. BadInput for an entry after ``as_of`` or
    ``today`` or after the end of maintenance, for a major that the calendar lacks, and for a trailing
    collection: it has no commitments of its own (see `retire_at_a_release` for when something may leave it).
    """
    end_of_life = last_supported_day(collection, calendar)
    _refuse_trailing(collection, as_of, calendar)
    _refuse_impossible_entry(collection, entered, as_of, today, end_of_life)
    counted = (_count_branchings if collection.is_leading else _count_releases)(
        collection.major, entered, as_of, calendar, profile
    )
    closing = counted.closing
    months_rule = add_months(entered, profile.lifetime.months)
    known = [(months_rule, EndedBy.MONTHS), (end_of_life + timedelta(days=1), EndedBy.END_OF_LIFE)]
    if closing is not None and closing.happened is not None:
        known.append((closing.happened, EndedBy.MINOR_RELEASE))
    latest, by = min(known, key=_by_day)
    over = latest <= as_of

    ends, projected = latest, False
    hoped_for = None if closing is None or closing.overdue else closing.expected
    if hoped_for is not None and not over:
        ends, by = min((latest, by), (hoped_for, EndedBy.MINOR_RELEASE), key=_by_day)
        projected = by is EndedBy.MINOR_RELEASE
    return Lifetime(
        collection=collection,
        entered=entered,
        as_of=as_of,
        ends=ends,
        by=by,
        first_whole_minor=counted.first_whole_name,
        projected=projected,
        latest=latest,
        overdue=any(milestone.overdue for milestone in counted.on_the_way),
        over=over,
        minor_rule_ends=hoped_for if closing is None or closing.happened is None else closing.happened,
        months_rule_ends=months_rule,
        closing_minor=None if closing is None else closing.name,
        end_of_life=end_of_life,
        conflicts=counted.conflicts,
        closing=closing,
        on_the_way=counted.on_the_way,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the minor rule counted; see `Lifetime` for the fields."""

    first_whole_name: str | None = None
    closing: Milestone | None = None
    on_the_way: tuple[Milestone, ...] = ()
    conflicts: tuple[str, ...] = ()


def _count_releases(major: int, entered: date, as_of: date, calendar: Calendar, profile: Profile) -> _Counted:
    """The minors by GA. A minor not out by ``as_of`` counts as after the entry, however overdue it is."""
    releases = calendar.releases(major, as_of, profile.calendar.cadence_months)
    before = [r.number for r in releases if r.begins is not None and r.begins < entered]
    first = before[-1] + 1 if before else 0
    if profile.lifetime.partial_minor_counts and before and not _begins_on(releases[first:], entered):
        first -= 1
    on_the_way = releases[first : first + profile.lifetime.minor_releases + 1]
    # Whether the cycle before was under way at the entry may itself be what the sources disagree on.
    unsettled = [
        r for r in releases[max(first - 1, 0) : first] if r.happened is None or r.happened >= entered
    ]
    return _Counted(
        first_whole_name=on_the_way[0].name if on_the_way else None,
        closing=on_the_way[-1] if len(on_the_way) > profile.lifetime.minor_releases else None,
        on_the_way=on_the_way,
        conflicts=tuple(r.conflict for r in (*unsettled, *on_the_way) if r.conflict is not None),
    )


def _begins_on(releases: tuple[Milestone, ...], day: date) -> bool:
    return bool(releases) and releases[0].begins == day


def _count_branchings(
    major: int, entered: date, as_of: date, calendar: Calendar, profile: Profile
) -> _Counted:
    """The minors by branching: the one that led at the entry is whole, since its branch keeps the package.

    `lifetime.partial_minor_counts` makes no difference. Nothing is projected by cadence: while the day of
    the closing branching is unknown the minor rule is open, and so it is when nobody knows which minor led.
    """
    leading = calendar.leading_minor(major, entered)
    if leading is None:
        return _Counted()
    closing = calendar.branching(major, leading + profile.lifetime.minor_releases - 1, as_of)
    final_minor = calendar.major(major).final_minor
    never = final_minor is not None and closing.number >= final_minor and closing.happened is None
    # Whether the one before still led at the entry may itself be what the sources disagree on.
    older = calendar.branching(major, leading - 1, as_of)
    unsettled = [older] if older.happened is None or older.happened > entered else []
    return _Counted(
        first_whole_name=f"{major}.{leading}",
        closing=None if never else closing,
        on_the_way=() if never else (closing,),
        conflicts=tuple(b.conflict for b in (*unsettled, closing) if b.conflict is not None),
    )


def _by_day(end: tuple[date, EndedBy]) -> tuple[date, int]:
    return end[0], _NAMED_FIRST.index(end[1])


def last_supported_day(collection: Collection, calendar: Calendar) -> date:
    """The last day of the major's maintenance, which is EPEL's too; BadInput when the calendar lacks it."""
    try:
        return calendar.end_of_maintenance(collection.major)
    except ValueError as missing:
        raise BadInput(f"{collection} cannot be judged: {missing}") from missing


def _refuse_trailing(collection: Collection, as_of: date, calendar: Calendar) -> None:
    """BadInput for a trailing collection; the sentence says whether it exists yet, or ever will."""
    if collection.minor is None:
        return
    major, minor = collection.major, f"{collection.major}.{collection.minor}"
    instead = f"ask about epel{major} instead"
    of = calendar.major(major)
    if of.final_minor is not None and collection.minor > of.final_minor:
        raise BadInput(
            f"there will be no {collection}: RHEL {major} ends with {major}.{of.final_minor}; {instead}"
        )
    known = [one.number for one in of.minors if one.number >= collection.minor]
    seen = [see(major, number, as_of) for number in known for see in (calendar.released, calendar.branching)]
    if all(one.begins is None for one in seen):
        raise BadInput(
            f"there is no {collection} yet, as far as the calendar knows on {as_of}: RHEL {minor} is neither "
            f"branched nor out; {instead}"
        )
    raise BadInput(
        f"{collection} has no commitments of its own: nothing leaves it before RHEL {minor} is superseded; "
        f"{instead}"
    )


def _refuse_impossible_entry(
    collection: Collection, entered: date, as_of: date, today: date | None, end_of_life: date
) -> None:
    if today is not None and entered > today:
        raise BadInput(f"an entry on {entered} lies after today, {today}: give the day on which it happened")
    if entered > as_of:
        raise BadInput(
            f"the listing entered on {entered}, so nothing was owed yet on {as_of}: ask about a later day"
        )
    if entered > end_of_life:
        raise BadInput(
            f"{collection} was closed when RHEL {collection.major}'s maintenance ended on {end_of_life}, "
            f"so nothing can have entered it on {entered}: check the day and the collection"
        )


def _judge(case: Case) -> Finding | None:
    presence = needed(case.facts.presence)
    clock, entry = case.lifetime, presence.value.entry
    if clock is None or entry is None:
        return None
    entry_seen = f"{entry.nvr} was tagged into {case.facts.collection} ({presence.source})"
    evidence = (Evidence(entry_seen, koji_build(str(entry.nvr)), entry.at),)
    heir = entry.inherited_from
    entered = f"entered {clock.entered}" + (f" (inherited from {heir}, which it succeeds)" if heir else "")
    required = RULE.required
    if clock.over:
        return Finding("L1", Verdict.OK, f"{entered}, owed until {clock.ends}", required, evidence=evidence)
    unknown = [one.package for one in case.facts.inherited if one.entry is None]
    if unknown:
        return Finding(
            "L1",
            Verdict.CANNOT_KNOW,
            f"{entered}, but it succeeds {unknown[0]}, whose entry it inherits and nobody knows",
            required,
            remedy="wait until Koji answers, or look into 'epelbot doctor'",
            evidence=evidence,
        )
    about = "about " if clock.projected else ""
    at_the_latest = f", at the latest {clock.latest}" if clock.latest != clock.ends else ""
    return Finding(
        "L1",
        # A package that nobody wants to retire is fine as it is.
        Verdict.WAIT if case.leaving else Verdict.OK,
        f"{entered}, owed until {about}{clock.ends}{at_the_latest}",
        required,
        flips_on=clock.flips_on,
        remedy="wait; the listing may be retired once its commitment is over" if case.leaving else None,
        waivable_by=RELEASE_MANAGER if case.leaving else None,
        evidence=evidence,
    )


RULE = Rule(
    "L1",
    "minimum-lifetime",
    needs=("presence",),
    judge=_judge,
    required="one whole minor release of RHEL or 13 months, whichever is shorter",
    waivable_by=RELEASE_MANAGER,
    concerns=lambda case: case.open and not case.facts.collection.is_trailing,
)
