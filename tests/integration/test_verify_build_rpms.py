# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2 on RPM files: some made here to be odd or hostile, some by rpmbuild itself."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from epelbot.domain.evidence import BuildChecked, Miss
from epelbot.domain.profile import ReadmeRules
from epelbot.errors import BadInput, NotThere
from epelbot.policy.final_build import final_build_finding
from epelbot.services.verify_build import verify_files
from epelbot.sources.koji_tree import RpmFolder
from epelbot.testing.rpm_writer import DOC, GHOST, LICENSE, Compressor, FileSpec, RpmFormat, write_rpm
from epelbot.wording.final_build import verify_build_json

SPECS = Path(__file__).parent.parent / "specs"
NOTICE = "/usr/share/doc/foo/README-RETIRED.txt"
TEXT = b"foo is retired from EPEL. Use bar.\n"
GOOD = FileSpec(NOTICE, TEXT, flags=DOC)


def write(folder: Path, name: str, *files: FileSpec, arch: str = "x86_64") -> Path:
    """An RPM of the build foo-1.0-1."""
    path = folder / f"{name}-1.0-1.{arch}.rpm"
    return write_rpm(path, name=name, arch=arch, files=files, source_rpm="foo-1.0-1.src.rpm")


def verify(*places: Path) -> BuildChecked:
    return verify_files(RpmFolder(*places), ReadmeRules())


def test_a_folder_with_a_final_build_is_verified(tmp_path: Path) -> None:
    write(tmp_path, "foo", FileSpec("/usr/bin/foo", b"#!"), GOOD)
    write(tmp_path, "foo", GOOD, arch="s390x")
    write(tmp_path, "foo-libs", FileSpec("/usr/lib/libfoo.so", b"ELF"))
    write_rpm(tmp_path / "foo-1.0-1.src.rpm", name="foo", is_source=True, files=[FileSpec("foo.spec", b"x")])
    checked = verify(tmp_path)
    assert (checked.nvr, checked.outcome, checked.without) == ("foo-1.0-1", "carries", ("foo-libs",))
    found = verify_build_json(checked, final_build_finding(checked))
    assert [(one["rpm"], one["arch"]) for one in found["rpms"]] == [
        ("foo", "s390x"),
        ("foo", "x86_64"),
        ("foo-libs", "x86_64"),
        ("foo", "src"),
    ]
    assert found["rpms"][0]["readme"] == {
        "path": NOTICE,
        "doc": True,
        "regular": True,
        "size": len(TEXT),
        "says_retired": True,
    }


@pytest.mark.parametrize("rpm_format", [3, 4, 6])
@pytest.mark.parametrize("compressor", ["gzip", "xz", "zstd", "bzip2", "lzma", "none"])
def test_every_kind_of_rpm_is_read_down_to_the_text(
    tmp_path: Path, compressor: Compressor, rpm_format: RpmFormat
) -> None:
    for text, outcome in ((TEXT, "carries"), (b"nothing of the kind", "near-miss")):
        path = write_rpm(
            tmp_path / "foo.rpm",
            name="foo",
            files=[FileSpec("/usr/bin/foo", bytes(5000)), FileSpec(NOTICE, text, flags=DOC)],
            compressor=compressor,
            rpm_format=rpm_format,
        )
        assert verify(path).outcome == outcome


@pytest.mark.parametrize(
    ("odd", "miss"),
    [
        (FileSpec(NOTICE, TEXT, flags=LICENSE), Miss.LICENSE),
        (FileSpec("/usr/share/foo/README-RETIRED.txt", TEXT), Miss.NOT_DOC),
        (FileSpec(NOTICE, link="../README", flags=DOC), Miss.LINK),
        (FileSpec(NOTICE, flags=DOC | GHOST), Miss.GHOST),
        (FileSpec(NOTICE, mode=stat.S_IFDIR | 0o755), Miss.DIRECTORY),
        (FileSpec(NOTICE, flags=DOC), Miss.EMPTY),
        (FileSpec(NOTICE, b"Farewell.", flags=DOC), Miss.SILENT),
        (FileSpec("/usr/share/doc/foo/README.retired.md", TEXT, flags=DOC), Miss.NAME),
    ],
    ids=lambda value: value.value if isinstance(value, Miss) else "",
)
def test_a_near_miss_in_an_rpm_file_is_named(tmp_path: Path, odd: FileSpec, miss: Miss) -> None:
    checked = verify(write(tmp_path, "foo", odd))
    assert (checked.outcome, checked.readmes[0].misses) == ("near-miss", (miss,))


def test_a_hard_link_is_a_file_like_any_other(tmp_path: Path) -> None:
    twin = FileSpec("/usr/share/doc/foo/NEWS", TEXT, inode=7, flags=DOC)
    assert (
        verify(write(tmp_path, "foo", twin, FileSpec(NOTICE, TEXT, inode=7, flags=DOC))).outcome == "carries"
    )


