# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages for people agree with the code, with each other, and with what is deployed."""

from __future__ import annotations

import ast
import enum
import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

from epelbot.bootstrap import RealWiring
from epelbot.cli import run
from epelbot.domain.profile import Profile
from epelbot.domain.retirement import State
from epelbot.domain.verdict import Verdict
from epelbot.faults import POINTS
from epelbot.ledger import outbox
from epelbot.policy.registry import RULES
from epelbot.policy.rule import Rule
from epelbot.settings import Settings, flat
from epelbot.translate.topics import BINDINGS, TRANSLATORS
from epelbot.typed_table import typed
from tests.unit import commands_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
UNITS = tuple(sorted((ROOT / "deploy" / "systemd").glob("*.service")))
DECISIONS = tuple(sorted((DOCS / "decisions").glob("[0-9]*.md")))
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))

COMMANDS = commands_page.all_commands()
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\[[^]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _prose(path: Path) -> str:
    """A page without what stands in fences."""
    return _FENCE.sub("", _text(path))


def _section(path: Path, heading: str) -> str:
    """What stands under a heading, up to the next of its rank or higher."""
    prose = _prose(path)
    found = next((one for one in _HEADING.finditer(prose) if one[2] == heading), None)
    assert found is not None, f"{_name(path)} has no heading {heading!r}"
    rest = prose[found.end() :]
    end = next((one.start() for one in _HEADING.finditer(rest) if len(one[1]) <= len(found[1])), None)
    return rest[:end]


def _rows(text: str) -> Iterator[list[str]]:
    """The cells of a page's tables, without their heads."""
    lines = text.splitlines()
    for before, line in pairwise(["", *lines]):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        ruled = set(line) <= set("|- ")
        if line.startswith("|") and not ruled and before.startswith("|"):
            yield cells


def _first_cells(text: str) -> list[str]:
    """The code in the first cells of a page's tables."""
    return [cells[0].strip("`") for cells in _rows(text) if cells[0].startswith("`")]


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    assert _text(commands_page.PAGE) == commands_page.page(), (
        "run 'python -m tests.unit.commands_page' and look at what changed"
    )


# Commands that are shown.


@dataclass(frozen=True, slots=True)
class Shown:
    """A command line on a page; ``whole`` if it is meant to be typed as it stands."""

    page: str
    words: tuple[str, ...]
    whole: bool


def _shown(program: str) -> Iterator[Shown]:
    for page in PAGES:
        if page == commands_page.PAGE:
            continue
        spans = [(span, False) for span in _SPAN.findall(_prose(page))]
        lines = [
            (piece, True)
            for language, block in _FENCE.findall(_text(page))
            if language == "sh"
            for line in block.splitlines()
            for piece in re.split(r"[|;]", line.partition(" #")[0])
        ]
        for text, whole in [*spans, *lines]:
            words = _words(text)
            if words[:1] == [program] and len(words) > 1:
                yield Shown(_name(page), tuple(words[1:]), whole)


def _words(text: str) -> list[str]:
    bare = text.replace("/opt/epelbot/bin/", "").strip()
    return re.findall(r"'[^']*'|\"[^\"]*\"|\S+", bare)


EPELBOT_SHOWN = tuple(_shown("epelbot"))


def test_many_commands_are_shown() -> None:
    assert len(EPELBOT_SHOWN) > 60
    assert sum(one.whole for one in EPELBOT_SHOWN) > 25


@pytest.mark.parametrize("shown", EPELBOT_SHOWN, ids=lambda one: f"{one.page}: {' '.join(one.words)}")
def test_a_command_that_is_shown_exists(shown: Shown) -> None:
    words = [word for word in shown.words if word not in ("…", "...")]
    while words and words[0].startswith("-"):
        # Options of epelbot itself; --config takes a value.
        words = words[2:] if words[0] == "--config" else words[1:]
    name = "epelbot"
    while words and f"{name} {words[0]}" in COMMANDS:
        name = f"{name} {words.pop(0)}"
    command = COMMANDS[name]
    assert name != "epelbot" or not words, f"there is no command 'epelbot {words[0]}'"
    if isinstance(command, click.Group) and not command.invoke_without_command:
        assert not words, f"there is no command '{name} {words[0]}'"
        assert not shown.whole or shown.words == ("--version",), f"'{name}' alone does nothing"
    elif shown.whole:
        # Parsed as click would, without running it: options, arguments and their types must be right.
        command.make_context(name, [_example(word) for word in words])
    else:
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}


