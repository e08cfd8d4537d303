# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings go in whole, however they are packed, however often, and whatever is wrong with them."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from epelbot.errors import BadInput
from epelbot.ledger import Ledger, inbox
from epelbot.services.ingest import FileTaken, ingest
from epelbot.services.intake import Intake, Taken
from epelbot.services.recording import Recording
from epelbot.testing.messages import line_of, tag_message
from epelbot.translate.envelope import KEPT_OF_TOO_LONG, MAX_MESSAGE_BYTES
from epelbot.translate.followed import Following

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "jsonl": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    made.create()
    yield made
    made.close()


@pytest.fixture
def intake(ledger: Ledger) -> Intake:
    return Intake(ledger, Following(), lambda: NOW)


def lines(count: int) -> list[bytes]:
    """Lines of messages that are followed, with ids of their own; one is checked, the others are like it."""
    first = tag_message("fortune-1.0-1.el9", "epel9", at=NOW)
    return [
        line_of(first | {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number)))}) for number in range(count)
    ]


def one_file(path: Path | str, intake: Intake) -> FileTaken:
    (done,) = ingest([str(path)], intake)
    return done


@pytest.mark.parametrize("packing", PACKED)
def test_a_recording_goes_in_once_however_it_is_packed(tmp_path: Path, intake: Intake, packing: str) -> None:
    path = tmp_path / f"recording.{packing}"
    path.write_bytes(PACKED[packing](b"".join(lines(20))))
    assert one_file(path, intake) == FileTaken(str(path), Taken(new=20))
    assert one_file(path, intake) == FileTaken(str(path), Taken(known=20))


@pytest.mark.parametrize("packing", PACKED)
def test_standard_input_may_be_packed_too(
    monkeypatch: pytest.MonkeyPatch, intake: Intake, packing: str
) -> None:
    data = PACKED[packing](b"".join(lines(5)))
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert one_file("-", intake).taken == Taken(new=5)
    assert not stdin.closed


@pytest.mark.parametrize("packing", ["gz", "xz", "zst"])
def test_several_packings_one_after_the_other_are_one_recording(
    tmp_path: Path, intake: Intake, packing: str
) -> None:
    path = tmp_path / f"recording.{packing}"
    path.write_bytes(b"".join(PACKED[packing](line) for line in lines(3)))
    assert one_file(path, intake).taken == Taken(new=3)


def test_each_line_is_new_known_not_followed_or_parked(
    tmp_path: Path, intake: Intake, ledger: Ledger
) -> None:
    path = tmp_path / "recording.jsonl"
    ours = lines(1)[0]
    fedora = line_of(tag_message("fortune-1.0-1.fc44", "f44", at=NOW))
    # The last line has no line break; blank lines are passed over.
    path.write_bytes(ours + b"\n  \n" + fedora + ours + b"no message\n" + b'{"topic": "a.b"}')
    assert one_file(path, intake).taken == Taken(new=1, known=1, not_followed=1, parked=2)
    with ledger.read() as connection:
        parked = inbox.listed(connection, inbox.PARKED, 10)
    assert [row.payload for row in parked] == [b'{"topic": "a.b"}', b"no message"]


@settings(max_examples=50)
@given(st.binary(max_size=300) | st.binary(max_size=300).map(b"{".__add__))
def test_of_any_bytes_each_line_is_accounted_for(data: bytes) -> None:
    ledger = Ledger("sqlite://")
    ledger.create()
    stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
    try:
        done: FileTaken | None = one_file("-", Intake(ledger, Following(), lambda: NOW))
    except BadInput:
        done = None
    finally:
        sys.stdin = stdin
        ledger.close()
    if done is None:
        assert data.lstrip()[:1] not in (b"{", b"[") or b"\0" in data.lstrip()[:4]
        return
    # What starts as a packing does is none by chance, and said to be damaged.
    assert done.problem or done.taken.total == sum(1 for line in data.split(b"\n") if line.strip())


def test_a_page_of_datagrepper_counts_as_its_messages(tmp_path: Path, intake: Intake) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"count": 3, "raw_messages": [json.loads(line) for line in lines(3)]}))
    assert one_file(path, intake).taken == Taken(new=3)


