# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waive: a person with the right to sets one rule aside for one listing, for a while (POLICY, Waivers)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Waived
from epelbot.domain.excuse import Excuse
from epelbot.domain.verdict import Finding, Verdict
from epelbot.domain.waiver import Waiver
from epelbot.errors import BadInput
from epelbot.ledger import Ledger
from epelbot.policy.registry import RULES
from epelbot.policy.waiving import can_be_waived, for_what
from epelbot.services.keep_word import Look, NotNow, check_author, keep_word, plain_reason
from epelbot.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class WaiverWish:
    """Which rule a person wants to set aside, for which listing, until the end of which day (UTC)."""

    rule: str
    package: str
    collection: Collection
    author: str
    reason: str
    until: date


def waive(ledger: Ledger, rulebook: Rulebook, wish: WaiverWish, now: datetime) -> Excuse:
    """Waive the rule and judge the listing again; returns the new excuse.

    BadInput for a rule that nobody may waive, an end that has passed and an author without the role;
    `NotNow` where there is nothing to waive, or nothing that can be known.
    """
    role = _who_may(wish.rule)
    return keep_word(
        ledger,
        rulebook,
        wish.package,
        wish.collection,
        now,
        author=wish.author,
        word=lambda look: _waiver(rulebook, wish, role, look),
        on_all_news=True,
    )


def _who_may(rule_id: str) -> str:
    waivable = {rule.id: rule.waivable_by for rule in RULES}
    if rule_id not in waivable:
        raise BadInput(f"there is no rule {rule_id}; they are {', '.join(waivable)}")
    role = waivable[rule_id]
    if role is None:
        others = ", ".join(one for one, who in waivable.items() if who is not None)
        raise BadInput(f"nobody may waive {rule_id}; what can be waived is {others}")
    return role


def _waiver(rulebook: Rulebook, wish: WaiverWish, role: str, look: Look) -> Waived:
    check_author(wish.author, role, rulebook, look.seen)
    reason = plain_reason(wish.reason)
    if wish.until < look.facts.as_of:
        raise BadInput(f"{wish.until} has passed; name a day on which the waiver still holds")
    finding = _waivable(look.excuse, wish)
    post, build, left_on = for_what(finding, look.facts, look.excuse.retirement)
    waiver = Waiver(wish.rule, wish.author, look.at, reason, wish.until, post, build, left_on)
    return Waived(wish.collection.name, waiver)


def _waivable(excuse: Excuse, wish: WaiverWish) -> Finding:
    what = f"{wish.package} in {wish.collection}"
    finding = next((one for one in excuse.findings if one.rule == wish.rule), None)
    if finding is None:
        raise NotNow(f"{wish.rule} asks nothing of {what} as things stand, so there is nothing to waive")
    if finding.verdict is Verdict.CANNOT_KNOW:
        raise NotNow(
            f"whether {what} fulfils {wish.rule} cannot be known now ({finding.measured}), and what cannot "
            "be known is waived by nobody; wait until it can"
        )
    if finding.verdict is not Verdict.WAIVED and not can_be_waived(finding):
        raise NotNow(f"{what} fulfils {wish.rule} ({finding.measured}); there is nothing to waive")
    return finding
