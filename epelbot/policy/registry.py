# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All rules, in reading order."""

from __future__ import annotations

from epelbot.policy import (
    adoption,
    announced,
    dependents,
    final_build,
    in_updates,
    minimum_lifetime,
    release_manager_told,
    retire_at_a_release,
    retired_from_a_trailing_collection,
    retired_inside_a_cycle,
    retired_too_early,
    retired_unannounced,
    retired_without_final_build,
    stalled,
    succeeded,
    withdrawn,
)
from epelbot.policy.rule import Rule

RULES: tuple[Rule, ...] = (
    minimum_lifetime.RULE,
    retire_at_a_release.RULE,
    succeeded.RULE,
    announced.RULE,
    final_build.RULE,
    in_updates.RULE,
    release_manager_told.RULE,
    adoption.RULE,
    stalled.RULE,
    dependents.RULE,
    withdrawn.RULE,
    retired_too_early.RULE,
    retired_unannounced.RULE,
    retired_without_final_build.RULE,
    retired_inside_a_cycle.RULE,
    retired_from_a_trailing_collection.RULE,
)
