# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `PackageIndex` promises: the fake in memory, and real metadata by path and over a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import Kind, PackageList
from epelbot.domain.nevra import EVR
from epelbot.domain.succession import Obsoleted, Offered, Offers
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.http import Http
from epelbot.policy.dependencies import Dependencies
from epelbot.policy.succession import successors
from epelbot.ports import PackageIndex
from epelbot.sources.repodata import Places, RepositoryIndex, Store
from epelbot.testing.package_index import FakePackageIndex, small_graph
from epelbot.testing.repo_writer import PackageSpec, write_repository
from epelbot.testing.server import LocalServer, Request, Response, Route, serve
from epelbot.testing.world import World

EPEL9 = Collection(9)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

COLLECTION = (
    PackageSpec("anvil", source="anvil"),
    PackageSpec("anvil-libs", source="anvil"),
    PackageSpec("bellows", requires=("anvil-libs", "bash")),
    PackageSpec("crane", requires=("bellows",), recommends=("anvil",)),
    PackageSpec("dowel", "2-1", obsoletes=("ewer < 2",), provides=("ewer = 2-1",)),
    PackageSpec("ewer"),
)
SOURCES = (
    PackageSpec("anvil", arch="src"),
    PackageSpec("dowel", arch="src", requires=("anvil",)),
)
BASE = (
    PackageSpec("bash", "5.1-2"),
    PackageSpec("bash-doc", "5.1-2", source="bash"),
    PackageSpec("bash", "5.1-9"),
)


def folder_route(folder: Path) -> Route:
    """Serve a folder's files under ``/pub``."""

    def route(_: World, request: Request) -> Response | None:
        path = folder / request.path.removeprefix("/pub/")
        if not request.path.startswith("/pub/") or not path.is_file():
            return None
        return Response(body=path.read_bytes(), content_type="application/octet-stream")

    return route


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    write_repository(folder / "9" / "x86_64", COLLECTION)
    write_repository(folder / "9" / "source", SOURCES)
    write_repository(folder / "rhel9", BASE)
    return folder


def real(root: str, cache: Path, http: Http, now: Callable[[], datetime] = lambda: NOON) -> RepositoryIndex:
    store = Store(cache, http, refresh=timedelta(hours=6), max_age=timedelta(hours=96), now=now)
    places = Places(
        (f"{root}/{{release}}/{{arch}}",), (f"{root}/{{release}}/source",), (f"{root}/rhel{{major}}",)
    )
    return RepositoryIndex(store, places)


@pytest.fixture(params=["fake", "local", "web"])
def index(request: pytest.FixtureRequest, mirror: Path, tmp_path: Path) -> Iterator[tuple[PackageIndex, str]]:
    """An index, and where RHEL's packages are."""
    if request.param == "fake":
        world = World()
        world.graphs[EPEL9] = small_graph(
            {"anvil": (), "anvil-libs": (), "bellows": ["anvil-libs"], "crane": ["bellows"], "dowel": ()},
            sources={"anvil-libs": "anvil"},
            build={"dowel": ["anvil"]},
            weak={"crane": ["anvil"]},
        )
        old = Offered("ewer", "ewer", EVR(0, "1", "1"))
        new = Offered(
            "dowel",
            "dowel",
            EVR(0, "2", "1"),
            (Obsoleted("ewer", "<", EVR(0, "2", "")),),
            frozenset({"dowel", "ewer"}),
        )
        world.offers[EPEL9] = Offers({"x86_64": (old, new)})
        bash, doc = EVR(0, "5.1", "9"), EVR(0, "5.1", "2")
        world.rhel["rhel"] = {"x86_64": PackageList({"bash": bash, "bash-doc": doc}, {"bash": bash})}
        yield FakePackageIndex(world), "rhel"
    elif request.param == "local":
        with Http() as http:
            yield real(str(mirror), tmp_path / "cache", http), f"{mirror}/rhel{{major}}"
    else:
        with serve(World(), folder_route(mirror)) as server, Http(pause=lambda _: None) as http:
            yield real(f"{server.url}/pub", tmp_path / "cache", http), f"{server.url}/pub/rhel{{major}}"


