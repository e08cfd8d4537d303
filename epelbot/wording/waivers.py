# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A waiver in words: who gave it, for what, until when."""

from __future__ import annotations

from epelbot.domain.waiver import Waiver


def waiver_in_words(waiver: Waiver) -> str:
    """After "waived": by whom and when, until when, and why."""
    return f"by {waiver.author} on {waiver.at:%Y-%m-%d}, until {waiver.until}: {waiver.reason}"


def given_for(waiver: Waiver) -> str:
    """What it was given for: "for the build foo-1-1.el9"."""
    if waiver.left_on is not None:
        return f"for the departure of {waiver.left_on}"
    if waiver.post is not None:
        return "for the retirement that is announced"
    return f"for the build {waiver.build}" if waiver.build is not None else "for this retirement"


def lapses_with(waiver: Waiver) -> str:
    """What ends it early."""
    if waiver.left_on is not None:
        return "the package comes back"
    return "that announcement changes" if waiver.post is not None else "the newest build changes"
