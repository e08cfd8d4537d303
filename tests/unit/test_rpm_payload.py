# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts out of payloads: the right text, or a sentence, and never more memory or time than allowed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from epelbot.errors import DamagedRpm, NotThere, PermanentError
from epelbot.sources.rpm import (
    compression,
    payload,
    read_header,
    read_payload_file,
    read_payload_files,
    rpm_contents_of_file,
    rpm_text,
)
from epelbot.testing import rpm_writer as w
from epelbot.testing.rpm_writer import Compressor, FileSpec, RpmFormat, RpmSpec

NOTICE = "/usr/share/doc/foo/README-RETIRED.txt"
TEXT = b"This package is retired.\n"
FILES = (
    FileSpec("/usr/lib/foo/data", bytes(range(256)) * 40),
    FileSpec("/usr/share/doc/foo", mode=0o40755),
    FileSpec(NOTICE, TEXT, flags=w.DOC),
    FileSpec("/usr/share/doc/foo/link", link="README-RETIRED.txt"),
    FileSpec("/usr/share/doc/foo/ghost", flags=w.GHOST),
    FileSpec("/usr/share/doc/foo/empty"),
    FileSpec("/usr/share/doc/foo/zz", b"the end"),
)
SPEC = RpmSpec(name="foo", files=FILES)
COMPRESSORS: tuple[Compressor, ...] = ("gzip", "xz", "zstd", "bzip2", "lzma", "none")


def text(data: bytes, path: str = NOTICE, limit: int = 1000) -> bytes:
    stream = io.BytesIO(data)
    return read_payload_file(stream, read_header(stream), path, limit)


def with_archive(archive: bytes, spec: RpmSpec = SPEC, pack: Callable[[bytes], bytes] | None = None) -> bytes:
    """The package, but with this archive in place of its own."""
    packed = w.compressed(archive, spec.compressor) if pack is None else pack(archive)
    return w.sealed(spec, w.header_bytes(w.package_tags(spec, packed), w.MAIN_REGION), packed)


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compressor", COMPRESSORS)
@pytest.mark.parametrize("rpm_format", [3, 4, 6])
def test_a_text_is_read_whatever_the_format_and_the_compressor(
    compressor: Compressor, rpm_format: RpmFormat
) -> None:
    assert text(w.rpm_bytes(replace(SPEC, compressor=compressor, rpm_format=rpm_format))) == TEXT


def test_several_texts_come_from_one_pass() -> None:
    stream = io.BytesIO(w.rpm_bytes(SPEC))
    wanted = ["/usr/share/doc/foo/zz", NOTICE, "/usr/share/doc/foo/empty"]
    found = read_payload_files(stream, read_header(stream), wanted, 1000)
    assert found == {"/usr/share/doc/foo/zz": b"the end", NOTICE: TEXT, "/usr/share/doc/foo/empty": b""}


def test_only_the_first_bytes_of_a_longer_file_are_given() -> None:
    assert text(w.rpm_bytes(SPEC), limit=4) == b"This"


def test_a_source_packages_files_have_bare_names() -> None:
    spec = RpmSpec(name="foo", is_source=True, files=(FileSpec("foo.spec", b"Name: foo"),))
    assert text(w.rpm_bytes(spec), "foo.spec") == b"Name: foo"


@pytest.mark.parametrize("name", [b"./usr/a\0", b"/usr/a\0", b"usr/a\0"])
def test_names_in_the_archive_may_lack_the_dot_and_the_slash(name: bytes) -> None:
    files = (FileSpec("/usr/a", TEXT),)
    archive = w.cpio_bytes(files).replace(b"%08x" % 8, b"%08x" % len(name), 1)
    archive = archive.replace(
        b"./usr/a\0".ljust(10, b"\0"), name.ljust(len(name) + -(110 + len(name)) % 4, b"\0")
    )
    assert text(with_archive(archive, RpmSpec(name="foo", files=files)), "/usr/a") == TEXT


