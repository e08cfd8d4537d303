# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every `InterfaceSource` keeps to: the fake, the hub with its files, a tree, and folders of RPMs."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from epelbot.domain.abi import BuiltPackage, BuiltPackages, Capability, Level, Library, Symbol
from epelbot.domain.build import Build, BuildContents, BuildState, RpmContents, RpmFile
from epelbot.domain.nevra import EVR, NVR
from epelbot.errors import NotThere, TransientError
from epelbot.http import Http, Patience
from epelbot.policy.compatible import compare_builds
from epelbot.ports import InterfacesInKoji, InterfaceSource
from epelbot.sources.koji_interfaces import KojiInterfaces
from epelbot.sources.koji_tree import KojiTree, RpmFolder
from epelbot.testing.elf_writer import Entry, library_bytes
from epelbot.testing.koji import FakeKoji
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.server import LocalServer, serve
from epelbot.testing.server_koji import folder_route, koji_route
from epelbot.testing.world import World

OLD, NEW, GONE = (NVR.parse(f"foo-{version}-1.el9") for version in ("1.0", "1.1", "0.9"))
PATH = "/usr/lib64/libfoo.so.1.0"
CONTENTS = {
    OLD: library_bytes("libfoo.so.1", ["keep", Entry("lost", "FOO_1")]),
    NEW: library_bytes("libfoo.so.1", ["keep"]),
}
LIBRARIES = {
    OLD: Library(PATH, "libfoo.so.1", frozenset({Symbol("keep"), Symbol("lost", "FOO_1")})),
    NEW: Library(PATH, "libfoo.so.1", frozenset({Symbol("keep")})),
}
# Many, so that what the hub says of two RPMs is longer than what it says of one.
MANY = tuple((f"pkgconfig(foo-{number})", 0, "") for number in range(60))
PROVIDES = (("foo-libs", 8, "1:1.0-1.el9"), ("libfoo.so.1()(64bit)", 0, ""), *MANY)
DATA_PROVIDES = (("foo-data", 8, "1:1.0-1.el9"), *MANY)
OBSOLETES = (("foo-compat", 2, "1.0"),)


def build_of(nvr: NVR) -> BuiltPackages:
    evr = EVR(1, nvr.version, nvr.release)
    libs = BuiltPackage(
        name="foo-libs",
        arch="x86_64",
        evr=evr,
        provides=tuple(Capability(*one) for one in PROVIDES),
        obsoletes=tuple(Capability(*one) for one in OBSOLETES),
        files=(PATH,),
        libraries=(LIBRARIES[nvr],),
    )
    data = BuiltPackage(
        name="foo-data",
        arch="noarch",
        evr=evr,
        provides=tuple(Capability(*one) for one in DATA_PROVIDES),
        files=("/usr/share/foo",),
        libraries=(),
    )
    return BuiltPackages(str(nvr), (libs, data), complete=True)


