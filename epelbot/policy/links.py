# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where people can see what a finding rests on."""

from __future__ import annotations

from urllib.parse import quote


def koji_build(nvr: str) -> str:
    """Koji's page of a build, which takes its name as well as its number."""
    return f"https://koji.fedoraproject.org/koji/buildinfo?buildID={quote(nvr, safe='')}"


def bodhi_update(alias: str) -> str:
    """Bodhi's page of an update."""
    return f"https://bodhi.fedoraproject.org/updates/{quote(alias, safe='')}"
