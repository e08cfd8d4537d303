# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The made-up Koji of the contract tests: builds as values for the fake, and as RPM files for the others."""

from __future__ import annotations

import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path

from epelbot.domain.build import (
    Build,
    BuildContents,
    BuildState,
    FileFlag,
    PackageEntry,
    RpmContents,
    RpmFile,
    Tagging,
)
from epelbot.domain.nevra import NVR
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.world import World

README = "/usr/share/doc/hello/README-RETIRED.txt"
TEXT = b"This package is retired from EPEL 9.\n" * 40

HELLO = NVR.parse("hello-2.0-1.el9")
OLD_HELLO = NVR.parse("hello-1.0-1.el9")
TORN = NVR.parse("torn-1-1.el9")
DELETED = NVR.parse("hello-0.5-1.el9")
BUILDING = NVR.parse("hello-3.0-1.el9")
UNKNOWN = NVR.parse("nosuch-1-1.el9")
BARE = NVR.parse("bare-1-1.el9")

#: Where each RPM of `HELLO` lies, the documentation having a version of its own.
HELLO_FILES = (
    "x86_64/hello-2.0-1.el9.x86_64.rpm",
    "aarch64/hello-2.0-1.el9.aarch64.rpm",
    "noarch/hello-doc-2.0.1-1.el9.noarch.rpm",
    "noarch/hello-filesystem-2.0-1.el9.noarch.rpm",
    "src/hello-2.0-1.el9.src.rpm",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _file(path: str, content: bytes, flags: int = 0) -> RpmFile:
    return RpmFile(path, flags, 0o100644, len(content), hashlib.sha256(content).hexdigest())


def _build(nvr: NVR, number: int, state: BuildState, completed_at: datetime | None) -> Build:
    return Build(nvr, number, 1 if nvr.name == "hello" else None, state, "alice", completed_at)


HELLO_CONTENTS = BuildContents(
    str(HELLO),
    (
        RpmContents(
            "hello",
            "x86_64",
            (
                _file("/usr/bin/hello", b"\x7fELF"),
                RpmFile("/usr/share/doc/hello", 0, stat.S_IFDIR | 0o755, 0),
                _file(README, TEXT, FileFlag.DOC),
                RpmFile("/var/log/hello.log", FileFlag.GHOST, 0o100644, 5_000_000_000),
            ),
        ),
        RpmContents("hello", "aarch64", (_file(README, TEXT, FileFlag.DOC),)),
        RpmContents(
            "hello-doc", "noarch", (_file("/usr/share/doc/hello/gr\u00fcn.txt", b"x", FileFlag.DOC),)
        ),
        RpmContents("hello-filesystem", "noarch"),
        RpmContents("hello", "src", (_file("hello.spec", b"Name: hello"),)),
    ),
)
#: Of the RPM that can't be read nothing is known but its name.
TORN_CONTENTS = BuildContents(
    str(TORN),
    (
        RpmContents("torn", "x86_64", (_file("/usr/bin/torn", b"torn"),)),
        RpmContents("torn", "aarch64", problem="its header is damaged"),
    ),
)

TAGGINGS = [
    # Tagged again after it had been untagged: two stays.
    Tagging(HELLO, 1, "epel9", at("2026-03-02T08:00:00.500000"), "bodhi"),
    Tagging(
        HELLO, 1, "epel9-testing", at("2026-02-20T08:00:00"), "bodhi", at("2026-03-02T08:00:00"), "bodhi"
    ),
    Tagging(OLD_HELLO, 1, "epel9", at("2025-01-05T12:00:00"), "bodhi", at("2026-04-01T00:00:00"), "releng"),
    Tagging(HELLO, 1, "epel9", at("2026-02-28T08:00:00"), "alice", at("2026-03-01T08:00:00.250000"), None),
    Tagging(DELETED, 1, "epel8", at("2024-01-05T12:00:00"), "bodhi", at("2024-06-01T00:00:00"), "releng"),
    Tagging(BARE, None, "epel10.1", at("2026-01-01T00:00:00"), "bodhi"),
]

PACKAGE_LISTS = {
    "epel8": {"hello": False},
    "epel9": {"hello": True, "torn": False},
    "epel9-testing": {},
    "epel9-build": {},
    "epel9-next": {"hello": False},
    "epel10.0": {},
    "f45": {"hello": False},
}


ENTRIES = [
    ("torn", PackageEntry("epel9", False, at("2026-01-01T08:00:00"), "releng")),
    ("hello", PackageEntry("epel9", True, at("2026-05-01T08:00:00.250000"), "releng")),
    (
        "hello",
        PackageEntry(
            "epel9", False, at("2024-01-01T08:00:00"), "alice", at("2026-05-01T08:00:00.250000"), "releng"
        ),
    ),
    ("hello", PackageEntry("epel8", False, at("2023-01-01T08:00:00"), None)),
]


def koji_world() -> World:
    """Koji without any RPM files: enough for the history."""
    builds = [
        _build(HELLO, 11, BuildState.COMPLETE, at("2026-02-19T10:00:00")),
        _build(OLD_HELLO, 12, BuildState.COMPLETE, at("2025-01-04T10:00:00.750000")),
        _build(TORN, 13, BuildState.COMPLETE, at("2026-02-19T10:00:00")),
        _build(DELETED, 14, BuildState.DELETED, at("2024-01-04T10:00:00")),
        _build(BUILDING, 15, BuildState.BUILDING, None),
        _build(BARE, 16, BuildState.COMPLETE, at("2025-12-24T00:00:00")),
    ]
    deleted = BuildContents(str(DELETED), (RpmContents("hello", "x86_64"),))
    return World(
        builds={build.nvr: build for build in builds},
        contents={HELLO: HELLO_CONTENTS, TORN: TORN_CONTENTS, DELETED: deleted},
        texts={(HELLO, f"hello.{arch}", README): TEXT for arch in ("x86_64", "aarch64")},
        taggings=list(TAGGINGS),
        package_lists={tag: dict(packages) for tag, packages in PACKAGE_LISTS.items()},
        package_entries=list(ENTRIES),
    )


def write_tree(root: Path, world: World) -> None:
    """Lay the builds out as Koji does, and tell the world where their files are."""
    folder = root / "packages/hello/2.0/1.el9"
    for place, rpm in zip(HELLO_FILES, HELLO_CONTENTS.rpms, strict=True):
        _write(folder / place, HELLO, rpm)
    (folder / "data/logs/x86_64").mkdir(parents=True)
    (folder / "data/logs/x86_64/build.log").write_text("no RPM\n")
    whole, broken = (
        root / f"packages/torn/1/1.el9/{arch}/torn-1-1.el9.{arch}.rpm" for arch in ("x86_64", "aarch64")
    )
    _write(whole, TORN, TORN_CONTENTS.rpms[0])
    _write(broken, TORN, TORN_CONTENTS.rpms[1])
    broken.write_bytes(broken.read_bytes()[:200])
    world.rpm_files = {
        HELLO: tuple(folder / place for place in HELLO_FILES),
        TORN: (whole, broken),
    }


def _write(path: Path, build: NVR, rpm: RpmContents) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nvr = NVR.parse(path.name.removesuffix(f".{rpm.arch}.rpm"))
    contents_of = {
        "/usr/bin/hello": b"\x7fELF",
        README: TEXT,
        "/usr/share/doc/hello/gr\u00fcn.txt": b"x",
        "hello.spec": b"Name: hello",
        "/usr/bin/torn": b"torn",
    }
    write_rpm(
        path,
        name=nvr.name,
        version=nvr.version,
        release=nvr.release,
        arch="noarch" if rpm.is_source else rpm.arch,
        epoch=1 if build.name == "hello" else None,
        is_source=rpm.is_source,
        source_rpm=None if rpm.is_source else f"{build}.src.rpm",
        files=[
            FileSpec(
                one.path,
                contents_of.get(one.path, b""),
                mode=one.mode,
                flags=one.flags,
                digest=one.digest or None,
                claimed_size=one.size if one.is_ghost else None,
            )
            for one in rpm.files
        ],
    )
