# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Headers of RPM files: what is read from sound ones, and that unsound ones are refused in a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tracemalloc
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.build import FileFlag, RpmFile
from epelbot.domain.nevra import NEVRA
from epelbot.errors import DamagedRpm
from epelbot.sources.rpm import RpmHeader, contents, read_header
from epelbot.sources.rpm.index import decoded
from epelbot.testing import rpm_writer as w
from epelbot.testing.rpm_writer import FileSpec, RpmFormat, RpmSpec

NOTICE = "/usr/share/doc/foo/README-RETIRED.txt"
SPEC = RpmSpec(
    name="foo",
    version="2.1",
    release="3.el9",
    arch="x86_64",
    epoch=7,
    files=(
        FileSpec("/etc/foo.conf", b"a = 1\n", mode=0o100600, flags=17),
        FileSpec("/usr/share/doc/foo", mode=0o40755),
        FileSpec(NOTICE, b"retired\n", flags=w.DOC),
        FileSpec("/usr/share/doc/foo/link", link="README-RETIRED.txt"),
        FileSpec("/var/log/foo", flags=w.GHOST),
    ),
    requires=(("bar", 12, "1.0"), ("(a if b)", 0, "")),
    provides=(("foo", 8, "7:2.1-3.el9"), ("libfoo.so.2()(64bit)", 0, "")),
    conflicts=(("baz", 2, "3"),),
    obsoletes=(("oldfoo", 2, "2"),),
    recommends=(("foo-doc", 0, ""),),
)
TINY = w.rpm_bytes(RpmSpec(name="t", files=(FileSpec("/r", b"retired", flags=w.DOC),), compressor="none"))


class Download:
    """A stream that only reads, forward, and never as much as it was asked for."""

    def __init__(self, data: bytes, piece: int) -> None:
        self.rest = data
        self._piece = piece

    def read(self, size: int) -> bytes:
        taken = self.rest[: min(size, self._piece)]
        self.rest = self.rest[len(taken) :]
        return taken


def read(data: bytes) -> RpmHeader:
    return read_header(io.BytesIO(data))


def read_everything(data: bytes) -> None:
    """Ask a header for all that it can tell."""
    header = read(data)
    contents(header)
    for name in dir(RpmHeader):
        getattr(header, name)


def resealed(tags: Mapping[int, w.Value], region: int | None = w.MAIN_REGION) -> bytes:
    return w.sealed(SPEC, w.header_bytes(tags, region), b"")


def header_end(data: bytes, start: int) -> int:
    """Where the header ends that begins there."""
    entries, size = struct.unpack_from(">II", data, start + 8)
    return start + 16 + int(entries) * 16 + int(size)


def header_start(data: bytes) -> int:
    """Where the main header of an RPM begins."""
    end = header_end(data, 96)
    return end + -end % 8


def payload_start(data: bytes) -> int:
    """Where its payload begins."""
    return header_end(data, header_start(data))


@pytest.mark.parametrize("rpm_format", [3, 4, 6])
def test_a_header_tells_what_was_written(rpm_format: RpmFormat) -> None:
    header = read(w.rpm_bytes(replace(SPEC, rpm_format=rpm_format)))
    assert header.nevra == NEVRA("foo", 7, "2.1", "3.el9", "x86_64")
    assert header.format_version == rpm_format
    assert (header.source_rpm, header.is_source) == ("foo-2.1-3.el9.src.rpm", False)
    assert header.file_paths == [file.path for file in SPEC.files]
    assert header.file_flags == (17, 0, FileFlag.DOC, 0, FileFlag.GHOST)
    assert header.file_modes == (0o100600, 0o40755, 0o100644, 0o120777, 0o100644)
    assert header.file_sizes == (6, 0, 8, 18, 0)
    assert [bool(digest) for digest in header.file_digests] == [True, False, True, False, False]
    assert header.provides == SPEC.provides
    assert header.requires == SPEC.requires
    assert header.conflicts == SPEC.conflicts
    assert header.obsoletes == SPEC.obsoletes
    assert header.recommends == SPEC.recommends
    assert header.suggests == header.supplements == header.enhances == ()


