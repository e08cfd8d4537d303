# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small world for the sources on the web: one package with all there is, and a few plain ones."""

from __future__ import annotations

from datetime import UTC, datetime

from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.people import Collaborator, PackageAccess
from epelbot.domain.post import Post
from epelbot.ports import Commit, Release
from epelbot.testing.world import World

LIST = "epel-devel"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

STABLE = UpdateSeen(
    alias="FEDORA-EPEL-2026-00000000aa",
    release="epel9",
    branch="epel9",
    status="stable",
    request=None,
    builds=("libfoo-1.0-1.el9",),
    submitter="ann",
    submitted_at=datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC),
    testing_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    stable_at=datetime(2026, 3, 10, 2, tzinfo=UTC),
)
TESTING = UpdateSeen(
    alias="FEDORA-EPEL-2026-00000000bb",
    release="epel9",
    branch="epel9",
    status="testing",
    request="stable",
    builds=("libbar-2-1.el9", "libfoo-1.1-1.el9"),
    submitter="bob",
    submitted_at=datetime(2026, 10, 5, tzinfo=UTC),
    testing_at=datetime(2026, 10, 6, tzinfo=UTC),
)
ON_TEN = UpdateSeen(
    alias="FEDORA-EPEL-2026-00000000cc",
    release="epel10.2",
    branch="epel10",
    status="pending",
    request="testing",
    builds=("libfoo-1.1-1.el10_2",),
    submitted_at=datetime(2026, 6, 1, tzinfo=UTC),
)

FULL_ACCESS = PackageAccess(
    main_admin="ann",
    admins=("bob",),
    committers=("carl", "dora"),
    collaborators=(Collaborator("erin", ("epel*", "f44")), Collaborator("fred", ("epel9",))),
    groups=("python-sig",),
    collaborator_groups=(Collaborator("epel-sig", ("epel*",)),),
    epel_assignee="@lib-sig",
    members=(("epel-sig", ("gina",)), ("lib-sig", ("ann", "hugo")), ("python-sig", ("ida", "jim"))),
)
PLAIN_ACCESS = PackageAccess(main_admin="ann", epel_assignee="bob")
ORPHANED = PackageAccess(main_admin="orphan")

RETIRED = Commit("f5ee2b95764252db3c7b8ac5c338d4880e7f738f", "Ann \u00d6", NOON)

FIRST = Post(
    list_name=LIST,
    message_id="retire-libfoo@example.org",
    subject="Retiring libfoo in epel9: früh genug",
    sender='"Ann (EPEL)" <ann@example.org>',
    posted_at=NOON,
    text="I have no time for libfoo any more.\n\nWho wants it?\n",
)
REPLY = Post(
    list_name=LIST,
    message_id="re-retire-libfoo@example.org",
    subject="Re: Retiring libfoo in epel9: früh genug",
    sender="bob@example.org",
    posted_at=NOON.replace(hour=15),
    in_reply_to=FIRST.message_id,
    text="I do.\n",
)
ALONE = Post(
    list_name=LIST,
    message_id="digest@example.org",
    subject="",
    sender="Bodhi <updates@example.org>",
    posted_at=NOON.replace(minute=1),
    in_reply_to="lost@example.org",
    text="",
)
LAGGING = Post(
    list_name=LIST,
    message_id="just-now@example.org",
    subject="Retiring libbar",
    sender="ann@example.org",
    posted_at=NOON,
)


def story() -> World:
    """A world of its own for each test."""
    return World(
        updates={update.alias: update for update in (TESTING, ON_TEN, STABLE)},
        releases=[
            Release("EPEL-9", "epel9", "epel9", "current"),
            Release("EPEL-10.2", "epel10", "epel10.2", "current"),
            Release("EPEL-10.1", "epel10.1", "epel10.1", "current"),
            Release("EPEL-7", "epel7", "epel7", "archived"),
            Release("EPEL-8", "epel8", "epel8", "disabled"),
        ],
        access={"libfoo": FULL_ACCESS, "libsigc++20": PLAIN_ACCESS, "libbar": ORPHANED},
        branches={"libfoo": ("rawhide", "epel9", "epel10"), "libsigc++20": ("epel9", "rawhide")},
        dead_packages={
            ("libfoo", "epel9"): "EPEL 9: moved to RHEL 9.9, für immer\n",
            ("libsigc++20", "epel9"): "",
            ("libold", "epel9"): "gone\n",
        },
        tips={("libfoo", "epel9"): RETIRED},
        posts={post.hash: post for post in (REPLY, FIRST, ALONE, LAGGING)},
    )