def test_an_endless_line_is_parked_without_being_held(tmp_path: Path, intake: Intake, ledger: Ledger) -> None:
    path = tmp_path / "recording.jsonl.gz"
    endless = 6 * MAX_MESSAGE_BYTES
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"{")
        for _ in range(endless // 2**20):
            file.write(b"x" * 2**20)
        file.write(b"\n" + lines(1)[0])
    tracemalloc.start()
    try:
        assert one_file(path, intake).taken == Taken(new=1, parked=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_MESSAGE_BYTES
    with ledger.read() as connection:
        (parked,) = inbox.listed(connection, inbox.PARKED, 10)
    assert parked.error is not None
    assert parked.error.startswith(f"the line has {endless + 2} bytes")
    assert parked.payload == b"{" + b"x" * (KEPT_OF_TOO_LONG - 1)
    assert one_file(path, intake).taken == Taken(known=2)


@pytest.mark.parametrize("packing", ["gz", "xz", "zst"])
def test_of_a_recording_that_is_cut_off_the_whole_lines_go_in(
    tmp_path: Path, intake: Intake, packing: str
) -> None:
    path = tmp_path / f"recording.{packing}"
    path.write_bytes(PACKED[packing](b"".join(lines(2000)))[:-5000])
    done = one_file(path, intake)
    assert 0 < done.taken.new < 2000
    # The line at the cut is no line.
    assert done.taken.parked == 0
    assert done.problem is not None
    assert f"damaged after {done.taken.new} whole messages" in done.problem


def test_a_recording_that_is_corrupt_in_the_middle_says_so(tmp_path: Path, intake: Intake) -> None:
    for packing, pack in PACKED.items():
        if packing == "jsonl":
            continue
        path = tmp_path / f"recording.{packing}"
        data = bytearray(pack(b"".join(lines(2000))))
        data[len(data) // 2 : len(data) // 2 + 50] = bytes(50)
        path.write_bytes(data)
        problem = one_file(path, intake).problem
        assert problem is not None, packing
        assert "record or fetch it again" in problem


def test_a_wrong_name_leaves_nothing_half_done(tmp_path: Path, intake: Intake, ledger: Ledger) -> None:
    good = tmp_path / "good.jsonl"
    good.write_bytes(lines(1)[0])
    with pytest.raises(BadInput, match="No such file"):
        list(ingest([str(good), str(tmp_path / "missing.jsonl")], intake))
    with pytest.raises(BadInput, match="Is a directory"):
        list(ingest([str(good), str(tmp_path)], intake))
    (tmp_path / "plain.gz").write_bytes(lines(1)[0])
    with pytest.raises(BadInput, match="not what its name says"):
        list(ingest([str(good), str(tmp_path / "plain.gz")], intake))
    with ledger.read() as connection:
        assert sum(inbox.counts(connection).values()) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01\0",
        b"# Notes\n\nnone\n",
        b"  \n\xff\xfe{\0",
        lines(1)[0].decode().encode("utf-16-le"),
        bz2.compress(lines(1)[0]),
    ],
    ids=["program", "prose", "byte order mark", "UTF-16", "bzip2"],
)
@pytest.mark.parametrize("packing", PACKED)
def test_what_is_no_recording_is_refused_and_nothing_of_it_stored(
    tmp_path: Path, intake: Intake, ledger: Ledger, data: bytes, packing: str
) -> None:
    good, path = tmp_path / "good.jsonl", tmp_path / f"photo.{packing}"
    good.write_bytes(lines(1)[0])
    path.write_bytes(PACKED[packing](data))
    with pytest.raises(
        BadInput, match=r"photo\.\w+ is (no recording \(JSON lines, also|packed with bzip2)"
    ) as caught:
        list(ingest([str(good), str(path)], intake))
    assert packing != "jsonl" or ("bzip2" in str(caught.value)) == data.startswith(b"BZh")
    with ledger.read() as connection:
        assert sum(inbox.counts(connection).values()) == 0


def test_a_recorded_message_without_its_time_is_parked_if_it_concerns_us(
    tmp_path: Path, intake: Intake, ledger: Ledger
) -> None:
    ours, fedora = tag_message("foo-1-1.el9", "epel9", at=NOW), tag_message("foo-1-1.fc44", "f44", at=NOW)
    path = tmp_path / "recording.jsonl"
    path.write_bytes(b"".join(line_of(one | {"headers": {}}) for one in (ours, fedora)))
    assert one_file(path, intake).taken == Taken(parked=1, not_followed=1)
    with ledger.read() as connection:
        (parked,) = inbox.listed(connection, inbox.PARKED, 10)
    assert "does not say when it was sent" in str(parked.error)
    # It can still come with its time.
    path.write_bytes(line_of(ours))
    assert one_file(path, intake).taken == Taken(new=1)


def test_an_empty_recording_is_no_problem(tmp_path: Path, intake: Intake) -> None:
    for name in ("empty.jsonl", "empty.gz"):
        (tmp_path / name).touch()
        assert one_file(tmp_path / name, intake) == FileTaken(str(tmp_path / name), Taken())


def test_progress_is_told_after_each_batch(tmp_path: Path, intake: Intake) -> None:
    path = tmp_path / "recording.jsonl"
    path.write_bytes(b"".join(lines(1200)))
    told: list[tuple[int, int | None, int]] = []
    list(ingest([str(path)], intake, lambda _name, read, size, taken: told.append((read, size, taken.total))))
    size = path.stat().st_size
    assert [total for _, _, total in told] == [500, 1000, 1200]
    assert [one_size for _, one_size, _ in told] == [size] * 3
    assert told[-1][0] == size


def test_a_recording_can_be_read_without_taking_it_in(tmp_path: Path) -> None:
    path = tmp_path / "recording.zst"
    path.write_bytes(PACKED["zst"](b"".join(lines(3))))
    recording = Recording(str(path))
    assert list(recording.lines()) == lines(3)
    recording.close()