def test_contents_are_domain_values() -> None:
    rpm = contents(read(w.rpm_bytes(SPEC)))
    assert (rpm.name, rpm.arch, rpm.is_source, rpm.problem) == ("foo", "x86_64", False, None)
    notice = rpm.files[2]
    assert isinstance(notice, RpmFile)
    assert notice.is_doc
    assert notice.is_regular
    assert notice.size == 8


@pytest.mark.parametrize(
    ("rpm_format", "verified"), [(3, ()), (4, ("sha256", "sha1")), (6, ("sha3-256", "sha256"))]
)
def test_every_digest_of_the_header_is_checked(rpm_format: RpmFormat, verified: tuple[str, ...]) -> None:
    assert read(w.rpm_bytes(RpmSpec(name="foo", rpm_format=rpm_format))).verified == verified


@pytest.mark.parametrize(
    ("rpm_format", "which"), [(4, "sha256"), (4, "sha1"), (6, "sha3-256"), (6, "sha256")]
)
def test_a_wrong_digest_is_refused(rpm_format: RpmFormat, which: str) -> None:
    data = w.rpm_bytes(RpmSpec(name="foo", rpm_format=rpm_format))
    start = header_start(data)
    right = hashlib.new(which.replace("-", "_"), data[start : payload_start(data)]).hexdigest().encode()
    assert data.count(right) == 1
    with pytest.raises(DamagedRpm, match=f"does not match its {which} digest"):
        read(data.replace(right, right[::-1]))


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_a_download_is_read_forward_and_not_beyond_the_header(piece: int) -> None:
    data = w.rpm_bytes(SPEC)
    payload = data[payload_start(data) :]
    download = Download(data, piece)
    assert read_header(download).nevra.name == "foo"
    assert download.rest == payload


def test_source_packages_are_told_from_what_they_were_built_on() -> None:
    source = read(w.rpm_bytes(RpmSpec(name="foo", arch="x86_64", is_source=True)))
    assert (source.is_source, source.source_rpm, source.nevra.arch) == (True, None, "x86_64")
    assert contents(source).arch == "src"


@pytest.mark.parametrize("tag", [1051, 1052])
def test_a_source_package_that_may_not_be_passed_on_is_nosrc(tag: int) -> None:
    spec = RpmSpec(name="foo", is_source=True)
    tags = w.package_tags(spec, b"") | {tag: w.numbers(4, [0])}
    assert contents(read(w.sealed(spec, w.header_bytes(tags, w.MAIN_REGION), b""))).arch == "nosrc"


def test_sizes_of_four_gibibytes_and_more_are_read() -> None:
    spec = RpmSpec(name="foo", files=(FileSpec("/iso", claimed_size=5 * 2**30),))
    header = w.header_bytes(w.package_tags(spec, b""), w.MAIN_REGION)
    assert read(w.sealed(spec, header, b"")).file_sizes == (5 * 2**30,)


def test_names_that_are_no_utf8_stay_readable_and_survive_json() -> None:
    (path,) = read(w.rpm_bytes(RpmSpec(name="foo", files=(FileSpec("/caf\udce9/é"),)))).file_paths
    assert path == "/caf\\xe9/é"
    assert json.loads(json.dumps(path, ensure_ascii=False).encode()) == path


@given(st.binary())
def test_wrong_bytes_are_shown_as_python_would_show_them(raw: bytes) -> None:
    assert decoded(raw) == raw.decode("utf-8", "backslashreplace")


def test_old_provides_have_no_versions() -> None:
    tags = w.package_tags(SPEC, b"")
    del tags[1112], tags[1113]
    assert read(resealed(tags)).provides[1] == ("libfoo.so.2()(64bit)", 0, "")


