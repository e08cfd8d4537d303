# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi's update messages: each carries the whole update as it stood (FIELD 1.3).

Comments are read too: an update that a newer one makes obsolete is told by no other message than Bodhi's own
comment on it.
"""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Recorded, UpdateSeen
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.message import (
    MAX_BUILDS,
    ParsedMessage,
    account,
    happened_at,
    package_of_nvr,
    recorded,
)
from epelbot.translate.update_json import update_from_json


def update(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the update to the listing of each of its packages, and of each that an edit took out."""
    return _recorded(message, message.body.get("update"), received_at)


def commented_update(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the update that a comment is about; the comment itself is not kept."""
    return _recorded(
        message, shape.mapping(message.body.get("comment"), "comment").get("update"), received_at
    )


def _recorded(message: ParsedMessage, update_json: object, received_at: datetime) -> tuple[Recorded, ...]:
    seen = update_from_json(shape.mapping(update_json, "update"))
    if seen is None:
        return ()
    if seen.submitter is not None:
        account(seen.submitter, "update.user.name")
    removed = message.told("removed_builds") or ()
    builds = [*seen.builds, *(shape.items(removed, "removed_builds") if removed else ())]
    if len(builds) > MAX_BUILDS:
        raise PermanentError(f"the update has {len(builds)} builds, more than {MAX_BUILDS}; see who sent it")
    packages = {package_of_nvr(build, "update.builds") for build in builds}
    major = Collection.parse(seen.release).major
    happened = happened_at(message, received_at, _own_time(message, seen))
    return tuple(recorded(seen, package, major, happened, received_at) for package in sorted(packages))


def _own_time(message: ParsedMessage, seen: UpdateSeen) -> datetime | None:
    # These two are sent after the compose, whose end the update states; the others when it happens.
    if message.event == "bodhi.update.complete.stable":
        return seen.stable_at
    if message.event == "bodhi.update.complete.testing":
        return seen.testing_at
    return None
