# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A1, sentence by sentence: each kind of change, and its near misses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.abi import (
    BuiltPackage,
    BuiltPackages,
    Capability,
    Change,
    ChangeKind,
    Comparison,
    Level,
    Library,
    Symbol,
)
from epelbot.domain.nevra import EVR
from epelbot.policy.compatible import compare_builds, is_of_another_library

SO = "libfoo.so.1"


def library(*symbols: Symbol | str, soname: str | None = SO, path: str = "") -> Library:
    found = frozenset(one if isinstance(one, Symbol) else Symbol(one) for one in symbols)
    return Library(path or f"/usr/lib64/{soname}.0", soname, found)


def package(
    name: str = "foo-libs",
    *libraries: Library,
    arch: str = "x86_64",
    evr: str = "1.0-1.el9",
    provides: tuple[str, ...] = (),
    obsoletes: tuple[Capability, ...] = (),
    files: tuple[str, ...] = (),
    listed: bool = False,
    problem: str | None = None,
) -> BuiltPackage:
    """A package with what rpm would derive from its libraries."""
    derived = [f"{one.provided_as}()(64bit)" for one in libraries]
    versions = {(one.provided_as, symbol.version) for one in libraries for symbol in one.symbols}
    derived += [f"{soname}({version})(64bit)" for soname, version in sorted(versions) if version]
    names = (name, *([] if arch == "noarch" else [f"{name}(x86-64)"]), *derived, *provides)
    return BuiltPackage(
        name=name,
        arch=arch,
        evr=EVR.parse(evr),
        provides=tuple(map(Capability, names)) if problem is None else (),
        obsoletes=obsoletes,
        files=files,
        libraries=None if listed else libraries,
        problem=problem,
    )


def build(*packages: BuiltPackage, complete: bool = True) -> BuiltPackages:
    return BuiltPackages("foo-1.0-1.el9", packages, complete)


def compare(old: BuiltPackage | BuiltPackages, new: BuiltPackage | BuiltPackages) -> Comparison:
    before, now = (build(one) if isinstance(one, BuiltPackage) else one for one in (old, new))
    return compare_builds(before, now)


def kinds(found: Comparison) -> list[tuple[str, str]]:
    return [(one.kind.value, one.what) for one in found.changes]


# Sonames, symbol versions, symbols


def test_a_soname_that_is_gone_breaks() -> None:
    found = compare(
        package("foo-libs", library("a")), package("foo-libs", library("a", soname="libfoo.so.2"))
    )
    assert found.level is Level.BREAKING
    assert kinds(found) == [("soname-removed", SO), ("soname-added", "libfoo.so.2")]
    assert found.changes[0].detail == "libfoo.so.2 takes its place"


def test_a_symbol_that_vanishes_under_an_unchanged_soname_breaks() -> None:
    found = compare(package("foo-libs", library("a", "b")), package("foo-libs", library("a")))
    assert found.level is Level.BREAKING
    (change,) = found.changes
    assert change == Change(ChangeKind.SYMBOL_REMOVED, "b", "foo-libs", "x86_64", Level.BREAKING, library=SO)


def test_a_symbol_version_that_is_gone_breaks() -> None:
    old = package("foo-libs", library(Symbol("a", "FOO_1", default=False), Symbol("a", "FOO_2")))
    new = package("foo-libs", library(Symbol("a", "FOO_2")))
    assert kinds(compare(old, new)) == [
        ("symbol-version-removed", f"{SO}(FOO_1)"),
        ("symbol-removed", "a@FOO_1"),
    ]


def test_versions_of_a_soname_that_is_gone_are_not_counted_again() -> None:
    old = package("foo-libs", library(Symbol("a", "FOO_1")))
    assert kinds(compare(old, package("foo-libs"))) == [("soname-removed", SO)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Symbol("a"), Symbol("a", "FOO_1")),
        (Symbol("a", "FOO_1"), Symbol("a", "FOO_1", default=False)),
        (Symbol("a"), Symbol("a", weak=True)),
    ],
    ids=["a version was added", "the default moved on", "it became weak"],
)
def test_what_old_programs_still_find_is_not_gone(before: Symbol, now: Symbol) -> None:
    found = compare(package("foo-libs", library(before)), package("foo-libs", library(now)))
    assert [one for one in found.changes if one.kind is ChangeKind.SYMBOL_REMOVED] == []


def test_more_symbols_and_libraries_do_no_harm() -> None:
    new = package("foo-libs", library("a", "b", "c"), library(soname="libbar.so.0"))
    found = compare(package("foo-libs", library("a")), new)
    assert found.level is Level.COMPATIBLE
    assert kinds(found) == [("symbols-added", SO), ("soname-added", "libbar.so.0")]
    assert found.changes[0].detail == "2 more names are exported"


