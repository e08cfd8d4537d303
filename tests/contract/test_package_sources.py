# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `PackageSources` promises: the fake in memory, and Pagure's dist-git over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from epelbot.domain.people import Collaborator, people_of
from epelbot.errors import NotThere, TransientError
from epelbot.http import Http
from epelbot.ports import PackageSources
from epelbot.sources.distgit import DistGit
from epelbot.testing.distgit import FakeDistGit
from epelbot.testing.server import serve
from epelbot.testing.server_web import distgit_route
from epelbot.testing.world import World
from tests.contract.web_story import FULL_ACCESS, ORPHANED, PLAIN_ACCESS, RETIRED, story


@pytest.fixture
def world() -> World:
    return story()


@pytest.fixture(params=["fake", "pagure"])
def distgit(request: pytest.FixtureRequest, world: World) -> Iterator[PackageSources]:
    if request.param == "fake":
        yield FakeDistGit(world)
        return
    with serve(world, distgit_route) as server, Http(pause=lambda _: None) as http:
        yield DistGit(http, f"{server.url}/dist-git")


def test_access_tells_everybody_with_a_say(distgit: PackageSources) -> None:
    assert distgit.access("libfoo") == FULL_ACCESS


def test_collaborators_have_a_say_on_their_branches_only(distgit: PackageSources) -> None:
    access = distgit.access("libfoo")
    assert {"erin", "fred", "gina"} <= set(people_of(access, "epel9").all)
    assert "fred" not in people_of(access, "epel10").all
    assert people_of(access, "epel10").maintainers == ("ann", "hugo")


def test_a_name_with_plus_signs_is_a_name(distgit: PackageSources) -> None:
    assert distgit.access("libsigc++20") == PLAIN_ACCESS
    assert distgit.branches("libsigc++20") == ("epel9", "rawhide")


def test_a_groups_members_can_be_asked_for_whatever_package_it_looks_after(distgit: PackageSources) -> None:
    assert distgit.members("python-sig") == ("ida", "jim")
    assert distgit.members("nosuch-sig") == ()


def test_an_orphaned_package_belongs_to_nobody(distgit: PackageSources) -> None:
    assert distgit.access("libbar") == ORPHANED


def test_a_new_owner_is_seen(distgit: PackageSources, world: World) -> None:
    distgit.access("libbar")
    world.access["libbar"] = taken = replace(ORPHANED, main_admin="kim")
    assert distgit.access("libbar") == taken


@pytest.mark.parametrize("name", ["nosuch", "no such/package?", "..", ""])
def test_a_package_that_is_none_is_not_there(distgit: PackageSources, name: str) -> None:
    with pytest.raises(NotThere):
        distgit.access(name)
    with pytest.raises(NotThere):
        distgit.branches(name)


def test_the_list_of_all_packages_tells_who_has_access(distgit: PackageSources) -> None:
    listed = dict(distgit.every_access())
    assert sorted(listed) == ["libbar", "libfoo", "libsigc++20"]
    assert listed["libbar"] == ORPHANED
    assert listed["libsigc++20"] == replace(PLAIN_ACCESS, epel_assignee=None)
    assert listed["libfoo"] == replace(
        FULL_ACCESS,
        collaborators=(Collaborator("erin", ()), Collaborator("fred", ())),
        collaborator_groups=(Collaborator("epel-sig", ()),),
        epel_assignee=None,
        members=(),
    )


def test_a_long_list_of_packages_is_told_whole(distgit: PackageSources, world: World) -> None:
    world.access.update((f"lib{number:03}", ORPHANED) for number in range(230))
    assert [package for package, _ in distgit.every_access()] == sorted(world.access)


def test_branches_are_sorted(distgit: PackageSources) -> None:
    assert distgit.branches("libfoo") == ("epel10", "epel9", "rawhide")


def test_a_repository_without_commits_has_no_branches(distgit: PackageSources) -> None:
    assert distgit.branches("libbar") == ()


def test_a_dead_branch_tells_why(distgit: PackageSources) -> None:
    assert distgit.dead_package("libfoo", "epel9") == "EPEL 9: moved to RHEL 9.9, für immer\n"


def test_an_empty_dead_package_kills_a_branch_too(distgit: PackageSources) -> None:
    assert distgit.dead_package("libsigc++20", "epel9") == ""


@pytest.mark.parametrize(
    ("package", "branch"), [("libfoo", "rawhide"), ("libfoo", "epel8"), ("nosuch", "epel9")]
)
def test_a_branch_that_is_alive_or_absent_is_not_dead(
    distgit: PackageSources, package: str, branch: str
) -> None:
    assert distgit.dead_package(package, branch) is None


def test_a_branch_brought_back_is_alive(distgit: PackageSources, world: World) -> None:
    distgit.dead_package("libfoo", "epel9")
    del world.dead_packages["libfoo", "epel9"]
    assert distgit.dead_package("libfoo", "epel9") is None


def test_the_commit_at_a_branch_s_tip_is_told(distgit: PackageSources) -> None:
    assert distgit.tip("libfoo", "epel9") == RETIRED


@pytest.mark.parametrize(("package", "branch"), [("libfoo", "epel7"), ("nosuch", "epel9")])
def test_a_branch_that_is_absent_has_no_tip(distgit: PackageSources, package: str, branch: str) -> None:
    assert distgit.tip(package, branch) is None


def test_the_daily_list_names_all_that_is_retired(distgit: PackageSources) -> None:
    assert distgit.retired_in("epel9") == ("libfoo", "libold", "libsigc++20")
    assert distgit.retired_in("epel10") == ()


def test_a_branch_without_a_list_is_not_there(distgit: PackageSources) -> None:
    with pytest.raises(NotThere):
        distgit.retired_in("epel11")


def test_an_outage_is_for_now_and_never_means_alive(distgit: PackageSources, world: World) -> None:
    world.down.add("dist-git")
    for ask in (
        lambda: distgit.access("libfoo"),
        lambda: distgit.branches("libfoo"),
        lambda: distgit.dead_package("libfoo", "rawhide"),
        lambda: distgit.tip("libfoo", "epel9"),
        lambda: distgit.retired_in("epel9"),
    ):
        with pytest.raises(TransientError):
            ask()
    world.down.clear()
    assert distgit.access("libfoo") == FULL_ACCESS
