# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge: listings under a lease, from facts gathered with no transaction open.

A judgement is kept only if its lease still holds and nothing newer arrived, else it starts again: so
neither order nor repetition nor the number of workers matters (DESIGN, Judge). Several share the reading
before and the transaction after, since one listing's own share of both is small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from epelbot.domain.evidence import AccessSeen, Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts, Horizon, Missing
from epelbot.domain.people import ERASED_AS
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.faults import fault_point
from epelbot.ledger import Connection, Ledger, evidence, health, listings, notices, posts
from epelbot.ledger.codec import encode
from epelbot.ledger.evidence import Syncs
from epelbot.ledger.listings import Judged, Lease
from epelbot.policy import in_rhel
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.succession import predecessors
from epelbot.policy.telling import Audience, Telling, is_complete, tellings
from epelbot.ports import Sources
from epelbot.services.excuse import Written, excuse_from, notices_written
from epelbot.services.gather import Gathered, Question, gather
from epelbot.services.gather_dependents import Asked, dependents, dependents_asked, packages_seen
from epelbot.services.gather_public import published
from epelbot.services.gather_rhel import rhel_asked, rhel_lists
from epelbot.services.gather_successors import ancestors, successions
from epelbot.services.rulebook import Rulebook

# How soon a listing is looked at again when nothing arrives: a silent source, an open retirement.
_UNKNOWN_AGAIN = timedelta(minutes=30)
_OPEN_AGAIN = timedelta(hours=12)
# States of a retirement that ends with the package's leaving, if nothing comes between.
_MAY_LEAVE = (
    State.BEGUN,
    State.ANNOUNCED,
    State.FINAL_BUILD,
    State.IN_UPDATES,
    State.QUEUED,
    State.APPROVED,
)
# A judgement that fails by itself is tried again after this, doubled each time, at most a day.
_FAILED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Docket:
    """All that the ledger holds for one judgement; ``told`` are the release manager's notices, by cause.

    ``leaving``: it had a retirement when it was judged last. ``together`` are all packages of its collection
    with a retirement that may end with its leaving; nobody looks where no repositories are set up.
    ``ancestors`` is the evidence of those whose place it took, ``access`` what dist-git told of those who
    need it.
    """

    lease: Lease
    known: Sequence[Recorded]
    horizon: Horizon
    told: Mapping[str, Written]
    leaving: bool
    together: Sequence[str] = ()
    ancestors: Mapping[str, Sequence[Recorded]] = field(default_factory=dict)
    access: Sequence[Recorded] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a docket. ``found`` is what the sources said, ``told_now`` the excuse with its notices.

    ``tellings`` are what has to be told once it is kept. ``again``: it inherits from a package of which
    nothing had been read.
    """

    lease: Lease
    found: Gathered
    excuse: Excuse
    told_now: Excuse
    tellings: tuple[Telling, ...]
    again: bool = False


def judge_leased(
    ledger: Ledger, lease: Lease, rulebook: Rulebook, sources: Sources, now: datetime
) -> Excuse | None:
    """Judge a listing that is held; None when something newer arrived meanwhile and it is due again."""
    (docket,) = dockets(ledger, [lease], rulebook, now)
    judgement = deliberate(docket, rulebook, sources, now)
    kept = keep(ledger, [judgement], rulebook, now)
    return judgement.told_now if kept else None


def dockets(
    ledger: Ledger,
    leases: Sequence[Lease],
    rulebook: Rulebook,
    now: datetime,
    synced: Syncs | None = None,
) -> list[Docket]:
    """What there is to judge the leased listings by, read in one transaction; ``synced`` as in `horizons`."""
    with ledger.read() as connection:
        known = evidence.about_listings(connection, {(one.package, one.collection.major) for one in leases})
        horizons = rulebook.horizons(connection, {one.collection for one in leases}, now, synced=synced)
        told = notices_written(connection, [one.listing_id for one in leases])
        leaving = listings.leaving(connection, [one.listing_id for one in leases])
        together = {
            collection: listings.packages_in_state(connection, collection.name, _MAY_LEAVE)
            for collection, horizon in horizons.items()
            if horizon.repodata is not None
        }
        lines = {
            one: ancestors(connection, one.package, one.collection, known[one.package, one.collection.major])
            for one in leases
        }
        access = {
            one: evidence.of_packages(connection, AccessSeen, names)
            for one in leases
            if one.listing_id in leaving
            and (names := packages_seen(known[one.package, one.collection.major], one.collection))
        }
    return [
        Docket(
            one,
            known[one.package, one.collection.major],
            horizons[one.collection],
            told.get(one.listing_id, {}),
            one.listing_id in leaving,
            together.get(one.collection, ()),
            lines[one],
            access.get(one, ()),
        )
        for one in leases
    ]


def deliberate(docket: Docket, rulebook: Rulebook, sources: Sources, now: datetime) -> Judgement:
    """Ask the sources what has to be asked, and judge. No transaction is open."""
    lease = docket.lease
    # A listing that simply lives is believed for as long as it isn't due again by itself: after a sweep,
    # thousands are judged, and what the sweep has asked for all of them need not be asked for each.
    believed_for = (
        timedelta(minutes=rulebook.sources.ask_again_minutes)
        if docket.leaving
        else rulebook.sources_believed_for / 2
    )
    question = Question(lease.package, lease.collection, docket.horizon, rulebook.profile, believed_for)
    found = gather(question, docket.known, sources)
    facts = _facts(docket, found, rulebook, now)
    excuse = excuse_from(facts, rulebook, docket.told)
    # At the first look who succeeds whom; it tells from whom an entry is inherited.
    asked = _ask_who_succeeds(docket, found, facts, sources, now)
    asked |= in_rhel.is_reason(facts) and _ask_rhel(docket, found, rulebook, sources, now)
    if _may_leave(excuse):
        asked |= _ask_what_is_public(docket, found, facts, sources, now)
        asked |= _ask_who_needs_it(docket, found, rulebook, sources, now)
    if asked:
        facts = _facts(docket, found, rulebook, now)
        excuse = excuse_from(facts, rulebook, docket.told)
    heir_of = predecessors(lease.package, found.evidence, lease.collection.name)
    again = not docket.ancestors.keys() >= set(heir_of)
    if _is_history(excuse, docket.horizon.in_force_from):
        return Judgement(lease, found, excuse, excuse, (), again)
    told_now = excuse_from(facts, rulebook, docket.told, telling_at=now) if is_complete(excuse) else excuse
    return Judgement(lease, found, excuse, told_now, tellings(told_now), again)


def _facts(docket: Docket, found: Gathered, rulebook: Rulebook, now: datetime) -> Facts:
    return facts_from_evidence(
        docket.lease.package,
        docket.lease.collection,
        [*docket.known, *found.evidence],
        as_of=now.date(),
        horizon=_as_found(docket.horizon, found),
        profile=rulebook.profile,
        ancestors=docket.ancestors,
    )


def _may_leave(excuse: Excuse) -> bool:
    return excuse.retirement is not None and excuse.retirement.state in _MAY_LEAVE


def _ask_who_succeeds(docket: Docket, found: Gathered, facts: Facts, sources: Sources, now: datetime) -> bool:
    """Add to what was found whose place it takes and who takes its, or why that is not known."""
    index = sources.index
    if docket.horizon.repodata is None or index is None:
        return False
    before = len(found.evidence)
    found.take("repodata", lambda: successions(facts, [*docket.known, *found.evidence], index, now))
    # Nearly always there is nothing to tell.
    return len(found.evidence) > before or isinstance(facts.succession, Missing)


def _ask_what_is_public(
    docket: Docket, found: Gathered, facts: Facts, sources: Sources, now: datetime
) -> bool:
    """Add to what was found whether the metadata have the newest build; whether they do."""
    index, before = sources.index, len(found.evidence)
    if docket.horizon.repodata is None or index is None:
        return False
    found.take("repodata", lambda: published(facts, index, now))
    return len(found.evidence) > before


def _ask_rhel(docket: Docket, found: Gathered, rulebook: Rulebook, sources: Sources, now: datetime) -> bool:
    """Add to what was found whether RHEL has the package, or why that is not known; whether it was asked."""
    lease, index, again = docket.lease, sources.index, timedelta(minutes=rulebook.sources.ask_again_minutes)
    if docket.horizon.rhel is None or index is None:
        return False
    if rhel_asked(docket.known, lease.collection, now, again):
        return False
    rhel = rulebook.profile.rhel
    found.take("rhel", lambda: rhel_lists(lease.package, lease.collection, rhel, index, now))
    return True


def _ask_who_needs_it(
    docket: Docket, found: Gathered, rulebook: Rulebook, sources: Sources, now: datetime
) -> bool:
    """Add to what was found who needs the package, or why that is not known; whether there was any need."""
    lease, again = docket.lease, timedelta(minutes=rulebook.sources.ask_again_minutes)
    if docket.horizon.repodata is None or sources.index is None:
        return False
    if dependents_asked(docket.known, lease.collection, now, again):
        return False
    believed_for = docket.horizon.distgit.max_age
    asked = Asked(lease.package, lease.collection, docket.together, docket.access, believed_for)
    found.take("repodata", lambda: dependents(asked, sources, now))
    found.aside += [one for one in found.evidence if one.package != lease.package]
    found.evidence = [one for one in found.evidence if one.package == lease.package]
    return True


def keep(
    ledger: Ledger, judgements: Sequence[Judgement], rulebook: Rulebook, now: datetime
) -> frozenset[int]:
    """Keep in one transaction what still holds, with all that has to be told; the rest is due again.

    Returns the numbers of the listings whose judgement was kept.
    """
    with ledger.write() as connection:
        # Posts, evidence, listings, as the recorder locks them; all is true whatever becomes of the
        # judgement.
        threads = {post.hash: post for one in judgements for post in one.found.thread}
        for _, post in sorted(threads.items()):
            posts.keep(connection, post, now)
        posts.read_again(connection, {reply for one in judgements for reply in one.found.new_replies}, now)
        evidence.add(
            connection, [piece for one in judgements for piece in (*one.found.evidence, *one.found.aside)]
        )
        held = listings.still_held(connection, [one.lease for one in judgements])
        kept = [one for one in judgements if one.lease.listing_id in held]
        bases = {major: rulebook.basis_of(major) for major in {one.lease.collection.major for one in kept}}
        judged = [
            Judged(
                one.lease,
                one.told_now,
                _due_again(one, rulebook, now),
                bases[one.lease.collection.major],
            )
            for one in kept
        ]
        listings.keep(connection, judged, now=now)
        noticed = notices.lock_listings(connection, held)
        mails: set[int] = set()
        for one in kept:
            if one.tellings or one.lease.listing_id in noticed:
                mails |= _notify(connection, one.lease, one.told_now, one.tellings, now)
        if mails:
            notices.take_back(connection, mails, now)
        for one in judgements:
            if one.lease.listing_id not in held:
                listings.give_back(connection, one.lease, due_at=now)
        # Last, since every worker writes these few rows.
        said = {name: error for one in judgements for name, error in one.found.health.items()}
        for source, error in sorted(said.items()):
            health.note(connection, source, now, error)
        fault_point("judge:before-commit")
    fault_point("judge:after-commit")
    return held


def _as_found(horizon: Horizon, found: Gathered) -> Horizon:
    """The horizon with what the sources have just said, or why they didn't."""
    said = found.health
    if not said:
        return horizon
    return replace(
        horizon,
        koji=replace(horizon.koji, error=said.get("koji", horizon.koji.error)),
        bodhi=replace(horizon.bodhi, error=said.get("bodhi", horizon.bodhi.error)),
        distgit=replace(horizon.distgit, error=said.get("dist-git", horizon.distgit.error)),
        repodata=None
        if horizon.repodata is None
        else replace(horizon.repodata, error=said.get("repodata", horizon.repodata.error)),
        rhel=None
        if horizon.rhel is None
        else replace(horizon.rhel, error=said.get("rhel", horizon.rhel.error)),
        archive=replace(horizon.archive, error=said.get("archive", horizon.archive.error)),
    )


