# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `BuildContentsSource` keeps to: the fake, the hub, Koji's file tree and folders of RPM files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from epelbot.domain.build import BuildContents, RpmContents
from epelbot.domain.nevra import NVR
from epelbot.errors import DamagedRpm, NotThere, TransientError
from epelbot.http import Http, Patience
from epelbot.ports import BuildContentsSource
from epelbot.sources.koji_hub import KojiHub
from epelbot.sources.koji_tree import KojiTree, RpmFolder
from epelbot.testing.koji import FakeKoji
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.server import LocalServer, serve
from epelbot.testing.server_koji import folder_route, koji_route
from epelbot.testing.world import World
from tests.contract.koji_world import (
    BARE,
    BUILDING,
    DELETED,
    HELLO,
    HELLO_CONTENTS,
    README,
    TEXT,
    TORN,
    UNKNOWN,
    koji_world,
    write_tree,
)

HASTY = Patience(pauses=())


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = koji_world()
    write_tree(tmp_path / "tree", world)
    flat = tmp_path / "flat"
    flat.mkdir()
    for files in world.rpm_files.values():
        for file in files:
            shutil.copy(file, flat)
    (flat / "SHA256SUMS").write_text("no RPM\n")
    return world


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[LocalServer]:
    with serve(world, koji_route, folder_route("/flat/", tmp_path / "flat")) as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(patience=HASTY) as client:
        yield client


@pytest.fixture(params=["fake", "hub", "tree", "tree on the web", "folder", "folder on the web"])
def source(
    request: pytest.FixtureRequest, world: World, server: LocalServer, http: Http, tmp_path: Path
) -> BuildContentsSource:
    files = f"{server.url}/kojifiles"
    sources: dict[str, BuildContentsSource] = {
        "fake": FakeKoji(world),
        "hub": KojiHub(http, f"{server.url}/kojihub", files),
        "tree": KojiTree(tmp_path / "tree"),
        "tree on the web": KojiTree(files, http),
        "folder": RpmFolder(tmp_path / "flat"),
        "folder on the web": RpmFolder(f"{server.url}/flat", http=http),
    }
    return sources[request.param]


def by_name(contents: BuildContents) -> dict[str, RpmContents]:
    assert len({str(rpm) for rpm in contents.rpms}) == len(contents.rpms)
    return {str(rpm): rpm for rpm in contents.rpms}


def test_a_build_is_its_rpms_with_all_their_files(source: BuildContentsSource) -> None:
    found = source.contents(HELLO)
    assert found.build == "hello-2.0-1.el9"
    assert by_name(found) == by_name(HELLO_CONTENTS)


def test_an_rpm_without_files_is_no_problem(source: BuildContentsSource) -> None:
    empty = by_name(source.contents(HELLO))["hello-filesystem.noarch"]
    assert (empty.files, empty.problem) == ((), None)


def test_an_rpm_that_cannot_be_read_says_so_and_the_others_are_told(source: BuildContentsSource) -> None:
    found = by_name(source.contents(TORN))
    assert found["torn.aarch64"].problem
    assert found["torn.aarch64"].files == ()
    assert [file.path for file in found["torn.x86_64"].files] == ["/usr/bin/torn"]
    assert found["torn.x86_64"].problem is None


@pytest.mark.parametrize("nvr", [UNKNOWN, DELETED, BUILDING, NVR("..", "..", ".."), NVR("a\0", "1", "1")])
def test_builds_without_files_to_look_at_are_not_there(source: BuildContentsSource, nvr: NVR) -> None:
    with pytest.raises(NotThere):
        source.contents(nvr)
    with pytest.raises(NotThere):
        source.text(nvr, "hello.x86_64", README, 100)


@pytest.mark.parametrize("rpm", ["hello.x86_64", "hello.aarch64"])
def test_the_text_of_a_file_is_read_as_far_as_asked(source: BuildContentsSource, rpm: str) -> None:
    assert source.text(HELLO, rpm, README, 10_000) == TEXT
    assert source.text(HELLO, rpm, README, 4) == b"This"