def _example(word: str) -> str:
    """A word as somebody would type it: placeholders are in capitals."""
    return {"NUMBER": "1", "DAY": "2026-10-01"}.get(word, word.strip("'\""))


def test_what_is_made_is_a_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    shown = {one.words[0] for one in _shown("make")}
    assert shown <= targets
    assert {"demo", "test", "check"} <= shown
    readme = {one.words[0] for one in _shown("make") if one.page == "README.md" and one.whole}
    assert readme == {"demo", "test"}


def test_the_readme_shows_what_the_demo_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The command sets up the log of the whole process.
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.WARNING)
    assert run(OnThatDay, ["demo", "--keep", str(tmp_path / "demo")]) == 0
    printed = capsys.readouterr().out.splitlines()
    [block] = [block for language, block in _FENCE.findall(_text(ROOT / "README.md")) if language == "text"]
    for piece in block.removesuffix("...\n").split("...\n"):
        lines = piece.splitlines()
        at = printed.index(lines[0])
        assert printed[at : at + len(lines)] == lines


class OnThatDay(RealWiring):
    """On the day on which the README was written."""

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC)


# Settings.


def _toml(value: Any) -> str:
    """A value as a settings file has it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def test_every_setting_is_on_the_page_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "$XDG_STATE_HOME")
    profile = flat(Profile())
    del profile["name"]
    wanted = [*flat(Settings()).items(), *profile.items()]
    rows = list(_rows(_text(DOCS / "reference" / "settings.md")))
    assert [(cells[0].strip("`"), cells[1]) for cells in rows] == [
        (name, _toml(value)) for name, value in wanted
    ]
    assert all(len(cells) == 3 and cells[2].endswith(".") for cells in rows)


def test_each_section_of_the_settings_has_a_heading() -> None:
    headings = re.findall(r"^## `\[(\w+)\]`", _text(DOCS / "reference" / "settings.md"), re.MULTILINE)
    assert headings == list(dict.fromkeys(name.partition(".")[0] for name in flat(Settings())))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_setting_that_is_named_exists(page: Path) -> None:
    profile = flat(Profile())
    known = {*flat(Settings()), *profile}
    sections = {name.partition(".")[0] for name in known if "." in name}
    for span in _SPAN.findall(_prose(page)):
        found = re.fullmatch(r"([a-z]+)(\.[a-z_]+)+(?: = .+)?", span)
        if found and found[1] in sections and not span.endswith((".py", ".toml", ".md")):
            name = span.partition(" = ")[0]
            assert name in known or any(one.startswith(f"{name}.") for one in known), f"{name} is no setting"


@pytest.mark.parametrize("page", [*PAGES, *UNITS, ROOT / "deploy" / "Containerfile"], ids=_name)
def test_an_environment_variable_that_is_named_is_a_setting(page: Path) -> None:
    known = {f"EPELBOT_{name.upper().replace('.', '__')}" for name in flat(Settings())}
    named = set(re.findall(r"EPELBOT_[A-Z_]*[A-Z]", _text(page)))
    assert {one for one in named if not one.startswith("EPELBOT_TEST_")} <= known | {
        "EPELBOT_CONFIG",
        "EPELBOT_FAULT",
    }


def test_settings_that_are_shown_whole_can_be_loaded() -> None:
    shown = [block for language, block in _FENCE.findall(_text(DOCS / "operators.md")) if language == "toml"]
    assert shown
    for block in shown:
        typed(Settings, tomllib.loads(block), "operators.md")


# Rules, verdicts, states.

RULES_PAGE = DOCS / "reference" / "rules.md"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_explained_in_the_words_that_it_uses(rule: Rule) -> None:
    section = _section(RULES_PAGE, f"{rule.id} {rule.title}")
    assert f"**Required:** {rule.required}." in section
    assert f"**May waive:** {rule.waivable_by or 'nobody'}." in section
    for part in ("**Measured.**", "**Verdict:**", "**Remedy:**", "**Misconceptions**"):
        assert part in section or (rule.id, part) == ("R4", "**Misconceptions**")


def test_the_rules_are_all_and_in_reading_order() -> None:
    overview = re.findall(r"^\| \[(\w+)\]", _text(RULES_PAGE), re.MULTILINE)
    sections = re.findall(r"^## ([LRVA]\d) ", _text(RULES_PAGE), re.MULTILINE)
    assert overview == sections == [rule.id for rule in RULES]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("Verdicts", Verdict), ("States of a retirement", State)],
    ids=["verdicts", "states"],
)
def test_every_verdict_and_state_is_explained(heading: str, kind: type[enum.Enum]) -> None:
    explained = _first_cells(_section(RULES_PAGE, heading))
    assert sorted(explained) == sorted(one.value for one in kind)
    if kind is Verdict:
        assert explained == [one.value for one in Verdict], "from best to worst"


def test_every_status_in_the_outbox_is_explained() -> None:
    explained = _first_cells(_section(DOCS / "release-manager.md", "The outbox"))
    assert set(explained) == {
        outbox.HELD,
        outbox.DUE,
        outbox.SENT,
        outbox.PARKED,
        outbox.DISCARDED,
        outbox.SUPERSEDED,
    }


# The bus, and where we pull the plug.

TOPICS_PAGE = DOCS / "reference" / "topics.md"


def test_every_topic_is_on_the_page_with_its_publishers_class() -> None:
    shown = [(cells[0].strip("`"), cells[1].strip("`")) for cells in _rows(_section(TOPICS_PAGE, "Topics"))]
    assert shown == [(event, published.__name__) for event, published, _ in TRANSLATORS]


def test_the_routing_keys_are_the_same_wherever_they_are_written() -> None:
    [block] = [block for language, block in _FENCE.findall(_text(TOPICS_PAGE)) if language == "text"]
    assert tuple(block.split()) == BINDINGS
    for file in ("fedora-public.toml", "private.toml"):
        shipped = tomllib.loads(_text(ROOT / "config" / "bus" / file))
        assert [tuple(one["routing_keys"]) for one in shipped["bindings"]] == [BINDINGS]


def test_every_fault_point_is_on_the_page() -> None:
    shown = _first_cells(_section(DOCS / "guarantees.md", "Where we pull the plug"))
    assert shown == list(POINTS)


def test_a_guarantee_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", _text(DOCS / "guarantees.md"))
    assert len(named) > 20
    missing = [f"{file}::{test}" for file, test in named if test not in _functions(ROOT / file)]
    assert not missing


def _functions(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {one.name for one in ast.walk(ast.parse(_text(file))) if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("heading", ["What comes in", "What is concluded", "What goes out"])
def test_every_guarantee_has_a_test_behind_it(heading: str) -> None:
    paragraphs = [one for one in _section(DOCS / "guarantees.md", heading).split("\n\n") if one.strip()]
    assert all("**" in one and "::test_" in one for one in paragraphs)


# The pages themselves.


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub and Forgejo make of headings."""
    plain = [
        re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", one[2]).lower() for one in _HEADING.finditer(_prose(page))
    ]
    return {re.sub(r"[^\w\- ]", "", one).strip().replace(" ", "-") for one in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        assert target.is_file(), f"{link} leads nowhere"
        if anchor:
            assert anchor in _anchors(target), f"{_name(target)} has no heading for #{anchor}"


def test_every_page_can_be_found_from_the_index() -> None:
    found, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in found or page.suffix != ".md":
            continue
        found.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(_prose(page)) if "://" not in link)
        waiting.extend((page.parent / link).resolve() for link in links if link)
    assert set(DOCS.rglob("*.md")) <= found


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_are_there(page: Path) -> None:
    tops = {"epelbot", "tests", "config", "deploy", "docs", "migrations", "requirements"}
    for span in _SPAN.findall(_prose(page)):
        path = span.partition("::")[0]
        if (
            re.fullmatch(r"[\w./-]+", path)
            and "/" in path
            and path.partition("/")[0] in tops
            and "YOUR_" not in path
        ):
            assert (ROOT / path).exists(), f"{path} is not there"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_somebodys_machine(page: Path) -> None:
    assert not re.search(
        r"(?<![\w.])/(work|tmp|root|home/\w+)/|pypi\.org/simple|10\.\d+\.\d+\.\d+", _text(page)
    )


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_begins_with_its_licence_and_one_title(page: Path) -> None:
    assert _text(page).startswith(
        "<!--\nSPDX-FileCopyrightText: epelbot contributors\nSPDX-License-Identifier: GPL-3.0-or-later\n"
    )
    ranks = [len(one[1]) for one in _HEADING.finditer(_prose(page))]
    assert ranks.count(1) == 1
    assert ranks[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(ranks)), "a heading skips a rank"


