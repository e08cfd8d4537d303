# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Undo: take back the last word on a listing that still stands. Nothing is deleted; the log keeps both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.decision_log import Logged
from epelbot.domain.evidence import Undone
from epelbot.domain.excuse import Excuse
from epelbot.ledger import Ledger
from epelbot.policy.registry import RULES
from epelbot.policy.rule import RELEASE_MANAGER
from epelbot.services.keep_word import Look, NotNow, check_author, keep_word, plain_reason
from epelbot.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Taking:
    """Whose listing a person wants to take the last decision back on, and why."""

    package: str
    collection: Collection
    author: str
    reason: str


def undo(ledger: Ledger, rulebook: Rulebook, taking: Taking, now: datetime) -> tuple[Excuse, Logged]:
    """Take back the last decision that stands, whoever made it; returns the new excuse and what was undone.

    What stood before it stands again, if its post and build are still the same. `NotNow` where nothing
    stands.
    """
    undone: list[Logged] = []

    def word(look: Look) -> Undone:
        undone[:] = [_last(look, taking)]
        return _undone(rulebook, taking, undone[0], look)

    excuse = keep_word(
        ledger, rulebook, taking.package, taking.collection, now, author=taking.author, word=word
    )
    return excuse, undone[0]


def _last(look: Look, taking: Taking) -> Logged:
    standing = [one for one in look.excuse.decisions if one.ended is None]
    if not standing:
        raise NotNow(
            f"no decision on {taking.package} in {taking.collection} stands, so there is nothing to undo"
        )
    last = standing[-1]
    if last.post is not None:
        raise NotNow(
            f"the last word on {taking.package} in {taking.collection} settled a post, perhaps for other "
            f"packages too; undo it with 'epelbot triage undo {last.post}'"
        )
    return last


def _undone(rulebook: Rulebook, taking: Taking, last: Logged, look: Look) -> Undone:
    # Whoever may waive a rule may take the waiver back.
    role = next((rule.waivable_by for rule in RULES if rule.id == last.rule), None) or RELEASE_MANAGER
    check_author(taking.author, role, rulebook, look.seen)
    return Undone(
        taking.collection.name, last.author, last.at, taking.author, look.at, plain_reason(taking.reason)
    )
