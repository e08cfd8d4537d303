# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RPM's boolean dependencies, taken apart into needs that each name alternatives and conditions.

``with`` and ``without`` speak of one package that fits both sides: they stay whole, libsolv answers them. The
rest is logic (rpm's manual, "Boolean dependencies"). ``(A if B)`` is A or no B. An ``unless`` is read as
what one needs who has not got the exception, because nobody can be made to have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Needs that one dependency may come to, and how deep its parentheses may go; what people write is far below.
MOST_NEEDS = 64
_DEEPEST = 20
_COMPARISONS = ("<", "<=", "=", ">=", ">")
_WHOLE = ("with", "without")
_LOGIC = (" and ", " or ", " if ", " unless ")


class TooTangled(ValueError):
    """A boolean dependency that can't be read, or that comes to more than `MOST_NEEDS` needs."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of ``alternatives`` will do, or that one of ``conditions`` is had by nobody. Both as rpm's text."""

    alternatives: tuple[str, ...]
    conditions: tuple[str, ...] = ()


def is_boolean(dependency: str) -> bool:
    """Whether a dependency is more than a name and perhaps a version."""
    return dependency.startswith("(")


def clauses(dependency: str) -> tuple[Clause, ...]:
    """All that must hold at once for a dependency (as libsolv prints it) to be filled."""
    if not is_boolean(dependency):
        return (Clause((dependency,)),)
    if " with " in dependency and not any(word in dependency for word in _LOGIC):
        # What nearly all of them are: a range of versions that one package must be in.
        return (Clause((dependency,)),)
    reader = _Reader(dependency)
    found = reader.expression(0)
    reader.end()
    return tuple(Clause(tuple(sorted(yes)), tuple(sorted(no))) for yes, no in sorted(found, key=_order))


#: What is asked for, and what may be absent instead.
_Literals = tuple[frozenset[str], frozenset[str]]
#: All of them must hold.
_Normal = frozenset[_Literals]


def _order(literals: _Literals) -> tuple[list[str], list[str]]:
    return sorted(literals[0]), sorted(literals[1])


def _leaf(text: str) -> _Normal:
    return frozenset({(frozenset({text}), frozenset())})


def _both(left: _Normal, right: _Normal) -> _Normal:
    return _bounded(left | right)


def _either(left: _Normal, right: _Normal) -> _Normal:
    return _bounded((mine[0] | other[0], mine[1] | other[1]) for mine in left for other in right)


def _not(expression: _Normal) -> _Normal:
    """Turn it round: none of what is asked for in one of its parts, and all that was to be absent there."""
    # False, the part that holds for nothing.
    result: _Normal = frozenset({(frozenset(), frozenset())})
    for yes, no in expression:
        denied = frozenset(
            {
                *((frozenset[str](), frozenset({one})) for one in yes),
                *((frozenset({one}), frozenset[str]()) for one in no),
            }
        )
        result = _either(result, denied)
    return result


def _bounded(literals: Iterable[_Literals]) -> _Normal:
    # What asks for a thing or for its absence asks for nothing.
    found = frozenset(one for one in literals if one[0].isdisjoint(one[1]))
    if len(found) > MOST_NEEDS:
        raise TooTangled("it comes to too many needs")
    return found


class _Reader:
    """A descent through the words; a name's own parentheses belong to it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def expression(self, depth: int) -> _Normal:
        """What stands at the present place: a group in parentheses, or a name with its version."""
        if depth > _DEEPEST:
            raise TooTangled("its parentheses go too deep")
        if not self._take("("):
            return _leaf(self._simple())
        begun = self._at - 1
        left = self.expression(depth + 1)
        operator = self._operator()
        if operator in _WHOLE:
            while not self._take(")"):
                self.expression(depth + 1)
                self._skip()
                if not self._text.startswith(")", self._at):
                    self._operator()
            return _leaf(self._text[begun : self._at])
        while operator in {"and", "or"}:
            right = self.expression(depth + 1)
            left = _both(left, right) if operator == "and" else _either(left, right)
            operator = self._operator()
        if operator in {"if", "unless"}:
            left = self._conditional(left, depth, unless=operator == "unless")
            operator = self._operator()
        if operator is not None:
            raise TooTangled(f"{operator!r} is out of place")
        return left

    def _conditional(self, left: _Normal, depth: int, *, unless: bool) -> _Normal:
        condition = self.expression(depth + 1)
        begun = self._at
        otherwise = None
        if self._operator() == "else":
            otherwise = self.expression(depth + 1)
        else:
            self._at = begun
        if unless:
            return left if otherwise is None else _either(left, _both(condition, otherwise))
        wanted = _either(left, _not(condition))
        return wanted if otherwise is None else _both(wanted, _either(condition, otherwise))

    def end(self) -> None:
        """Nothing may follow."""
        self._skip()
        if self._at != len(self._text):
            raise TooTangled("something follows its end")

    def _operator(self) -> str | None:
        """The word between two parts, or None at the end of a group, which it takes."""
        if self._take(")"):
            return None
        word = self._word()
        if word not in {"and", "or", "if", "else", "unless", *_WHOLE}:
            raise TooTangled(f"{word[:40]!r} is no operator")
        return word

    def _simple(self) -> str:
        name = self._word()
        if not name:
            raise TooTangled("a name is missing")
        begun = self._at
        comparison = self._word()
        if comparison in _COMPARISONS:
            return f"{name} {comparison} {self._word()}"
        self._at = begun
        return name

    def _word(self) -> str:
        """Up to a blank, or to a parenthesis that the word itself has not opened."""
        self._skip()
        begun, opened = self._at, 0
        while self._at < len(self._text) and not self._text[self._at].isspace():
            opened += {"(": 1, ")": -1}.get(self._text[self._at], 0)
            if opened < 0:
                break
            self._at += 1
        return self._text[begun : self._at]

    def _take(self, sign: str) -> bool:
        self._skip()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        return True

    def _skip(self) -> None:
        found = re.compile(r"\s*").match(self._text, self._at)
        self._at = found.end() if found else self._at