def test_overlapping_data_is_read_as_the_entries_say() -> None:
    # "foo" inside of the package's own name, where another entry's data begin.
    header = bytearray(w.header_bytes(w.package_tags(SPEC, b""), w.MAIN_REGION))
    places = {struct.unpack_from(">I", header, at)[0]: at for at in range(16, 16 + 16 * 20, 16)}
    (offset,) = struct.unpack_from(">I", header, places[1000] + 8)
    struct.pack_into(">I", header, places[1014] + 8, offset + 1)
    assert read(w.sealed(SPEC, bytes(header), b"")).nevra.name == "foo"
    assert read(w.sealed(SPEC, bytes(header), b"")).index.strings(1014) == ["oo"]
    assert read(w.sealed(SPEC, bytes(header), b"")).index.strings(1000) == ["foo"]


# What is refused.


@pytest.mark.parametrize("data", [b"", b"<html>Not found</html>" * 20, b"\xed\xab\xee", b"PK\x03\x04" * 99])
def test_what_is_no_rpm_is_refused_as_such(data: bytes) -> None:
    with pytest.raises(DamagedRpm, match="This is no RPM file"):
        read(data)


def test_a_file_cut_short_anywhere_in_its_header_is_refused() -> None:
    end = payload_start(TINY)
    for size in range(4, end):
        with pytest.raises(DamagedRpm, match="cut short"):
            read(TINY[:size])
    assert read(TINY[:end]).nevra.name == "t"


@given(st.data())
def test_a_changed_header_is_refused(data: st.DataObject) -> None:
    start = header_start(TINY)
    place = data.draw(st.integers(start, start + 600))
    bit = 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DamagedRpm):
        read(TINY[:place] + bytes([TINY[place] ^ bit]) + TINY[place + 1 :])


