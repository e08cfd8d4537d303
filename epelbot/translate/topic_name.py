# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A topic taken apart: who sent it, from which environment, and what it is about (FIELD 1.1)."""

from __future__ import annotations

from typing import NamedTuple

#: pagure.io; its topics are named like dist-git's, but anybody may make a project there.
PAGURE_IO = "io.pagure"
#: Everybody else in Fedora.
FEDORA = "org.fedoraproject"

# The first word of a topic of ours that comes without a prefix, as a private broker may send it.
_APPLICATIONS = frozenset({"bodhi", "buildsys", "forgejo", "git", "mailman", "pagure"})


class TopicName(NamedTuple):
    """The parts of a topic. ``event`` is the topic as the publisher's class names it ("buildsys.tag").

    ``sender`` ("org.fedoraproject", "io.pagure") and ``environment`` ("prod", "stg") are None for a topic
    without a prefix.
    """

    sender: str | None
    environment: str | None
    event: str


def split_topic(topic: str) -> TopicName:
    """Take a topic apart; anything else than what we know gives an ``event`` that nobody translates."""
    parts = topic.split(".", 3)
    if parts[0] in _APPLICATIONS or len(parts) < 4:  # noqa: PLR2004 -- two for the sender, environment, event
        return TopicName(None, None, topic)
    return TopicName(f"{parts[0]}.{parts[1]}", parts[2], parts[3])
