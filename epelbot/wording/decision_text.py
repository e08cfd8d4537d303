# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a decision means, and after an approval the exact commands and who is to run them (POLICY R)."""

from __future__ import annotations

from shlex import quote

from epelbot.domain.decision_log import Logged
from epelbot.domain.excuse import Excuse
from epelbot.domain.retirement import Action
from epelbot.wording.composes import compose_in_words
from epelbot.wording.summary import summary
from epelbot.wording.waivers import given_for, lapses_with

_LONGEST_REASON = 200


def decision_text(excuse: Excuse) -> str:
    """One paragraph; an approval adds the commands, in the order in which they are safe."""
    what = f"{excuse.package} in {excuse.collection}"
    retirement = excuse.retirement
    decision = retirement.decision if retirement else None
    if retirement is None or decision is None:
        return (
            f"The decision on {what} no longer stands: its post or its newest build has changed. See "
            f"'epelbot explain {excuse.package} --collection {excuse.collection}'."
        )
    earliest = retirement.earliest_compose
    leaves = f" It may leave {compose_in_words(earliest)}." if earliest else ""
    if decision.action is Action.DEFER:
        return f"Deferred: {what} stays until RHEL {decision.minor} at least.{leaves}"
    if decision.action is Action.REJECT:
        return f"Rejected: {what} stays. The decision ends when its post or its newest build changes."
    package, tag = quote(excuse.package), excuse.tag or excuse.collection.name
    return "\n".join(
        [
            f"Approved: {what}.{leaves}",
            "",
            f"{'At that compose' if earliest and earliest.minor else 'From that day on'}, and not before:",
            "",
            "  the maintainer (or a proven packager), in dist-git:",
            f"    fedpkg clone {package} && cd {package}",
            f"    fedpkg switch-branch {excuse.collection.branch}",
            f"    fedpkg retire {quote(_one_line(retirement.reason or decision.reason))}",
            "",
            "  the release manager, in Koji, if Fedora's automation has not done it by then:",
            f"    koji untag-build --all {tag} {package}",
            f"    koji block-pkg {tag} {package}",
            "",
            "Until then nobody should run 'fedpkg retire': automation blocks the package as",
            "soon as dead.package is committed.",
        ]
    )


def waiver_text(excuse: Excuse, rule: str) -> str:
    """What a waiver does, when it ends, and what the listing's first sentence is now."""
    what = f"{excuse.package} in {excuse.collection}"
    waiver = next((found.waiver for found in excuse.findings if found.rule == rule and found.waiver), None)
    if waiver is None:
        return (
            f"The waiver of {rule} for {what} no longer holds: what it was for has changed. See "
            f"'epelbot explain {excuse.package} --collection {excuse.collection}'."
        )
    return (
        f"Waived: {rule} for {what}, {given_for(waiver)}, until the end of {waiver.until}. "
        f"It lapses before that when {lapses_with(waiver)}.\n\n{summary(excuse)}"
    )


def undone_text(excuse: Excuse, undone: Logged) -> str:
    """What was taken back, and what stands now."""
    what = f"{excuse.package} in {excuse.collection}"
    standing = [one for one in excuse.decisions if one.ended is None]
    now = "; ".join(f"{one.what}, by {one.author} on {one.at:%Y-%m-%d}" for one in standing)
    return (
        f"Undone: {undone.what}, by {undone.author} on {undone.at:%Y-%m-%d}, for {what}. "
        f"{f'What stands now: {now}.' if now else 'No decision on it stands now.'}\n\n{summary(excuse)}"
    )


def _one_line(reason: str) -> str:
    """A reason that is safe as one argument: no line break, no control character, no look of an option."""
    words = "".join(letter for letter in " ".join(reason.split()) if letter.isprintable())
    # Last, since what stood before a dash may just have gone.
    return words.lstrip("- ")[:_LONGEST_REASON].rstrip() or "Retired"
