# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi's update JSON as evidence; the bus and the REST API send the same shape (FIELD 1.3, 3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from epelbot.domain.collection import place_of_tag
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.errors import PermanentError
from epelbot.translate import shape

_NAME = re.compile(r"EPEL-([1-9][0-9]?(?:\.[0-9]{1,2})?)")


def release_tag(release: Mapping[str, Any]) -> str | None:
    """Give the stable tag ("epel9", "epel10.2") of a Bodhi release, or None when we don't follow it.

    The tag that the release states wins; a message may carry no more than the name, whose tag then follows
    from it ("EPEL-10.2"). ``EPEL-9N``, flatpaks, containers, Fedora and RHEL 6 are not followed.
    """
    found = _NAME.fullmatch(shape.text(release.get("name"), "release.name"))
    if found is None:
        return None
    stated = shape.text_or_none(release.get("stable_tag"), "release.stable_tag")
    stated = stated or shape.text_or_none(release.get("dist_tag"), "release.dist_tag")
    tag = stated or f"epel{found[1]}"
    place = place_of_tag(tag)
    return tag if place is not None and place.is_stable else None


def update_from_json(update: Mapping[str, Any]) -> UpdateSeen | None:
    """Read an update's JSON, or give None for one that we don't follow (another release, no RPMs).

    Needs no more than the publisher's schema promises: ``alias``, ``builds[].nvr``, ``release.name`` and
    ``status``; ``request`` and ``user`` are often null, and then some copies leave them out. Unknown keys are
    passed over. Raises `PermanentError` naming the key that is missing or of another type.
    """
    release = shape.mapping(update.get("release"), "update.release")
    tag = release_tag(release)
    if tag is None:
        return None
    builds = [
        shape.mapping(one, f"update.builds[{at}]")
        for at, one in enumerate(shape.items(update.get("builds"), "update.builds"))
    ]
    # An update without builds states no type at all: Bodhi takes it from the first build.
    kinds = {shape.text_or_none(update.get("content_type"), "update.content_type")}
    kinds |= {shape.text_or_none(one.get("type"), "update.builds[].type") for one in builds}
    if kinds - {"rpm", None}:
        return None
    user = update.get("user")
    return UpdateSeen(
        alias=shape.text(update.get("alias"), "update.alias"),
        release=tag,
        branch=shape.text_or_none(release.get("branch"), "update.release.branch"),
        status=shape.text(update.get("status"), "update.status"),
        request=shape.text_or_none(update.get("request"), "update.request"),
        builds=tuple(
            sorted(_nvr(one.get("nvr"), f"update.builds[{at}].nvr") for at, one in enumerate(builds))
        ),
        # An account that was deleted leaves its updates without a user.
        submitter=None
        if user is None
        else shape.text(shape.mapping(user, "update.user").get("name"), "update.user.name"),
        submitted_at=shape.utc_or_none(update.get("date_submitted"), "update.date_submitted"),
        testing_at=shape.utc_or_none(update.get("date_testing"), "update.date_testing"),
        stable_at=shape.utc_or_none(update.get("date_stable"), "update.date_stable"),
    )


def _nvr(value: Any, where: str) -> str:
    nvr = shape.text(value, where)
    try:
        return str(NVR.parse(nvr))
    except ValueError as error:
        raise PermanentError(f"{where}: {error}; see who sent it") from error
