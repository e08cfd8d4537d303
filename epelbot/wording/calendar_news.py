# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people and sources said of the calendar, and what came of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from epelbot.domain.calendar_words import Kind, Word

SetAside = Sequence[tuple[Word, str]]


class Changed(Protocol):
    """What the wording needs of a word that is new, and of the day that was given before."""

    @property
    def word(self) -> Word: ...  # noqa: D102

    @property
    def before(self) -> date | None: ...  # noqa: D102


class Asked(Protocol):
    """What the wording needs of a source that was asked."""

    @property
    def source(self) -> str: ...  # noqa: D102

    @property
    def changes(self) -> Sequence[Changed]: ...  # noqa: D102

    @property
    def listings_due(self) -> int: ...  # noqa: D102

    @property
    def error(self) -> str | None: ...  # noqa: D102


def refreshed_lines(asked: Asked) -> Iterator[str]:
    """What a source that answered tells that is new, a line each."""
    if not asked.changes:
        yield f"{asked.source}: nothing new."
        return
    for change in asked.changes:
        word, before = change.word, change.before
        plan = ", a plan" if word.is_projection and word.event.kind is not Kind.END else ""
        was = f" (was {before})" if before is not None else ""
        yield f"{asked.source}: {word_in_words(word)}{plan}{was}."


def refreshed_json(asked: Asked) -> dict[str, Any]:
    """One source that was asked; with an ``error`` nothing of its answer was kept."""
    return {
        "source": asked.source,
        "error": asked.error,
        "changes": [
            word_json(one.word) | {"before": None if one.before is None else one.before.isoformat()}
            for one in asked.changes
        ],
        "listings_due": asked.listings_due,
    }


def set_aside_remarks(set_aside: SetAside) -> list[str]:
    """Words that contradict weightier ones, and what to do about them."""
    return [
        f"{word.author or word.source} gives {word_in_words(word)}, which cannot be: {why}. It does not "
        "count; " + ("remove it, or add another day." if word.author else "add the right day if you know it.")
        for word, why in set_aside
    ]


def word_in_words(word: Word) -> str:
    """What is said, as a noun: "2026-12-08 for the GA of RHEL 9.9"."""
    event = word.event
    if event.kind is Kind.FINAL:
        return f"{event.major}.{event.minor} as {event}" if event.minor is not None else f"nothing on {event}"
    return f"{word.day} for {event}" if word.day is not None else f"no day any more for {event}"


def added_text(word: Word, due: int) -> str:
    """What came of a person's word."""
    plan = ", a plan until somebody says that it happened" if word.is_projection else ""
    if word.event.kind is Kind.END:
        plan = ""
    said = (
        f"Taken back: {word.author}'s word on {word.subject}"
        if word.is_withdrawal
        else (f"Kept: {word.author} gives {word_in_words(word)}{plan}")
    )
    return f"{said}. {due_text(due)}"


def due_text(due: int) -> str:
    """How many listings hang on what changed."""
    if not due:
        return "No listing hangs on it."
    return f"{due} {'listing hangs' if due == 1 else 'listings hang'} on it; the worker judges anew."


def word_json(word: Word) -> dict[str, Any]:
    """One word as it is kept; ``day`` is null for a last minor, and for a word taken back."""
    event = word.event
    return {
        "kind": event.kind.value,
        "major": event.major,
        "minor": minor_name(event.major, event.minor),
        "day": None if word.day is None else word.day.isoformat(),
        "source": word.source,
        "learnt_at": instant(word.learnt_at),
        "author": word.author,
        "reason": word.reason,
        "withdrawn": word.is_withdrawal,
    }


def minor_name(major: int, minor: int | None) -> str | None:
    """Name a minor, such as 9.10."""
    return None if minor is None else f"{major}.{minor}"


def instant(at: datetime | None) -> str | None:
    """An instant as JSON has it."""
    return None if at is None else at.isoformat()