def _is_history(excuse: Excuse, in_force_from: date) -> bool:
    """A retirement that began before the policy held is shown, but nobody is told (POLICY, in force)."""
    if excuse.verdict is Verdict.VIOLATED:
        # It left when the policy was in force, whenever that began.
        return False
    began = excuse.retirement.began_at if excuse.retirement else None
    return began is not None and began.date() < in_force_from


def _due_again(judgement: Judgement, rulebook: Rulebook, now: datetime) -> datetime | None:
    excuse, found = judgement.told_now, judgement.found
    if judgement.again:
        return now
    due = [datetime.combine(excuse.flips_on, time(), UTC)] if excuse.flips_on else []
    if rulebook.sources.online:
        due.append(now + rulebook.sources_believed_for / 2)
        if _is_blind(excuse) or any(found.health.values()):
            due.append(now + _UNKNOWN_AGAIN)
    if excuse.retirement is not None and not excuse.retirement.state.is_over:
        due.append(now + _OPEN_AGAIN)
        if rulebook.sources.online and any(one.maintainers is None for one in excuse.needed_by or ()):
            # Some are asked for at each look.
            due.append(now + _UNKNOWN_AGAIN)
    return min(due, default=None)


def _is_blind(excuse: Excuse) -> bool:
    return any(finding.verdict is Verdict.CANNOT_KNOW for finding in excuse.findings)


