# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata as libsolv reads them: its traps, and its own solver as the judge of what still installs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import solv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epelbot.bootstrap import RealWiring
from epelbot.domain.collection import Collection
from epelbot.domain.dependencies import Kind
from epelbot.domain.nevra import EVR
from epelbot.errors import PermanentError, TransientError
from epelbot.http import Http
from epelbot.policy.dependencies import Dependencies
from epelbot.sources.repodata import Places, RepositoryIndex, Store
from epelbot.sources.repodata.repomd import LONGEST_REPOMD, read_repomd
from epelbot.testing.repo_writer import PackageSpec, write_repository

EPEL9 = Collection(9)


def dependencies(
    folder: Path,
    collection: Sequence[PackageSpec],
    *,
    base: Sequence[PackageSpec] = (),
    sources: Sequence[PackageSpec] = (),
    packing: str = ".gz",
) -> Dependencies:
    for name, packages in (("collection", collection), ("base", base), ("sources", sources)):
        write_repository(folder / name, packages, packing=packing)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with Http() as http:
        store = Store(folder / "cache", http, refresh=timedelta(1), max_age=timedelta(1), now=lambda: now)
        places = Places(*((str(folder / name),) for name in ("collection", "sources", "base")))
        found = RepositoryIndex(store, places).dependencies(EPEL9)
    assert found is not None
    return Dependencies(found.value)


def broken(known: Dependencies, *leaving: str) -> set[str]:
    return {rpm for one in known.dependents(leaving) if one.kind is Kind.RUN_TIME for rpm in one.rpms}


@pytest.mark.parametrize("packing", ["", ".gz", ".xz", ".zst", ".bz2"])
def test_metadata_are_read_however_they_are_packed(packing: str, tmp_path: Path) -> None:
    packages = [PackageSpec("a"), PackageSpec("b", requires=("a",))]
    assert broken(dependencies(tmp_path, packages, packing=packing), "a") == {"b-1-1.noarch"}


@pytest.mark.parametrize(
    "need",
    [
        "a >= 1:2",
        "libanvil.so.1()(64bit)",
        "/usr/bin/anvil",
        "/usr/share/anvil/shape",
        "pkgconfig(anvil) < 3",
    ],
)
def test_a_need_is_filled_as_rpm_says(need: str, tmp_path: Path) -> None:
    anvil = PackageSpec(
        "a",
        "1:2-3",
        provides=("libanvil.so.1()(64bit)", "pkgconfig(anvil) = 2.9"),
        files=("/usr/bin/anvil", "/usr/share/anvil/shape"),
    )
    known = dependencies(tmp_path, [anvil, PackageSpec("b", requires=(need,))])
    assert known.broken_before() == ()
    assert broken(known, "a") == {"b-1-1.noarch"}


@pytest.mark.parametrize("need", ["a > 1:2-3", "a >= 2:0", "pkgconfig(anvil)", "/usr/bin/hammer"])
def test_a_need_that_nobody_fills_was_broken_before(need: str, tmp_path: Path) -> None:
    known = dependencies(tmp_path, [PackageSpec("a", "1:2-3"), PackageSpec("b", requires=(need,))])
    assert known.broken_before() == ("b-1-1.noarch",)
    assert broken(known, "a") == set()


def test_needs_of_scripts_count_though_libsolv_keeps_them_apart(tmp_path: Path) -> None:
    known = dependencies(tmp_path, [PackageSpec("a"), PackageSpec("b", requires=("b",), pre=("a",))])
    assert broken(known, "a") == {"b-1-1.noarch"}


def test_needs_of_source_packages_count_though_libsolv_leaves_them_out(tmp_path: Path) -> None:
    known = dependencies(
        tmp_path, [PackageSpec("a", arch="x86_64")], sources=[PackageSpec("b", arch="src", requires=("a",))]
    )
    assert [(one.package, one.kind) for one in known.dependents(["a"])] == [("b", Kind.BUILD_TIME)]


def test_noarch_packages_fill_needs_on_every_architecture(tmp_path: Path) -> None:
    packages = [PackageSpec("a", arch="noarch"), PackageSpec("b", arch="x86_64", requires=("a",))]
    assert dependencies(tmp_path, packages).broken_before() == ()


def test_what_rpm_itself_provides_is_never_missing(tmp_path: Path) -> None:
    known = dependencies(tmp_path, [PackageSpec("b", requires=("rpmlib(PayloadIsZstd) <= 5.4.18-1",))])
    assert known.broken_before() == ()


def test_what_the_base_provides_needs_nobody_in_the_collection(tmp_path: Path) -> None:
    packages = [PackageSpec("a", provides=("editor",)), PackageSpec("b", requires=("editor",))]
    known = dependencies(tmp_path, packages, base=[PackageSpec("vim", provides=("editor",))])
    assert broken(known, "a") == set()