def test_reading_ends_with_the_last_wanted_file() -> None:
    files = (FileSpec("/a", TEXT), FileSpec("/b", b"\0" * 3_000_000))
    data = w.rpm_bytes(RpmSpec(name="foo", files=files, compressor="none"))
    stream = io.BytesIO(data)
    assert read_payload_file(stream, read_header(stream), "/a", 1000) == TEXT
    assert stream.tell() < len(data) / 10


@pytest.mark.parametrize("rpm_format", [4, 6])
@pytest.mark.parametrize("wanted", ["/a", "/b", "/c"])
def test_every_hard_link_has_the_content_that_only_the_last_one_carries(
    rpm_format: RpmFormat, wanted: str
) -> None:
    files = (
        FileSpec("/a", TEXT, inode=5),
        FileSpec("/between", b"something else"),
        FileSpec("/b", TEXT, inode=5),
        FileSpec("/c", TEXT, inode=5),
        FileSpec("/z", b"after"),
    )
    data = w.rpm_bytes(RpmSpec(name="foo", files=files, rpm_format=rpm_format))
    assert text(data, wanted) == TEXT
    assert text(data, "/z") == b"after"


def test_packages_without_inodes_have_no_hard_links() -> None:
    tags = w.package_tags(SPEC, b"")
    del tags[1096]
    packed = w.compressed(w.cpio_bytes(FILES), "gzip")
    assert text(w.sealed(SPEC, w.header_bytes(tags, w.MAIN_REGION), packed)) == TEXT


@pytest.mark.parametrize(
    "path", ["/usr/share/doc/foo", "/usr/share/doc/foo/link", "/usr/share/doc/foo/ghost", "/etc/passwd", ""]
)
def test_what_is_no_regular_file_has_no_text(path: str) -> None:
    with pytest.raises(NotThere, match=r"has no file|no regular file"):
        text(w.rpm_bytes(SPEC), path)


def test_a_path_that_climbs_out_is_only_a_name() -> None:
    spec = RpmSpec(name="foo", files=(FileSpec("/usr/../../etc/passwd", b"mine"),))
    assert text(w.rpm_bytes(spec), "/usr/../../etc/passwd") == b"mine"


def test_names_that_are_no_utf8_are_found_as_the_header_shows_them() -> None:
    spec = RpmSpec(name="foo", files=(FileSpec("/caf\udce9", TEXT),))
    assert text(w.rpm_bytes(spec), "/caf\\xe9") == TEXT


def test_gzip_parts_in_a_row_are_one_payload() -> None:
    archive = w.cpio_bytes(FILES)
    assert text(with_archive(archive, pack=lambda a: gzip.compress(a[:99]) + gzip.compress(a[99:]))) == TEXT


@pytest.mark.parametrize(
    ("compressor", "pack"), [("xz", lzma.compress), ("bzip2", bz2.compress), ("zstd", zstandard.compress)]
)
def test_parts_in_a_row_are_one_payload(compressor: Compressor, pack: Callable[[bytes], bytes]) -> None:
    spec = replace(SPEC, compressor=compressor)
    assert text(with_archive(w.cpio_bytes(FILES), spec, lambda a: pack(a[:99]) + pack(a[99:]))) == TEXT


# Damaged and hostile payloads.


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_a_payload_cut_short_anywhere_gives_the_text_or_a_sentence(compressor: Compressor) -> None:
    whole = w.rpm_bytes(replace(SPEC, files=FILES[1:4], compressor=compressor))
    start = io.BytesIO(whole)
    read_header(start)
    outcomes = set()
    for size in range(start.tell(), len(whole) + 1):
        try:
            outcomes.add(text(whole[:size]))
        except DamagedRpm as err:
            outcomes.add(str(err).partition(":")[0].encode())
    assert outcomes == {TEXT, b"The RPM file is cut short"}


