# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our reading of RPM files beside rpm's own, on real packages, on rpmbuild's, and on our writer's.

rpm 4.18 reads the headers of all of them, RPM v6 included, though it was made before v6. Their payloads,
whose entries are numbered, its ``rpm2cpio`` refuses ("files over 4GB not supported by cpio"), so
``rpm2archive`` is the reference there.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from epelbot.errors import DamagedRpm
from epelbot.sources.rpm import (
    RpmHeader,
    read_header,
    read_payload_files,
    rpm_contents_of_file,
    rpm_header_of_file,
    rpm_text,
)
from epelbot.testing.rpm_writer import DOC, GHOST, LICENSE, Compressor, FileSpec, RpmFormat, write_rpm

SPECS = Path(__file__).resolve().parent.parent / "specs"
ALL = 10**9
DEPENDENCIES = (
    "provides",
    "requires",
    "conflicts",
    "obsoletes",
    "recommends",
    "suggests",
    "supplements",
    "enhances",
)

ORACLE = """
import json, os, sys
import rpm

KINDS = "provide require conflict obsolete recommend suggest supplement enhance".split()
ts = rpm.TransactionSet()
ts.setVSFlags(rpm.RPMVSF_MASK_NOSIGNATURES)
for path in sys.stdin.read().splitlines():
    descriptor = os.open(path, os.O_RDONLY)
    try:
        h = ts.hdrFromFdno(descriptor)
    except rpm.error as err:
        print(json.dumps({"refused": str(err)}))
        continue
    finally:
        os.close(descriptor)
    files = zip(h["filenames"], h["fileflags"], h["filemodes"], h["longfilesizes"], h["filedigests"])
    print(json.dumps({
        "nevra": [h["name"], h["epoch"] or 0, h["version"], h["release"], h["arch"]],
        "source": [h.isSource(), h["sourcerpm"]],
        "files": list(files),
        **{kind + "s": list(zip(h[kind + "name"], h[kind + "flags"], h[kind + "version"])) for kind in KINDS},
    }))
"""


@pytest.fixture(scope="session")
def real_rpms(shared_data: Path) -> list[Path]:
    folders = (shared_data / "rpms", shared_data / "abi" / "rpms")
    return sorted(path for folder in folders for path in folder.rglob("*.rpm*") if path.is_file())


@pytest.fixture(scope="session")
def built_rpms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What rpmbuild makes of our specs, by package name; the source package is ``src``."""
    _require("rpmbuild")
    top = tmp_path_factory.mktemp("rpmbuild")
    for spec, payload in (("retired.spec", "w3.zstdio"), ("many-files.spec", "w2.xzdio")):
        macros = {"_topdir": str(top), "_binary_payload": payload, "modules": "40"}
        defines = [f"--define={name} {value}" for name, value in macros.items()]
        command = ["rpmbuild", "-ba", "--quiet", *defines, str(SPECS / spec)]
        subprocess.run(command, check=True, capture_output=True)
    built = {rpm_header_of_file(path).nevra.name: path for path in (top / "RPMS").rglob("*.rpm")}
    return built | {"src": next((top / "SRPMS").glob("libretired*.src.rpm"))}


@pytest.fixture(scope="session")
def written_rpms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Our writer's packages of all formats and compressors."""
    top = tmp_path_factory.mktemp("written")
    files = (
        FileSpec("/etc/written.conf", b"a = 1\n", mode=0o100600, flags=17),
        FileSpec("/usr/share/doc/written", mode=0o40755),
        FileSpec("/usr/share/doc/written/README-RETIRED.txt", b"retired\n", flags=DOC),
        FileSpec("/usr/share/doc/written/caf\udce9", b"latin\n"),
        FileSpec("/usr/share/doc/written/empty"),
        FileSpec("/usr/share/doc/written/ghost", flags=GHOST),
        FileSpec("/usr/share/doc/written/hard1", b"linked\n", inode=9),
        FileSpec("/usr/share/doc/written/hard2", b"linked\n", inode=9),
        FileSpec("/usr/share/doc/written/link", link="README-RETIRED.txt"),
    )
    formats: tuple[RpmFormat, ...] = get_args(RpmFormat)
    compressors: tuple[Compressor, ...] = get_args(Compressor)
    return [
        write_rpm(
            top / f"v{rpm_format}-{compressor}.rpm",
            name="written",
            epoch=rpm_format,
            files=files,
            requires=(("bar", 12, "1.0"), ("(a if b)", 0, "")),
            obsoletes=(("older", 2, "2"),),
            recommends=(("written-doc", 0, ""),),
            compressor=compressor,
            rpm_format=rpm_format,
        )
        for rpm_format in formats
        for compressor in compressors
    ]