def test_of_several_versions_the_newest_says_what_it_needs(tmp_path: Path) -> None:
    old_needs_a = [PackageSpec("a"), PackageSpec("b", "1-1", requires=("a",)), PackageSpec("b", "1-10")]
    assert broken(dependencies(tmp_path, old_needs_a), "a") == set()


@pytest.mark.parametrize(
    ("need", "leaving", "breaks"),
    [
        ("(a or bash)", ["a"], False),
        ("(a if bash)", ["a"], True),
        ("(a if c)", ["a"], True),
        ("(a if c)", ["a", "c"], False),
        ("(a if nobody)", ["a"], False),
        ("(a >= 1 with a < 2)", ["a"], True),
        ("(a if (bash and c))", ["a", "c"], False),
        ("(bash if c else a)", ["a"], False),
        ("(bash if c else a)", ["a", "c"], True),
        ("(bash without c)", ["a", "c"], False),
    ],
)
def test_boolean_needs_mean_what_rpm_means(
    need: str, leaving: list[str], breaks: bool, tmp_path: Path
) -> None:
    packages = [PackageSpec("a"), PackageSpec("c"), PackageSpec("p", requires=(need,))]
    known = dependencies(tmp_path, packages, base=[PackageSpec("bash")])
    assert known.broken_before() == ()
    assert broken(known, *leaving) == ({"p-1-1.noarch"} if breaks else set())


def test_a_tangled_dependency_is_refused_by_name(tmp_path: Path) -> None:
    many = " or ".join(f"(a{number} and b{number} and c{number})" for number in range(9))
    with pytest.raises(PermanentError, match=r"p-1-1\.noarch has a dependency that can't be read"):
        dependencies(tmp_path, [PackageSpec("p", requires=(f"({many})",))])


def test_packages_are_named_with_their_version_and_sources_by_their_own(tmp_path: Path) -> None:
    known = dependencies(tmp_path, [PackageSpec("a-libs", "2:1-3", source="a")])
    assert known.graph.packages == ("a-libs-2:1-3.noarch",)
    assert known.graph.sources == ("a",)


def test_an_evr_is_read_with_and_without_its_epoch() -> None:
    assert EVR.parse("2:1.0-3") == EVR(2, "1.0", "3")
    assert EVR.parse("1.0-3", 7) == EVR(7, "1.0", "3")
    assert EVR.parse("1.0") == EVR(0, "1.0", "")


# --- repomd.xml ---

_REPOMD = (
    b'<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>7</revision><data type="primary">'
    b'<checksum type="sha256">%(sum)s</checksum><location href="%(href)s"/><size>%(size)s</size></data>'
    b"</repomd>"
)
_GOOD = {b"sum": b"ab" * 32, b"href": b"repodata/p.xml.gz", b"size": b"12"}


def test_repomd_tells_where_the_packages_are_and_how_to_check_them() -> None:
    found = read_repomd(_REPOMD % _GOOD, "repomd.xml")
    assert (found.revision, found.primary.path, found.primary.size) == ("7", ("repodata", "p.xml.gz"), 12)
    assert (found.primary.algorithm, found.primary.checksum) == ("sha256", "ab" * 32)
    assert found.filelists is None


@pytest.mark.parametrize(
    "wrong",
    [
        {b"href": b"../../etc/passwd"},
        {b"href": b"/etc/passwd"},
        {b"href": b"http://example.org/p.xml.gz"},
        {b"href": b""},
        {b"sum": b"ab"},
        {b"sum": b"xy" * 32},
        {b"size": b"-1"},
        {b"size": b"99999999999999"},
    ],
)
def test_a_repomd_that_cannot_be_trusted_is_refused(wrong: dict[bytes, bytes]) -> None:
    with pytest.raises(PermanentError):
        read_repomd(_REPOMD % (_GOOD | wrong), "repomd.xml")


def test_a_repomd_without_packages_is_refused() -> None:
    with pytest.raises(PermanentError, match="names no primary metadata"):
        read_repomd(b'<repomd xmlns="http://linux.duke.edu/metadata/repo"/>', "repomd.xml")


def test_an_endless_repomd_is_refused() -> None:
    with pytest.raises(PermanentError, match="larger than any"):
        read_repomd(b" " * (LONGEST_REPOMD + 1), "repomd.xml")


@pytest.mark.parametrize("data", [b"", b"<!DOCTYPE html><html>", (_REPOMD % _GOOD)[:100]])
def test_a_page_or_half_of_a_repomd_is_an_outage(data: bytes) -> None:
    with pytest.raises(TransientError):
        read_repomd(data, "repomd.xml")


# --- libsolv's solver as the judge ---

_NAMES = ("a", "b", "c", "d", "e", "f")
_BASE = ("bash", "perl")
_FIRST = 3