def test_it_tells_who_needs_a_package_and_how(index: tuple[PackageIndex, str]) -> None:
    found = index[0].dependencies(EPEL9)
    assert found is not None
    told = Dependencies(found.value).dependents(["anvil"])
    assert [(one.package, one.kind, one.direct) for one in told] == [
        ("bellows", Kind.RUN_TIME, True),
        ("crane", Kind.RUN_TIME, False),
        ("dowel", Kind.BUILD_TIME, True),
    ]


def test_the_graph_is_the_same_object_while_nothing_changed(index: tuple[PackageIndex, str]) -> None:
    first, second = index[0].dependencies(EPEL9), index[0].dependencies(EPEL9)
    assert first is not None
    assert second is not None
    assert first.value is second.value


def test_it_tells_what_rhel_carries_by_architecture(index: tuple[PackageIndex, str]) -> None:
    (listed,) = index[0].package_lists([index[1]], EPEL9).value.values()
    assert listed.packages == {"bash": EVR(0, "5.1", "9"), "bash-doc": EVR(0, "5.1", "2")}
    assert listed.sources == {"bash": EVR(0, "5.1", "9")}


def test_every_repository_is_reached_by_itself(index: tuple[PackageIndex, str]) -> None:
    reached = index[0].reach(EPEL9, [index[1]])
    assert {"collection", "rhel"} <= {one.part for one in reached}
    assert all(one.error is None for one in reached)


def test_a_repository_that_cannot_be_had_keeps_no_other_from_being_reached(
    tmp_path: Path, mirror: Path, http: Http
) -> None:
    write_repository(mirror / "rhel9", BASE, revision="1795000000")
    found = real(str(mirror), tmp_path / "cache", http).reach(EPEL9, [str(tmp_path / "nowhere")])
    assert [(one.part, one.error is None) for one in found][:3] == [
        ("collection", True),
        ("sources", True),
        ("base", True),
    ]
    assert found[2].made_at == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
    assert [one.part for one in found if one.error is not None] == ["rhel"]


def test_it_tells_what_takes_whose_place(index: tuple[PackageIndex, str]) -> None:
    first, second = index[0].offers(EPEL9), index[0].offers(EPEL9)
    assert first is not None
    assert second is not None
    assert first.value is second.value
    assert {old: one.package for old, one in successors(first.value).items()} == {"ewer": "dowel"}


def test_without_any_repository_of_rhel_it_has_no_answer(index: tuple[PackageIndex, str]) -> None:
    with pytest.raises(NotThere, match=r"rhel\.repositories"):
        index[0].package_lists([], EPEL9)


def test_a_fake_that_is_down_says_so() -> None:
    with pytest.raises(TransientError):
        FakePackageIndex(World(down={"repodata"})).dependencies(EPEL9)


# --- what only a real one can meet ---


@pytest.fixture
def web(mirror: Path) -> Iterator[LocalServer]:
    with serve(World(), folder_route(mirror)) as server:
        yield server


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(pause=lambda _: None) as http:
        yield http


