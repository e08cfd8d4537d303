# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who stands behind a listing (POLICY, Words: people)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.people import NOBODY, Collaborator, PackageAccess, people_of

ACCOUNTS = st.sampled_from(["ann", "bob", "cleo", "dan", NOBODY])
GROUPS = st.sampled_from(["go-sig", "epel-sig"])
PATTERNS = st.lists(st.sampled_from(["epel9", "epel*", "f*", "epel1?"]), max_size=2).map(tuple)
ACCESSES = st.builds(
    PackageAccess,
    main_admin=ACCOUNTS,
    admins=st.lists(ACCOUNTS, max_size=2).map(tuple),
    committers=st.lists(ACCOUNTS, max_size=2).map(tuple),
    collaborators=st.lists(st.builds(Collaborator, ACCOUNTS, PATTERNS), max_size=2).map(tuple),
    groups=st.lists(GROUPS, max_size=2).map(tuple),
    collaborator_groups=st.lists(st.builds(Collaborator, GROUPS, PATTERNS), max_size=2).map(tuple),
    epel_assignee=st.one_of(st.none(), ACCOUNTS, st.just("@go-sig")),
    members=st.just((("go-sig", ("gina", "ann")),)),
)


def test_the_maintainer_is_the_epel_assignee_if_set() -> None:
    people = people_of(PackageAccess("ann", epel_assignee="bob"), "epel9")
    assert people.maintainers == ("bob",)
    assert people.co_maintainers == ("ann",)


def test_else_the_maintainer_is_the_main_admin() -> None:
    assert people_of(PackageAccess("ann"), "epel9").maintainers == ("ann",)


def test_everyone_else_with_commit_or_admin_is_a_co_maintainer() -> None:
    access = PackageAccess("ann", admins=("bob",), committers=("cleo",))
    assert people_of(access, "epel9").co_maintainers == ("bob", "cleo")


def test_a_collaborator_counts_where_the_pattern_matches_the_branch() -> None:
    access = PackageAccess("ann", collaborators=(Collaborator("bob", ("epel8", "epel1*")),))
    assert people_of(access, "epel8").co_maintainers == ("bob",)
    assert people_of(access, "epel10.1").co_maintainers == ("bob",)
    assert people_of(access, "epel9").co_maintainers == ()


def test_groups_stand_for_their_members() -> None:
    access = PackageAccess(
        "ann",
        groups=("go-sig",),
        collaborator_groups=(Collaborator("epel-sig", ("epel*",)),),
        members=(("go-sig", ("bob",)), ("epel-sig", ("cleo",)), ("other-sig", ("zoe",))),
    )
    assert people_of(access, "epel9").co_maintainers == ("bob", "cleo")
    assert people_of(access, "f40").co_maintainers == ("bob",)


def test_a_group_may_be_the_epel_assignee() -> None:
    access = PackageAccess("ann", epel_assignee="@go-sig", members=(("go-sig", ("bob", "cleo")),))
    assert people_of(access, "epel9").maintainers == ("bob", "cleo")


def test_orphan_is_nobody() -> None:
    people = people_of(PackageAccess(NOBODY, committers=("bob", NOBODY)), "epel9")
    assert people.maintainers == ()
    assert people.co_maintainers == ("bob",)


def test_an_epel_branch_given_to_orphan_has_no_maintainer_whoever_has_the_package() -> None:
    people = people_of(PackageAccess("ann", epel_assignee=NOBODY), "epel9")
    assert people.maintainers == ()
    assert people.all == ("ann",)


@given(ACCESSES)
def test_nobody_is_counted_twice_and_nobody_is_not_counted(access: PackageAccess) -> None:
    people = people_of(access, "epel9")
    assert len(set(people.all)) == len(people.all) == len(people.maintainers) + len(people.co_maintainers)
    assert NOBODY not in people.all
    assert not any(one.startswith("@") for one in people.all)
