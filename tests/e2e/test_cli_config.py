# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot config`: from nothing to settings that are right."""

from __future__ import annotations

import re
import tomllib
import uuid
from pathlib import Path

import pytest

from epelbot.cli.app import FINE, USAGE
from epelbot.settings import Settings, flat, load
from epelbot.shipped import config_folder
from epelbot.wording.settings_text import settings_example
from tests.e2e.conftest import Shell

SPDX = "# SPDX-FileCopyrightText: epelbot contributors\n# SPDX-License-Identifier: GPL-3.0-or-later\n\n"


class TestInit:
    def test_writes_an_example_that_changes_nothing_yet(self, shell: Shell, tmp_path: Path) -> None:
        done = shell("config", "init", tmp_path / "mine.toml")
        assert (done.status, done.err) == (FINE, "")
        assert load(tmp_path / "mine.toml", {}) == Settings()

    def test_without_a_name_it_writes_into_this_folder(self, shell: Shell, tmp_path: Path) -> None:
        assert shell("config", "init").out == "Written: epelbot.toml\n"
        assert (tmp_path / "epelbot.toml").exists()

    def test_every_key_of_the_example_can_be_uncommented(self, tmp_path: Path) -> None:
        text = re.sub(r"^#(?! )", "", settings_example(), flags=re.MULTILINE)
        (tmp_path / "all.toml").write_text(text)
        given = load(tmp_path / "all.toml", {})
        others = {name for name, value in flat(given).items() if flat(Settings())[name] != value}
        assert others == {"database.url", "policy.in_force_from", "sources.repodata.cache"}
        assert flat(given).keys() == _names(tomllib.loads(text))

    def test_the_shipped_example_is_this_one(self) -> None:
        shipped = (config_folder() / "epelbot.example.toml").read_text()
        assert shipped == SPDX + settings_example(), (
            "write it anew with 'epelbot config init', under its header"
        )

    def test_overwrites_nothing_without_force(self, shell: Shell, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text("# precious\n")
        path.chmod(0o600)
        done = shell("config", "init", path)
        assert (done.status, "--force" in done.complaint) == (USAGE, True)
        assert path.read_text() == "# precious\n"
        assert shell("config", "init", path, "--force").status == FINE
        assert "[database]" in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o600

    def test_writes_both_files_or_none(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text("")
        assert shell("config", "init", tmp_path / "mine.toml", "--bus", tmp_path / "bus.toml").status == USAGE
        assert not (tmp_path / "bus.toml").exists()

    def test_bus_settings_get_a_queue_of_their_own_and_are_named(self, shell: Shell, tmp_path: Path) -> None:
        bus, mine = tmp_path / "etc" / "bus.toml", tmp_path / "mine.toml"
        assert shell("config", "init", mine, "--bus", bus).status == FINE
        told = tomllib.loads(bus.read_text())
        (queue,) = told["queues"]
        assert uuid.UUID(queue).version == 4
        assert [one["queue"] for one in told["bindings"]] == [queue]
        assert load(mine, {}).bus.config == str(bus)

    def test_bus_settings_alone(self, shell: Shell, tmp_path: Path) -> None:
        done = shell("config", "init", "--bus", "bus.toml")
        assert f"config = '{tmp_path}/bus.toml' under [bus]" in " ".join(done.out.split())
        assert sorted(one.name for one in tmp_path.iterdir()) == ["bus.toml", "home"]

    def test_a_place_that_cannot_be_written_is_named(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        done = shell("config", "init", tmp_path / "file" / "mine.toml")
        assert "cannot be written" in done.complaint
        assert done.status == USAGE


class TestCheck:
    def test_right_settings_are_said_to_be_right(self, shell: Shell, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text("[work]\nlease_seconds = 60\n")
        done = shell("--config", path, "config", "check")
        assert (done.status, done.err) == (FINE, "")
        assert " ".join(done.out.split()).startswith(f"The settings in {path} are right:")

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("[bus]\nconfig = '/nowhere/bus.toml'", "the bus settings /nowhere/bus.toml are missing"),
            ("[smtp]\nusername = 'me'", "go together"),
            ("[smtp]\npassword_file = '/nowhere/word'", "smtp.password_file: /nowhere/word cannot be read"),
        ],
    )
    def test_what_the_settings_name_is_looked_at(
        self, shell: Shell, tmp_path: Path, text: str, complaint: str
    ) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        done = shell("--config", path, "config", "check")
        assert complaint in done.complaint
        assert done.status == USAGE

    def test_it_makes_no_database(self, shell: Shell) -> None:
        assert shell("config", "check").status == FINE
        assert list(shell.home.iterdir()) == []


class TestShow:
    def test_is_toml_with_the_origin_of_what_is_no_default(self, shell: Shell, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text("[work]\nlease_seconds = 60\n[roles]\nrelease_managers = ['smooge']\n")
        done = shell("--config", path, "config", "show", EPELBOT_BUS__LISTS="epel-devel, epel-test")
        shell.golden("config-show.txt", done.out.replace(str(path), "FILE"))
        told = tomllib.loads(done.out)
        assert told["work"]["lease_seconds"] == 60
        assert told["bus"]["lists"] == ["epel-devel", "epel-test"]

    def test_json_names_each_value_s_origin(self, shell: Shell, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text("[work]\nlease_seconds = 60\n")
        told = shell("--config", path, "config", "show", "--json", EPELBOT_WORK__POLL_SECONDS="5").json
        assert told["file"] == str(path)
        assert told["settings"]["work.lease_seconds"] == {"value": 60, "origin": str(path)}
        assert told["settings"]["work.poll_seconds"] == {"value": 5.0, "origin": "EPELBOT_WORK__POLL_SECONDS"}
        assert told["settings"]["work.batch_messages"] == {"value": 200, "origin": "default"}

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql+psycopg://me:geheim@db.example/epelbot",
            "postgresql+psycopg://me:ge@heim:/geheim@db.example/epelbot",
            "postgresql+psycopg://:geheim@db.example/epelbot",
            "postgresql+psycopg://db.example/epelbot?user=me&password=geheim",
            "postgresql+psycopg://db.example/epelbot?sslpassword=geheim&user=me",
        ],
    )
    def test_passwords_are_never_printed(self, shell: Shell, url: str) -> None:
        for options in ([], ["--json"]):
            done = shell("config", "show", *options, EPELBOT_DATABASE__URL=url)
            assert done.status == FINE
            assert "heim" not in done.out
            assert "db.example" in done.out


def _names(table: dict[str, object], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in table.items():
        found |= _names(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found