def _require(*commands: str) -> None:
    for command in commands:
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")


def _as_we_decode(value: Any) -> Any:
    """The bindings give wrong bytes as surrogates; we give them as backslash escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, list):
        return [_as_we_decode(element) for element in value]
    return value


def _ours(header: RpmHeader) -> dict[str, Any]:
    nevra = header.nevra
    files = [[file.path, file.flags, file.mode, file.size, file.digest] for file in header.files]
    return {
        "nevra": [nevra.name, nevra.epoch, nevra.version, nevra.release, nevra.arch],
        "source": [header.is_source, header.source_rpm],
        "files": files,
        **{kind: [list(dependency) for dependency in getattr(header, kind)] for kind in DEPENDENCIES},
    }


def _theirs(paths: Iterable[Path], rpm_python: str) -> list[dict[str, Any]]:
    names = "\n".join(map(str, paths))
    command = [rpm_python, "-c", ORACLE]
    done = subprocess.run(command, input=names, capture_output=True, text=True, check=True)
    return [
        {key: _as_we_decode(value) for key, value in json.loads(line).items()}
        for line in done.stdout.splitlines()
    ]


def _compare(paths: Iterable[Path], rpm_python: str) -> int:
    """Compare every header with what rpm's bindings say; how many both accepted."""
    paths = list(paths)
    compared = 0
    for path, theirs in zip(paths, _theirs(paths, rpm_python), strict=True):
        if "refused" in theirs:
            with pytest.raises(DamagedRpm):
                rpm_contents_of_file(path)
            continue
        header = rpm_header_of_file(path)
        if header.format_version == 3:
            # rpm adds one to every old package, as those before 4.0 did not provide themselves.
            assert theirs["provides"].pop()[0] == header.nevra.name
        assert _ours(header) == theirs, path
        compared += 1
    return compared


def test_every_real_rpm_is_read_or_refused_in_a_sentence(real_rpms: list[Path]) -> None:
    refused = {}
    for path in real_rpms:
        try:
            with path.open("rb") as stream:
                header = read_header(stream)
                _ours(header)
                assert header.verified or header.format_version == 3
                read_payload_files(stream, header, _texts(header), ALL)
        except DamagedRpm as err:
            refused[path.name] = str(err)
    # Its header is sound, but half of its payload is missing.
    assert refused == {
        "hello-2.0-1.x86_64-corrupted.rpm": (
            "The RPM file is cut short: its payload ends too early; fetch the file again."
        )
    }
    assert len(real_rpms) > 100


def test_real_headers_read_as_rpm_reads_them(real_rpms: list[Path], rpm_python: str) -> None:
    assert _compare(real_rpms, rpm_python) == len(real_rpms)


def test_built_headers_read_as_rpm_reads_them(built_rpms: Mapping[str, Path], rpm_python: str) -> None:
    assert _compare(built_rpms.values(), rpm_python) == 6


def test_written_headers_read_as_rpm_reads_them(written_rpms: list[Path], rpm_python: str) -> None:
    assert _compare(written_rpms, rpm_python) == 18


def test_a_damaged_header_is_refused_by_both_or_read_the_same(
    tmp_path: Path, written_rpms: list[Path], rpm_python: str
) -> None:
    """One byte is changed, every 41st in turn, in lead, signature header and header."""
    (sound,) = (path for path in written_rpms if path.name == "v4-none.rpm")
    with sound.open("rb") as stream:
        as_written = _ours(read_header(stream))
        end = stream.tell()
    whole = sound.read_bytes()
    damaged = [tmp_path / f"{place}.rpm" for place in range(0, end, 41)]
    refused = 0
    for place, path in zip(range(0, end, 41), damaged, strict=True):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
    for path, theirs in zip(damaged, _theirs(damaged, rpm_python), strict=True):
        try:
            ours = _ours(rpm_header_of_file(path))
        except DamagedRpm:
            refused += 1
            assert "refused" in theirs
        else:
            # rpm also refuses damage to signatures, which we don't look at.
            assert ours == as_written
            assert "refused" in theirs or theirs == as_written
    assert refused > len(damaged) / 2


def _texts(header: RpmHeader) -> list[str]:
    return [file.path for file in header.files if file.is_regular and not file.is_ghost]


