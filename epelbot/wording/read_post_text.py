# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading in words: what ``epelbot read-post`` prints."""

from __future__ import annotations

from typing import Any

from epelbot.domain.post import Meaning, Post, Reading

_MEANINGS = {
    Meaning.RETIREMENT: "a retirement",
    Meaning.ABI_CHANGE: "an incompatible change",
    Meaning.ADOPTION: "an offer to take over",
    Meaning.WITHDRAWAL: "a retirement taken back",
    Meaning.OTHER: "nothing that epelbot acts on",
    Meaning.UNSURE: "not sure: a person has to read it",
}
# Steps and no measure: a reader that follows rules knows no finer ones.
_SURE, _IRRELEVANT, _LEANS, _IN_THE_DARK = 0.95, 0.9, 0.5, 0.2


def read_post_json(post: Post, reading: Reading) -> dict[str, Any]:
    """The keys that DESIGN.md promises, and more. ``author`` is the From line, which proves nothing."""
    return {
        "kind": reading.meaning.value,
        "packages": list(reading.packages),
        "collections": list(reading.collections),
        "reason": reading.reason,
        "reason_category": reading.category.value if reading.category else None,
        "author": post.sender or None,
        "confidence": _confidence(reading),
        "why": reading.why or None,
        "likely": reading.leaning.value if reading.leaning else None,
        "all_of_authors": reading.all_of_authors,
        "all_collections": _is_everywhere(reading),
        "listings": [
            {"package": package, "collections": list(reading.collections_of(package))}
            for package in reading.packages
        ],
        "subject": post.subject,
        "message_id": post.message_id,
    }


def read_post_text(post: Post, reading: Reading) -> str:
    """The same for people, ended by a line break."""
    said = _MEANINGS[reading.meaning]
    if reading.leaning is not None:
        said += f" (perhaps {_MEANINGS[reading.leaning]})"
    rows = [
        ("Post", post.subject or "(no subject)"),
        ("By", f"{post.sender or '(nobody)'}; who may announce is not looked at here"),
        ("Means", said),
        ("Why", reading.why),
        ("Packages", "all of the author's" if reading.all_of_authors else ", ".join(reading.packages)),
        ("Where", "all EPEL collections" if _is_everywhere(reading) else ", ".join(reading.collections)),
        *((f"  {package}", ", ".join(places)) for package, places in reading.apart),
        ("Reason", _reason(reading)),
    ]
    return "".join(f"{title + ':':<10} {text}\n" for title, text in rows if text)


def _reason(reading: Reading) -> str:
    if reading.reason is None:
        return "none given; R1 asks for one" if reading.meaning is Meaning.RETIREMENT else ""
    return f"{reading.reason} ({reading.category.value if reading.category else 'other'})"


def _is_everywhere(reading: Reading) -> bool:
    return reading.meaning is Meaning.RETIREMENT and not reading.collections


def _confidence(reading: Reading) -> float:
    if reading.meaning is Meaning.OTHER:
        return _IRRELEVANT
    if reading.meaning is Meaning.UNSURE:
        return _LEANS if reading.leaning is not None else _IN_THE_DARK
    return _SURE
