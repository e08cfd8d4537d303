# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.sources.repodata.boolean import Clause, TooTangled, clauses


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        ("bash", [(("bash",), ())]),
        ("bash >= 4:5-6", [(("bash >= 4:5-6",), ())]),
        ("libc.so.6()(64bit)", [(("libc.so.6()(64bit)",), ())]),
        ("(a or b)", [(("a", "b"), ())]),
        ("(a and b >= 1)", [(("a",), ()), (("b >= 1",), ())]),
        ("(a if b)", [(("a",), ("b",))]),
        ("(a if b else c)", [(("a",), ("b",)), (("b", "c"), ())]),
        ("(a if (b and c))", [(("a",), ("b", "c"))]),
        ("(a if (b or c))", [(("a",), ("b",)), (("a",), ("c",))]),
        ("(a unless b)", [(("a",), ())]),
        ("(a unless b else c)", [(("a", "b"), ()), (("a", "c"), ())]),
        (
            "(crate(x/std) >= 1 with crate(x/std) < 2~)",
            [(("(crate(x/std) >= 1 with crate(x/std) < 2~)",), ())],
        ),
        ("((a without b) or c())", [(("(a without b)", "c()"), ())]),
        ("(lib.so()(64bit) or b)", [(("b", "lib.so()(64bit)"), ())]),
    ],
)
def test_a_dependency_comes_to_these_needs(
    dependency: str, expected: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    assert sorted(clauses(dependency), key=repr) == sorted((Clause(*one) for one in expected), key=repr)


@pytest.mark.parametrize(
    "dependency",
    ["(a", "(a b)", "(a or)", "(a if b else c if d)", "(a) b", "(" * 40 + "a" + ")" * 40],
)
def test_what_is_no_dependency_is_refused(dependency: str) -> None:
    with pytest.raises(TooTangled):
        clauses(dependency)


def test_a_dependency_that_comes_to_thousands_of_needs_is_refused() -> None:
    many = " or ".join(f"(a{number} and b{number} and c{number})" for number in range(9))
    with pytest.raises(TooTangled):
        clauses(f"({many})")


_NAMES = "abcd"
_EXPRESSIONS = st.recursive(
    st.sampled_from(_NAMES),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(("and", "or", "if")), inner, inner),
        st.tuples(st.just("else"), inner, inner, inner),
    ),
    max_leaves=5,
)


def _text(expression: str | tuple[str, ...]) -> str:
    if isinstance(expression, str):
        return expression
    parts = [_text(one) for one in expression[1:]]
    if expression[0] == "else":
        return f"({parts[0]} if {parts[1]} else {parts[2]})"
    return f"({parts[0]} {expression[0]} {parts[1]})"


def _holds(expression: str | tuple[str, ...], there: set[str]) -> bool:
    if isinstance(expression, str):
        return expression in there
    found = [_holds(one, there) for one in expression[1:]]
    match expression[0]:
        case "and":
            return found[0] and found[1]
        case "or":
            return found[0] or found[1]
        case "if":
            return found[0] or not found[1]
        case _:
            return found[0] if found[1] else found[2]


@given(_EXPRESSIONS)
def test_the_needs_hold_just_where_the_dependency_does(expression: str | tuple[str, ...]) -> None:
    found = clauses(_text(expression))
    for size in range(len(_NAMES) + 1):
        for chosen in itertools.combinations(_NAMES, size):
            there = set(chosen)
            met = all(
                not there.isdisjoint(one.alternatives) or not there.issuperset(one.conditions)
                for one in found
            )
            assert met == _holds(expression, there)
