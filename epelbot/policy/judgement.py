# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From facts to an excuse: every rule in reading order, the retirement's state, the listing's verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from epelbot.domain.calendar import Calendar
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import BuildChecked, NeededBy
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts, Known, Missing
from epelbot.domain.lifetime import Lifetime
from epelbot.domain.post import Meaning
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import Action, EarliestCompose, Retirement, State, Steps
from epelbot.domain.verdict import Finding, Verdict
from epelbot.errors import BadInput
from epelbot.policy import in_rhel, succeeded
from epelbot.policy.adoption import is_paused
from epelbot.policy.minimum_lifetime import last_supported_day, lifetime
from epelbot.policy.orphaned import orphaned_note
from epelbot.policy.registry import RULES
from epelbot.policy.retire_at_a_release import earliest_compose
from epelbot.policy.rule import Case, Rule
from epelbot.policy.violations import VIOLATIONS
from epelbot.policy.waiving import logged, set_aside

_DONE = (Verdict.OK, Verdict.WAIVED)
_SIGNS_OF_LEAVING = ("carries", "near-miss")


def judge(facts: Facts, calendar: Calendar, profile: Profile) -> Excuse:
    """Everything there is to say of a listing. Odd facts raise nothing: what cannot be told is a note."""
    notes: list[str] = []
    is_open = _is_open(facts, calendar, notes)
    clock = _clock(facts, calendar, profile, notes)
    leaving = _is_leaving(facts, profile, notes) and is_open
    unread = profile.retirement.final_build and isinstance(facts.check, Missing) and not _no_build(facts)
    if is_open and not leaving and unread and isinstance(facts.check, Missing):
        # Silence is no "no": a final build may be there that nobody could look into.
        notes.append(f"whether its newest build says that it is retired is not known: {facts.check.why}")
    if facts.announcement is None and _never_in(facts):
        notes.append(f"{facts.package} was not in {facts.collection} by then")
    has_left = _has_left(facts)
    not_asked = in_rhel.exempt(facts) | succeeded.exempt(facts)
    owed = None if "L1" in not_asked else clock
    earliest = None if has_left else _earliest(facts, calendar, profile, owed, notes, not_asked=not_asked)
    case, findings = _judged(
        Case(facts, calendar, profile, clock, earliest, leaving, is_open, exempt=not_asked)
    )
    has_ended = is_open and facts.ending is not None
    retirement = _retirement(case, findings) if leaving or has_left or has_ended else None
    if has_left:
        # What had to be shown has been shown; a package that is gone owes nobody a step.
        findings = tuple(one for one in findings if one.verdict in _DONE or one.rule in VIOLATIONS)
        notes.append(_left_when(facts))
    elif has_ended and _says_so(facts):
        notes.append(
            f"its newest build still says that {facts.package} is retired: build it again without "
            f"{profile.readme.name}"
        )
    if facts.told_at is not None and facts.decision is None and not has_left and facts.dependents is None:
        # Said where a person decides, and might think that it was looked at.
        notes.append(
            "who needs it is not looked at: no repositories are set up (sources.repodata.collection)"
        )
    if (leaving or has_left) and (said := in_rhel.note(facts)) is not None:
        notes.append(said)
    notes += _history(facts, retirement)
    grace = _grace(facts, profile, notes)
    if is_open and not has_left and (orphaned := orphaned_note(facts)) is not None:
        notes.append(orphaned)
    flips = [found.flips_on for found in findings if found.flips_on and found.flips_on > facts.as_of]
    flips += [grace] if grace is not None else []
    return Excuse(
        package=facts.package,
        collection=facts.collection,
        as_of=facts.as_of,
        verdict=max((found.verdict for found in findings), default=Verdict.OK),
        findings=findings,
        lifetime=clock,
        retirement=retirement,
        people=facts.people.value if isinstance(facts.people, Known) else None,
        flips_on=min(flips, default=None),
        notes=tuple(notes),
        tag=_tag(facts),
        to_change=_to_change(facts) if leaving and not has_left and "R2" not in not_asked else None,
        needed_by=_needed_by(facts) if leaving and not has_left else None,
        departure=facts.departure if isinstance(facts.departure, Departure) else None,
        decisions=logged(facts),
    )


def _judged(case: Case) -> tuple[Case, tuple[Finding, ...]]:
    """Every rule's finding, under the waivers that hold.

    What is waived bears on other rules (when it may leave, what R3 asks for), so all are judged again.
    """
    facts = case.facts
    findings = _findings(case)
    waived = frozenset(found.rule for found in findings if found.verdict is Verdict.WAIVED)
    if not waived:
        return case, findings
    earliest = case.earliest
    case = replace(case, waived=waived)
    if earliest is not None:
        clock = None if "L1" in case.not_asked else case.lifetime
        # What cannot be told has been noted the first time.
        earliest = _earliest(facts, case.calendar, case.profile, clock, [], not_asked=case.not_asked)
    case = replace(case, earliest=earliest)
    return case, _findings(case)


