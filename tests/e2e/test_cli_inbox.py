# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot ingest` and `epelbot inbox`: what came in, hostile things too."""

from __future__ import annotations

import gzip
import lzma
import os
import pty
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from epelbot.cli.app import CANNOT_KNOW, FINE, USAGE
from epelbot.testing.messages import sync_message, tag_message
from epelbot.testing.recording import line_of
from tests.e2e.conftest import Shell

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
FOLLOWED = line_of(tag_message("libfoo-1-1.el9", "epel9", at=AT))
NOT_FOLLOWED = line_of(tag_message("libfoo-1-1.fc45", "f45", at=AT))
HOSTILE = b'\x1b]0;you are mine\x07 {"no": json\xff\n'
DEEP = (
    b'{"topic": "org.fedoraproject.prod.git.receive", "body": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001 + b"\n"
)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.jsonl"
    path.write_bytes(FOLLOWED + NOT_FOLLOWED + HOSTILE + FOLLOWED)
    return path


def test_every_line_is_new_known_not_followed_or_parked(shell: Shell, recording: Path) -> None:
    told = shell("ingest", "--json", recording).json
    assert (told["new"], told["known"], told["not_followed"], told["parked"]) == (1, 1, 1, 1)
    assert [(one["file"], one["problem"]) for one in told["files"]] == [(str(recording), None)]


def test_several_files_are_counted_one_by_one_and_in_all(
    shell: Shell, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(recording.parent)
    Path("packed.jsonl.gz").write_bytes(gzip.compress(recording.read_bytes()))
    done = shell("ingest", "recording.jsonl", "packed.jsonl.gz")
    assert (done.status, done.err) == (FINE, "")
    shell.golden("ingest.txt", done.out)


@pytest.mark.parametrize(
    ("ending", "pack"),
    [(".gz", gzip.compress), (".xz", lzma.compress), (".zst", zstandard.ZstdCompressor().compress)],
)
def test_compressed_recordings_are_read_as_they_are(
    shell: Shell, tmp_path: Path, ending: str, pack: object
) -> None:
    assert callable(pack)
    path = tmp_path / f"recording.jsonl{ending}"
    path.write_bytes(pack(FOLLOWED))
    assert shell("ingest", "--json", path).json["new"] == 1


def test_stdin_is_a_recording_too(shell: Shell, recording: Path) -> None:
    with recording.open("rb") as lines:
        done = shell.finished("ingest", "--json", "-", stdin=lines)
    assert (done.status, done.json["new"], done.json["parked"]) == (FINE, 1, 1)


def test_a_terminal_sees_progress_on_stderr_and_stdout_stays_one_document(
    shell: Shell, recording: Path
) -> None:
    master, slave = pty.openpty()
    done = shell.finished("ingest", "--json", recording, stderr=slave, environment={"TERM": "xterm"})
    os.close(slave)
    shown = os.read(master, 65536)
    os.close(master)
    assert done.json["new"] == 1
    assert b"kB" in shown


def test_a_damaged_file_gives_what_is_whole_and_a_cannot_know(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(FOLLOWED * 3, compresslevel=0)[: 2 * len(FOLLOWED) + 40])
    done = shell("ingest", "--json", path)
    assert (done.status, done.json["new"], done.json["known"]) == (CANNOT_KNOW, 1, 1)
    assert "cut.jsonl.gz is damaged after 2 whole messages" in done.err


def test_a_wrong_name_leaves_nothing_half_done(shell: Shell, recording: Path) -> None:
    assert shell("ingest", recording, "nowhere.jsonl").status == USAGE
    assert shell("inbox", "list", "--json").json == []


class TestInbox:
    @pytest.fixture(autouse=True)
    def _ingested(self, shell: Shell, tmp_path: Path) -> None:
        path = tmp_path / "recording.jsonl"
        path.write_bytes(FOLLOWED + HOSTILE + DEEP + line_of(sync_message("9", at=AT)))
        assert shell("ingest", path).status == FINE

    def test_list_shows_the_newest_first_with_the_reason_of_what_is_parked(self, shell: Shell) -> None:
        done = shell("inbox", "list")
        assert (done.status, done.err) == (FINE, "")
        shell.golden("inbox-list.txt", done.out)

    def test_list_can_be_narrowed(self, shell: Shell) -> None:
        parked = shell("inbox", "list", "--status", "parked", "--json").json
        assert [one["status"] for one in parked] == ["parked", "parked"]
        assert {"id", "topic", "received_at", "status", "attempts", "error", "bytes"} <= parked[0].keys()
        assert len(shell("inbox", "list", "--limit", "1", "--json").json) == 1

    def test_show_lays_a_message_out(self, shell: Shell) -> None:
        newest = shell("inbox", "list", "--status", "new", "--json").json[0]["id"]
        done = shell("inbox", "show", newest)
        assert done.status == FINE
        assert '\n  "topic": "org.fedoraproject.prod.bodhi.updates.epel.sync"' in done.out
        whole = shell("inbox", "show", newest, "--json").json
        assert whole["payload"]["id"] == newest
        assert whole["text"] is None

    def test_hostile_bytes_reach_neither_terminal_nor_json(self, shell: Shell) -> None:
        for one in shell("inbox", "list", "--status", "parked", "--json").json:
            shown, told = shell("inbox", "show", one["id"]), shell("inbox", "show", one["id"], "--json")
            assert (shown.status, told.status) == (FINE, FINE)
            assert all(letter.isprintable() or letter == "\n" for letter in shown.out + told.out)
            assert told.json["payload"] is None
            assert len(told.json["text"]) >= one["bytes"]

    def test_retry_lets_parked_messages_be_recorded_again(self, shell: Shell) -> None:
        first, second = (one["id"] for one in shell("inbox", "list", "--status", "parked", "--json").json)
        assert "again: 1;" in shell("inbox", "retry", first).out
        assert "again: 1;" in shell("inbox", "retry", "--all").out
        assert shell("inbox", "list", "--status", "parked", "--json").json == []
        assert shell("inbox", "retry", second).status == USAGE

    def test_retry_does_all_or_nothing(self, shell: Shell) -> None:
        first, _ = (one["id"] for one in shell("inbox", "list", "--status", "parked", "--json").json)
        assert shell("inbox", "retry", first, "nobody").status == USAGE
        assert len(shell("inbox", "list", "--status", "parked", "--json").json) == 2
