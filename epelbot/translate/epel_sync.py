# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The copying of an EPEL repository to the mirrors' master (FIELD 1.3): from here on users can see it."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Recorded, Synced
from epelbot.translate import shape
from epelbot.translate.message import ParsedMessage, happened_at, recorded
from epelbot.translate.places import synced_release


def synced(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the sync of a collection's stable or testing repository."""
    repo = shape.text(message.told("repo"), "repo")
    release = synced_release(repo, shape.text(message.told("release"), "release"))
    if release is None:
        return ()
    fact = Synced(release, testing=repo == "epel-testing")
    major = Collection.parse(release).major
    return (recorded(fact, None, major, happened_at(message, received_at), received_at),)