def _findings(case: Case) -> tuple[Finding, ...]:
    return tuple(
        set_aside(found, case.facts.waivers, case.facts)
        for rule in RULES
        if rule.id not in case.profile.left_out and (found := _finding(rule, case)) is not None
    )


def _finding(rule: Rule, case: Case) -> Finding | None:
    """What the rule says, unless it does not apply to what RHEL has, or to what another has succeeded."""
    if rule.id in case.exempt and rule.id in succeeded.exempt(case.facts) and rule.concerns(case):
        return succeeded.instead(rule, case)
    return in_rhel.judged(rule, case)


def _needed_by(facts: Facts) -> tuple[NeededBy, ...] | None:
    return facts.dependents.value.needed_by if isinstance(facts.dependents, Known) else None


def _is_open(facts: Facts, calendar: Calendar, notes: list[str]) -> bool:
    """A closed collection owes nothing, and nobody has to do anything for it."""
    closed = _closed_since(facts, calendar, notes)
    if closed is not None and facts.as_of > closed:
        notes.append(f"{facts.collection} is closed: RHEL {facts.collection.major} ended on {closed}")
        return False
    return True


def _closed_since(facts: Facts, calendar: Calendar, notes: list[str]) -> date | None:
    try:
        return last_supported_day(facts.collection, calendar)
    except BadInput as unknown:
        notes.append(str(unknown))
        return None


def _clock(facts: Facts, calendar: Calendar, profile: Profile, notes: list[str]) -> Lifetime | None:
    presence = facts.presence
    if not isinstance(presence, Known) or presence.value.entry is None or facts.collection.is_trailing:
        return None
    if not profile.lifetime.owed:
        return None
    try:
        return lifetime(facts.collection, presence.value.entry.day, facts.as_of, calendar, profile)
    except BadInput as impossible:
        notes.append(str(impossible))
        return None


def _earliest(
    facts: Facts,
    calendar: Calendar,
    profile: Profile,
    clock: Lifetime | None,
    notes: list[str],
    *,
    not_asked: frozenset[str] = frozenset(),
) -> EarliestCompose | None:
    decision = facts.decision
    deferred = decision.minor if decision is not None and decision.action is Action.DEFER else None
    if clock is None and not facts.collection.is_trailing and "L1" not in not_asked:
        if profile.lifetime.owed:
            return None
        if deferred is None:
            return EarliestCompose(None, None, facts.as_of, projected=False)
    approved = decision.at.date() if decision is not None and decision.action is Action.APPROVE else None
    try:
        return earliest_compose(
            facts.collection,
            clock,
            facts.as_of,
            calendar,
            profile,
            approved_on=approved,
            not_before_minor=deferred,
            any_day="L2" in not_asked,
        )
    except BadInput as impossible:
        notes.append(str(impossible))
        return None


def _is_leaving(facts: Facts, profile: Profile, notes: list[str]) -> bool:
    """A retirement is told by a post, by a build that says so, or by a person's decision.

    A post that a person has to judge is none yet. But while nobody can tell who maintains the package, one
    that would count if its author did must not be forgotten.
    """
    if _never_in(facts):
        if facts.announcement is not None:
            notes.append(f"its retirement is announced, but it never was in {facts.collection}")
        return False
    if facts.ending is not None:
        return False
    may_count = isinstance(facts.people, Missing) and any(
        post.read.starts_matter
        and post.read.author is not None
        and post.read.reading.meaning is Meaning.RETIREMENT
        for post in facts.doubtful
    )
    says_so = profile.retirement.final_build and _says_so(facts)
    return facts.announcement is not None or says_so or may_count or facts.decision is not None


def _says_so(facts: Facts) -> bool:
    return isinstance(facts.check, Known) and facts.check.value.outcome in _SIGNS_OF_LEAVING


def _never_in(facts: Facts) -> bool:
    """By the day asked for, no build was in the stable tag, nor is one on its way."""
    return isinstance(facts.presence, Known) and facts.presence.value.entry is None and _no_build(facts)


def _no_build(facts: Facts) -> bool:
    return isinstance(facts.newest, Known) and facts.newest.value is None