@pytest.mark.parametrize(
    ("rpm", "path"),
    [("hello.x86_64", "/no/such/file"), ("hello.s390x", README), ("nosuch.noarch", README), ("odd", README)],
)
def test_a_text_that_is_not_there_is_said_to_be_so(source: BuildContentsSource, rpm: str, path: str) -> None:
    with pytest.raises(NotThere):
        source.text(HELLO, rpm, path, 100)


@pytest.mark.parametrize("source", ["fake", "hub", "tree on the web"], indirect=True)
def test_an_outage_is_never_an_absence(source: BuildContentsSource, world: World) -> None:
    world.down.add("koji")
    with pytest.raises(TransientError):
        source.contents(HELLO)
    with pytest.raises(TransientError):
        source.text(HELLO, "hello.x86_64", README, 100)


@pytest.mark.parametrize("source", ["fake", "hub"], indirect=True)
def test_a_complete_build_may_have_no_rpms(source: BuildContentsSource) -> None:
    assert source.contents(BARE).rpms == ()


@pytest.mark.parametrize(
    "source", ["hub", "tree", "tree on the web", "folder", "folder on the web"], indirect=True
)
def test_a_payload_that_breaks_off_is_damage(source: BuildContentsSource, tmp_path: Path) -> None:
    for rpm in tmp_path.glob("**/hello-2.0-1.el9.x86_64.rpm"):
        rpm.write_bytes(rpm.read_bytes()[:-60])
    assert by_name(source.contents(HELLO))["hello.x86_64"].problem is None
    with pytest.raises(DamagedRpm, match=r"hello-2\.0-1\.el9\.x86_64\.rpm"):
        source.text(HELLO, "hello.x86_64", README, 10_000)


def test_the_hub_answers_in_two_round_trips(server: LocalServer, http: Http) -> None:
    hub = KojiHub(http, f"{server.url}/kojihub", f"{server.url}/kojifiles")
    hub.contents(HELLO)
    assert len(server.requests) == 2
    hub.text(HELLO, "hello.x86_64", README, 100)
    assert [request.path.rpartition("/")[2] for request in server.requests[2:]] == [
        "kojihub",
        "hello-2.0-1.el9.x86_64.rpm",
    ]


def test_lists_too_long_for_one_reply_come_in_portions(server: LocalServer, http: Http, world: World) -> None:
    def hub(reply_limit: int) -> KojiHub:
        return KojiHub(http, f"{server.url}/kojihub", "", reply_limit=reply_limit)

    files = HELLO_CONTENTS.rpms[0].files * 2
    rpms = tuple(RpmContents(f"hello-{number}", "noarch", files) for number in range(5))
    world.contents[HELLO] = BuildContents(str(HELLO), rpms)
    assert hub(10**6).contents(HELLO).rpms == rpms
    before = len(server.requests)
    assert hub(15_000).contents(HELLO).rpms == rpms
    assert len(server.requests) - before > 4


def test_a_list_too_long_for_any_reply_is_that_rpms_problem(
    server: LocalServer, http: Http, world: World
) -> None:
    long = RpmContents("hello-doc", "noarch", HELLO_CONTENTS.rpms[0].files * 20)
    world.contents[HELLO] = BuildContents(str(HELLO), (*HELLO_CONTENTS.rpms[:2], long))
    hub = KojiHub(http, f"{server.url}/kojihub", "", reply_limit=20_000)
    problems = {name: rpm.problem is not None for name, rpm in by_name(hub.contents(HELLO)).items()}
    assert problems == {"hello.x86_64": False, "hello.aarch64": False, "hello-doc.noarch": True}


def test_a_tree_without_the_file_of_an_rpm_that_koji_lists(
    server: LocalServer, http: Http, world: World
) -> None:
    world.rpm_files[HELLO] = world.rpm_files[HELLO][1:]
    hub = KojiHub(http, f"{server.url}/kojihub", f"{server.url}/kojifiles")
    with pytest.raises(NotThere):
        hub.text(HELLO, "hello.x86_64", README, 100)