def _needs(number: int) -> st.SearchStrategy[str]:
    whoever = _NAMES if number >= _FIRST else _NAMES[: number + 1]
    anybody = st.sampled_from((*whoever, *_BASE, *(("shared",) if number >= _FIRST else ())))
    # A condition names one of the first, which need nobody later: so it never hangs on its own answer.
    before = st.sampled_from((*_NAMES[: min(number, _FIRST)], *_BASE))
    return st.one_of(
        anybody,
        st.builds("{} >= {}".format, anybody, st.sampled_from(("1", "2"))),
        st.builds("({} or {})".format, anybody, anybody),
        st.builds("({} and {})".format, anybody, anybody),
        st.builds("({} if {})".format, anybody, before),
        st.builds("({} if {} else {})".format, anybody, before, anybody),
        st.builds("({} with shared)".format, anybody),
        st.sampled_from([f"/usr/share/{name}/file" for name in whoever]),
    )


@st.composite
def _collections(draw: st.DrawFn) -> tuple[PackageSpec, ...]:
    return tuple(
        PackageSpec(
            name,
            source=draw(st.sampled_from(_NAMES)),
            provides=draw(st.sampled_from(((), ("shared",), ("shared = 1",)))),
            requires=tuple(
                need for need in draw(st.lists(_needs(number), max_size=2)) if "if" not in need or number
            ),
            files=(f"/usr/share/{name}/file",),
        )
        for number, name in enumerate(_NAMES)
    )


def _installs(folder: Path, packages: Sequence[PackageSpec], wanted: Sequence[str]) -> bool:
    """Whether libsolv can put all of them onto a bare system."""
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch("x86_64")
    write_repository(folder, packages, packing="")
    repo = pool.add_repo("all")
    (primary,) = folder.glob("repodata/*-primary.xml")
    (filelists,) = folder.glob("repodata/*-filelists.xml")
    assert repo.add_rpmmd(solv.xfopen(str(primary)), None, 0)
    assert repo.add_rpmmd(solv.xfopen(str(filelists)), "FL", solv.Repo.REPO_EXTEND_SOLVABLES)
    pool.addfileprovides()
    pool.createwhatprovides()
    jobs = []
    for name in wanted:
        jobs += pool.select(name, solv.Selection.SELECTION_NAME).jobs(solv.Job.SOLVER_INSTALL)
    return not pool.Solver().solve(jobs)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(_collections(), st.data())
def test_what_breaks_is_what_libsolvs_solver_can_no_longer_install(
    packages: tuple[PackageSpec, ...], data: st.DataObject
) -> None:
    leaving = set(data.draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=2)))
    base = tuple(PackageSpec(name) for name in _BASE)
    staying = [one for one in packages if one.source not in leaving]
    with tempfile.TemporaryDirectory() as folder:
        known = dependencies(Path(folder), packages, base=base)
        before = {name.split("-")[0] for name in known.broken_before()}
        gone = {name.split("-")[0] for name in broken(known, *leaving)}
        fine = [one.name for one in staying if one.name not in before | gone]
        left = [*base, *(one for one in staying if one.name not in before)]
        # What is fine installs, and all of it at once; what is broken doesn't beside that.
        assert _installs(Path(folder) / "left", left, [*fine, *_BASE])
        for one in gone:
            assert not _installs(Path(folder) / "left", left, [one, *fine, *_BASE])
        for one in before:
            whole = [*base, *packages]
            others = [name for name in _NAMES if name not in before]
            assert not _installs(Path(folder) / "left", whole, [one, *others, *_BASE])


# --- settings ---


@pytest.mark.parametrize(
    ("places", "online", "there"),
    [
        ("", False, False),
        ("/srv/mirror", False, True),
        ("https://e/", False, False),
        ("https://e/", True, True),
    ],
)
def test_metadata_on_the_web_are_asked_only_where_that_is_on(
    places: str, online: bool, there: bool, tmp_path: Path
) -> None:
    config = tmp_path / "epelbot.toml"
    config.write_text(
        f"[sources]\nonline = {str(online).lower()}\n"
        f"[sources.repodata]\ncollection = {json.dumps([places] if places else [])}\n"
    )
    assert (RealWiring(str(config)).sources.index is not None) is there


# --- real data of others ---


def test_real_metadata_of_centos_stream_can_be_loaded(shared_data: Path, tmp_path: Path) -> None:
    appstream = shared_data / "repodata" / "centos-stream-9" / "appstream"
    custom = shared_data / "repodata" / "centos-stream-9" / "custom"
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with Http() as http:
        store = Store(tmp_path, http, refresh=timedelta(1), max_age=timedelta(1), now=lambda: now)
        places = Places((str(appstream), str(custom)))
        found = RepositoryIndex(store, places).dependencies(EPEL9)
        lists = RepositoryIndex(store, places).package_lists([str(appstream)], EPEL9)
    assert found is not None
    assert len(found.value.packages) == 17_649 + 1
    assert "pkg-with-no-deps" in Dependencies(found.value)
    # Every package's source is named, and none by an RPM file's name.
    assert not [name for name in found.value.sources if name.endswith(".rpm")]
    assert lists.value["x86_64"].packages["firefox"].epoch == 0
