# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge: one listing at a time, under a lease, from facts gathered with no transaction open.

The judgement is kept only if its lease still holds and nothing newer arrived, else it starts again: so
neither order nor repetition nor the number of workers matters (DESIGN, Judge).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts, Horizon
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.faults import fault_point
from epelbot.ledger import Connection, Ledger, evidence, health, listings, outbox
from epelbot.ledger.codec import encode
from epelbot.ledger.listings import Lease
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.judgement import judge
from epelbot.policy.telling import COMPLETE, Audience, Telling, complete_cause, is_complete, tellings
from epelbot.ports import Sources
from epelbot.services.gather import Gathered, Question, gather
from epelbot.services.rulebook import Rulebook

# How soon a listing is looked at again when nothing arrives: a silent source, an open retirement.
_UNKNOWN_AGAIN = timedelta(minutes=30)
_OPEN_AGAIN = timedelta(hours=12)
# A judgement that fails by itself is tried again after this, doubled each time, at most a day.
_FAILED_AGAIN = timedelta(minutes=1)


def judge_leased(
    ledger: Ledger, lease: Lease, rulebook: Rulebook, sources: Sources, now: datetime
) -> Excuse | None:
    """Judge a listing that is held; None when something newer arrived meanwhile and it is due again."""
    with ledger.read() as connection:
        known = evidence.about_listing(connection, lease.package, lease.collection.major)
        horizon = rulebook.horizon(connection, lease.collection, now)
        told = notices_written(connection, lease.listing_id)
    question = Question(
        lease.package,
        lease.collection,
        horizon,
        rulebook.profile,
        timedelta(minutes=rulebook.sources.ask_again_minutes),
    )
    found = gather(question, known, sources)
    facts = facts_from_evidence(
        lease.package,
        lease.collection,
        [*known, *found.evidence],
        as_of=now.date(),
        horizon=_as_found(horizon, found),
        profile=rulebook.profile,
    )
    excuse = excuse_from(facts, rulebook, told)
    with ledger.write() as connection:
        # Evidence before listings, as the recorder locks them; it is true whatever becomes of the judgement.
        evidence.add(connection, found.evidence)
        holds = listings.still_holds(connection, lease)
        if holds:
            due_to_tell: tuple[Telling, ...] = ()
            if not _is_history(excuse, rulebook.holds_from(connection, now)):
                excuse = excuse_from(facts, rulebook, told, telling_at=now)
                due_to_tell = tellings(excuse)
            due_at = _due_again(excuse, rulebook, found, now)
            listings.keep(connection, lease, excuse, now=now, due_at=due_at, basis=rulebook.basis)
            _notify(connection, lease, excuse, due_to_tell, now)
        else:
            listings.give_back(connection, lease, due_at=now)
        # Last, since every worker writes these few rows.
        for source, error in sorted(found.health.items()):
            health.note(connection, source, now, error)
        fault_point("judge:before-commit")
    fault_point("judge:after-commit")
    return excuse if holds else None


@dataclass(frozen=True, slots=True)
class Written:
    """When a notice to the release manager was written, and how its mail stands (None: not worded yet)."""

    at: datetime
    how: str | None = None


def notices_written(connection: Connection, listing_id: int) -> dict[str, Written]:
    """The listing's notices to the release manager, by cause."""
    how = outbox.how_told(connection, listing_id, COMPLETE)
    return {
        cause: Written(at, how.get(cause))
        for cause, at in outbox.told(connection, listing_id, COMPLETE).items()
    }


def excuse_from(
    facts: Facts, rulebook: Rulebook, told: Mapping[str, Written], *, telling_at: datetime | None = None
) -> Excuse:
    """The judgement of a day.

    ``told`` holds the release manager's notices, by cause. With ``telling_at`` a notice that is due counts as
    written at that moment: the worker writes it in the same transaction as the excuse.
    """
    first = judge(facts, rulebook.calendar, rulebook.profile)
    if not is_complete(first):
        return first
    written = told.get(complete_cause(first))
    if written is None and telling_at is not None and any(one.rule == COMPLETE for one in tellings(first)):
        written = Written(telling_at)
    if written is None or written.at.date() > facts.as_of:
        return first
    return judge(
        replace(facts, told_at=written.at, told_how=written.how), rulebook.calendar, rulebook.profile
    )


def _as_found(horizon: Horizon, found: Gathered) -> Horizon:
    """The horizon with what the sources have just said, or why they didn't."""
    said = found.health
    return replace(
        horizon,
        koji=replace(horizon.koji, error=said.get("koji", horizon.koji.error)),
        bodhi=replace(horizon.bodhi, error=said.get("bodhi", horizon.bodhi.error)),
        distgit=replace(horizon.distgit, error=said.get("dist-git", horizon.distgit.error)),
    )


def _is_history(excuse: Excuse, in_force_from: date) -> bool:
    """A retirement that began before the policy held is shown, but nobody is told (POLICY, in force)."""
    began = excuse.retirement.began_at if excuse.retirement else None
    return began is not None and began.date() < in_force_from


def _due_again(excuse: Excuse, rulebook: Rulebook, found: Gathered, now: datetime) -> datetime | None:
    due = [datetime.combine(excuse.flips_on, time(), UTC)] if excuse.flips_on else []
    if rulebook.sources.online:
        due.append(now + rulebook.sources_believed_for / 2)
        if _is_blind(excuse) or any(found.health.values()):
            due.append(now + _UNKNOWN_AGAIN)
    if excuse.retirement is not None and excuse.retirement.state is not State.RETIRED:
        due.append(now + _OPEN_AGAIN)
    return min(due, default=None)


def _is_blind(excuse: Excuse) -> bool:
    return any(finding.verdict is Verdict.CANNOT_KNOW for finding in excuse.findings)


def failed_again_at(attempts: int, now: datetime) -> datetime:
    """When a listing whose judgement failed is tried again."""
    return now + min(_FAILED_AGAIN * (1 << min(attempts, 12)), timedelta(days=1))


def _notify(
    connection: Connection, lease: Lease, excuse: Excuse, found: Sequence[Telling], now: datetime
) -> None:
    """Write what has to be told, and take back what no longer has."""
    data = encode(excuse)
    for telling in found:
        for person in _persons(telling.audience, excuse):
            outbox.notify(
                connection,
                cause=telling.cause,
                person=person,
                listing_id=lease.listing_id,
                rule=telling.rule,
                data=data,
                now=now,
            )
    # What can't be seen has not gone.
    if not _is_blind(excuse):
        outbox.withdraw_others(connection, lease.listing_id, [one.cause for one in found], now)


def _persons(audience: Audience, excuse: Excuse) -> tuple[str, ...]:
    """Accounts; ``@release-manager`` and ``@package`` stand for addresses that the settings know."""
    if audience is Audience.RELEASE_MANAGER:
        return ("@release-manager",)
    people = excuse.people
    if people is None:
        # Told as soon as it is known whom; the alias now and a person later would be twice.
        return ()
    return people.maintainers or people.co_maintainers or ("@package",)