def test_a_notice_of_gigabytes_costs_no_memory(tmp_path: Path) -> None:
    # It claims 3 GiB, and the payload ends long before: nothing of that size may be set aside.
    path = write(tmp_path, "foo", FileSpec(NOTICE, TEXT, flags=DOC, claimed_size=3 * 1024**3))
    assert verify(path).outcome == "unreadable"


def test_a_header_that_lies_about_the_text_is_not_believed(tmp_path: Path) -> None:
    path = write(tmp_path, "foo", FileSpec(NOTICE, TEXT, flags=DOC, digest="0" * 64))
    assert verify(path).outcome == "unreadable"


def test_a_torn_payload_is_cannot_know_unless_another_rpm_has_the_same_text(tmp_path: Path) -> None:
    path = write(tmp_path, "foo", GOOD)
    path.write_bytes(path.read_bytes()[:-60])
    assert verify(tmp_path).outcome == "unreadable"
    write(tmp_path, "foo-tools", GOOD)
    assert verify(tmp_path).outcome == "carries"


def test_a_torn_header_is_cannot_know_whatever_the_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "foo", GOOD)
    torn = path.read_bytes()[:300]
    for name in ("foo-1.0-1.x86_64.rpm", "download.rpm"):
        folder = tmp_path / name.removesuffix(".rpm")
        folder.mkdir()
        (folder / name).write_bytes(torn)
        checked = verify(folder / name)
        assert checked.outcome == "unreadable"
        assert "cut short" in checked.why


def test_beside_a_file_that_tells_nothing_of_itself_only_noarch_is_certain(tmp_path: Path) -> None:
    (tmp_path / "download.rpm").write_bytes(b"torn")
    write(tmp_path, "foo", GOOD)
    assert verify(tmp_path).outcome == "unreadable"
    write(tmp_path, "foo-common", GOOD, arch="noarch")
    assert verify(tmp_path).outcome == "carries"


def test_files_of_two_builds_no_files_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no RPM files"):
        verify(tmp_path)
    with pytest.raises(NotThere, match="nosuch"):
        verify(tmp_path / "nosuch.rpm")
    write(tmp_path, "foo", GOOD)
    write_rpm(tmp_path / "bar-2-1.noarch.rpm", name="bar", version="2")
    with pytest.raises(BadInput, match="2 builds"):
        verify(tmp_path)


# --- what rpmbuild makes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packages of ``final-build.spec``, by name."""
    if shutil.which("rpmbuild") is None:
        pytest.skip("rpmbuild is not installed")
    top = tmp_path_factory.mktemp("rpmbuild")
    command = ["rpmbuild", "-bb", "--quiet", "-D", f"_topdir {top}", str(SPECS / "final-build.spec")]
    subprocess.run(command, check=True, capture_output=True, cwd=top)
    return {path.name.partition("-1.0-1.")[0]: path for path in top.glob("RPMS/*/*.rpm")}


def outcome_of(built: dict[str, Path], names: Sequence[str]) -> tuple[str, tuple[Miss, ...]]:
    checked = verify(*(built[name] for name in names))
    return checked.outcome, checked.readmes[0].misses


def test_rpmbuilds_percent_doc_makes_a_final_build(built: dict[str, Path]) -> None:
    checked = verify(*built.values())
    assert (checked.nvr, checked.outcome) == ("epitaph-1.0-1", "carries")
    assert "epitaph" not in checked.without
    assert "epitaph-plain" in checked.without


@pytest.mark.parametrize(
    ("package", "misses"),
    [
        # rpm flags whatever lies in the documentation directory.
        ("epitaph-installed", ()),
        ("epitaph-plain", (Miss.NOT_DOC,)),
        ("epitaph-license", (Miss.LICENSE,)),
        ("epitaph-link", (Miss.LINK,)),
        ("epitaph-ghost", (Miss.GHOST,)),
        ("epitaph-directory", (Miss.DIRECTORY,)),
        ("epitaph-empty", (Miss.EMPTY,)),
        ("epitaph-silent", (Miss.SILENT,)),
        ("epitaph-misspelt", (Miss.NAME,)),
    ],
)
def test_rpmbuilds_near_misses_are_named(
    built: dict[str, Path], package: str, misses: tuple[Miss, ...]
) -> None:
    assert outcome_of(built, [package]) == ("near-miss" if misses else "carries", misses)


def test_rpmbuilds_doc_package_counts_alone_only(built: dict[str, Path]) -> None:
    assert outcome_of(built, ["epitaph-doc"]) == ("carries", ())
    assert outcome_of(built, ["epitaph-doc", "epitaph-none"]) == ("near-miss", (Miss.DOC_PACKAGE,))
    assert outcome_of(built, ["epitaph-none"]) == ("lacks", ())
