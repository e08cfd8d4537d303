# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which collection a branch, a build's release or a synced repository belongs to.

Used both where it is decided what is stored and where it becomes evidence, so that the two agree.
"""

from __future__ import annotations

import re

from epelbot.domain.collection import Collection, place_of_tag

# ".el9", ".el10_2", ".el7.1"; neither ".el9.next" (epel9-next) nor ".module_el8".
_EL = re.compile(r"\.el([1-9][0-9]?)(?:_[0-9]+)?(?![0-9A-Za-z_])(?!\.next)")


def collection_of_branch(branch: str) -> Collection | None:
    """Name the collection of a dist-git branch; None for any that we don't follow (rawhide, epel9-next)."""
    try:
        return Collection.parse(branch.removeprefix("refs/heads/"))
    except ValueError:
        return None


def major_of_tag(tag: str) -> int | None:
    """Give RHEL's major of a Koji tag that a collection's builds pass through, None for any other tag."""
    place = place_of_tag(tag)
    return None if place is None else Collection.parse(place.stable).major


def major_of_release(release: str) -> int | None:
    """Give RHEL's major that a build's release field was built for, None if that is no EPEL collection's.

    A build's own message names no tag, so its dist tag has to tell (FIELD 2.7); a release without one
    is not recognised, its tagging is.
    """
    found = _EL.search(release)
    return None if found is None else _followed_major(f"epel{found[1]}")


def synced_release(repo: str, release: str) -> str | None:
    """Give the stable tag ("epel9", "epel10.1") of a repository that was synced (FIELD 1.3).

    None for repositories of another kind (epel-next) and for releases that we don't follow.
    """
    if repo not in ("epel", "epel-testing"):
        return None
    name = f"epel{release}"
    return name if _followed_major(name) is not None else None


def _followed_major(name: str) -> int | None:
    try:
        return Collection.parse(name).major
    except ValueError:
        return None