@pytest.mark.parametrize("number", range(1, len(DECISIONS) + 1))
def test_a_decision_has_its_four_parts(number: int) -> None:
    page = DECISIONS[number - 1]
    assert page.name.startswith(f"{number:04}-")
    text = _text(page)
    assert re.search(rf"^# {number}\. \S", text, re.MULTILINE)
    assert re.search(
        r"^\*\*Status:\*\* (accepted|replaced by \[.+\]\(.+\)), \d{4}-\d\d-\d\d$", text, re.MULTILINE
    )
    assert [one[2] for one in _HEADING.finditer(text)][1:] == ["Context", "Decision", "Consequences"]
    assert all(len(_section(page, part).split()) > 10 for part in ("Context", "Decision", "Consequences"))
    assert f"]({page.name})" in _text(DOCS / "decisions" / "index.md")


# What is deployed.


@pytest.mark.parametrize("unit", UNITS, ids=_name)
def test_a_unit_starts_a_command_that_runs_on_and_on(unit: Path) -> None:
    text = _text(unit)
    [command] = re.findall(r"^ExecStart=/usr/bin/(.+)$", text, re.MULTILINE)
    assert command in ("epelbot run", "epelbot consume", "epelbot work")
    assert command in COMMANDS
    # 2: usage or configuration error, which no restart mends.
    assert "RestartPreventExitStatus=2\n" in text


