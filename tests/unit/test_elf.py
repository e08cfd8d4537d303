# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a shared library, and that no bytes whatever lead astray."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.abi import Library, Symbol
from epelbot.sources.elf import DamagedElf, read_library
from epelbot.testing.elf_writer import Entry, library_bytes

GOOD = library_bytes("libfoo.so.1", ["a", Entry("b", "FOO_1"), Entry("b", "FOO_0", default=False)])
# Where an ELF64 header says what.
SECTION_OFFSET, SECTION_SIZE, SECTION_COUNT = 40, 58, 60


def read(*entries: Entry | str, **how: bool) -> Library:
    found = read_library("/usr/lib64/libfoo.so.1.2", library_bytes("libfoo.so.1", entries, **how))
    assert found is not None
    return found


@pytest.mark.parametrize("is_64", [True, False])
@pytest.mark.parametrize("little", [True, False])
def test_every_class_and_byte_order_is_read(*, is_64: bool, little: bool) -> None:
    library = read("a", Entry("b", "FOO_1"), Entry("b", "FOO_0", default=False), is_64=is_64, little=little)
    assert library.soname == "libfoo.so.1"
    assert library.symbols == {Symbol("a"), Symbol("b", "FOO_1"), Symbol("b", "FOO_0", default=False)}


@pytest.mark.parametrize(
    "entry",
    [
        Entry("taken", defined=False),
        Entry("inside", binding="local"),
        Entry("hidden", visibility=2),
        Entry("internal", visibility=1),
        Entry("_edata", kind="none"),
        Entry("_init"),
        Entry("_fini"),
    ],
)
def test_what_nobody_can_bind_to_does_not_count(entry: Entry) -> None:
    assert read("a", entry).symbols == {Symbol("a")}


@pytest.mark.parametrize(
    "entry",
    [
        Entry("x", kind="object"),
        Entry("x", kind="thread-local"),
        Entry("x", kind="ifunc"),
        Entry("x", binding="unique"),
        Entry("x", visibility=3),
    ],
)
def test_data_and_the_rarer_kinds_count(entry: Entry) -> None:
    assert read(entry).symbols == {Symbol("x")}


def test_a_weak_symbol_says_so() -> None:
    assert read(Entry("x", binding="weak")).symbols == {Symbol("x", weak=True)}


def test_a_library_without_a_soname_is_known_by_its_file() -> None:
    found = read_library("/usr/lib64/foo/plugin.so", library_bytes(None, ["a"]))
    assert found is not None
    assert (found.soname, found.provided_as) == (None, "plugin.so")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"/* GNU ld script */ INPUT(-lfoo)",
        library_bytes("libfoo.so.1", ["a"], file_type=1),
        library_bytes("libfoo.so.1", ["a"], file_type=2),
        library_bytes(None, ["a"], program=True),
    ],
    ids=["empty", "linker script", "object file", "program", "program that can be loaded anywhere"],
)
def test_what_is_no_shared_library_is_none(content: bytes) -> None:
    assert read_library("/usr/lib64/libfoo.so", content) is None


def test_a_name_that_is_no_text_is_kept_apart() -> None:
    content = library_bytes("libfoo.so.1", ["name_1"]).replace(b"name_1", b"name_\xff")
    found = read_library("/x.so", content)
    assert found is not None
    assert found.symbols == {Symbol("name_\\xff")}


def patched(at: int, kind: str, value: int) -> bytes:
    content = bytearray(GOOD)
    struct.pack_into(f"<{kind}", content, at, value)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (GOOD[:12], "neither its class nor its byte order"),
        (GOOD[:40], "cut short in its header"),
        (GOOD[:200], "cut short"),
        (patched(SECTION_OFFSET, "Q", 0), "section headers were taken out"),
        (patched(SECTION_OFFSET, "Q", 2**62), "beyond its end"),
        (patched(SECTION_SIZE, "H", 8), "odd size"),
        (patched(SECTION_COUNT, "H", 1), "no dynamic symbol table"),
        (patched(SECTION_COUNT, "H", 60_000), "beyond its end"),
    ],
)
def test_a_damaged_library_is_refused_in_a_phrase(content: bytes, why: str) -> None:
    with pytest.raises(DamagedElf, match=why):
        read_library("/x.so", content)


def test_a_claim_of_endless_sections_is_refused() -> None:
    # A count of 0 means that the first section tells it.
    content = bytearray(patched(SECTION_COUNT, "H", 0))
    (sections,) = struct.unpack_from("<Q", content, SECTION_OFFSET)
    struct.pack_into("<Q", content, sections + 32, 2**40)
    with pytest.raises(DamagedElf, match="claims 1,099,511,627,776 sections"):
        read_library("/x.so", bytes(content))


def test_versions_that_lead_out_of_their_table_are_refused() -> None:
    first = struct.pack("<HHHHIII", 1, 1, 1, 1, 0, 20, 28)
    beyond = struct.pack("<HHHHIII", 1, 1, 1, 1, 0, 20, 2**31)
    assert GOOD.count(first) == 1
    with pytest.raises(DamagedElf, match="versions lie outside"):
        read_library("/x.so", GOOD.replace(first, beyond))


@given(st.data())
def test_no_bytes_lead_astray(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for tried in (bytes(content), bytes(content[:cut])):
        try:
            found = read_library("/x.so", tried)
        except DamagedElf as error:
            assert str(error)  # noqa: PT017 -- either way is fine, and nothing else
        else:
            assert found is None or len(found.symbols) <= len(GOOD)
