# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R3 in-updates: the final build is in the stable tag, and public."""

from __future__ import annotations

from bisect import bisect_right

from epelbot.domain.facts import Known
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.final_build import FOR_OTHERS, is_for_others
from epelbot.policy.links import bodhi_update, koji_build
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, needed


def _judge(case: Case) -> Finding | None:
    newest = needed(case.facts.newest)
    check = case.facts.check
    build = newest.value
    if build is None or not isinstance(check, Known):
        return None
    # Once R2 is waived or does not apply, what the users have is all the same the newest build.
    final = check.value.outcome == "carries" or "R2" in case.not_asked
    if not final and check.value.outcome == "unreadable":
        return None
    if not final:
        why_others = is_for_others(case.facts)
        if why_others is None:
            return None
        return Finding(
            "R3",
            Verdict.OTHERS_MUST_ACT,
            f"there is no final build that could be in updates; {why_others}",
            RULE.required,
            remedy=FOR_OTHERS,
            waivable_by=RELEASE_MANAGER,
        )
    update = build.update
    link = bodhi_update(update.alias) if update else koji_build(str(build.nvr))
    if build.stage != "stable" or build.stable_since is None:
        where = f"{build.nvr} is {build.stage}" + (f" in {update.alias}" if update else "")
        return Finding(
            "R3",
            Verdict.WAIT,
            where,
            RULE.required,
            remedy="wait until the update is stable; nothing is to be done unless Bodhi asks for it",
            waivable_by=RELEASE_MANAGER,
            evidence=(Evidence(where, link, update.testing_at or update.submitted_at if update else None),),
        )
    how = "tagged directly, without an update" if build.tagged_by_hand else "by an update"
    tagged = Evidence(f"{build.nvr} in the stable tag, {how}", link, build.stable_since)
    synced_at = case.facts.synced_at
    later = synced_at[bisect_right(synced_at, build.stable_since) :]
    directly = ", tagged directly, without an update" if build.tagged_by_hand else ""
    published_at = case.facts.published_at
    if not later and published_at is not None and published_at > build.stable_since:
        return Finding(
            "R3",
            Verdict.OK,
            f"{build.nvr} is in the public metadata, seen there on {published_at:%Y-%m-%d}{directly}",
            RULE.required,
            evidence=(tagged, Evidence("the repositories' metadata", None, published_at)),
        )
    silence = case.facts.sync_silence
    if not later and silence is not None:
        last = f" since {silence.since:%Y-%m-%d %H:%M} UTC" if silence.since else ""
        return Finding(
            "R3",
            Verdict.CANNOT_KNOW,
            f"{build.nvr} is stable, but {silence.why}{last}",
            RULE.required,
            remedy="wait for the next sync of the repository, or look into 'epelbot doctor'",
            evidence=(tagged,),
        )
    if not later:
        return Finding(
            "R3",
            Verdict.WAIT,
            f"{build.nvr} is stable since {build.stable_since:%Y-%m-%d}, not public yet",
            RULE.required,
            remedy="wait for the next sync of the repository",
            waivable_by=RELEASE_MANAGER,
            evidence=(tagged,),
        )
    return Finding(
        "R3",
        Verdict.OK,
        f"{build.nvr} is public since {later[0]:%Y-%m-%d}{directly}",
        RULE.required,
        evidence=(tagged, Evidence("the repository was synced", None, later[0])),
    )


RULE = Rule(
    "R3",
    "in-updates",
    needs=("newest",),
    judge=_judge,
    required="the final build is in the stable tag and the repository was synced after that",
    waivable_by=RELEASE_MANAGER,
)