def _retirement(case: Case, findings: tuple[Finding, ...]) -> Retirement:
    facts = case.facts
    done = {found.rule for found in findings if found.verdict in _DONE}
    steps = Steps(
        announced="R1" in done,
        final_build="R2" in done,
        in_updates="R3" in done,
        release_manager_told=facts.told_at is not None,
        # One that would replace RHEL's package has to go first.
        asks_for_build=case.profile.retirement.final_build
        and not ("R2" in in_rhel.exempt(facts) and "R2" in done),
    )
    newest = facts.newest.value if isinstance(facts.newest, Known) else None
    return Retirement(
        state=_state(facts, steps),
        steps=steps,
        reason=_reason(facts),
        earliest_compose=case.earliest,
        post=facts.announcement.read.post if facts.announcement else None,
        build=str(newest.nvr) if newest is not None else None,
        build_is_a_try=facts.carried_before or _says_so(facts),
        decision=facts.decision,
        began_at=_began_at(facts),
        takeover=facts.takeover,
        in_rhel="R2" in in_rhel.exempt(facts),
    )


def _began_at(facts: Facts) -> datetime | None:
    """When the post came, else when the final build did."""
    if facts.announcement is not None:
        return facts.announcement.posted_at
    newest = facts.newest.value if isinstance(facts.newest, Known) else None
    if newest is None:
        return None
    return newest.stable_since or (newest.update.submitted_at if newest.update else None)


def _reason(facts: Facts) -> str | None:
    if facts.announcement is None:
        return None
    reading = facts.announcement.read.reading
    return reading.reason or (reading.category.value if reading.category else None)


def _has_left(facts: Facts) -> bool:
    """Blocked, or no build of it is in the stable tag any more (POLICY, in the collection)."""
    presence = facts.presence
    if not isinstance(presence, Known) or presence.value.entry is None:
        return False
    return facts.blocked or presence.value.left_at is not None


def _left_when(facts: Facts) -> str:
    left = facts.presence.value.left_at if isinstance(facts.presence, Known) else None
    if left is None:
        return f"{facts.package} is blocked in {facts.collection}"
    return f"the last build of {facts.package} was untagged from {facts.collection} on {left:%Y-%m-%d}"


def _history(facts: Facts, retirement: Retirement | None) -> list[str]:
    """What lies before the day from which the policy is in force: shown, but nobody is asked or told."""
    begins = facts.in_force_from
    found = []
    if isinstance(facts.departure, Departure) and not facts.departure.in_force:
        found.append(f"it left before the policy was in force ({begins}): that is history, and no violation")
    if (
        retirement is not None
        and retirement.began_at is not None
        and not retirement.state.is_over
        and retirement.began_at.date() < begins
    ):
        found.append(
            f"this retirement began before the policy was in force ({begins}), so nobody is told of it; "
            "a new announcement begins it anew"
        )
    if facts.doubtful_before:
        last = facts.doubtful_before[-1]
        where = f": {last.read.url}" if last.read.url else ""
        found.append(
            f"a post of {last.posted_at:%Y-%m-%d}, before the policy was in force ({begins}), may have "
            f"announced that it leaves{where}"
        )
    return found


def _grace(facts: Facts, profile: Profile, notes: list[str]) -> date | None:
    """The day after the grace of ``dead.package`` ends, where it runs; until then nothing has happened."""
    left = facts.departure
    if not isinstance(left, Departure) or left.counts:
        return None
    (act,) = left.acts
    by = f" by {act.by}" if act.by else ""
    notes.append(
        f"dead.package was committed to {act.where}{by} on {act.at:%Y-%m-%d %H:%M} UTC; Fedora's automation "
        f"will block the package, and after {profile.grace_hours} hours, from {left.at:%Y-%m-%d %H:%M} UTC "
        "on, it counts as gone, unless the file is taken out again"
    )
    return left.day + timedelta(days=1)


def _tag(facts: Facts) -> str | None:
    there = facts.presence.value.there if isinstance(facts.presence, Known) else ()
    return there[-1].tag if there else None


def _to_change(facts: Facts) -> BuildChecked | None:
    check = facts.check.value if isinstance(facts.check, Known) else None
    return check if check is not None and check.to_change else None


def _state(facts: Facts, steps: Steps) -> State:
    if _has_left(facts):
        return State.RETIRED
    if facts.ending is not None:
        return State.ADOPTED if facts.ending.adopted else State.WITHDRAWN
    if is_paused(facts):
        return State.ADOPTION_PROPOSED
    if facts.decision is not None:
        return {
            Action.APPROVE: State.APPROVED,
            Action.DEFER: State.DEFERRED,
            Action.REJECT: State.REJECTED,
        }[facts.decision.action]
    if not steps.announced:
        return State.BEGUN
    if not steps.for_packagers_done:
        return State.FINAL_BUILD if steps.final_build else State.ANNOUNCED
    return State.QUEUED if steps.release_manager_told else State.IN_UPDATES
