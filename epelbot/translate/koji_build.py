# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji's build states (FIELD 1.4): a build begun, complete, failed, canceled or deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from epelbot.domain.build import BuildState
from epelbot.domain.evidence import BuildChanged, Recorded
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.envelope import instant_or_none
from epelbot.translate.message import (
    ParsedMessage,
    account_or_none,
    from_main_koji,
    happened_at,
    nvr_of,
    recorded,
    tag_name,
)
from epelbot.translate.places import major_of_release

_STATES = {state.value: state.name.lower() for state in BuildState}
# A deleted build still states when it was completed.
_ENDED = {"complete", "failed", "canceled"}
# Koji keeps epochs in 32 bits.
_LARGEST_EPOCH = 2**31 - 1


def build_changed(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the state of a build for EPEL, which its release field tells: the body names no tag."""
    nvr = nvr_of(message.told("name"), message.told("version"), message.told("release"))
    major = major_of_release(nvr.release)
    if major is None or not from_main_koji(message) or message.told("attribute") not in (None, "state"):
        return ()
    number = shape.count(message.told("new"), "new")
    if number not in _STATES:
        raise PermanentError(
            f"new is {number}, and Koji has no such build state; see whether it has a new version"
        )
    state = _STATES[number]
    build_id = message.told("build_id")
    own = message.body.get("completion_time" if state in _ENDED else "creation_time")
    fact = BuildChanged(
        str(nvr),
        state,
        epoch=_epoch(message.told("epoch")),
        build_id=None if build_id is None else shape.count(build_id, "build_id"),
        owner=account_or_none(message.told("owner"), "owner"),
        target=_target(message.told("request")),
    )
    happened = happened_at(message, received_at, None if state == "deleted" else instant_or_none(own))
    return (recorded(fact, nvr.name, major, happened, received_at),)


def _epoch(value: Any) -> int | None:
    """Read an epoch, which some publishers write as a text."""
    if value is None or value == "":
        return None
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdecimal()
        and len(value) <= len(str(_LARGEST_EPOCH))
    ):
        value = int(value)
    epoch = shape.count(value, "epoch")
    if epoch > _LARGEST_EPOCH:
        raise PermanentError("epoch is larger than any that Koji has; see who sent it")
    return epoch


def _target(request: Any) -> str | None:
    """Take the build target out of the task's request: source, target, options; imports have none."""
    match request:
        case [_, str() as target, *_]:
            return tag_name(target, "request[1]")
        case _:
            return None
