# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A1 compatible: what a build takes away from those who use the build that it replaces.

Each architecture is looked at as its users see it: its own RPMs and those that fit every architecture
(noarch), all of the build together. So what only moves from one RPM of the build to another is no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

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

NOARCH = "noarch"

_LESS, _GREATER, _EQUAL = 2, 4, 8

# As rpm derives them from libraries (FIELD 8.2): "libx.so.1", "libx.so.1()(64bit)", "libx.so.1(V)(64bit)".
_SONAME = re.compile(r"(?P<soname>[^()\s]+\.so\b[^()\s]*)(?:\((?P<version>[^()]*)\))?(?:\(64bit\))?")
# What no package requires of another, or only tells what is inside (POLICY A1).
_NOT_REQUIRED = re.compile(
    r"(?:bundled|config|debuginfo|metainfo|application|mimehandler|rpmlib|rtld)\(|elf\(buildid\)"
)
_PROGRAMS = re.compile(r"(?:/usr)?/s?bin/(?P<name>[^/]+)")
_HEADERS = "/usr/include/"
# The Itanium C++ ABI's names of what is in std, __gnu_cxx and boost: data (TV, TI, TS...), nested, or plain.
_OF_OTHERS = re.compile(r"_Z(?:T[VTIS]|GV|GR)?(?:N[rVKRO]*)?(?:S[tabsiod]|9__gnu_cxx|5boost)")
_WHOSE_OWN_THEY_ARE = ("libstdc++.", "libboost")
# From here on a first number is a year or a day, and its rise tells nothing about interfaces.
_DATES_BEGIN = 1000

_RANK = {level: place for place, level in enumerate(reversed(Level))}


def compare_builds(old: BuiltPackages, new: BuiltPackages) -> Comparison:
    """What becomes of those who use ``old`` when ``new`` takes its place (A1); changes worst first."""
    # The noarch RPMs are seen from each architecture; a change in them is told once.
    changes = list(dict.fromkeys(_changes(old, new)))
    changes.sort(key=lambda one: _RANK[one.level])
    preliminary = _is_preliminary(old, new)
    levels = [one.level for one in changes]
    if preliminary:
        # "Compatible" needs the symbols.
        levels.append(Level.UNKNOWN)
    return Comparison(
        old=old.build,
        new=new.build,
        level=Level.worst(levels),
        preliminary=preliminary,
        rebuild=_is_rebuild(old, new),
        changes=tuple(changes),
    )


def _changes(old: BuiltPackages, new: BuiltPackages) -> Iterator[Change]:
    yield from _of_versions(old, new)
    for package in (*old.packages, *new.packages):
        yield from _not_read(package)
    of_old, of_new = _architectures(old), _architectures(new)
    for arch in of_old or of_new or [NOARCH]:
        if arch in of_old and of_new and arch not in of_new:
            yield _arch_gone(arch, old, new)
        else:
            yield from _of_side(_Side.of(old, arch), _Side.of(new, arch))


def _architectures(build: BuiltPackages) -> list[str]:
    """Those that the build has RPMs of their own for, in order of appearance."""
    return list(dict.fromkeys(one.arch for one in build.packages if one.arch != NOARCH))


def _arch_gone(arch: str, old: BuiltPackages, new: BuiltPackages) -> Change:
    names = ", ".join(dict.fromkeys(one.name for one in old.packages if one.arch == arch))
    if new.complete:
        detail = f"no package is built for {arch} any more; there were {names}"
        return Change(ChangeKind.ARCHITECTURE_REMOVED, arch, "", arch, Level.BREAKING, detail)
    detail = f"there is no RPM of {new.build} for {arch} here, so {names} could not be compared"
    return Change(ChangeKind.NOT_COMPARED, arch, "", arch, Level.UNKNOWN, detail)


def _not_read(package: BuiltPackage) -> Iterator[Change]:
    if package.problem is not None:
        yield Change(
            ChangeKind.NOT_COMPARED, str(package), package.name, package.arch, Level.UNKNOWN, package.problem
        )
    for path, why in package.unread:
        yield Change(ChangeKind.NOT_COMPARED, path, package.name, package.arch, Level.UNKNOWN, why)


