# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot read-post` on files, as somebody uses it who wonders what the bot will make of a mail."""

from __future__ import annotations

from pathlib import Path

from epelbot.cli.app import FINE, USAGE
from tests.e2e.conftest import Shell

MAIL = b"""From: Ada <ada@example.org>
Date: Mon, 5 May 2031 12:00:00 +0200
Message-ID: <one@example.org>
Subject: Retiring wobble and libwobble from EPEL 8 and EPEL 9

Hi,

upstream has been dead since 2019, and nobody answers there any more.
"""


def a_mail(folder: Path, raw: bytes = MAIL) -> Path:
    mail = folder / "mail.eml"
    mail.write_bytes(raw)
    return mail


def test_a_clear_announcement_is_shown_with_what_it_means(shell: Shell, tmp_path: Path) -> None:
    done = shell("read-post", a_mail(tmp_path))
    assert (done.status, done.err) == (FINE, "")
    shell.golden("read-post-retirement.txt", done.out)


def test_an_unclear_mail_is_shown_with_what_was_understood(shell: Shell, tmp_path: Path) -> None:
    raw = MAIL.replace(b"Subject: ", b"Subject: Re: ").replace(b"Hi", b"I am retiring wobble from EPEL 8")
    done = shell("read-post", a_mail(tmp_path, raw))
    assert (done.status, done.err) == (FINE, "")
    shell.golden("read-post-unsure.txt", done.out)


def test_json_has_the_keys_that_stay(shell: Shell, tmp_path: Path) -> None:
    told = shell("read-post", "--json", a_mail(tmp_path)).json
    assert told["kind"] == "retirement"
    assert told["packages"] == ["wobble", "libwobble"]
    assert told["collections"] == ["epel8", "epel9"]
    assert told["reason_category"] == "unmaintained-upstream"
    assert told["author"] == "Ada <ada@example.org>"
    assert told["reason"].startswith("upstream has been dead")
    assert 0.9 < told["confidence"] <= 1


def test_names_help_to_tell_words_from_packages(shell: Shell, tmp_path: Path) -> None:
    mail = a_mail(tmp_path, MAIL.replace(b"wobble and libwobble", b"time"))
    names = tmp_path / "names"
    names.write_text("time\nwobble\n")
    assert shell("read-post", "--json", mail).json["kind"] == "unsure"
    assert shell("read-post", "--json", "--names", names, mail).json["packages"] == ["time"]


def test_no_ledger_is_made_by_reading(shell: Shell, tmp_path: Path) -> None:
    database = tmp_path / "state" / "e.sqlite"
    url = f"sqlite:///{database}"
    assert shell("read-post", a_mail(tmp_path), EPELBOT_DATABASE__URL=url).status == FINE
    assert not database.exists()


def test_a_ledger_that_cannot_be_asked_is_told_and_stops_nothing(shell: Shell, tmp_path: Path) -> None:
    broken = tmp_path / "e.sqlite"
    broken.write_bytes(b"no database" * 100)
    done = shell("read-post", "--json", a_mail(tmp_path), EPELBOT_DATABASE__URL=f"sqlite:///{broken}")
    assert (done.status, done.json["kind"]) == (FINE, "retirement")
    assert done.err.startswith("epelbot: read without knowing which packages exist: ")


def test_what_is_no_mail_or_not_there_is_a_slip(shell: Shell, tmp_path: Path) -> None:
    assert shell("read-post", tmp_path / "missing.eml").status == USAGE
    assert "no mail" in shell("read-post", a_mail(tmp_path, b"\x89PNG\r\n\x1a\n\0")).complaint
    assert shell("read-post", tmp_path).status == USAGE
    assert shell("read-post", "--names", tmp_path / "missing", a_mail(tmp_path)).status == USAGE


def test_a_mail_may_come_on_stdin(shell: Shell) -> None:
    process = shell.process("read-post", "--json", "-", stdin=-1, stdout=-1)
    out, _ = process.communicate(MAIL.decode())
    assert (process.returncode, '"kind": "retirement"' in out) == (FINE, True)
