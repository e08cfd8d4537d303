# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may decide: the accounts and groups in ``roles`` (POLICY, Words and Waivers).

A group stands for its members, as far as dist-git told lately who they are; silence about that is no "no".
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from epelbot.domain.evidence import AccessSeen
from epelbot.domain.facts import Missing
from epelbot.domain.profile import Roles
from epelbot.policy.posts_from_evidence import ACCESS
from epelbot.policy.rule import RELEASE_MANAGER, RELEASE_MANAGER_OR_COMMITTEE
from epelbot.policy.seen import Seen


class Standing(enum.Enum):
    """Whether somebody holds a role."""

    HOLDS = "holds"
    DOES_NOT = "does-not"
    #: The role has groups of which nobody can tell here who is in them.
    UNKNOWN = "unknown"


def names_for(waivable_by: str, roles: Roles) -> tuple[str, ...]:
    """The accounts and groups that a rule's ``waivable_by`` stands for."""
    names = {
        RELEASE_MANAGER: roles.release_managers,
        RELEASE_MANAGER_OR_COMMITTEE: (*roles.release_managers, *roles.committee),
    }
    return tuple(dict.fromkeys(names.get(waivable_by, ())))


def standing(account: str, names: Iterable[str], seen: Seen) -> Standing:
    """Whether the account is among the names, or in a group among them, by what is known now."""
    names = tuple(names)
    if account in names:
        return Standing.HOLDS
    groups = groups_in(names)
    if not groups:
        return Standing.DOES_NOT
    told = _members_told(seen)
    if any(account in told.get(group, ()) for group in groups):
        return Standing.HOLDS
    return Standing.DOES_NOT if all(told.get(group) for group in groups) else Standing.UNKNOWN


def groups_in(names: Iterable[str]) -> tuple[str, ...]:
    """The groups among the names, without their ``@``."""
    return tuple(name[1:] for name in names if name.startswith("@"))


def _members_told(seen: Seen) -> dict[str, tuple[str, ...]]:
    """The members of each group, as the last answer about the package named them; none of an old one.

    A group without any member is more likely one that dist-git does not know.
    """
    if isinstance(seen.asked(ACCESS, "dist-git", seen.horizon.distgit), Missing):
        return {}
    last = seen.last_word(pair for pair in seen.of(AccessSeen) if pair[0].source == "dist-git")
    return {} if last is None else dict(last[1].access.members)
