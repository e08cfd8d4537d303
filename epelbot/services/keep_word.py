# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep a person's word on a listing: only by whoever may, and only about what is still as they saw it.

Two people may decide at once. What one of them says is kept only if nothing arrived between looking and
writing; else it is looked at again, and refused where the other has decided meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.evidence import Fact, Recorded
from epelbot.domain.excuse import Excuse
from epelbot.domain.facts import Facts
from epelbot.errors import BadInput, EpelbotError, TransientError
from epelbot.ledger import Ledger, evidence, listings
from epelbot.ledger.listings import Lease
from epelbot.policy.authority import Standing, groups_in, names_for, standing
from epelbot.policy.decisions_from_evidence import every_word
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.rule import RELEASE_MANAGER, RELEASE_MANAGER_OR_COMMITTEE
from epelbot.policy.seen import Seen
from epelbot.ports import Sources
from epelbot.services import record
from epelbot.services.backlog import backlog
from epelbot.services.excuse import excuse_from, notices_written
from epelbot.services.gather_successors import ancestors
from epelbot.services.judge import judge_leased
from epelbot.services.rulebook import Rulebook
from epelbot.wording.gate_text import news_in_words

# No worker takes the listing while the person waits for the judgement.
_A_MOMENT = timedelta(seconds=60)
# Where each role's accounts are named.
_SETTINGS = {
    RELEASE_MANAGER: "roles.release_managers",
    RELEASE_MANAGER_OR_COMMITTEE: "roles.release_managers or roles.committee",
}
# News may come in between looking and writing, but not again and again.
_TRIES = 5


class NotNow(EpelbotError):
    """It cannot be decided as things stand; the sentence says what is missing."""


class _News(Exception):
    """Something arrived between looking and writing."""


@dataclass(frozen=True, slots=True)
class Look:
    """A listing as it is known at one moment, with every word on it, oldest first.

    ``at`` is the instant that the next word is given: later than the last one, whatever the clocks of two
    machines say.
    """

    excuse: Excuse
    facts: Facts
    seen: Seen
    words: tuple[Logged, ...]
    at: datetime
    generation: int


def keep_word(
    ledger: Ledger,
    rulebook: Rulebook,
    package: str,
    collection: Collection,
    now: datetime,
    *,
    author: str,
    word: Callable[[Look], Fact],
    on_all_news: bool = False,
) -> Excuse:
    """Keep what ``word`` makes of a look, and judge the listing again; returns the new excuse.

    ``word`` raises what speaks against it. `NotNow` for an unknown listing, and when somebody else decided
    in this very moment. ``on_all_news``: `TransientError` where something waits that may be about the
    listing, so that nobody decides on what is no longer so.
    """
    said_before: int | None = None
    for _ in range(_TRIES):
        look = _look(ledger, rulebook, package, collection, now)
        if said_before is not None and len(look.words) != said_before:
            other = look.words[-1]
            raise NotNow(
                f"{other.author} has just decided on {package} in {collection} too ({other.what}: "
                f"{other.reason}); look at 'epelbot explain {package} --collection {collection}', then decide"
            )
        said_before = len(look.words)
        told = Recorded(word(look), package, collection.major, author, look.at, look.at)
        if on_all_news:
            _refuse_before_news(ledger, look, now)
        try:
            lease = _written(ledger, told, collection, look, now)
        except _News:
            continue
        excuse = judge_leased(ledger, lease, rulebook, Sources(), now)
        if excuse is None:
            # Something arrived in this very moment; the decision stands, and a worker judges it anew.
            raise NotNow(
                f"the decision on {package} is recorded, but news came in meanwhile; "
                f"see 'epelbot explain {package} --collection {collection}' in a moment"
            )
        return excuse
    raise TransientError(f"news of {package} keeps coming in, so nothing is decided; try again in a moment")


def _refuse_before_news(ledger: Ledger, look: Look, now: datetime) -> None:
    """TransientError where messages or posts wait that may be about the listing, or its next look."""
    facts, retirement = look.facts, look.excuse.retirement
    with ledger.read() as connection:
        waiting = backlog(
            connection,
            facts.package,
            facts.collection,
            now,
            post=retirement.post if retirement is not None else None,
            tag=look.seen.horizon.current_tag,
        )
    if waiting:
        raise TransientError(
            f"nothing is decided on {facts.package} in {facts.collection}, since not everything is known "
            f"yet: {news_in_words(waiting)}"
        )


def _written(ledger: Ledger, told: Recorded, collection: Collection, look: Look, now: datetime) -> Lease:
    """Write the word, unless something arrived since the look: then nothing is written."""
    with ledger.write() as connection:
        record.keep(connection, [told], now)
        package = look.facts.package
        lease = listings.lease_by_name(connection, package, collection, until=now + _A_MOMENT)
        # Our own word raised it by one.
        if lease.generation != look.generation + 1:
            raise _News
        return lease


def _look(ledger: Ledger, rulebook: Rulebook, package: str, collection: Collection, now: datetime) -> Look:
    day = now.date()
    with ledger.read() as connection:
        found = listings.generation_of(connection, package, collection.name)
        if found is None:
            raise NotNow(f"{package} is not known in {collection}; 'epelbot queue' shows what can be decided")
        number, generation = found
        rulebook = rulebook.current(connection)
        known = evidence.about_listing(connection, package, collection.major)
        horizon = rulebook.horizon(connection, collection, now, day)
        told = notices_written(connection, [number]).get(number, {})
        line = ancestors(connection, package, collection, known)
    # As the evidence has it now: what was judged last may be older, or no longer believed.
    facts = facts_from_evidence(
        package, collection, known, as_of=day, horizon=horizon, profile=rulebook.profile, ancestors=line
    )
    seen = Seen.on(day, known, horizon)
    words = every_word(seen, collection)
    at = max(now, words[-1].at + timedelta(microseconds=1)) if words else now
    return Look(excuse_from(facts, rulebook, told), facts, seen, words, at, generation)


def check_author(account: str, role: str, rulebook: Rulebook, seen: Seen) -> None:
    """BadInput for an author without the role, as rules name it; `TransientError` if nobody can tell."""
    names, setting = names_for(role, rulebook.profile.roles), _SETTINGS[role]
    title = role.removeprefix("the ").replace("or the", "or of the")
    if not names:
        raise BadInput(f"nobody is {title} here; name the accounts in {setting}")
    match standing(account, names, seen):
        case Standing.DOES_NOT:
            raise BadInput(f"{account} is no {title}; {', '.join(names)} may decide")
        case Standing.UNKNOWN:
            groups = " and ".join(f"@{one}" for one in groups_in(names))
            raise TransientError(
                f"who is in {groups} is not known here, so nobody can tell whether {account} may decide; "
                f"let epelbot ask dist-git (sources.online), or name accounts in {setting}"
            )


def plain_reason(reason: str) -> str:
    """The reason in one line; BadInput for none, or one that is no plain words."""
    words = " ".join(reason.split())
    if not words:
        raise BadInput("a decision needs a reason; give one with --reason")
    if not words.isprintable():
        raise BadInput("the reason holds control characters; give it as plain words")
    return words