class Clock:
    """Noon, until a test says otherwise."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def knows(index: PackageIndex, name: str) -> bool:
    found = index.dependencies(EPEL9)
    assert found is not None
    return name in Dependencies(found.value)


def test_a_collection_without_repositories_has_no_graph(tmp_path: Path, http: Http) -> None:
    store = Store(tmp_path, http, refresh=timedelta(1), max_age=timedelta(1), now=lambda: NOON)
    assert RepositoryIndex(store, Places(())).dependencies(EPEL9) is None
    assert RepositoryIndex(store, Places(("epel8=/nowhere",))).dependencies(EPEL9) is None


def test_a_place_named_for_a_collection_takes_the_others_stead(
    mirror: Path, tmp_path: Path, http: Http
) -> None:
    write_repository(tmp_path / "own", [PackageSpec("zither")])
    store = Store(tmp_path / "cache", http, refresh=timedelta(1), max_age=timedelta(1), now=lambda: NOON)
    index = RepositoryIndex(store, Places((f"{mirror}/9/{{arch}}", f"epel10.1={tmp_path}/own")))
    other = index.dependencies(Collection(10, 1))
    assert other is not None
    assert other.value.sources == ("zither",)
    assert knows(index, "anvil")


def test_every_architecture_is_looked_at(tmp_path: Path, http: Http) -> None:
    write_repository(tmp_path / "x86_64", [PackageSpec("a"), PackageSpec("b", arch="x86_64")])
    write_repository(tmp_path / "s390x", [PackageSpec("a"), PackageSpec("b", arch="s390x", requires=("a",))])
    store = Store(tmp_path / "cache", http, refresh=timedelta(1), max_age=timedelta(1), now=lambda: NOON)
    places = Places((f"{tmp_path}/{{arch}}",), architectures=("x86_64", "s390x"))
    found = RepositoryIndex(store, places).dependencies(EPEL9)
    assert found is not None
    (told,) = Dependencies(found.value).dependents(["a"])
    assert told.rpms == ("b-1-1.s390x",)


def test_a_mirror_is_not_asked_again_before_it_is_due(web: LocalServer, tmp_path: Path, http: Http) -> None:
    clock = Clock()
    real(f"{web.url}/pub", tmp_path, http, clock).dependencies(EPEL9)
    asked = len(web.requests)
    clock.now += timedelta(hours=5)
    found = real(f"{web.url}/pub", tmp_path, http, clock).dependencies(EPEL9)
    assert len(web.requests) == asked
    assert found is not None
    assert found.at == NOON


def test_unchanged_metadata_are_confirmed_and_not_fetched_again(
    web: LocalServer, tmp_path: Path, http: Http
) -> None:
    clock = Clock()
    index = real(f"{web.url}/pub", tmp_path, http, clock)
    index.dependencies(EPEL9)
    web.requests.clear()
    clock.now += timedelta(hours=7)
    found = index.dependencies(EPEL9)
    assert [one.path.rpartition("/")[2] for one in web.requests] == ["repomd.xml"] * 3
    assert found is not None
    assert found.at == clock.now


def test_new_metadata_take_the_place_of_the_old(
    web: LocalServer, mirror: Path, tmp_path: Path, http: Http
) -> None:
    clock = Clock()
    index = real(f"{web.url}/pub", tmp_path / "cache", http, clock)
    assert not knows(index, "zither")
    write_repository(mirror / "9" / "x86_64", (*COLLECTION, PackageSpec("zither")))
    clock.now += timedelta(hours=7)
    assert knows(index, "zither")
    assert len(list((tmp_path / "cache").rglob("*.solv"))) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 503},
        {"status": 404},
        {"status": 200, "body": b"<html>Checking your browser"},
        {"cut_at": 100},
        {"status": 200, "body": b""},
    ],
)
@pytest.mark.parametrize("file", ["/pub/9/x86_64/repodata/repomd.xml", "/pub/9/x86_64/repodata/"])
def test_a_mirror_in_trouble_is_no_answer_and_costs_nothing_that_is_known(
    trouble: dict[str, object], file: str, *, web: LocalServer, mirror: Path, tmp_path: Path, http: Http
) -> None:
    clock = Clock()
    if not file.endswith(".xml"):
        (primary,) = (mirror / "9" / "x86_64" / "repodata").glob("*-primary.xml.gz")
        file += primary.name
    web.fail_next(path=file, times=9, **trouble)  # type: ignore[arg-type]
    index = real(f"{web.url}/pub", tmp_path / "cache", http, clock)
    with pytest.raises((TransientError, PermanentError), match=r"; .*(again|check|name another)"):
        index.dependencies(EPEL9)
    web._failures.clear()
    assert knows(index, "anvil")
    # A later sync in which the same goes wrong: what is known holds, as of then, and then no longer.
    write_repository(mirror / "9" / "x86_64", (*COLLECTION, PackageSpec("zither")))
    if "primary" in file:
        (primary,) = (mirror / "9" / "x86_64" / "repodata").glob("*-primary.xml.gz")
        file = f"/pub/9/x86_64/repodata/{primary.name}"
    clock.now += timedelta(hours=95)
    web.fail_next(path=file, times=99, **trouble)  # type: ignore[arg-type]
    found = index.dependencies(EPEL9)
    assert found is not None
    assert found.at == NOON
    assert "zither" not in Dependencies(found.value)
    clock.now += timedelta(hours=2)
    with pytest.raises((TransientError, PermanentError)):
        index.dependencies(EPEL9)


def test_a_wrong_checksum_is_an_outage(mirror: Path, tmp_path: Path, http: Http) -> None:
    (primary,) = (mirror / "9" / "x86_64" / "repodata").glob("*-primary.xml.gz")
    packed = bytearray(primary.read_bytes())
    packed[9] ^= 1
    primary.write_bytes(bytes(packed))
    with pytest.raises(TransientError, match=r"other than its repomd\.xml promises"):
        real(str(mirror), tmp_path / "cache", http).dependencies(EPEL9)


def test_half_a_file_is_an_outage(mirror: Path, tmp_path: Path, http: Http) -> None:
    (primary,) = (mirror / "9" / "x86_64" / "repodata").glob("*-primary.xml.gz")
    primary.write_bytes(primary.read_bytes()[:100])
    with pytest.raises(TransientError, match=r"shorter than its repomd\.xml promises"):
        real(str(mirror), tmp_path / "cache", http).dependencies(EPEL9)


def test_a_folder_that_does_not_exist_says_so(tmp_path: Path, http: Http) -> None:
    with pytest.raises(NotThere, match="check the path"):
        real(str(tmp_path / "nowhere"), tmp_path / "cache", http).dependencies(EPEL9)


def test_a_damaged_cache_is_made_again(mirror: Path, tmp_path: Path, http: Http) -> None:
    cache = tmp_path / "cache"
    assert knows(real(str(mirror), cache, http), "anvil")
    kept = {path: path.read_bytes() for path in cache.rglob("*.solv")}
    for path, data in kept.items():
        path.write_bytes(data[: len(data) // 2])
    assert knows(real(str(mirror), cache, http), "anvil")
    assert {path: path.read_bytes() for path in cache.rglob("*.solv")} == kept
    for path in cache.rglob("repomd.xml"):
        path.write_bytes(b"<repomd>")
    assert knows(real(str(mirror), cache, http), "anvil")


def test_a_cache_that_cannot_be_written_is_told(mirror: Path, tmp_path: Path, http: Http) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PermanentError, match=r"sources\.repodata\.cache"):
        real(str(mirror), tmp_path / "file", http).dependencies(EPEL9)


def test_what_rhel_carries_is_looked_up_once_and_anew_when_its_metadata_change(
    web: LocalServer, mirror: Path, tmp_path: Path, http: Http
) -> None:
    clock = Clock()
    index = real(f"{web.url}/pub", tmp_path / "cache", http, clock)
    places = [f"{web.url}/pub/rhel{{major}}"]
    first = index.package_lists(places, EPEL9)
    assert index.package_lists(places, EPEL9).value is first.value
    write_repository(mirror / "rhel9", (*BASE, PackageSpec("zsh", "5-1")))
    clock.now += timedelta(hours=7)
    later = index.package_lists(places, EPEL9)
    assert later.value["x86_64"].sources["zsh"] == EVR(0, "5", "1")
    assert later.at == clock.now