@given(st.data())
def test_a_changed_payload_gives_the_right_text_or_a_sentence(data: st.DataObject) -> None:
    compressor = data.draw(st.sampled_from(COMPRESSORS))
    whole = bytearray(w.rpm_bytes(replace(SPEC, files=FILES[1:4], compressor=compressor)))
    start = io.BytesIO(whole)
    read_header(start)
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(start.tell(), len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = text(bytes(whole))
    except DamagedRpm:
        return
    assert found == TEXT


@given(st.sampled_from(COMPRESSORS), st.binary(max_size=300))
def test_a_payload_of_noise_is_refused(compressor: Compressor, noise: bytes) -> None:
    with pytest.raises(DamagedRpm):
        text(with_archive(b"", replace(SPEC, compressor=compressor), lambda _: noise))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (FILES[:2], "lacks '/usr/share/doc/foo/README-RETIRED.txt'"),
        ((FileSpec(NOTICE, b"This package is alive!!!\n"),), "does not match its sha256 digest"),
        ((FileSpec(NOTICE, b"short"),), "has 5 bytes instead of 25"),
        ((FileSpec(NOTICE, claimed_size=2**32 - 1),), "has 4,294,967,295 bytes instead of 25"),
        ((FileSpec(NOTICE, link="/etc/shadow"),), "is no file there"),
        ((FileSpec(NOTICE, mode=0o40755),), "is no file there"),
        ((FileSpec(NOTICE + "\0.png", TEXT),), "lacks"),
        (tuple(FileSpec(f"/{number}") for number in range(99)), "lacks"),
    ],
)
def test_an_archive_that_contradicts_its_header_is_refused(
    files: tuple[FileSpec, ...], sentence: str
) -> None:
    with pytest.raises(DamagedRpm, match=sentence):
        text(with_archive(w.cpio_bytes(files)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"070701", b"070707"),
        (b"070701", b"BM6\0\0\0"),
        (b"%08x" % (len(NOTICE) + 2), b"fffffff0"),
        (b"%08x" % (len(NOTICE) + 2), b"00000000"),
        (b"%08x" % (len(NOTICE) + 2), b"0x000_02"),
    ],
)
def test_what_is_no_archive_of_rpms_is_refused(old: bytes, new: bytes) -> None:
    archive = w.cpio_bytes((FileSpec(NOTICE, TEXT),))
    with pytest.raises(DamagedRpm, match="no cpio archive"):
        text(with_archive(archive.replace(old, new)))


def test_a_number_that_the_header_does_not_list_is_refused() -> None:
    archive = w.cpio_bytes(FILES, numbered=True).replace(b"07070X00000002", b"07070Xfffffff2")
    with pytest.raises(DamagedRpm, match="no cpio archive"):
        text(with_archive(archive))


#: xz's decoder has a window of 8 MiB; all else is small.
MEMORY = 12 * 2**20


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_a_sparse_file_of_four_gibibytes_is_no_trap(compressor: Compressor) -> None:
    files = (FileSpec("/big", claimed_size=2**32), FileSpec(NOTICE, TEXT))
    data = w.rpm_bytes(RpmSpec(name="foo", files=files, compressor=compressor))
    with memory_below(MEMORY), pytest.raises(DamagedRpm, match="unpacks to more than 2,147,483,648 bytes"):
        text(data)
    with memory_below(MEMORY), pytest.raises(DamagedRpm, match="unpacks to more than 2,147,483,648 bytes"):
        text(data, "/big", 2**33)
    with memory_below(MEMORY):
        assert text(data, "/big", 100).startswith(b"07070X00000001")


