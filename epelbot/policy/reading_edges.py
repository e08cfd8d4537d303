# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a clause that speaks of a retirement begins and ends.

Before it stands what only leads to it: "Hi all,", "This is to inform you that". Behind it stands what is
only added: when, why, what else. Neither is read for names; but what may be more packages, or takes back
what was said, belongs to the clause.
"""

from __future__ import annotations

from collections.abc import Sequence

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_roles import BASE, BETWEEN_PLACES, COPULAS, GERUND, PERSONS, STRONG
from epelbot.policy.reading_runs import AGENTS, FILLERS, LISTINGS, PLACES, PRONOUNS, VERBS, runs_of
from epelbot.policy.reading_tokens import Kind, Token

_LEADS = frozenset(phrases.LEADS)
_BEFORE_WRITER = _LEADS | frozenset(phrases.OPENINGS)
_INTRODUCING = FILLERS | AGENTS | frozenset(phrases.INTRODUCTIONS)
_ADDING = frozenset("-:!.(")
_AFTER_PLACES = PERSONS | frozenset(phrases.AFTER_PLACES)
_PREDICATES = frozenset(phrases.PREDICATES)
_HARMLESS_PREDICATES = frozenset(phrases.HARMLESS_PREDICATES)
_GIVING_REASONS = frozenset(("no", "lack", "nobody", "none", "they", "all", "both"))
_HEDGES = frozenset(("only", "just", "except", "but", "not", "instead", "least"))
_MORE = frozenset(("others", "more", "rest", *LISTINGS, "dependencies"))


def without_lead(tokens: tuple[Token, ...], verb: int) -> tuple[tuple[Token, ...], int]:
    """Leave out what stands before the sentence proper: "Hi all,", "After some thought,"."""
    person = max((at for at in range(verb) if tokens[at].low in PERSONS), default=0)
    that = max((at for at in range(verb) if tokens[at].low == "that"), default=0)
    cut = 0
    if person and _only_leads(tokens[:person]):
        cut = person
    elif that > person and _only_introduces(tokens[:that]):
        cut = that + 1
    elif tokens[0].low in _BEFORE_WRITER:
        cut = next((at + 1 for at in range(verb) if tokens[at].text == ","), 0)
    lead = [token for token in tokens[:cut] if token.low not in FILLERS and token.text != ","]
    if lead and all(token.kind is Kind.COLLECTIONS for token in lead):
        # "In EPEL 9, foo will be retired."
        return (*tokens[cut:], *lead), verb - cut
    return tokens[cut:], verb - cut


def _only_introduces(before: Sequence[Token]) -> bool:
    """Whether a "that" is led to by words such as "This is to inform you" and nothing else."""
    return bool(before) and all(token.low in _INTRODUCING or token.kind is Kind.MARK for token in before)


def _only_leads(lead: Sequence[Token]) -> bool:
    """Whether what stands before the writer is no part of the statement."""
    last, before = lead[-1], lead[:-1]
    first = next((token.low for token in lead if token.low not in FILLERS), last.low)
    if last.text == "," or first in _LEADS or lead[0].low in _BEFORE_WRITER:
        return True
    if last.low == "that":
        return _only_introduces(before)
    return last.text in _ADDING and all(token.low in FILLERS for token in before)


def up_to_mark(tokens: tuple[Token, ...], verb: int, book: NameBook) -> tuple[Token, ...]:
    """Once verb, names and places have been told, a mark begins what is only added."""
    names = [run.end for run in runs_of(tokens, book) if run.understood]
    if _has_another_object(tokens, names, verb):
        return tokens
    places = [at for at, token in enumerate(tokens) if token.kind in PLACES]
    pronoun = next(
        (at for at in range(verb + 1, min(verb + 3, len(tokens))) if tokens[at].low in PRONOUNS), None
    )
    if pronoun is not None and not places and all(name > pronoun + 1 for name in names):
        return _up_to_mark_behind(tokens, pronoun)
    if not names:
        return _up_to_reason(tokens, verb)
    if not places:
        return tokens
    end = max(verb + 1, names[0], places[0] + 1)
    while end < len(tokens) and (
        tokens[end].kind in PLACES or (tokens[end].low in BETWEEN_PLACES and any(at > end for at in places))
    ):
        end += 1
    added = [token for token in tokens[end:] if token.kind is not Kind.ASIDE]
    if added and added[0].kind is Kind.WORD and added[0].low in _PREDICATES:
        return tokens[:end] if _is_harmless_predicate(added) else tokens
    while added and added[0].low in FILLERS:
        del added[0]
    if any(token.kind in PLACES or token.kind is Kind.ODD for token in added):
        return tokens
    if _speaks_on(added):
        return tokens[:end]
    return tokens if _belongs(added, tokens[verb], book) else tokens[:end]


def _belongs(added: Sequence[Token], verb: Token, book: NameBook) -> bool:
    """Whether what comes behind the places may be more packages, or takes back what was said."""
    more = any(
        token.low in _MORE and added[max(at - 1, 0)].low not in ("any", "no")
        for at, token in enumerate(added[:6])
    )
    if more or any(token.low in _HEDGES for token in added[:3]):
        return True
    return (verb.low not in STRONG and _is_of_something_else(added)) or _may_go_on(added, book)


def _up_to_reason(tokens: tuple[Token, ...], verb: int) -> tuple[Token, ...]:
    """The clause that promises a list, without what it adds: "these packages, no time:"."""
    listing = next((at for at in range(verb, len(tokens)) if tokens[at].low in LISTINGS), None)
    end = next((at for at in range(listing or 0, len(tokens)) if tokens[at].text in (",", "-")), None)
    if (
        listing is None
        or end is None
        or not [t for t in tokens[end + 1 : end + 2] if t.low in _GIVING_REASONS]
    ):
        return tokens
    return (*tokens[:end], *tokens[-1:]) if tokens[-1].text == ":" else tokens[:end]


def _up_to_mark_behind(tokens: tuple[Token, ...], pronoun: int) -> tuple[Token, ...]:
    """The clause whose object is a pronoun: "I'm retiring it, sorry"."""
    end = next((at for at in range(pronoun + 1, len(tokens)) if tokens[at].low not in FILLERS), len(tokens))
    return tokens[:end] if _begins_with_a_mark(tokens[end:]) else tokens


def _speaks_on(added: Sequence[Token]) -> bool:
    """Whether a new sentence begins about the same packages: ": all three are dead upstream"."""
    rest = [token.low for token in added[1:5]]
    begins = bool(rest) and added[0].kind is Kind.MARK and rest[0] in ("all", "both", "they", "none", "it")
    return begins and any(low in COPULAS | {"have", "has", "were", "was"} for low in rest)


def _begins_with_a_mark(added: Sequence[Token]) -> bool:
    """Whether what is added is set apart, and begins neither with more packages nor with a second thought."""
    rest = [token for token in added[1:] if token.low not in FILLERS]
    return (
        bool(rest)
        and added[0].text in (",", "-", "(", ".")
        and rest[0].low in PERSONS | {"sorry", "apologies", "thanks", "please", "feel"}
    )


def _is_harmless_predicate(added: Sequence[Token]) -> bool:
    """Whether it only says when: "The retirement of foo is due on Monday", not "... was wrong"."""
    said = next((token for token in added if token.low not in FILLERS), None)
    return said is None or said.low in _HARMLESS_PREDICATES


def _is_of_something_else(added: Sequence[Token]) -> bool:
    """Whether a word right behind the places makes it another thing: "from EPEL 9 into our images"."""
    if not added or added[0].kind is not Kind.WORD:
        return False
    low = added[0].low
    return not (low in _AFTER_PLACES or low.endswith("ly") or low in phrases.TAILS)


def _has_another_object(tokens: Sequence[Token], names: Sequence[int], verb: int) -> bool:
    """Whether names stand before an active verb that goes on with something else: "foo: dropping the GUI"."""
    if tokens[verb].low not in GERUND | BASE or not names or names[-1] > verb:
        return False
    after = [token for token in tokens[verb + 1 :] if token.low not in FILLERS]
    return bool(after) and after[0].kind in (Kind.WORD, Kind.NAME) and after[0].low not in PRONOUNS


def _may_go_on(added: Sequence[Token], book: NameBook) -> bool:
    """Whether what is added may be more packages: "Retiring foo from EPEL 8 - bar", "..., bar and baz"."""
    if not added:
        return False
    joined = added[0].kind is Kind.MARK or added[0].low in ("and", "or")
    rest = added[1:] if joined else added
    if not rest or rest[0].low in PRONOUNS or rest[0].low in PERSONS:
        return False
    first = book.name_of(rest[0]) if rest[0].kind in (Kind.WORD, Kind.NAME) else None
    if first is None or rest[0].low in VERBS:
        return rest[0].low in VERBS
    if first.sure:
        return True
    ended = [
        token for token in rest[1:2] if token.kind is not Kind.MARK and token.low not in ("and", "or", "too")
    ]
    return not ended