@given(st.data())
def test_a_hostile_header_with_right_digests_is_read_or_refused(data: st.DataObject) -> None:
    header = bytearray(
        w.header_bytes(w.package_tags(SPEC, b""), data.draw(st.sampled_from([None, w.MAIN_REGION])))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(8, len(header) - 4))
        what = data.draw(st.sampled_from([b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\0", b"\xff", b"\0\0\0\1"]))
        header[place : place + len(what)] = what
    with suppress(DamagedRpm):
        read_everything(w.sealed(SPEC, bytes(header), b""))


@given(st.binary(max_size=400))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(DamagedRpm):
        read(TINY[:96] + noise)


def test_a_claimed_size_takes_no_memory_before_the_bytes_are_there() -> None:
    claim = TINY[:96] + struct.pack(">8sII", b"\x8e\xad\xe8\x01\0\0\0\0", 0xFFFF, 64 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedRpm, match="cut short"):
            read(claim + bytes(1000))
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("claims", [(0x10000, 64), (1, 2**31), (2**32 - 1, 2**32 - 1), (0, 0)])
def test_claims_beyond_all_measure_are_refused(claims: tuple[int, int]) -> None:
    with pytest.raises(DamagedRpm, match=r"at most|is empty"):
        read(TINY[:96] + struct.pack(">8sII", b"\x8e\xad\xe8\x01\0\0\0\0", *claims))


def test_megabytes_of_one_name_are_refused() -> None:
    flood = w.Value(8, 1, b"\xff" * (17 * 2**20) + b"\0")
    data = resealed(w.package_tags(SPEC, b"") | {1117: flood, 1014: flood})
    with pytest.raises(DamagedRpm, match="too much text"):
        _ = read(data).file_paths
    with pytest.raises(DamagedRpm, match="should hold a text"):
        read(data).index.string(1014)


FILE_NAMES, FILE_FLAGS, DIR_INDEXES, PROVIDE_NAMES = 1117, 1037, 1116, 1047


@pytest.mark.parametrize(
    ("tag", "value", "sentence"),
    [
        (FILE_FLAGS, w.Value(4, 2**31, b"\0\0\0\2"), "2,147,483,648 values"),
        (FILE_FLAGS, w.Value(4, 900_000, b"\0\0\0\2"), "should hold numbers"),
        (FILE_FLAGS, w.Value(8, 1, b"two\0"), "should hold numbers"),
        (FILE_FLAGS, w.numbers(4, [2]), "flags of its files don't match"),
        (FILE_NAMES, w.texts(["only-one"]), "directories of its files don't match"),
        (FILE_NAMES, w.numbers(4, [1, 2, 3, 4, 5]), "should hold text"),
        (FILE_NAMES, w.Value(77, 5, b"?"), "should hold text"),
        (FILE_NAMES, w.Value(8, 900_000, b"a\0"), "fewer texts than it claims"),
        (FILE_NAMES, w.Value(6, 5, b"a\0"), "directories of its files don't match"),
        (DIR_INDEXES, w.numbers(4, [0, 1, 2, 3, 2**32 - 1]), "directories of its files don't match"),
        (PROVIDE_NAMES, w.texts(["one", "two", "three"]), "don't match their versions"),
        (PROVIDE_NAMES, w.Value(8, 900_000, b"one\0two\0"), "fewer texts than it claims"),
        (1000, w.text(""), "lacks a name, version, release or architecture"),
        (1003, w.Value(7, 4, b"\0\0\0\1"), "should hold numbers"),
        (1022, w.Value(5, 1, bytes(8)), "should hold a text"),
    ],
)
def test_a_tag_that_lies_is_refused(tag: int, value: w.Value, sentence: str) -> None:
    with pytest.raises(DamagedRpm, match=sentence):
        read_everything(resealed(w.package_tags(SPEC, b"") | {tag: value}))


@pytest.mark.parametrize("tag", [1000, 1003, 1037, 1047, 1117])
@pytest.mark.parametrize("offset", [2**32 - 1, 2**31, 100_000])
def test_an_entry_that_points_outside_is_refused(tag: int, offset: int) -> None:
    header = bytearray(w.header_bytes(w.package_tags(SPEC, b""), w.MAIN_REGION))
    place = next(at for at in range(16, 2000, 16) if struct.unpack_from(">I", header, at)[0] == tag)
    struct.pack_into(">I", header, place + 8, offset)
    with pytest.raises(DamagedRpm, match=f"tag {tag} "):
        read_everything(w.sealed(SPEC, bytes(header), b""))


def test_a_tag_that_is_there_twice_is_refused() -> None:
    header = bytearray(w.header_bytes(w.package_tags(SPEC, b""), w.MAIN_REGION))
    header[16 + 16 * 5 : 16 + 16 * 5 + 4] = header[16 + 16 * 6 : 16 + 16 * 6 + 4]
    with pytest.raises(DamagedRpm, match="has a tag twice"):
        read(w.sealed(SPEC, bytes(header), b""))


def test_entries_that_no_signature_covers_are_refused() -> None:
    covered = w.header_bytes(w.package_tags(SPEC, b""), w.MAIN_REGION)
    entries, size = struct.unpack_from(">II", covered, 8)
    index, data = covered[16 : 16 + 16 * entries], covered[16 + 16 * entries :]
    extra = struct.pack(">IIII", 9999, 4, size, 1)
    header = covered[:8] + struct.pack(">II", entries + 1, size + 4) + index + extra + data + b"\0\0\0\7"
    with pytest.raises(DamagedRpm, match="region does not cover all of it"):
        read(w.sealed(SPEC, header, b""))


def test_a_region_that_does_not_come_first_is_refused() -> None:
    header = bytearray(w.header_bytes(w.package_tags(SPEC, b""), w.MAIN_REGION))
    header[16:32], header[32:48] = header[32:48], header[16:32]
    with pytest.raises(DamagedRpm, match="region does not come first"):
        read(w.sealed(SPEC, bytes(header), b""))


def test_errors_of_the_stream_are_not_swallowed() -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise TimeoutError(f"no {size} bytes today")

    with pytest.raises(TimeoutError, match="today"):
        read_header(Broken())