@dataclass(frozen=True)
class _Side:
    """All of a build that users of one architecture can have installed."""

    packages: tuple[BuiltPackage, ...]

    @classmethod
    def of(cls, build: BuiltPackages, arch: str) -> _Side:
        return cls(tuple(one for one in build.packages if one.arch in (arch, NOARCH)))

    @cached_property
    def unreadable(self) -> tuple[str, ...]:
        return tuple(str(one) for one in self.packages if one.problem is not None)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.packages)

    @cached_property
    def provides(self) -> dict[str, BuiltPackage]:
        """Each capability by its name, with the first package that has it."""
        found: dict[str, BuiltPackage] = {}
        for package in self.packages:
            for one in package.provides:
                found.setdefault(one.name, package)
        return found

    @cached_property
    def sonames(self) -> dict[str, BuiltPackage]:
        """The public libraries' names, with the first package that provides them."""
        found: dict[str, BuiltPackage] = {}
        for name, package in self.provides.items():
            library = _SONAME.fullmatch(name)
            if library is not None:
                found.setdefault(library["soname"], package)
        return found

    @cached_property
    def libraries(self) -> dict[str, tuple[BuiltPackage, Library]]:
        """The public libraries, by soname; of several of one name, that in the folder that all look into.

        Others of it lie in folders below, and are built for newer processors.
        """
        every = [(package, library) for package in self.packages for library in package.libraries or ()]
        every.sort(key=lambda one: (one[1].path.count("/"), one[1].path, one[0].name), reverse=True)
        return {one[1].provided_as: one for one in every if one[1].provided_as in self.sonames}

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset(path for package in self.packages for path in package.files)

    @cached_property
    def programs(self) -> frozenset[str]:
        """Commands by their names: that /usr/sbin became a link to /usr/bin takes nothing away."""
        return frozenset(name for path in self.files if (name := _program(path)) is not None)


def _of_side(old: _Side, new: _Side) -> Iterator[Change]:
    """Changes as seen from one architecture."""
    gone = Level.BREAKING
    unless = ""
    if new.unreadable:
        # What is missing may be in an RPM that could not be read.
        gone = Level.UNKNOWN
        unless = f"unless it is in {', '.join(new.unreadable)}, which could not be read"
    yield from (_softened(one, gone, unless) for one in _packages_gone(old, new))
    yield from (_softened(one, gone, unless) for one in _capabilities_gone(old, new))
    yield from (_softened(one, gone, unless) for one in _files_gone(old, new))
    yield from _symbols(old, new)
    for soname, package in new.sonames.items():
        if soname not in old.sonames:
            yield Change(ChangeKind.SONAME_ADDED, soname, package.name, package.arch, Level.COMPATIBLE)


def _softened(change: Change, gone: Level, unless: str) -> Change:
    if not unless or change.level is Level.COMPATIBLE:
        return change
    detail = f"{change.detail}; {unless}" if change.detail else unless
    return replace(change, level=gone, detail=detail)


def _packages_gone(old: _Side, new: _Side) -> Iterator[Change]:
    for package in old.packages:
        if package.name in new.names or package.problem is not None:
            continue
        heir = next((one for one in new.packages if _obsoletes(one, package)), None)
        provider = new.provides.get(package.name)
        if heir is not None and provider is not None:
            kind, level = ChangeKind.PACKAGE_RENAMED, Level.COMPATIBLE
            detail = f"{heir.name} obsoletes and provides it"
        elif heir is not None:
            kind, level = ChangeKind.PACKAGE_OBSOLETED, Level.NEEDS_REVIEW
            detail = (
                f"{heir.name} obsoletes it, but does not provide it: who requires it by name is left over"
            )
        else:
            kind, level = ChangeKind.PACKAGE_REMOVED, Level.BREAKING
            detail = "no package obsoletes it, so it stays on its users' machines, without updates"
        yield Change(kind, package.name, package.name, package.arch, level, detail)


