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


def koji_package(package: str) -> str:
    """Koji's page of a package, with the tags that list or block it."""
    return f"https://koji.fedoraproject.org/koji/packageinfo?packageID={quote(package, safe='')}"


def dist_git_commit(package: str, revision: str, branch: str) -> str:
    """dist-git's page of a commit, as its messages give it (FIELD 1.5)."""
    name, commit = quote(package, safe=""), quote(revision, safe="")
    return f"https://src.fedoraproject.org/rpms/{name}/c/{commit}?branch={quote(branch, safe='')}"
