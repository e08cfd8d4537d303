# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot verify-build` on RPM files, folders, and builds in Koji (a local server that answers like it)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, NO, USAGE
from epelbot.domain.build import FileFlag
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.server import serve
from epelbot.testing.server_koji import koji_route
from epelbot.testing.story import README, Story
from tests.e2e.conftest import Shell

NOTICE = "README-RETIRED.txt"
SAYS = b"libfoo is retired from EPEL; use libbar.\n"


def an_rpm(folder: Path, *, name: str = NOTICE, build: str = "libfoo", arch: str = "x86_64") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return write_rpm(
        folder / f"{build}-1.2-3.el9.{arch}.rpm",
        name=build,
        version="1.2",
        release="3.el9",
        arch=arch,
        files=[FileSpec(f"/usr/share/doc/{build}/{name}", SAYS, flags=FileFlag.DOC)],
        source_rpm=f"{build}-1.2-3.el9.src.rpm",
    )


def test_a_final_build_is_fine(shell: Shell, tmp_path: Path) -> None:
    done = shell("verify-build", an_rpm(tmp_path))
    assert (done.status, done.err) == (FINE, "")
    shell.golden("verify-build-final.txt", done.out)


def test_a_near_miss_is_a_no_that_says_what_to_change(shell: Shell, tmp_path: Path) -> None:
    done = shell("verify-build", an_rpm(tmp_path, name="readme-retired.txt"))
    assert (done.status, done.err) == (NO, "")
    shell.golden("verify-build-near-miss.txt", done.out)


def test_json_has_the_keys_that_stay(shell: Shell, tmp_path: Path) -> None:
    told = shell("verify-build", "--json", an_rpm(tmp_path)).json
    assert {"build", "verdict", "rpms", "findings"} <= told.keys()
    assert (told["build"], told["verdict"]) == ("libfoo-1.2-3.el9", "ok")
    (rpm,) = told["rpms"]
    assert {"rpm", "arch", "readme", "problem"} <= rpm.keys()
    assert rpm["readme"] == {
        "path": f"/usr/share/doc/libfoo/{NOTICE}",
        "doc": True,
        "regular": True,
        "size": len(SAYS),
        "says_retired": True,
    }
    assert told["findings"][0]["rule"] == "R2"


def test_rpm_files_are_one_build(shell: Shell, tmp_path: Path) -> None:
    both = [an_rpm(tmp_path), an_rpm(tmp_path, name="other.txt", arch="aarch64")]
    done = shell("verify-build", "--json", *both)
    assert done.status == NO
    assert {rpm["arch"] for rpm in done.json["rpms"]} == {"x86_64", "aarch64"}


def test_files_of_two_builds_are_refused(shell: Shell, tmp_path: Path) -> None:
    done = shell("verify-build", an_rpm(tmp_path), an_rpm(tmp_path, build="libbar"))
    assert done.status == USAGE
    assert "of 2 builds (libbar-1.2-3.el9, libfoo-1.2-3.el9)" in done.complaint


def test_folders_are_a_build_each_with_what_lies_below(shell: Shell, tmp_path: Path) -> None:
    an_rpm(tmp_path / "one" / "RPMS" / "x86_64")
    an_rpm(tmp_path / "one" / "RPMS" / "aarch64", arch="aarch64")
    an_rpm(tmp_path / "two", build="libbar", name="other.txt")
    done = shell("verify-build", "--json", tmp_path / "one", tmp_path / "two")
    assert done.status == NO
    assert [(one["build"], one["verdict"], len(one["rpms"])) for one in done.json] == [
        ("libfoo-1.2-3.el9", "ok", 2),
        ("libbar-1.2-3.el9", "must-act", 1),
    ]


def test_a_damaged_rpm_is_a_cannot_know(shell: Shell, tmp_path: Path) -> None:
    rpm = an_rpm(tmp_path)
    rpm.write_bytes(rpm.read_bytes()[:200])
    done = shell("verify-build", "--json", rpm)
    assert (done.status, done.err) == (CANNOT_KNOW, "")
    assert done.json["verdict"] == "cannot-know"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("text.rpm", b"no such thing", "text.rpm is no RPM file"),
        ("empty.rpm", b"", "empty.rpm is no RPM file"),
        ("sub/file.txt", b"x", "file.txt does not end in .rpm"),
    ],
)
def test_a_file_that_is_no_rpm_is_a_slip(
    shell: Shell, tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    done = shell("verify-build", path)
    assert complaint in done.complaint
    assert done.status == USAGE


def test_a_folder_without_rpms_is_a_slip(shell: Shell, tmp_path: Path) -> None:
    done = shell("verify-build", f"{tmp_path}/")
    assert "there are no RPM files" in done.complaint
    assert done.status == USAGE


def test_nothing_is_looked_at_while_one_name_is_wrong(shell: Shell, tmp_path: Path) -> None:
    done = shell("verify-build", an_rpm(tmp_path), tmp_path / "gone.rpm")
    assert "gone.rpm cannot be read" in done.complaint
    assert done.status == USAGE


class TestInKoji:
    NVR = "oldtool-1.0-2.el9"

    @pytest.fixture
    def koji(self, tmp_path: Path) -> Iterator[dict[str, str]]:
        """A Koji with one build, as settings that lead there."""
        story = Story()
        story.built(self.NVR, datetime(2026, 10, 1, tzinfo=UTC), readme=README)
        (build,) = story.world.builds
        story.world.rpm_files[build] = tuple(
            write_rpm(
                tmp_path / f"{self.NVR}.{arch}.rpm",
                name="oldtool",
                version="1.0",
                release="2.el9",
                arch=arch,
                files=[FileSpec(f"/usr/share/doc/oldtool/{NOTICE}", README, flags=FileFlag.DOC)],
            )
            for arch in ("aarch64", "ppc64le", "s390x", "x86_64")
        )
        with serve(story.world, koji_route) as server:
            yield {
                "EPELBOT_SOURCES__KOJI__HUB": f"{server.url}/kojihub",
                "EPELBOT_SOURCES__KOJI__FILES": f"{server.url}/kojifiles/",
            }

    def test_a_build_is_asked_for_though_look_ups_are_off(self, shell: Shell, koji: dict[str, str]) -> None:
        done = shell("verify-build", self.NVR, "--json", **koji)
        assert (done.status, done.err) == (FINE, "")
        assert (done.json["build"], done.json["verdict"]) == (self.NVR, "ok")

    def test_an_unknown_build_is_a_no(self, shell: Shell, koji: dict[str, str]) -> None:
        done = shell("verify-build", "nosuch-1-1.el9", **koji)
        assert "nosuch-1-1.el9" in done.complaint
        assert done.status == NO

    def test_of_several_the_others_are_answered_all_the_same(
        self, shell: Shell, koji: dict[str, str], tmp_path: Path
    ) -> None:
        mine = an_rpm(tmp_path / "mine")
        done = shell("verify-build", "--json", "nosuch-1-1.el9", self.NVR, mine, **koji)
        assert [one["build"] for one in done.json] == [self.NVR, "libfoo-1.2-3.el9"]
        assert done.err.startswith("epelbot: ")
        assert done.status == NO