def _obsoletes(heir: BuiltPackage, package: BuiltPackage) -> bool:
    return any(one.name == package.name and _holds(one, package.evr) for one in heir.obsoletes)


def _holds(condition: Capability, evr: EVR) -> bool:
    """Whether the version is one that the condition names; without a version it names all."""
    if not condition.version:
        return True
    bound = EVR.parse(condition.version)
    # A bound without a release says nothing about releases (rpm's rpmdsCompare).
    of_package = evr if bound.release else EVR(evr.epoch, evr.version, "")
    order = of_package.compare(bound)
    wanted = _EQUAL if order == 0 else _LESS if order < 0 else _GREATER
    return bool(condition.flags & wanted)


def _capabilities_gone(old: _Side, new: _Side) -> Iterator[Change]:
    for name, package in old.provides.items():
        if name in new.provides or _NOT_REQUIRED.match(name) or _is_own_name(name, old):
            continue
        library = _SONAME.fullmatch(name)
        if library is None:
            yield Change(ChangeKind.PROVIDE_REMOVED, name, package.name, package.arch, Level.BREAKING)
        elif library["soname"] in new.sonames:
            version = library["version"]
            if version:
                yield Change(
                    ChangeKind.SYMBOL_VERSION_REMOVED,
                    f"{library['soname']}({version})",
                    package.name,
                    package.arch,
                    Level.BREAKING,
                )
        elif not library["version"]:
            soname = library["soname"]
            detail = _successor(soname, old, new)
            yield Change(
                ChangeKind.SONAME_REMOVED, soname, package.name, package.arch, Level.BREAKING, detail
            )


def _is_own_name(capability: str, side: _Side) -> bool:
    """A package's own name, bare or with its architecture: `_packages_gone` speaks of it."""
    return capability in side.names or (
        capability.endswith(")") and capability.partition("(")[0] in side.names and "-" in capability[-4:]
    )


def _successor(soname: str, old: _Side, new: _Side) -> str:
    """Which new library of the same stem takes the place of this one, in words; empty if none does."""
    stem = soname.partition(".so")[0]
    heirs = [one for one in new.sonames if one not in old.sonames and one.partition(".so")[0] == stem]
    return f"{', '.join(heirs)} takes its place" if heirs else ""


def _files_gone(old: _Side, new: _Side) -> Iterator[Change]:
    """Programs and headers; those of packages that are gone go without saying."""
    for package in old.packages:
        if package.name not in new.names:
            continue
        for path in package.files:
            program = _program(path)
            if program is not None and program not in new.programs:
                yield _wants_a_look(ChangeKind.PROGRAM_REMOVED, program, package)
            elif path.startswith(_HEADERS) and path not in new.files:
                yield _wants_a_look(ChangeKind.HEADER_REMOVED, path, package)


def _wants_a_look(kind: ChangeKind, what: str, package: BuiltPackage) -> Change:
    return Change(kind, what, package.name, package.arch, Level.NEEDS_REVIEW)


def _program(path: str) -> str | None:
    """The command that a path is; None for what is no program that people call by its name."""
    found = _PROGRAMS.fullmatch(path)
    return found["name"] if found is not None else None


def _symbols(old: _Side, new: _Side) -> Iterator[Change]:
    """What the public libraries that are in both builds have exported, and export now."""
    for soname, package in old.sonames.items():
        if soname not in new.sonames or package.libraries is None:
            continue
        successor = new.sonames[soname]
        if successor.libraries is None:
            continue
        before, now = old.libraries.get(soname), new.libraries.get(soname)
        if before is None or now is None:
            where = package if before is None else successor
            if not where.unread:
                yield Change(
                    ChangeKind.NOT_COMPARED,
                    soname,
                    where.name,
                    where.arch,
                    Level.UNKNOWN,
                    f"{where} provides {soname}, but no file in it is that library",
                )
            continue
        yield from _of_library(*before, now[1])


