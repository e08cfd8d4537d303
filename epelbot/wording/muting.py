# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is muted, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Muted(Protocol):
    """What the wording needs of one who is muted."""

    @property
    def account(self) -> str: ...  # noqa: D102
    @property
    def by(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


def muting_text(account: str, taken_back: int) -> str:
    """What comes of muting somebody."""
    number = {0: "No mail was", 1: "1 mail was"}.get(taken_back, f"{taken_back} mails were")
    return (
        f"Muted: {account} gets nothing more but what the policy demands, and that once. {number} waiting, "
        f"and {'nothing is' if taken_back == 0 else 'that is'} taken back. To undo it: "
        f"'epelbot unmute {account} --as ACCOUNT --reason WHY'."
    )


def unmuting_text(account: str) -> str:
    """What comes of taking it back."""
    return f"No longer muted: {account} is told again, also of what was not told meanwhile and still stands."


def muted_text(recorded: Sequence[Muted], settings: Sequence[str]) -> str:
    """One line for each, those of the settings last."""
    lines = [f"{one.account}: by {one.by} on {one.at:%Y-%m-%d}: {one.reason}" for one in recorded]
    lines += [f"{account}: by the settings (deliver.muted)" for account in settings]
    return "\n".join(lines) or "Nobody is muted."


def muted_json(recorded: Sequence[Muted], settings: Sequence[str]) -> list[dict[str, Any]]:
    """One object for each; those of the settings have nulls."""
    return [
        {"account": one.account, "by": one.by, "at": one.at.isoformat(), "reason": one.reason}
        for one in recorded
    ] + [{"account": account, "by": None, "at": None, "reason": None} for account in settings]
