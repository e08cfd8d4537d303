# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever goes wrong is one sentence on stderr that says what to do, and a status to be trusted."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from epelbot.bootstrap import RealWiring
from epelbot.cli import run
from epelbot.cli.app import CANNOT_KNOW, FINE, NO, USAGE
from tests.e2e.conftest import ROOT, Shell
from tests.e2e.waiting import wait_until


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["lifetime", "--collection", "epel9", "--entered", "2026-13-12"], "'2026-13-12' is no day"),
        (["lifetime", "--collection", "epel9", "--entered", "20261112"], "'20261112' is no day"),
        (["lifetime", "--collection", "epel9", "--entered", "2026-W48-1"], "'2026-W48-1' is no day"),
        (["reject", "x", "--reason"], "'--reason' requires an argument; see 'epelbot reject --help'"),
        (["outbox", "list", "--status"], "requires an argument; see 'epelbot outbox list --help'"),
        (["demo", "--keep", "."], ". is not empty; name a new folder"),
        (["lifetime", "--collection", "epel9", "--entered", "2030-01-01"], "after today, 2026-11-23"),
        (["lifetime", "--collection", "epel6", "--entered", "2026-01-01"], "'epel6' is no EPEL collection"),
        (["lifetime", "--collection", "epel9"], "missing option '--entered'"),
        (["explain", "x", "--collection", "epel9-next"], "'epel9-next' is no EPEL collection"),
        (["verify-build", "libfoo"], "'libfoo' is not a name-version-release"),
        (["verify-build", "nowhere/x.rpm"], "nowhere/x.rpm cannot be read"),
        (["ingest", "nowhere.jsonl"], "nowhere.jsonl cannot be read"),
        (["calendar", "--major", "6"], "the calendar holds no RHEL 6; give one of 7, 8, 9, 10"),
        (["inbox", "show", "nobody"], "no message 'nobody' is in the inbox"),
        (["inbox", "retry"], "say which messages to retry"),
        (["outbox", "show", "7"], "there is no number 7 in the outbox"),
        (["outbox", "list", "--status", "lost"], "'lost' is not one of"),
        (["--config", "nowhere.toml", "queue"], "nowhere.toml cannot be read"),
    ],
)
def test_a_wrong_word_is_named_and_the_status_is_2(
    shell: Shell, arguments: list[str], complaint: str
) -> None:
    done = shell(*arguments)
    assert complaint in done.complaint
    assert done.status == USAGE


