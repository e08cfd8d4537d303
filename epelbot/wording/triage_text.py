# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Posts that wait for a person: what was understood, why that is not sure, and how to settle it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import PostRead, Settled
from epelbot.domain.post import Meaning, Post, Reading
from epelbot.policy.settled import SETTLED_AS

_WIDTH = 80
_HOW = (
    "Read a post, then say what it is. If it is none of the first four, it is nothing:\n\n"
    "  epelbot triage settle POST --is retirement --package NAME --collection C \\\n"
    "      --leaves-because 'WHY' --as ACCOUNT --reason 'WHY'\n"
    "  epelbot triage settle POST --is offer --package NAME --collection C ...\n"
    "  epelbot triage settle POST --is withdrawal --package NAME --collection C ...\n"
    "  epelbot triage settle POST --is abi-change --package NAME --collection C ...\n"
    "  epelbot triage settle POST --is nothing --as ACCOUNT --reason 'WHY'"
)
_OTHERWISE = (
    "None of these waits. If one is taken wrongly, settle it otherwise: 'epelbot triage settle --help'."
)
_KINDS = {
    Meaning.RETIREMENT: "a retirement",
    Meaning.ABI_CHANGE: "an incompatible change",
    Meaning.ADOPTION: "an offer to take over",
    Meaning.WITHDRAWAL: "a retirement taken back",
}


class WaitingPost(Protocol):
    """What the wording needs of a post that waits."""

    @property
    def hash(self) -> str: ...  # noqa: D102
    @property
    def posted_at(self) -> datetime: ...  # noqa: D102
    @property
    def read(self) -> tuple[PostRead, ...]: ...  # noqa: D102
    @property
    def listings(self) -> tuple[tuple[str, Collection], ...]: ...  # noqa: D102
    @property
    def doubts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def post(self) -> Post | None: ...  # noqa: D102


def triage_text(waiting: Sequence[WaitingPost]) -> str:
    """Every post in a paragraph, and how to settle one."""
    if not waiting:
        return "No post waits for a person."
    return "\n\n".join([*(_post(one) for one in waiting), _HOW])


def read_as_text(found: Sequence[WaitingPost]) -> str:
    """Every post that counts as what was asked for, and who says so; none of them waits."""
    if not found:
        return "No post counts as that."
    return "\n\n".join([*(_post(one) for one in found), _OTHERWISE])


def triage_json(waiting: Sequence[WaitingPost]) -> list[dict[str, Any]]:
    """One row a post. ``from`` is its From line, which proves nothing; ``author`` the account, if known."""
    return [
        {
            "post": one.hash,
            "url": one.read[0].url,
            "list": one.post.list_name if one.post else None,
            "posted_at": one.posted_at.isoformat(),
            "subject": one.post.subject if one.post else None,
            "from": one.read[0].sender,
            "author": one.read[0].author,
            "understood": {
                "kind": one.read[0].reading.meaning.value,
                "likely": _likely(one),
                "packages": _packages(one),
                "collections": _collections(one),
                "reason": one.read[0].reading.reason,
                "reason_category": _category(one),
            },
            "settled_by": one.read[0].settled_by,
            "unsure_because": list(one.doubts),
            "listings": [
                {"package": package, "collection": collection.name} for package, collection in one.listings
            ],
        }
        for one in waiting
    ]


def settled_text(pieces: Sequence[Settled]) -> str:
    """What a person's word makes of a post."""
    first = pieces[0]
    about = [one for one in pieces if one.read.reading.meaning is not Meaning.OTHER]
    said = f"Settled: the post of {first.posted_at:%Y-%m-%d} by {_writer(first.read)} is "
    if not about:
        said += "nothing that anything follows from."
    else:
        packages = ", ".join(dict.fromkeys(one.read.reading.packages[0] for one in about))
        places = ", ".join(dict.fromkeys(one.read.collection or "all that they are in" for one in about))
        reading = about[0].read.reading
        why = reading.reason or (reading.category.value if reading.category else None)
        said += f"{_as(reading.meaning)} of {packages}, in {places}{f' ({why})' if why else ''}."
    taken_back = f"epelbot triage undo {first.read.post}"
    return f"{said} To take that back: '{taken_back} --as ACCOUNT --reason WHY'."


def unsettled_text(piece: Settled) -> str:
    """What was taken back."""
    return (
        f"Undone: {piece.author} had settled the post of {piece.posted_at:%Y-%m-%d} on "
        f"{piece.at:%Y-%m-%d} as {SETTLED_AS[piece.read.reading.meaning]}. It is as the reader took it."
    )


def _as(meaning: Meaning) -> str:
    return {
        Meaning.RETIREMENT: "the announced retirement",
        Meaning.ADOPTION: "an offer to take over, for the retirement",
        Meaning.WITHDRAWAL: "the withdrawal of the retirement",
        Meaning.ABI_CHANGE: "the announcement of an incompatible change",
    }[meaning]


def _post(one: WaitingPost) -> str:
    read = one.read[0]
    reading = read.reading
    packages, collections = ", ".join(_packages(one)), ", ".join(_collections(one))
    understood = _kind(reading)
    understood += f" of {packages}" if packages else ", of what it does not say"
    understood += f" in {collections}" if collections else ""
    why = reading.reason or _category(one)
    rows = [
        ("from", f"{read.sender} ({f'account {read.author}' if read.author else 'account not known'})"),
        ("understood", f"{understood}{f': {why}' if why else ''}"),
        ("settled", f"by {read.settled_by}" if read.settled_by else ""),
        *(("not sure", doubt) for doubt in one.doubts),
        ("may concern", ", ".join(f"{package} in {place}" for package, place in one.listings)),
        ("post", one.hash),
        ("", read.url or ""),
    ]
    subject = one.post.subject if one.post else "(its subject is not kept)"
    head = textwrap.fill(f"{one.posted_at:%Y-%m-%d %H:%M} UTC  {subject}", _WIDTH, subsequent_indent=" " * 22)
    return "\n".join([head, *(_row(name, text) for name, text in rows if text)])


def _kind(reading: Reading) -> str:
    if reading.meaning is Meaning.UNSURE:
        return f"perhaps {_KINDS[reading.leaning or Meaning.RETIREMENT]}"
    return _KINDS[reading.meaning]


def _row(name: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"  {name:<13}",
        subsequent_indent=" " * 15,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _packages(one: WaitingPost) -> list[str]:
    return list(dict.fromkeys(package for read in one.read for package in read.reading.packages))


def _collections(one: WaitingPost) -> list[str]:
    return sorted({name for read in one.read for name in read.reading.collections})


def _category(one: WaitingPost) -> str | None:
    category = one.read[0].reading.category
    return category.value if category else None


def _likely(one: WaitingPost) -> str | None:
    leaning = one.read[0].reading.leaning
    return leaning.value if leaning else None


def _writer(read: PostRead) -> str:
    return read.author or read.sender
