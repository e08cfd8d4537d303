# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history checker: what a run must show on its own, and beside an undisturbed run of the same history.

It knows nothing of how epelbot works, only what it promises (DESIGN, How it works): nothing lost, nothing
doubled, nothing told before its cause. Each complaint is one line for people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.kill.history import History
from tests.kill.outcome import Letter, Outcome

_LONGEST = 600


def complaints(history: History, reference: Outcome, outcome: Outcome) -> list[str]:
    """Everything that is wrong with an outcome; empty when all promises were kept."""
    return [
        *outcome.troubles,
        *_against_the_history(history, outcome),
        *_mails_and_outbox(outcome),
        *_repeats(outcome),
        *_too_early(outcome),
        *_other_state(reference, outcome),
        *_other_mails(reference, outcome),
    ]


def _against_the_history(history: History, outcome: Outcome) -> Iterator[str]:
    inbox = outcome.state["inbox"]
    for lost in sorted(history.kept - inbox.keys()):
        yield f"message {lost} was lost"
    for one, (topic, status, error) in sorted(inbox.items()):
        wanted = "recorded" if one in history.kept else "parked"
        if status != wanted:
            yield f"message {one} ({topic}) is {status}, not {wanted}: {error}"
    others = len(inbox.keys() - history.kept)
    if others != history.parked:
        yield f"{others} messages that nobody can read are in the inbox, not {history.parked}"
    listings = outcome.state["listings"]
    for name, state in history.ends.items():
        found = listings.get(name, {"state": "unknown"})["state"]
        if found != (state.value if state else None):
            yield f"{name} ends as {found}, not as {state.value if state else None}"
    for name in sorted(listings.keys() - history.ends.keys()):
        yield f"there is a listing {name} that nobody told of"
    for name, row in sorted(listings.items()):
        if not (row["judged"] and row["waits"]) or row["error"]:
            yield f"{name} is not judged to the end: {row}"


def _mails_and_outbox(outcome: Outcome) -> Iterator[str]:
    by_id = {letter.message_id: letter for letter in outcome.letters}
    written: dict[str, str] = {}
    for _, _, recipient, subject, status, mail in outcome.state["outbox"].values():
        message_id = mail["message_id"]
        if message_id in written:
            yield f"two mails in the outbox have the Message-ID {message_id}"
        written[message_id] = status
        letter = by_id.get(message_id)
        if status != "sent":
            yield f"the mail {subject!r} to {recipient} is {status}, not sent"
        elif letter is None:
            yield f"the mail {subject!r} to {recipient} counts as sent, and was lost"
        elif (letter.recipients, letter.subject) != ((recipient,), subject):
            yield f"the mail {subject!r} to {recipient} went out as {letter.subject!r} to {letter.recipients}"
    for message_id in sorted(by_id.keys() - written.keys()):
        yield f"the mail {by_id[message_id].subject!r} went out, and the outbox knows nothing of it"


def _repeats(outcome: Outcome) -> Iterator[str]:
    """A mail may be repeated after a kill, as it was; and one cause makes one mail to a person."""
    copies: dict[str, list[Letter]] = defaultdict(list)
    same: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for letter in outcome.letters:
        copies[letter.message_id].append(letter)
        same[letter.recipients, letter.subject, letter.text].add(letter.message_id)
    for letters in copies.values():
        for first, second in pairwise(letters):
            what = f"the mail {second.subject!r} to {', '.join(second.recipients)}"
            if not any(first.order < blow < second.order for blow in outcome.blows):
                yield f"{what} was sent twice, and nothing had been killed in between"
            if (first.recipients, first.subject, first.text) != (
                second.recipients,
                second.subject,
                second.text,
            ):
                yield f"{what} was repeated with other words, or to others"
    for (recipients, subject, _), ids in same.items():
        if len(ids) > 1:
            yield f"the mail {subject!r} to {', '.join(recipients)} was doubled: {', '.join(sorted(ids))}"


def _too_early(outcome: Outcome) -> Iterator[str]:
    for letter in outcome.letters:
        if letter.cause is None:
            yield f"the mail {letter.subject!r} went out before its notice was kept"
        elif letter.cause > letter.at:
            yield f"the mail {letter.subject!r} of {letter.at} tells of {letter.cause}"


def _other_state(reference: Outcome, outcome: Outcome) -> Iterator[str]:
    for table, wanted in reference.state.items():
        found = outcome.state[table]
        for key in sorted(wanted.keys() - found.keys()):
            yield f"{table}: {key} is missing: {_short(wanted[key])}"
        for key in sorted(found.keys() - wanted.keys()):
            yield f"{table}: {key} should not be there: {_short(found[key])}"
        for key in sorted(found.keys() & wanted.keys()):
            for where, was, got in _differences(wanted[key], found[key]):
                yield f"{table}: {key}{where} is {_short(got)}, not {_short(was)}"


def _other_mails(reference: Outcome, outcome: Outcome) -> Iterator[str]:
    # Of a mail that was repeated the first copy is the one that tells.
    wanted = {one.message_id: one for one in reversed(reference.letters)}
    found = {one.message_id: one for one in reversed(outcome.letters)}
    for one in sorted(wanted.keys() - found.keys()):
        yield f"the mail {wanted[one].subject!r} to {wanted[one].recipients} was lost"
    for one in sorted(found.keys() - wanted.keys()):
        yield f"the mail {found[one].subject!r} to {found[one].recipients} should not have been sent"
    for one in sorted(found.keys() & wanted.keys()):
        for field in ("chapter", "recipients", "subject", "text"):
            was, got = getattr(wanted[one], field), getattr(found[one], field)
            if was != got:
                yield f"the mail {wanted[one].subject!r}: {field} is {_short(got)}, not {_short(was)}"


def _differences(was: Any, got: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The smallest parts of two JSON values that differ, with the way to them."""
    if isinstance(was, dict) and isinstance(got, dict) and was.keys() == got.keys():
        for key in was:
            yield from _differences(was[key], got[key], f"{where}.{key}")
    elif isinstance(was, list) and isinstance(got, list) and len(was) == len(got):
        for number, (one, other) in enumerate(zip(was, got, strict=True)):
            yield from _differences(one, other, f"{where}[{number}]")
    elif was != got:
        yield where, was, got


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
