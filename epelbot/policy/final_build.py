# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2 final-build: the newest build tells its users that the software is retired.

What counts as telling them is `readme_survey`'s, the phrases are `readme_words`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from epelbot.domain.build import BuildContents
from epelbot.domain.evidence import BuildChecked, RpmReadme
from epelbot.domain.facts import Facts, Known
from epelbot.domain.post import Reason
from epelbot.domain.profile import ReadmeRules
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.links import koji_build
from epelbot.policy.readme_survey import SOURCE_ARCHES, Unreadable, survey
from epelbot.policy.readme_words import labels, listed, packages_to_change, remedy, required, shown, why
from epelbot.policy.rule import RELEASE_MANAGER, Case, Rule, needed

#: What to do where the maintainer cannot make the final build.
FOR_OTHERS = "find a proven packager for the final build, or waive R2 and R3"


def check_build(
    contents: BuildContents,
    texts: Mapping[str, bool | Unreadable],
    rules: ReadmeRules,
    epoch: int | None = None,
) -> BuildChecked:
    """What R2 finds in the build; ``texts`` answers `texts_needed`, telling whether each says so."""
    found = survey(contents, texts, rules)
    return BuildChecked(
        nvr=contents.build,
        epoch=epoch,
        outcome=found.outcome,
        why=why(found),
        readmes=found.readmes,
        without=labels(found.without, found.binary),
        to_change=packages_to_change(found),
        remedy=remedy(found),
        rules=rules,
    )


def final_build_finding(
    check: BuildChecked, *, url: str | None = None, at: datetime | None = None
) -> Finding:
    """R2's finding; ``url`` is where the build can be seen, ``at`` (UTC) when its RPMs were read."""
    if check.outcome == "carries":
        verdict = Verdict.OK
    else:
        verdict = Verdict.CANNOT_KNOW if check.outcome == "unreadable" else Verdict.MUST_ACT
    return Finding(
        rule="R2",
        verdict=verdict,
        measured=check.why,
        required=required(check.rules),
        remedy=check.remedy,
        waivable_by=RELEASE_MANAGER if verdict is Verdict.MUST_ACT else None,
        evidence=(Evidence(f"the RPMs of {shown(check.nvr)} were read", url, at), *_notices(check, url, at)),
    )


def _notices(check: BuildChecked, url: str | None, at: datetime | None) -> tuple[Evidence, ...]:
    """One piece of evidence per distinct text that is a notice as it should be."""
    alike: dict[tuple[str, int], list[RpmReadme]] = {}
    built = [one for one in check.readmes if one.arch not in SOURCE_ARCHES]
    for one in built:
        if one.is_good:
            alike.setdefault((one.digest, one.size), []).append(one)
    return tuple(
        Evidence(
            f"{shown(same[0].path or '')} in {listed(labels(same, built))}, {size} bytes"
            + (f", digest {shown(digest)}" if digest else ""),
            url,
            at,
        )
        for (digest, size), same in alike.items()
    )


def is_for_others(facts: Facts) -> str | None:
    """Why the maintainer cannot make the final build, None where it can be asked for.

    There is none, or the package is leaving because it fails to build, and has failed since.
    """
    if isinstance(facts.people, Known) and not facts.people.value.all:
        return "nobody maintains it"
    post, failed = facts.announcement, facts.failed_build
    if post is None or post.read.reading.category is not Reason.FAILS_TO_BUILD or failed is None:
        return None
    return f"{failed.nvr} failed to build on {failed.at:%Y-%m-%d}"


def _for_others(found: Finding, facts: Facts) -> Finding:
    why_others = is_for_others(facts)
    if found.verdict is not Verdict.MUST_ACT or why_others is None:
        return found
    return replace(
        found,
        verdict=Verdict.OTHERS_MUST_ACT,
        measured=f"{found.measured}; {why_others}",
        remedy=FOR_OTHERS,
    )


def _judge(case: Case) -> Finding:
    check = needed(case.facts.check)
    newest = needed(case.facts.newest)
    if check.value.rules != case.profile.readme:
        return Finding(
            "R2",
            Verdict.CANNOT_KNOW,
            f"the RPMs of {check.value.nvr} were read for other `readme` settings than today's",
            required(case.profile.readme),
            remedy="wait until they are read again, or look into 'epelbot doctor'",
        )
    found = _for_others(
        final_build_finding(check.value, url=koji_build(check.value.nvr), at=check.at), case.facts
    )
    trouble = newest.value.order_trouble if newest.value is not None else None
    if trouble is None:
        return found
    found = replace(found, measured=f"{found.measured}; {trouble}")
    if found.verdict is not Verdict.OK:
        return found
    # Whoever has the higher version installed would never get this one.
    return replace(
        found,
        verdict=Verdict.MUST_ACT,
        remedy="build the final build again with a higher version or release than any build before it",
        waivable_by=RELEASE_MANAGER,
    )


RULE = Rule(
    "R2",
    "final-build",
    needs=("newest", "check"),
    judge=_judge,
    required="the newest build carries the retired-notice as documentation in its binary packages",
    waivable_by=RELEASE_MANAGER,
)
