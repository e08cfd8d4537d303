# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings: from one file and the environment, each value of its type, each mistake one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.errors import ConfigError
from epelbot.settings import Settings, flat, load, load_with_origins, variable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "epelbot.toml"


def test_without_a_file_the_defaults_hold_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    settings = load(None, {})
    assert settings.database.url == "sqlite:////state/epelbot/epelbot.db"
    assert (settings.sources.online, settings.deliver.mail) == (False, "hold")


def test_the_file_named_wins_over_the_environment_s(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    file.write_text("[work]\nlease_seconds = 60\n")
    other.write_text("[work]\nlease_seconds = 90\n")
    assert load(file, {"EPELBOT_CONFIG": str(other)}).work.lease_seconds == 60
    assert load(None, {"EPELBOT_CONFIG": str(other)}).work.lease_seconds == 90


def test_a_variable_wins_over_the_file_and_leaves_the_rest_of_it(file: Path) -> None:
    file.write_text("[work]\nlease_seconds = 60\nbatch_messages = 7\n")
    work = load(file, {"EPELBOT_WORK__LEASE_SECONDS": "90"}).work
    assert (work.lease_seconds, work.batch_messages) == (90, 7)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("smtp.starttls", "true", True),
        ("smtp.starttls", "0", False),
        ("work.poll_seconds", "0.5", 0.5),
        ("deliver.mail", "send", "send"),
        ("policy.in_force_from", "2027-01-01", date(2027, 1, 1)),
        ("sources.koji.hub", "http://koji.example/", "http://koji.example/"),
        ("bus.lists", " epel-devel , test ,", ("epel-devel", "test")),
        ("bus.lists", "", ()),
    ],
)
def test_text_from_the_environment_becomes_a_value_of_the_setting_s_type(
    name: str, text: str, value: object
) -> None:
    loaded = load_with_origins(None, {variable(tuple(name.split("."))): text})
    assert flat(loaded.settings)[name] == value
    assert loaded.origins[name].startswith("EPELBOT_")


def test_every_value_knows_where_it_comes_from(file: Path) -> None:
    file.write_text("[work]\nlease_seconds = 60\n[sources.koji]\nmax_age_hours = 9\n")
    loaded = load_with_origins(file, {"EPELBOT_SOURCES__KOJI__MAX_AGE_HOURS": "8"})
    assert loaded.file == str(file)
    others = {name: origin for name, origin in loaded.origins.items() if origin != "default"}
    assert others == {
        "work.lease_seconds": str(file),
        "sources.koji.max_age_hours": "EPELBOT_SOURCES__KOJI__MAX_AGE_HOURS",
    }
    assert loaded.origins.keys() == flat(Settings()).keys()


@pytest.mark.parametrize("name", ["EPELBOT_FAULT", "EPELBOT_TEST_AMQP", "EPELBOT_CONFIG", "EPEL_WORK__X"])
def test_variables_that_are_no_settings_are_passed_over(name: str, file: Path) -> None:
    file.write_text("")
    assert load(None, {name: str(file)}) == Settings()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("work = 3", "work is 3 but must be a section, [work]"),
        ("[work]\nlease_seconds = 'x'", "work.lease_seconds is 'x' but must be a whole number"),
        ("[work]\nlease_seconds = true", "work.lease_seconds is true but must be a whole number"),
        ("[work]\npoll_seconds = 'x'", "work.poll_seconds is 'x' but must be a number"),
        ("[work]\nlease_seconds = 0", "wrong in [work]: lease_seconds must be at least 1, not 0"),
        ("[smtp]\nstarttls = 1", "smtp.starttls is 1 but must be true or false"),
        ("[smtp]\nhost = 1", "smtp.host is 1 but must be text in quotes"),
        ("[deliver]\nmail = 'maybe'", 'deliver.mail is \'maybe\' but must be "hold" or "send"'),
        ("[bus]\nlists = 'a'", "bus.lists is 'a' but must be a list in [brackets]"),
        ("[bus]\nlists = ['a', 3]", "bus.lists[1] is 3 but must be text in quotes"),
        ("[policy]\nin_force_from = 'soon'", "policy.in_force_from is 'soon' but must be a day"),
        (
            "[work]\nlease = 3",
            "unknown key 'lease' in [work]: the valid ones are lease_seconds, poll_seconds",
        ),
        ("[sources.koji]\nurl = ''", "unknown key 'url' in [sources.koji]: the valid ones are hub, files"),
        ("origin = 'x'", "unknown key 'origin': the valid ones are database, bus"),
        ("[work", "is not valid TOML"),
        ("a = " + "[" * 3000, "is not valid TOML"),
        (f"[work]\nlease_seconds = '{'x' * 5000}'", "xxx… but must be a whole number"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_sentence(file: Path, text: str, complaint: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    said = str(refused.value)
    assert complaint in said
    assert said.startswith(str(file))
    assert "\n" not in said
    assert "origin," not in said


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        (
            {"EPELBOT_WORK__LEASE_SECONDS": "x"},
            "EPELBOT_WORK__LEASE_SECONDS is 'x' but must be a whole number",
        ),
        ({"EPELBOT_WORK__LEASE_SECONDS": "0"}, "lease_seconds must be at least 1, not 0"),
        (
            {"EPELBOT_WORK__LEASE": "1"},
            "unknown key EPELBOT_WORK__LEASE: the valid ones are EPELBOT_WORK__LEASE_SEC",
        ),
        ({"EPELBOT_WORKS": "1"}, "unknown key EPELBOT_WORKS: the valid ones are EPELBOT_DATABASE__…"),
        ({"EPELBOT_WORK": "1"}, "EPELBOT_WORK is '1' but must be a section"),
        ({"EPELBOT_WORK": "1", "EPELBOT_WORK__X": "1"}, "EPELBOT_WORK__X contradicts another variable"),
        ({"EPELBOT_CONFIG": "/nowhere/x.toml"}, "/nowhere/x.toml cannot be read: No such file"),
    ],
)
def test_what_is_wrong_with_the_environment_is_one_sentence(
    environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(None, environment)
    assert complaint in str(refused.value)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_whatever_a_file_holds_it_is_settings_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_text(text, encoding="utf-8")
    # The message of any other error, or settings that are not the defaults, would not begin like this.
    try:
        said = f"{path}: {load(path, {}) == Settings()}"
    except ConfigError as refused:
        said = str(refused)
    assert said.startswith(str(path))
    assert not said.endswith("False")


def test_a_password_comes_from_its_file(file: Path, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("p@ss/w:rd\n")
    file.write_text(
        f'[database]\nurl = "postgresql+psycopg://me@db.example/epelbot"\npassword_file = "{tmp_path}/word"\n'
        f'[smtp]\npassword_file = "{tmp_path}/word"\n'
    )
    settings = load(file, {})
    assert settings.database.url_with_password == "postgresql+psycopg://me:p%40ss%2Fw%3Ard@db.example/epelbot"
    assert settings.smtp.password == "p@ss/w:rd"