def test_private_libraries_do_not_count() -> None:
    def without_provides(one: Library) -> BuiltPackage:
        return replace(package("foo", one), provides=(Capability("foo"),))

    found = compare(without_provides(library("a")), without_provides(library()))
    assert (found.level, found.changes) == (Level.COMPATIBLE, ())


def test_modules_that_programs_load_by_path_have_no_symbols_to_lose() -> None:
    def module(*names: str) -> BuiltPackage:
        return package("foo", library(*names, soname=None, path="/usr/lib64/foo/x.so"))

    assert compare(module("a"), module("b")).changes == ()


def test_a_library_that_moves_to_another_package_of_the_build_is_no_change() -> None:
    old = build(package("foo", library("a")), package("foo-libs"))
    new = build(package("foo"), package("foo-libs", library("a")))
    assert compare(old, new).changes == ()


def test_each_architecture_is_looked_at_by_itself() -> None:
    old = build(*(package("foo", library("a"), arch=arch) for arch in ("x86_64", "s390x")))
    new = build(package("foo", library("a")), package("foo", library(), arch="s390x"))
    assert [(one.what, one.arch) for one in compare(old, new).changes] == [("a", "s390x")]


@pytest.mark.parametrize(
    ("name", "weak", "soname", "foreign"),
    [
        ("_ZNSt6vectorIiSaIiEE17_M_realloc_insertEv", True, SO, True),
        ("_ZNKSt3setIiE4findEv", True, SO, True),
        ("_ZSt4swapIiEvRT_S1_", True, SO, True),
        ("_ZTSSt23_Sp_counted_ptr_inplaceI", True, SO, True),
        ("_ZN9__gnu_cxx13new_allocatorIiED1Ev", True, SO, True),
        ("_ZN5boost6system5ErrorE", True, SO, True),
        ("_ZN5boost6system5ErrorE", True, "libboost_system.so.1.75.0", False),
        ("_ZNSt6vectorIiSaIiEE17_M_realloc_insertEv", False, SO, False),
        ("_ZNSt6thread4joinEv", True, "libstdc++.so.6", False),
        ("_ZN3foo3barEv", True, SO, False),
        ("_ZN6Stream4openEv", True, SO, False),
        ("Stop", True, SO, False),
    ],
)
def test_other_libraries_templates_are_told_from_own_symbols(
    name: str, soname: str, *, weak: bool, foreign: bool
) -> None:
    assert is_of_another_library(Symbol(name, weak=weak), soname) is foreign


def test_a_vanished_template_of_another_library_wants_a_look() -> None:
    gone = Symbol("_ZNSt6vectorIiSaIiEE17_M_realloc_insertEv", weak=True)
    found = compare(package("foo", library("a", gone)), package("foo", library("a")))
    assert (found.level, found.changes[0].detail) == (
        Level.NEEDS_REVIEW,
        "made from another library's template",
    )


# Capabilities


@pytest.mark.parametrize(
    "name",
    [
        "pkgconfig(foo)",
        "cmake(Foo)",
        "python3.9dist(foo)",
        "perl(Foo::Bar)",
        "rubygem(foo)",
        "golang(example.org/foo)",
        "webserver",
    ],
)
def test_a_capability_that_is_gone_breaks(name: str) -> None:
    found = compare(package("foo", provides=(name,)), package("foo"))
    assert (found.level, kinds(found)) == (Level.BREAKING, [("provide-removed", name)])


@pytest.mark.parametrize(
    "name",
    [
        "bundled(zlib)",
        "config(foo)",
        "debuginfo(build-id)",
        "application(foo.desktop)",
        "metainfo(foo.xml)",
        "mimehandler(text/plain)",
    ],
)
def test_what_nobody_requires_may_go(name: str) -> None:
    assert compare(package("foo", provides=(name,)), package("foo")).changes == ()


def test_a_capability_that_another_package_of_the_build_provides_is_there() -> None:
    old = build(package("foo", provides=("pkgconfig(foo)",)), package("foo-devel"))
    new = build(package("foo"), package("foo-devel", provides=("pkgconfig(foo)",)))
    assert compare(old, new).changes == ()


# Packages and architectures


def test_a_package_that_is_gone_breaks() -> None:
    found = compare(build(package("foo"), package("foo-extra")), build(package("foo")))
    assert (found.level, kinds(found)) == (Level.BREAKING, [("package-removed", "foo-extra")])


OBSOLETES = Capability("foo-extra", 2, "1.1-1")


