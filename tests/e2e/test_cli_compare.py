# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot compare` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, NO, USAGE
from epelbot.testing.elf_writer import library_bytes
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from tests.e2e.conftest import Shell

PATH = "/usr/lib64/libfoo.so.1.0"


def write(folder: Path, version: str, *names: str, programs: tuple[str, ...] = ()) -> Path:
    folder.mkdir(exist_ok=True)
    return write_rpm(
        folder / f"foo-{version}.x86_64.rpm",
        name="foo",
        version=version.partition("-")[0],
        release=version.partition("-")[2],
        arch="x86_64",
        files=[
            FileSpec(PATH, library_bytes("libfoo.so.1", names)),
            *(FileSpec(f"/usr/bin/{one}", b"#!") for one in programs),
        ],
        provides=[("foo", 8, version), ("libfoo.so.1()(64bit)", 0, "")],
        source_rpm=f"foo-{version}.src.rpm",
    )


def test_a_break_is_told_with_exit_status_1(shell: Shell, tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.0-1.el9", "foo_open", "foo_close", programs=("foo-tool",))
    new = write(tmp_path / "new", "2.0-1.el9", "foo_open", "foo_new")
    done = shell("compare", str(old), str(new))
    assert done.status == NO
    assert done.out == GOLDEN


GOLDEN = """\
foo-2.0-1.el9 breaks what is built on foo-1.0-1.el9.

Breaking:
  libfoo.so.1 no longer exports foo_close (foo, x86_64)

To be looked at:
  the major version rose: 1.0 to 2.0 (foo): upstream raised its major version;
    read its release notes for what changed
  the program foo-tool is gone (foo, x86_64)

No harm:
  libfoo.so.1 exports more (foo, x86_64): 1 more name is exported

To do: keep the old interface (another patch release, a compatibility package),
or announce the change on epel-devel before the update and rebuild what depends
on it (A2, A3).

Changes of types (a struct that grew, an argument more) are not looked at: that
needs libabigail and debugging data.
"""


def test_a_rebuild_is_one_line_and_exit_status_0(shell: Shell, tmp_path: Path) -> None:
    write(tmp_path / "old", "1.0-1.el9", "foo_open")
    write(tmp_path / "new", "1.0-2.el9", "foo_open")
    done = shell("compare", str(tmp_path / "old"), str(tmp_path / "new"))
    assert done.status == FINE
    assert "\n".join(done.out.splitlines()[:2]) == (
        "foo-1.0-2.el9 is a rebuild of foo-1.0-1.el9: nothing that others use of it has\nchanged."
    )


def test_json_is_one_document_with_the_promised_keys(shell: Shell, tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.0-1.el9", "foo_open", "foo_close")
    new = write(tmp_path / "new", "1.1-1.el9", "foo_open")
    done = shell("compare", "--json", str(old), str(new))
    found = done.json
    assert (found["old"], found["new"], found["level"], found["preliminary"]) == (
        "foo-1.0-1.el9",
        "foo-1.1-1.el9",
        "breaking",
        False,
    )
    assert found["changes"] == [
        {
            "kind": "symbol-removed",
            "what": "foo_close",
            "rpm": "foo",
            "arch": "x86_64",
            "level": "breaking",
            "library": "libfoo.so.1",
            "detail": "",
        }
    ]


def test_an_rpm_that_is_cut_short_is_exit_status_3(shell: Shell, tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.0-1.el9", "foo_open")
    new = write(tmp_path / "new", "1.1-1.el9", "foo_open")
    new.write_bytes(new.read_bytes()[:-100])
    done = shell("compare", str(old), str(new))
    assert done.status == CANNOT_KNOW
    assert "can't be told" in done.out
    assert "is cut short" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no/such/folder", "no/such/other"), "does not exist"),
        (("nosuch.rpm", "nosuch.rpm"), "cannot be read"),
        (("foo", "bar"), "is not a name-version-release"),
        (("--lists", "a.rpm", "foo-1-1.el9"), "--lists asks Koji for both builds"),
    ],
)
def test_a_wrong_argument_is_exit_status_2(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    done = shell("compare", *arguments)
    assert done.status == USAGE
    assert said in done.complaint
