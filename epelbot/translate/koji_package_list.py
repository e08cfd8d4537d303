# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a Koji tag's package list (FIELD 1.4): how a retired package is blocked."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.evidence import PackageListChanged, Recorded
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.message import (
    ParsedMessage,
    from_main_koji,
    happened_at,
    package_name,
    recorded,
    tag_name,
)
from epelbot.translate.places import major_of_tag


def package_list_changed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the change of a package's entry in a collection's tag.

    A block made by updating an entry arrives as "update", so what ``block`` says counts as well.
    """
    tag = tag_name(message.told("tag"), "tag")
    major = major_of_tag(tag)
    if major is None or not from_main_koji(message):
        return ()
    package = package_name(message.told("package"), "package")
    action = shape.text(message.told("action"), "action")
    block = message.told("block")
    if block is not None and not isinstance(block, bool):
        raise PermanentError(
            "block is neither true, false nor null; see whether its sender has a new version"
        )
    blocked = action == "block" or (block is True and action in ("add", "update"))
    fact = PackageListChanged(tag, action, blocked)
    return (recorded(fact, package, major, happened_at(message, received_at), received_at),)
