# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where in a clause the names of packages stand: in runs, with nothing but separators between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_names import Name, NameBook
from epelbot.policy.reading_tokens import Kind, Token, tokens_of

PLACES = (Kind.COLLECTIONS, Kind.EVERYWHERE, Kind.EPEL, Kind.ELSEWHERE)
VERBS = frozenset(
    (
        *(*phrases.RETIRE_BASE, *phrases.RETIRE_GERUND, *phrases.RETIRE_PARTICIPLE, *phrases.RETIRE_NOUN),
        *(*phrases.DROP_BASE, *phrases.DROP_GERUND, *phrases.DROP_PARTICIPLE, *phrases.DROP_NOUN),
    )
)
LISTINGS = frozenset(phrases.LISTINGS)
FILLERS = frozenset(phrases.FILLERS)
AGENTS = frozenset((*phrases.PERSONS, *phrases.PLANS))
#: "it" or "them" for each pronoun.
PRONOUNS = {
    **dict.fromkeys(phrases.SINGULAR_PRONOUNS, "it"),
    **dict.fromkeys(phrases.PLURAL_PRONOUNS, "them"),
}

_SINGULARS = frozenset(("package", "rpm", "component"))
_PLURALS = frozenset(("packages", "rpms", "components", "modules", "gems", "extensions"))
_POSSESSIVES = frozenset(("my", "our", "all"))
_ARTICLES = frozenset(("the", "a", "an", "this", "that"))
_COUNTING = LISTINGS - {"below", "listed", "list", "everything", "mine"}
_BETWEEN_NAMES = _SINGULARS | _PLURALS | {"the", "my", "our"}
_SEPARATORS = frozenset(",;&/+\n")
_AROUND_NAMES = _SEPARATORS | {".", ":"}
_GROUPS = frozenset(phrases.GROUPS)
_KNOWN_WORDS = FILLERS | AGENTS | LISTINGS | VERBS | PRONOUNS.keys() | {"and"}
_TAILS = frozenset(phrase for phrase in phrases.TAILS if " " not in phrase)
_LONG_TAILS = tuple(tuple(phrase.split()) for phrase in phrases.TAILS if " " in phrase)
# "python2" and "php74" stand for many, too.
_NUMBERED = re.compile(r"[0-9.]+\Z")
_REMARK = re.compile(r"[,;.!](?=\s)| - ")
_BRACKET = re.compile(r"[(\[]([^()\[\]]{0,300})[)\]]")


@dataclass(frozen=True, slots=True)
class Run:
    """Names at ``start`` up to, not including, ``end``; not ``understood`` when one of them may be none."""

    start: int
    end: int
    names: tuple[Name, ...]
    understood: bool


def opened(clause: str) -> tuple[Token, ...]:
    """The tokens of a clause. Places in brackets count as text; other remarks in brackets are left out."""

    def inner(found: re.Match[str]) -> str:
        inside = tokens_of(found[1])
        plain = all(t.kind in PLACES or t.text in ",&/" or t.low in FILLERS or t.low == "and" for t in inside)
        # "[EPEL 9] foo": what comes next is no thing of EPEL 9.
        return f" {found[1]} {'' if found.start() else ':'} " if plain and inside else " "

    return tokens_of(_BRACKET.sub(inner, clause))


def up_to_tail(tokens: tuple[Token, ...], verb: int) -> tuple[Token, ...]:
    """The tokens before the clause begins, after its verb, to tell why or when."""
    for at in range(verb + 1, len(tokens)):
        low = tokens[at].low
        if low in _TAILS and tokens[at].kind is Kind.WORD:
            return tokens[:at]
        for phrase in _LONG_TAILS:
            if low == phrase[0] and tuple(token.low for token in tokens[at : at + len(phrase)]) == phrase:
                return tokens[:at]
    return tokens


def runs_of(tokens: Sequence[Token], book: NameBook) -> tuple[Run, ...]:
    """The runs of words that may be names: all words that the tables don't know otherwise."""
    runs: list[Run] = []
    at = 0
    while at < len(tokens):
        if _may_be_name(tokens[at]):
            runs.append(_run_at(tokens, at, book))
            at = runs[-1].end
        else:
            at += 1
    return tuple(runs)


def leading_of(tokens: Sequence[Token], run: Run, book: NameBook) -> tuple[Name, ...]:
    """The first names of a run up to where two words stand side by side: those of "foo, bar moving"."""
    names: list[Name] = []
    separated = True
    for token in tokens[run.start : run.end]:
        if not _may_be_name(token):
            separated = True
            continue
        name = book.name_of(token)
        if names and (name is None or not separated):
            break
        names += [name] if name is not None else []
        separated = False
    return tuple(names)