def _from_cpio(path: Path, folder: Path) -> Callable[[str], bytes]:
    # It exits with 1 after writing some packages' archives, whole ones: cpio's verdict counts.
    archive = subprocess.run(["rpm2cpio", path], check=False, capture_output=True).stdout
    folder.mkdir()
    subprocess.run(
        ["cpio", "-idm", "--quiet", "--no-absolute-filenames"],
        input=archive,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return lambda name: (folder / name.removeprefix("/")).read_bytes()


def _from_tar(path: Path) -> Callable[[str], bytes]:
    with path.open("rb") as stream:
        packed = subprocess.run(["rpm2archive", "-"], stdin=stream, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        contents = {
            "/" + member.name.removeprefix("./"): extracted.read()
            for member in archive
            if (extracted := archive.extractfile(member)) is not None
        }
    return lambda name: contents["/" + name.removeprefix("/")]


def _compare_payloads(paths: Iterable[Path], tmp_path: Path) -> Iterator[int]:
    for number, path in enumerate(paths):
        with path.open("rb") as stream:
            header = read_header(stream)
            names = [name for name in _texts(header) if "\\x" not in name]
            ours = read_payload_files(stream, header, names, ALL)
        theirs = _from_tar(path) if header.format_version == 6 else _from_cpio(path, tmp_path / str(number))
        for name, content in ours.items():
            assert content == theirs(name), (path, name)
        yield len(ours)


def test_real_payloads_unpack_as_rpm_unpacks_them(real_rpms: list[Path], tmp_path: Path) -> None:
    _require("rpm2cpio", "cpio", "rpm2archive")
    sound = (path for path in real_rpms if "corrupted" not in path.name)
    assert sum(_compare_payloads(sound, tmp_path)) > 500


def test_built_payloads_unpack_as_rpm_unpacks_them(built_rpms: Mapping[str, Path], tmp_path: Path) -> None:
    _require("rpm2cpio", "cpio", "rpm2archive")
    assert sum(_compare_payloads(built_rpms.values(), tmp_path)) > 50


def test_written_payloads_unpack_as_rpm_unpacks_them(written_rpms: list[Path], tmp_path: Path) -> None:
    _require("rpm2cpio", "cpio", "rpm2archive")
    assert list(_compare_payloads(written_rpms, tmp_path)) == [5] * 18


def test_rpm_finds_no_fault_with_what_our_writer_makes(written_rpms: list[Path]) -> None:
    _require("rpm")
    checked = subprocess.run(
        ["rpm", "-K", "--nosignature", *written_rpms], capture_output=True, text=True, check=True
    )
    assert checked.stdout.splitlines() == [f"{path}: digests OK" for path in written_rpms]


def test_the_final_build_that_policy_wants_is_seen_in_a_real_one(built_rpms: Mapping[str, Path]) -> None:
    path = built_rpms["libretired"]
    notice = "/usr/share/doc/libretired/README-RETIRED.txt"
    (file,) = (file for file in rpm_contents_of_file(path).files if file.path == notice)
    assert file.is_doc
    assert file.is_regular
    assert rpm_text(path, notice, 4096) == b"This package is retired from EPEL. Use another one.\n"
    header = rpm_header_of_file(path)
    assert (header.nevra.epoch, header.verified, header.format_version) == (2, ("sha256", "sha1"), 4)
    assert ("bundled(oldlib)", 8, "0.9") in header.provides
    assert [dependency.name for dependency in header.enhances] == ["retired-desktop"]


def test_near_misses_are_told_apart(built_rpms: Mapping[str, Path]) -> None:
    (*_, notice) = rpm_contents_of_file(built_rpms["libretired-license"]).files
    assert (notice.name, notice.is_doc, notice.flags) == ("README-RETIRED.txt", False, LICENSE)
    odd = {file.name: file for file in rpm_contents_of_file(built_rpms["libretired-oddities"]).files}
    assert odd["README-RETIRED.txt"].is_directory
    assert odd["README-RETIRED.link"].is_link
    assert odd["ghost"].is_ghost
    assert odd["EMPTY"].size == 0
    assert odd["ÄÖÜ.txt"].is_regular
    for name in ("a-hard-link", "readme-retired.txt", "z-hard-link"):
        assert b"retired" in rpm_text(built_rpms["libretired-oddities"], odd[name].path, 4096)


def test_a_built_source_package_is_one(built_rpms: Mapping[str, Path]) -> None:
    source = rpm_contents_of_file(built_rpms["src"])
    assert (source.name, source.arch, source.is_source) == ("libretired", "src", True)
    assert rpm_text(built_rpms["src"], "retired.spec", ALL) == (SPECS / "retired.spec").read_bytes()
