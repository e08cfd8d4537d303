# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages that a post lists under "the following packages": with bullets, or plainly after a colon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_clause import Stance
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import names_of, opened, up_to_tail
from epelbot.policy.reading_statements import clauses_of, statements_of
from epelbot.policy.reading_text import Block
from epelbot.policy.reading_tokens import Kind, Token, tokens_of

#: In a remark behind a name: the entry may not mean what the list means.
HAZARDS = (
    "not",
    "keep",
    "keeping",
    "kept",
    "stay",
    "stays",
    "except",
    "maybe",
    "perhaps",
    "adopted",
    "taken",
)

_HAZARD = re.compile(rf"(?<![\w-])(?:{'|'.join(HAZARDS)})(?![\w-])", re.IGNORECASE | re.ASCII)
_LEADING = frozenset((*phrases.FILLERS, *phrases.LISTINGS, *phrases.LIST_OPENERS, "and"))
_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9x]+)+")
_REMARK_FROM = frozenset("-:!")


@dataclass(frozen=True, slots=True)
class ListedPackages:
    """What a list names; ``places`` holds the collections of those entries that name their own.

    ``blocks`` are the indexes of the blocks that it takes up, ``remarks`` its lines as written, and
    ``trouble`` says why it isn't wholly understood, or nothing.
    """

    names: tuple[str, ...] = ()
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blocks: frozenset[int] = frozenset()
    remarks: tuple[str, ...] = ()
    trouble: str = ""


_BEFORE_PLACES = frozenset(("in", "from", "on", "for", ",", "-"))
_BETWEEN = frozenset(("in", "from", "on", "for", ",", "and", "&", "/", "-"))
_CELLS = re.compile(r"\s*\|\s*|\t+| {2,}")
_RULE = re.compile(r"[-=+|: ]{3,}")
_NAME_HEADS = frozenset(("package", "packages", "name", "component", "srpm"))


@dataclass(frozen=True, slots=True)
class _Entry:
    names: tuple[str, ...]
    places: tuple[str, ...]
    trouble: str = ""


def packages_listed(blocks: Sequence[Block], book: NameBook, *, is_open: bool) -> ListedPackages:
    """The first list that follows a sentence (or, with ``is_open``, a subject) that promises one."""
    taken: dict[int, tuple[_Entry, ...]] = {}
    lines: list[str] = []
    heading: tuple[str, ...] = ()
    promised = leads = is_open
    for at, block in enumerate(blocks):
        follows_colon = at > 0 and blocks[at - 1].lines[-1].endswith(":")
        column = _is_column(block, book)
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        before = column and after is not None and _looks_back(after, book)
        set_apart = leads and (block.bulleted or follows_colon or column)
        entries = _entries(block, book, heading) if set_apart or before else ()
        if entries:
            taken[at] = entries
            lines += block.lines
            continue
        here = _heading(block)
        if taken and not here:
            break
        heading = here or heading
        *earlier, last = block.sentences
        promised = promised or any(_promises(sentence, book) for sentence in earlier)
        leads = _promises(last, book) or (promised and (bool(here) or only_leads(last)))
        promised = promised or leads
    every = [entry for entries in taken.values() for entry in entries]
    places: dict[str, tuple[str, ...]] = {}
    for entry in every:
        for name in entry.names:
            places[name] = tuple(dict.fromkeys((*places.get(name, ()), *entry.places)))
    return ListedPackages(
        tuple(places),
        {name: own for name, own in places.items() if own},
        frozenset(taken),
        tuple(lines),
        next((entry.trouble for entry in every if entry.trouble), ""),
    )


def _is_column(block: Block, book: NameBook) -> bool:
    """Whether a block is nothing but names, one on each of its lines."""
    return len(block.lines) > 1 and all(
        len(line.split()) == 1 and names_of(line, book) is not None for line in block.lines
    )


def _looks_back(block: Block, book: NameBook) -> bool:
    """Whether a block speaks of packages that were listed before it."""
    return not block.lines[-1].endswith(":") and _promises(block.sentences[0], book)


def _promises(sentence: str, book: NameBook) -> bool:
    """Whether a sentence ends with a retirement of packages that it doesn't name."""
    last = statements_of(clauses_of(sentence)[-1], book)
    return any(one.lists and not one.names and one.stance is not Stance.DENIED for one in last)