def test_an_rpm_that_vanishes_after_the_listing_is_a_problem_of_its_own(
    server: LocalServer, http: Http
) -> None:
    server.fail_next(status=404, path="/kojifiles/packages/hello/2.0/1.el9/x86_64/hello")
    found = by_name(KojiTree(f"{server.url}/kojifiles", http).contents(HELLO))
    assert found["hello.x86_64"].problem
    assert found["hello.aarch64"].problem is None


def test_logs_and_signatures_are_not_looked_through(server: LocalServer, http: Http) -> None:
    page = b'<a href="data/">data</a> <a href="x86_64/">x86_64</a>'
    server.fail_next(status=200, body=page)
    KojiTree(f"{server.url}/kojifiles", http).contents(HELLO)
    assert not any("/data/" in request.path for request in server.requests)


def test_an_index_page_leads_nowhere_else(server: LocalServer, http: Http) -> None:
    page = b"""<a href="https://evil.example.org/packages/x86_64/">x</a> <a href="../../../../etc/">up</a>
        <a href="x86_64/../../">round</a> <a href="//[">odd</a> <a href="?C=M;O=A">sort</a> <a>none</a>
        <a href="%2e%2e/">up</a> <a href="a%2Fb/">two</a>"""
    server.fail_next(status=200, body=page)
    with pytest.raises(NotThere, match="holds no RPMs"):
        KojiTree(f"{server.url}/kojifiles", http).contents(HELLO)
    assert len(server.requests) == 1


def test_a_folder_tells_its_builds(tmp_path: Path, world: World) -> None:
    assert {HELLO, TORN} == set(world.rpm_files)
    assert RpmFolder(tmp_path / "flat").builds() == (HELLO, TORN)


def test_single_files_make_builds_too(tmp_path: Path, world: World, server: LocalServer, http: Http) -> None:
    x86_64, aarch64, *_ = world.rpm_files[HELLO]
    on_the_web = f"{server.url}/flat/{aarch64.name}"
    files = RpmFolder(x86_64, on_the_web, http=http)
    assert files.builds() == (HELLO,)
    assert set(by_name(files.contents(HELLO))) == {"hello.x86_64", "hello.aarch64"}
    assert files.text(HELLO, "hello.aarch64", README, 4) == b"This"
    with pytest.raises(NotThere, match=r"nosuch\.rpm"):
        RpmFolder(tmp_path / "nosuch.rpm").builds()


def test_a_damaged_file_is_never_passed_over(tmp_path: Path) -> None:
    write_rpm(tmp_path / "a-1-1.noarch.rpm", name="a", source_rpm="a-1-1.src.rpm", version="1")
    (tmp_path / "a-libs-1-1.noarch.rpm").write_bytes(b"torn")
    (tmp_path / "b-2-2.noarch.rpm").write_bytes(b"torn")
    (tmp_path / "who-knows.rpm").write_bytes(b"torn")
    folder = RpmFolder(tmp_path)
    a, b = NVR("a", "1", "1"), NVR("b", "2", "2")
    assert folder.builds() == (a, b)
    assert set(by_name(folder.contents(a))) == {"a.noarch", "a-libs.noarch", "who-knows.unknown"}
    assert set(by_name(folder.contents(b))) == {"b.noarch", "who-knows.unknown"}


def test_an_rpm_that_names_no_source_is_its_own_build(tmp_path: Path) -> None:
    write_rpm(tmp_path / "x.rpm", name="key", version="1", files=[FileSpec("/etc/key", b"k")])
    folder = RpmFolder(tmp_path / "x.rpm")
    assert folder.builds() == (NVR("key", "1", "1"),)
    assert folder.text(NVR("key", "1", "1"), "key.noarch", "/etc/key", 9) == b"k"


def test_a_folder_on_the_web_needs_a_way_there() -> None:
    with pytest.raises(ValueError, match="needs an Http"):
        KojiTree("https://files.example.org")