@pytest.mark.parametrize(
    ("provides", "obsoletes", "level", "kind"),
    [
        (("foo-extra",), OBSOLETES, Level.COMPATIBLE, "package-renamed"),
        ((), OBSOLETES, Level.NEEDS_REVIEW, "package-obsoleted"),
        (("foo-extra",), Capability("foo-extra", 2, "0.9"), Level.BREAKING, "package-removed"),
        (("foo-extra",), Capability("foo-extra"), Level.COMPATIBLE, "package-renamed"),
        (("foo-extra",), Capability("foo-extra", 10, "1.0"), Level.COMPATIBLE, "package-renamed"),
    ],
    ids=["both", "only obsoleted", "only an older one obsoleted", "any version", "up to this version"],
)
def test_a_renamed_package_is_obsoleted_and_provided(
    provides: tuple[str, ...], obsoletes: Capability, level: Level, kind: str
) -> None:
    heir = package("foo-more", provides=provides, obsoletes=(obsoletes,))
    found = compare(build(package("foo"), package("foo-extra")), build(package("foo"), heir))
    assert (found.level, kinds(found)) == (level, [(kind, "foo-extra")])


def test_an_architecture_that_is_gone_breaks() -> None:
    old = build(package("foo"), package("foo", arch="s390x"))
    found = compare(old, build(package("foo")))
    assert (found.level, kinds(found)) == (Level.BREAKING, [("architecture-removed", "s390x")])


def test_an_architecture_whose_files_nobody_has_here_is_unknown() -> None:
    old = build(package("foo"), package("foo", arch="s390x"))
    found = compare(old, build(package("foo"), complete=False))
    assert (found.level, kinds(found)) == (Level.UNKNOWN, [("not-compared", "s390x")])


def test_a_package_may_become_noarch_and_back() -> None:
    archful, noarch = package("foo", provides=("x",)), package("foo", arch="noarch", provides=("x",))
    assert compare(archful, noarch).changes == ()
    assert compare(noarch, archful).changes == ()


def test_a_change_in_a_noarch_package_is_told_once() -> None:
    archs = (package("foo"), package("foo", arch="s390x"))
    old = build(*archs, package("foo-data", arch="noarch", provides=("x",)))
    found = compare(old, build(*archs, package("foo-data", arch="noarch")))
    assert [(one.what, one.arch) for one in found.changes] == [("x", "noarch")]


# Files and versions


def test_a_program_that_is_gone_wants_a_look() -> None:
    found = compare(package("foo", files=("/usr/bin/foo", "/usr/sbin/food")), package("foo"))
    assert (found.level, kinds(found)) == (
        Level.NEEDS_REVIEW,
        [("program-removed", "foo"), ("program-removed", "food")],
    )


def test_a_program_that_moved_to_usr_bin_is_there() -> None:
    new = package("foo", files=("/usr/bin/food",))
    assert compare(package("foo", files=("/usr/sbin/food",)), new).changes == ()


def test_a_header_that_is_gone_wants_a_look() -> None:
    found = compare(package("foo", files=("/usr/include/foo/a.h", "/usr/share/doc/foo/a.h")), package("foo"))
    assert kinds(found) == [("header-removed", "/usr/include/foo/a.h")]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("1.9-1.el9", "2.0-1.el9", "major-version-rose"),
        ("1.9-1.el9", "1.10-1.el9", None),
        ("20240101-1.el9", "20250101-1.el9", None),
        ("2023.4-1.el9", "2024.1-1.el9", None),
        ("1.0-2.el9", "1.0-1.el9", "version-went-back"),
        ("1:1.0-1.el9", "2.0-1.el9", "version-went-back"),
    ],
)
def test_versions_tell_something(old: str, new: str, kind: str | None) -> None:
    found = compare(package("foo", evr=old), package("foo", evr=new))
    assert kind in [one.kind.value for one in found.changes] if kind else found.changes == ()


def test_a_rebuild_says_so() -> None:
    found = compare(package("foo", library("a")), package("foo", library("a"), evr="1.0-2.el9"))
    assert (found.rebuild, found.level) == (True, Level.COMPATIBLE)


# What cannot be seen


def test_lists_alone_never_say_compatible_of_a_library() -> None:
    found = compare(package("foo", library("a")), package("foo", library("a"), listed=True))
    assert (found.preliminary, found.level) == (True, Level.UNKNOWN)


def test_lists_are_enough_where_there_is_no_public_library() -> None:
    found = compare(package("foo", listed=True), package("foo", listed=True))
    assert (found.preliminary, found.level) == (False, Level.COMPATIBLE)