def test_the_units_keep_the_ledger_where_they_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    for unit in UNITS:
        kept: Mapping[str, str] = dict(re.findall(r"(\w+)=(\S+)", _text(unit)))
        monkeypatch.setenv("XDG_STATE_HOME", kept["XDG_STATE_HOME"])
        assert (
            Settings().database.url
            == f"sqlite:///{kept['XDG_STATE_HOME']}/{kept['StateDirectory']}/epelbot.db"
        )
        assert Settings().database.url == "sqlite:////var/lib/epelbot/epelbot.db"
        assert Settings().database.url in _text(DOCS / "operators.md")


def test_the_container_starts_the_whole_bot() -> None:
    text = _text(ROOT / "deploy" / "Containerfile")
    assert 'ENTRYPOINT ["epelbot"]' in text
    [argument] = re.findall(r'^CMD \["(\w+)"\]$', text, re.MULTILINE)
    assert f"epelbot {argument}" in COMMANDS


def test_the_operators_install_what_the_makefile_and_the_container_install() -> None:
    wanted = ("--require-hashes -r requirements/build.lock", "--no-build-isolation --use-pep517", "--no-deps")
    for file in (
        DOCS / "operators.md",
        DOCS / "dependencies.md",
        ROOT / "Makefile",
        ROOT / "deploy" / "Containerfile",
    ):
        assert all(one in _text(file) for one in wanted), _name(file)
