# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the command line prints: never cut off, never a terminal's master."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epelbot.cli.output import Column, filled, print_json, print_table, printable

ANY_TEXT = st.text(st.characters())
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
with_capture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@with_capture
@given(value=json_values)
def test_json_means_what_was_given_and_is_printable(
    capsys: pytest.CaptureFixture[str], value: object
) -> None:
    print_json(value)
    out = capsys.readouterr().out
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    assert json.loads(out) == value


@given(ANY_TEXT)
def test_what_is_made_printable_holds_no_control_characters(text: str) -> None:
    assert all(letter.isprintable() or letter == "\n" for letter in printable(text))


WORDS = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=100)


@with_capture
@given(rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4))
def test_a_table_cuts_nothing_off(
    capsys: pytest.CaptureFixture[str], rows: list[tuple[str, str, str]]
) -> None:
    print_table([Column("a"), Column("b", wraps=True), Column("c")], rows)
    out = capsys.readouterr().out
    for first, second, last in rows:
        assert f"{first} " in out
        assert f" {last}\n" in out
        assert len(second) <= sum(map(len, out.split()))


def test_a_table_that_fits_stays_within_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column("name"), Column("words", wraps=True)], [("x" * 30, "many words " * 20)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.count("many") for line in lines) == 20
    assert lines == [line.rstrip() for line in lines]


def test_wide_letters_are_counted_as_the_terminal_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column("name"), Column("next")], [("日本語", "x"), ("abcdef", "y")])
    assert capsys.readouterr().out.splitlines()[2:] == ["日本語  x", "abcdef  y"]


def test_markup_in_a_cell_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column("a")], [("[bold]x[/bold]",), ("[/]",)])
    assert capsys.readouterr().out.splitlines()[2:] == ["[bold]x[/bold]", "[/]"]


def test_a_paragraph_breaks_no_address() -> None:
    url = "https://example.org/" + "x" * 90
    assert url in filled(f"see {url} and go on").splitlines()
