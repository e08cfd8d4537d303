# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line as a person meets it: its real entry, real wiring, a SQLite file of its own.

``EPELBOT_TEST_GOLDEN=write`` writes the golden texts anew; read what changed before you commit it.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from epelbot.bootstrap import RealWiring
from epelbot.cli import run

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class WiringOnADay(RealWiring):
    """All is real but the clock, so that a golden text stays true."""

    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document that stands on stdout."""
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one sentence on stderr, without the command's name; nothing may stand on stdout."""
        assert self.out == ""
        assert self.err.startswith("epelbot: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("epelbot: ").rstrip("\n")


@dataclass(frozen=True)
class Shell:
    """Runs commands in a home of their own."""

    home: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: str | Path, **environment: str) -> Done:
        """Run one command in this process, on the 23rd of November 2026."""
        with self.monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            status = run(WiringOnADay, [str(one) for one in arguments])
        out, err = self.capture.readouterr()
        return Done(status, out, err)

    def process(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Start one command as a process of its own, today."""
        environment: Mapping[str, str] = options.pop("environment", {})
        return subprocess.Popen(
            [sys.executable, "-m", "epelbot", *map(str, arguments)],
            cwd=ROOT,
            env=dict(os.environ) | dict(environment),
            text=True,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def finished(self, *arguments: str | Path, **options: Any) -> Done:
        """Run one command as a process of its own, to its end."""
        process = self.process(*arguments, **options)
        out, err = process.communicate(timeout=60)
        return Done(process.returncode, out, err)

    def golden(self, name: str, text: str) -> None:
        """Compare with a text that a person has read; paths of this test are called HOME."""
        text = text.replace(str(self.home), "HOME")
        path = GOLDEN / name
        if os.environ.get("EPELBOT_TEST_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shell]:
    for name in os.environ:
        if name.startswith("EPELBOT_") and not name.startswith("EPELBOT_TEST_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("FEDORA_MESSAGING_CONF", "/nowhere/bus.toml")
    monkeypatch.chdir(tmp_path)
    logs = logging.getLogger()
    handlers, level = logs.handlers[:], logs.level
    try:
        yield Shell(home, capsys, monkeypatch)
    finally:
        logs.handlers[:] = handlers
        logs.setLevel(level)