def texts_of(runs: Iterable[Run]) -> tuple[str, ...]:
    """The names of all these runs, each once."""
    return tuple(dict.fromkeys(name.text for run in runs for name in run.names))


def names_of(text: str, book: NameBook) -> tuple[str, ...] | None:
    """The names of a text that is nothing but a list of them; None when it isn't."""
    tokens = tokens_of(text)
    runs = runs_of(tokens, book)
    if len(runs) != 1 or not runs[0].understood:
        return None
    around = (*tokens[: runs[0].start], *tokens[runs[0].end :])
    if any(token.text not in _AROUND_NAMES and token.low not in _BETWEEN_NAMES for token in around):
        return None
    return texts_of(runs)


def leading_names(text: str, book: NameBook) -> tuple[str, ...]:
    """The names with which a text begins, words of no weight aside."""
    return _leading(text, book) or _leading(_REMARK.split(text, maxsplit=1)[0], book)


def _leading(text: str, book: NameBook) -> tuple[str, ...]:
    tokens = opened(text)
    runs = runs_of(up_to_tail(tokens, 0), book)
    if (
        not runs
        or not runs[0].understood
        or any(t.low not in FILLERS | AGENTS and t.kind not in PLACES for t in tokens[: runs[0].start])
    ):
        return ()
    return texts_of(runs[:1])


def kinds_among(tokens: Sequence[Token], runs: Iterable[Run]) -> tuple[Run, ...]:
    """Those runs that only tell of what kind packages are: "my R packages", "some old packages"."""
    return tuple(
        run
        for run in runs
        if (_after(tokens, run) in _PLURALS or _follows_a_listing(tokens, run))
        and not any(token.text in _SEPARATORS or token.low == "and" for token in tokens[run.start : run.end])
        and not (run.understood and run.names[0].formed)
    )


def _follows_a_listing(tokens: Sequence[Token], run: Run) -> bool:
    """Whether plain words say what is listed: "the following old crates"."""
    before = tokens[run.start - 1].low if run.start else ""
    apart = any(token.text in _SEPARATORS or token.low == "and" for token in tokens[run.start : run.end])
    return before in _COUNTING and not apart and not any(name.sure for name in run.names)


def is_a_thing(tokens: Sequence[Token], run: Run) -> bool:
    """Whether a plain word has an article, as names have none: "the warning", but "the foo package"."""
    before = tokens[run.start - 1].low if run.start else ""
    return before in _ARTICLES and _after(tokens, run) not in _SINGULARS and not run.names[0].sure


def _lows(run: Run) -> tuple[str, ...]:
    return tuple(name.text.lower() for name in run.names)


def means_a_group(tokens: Sequence[Token], run: Run) -> bool:
    """Whether plain words may stand for many packages: "the perl and php packages", "my gems", "perl"."""
    if any(_NUMBERED.sub("", low) in _GROUPS for low in _lows(run) if low not in _GROUPS):
        return True
    if all(name.formed for name in run.names):
        return False
    before = tokens[run.start - 1].low if run.start else ""
    after = _after(tokens, run)
    if after in _PLURALS or (before in _POSSESSIVES and after not in _SINGULARS):
        return True
    return any(low in _GROUPS for low in _lows(run))


def counts_packages(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token is the number of "12 packages"."""
    return tokens[at].low.isdigit() and at + 1 < len(tokens) and tokens[at + 1].low in _PLURALS


def _after(tokens: Sequence[Token], run: Run) -> str:
    return tokens[run.end].low if run.end < len(tokens) else ""


def _may_be_name(token: Token) -> bool:
    if token.kind is Kind.NAME:
        return True
    return token.kind is Kind.WORD and token.low not in _KNOWN_WORDS and not token.low.isdigit()


def _run_at(tokens: Sequence[Token], start: int, book: NameBook) -> Run:
    names: list[Name] = []
    understood = separated = True
    end = start
    for at in range(start, len(tokens)):
        token = tokens[at]
        if _may_be_name(token):
            name = book.name_of(token)
            # "EPEL 8 images": right behind a collection a plain word tells what of it.
            behind_place = at > 0 and tokens[at - 1].kind in PLACES and not (name and name.sure)
            behind_place = behind_place and not (at + 1 < len(tokens) and tokens[at + 1].low in _SINGULARS)
            # "a-one b-two c-three": names that are no words need nothing between them.
            apart = separated or (bool(names) and names[-1].sure and name is not None and name.sure)
            understood = understood and apart and name is not None and not behind_place
            names += [name] if name is not None else []
            separated = False
            end = at + 1
        elif token.text in _SEPARATORS or token.low == "and":
            separated = True
        elif token.low not in _BETWEEN_NAMES:
            break
    return Run(start, end, tuple(names), understood)
