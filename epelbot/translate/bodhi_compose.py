# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a Bodhi compose, good or bad (FIELD 1.3): its ``repo`` is the Koji tag that was composed."""

from __future__ import annotations

from datetime import datetime

from epelbot.domain.evidence import ComposeFinished, Recorded
from epelbot.errors import PermanentError
from epelbot.translate.message import ParsedMessage, happened_at, recorded, tag_name
from epelbot.translate.places import major_of_tag


def compose_finished(message: ParsedMessage, received_at: datetime) -> tuple[Recorded, ...]:
    """Give the compose of an EPEL tag; those of modules, flatpaks and containers are none of ours."""
    tag = tag_name(message.told("repo"), "repo")
    major = major_of_tag(tag)
    if major is None or message.told("ctype") not in (None, "rpm"):
        return ()
    success = message.told("success")
    if not isinstance(success, bool):
        raise PermanentError("success is neither true nor false; see whether its sender has a new version")
    happened = happened_at(message, received_at)
    return (recorded(ComposeFinished(tag, success), None, major, happened, received_at),)
