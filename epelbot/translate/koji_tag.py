# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji's tag and untag messages (FIELD 1.4): how a build moves through a collection's tags."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.evidence import BuildTagged, Recorded
from epelbot.translate.message import (
    ParsedMessage,
    account_or_none,
    from_main_koji,
    happened_at,
    nvr_of,
    recorded,
    tag_name,
)
from epelbot.translate.places import major_of_tag


def tagged(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the tagging of a build into a tag of a collection."""
    return _recorded(message, received_at, untagged=False)


def untagged(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the untagging of a build from a tag of a collection."""
    return _recorded(message, received_at, untagged=True)


def _recorded(message: ParsedMessage, received_at: datetime, *, untagged: bool) -> tuple[Recorded, ...]:
    told = message.told("tag")
    if told is None and "tag" in message.body:  # the publisher's schema allows it
        return ()
    tag = tag_name(told, "tag")
    major = major_of_tag(tag)
    if major is None or not from_main_koji(message):
        return ()
    nvr = nvr_of(message.told("name"), message.told("version"), message.told("release"))
    fact = BuildTagged(str(nvr), tag, untagged, by=account_or_none(message.told("user"), "user"))
    return (recorded(fact, nvr.name, major, happened_at(message, received_at), received_at),)