def test_lists_find_what_breaks_at_once() -> None:
    old = package("foo", library("a"), listed=True)
    found = compare(old, package("foo", listed=True))
    assert (found.level, kinds(found)) == (Level.BREAKING, [("soname-removed", SO)])


def test_an_rpm_that_cannot_be_read_is_unknown_and_may_hold_what_is_missing() -> None:
    old = build(package("foo", provides=("x",)), package("foo-extra"))
    new = build(package("foo"), package("foo-extra", problem="it is cut short"))
    found = compare(old, new)
    assert found.level is Level.UNKNOWN
    assert ("provide-removed", "x") in kinds(found)
    assert all(one.level is Level.UNKNOWN for one in found.changes)


def test_a_symbol_that_is_gone_breaks_whatever_else_could_not_be_read() -> None:
    old = build(package("foo", library("a")), package("foo-extra"))
    new = build(package("foo", library()), package("foo-extra", problem="it is cut short"))
    assert compare(old, new).level is Level.BREAKING


def test_a_library_that_could_not_be_read_is_unknown() -> None:
    unread = replace(package("foo", library("a")), libraries=(), unread=(("/x.so", "it is damaged"),))
    found = compare(package("foo", library("a")), unread)
    assert (found.level, kinds(found)) == (Level.UNKNOWN, [("not-compared", "/x.so")])


def test_a_soname_that_no_file_is_named_by_is_unknown() -> None:
    found = compare(package("foo", library("a")), package("foo", provides=(f"{SO}()(64bit)",)))
    assert (found.level, kinds(found)) == (Level.UNKNOWN, [("not-compared", SO)])


# Whatever the builds

names = st.sampled_from(["foo", "foo-libs", "foo-devel"])
symbols = st.builds(
    Symbol, st.sampled_from("abc"), st.sampled_from(["", "V1", "V2"]), st.booleans(), st.booleans()
)
libraries = st.builds(
    lambda folder, soname, found: library(*found, soname=soname, path=f"{folder}/{soname}.0"),
    st.sampled_from(["/usr/lib64", "/usr/lib64/glibc-hwcaps/x86-64-v3"]),
    st.sampled_from(["libfoo.so.1", "libfoo.so.2", "libbar.so.0"]),
    st.frozensets(symbols, max_size=4),
)
packages = st.builds(
    lambda name, arch, found, provides, files: package(
        name, *found, arch=arch, provides=tuple(provides), files=tuple(files)
    ),
    names,
    st.sampled_from(["x86_64", "s390x", "noarch"]),
    st.lists(libraries, max_size=2, unique_by=lambda one: one.soname),
    st.lists(st.sampled_from(["x", "pkgconfig(x)"]), unique=True),
    st.lists(st.sampled_from(["/usr/bin/x", "/usr/include/x.h"]), unique=True),
)


def could_be(found: list[BuiltPackage]) -> bool:
    """No file is in two packages that fit one machine, and no library fits every machine."""
    paths = [(one.arch, library.path) for one in found for library in one.libraries or ()]
    return len(set(paths)) == len(paths) and not any(arch == "noarch" for arch, _ in paths)


builds = (
    st.lists(packages, min_size=1, max_size=5, unique_by=lambda one: (one.name, one.arch))
    .filter(could_be)
    .map(lambda found: build(*found))
)


@given(builds)
def test_a_build_takes_nothing_away_from_itself(one: BuiltPackages) -> None:
    found = compare(one, one)
    assert (found.level, found.changes, found.rebuild) == (Level.COMPATIBLE, (), True)


@given(builds, builds)
def test_the_order_of_packages_does_not_matter(old: BuiltPackages, new: BuiltPackages) -> None:
    def turned(one: BuiltPackages) -> BuiltPackages:
        return replace(one, packages=tuple(reversed(one.packages)))

    there, back = compare(old, new), compare(turned(old), turned(new))
    assert there.level is back.level
    assert {(one.kind, one.what) for one in there.changes} == {(one.kind, one.what) for one in back.changes}


@given(builds, builds, packages)
def test_more_in_the_new_build_takes_nothing_more_away(
    old: BuiltPackages, new: BuiltPackages, more: BuiltPackage
) -> None:
    """But for an architecture of its own, against which all is held, and a second file of a library."""
    if any(one.name == more.name and one.arch == more.arch for one in new.packages):
        return
    if more.libraries or more.arch not in {one.arch for one in new.packages}:
        return
    wider = replace(new, packages=(*new.packages, more))

    def lost(found: Comparison) -> set[tuple[ChangeKind, str, str]]:
        return {(one.kind, one.what, one.arch) for one in found.changes if one.level is Level.BREAKING}

    assert lost(compare(old, wider)) <= lost(compare(old, new))
