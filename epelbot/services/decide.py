# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide: a person approves, defers or rejects a retirement; who may is checked here, for every face."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from epelbot.domain.calendar import parse_minor
from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Decided
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action, Decision, Retirement, State
from epelbot.errors import BadInput
from epelbot.ledger import Ledger
from epelbot.policy.retire_at_a_release import earliest_compose
from epelbot.policy.rule import RELEASE_MANAGER
from epelbot.policy.telling import is_complete
from epelbot.services.keep_word import Look, NotNow, check_author, keep_word, plain_reason
from epelbot.services.rulebook import Rulebook

#: States in which a decision can be made (or changed).
_DECIDABLE = {
    Action.APPROVE: (State.QUEUED, State.DEFERRED, State.REJECTED, State.ADOPTION_PROPOSED),
    Action.DEFER: (State.QUEUED, State.APPROVED, State.REJECTED, State.DEFERRED, State.ADOPTION_PROPOSED),
    Action.REJECT: (
        State.BEGUN,
        State.ANNOUNCED,
        State.FINAL_BUILD,
        State.IN_UPDATES,
        State.QUEUED,
        State.APPROVED,
        State.DEFERRED,
        State.ADOPTION_PROPOSED,
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to decide. ``minor`` ("9.10") is for a deferral."""

    action: Action
    package: str
    collection: Collection
    author: str
    reason: str
    minor: str | None = None


def decide(ledger: Ledger, rulebook: Rulebook, wish: Wish, now: datetime) -> Excuse:
    """Make the decision and judge the listing again; returns the new excuse.

    Raises `BadInput` for an author without the role or a minor that cannot be, `NotNow` when the
    retirement's state does not allow it.
    """
    with ledger.read() as connection:
        rulebook = rulebook.current(connection)
    return keep_word(
        ledger,
        rulebook,
        wish.package,
        wish.collection,
        now,
        author=wish.author,
        word=lambda look: _decision(rulebook, wish, look),
        # What keeps a package may be said at any time.
        on_all_news=wish.action is not Action.REJECT,
    )


def _decision(rulebook: Rulebook, wish: Wish, look: Look) -> Decided:
    check_author(wish.author, RELEASE_MANAGER, rulebook, look.seen)
    reason = plain_reason(wish.reason)
    retirement = _decidable(look.excuse, wish)
    if wish.action is Action.DEFER:
        _check_minor(rulebook, wish, look.facts.as_of)
    decision = Decision(
        wish.action, wish.author, look.at, reason, retirement.post, retirement.build, wish.minor
    )
    return Decided(wish.collection.name, decision)


def _check_minor(rulebook: Rulebook, wish: Wish, today: date) -> None:
    """BadInput for a minor that the major cannot have, or that is out (in ``epel10``: branched) already."""
    if wish.minor is None:
        raise BadInput("a deferral needs the minor it is put off to; give one with --to")
    calendar, collection = rulebook.calendar, wish.collection
    if collection.is_trailing:
        raise BadInput(f"nothing in {collection} can be deferred: it is not cut into further minors")
    # Raises BadInput for what is no minor of that major.
    earliest_compose(collection, None, today, calendar, rulebook.profile, not_before_minor=wish.minor)
    number = parse_minor(wish.minor)[1]
    if collection.is_leading:
        # M.m leads from the day on which M.(m-1) is branched.
        past = number == 0 or calendar.branching(collection.major, number - 1, today).happened is not None
    else:
        cadence = rulebook.profile.calendar.cadence_months
        releases = calendar.releases(collection.major, today, cadence)
        past = any(one.number == number and one.happened is not None for one in releases)
    if past:
        raise BadInput(f"RHEL {wish.minor} is no minor to come; name a later one")


def _decidable(excuse: Excuse, wish: Wish) -> Retirement:
    if excuse.retirement is None:
        raise NotNow(
            f"nobody wants to retire {wish.package} from {wish.collection}; there is nothing to decide"
        )
    state = excuse.retirement.state
    made = excuse.retirement.decision
    if state is State.APPROVED and wish.action is Action.APPROVE and made is not None:
        raise NotNow(
            f"{wish.package} in {wish.collection} is approved already, by {made.author} on "
            f"{made.at:%Y-%m-%d %H:%M} UTC: {made.reason}; there is nothing more to decide"
        )
    # What was rejected before it was complete is no more complete for that.
    decidable = state in _DECIDABLE[wish.action]
    too_soon = decidable and wish.action is not Action.REJECT and not is_complete(excuse)
    if not decidable or too_soon:
        raise NotNow(
            f"{wish.package} in {wish.collection} is {state.value}{' and not complete' if too_soon else ''}, "
            f"so you cannot {wish.action.value} it; "
            f"'epelbot explain {wish.package} --collection {wish.collection}' says what is missing"
        )
    return excuse.retirement