def test_an_unknown_package_is_a_no(shell: Shell) -> None:
    done = shell("explain", "nosuch")
    assert (done.status, "nosuch is not known" in done.complaint) == (NO, True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[work", "is not valid TOML"),
        ("[work]\nlease = 3", "unknown key 'lease' in [work]: the valid ones are lease_seconds"),
        ("[work]\nlease_seconds = 'x'", "work.lease_seconds is 'x' but must be a whole number"),
        ("[policy]\nprofile = 'strict'", "no policy profile 'strict'"),
        ("[policy]\ncalendar = '/nowhere/calendar.toml'", "/nowhere/calendar.toml cannot be read"),
        ("[database]\nurl = 'oracle://x'", "database.url cannot be used"),
        (
            "[database]\npassword_file = '/nowhere/word'",
            "database.password_file: /nowhere/word cannot be read",
        ),
    ],
)
def test_wrong_settings_are_told_with_their_file_or_key(
    shell: Shell, tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "epelbot.toml"
    path.write_text(text)
    done = shell("config", "check", EPELBOT_CONFIG=str(path))
    assert complaint in done.complaint
    assert done.status == USAGE


def test_a_source_that_is_down_is_a_cannot_know(shell: Shell) -> None:
    done = shell("verify-build", "libfoo-1.2-3.el9", EPELBOT_SOURCES__KOJI__HUB="http://127.0.0.1:9/kojihub")
    assert "127.0.0.1:9 can't be reached" in done.complaint
    assert done.status == CANNOT_KNOW


def test_a_database_that_is_away_is_a_cannot_know_and_its_password_stays_unsaid(shell: Shell) -> None:
    pytest.importorskip("psycopg")
    done = shell("queue", EPELBOT_DATABASE__URL="postgresql+psycopg://me:geheim@127.0.0.1:9/epelbot")
    assert "is not available" in done.complaint
    assert "geheim" not in done.complaint
    assert done.status == CANNOT_KNOW


def test_a_state_folder_that_cannot_be_made_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = shell("queue", XDG_STATE_HOME=str(tmp_path / "file"))
    assert "cannot be made" in done.complaint
    assert done.status == USAGE


def test_debug_shows_the_traceback_before_the_sentence(shell: Shell) -> None:
    done = shell("--debug", "--config", "nowhere.toml", "queue")
    assert "Traceback" in done.err
    assert done.err.splitlines()[-1].startswith("epelbot: nowhere.toml cannot be read")
    assert done.status == USAGE


class TestADefect:
    class Broken(RealWiring):
        @property
        def settings(self) -> NoReturn:
            raise KeyError("a fault\nof ours")

    def test_is_no_answer_and_asks_to_be_reported(
        self, capsys: pytest.CaptureFixture[str], shell: Shell
    ) -> None:
        del shell
        assert run(self.Broken, ["db", "status"]) == CANNOT_KNOW
        said = capsys.readouterr().err
        assert said.startswith("epelbot: this is a fault in epelbot (KeyError")
        assert said.count("\n") == 1

    def test_shows_its_traceback_after_debug(self, capsys: pytest.CaptureFixture[str], shell: Shell) -> None:
        del shell
        assert run(self.Broken, ["--debug", "db", "status"]) == CANNOT_KNOW
        assert "Traceback" in capsys.readouterr().err


class TestOutput:
    def test_a_reader_that_has_enough_is_no_failure(self, shell: Shell) -> None:
        process = shell.process("calendar", "--json", stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        with process.stderr:
            assert process.stderr.read() == ""
        assert process.wait(60) == FINE

    def test_a_full_disk_under_the_output_is_told(self, shell: Shell) -> None:
        with Path("/dev/full").open("w") as full:
            done = shell.finished("calendar", stdout=full)
        assert done.status == CANNOT_KNOW
        assert (
            done.err == "epelbot: the output cannot be written or read: No space left on device; mend that\n"
        )

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    def test_a_closed_stream_is_no_failure(self, shell: Shell, closed: str) -> None:
        assert _in_sh(shell, f"calendar {closed}").returncode == FINE

    def test_a_closed_stdin_is_no_recording(self, shell: Shell) -> None:
        done = _in_sh(shell, "ingest - <&-")
        assert (done.returncode, done.stderr) == (
            USAGE,
            "epelbot: standard input is closed; give a recording, or pipe one in\n",
        )

    def test_no_colours_go_into_a_pipe(self, shell: Shell) -> None:
        assert "\x1b" not in shell("calendar").out

    def test_colours_are_for_terminals_whose_user_has_not_said_no(self, shell: Shell) -> None:
        on_terminal = {"TERM": "xterm", "COLUMNS": "80", "NO_COLOR": ""}
        assert b"\x1b[32mok" in _on_a_terminal(shell, on_terminal, "doctor")
        assert b"\x1b[" not in _on_a_terminal(shell, on_terminal | {"NO_COLOR": "1"}, "doctor")
        assert b"\x1b[" not in _on_a_terminal(shell, on_terminal | {"TERM": "dumb"}, "doctor")

    def test_ctrl_c_ends_a_command_without_a_traceback(self, shell: Shell) -> None:
        # What a shell started in the background ignores Ctrl-C, and so would all that we start.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            process = shell.process("ingest", "-", stdin=subprocess.PIPE)
        finally:
            signal.signal(signal.SIGINT, before)
        try:
            database = shell.home / "epelbot" / "epelbot.db"
            wait_until(database.exists)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 130
        assert "Traceback" not in said


def _in_sh(shell: Shell, line: str) -> subprocess.CompletedProcess[str]:
    """What a line for the shell does, for only a shell can close a stream."""
    command = ["sh", "-c", f'exec "$0" -m epelbot {line}', sys.executable]
    return subprocess.run(command, cwd=shell.home, capture_output=True, text=True, timeout=60, check=False)


def _on_a_terminal(shell: Shell, environment: dict[str, str], *arguments: str) -> bytes:
    """What a command writes to a terminal."""
    master, slave = pty.openpty()
    process = shell.process(*arguments, stdout=slave, stderr=slave, environment=environment)
    os.close(slave)
    written = b""
    try:
        while piece := os.read(master, 65536):
            written += piece
    except OSError:
        # Linux's way to say that the other end is closed.
        pass
    finally:
        os.close(master)
    assert process.wait(60) == FINE
    return written


def test_python_dash_m_and_the_entry_point_are_the_same_command(shell: Shell) -> None:
    through_entry = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from epelbot.bootstrap import main; sys.exit(main())",
            "calendar",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert through_entry.stdout == shell.finished("calendar").out