def write_build(root: Path, nvr: NVR) -> tuple[Path, ...]:
    """The build's RPMs in a tree as Koji lays it out, sources and debugging data among them."""
    folder = root / "packages" / nvr.name / nvr.version / nvr.release

    def write(name: str, arch: str, *files: FileSpec, provides: tuple[tuple[str, int, str], ...]) -> Path:
        place = folder / arch
        place.mkdir(parents=True, exist_ok=True)
        is_source = arch == "src"
        return write_rpm(
            place / f"{name}-{nvr.version}-{nvr.release}.{arch}.rpm",
            name=name,
            version=nvr.version,
            release=nvr.release,
            epoch=1,
            arch="x86_64" if is_source else arch,
            files=files,
            provides=provides,
            obsoletes=OBSOLETES if name == "foo-libs" else (),
            source_rpm=None if is_source else f"{nvr}.src.rpm",
            is_source=is_source,
        )

    return (
        write("foo-libs", "x86_64", FileSpec(PATH, CONTENTS[nvr]), provides=PROVIDES),
        write(
            "foo-data",
            "noarch",
            FileSpec("/usr/share/foo", b"data"),
            provides=DATA_PROVIDES,
        ),
        write("foo-debuginfo", "x86_64", FileSpec("/usr/lib/debug/foo", b"x"), provides=()),
        write("foo", "src", FileSpec("foo.spec", b"x"), provides=()),
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World()
    for number, nvr in enumerate((OLD, NEW, GONE), 1):
        state = BuildState.DELETED if nvr == GONE else BuildState.COMPLETE
        world.builds[nvr] = Build(nvr, number, 1, state, "alice")
        if nvr == GONE:
            continue
        world.built[nvr] = build_of(nvr)
        world.rpm_files[nvr] = write_build(tmp_path / "tree", nvr)
        flat = tmp_path / "flat" / nvr.version
        flat.mkdir(parents=True)
        for file in world.rpm_files[nvr]:
            shutil.copy(file, flat)
        digest = hashlib.sha256(CONTENTS[nvr]).hexdigest()
        library = RpmFile(PATH, 0, 0o100755, len(CONTENTS[nvr]), digest)
        world.contents[nvr] = BuildContents(
            str(nvr),
            (
                RpmContents("foo-libs", "x86_64", (library,)),
                RpmContents("foo-data", "noarch", (RpmFile("/usr/share/foo", 0, 0o100644, 4),)),
                RpmContents("foo-debuginfo", "x86_64"),
                RpmContents("foo", "src"),
            ),
        )
    return world


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[LocalServer]:
    with serve(world, koji_route, folder_route("/flat/", tmp_path / "flat")) as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(patience=Patience(pauses=())) as client:
        yield client


@pytest.fixture
def hub(server: LocalServer, http: Http) -> KojiInterfaces:
    return KojiInterfaces(http, f"{server.url}/kojihub", f"{server.url}/kojifiles")


@pytest.fixture(params=["fake", "hub", "tree", "tree on the web", "folder", "folder on the web"])
def source(
    request: pytest.FixtureRequest, world: World, server: LocalServer, http: Http, tmp_path: Path
) -> InterfaceSource:
    files = f"{server.url}/kojifiles"
    sources: dict[str, InterfaceSource] = {
        "fake": FakeKoji(world),
        "hub": KojiInterfaces(http, f"{server.url}/kojihub", files),
        "tree": KojiTree(tmp_path / "tree"),
        "tree on the web": KojiTree(files, http),
        "folder": RpmFolder(tmp_path / "flat/1.0", tmp_path / "flat/1.1"),
        "folder on the web": RpmFolder(f"{server.url}/flat/1.0", f"{server.url}/flat/1.1", http=http),
    }
    return sources[request.param]


@pytest.fixture(params=["fake", "hub"])
def koji(request: pytest.FixtureRequest, world: World, hub: KojiInterfaces) -> InterfacesInKoji:
    koji: dict[str, InterfacesInKoji] = {"fake": FakeKoji(world), "hub": hub}
    return koji[request.param]


@pytest.mark.parametrize("nvr", [OLD, NEW])
def test_a_build_is_read_down_to_its_symbols(source: InterfaceSource, nvr: NVR) -> None:
    found, expected = source.built_packages(nvr), build_of(nvr)
    assert found.build == expected.build
    assert set(found.packages) == set(expected.packages)
    # Whoever has some files can't tell whether there are more.
    assert found.complete is not isinstance(source, RpmFolder)


def test_a_symbol_that_is_gone_is_found_wherever_the_builds_are(source: InterfaceSource) -> None:
    found = compare_builds(source.built_packages(OLD), source.built_packages(NEW))
    assert (found.level, found.preliminary) == (Level.BREAKING, False)
    assert [(one.what, one.library) for one in found.changes] == [("lost@@FOO_1", "libfoo.so.1")]


def test_lists_tell_all_but_the_symbols(koji: InterfacesInKoji) -> None:
    found = koji.listed_packages((NEW, OLD))
    assert [one.build for one in found] == [str(NEW), str(OLD)]
    for nvr, one in zip((NEW, OLD), found, strict=True):
        assert set(one.packages) == {replace(each, libraries=None) for each in build_of(nvr).packages}
        assert one.complete


def test_two_builds_are_listed_in_two_round_trips(hub: KojiInterfaces, server: LocalServer) -> None:
    hub.listed_packages((OLD, NEW))
    assert len(server.requests) == 2


def test_long_lists_are_asked_for_in_portions(world: World, server: LocalServer, http: Http) -> None:
    narrow = KojiInterfaces(http, f"{server.url}/kojihub", "", reply_limit=25_000)
    assert narrow.listed_packages((OLD,)) == FakeKoji(world).listed_packages((OLD,))
    # The build, all RPMs (too long), each RPM.
    assert len(server.requests) == 4


@pytest.mark.parametrize("nvr", [GONE, NVR("nosuch", "1", "1"), NVR("a\0", "1", "1"), NVR("..", "..", "..")])
def test_a_build_that_is_not_there_is_said_to_be_so(source: InterfaceSource, nvr: NVR) -> None:
    with pytest.raises(NotThere):
        source.built_packages(nvr)


def test_lists_of_a_build_that_is_not_there_are_not_empty(koji: InterfacesInKoji) -> None:
    with pytest.raises(NotThere):
        koji.listed_packages((OLD, GONE))


def test_an_outage_is_never_an_absence(koji: InterfacesInKoji, world: World) -> None:
    world.down.add("koji")
    with pytest.raises(TransientError):
        koji.built_packages(OLD)
    with pytest.raises(TransientError):
        koji.listed_packages((OLD, NEW))


def test_an_rpm_whose_file_is_gone_from_koji_is_never_compatible(hub: KojiInterfaces, world: World) -> None:
    rpms = world.contents[NEW].rpms
    world.contents[NEW] = BuildContents(str(NEW), (replace(rpms[0], problem="gone"), *rpms[1:]))
    found = compare_builds(*hub.listed_packages((OLD, NEW)))
    assert found.level is Level.UNKNOWN
    assert "no longer has its file" in found.changes[0].detail


@pytest.mark.parametrize("damage", [b"", b"\xed\xab\xee\xdb", b"<html>404</html>"])
def test_an_rpm_that_cannot_be_read_is_never_compatible(tmp_path: Path, world: World, damage: bytes) -> None:
    file = tmp_path / "tree/packages/foo/1.1/1.el9/x86_64/foo-libs-1.1-1.el9.x86_64.rpm"
    file.write_bytes(damage)
    tree = KojiTree(tmp_path / "tree")
    found = compare_builds(tree.built_packages(OLD), tree.built_packages(NEW))
    assert found.level is Level.UNKNOWN
    assert world.built


def test_a_library_cut_short_inside_its_rpm_is_never_compatible(tmp_path: Path, world: World) -> None:
    file = tmp_path / "tree/packages/foo/1.1/1.el9/x86_64/foo-libs-1.1-1.el9.x86_64.rpm"
    torn = FileSpec(PATH, CONTENTS[NEW][:150])
    write_rpm(
        file, name="foo-libs", version="1.1", release="1.el9", arch="x86_64", files=[torn], provides=PROVIDES
    )
    tree = KojiTree(tmp_path / "tree")
    found = compare_builds(tree.built_packages(OLD), tree.built_packages(NEW))
    assert (found.level, found.changes[0].what) == (Level.UNKNOWN, PATH)
    assert world.built


def test_a_soname_without_a_number_is_read_too(tmp_path: Path) -> None:
    library = FileSpec("/usr/lib64/libplain.so", library_bytes("libplain.so", ["a"]))
    provides = [("plain", 8, "1.0-1"), ("libplain.so()(64bit)", 0, "")]
    file = tmp_path / "plain-1.0-1.x86_64.rpm"
    write_rpm(file, name="plain", arch="x86_64", files=[library], provides=provides)
    (package,) = RpmFolder(file).built_packages(NVR.parse("plain-1.0-1")).packages
    assert package.libraries == (Library("/usr/lib64/libplain.so", "libplain.so", frozenset({Symbol("a")})),)