def only_leads(sentence: str) -> bool:
    """Whether a sentence says nothing but that a list comes, or good day."""
    return all(token.kind is Kind.MARK or token.low in _LEADING for token in tokens_of(sentence))


def _heading(block: Block) -> tuple[str, ...]:
    """The collections of a line such as "EPEL 9:"."""
    if len(block.lines) != 1 or not block.lines[0].endswith(":"):
        return ()
    tokens = opened(block.lines[0])[:-1]
    if not all(token.kind is Kind.COLLECTIONS or token.text in ",&/" for token in tokens):
        return ()
    return _places(tokens)


def _entries(block: Block, book: NameBook, heading: tuple[str, ...]) -> tuple[_Entry, ...]:
    """The entries of a block, none when it is no list of packages."""
    if not block.bulleted:
        together = names_of("\n".join(block.lines), book)
        if together is not None:
            return (_Entry(together, heading),)
    table = _rows_of(block.lines, book, heading)
    if table:
        return table
    entries = tuple(_entry(line, book, heading) for line in block.lines)
    understood = [entry for entry in entries if entry.names]
    enough = understood if block.bulleted else len(understood) == len(entries)
    return entries if enough else ()


def _entry(line: str, book: NameBook, heading: tuple[str, ...]) -> _Entry:
    tokens = opened(line)
    colon = next((at for at, token in enumerate(tokens) if token.text == ":"), 0)
    if colon and all(t.kind is Kind.COLLECTIONS or t.low in _BETWEEN for t in tokens[:colon]):
        # "EPEL 9: foo, bar".
        tokens = (*tokens[colon + 1 :], *tokens[:colon])
    head = up_to_tail(tokens, 0)
    end = next((at for at, token in enumerate(head) if token.text in _REMARK_FROM), len(head))
    head, remark = head[:end], tokens[end:]
    places = [at for at, token in enumerate(head) if token.kind is Kind.COLLECTIONS]
    start, end = (places[0], places[-1] + 1) if places else (len(head), len(head))
    if any(t.kind is not Kind.COLLECTIONS and t.low not in _BETWEEN for t in head[start:end]):
        return _Entry((), (), "not every entry of the list is understood")
    # "foo from EPEL 8".
    while places and start and head[start - 1].low in _BEFORE_PLACES:
        start -= 1
    named = [token for token in head[:start] + head[end:] if _VERSION.fullmatch(token.text) is None]
    names = names_of(" ".join(token.text for token in named), book)
    if names is None:
        return _Entry((), (), "not every entry of the list is understood")
    own = _places(head)
    if _HAZARD.search(line) or not set(_places(remark)) <= set(own or heading):
        return _Entry(names, own or heading, "an entry of the list has a remark that is not understood")
    return _Entry(names, own or heading)


def _places(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place for token in tokens for place in token.collections))


def _rows_of(lines: Sequence[str], book: NameBook, heading: tuple[str, ...]) -> tuple[_Entry, ...]:
    """One entry for each row of a table; none where the lines are none. Its packages stand in one column."""
    rows = [
        [cell.strip() for cell in _CELLS.split(line.strip("| ")) if cell.strip()]
        for line in lines
        if _RULE.fullmatch(line) is None
    ]
    heads = [cell.lower() for cell in rows[0]] if rows else []
    column = next((at for at, head in enumerate(heads) if head in _NAME_HEADS), None)
    if column is not None:
        del rows[0]
    if not rows or any(len(row) == 1 for row in rows):
        return ()
    return tuple(_row(row, column or 0, book, heading) for row in rows)


def _row(row: Sequence[str], column: int, book: NameBook, heading: tuple[str, ...]) -> _Entry:
    names = names_of(row[column], book) if column < len(row) else None
    if names is None:
        return _Entry((), (), "not every row of the table is understood")
    others = [opened(cell) for at, cell in enumerate(row) if at != column]
    placed = [cell for cell in others if all(t.kind is Kind.COLLECTIONS or t.low in _BETWEEN for t in cell)]
    own = tuple(dict.fromkeys(place for cell in placed for place in _places(cell)))
    remarked = {place for cell in others if cell not in placed for place in _places(cell)}
    if any(_HAZARD.search(cell) for cell in row) or not remarked <= set(own or heading):
        return _Entry(names, own or heading, "a row of the table has a remark that is not understood")
    return _Entry(names, own or heading)