@pytest.mark.parametrize("compressor", COMPRESSORS)
def test_a_bomb_takes_no_memory_and_only_so_much_time(
    compressor: Compressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (FileSpec("/bomb", bytes(24 * 2**20)), FileSpec(NOTICE, TEXT))
    stream = io.BytesIO(w.rpm_bytes(RpmSpec(name="foo", files=files, compressor=compressor)))
    header = read_header(stream)
    start = stream.tell()
    with memory_below(MEMORY):
        assert read_payload_file(stream, header, NOTICE, 1000) == TEXT
    stream.seek(start)
    monkeypatch.setattr(payload, "OUTPUT_MAX", 8 * 2**20)
    with pytest.raises(DamagedRpm, match="unpacks to more than 8,388,608 bytes"):
        read_payload_file(stream, header, NOTICE, 1000)


def test_what_is_unpacked_stays_below_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = payload._Archive(iter([bytes(1000)] * 100), left=2500)
    monkeypatch.setattr(payload, "OUTPUT_MAX", 2500)
    assert archive.take(2500) == bytes(2500)
    with pytest.raises(DamagedRpm, match="unpacks to more than 2,500 bytes"):
        archive.take(1500)


def test_an_endless_row_of_empty_parts_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "INPUT_MAX", 2**20)

    class Endless:
        def read(self, size: int) -> bytes:
            return (gzip.compress(b"") * 4000)[:size]

    with pytest.raises(DamagedRpm, match=r"more than the 1,048,576 bytes|cannot be unpacked"):
        list(compression.unpacked(Endless(), "gzip"))


def test_a_decoder_may_not_take_all_memory() -> None:
    packed = lzma.compress(w.cpio_bytes(FILES), format=lzma.FORMAT_ALONE)
    greedy = packed[:1] + struct.pack("<I", 2**30) + packed[5:]
    with pytest.raises(DamagedRpm, match="cannot be unpacked"):
        text(with_archive(b"", replace(SPEC, compressor="lzma"), lambda _: greedy))
    writer = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=28)
    ).compressobj()
    wide = writer.compress(w.cpio_bytes(FILES)) + writer.flush()
    with pytest.raises(DamagedRpm, match="cannot be unpacked"):
        text(with_archive(b"", replace(SPEC, compressor="zstd"), lambda _: wide))


def test_what_rpm_does_not_have_is_refused() -> None:
    for tag, value, sentence in ((1125, "rar", "packed with 'rar'"), (1124, "drpm", "of the format 'drpm'")):
        header = w.header_bytes(w.package_tags(SPEC, b"") | {tag: w.text(value)}, w.MAIN_REGION)
        with pytest.raises(DamagedRpm, match=sentence):
            text(w.sealed(SPEC, header, b""))


# Files on a disk.


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = w.write_rpm(tmp_path / "foo.rpm", name="foo", files=FILES)
    assert rpm_text(path, NOTICE, 1000) == TEXT
    assert [file.path for file in rpm_contents_of_file(path).files] == [file.path for file in FILES]


def test_sentences_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "foo.rpm"
    with pytest.raises(NotThere, match=r"There is no file .*foo\.rpm"):
        rpm_contents_of_file(path)
    path.write_bytes(b"<html>")
    with pytest.raises(DamagedRpm, match=r"foo\.rpm: This is no RPM file"):
        rpm_contents_of_file(path)
    path.write_bytes(w.rpm_bytes(SPEC)[:-80])
    with pytest.raises(DamagedRpm, match=r"foo\.rpm: The RPM file is cut short"):
        rpm_text(path, "/usr/share/doc/foo/zz", 1000)
    with pytest.raises(PermanentError, match=r"cannot be read \(Is a directory\)"):
        rpm_contents_of_file(tmp_path)


@pytest.mark.parametrize("compressor", ["gzip", "xz", "lzma", "bzip2", "zstd"])
def test_what_is_read_to_its_very_end_just_ends(compressor: Compressor) -> None:
    packed = io.BytesIO(w.compressed(b"all of it", compressor))
    assert b"".join(compression.unpacked(packed, compressor)) == b"all of it"