def _of_library(package: BuiltPackage, old: Library, new: Library) -> Iterator[Change]:
    name = old.provided_as
    if old.soname is None:
        # A module that programs load by its path: nothing is linked against it.
        return
    for symbol in sorted(_lost(old.symbols, new.symbols)):
        foreign = is_of_another_library(symbol, name)
        yield Change(
            ChangeKind.SYMBOL_REMOVED,
            str(symbol),
            package.name,
            package.arch,
            Level.NEEDS_REVIEW if foreign else Level.BREAKING,
            "made from another library's template" if foreign else "",
            library=name,
        )
    added = len(_lost(new.symbols, old.symbols))
    if added:
        detail = f"{added} more {'names are' if added > 1 else 'name is'} exported"
        yield Change(ChangeKind.SYMBOLS_ADDED, name, package.name, package.arch, Level.COMPATIBLE, detail)


def _lost(old: frozenset[Symbol], new: frozenset[Symbol]) -> list[Symbol]:
    """The symbols that programs bound to ``old`` do not find in ``new``.

    A program that knew a name without a version finds it under any default version, and one that knew a
    version finds the name in a library without versions: the dynamic linker takes both.
    """
    there = {(one.name, one.version) for one in new}
    by_default = {one.name for one in new if one.default or not one.version}
    unversioned = {one.name for one in new if not one.version}
    return [
        one
        for one in old
        if (one.name, one.version) not in there
        and one.name not in unversioned
        and not (not one.version and one.name in by_default)
    ]


def is_of_another_library(symbol: Symbol, soname: str) -> bool:
    """Whether a compiler left the symbol behind while using another library's templates (A1).

    Such symbols are weak, come and go with the compiler, and whoever needs one brings a copy.
    """
    if not symbol.weak or soname.startswith(_WHOSE_OWN_THEY_ARE):
        return False
    return _OF_OTHERS.match(symbol.name) is not None


def _of_versions(old: BuiltPackages, new: BuiltPackages) -> Iterator[Change]:
    pair = _same_package(old.packages, new.packages)
    if pair is None:
        return
    before, now = pair
    change = f"{before.evr} to {now.evr}"
    if now.evr < before.evr:
        yield Change(
            ChangeKind.VERSION_WENT_BACK,
            change,
            now.name,
            "",
            Level.NEEDS_REVIEW,
            "updates only go up, so nobody who has the old one gets this; raise the version, or the epoch",
        )
    if _major(now.evr) > _major(before.evr) and _major(now.evr) < _DATES_BEGIN:
        yield Change(
            ChangeKind.MAJOR_VERSION_ROSE,
            f"{before.evr.version} to {now.evr.version}",
            now.name,
            "",
            Level.NEEDS_REVIEW,
            "upstream raised its major version; read its release notes for what changed",
        )


def _same_package(
    old: Sequence[BuiltPackage], new: Sequence[BuiltPackage]
) -> tuple[BuiltPackage, BuiltPackage] | None:
    """A package of the build before and now."""
    now = {one.name: one for one in reversed(new) if one.problem is None}
    return next(((one, now[one.name]) for one in old if one.problem is None and one.name in now), None)


def _major(evr: EVR) -> int:
    """Upstream's first number; 0 where the version begins with something else."""
    # Its digits are bounded, since int() refuses thousands of them.
    first = re.match(r"[0-9]{1,18}", evr.version)
    return int(first[0]) if first else 0


def _is_preliminary(old: BuiltPackages, new: BuiltPackages) -> bool:
    return any(_has_unseen_libraries(one) for one in (*old.packages, *new.packages))


def _has_unseen_libraries(package: BuiltPackage) -> bool:
    return package.libraries is None and any(_SONAME.fullmatch(one.name) for one in package.provides)


def _is_rebuild(old: BuiltPackages, new: BuiltPackages) -> bool:
    def versions(packages: Iterable[BuiltPackage]) -> dict[str, tuple[int, str]]:
        return {one.name: (one.evr.epoch, one.evr.version) for one in packages if one.problem is None}

    before, now = versions(old.packages), versions(new.packages)
    return bool(before) and before == now
