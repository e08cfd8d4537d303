# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of the domain as JSON text and back, checked against their types on the way in."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec

from epelbot.domain.evidence import KINDS, Fact

T = TypeVar("T")


_encoder = msgspec.json.Encoder()
_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    # Building a decoder walks the whole type; each is wanted many times.
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]


def encode(value: object) -> str:
    """One line of JSON, the same for equal values. A NUL becomes an escape, which both engines keep."""
    return _encoder.encode(value).decode()


def decode(kind: type[T], text: str) -> T:
    """The value that `encode` wrote.

    Rows are kept for good: a field may be added with a default, but none renamed, and none made to mean
    something else.
    """
    return cast(T, _decoder(kind).decode(text))


def decode_fact(kind: str, text: str) -> Fact:
    """A fact by the name of its kind."""
    return cast(Fact, _decoder(KINDS[kind]).decode(text))
