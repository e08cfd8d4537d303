# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small RPM repositories' metadata, as createrepo_c would write it, for tests, benchmarks and the demo."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import zstandard

_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": lambda data: gzip.compress(data, 6, mtime=0),
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
}
_FLAGS = {"<": "LT", "<=": "LE", "=": "EQ", ">=": "GE", ">": "GT"}
# What createrepo_c repeats in primary; others are in the full lists only.
_IN_PRIMARY = ("/etc/", "/usr/lib/sendmail")


@dataclass(frozen=True, slots=True)
class PackageSpec:
    """One RPM; ``evr`` is ``epoch:version-release``. Needs are as in a spec file ("b >= 1", "(a if b)").

    It provides its own name by itself. ``source`` is its source package's name (default: its own), and
    ``arch`` "src" makes it one; ``pre`` are requirements of its scripts.
    """

    name: str
    evr: str = "1-1"
    arch: str = "noarch"
    source: str = ""
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    pre: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    description: str = "Made for tests."

    @property
    def checksum(self) -> str:
        """A made-up one, different for different packages."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def write_repository(
    folder: Path, packages: Iterable[PackageSpec], *, packing: str = ".gz", revision: str = "1"
) -> Path:
    """Write ``repodata/`` of these packages into the folder, anew, and return the folder."""
    found = tuple(packages)
    repodata = folder / "repodata"
    repodata.mkdir(parents=True, exist_ok=True)
    for old in repodata.iterdir():
        old.unlink()
    data = []
    for kind, text in (("primary", _primary(found)), ("filelists", _filelists(found))):
        opened = "".join(text).encode()
        packed = _PACKERS[packing](opened)
        digest = hashlib.sha256(packed).hexdigest()
        name = f"{digest}-{kind}.xml{packing}"
        (repodata / name).write_bytes(packed)
        data.append(
            f'<data type="{kind}"><checksum type="sha256">{digest}</checksum>'
            f'<open-checksum type="sha256">{hashlib.sha256(opened).hexdigest()}</open-checksum>'
            f'<location href="repodata/{name}"/><timestamp>1</timestamp>'
            f"<size>{len(packed)}</size><open-size>{len(opened)}</open-size></data>"
        )
    (repodata / "repomd.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">'
        f"<revision>{revision}</revision>{''.join(data)}</repomd>\n",
        encoding="utf-8",
    )
    return folder


def _primary(packages: tuple[PackageSpec, ...]) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://linux.duke.edu/metadata/common" '
        f'xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{len(packages)}">\n'
    )
    for one in packages:
        epoch, version, release = _evr(one.evr)
        file = f"{one.name}-{version}-{release}.{one.arch}.rpm"
        source = "" if one.arch == "src" else f"{one.source or one.name}-{version}-{release}.src.rpm"
        own = () if one.arch == "src" else (f"{one.name} = {one.evr}",)
        yield (
            f'<package type="rpm"><name>{escape(one.name)}</name><arch>{one.arch}</arch>'
            f'<version epoch="{epoch}" ver="{version}" rel="{release}"/>'
            f'<checksum type="sha256" pkgid="YES">{one.checksum}</checksum>'
            f"<summary>{escape(one.name)}</summary><description>{escape(one.description)}</description>"
            f'<time file="1" build="1"/><size package="1" installed="1" archive="1"/>'
            f"<location href={quoteattr(file)}/><format><rpm:license>MIT</rpm:license>"
            f"<rpm:sourcerpm>{escape(source)}</rpm:sourcerpm>"
        )
        yield from _entries("provides", (*own, *one.provides))
        yield from _entries("requires", one.requires, one.pre)
        yield from _entries("recommends", one.recommends)
        yield from _entries("suggests", one.suggests)
        yield from _entries("conflicts", one.conflicts)
        yield from _entries("obsoletes", one.obsoletes)
        yield from (f"<file>{escape(path)}</file>" for path in one.files if _is_in_primary(path))
        yield "</format></package>\n"
    yield "</metadata>\n"


def _filelists(packages: tuple[PackageSpec, ...]) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="{len(packages)}">\n'
    )
    for one in packages:
        epoch, version, release = _evr(one.evr)
        yield (
            f'<package pkgid="{one.checksum}" name={quoteattr(one.name)} arch="{one.arch}">'
            f'<version epoch="{epoch}" ver="{version}" rel="{release}"/>'
        )
        yield from (f"<file>{escape(path)}</file>" for path in one.files)
        yield "</package>\n"
    yield "</filelists>\n"


def _entries(kind: str, plain: tuple[str, ...], pre: tuple[str, ...] = ()) -> Iterator[str]:
    if not plain and not pre:
        return
    yield f"<rpm:{kind}>"
    for text in plain:
        yield _entry(text)
    for text in pre:
        yield _entry(text, ' pre="1"')
    yield f"</rpm:{kind}>"


def _entry(text: str, more: str = "") -> str:
    name, _, rest = text.partition(" ")
    if text.startswith("(") or not rest:
        return f"<rpm:entry name={quoteattr(text)}{more}/>"
    comparison, _, evr = rest.partition(" ")
    epoch, version, release = _evr(evr)
    tail = f' rel="{release}"' if release else ""
    return (
        f'<rpm:entry name={quoteattr(name)} flags="{_FLAGS[comparison]}" epoch="{epoch}" '
        f'ver="{version}"{tail}{more}/>'
    )


def _evr(text: str) -> tuple[str, str, str]:
    epoch, _, rest = text.rpartition(":")
    version, _, release = rest.partition("-")
    return epoch or "0", version, release


def _is_in_primary(path: str) -> bool:
    return path.startswith(_IN_PRIMARY) or "bin/" in path