def failed_again_at(attempts: int, now: datetime) -> datetime:
    """When a listing whose judgement failed is tried again."""
    return now + min(_FAILED_AGAIN * (1 << min(attempts, 12)), timedelta(days=1))


def _notify(
    connection: Connection, lease: Lease, excuse: Excuse, found: Sequence[Telling], now: datetime
) -> set[int]:
    """Write what has to be told, and withdraw what no longer has; returns the mails to be taken back."""
    whole = encode(excuse)
    for telling in found:
        mine = telling.dependent
        # What half the collection needs has thousands of dependents; each is told of itself alone.
        data = whole if mine is None else encode(replace(excuse, needed_by=(mine,)))
        for person in _persons(telling, excuse):
            notices.notify(
                connection,
                cause=telling.cause,
                person=person,
                listing_id=lease.listing_id,
                rule=telling.rule,
                data=data,
                now=now,
                due=telling.due,
                at_once=telling.at_once,
                once=telling.once,
                news=telling.news,
            )
    # What can't be seen has not gone.
    if _is_blind(excuse):
        return set()
    return notices.withdraw_others(connection, lease.listing_id, [one.cause for one in found], now)


def _persons(telling: Telling, excuse: Excuse) -> tuple[str, ...]:
    """Accounts; ``@release-manager`` and ``@package:NAME`` stand for addresses that the settings know."""
    if telling.audience is Audience.RELEASE_MANAGER:
        return ("@release-manager",)
    if telling.dependent is not None:
        # Told as soon as dist-git says who they are. Of an orphan there is nobody to tell.
        return telling.dependent.maintainers or ()
    people = excuse.people
    if people is None:
        # Told as soon as it is known whom; the alias now and a person later would be twice.
        return ()
    there = [
        tuple(one for one in some if not one.startswith(ERASED_AS))
        for some in (people.maintainers, people.co_maintainers)
    ]
    return there[0] or there[1] or (f"@package:{excuse.package.lower()}",)
