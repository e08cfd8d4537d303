# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grammar of a clause that speaks of a retirement: a verb, one run of names, one run of places.

A clause is understood only if every word of it is: the three parts, and words of no weight between them, up
to where it begins to tell why. Anything else leaves a doubt, and what could be understood.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_runs import (
    AGENTS,
    FILLERS,
    LISTINGS,
    PLACES,
    PRONOUNS,
    VERBS,
    Run,
    counts_packages,
    is_a_thing,
    kinds_among,
    means_a_group,
    opened,
    runs_of,
    texts_of,
    up_to_tail,
)
from epelbot.policy.reading_tokens import ALL_OF_AUTHORS, Kind, Token, tokens_of


class Stance(enum.Enum):
    """How a clause stands to the retirement of which it speaks."""

    CLAIMED = "claimed"
    #: Speaks of one, in words that aren't all understood.
    UNCLEAR = "unclear"
    DOUBTED = "doubted"
    #: A question, or a request to others.
    ASKED = "asked"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a clause says.

    ``lists``: its packages are named elsewhere. ``pronoun``: "it", "them", "both", or empty. ``intent``: the
    writer speaks of doing it, or it is the matter of the subject. ``imperative``: may be a request as well.
    ``why``: a phrase that tells what is in doubt.
    """

    stance: Stance
    names: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    everywhere: bool = False
    epel: bool = False
    elsewhere: bool = False
    lists: bool = False
    pronoun: str = ""
    intent: bool = False
    imperative: bool = False
    why: str = ""


_STRONG = frozenset(
    (*phrases.RETIRE_BASE, *phrases.RETIRE_GERUND, *phrases.RETIRE_PARTICIPLE, *phrases.RETIRE_NOUN)
)
_BASE = frozenset((*phrases.RETIRE_BASE, *phrases.DROP_BASE))
_GERUND = frozenset((*phrases.RETIRE_GERUND, *phrases.DROP_GERUND))
_PARTICIPLE = frozenset((*phrases.RETIRE_PARTICIPLE, *phrases.DROP_PARTICIPLE))
_NOUN = frozenset((*phrases.RETIRE_NOUN, *phrases.DROP_NOUN))
_HEADINGS = _GERUND | _NOUN
_PERSONS = frozenset(phrases.PERSONS) - {"my", "our"}
_LEADS = frozenset(phrases.LEADS)
_POINTING = {"package": "it", "branch": "it", "component": "it", "both": "both", "packages": "them"}
_BEFORE_WRITER = _LEADS | frozenset(phrases.OPENINGS)
_INTRODUCING = FILLERS | AGENTS | frozenset(phrases.INTRODUCTIONS)

_EXCEPTED = re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in phrases.EXCEPTIONS))
_PART = re.compile(r"-(?:docs?|devel|libs?|static|common|data|debuginfo)\Z")
_POSSESSIVE = re.compile(r"'s\b")
_DETERMINERS = frozenset(
    ("a", "an", "the", "my", "your", "our", "this", "that", "some", "any", "no", "every")
)
_PLACED_BY = frozenset(("from", "in", "on", "for"))
_PARTED_FROM = _PLACED_BY | {"of"}
_BETWEEN_PLACES = frozenset(
    (",", "/", "&", "and", "from", "in", "for", "the", "both", "of", "branch", "branches")
)
_ADDING = frozenset("-:!.(")
_AFTER_PLACES = _PERSONS | frozenset(phrases.AFTER_PLACES)
_PREDICATES = frozenset(phrases.PREDICATES)
_HARMLESS_PREDICATES = frozenset(phrases.HARMLESS_PREDICATES)
_HEDGES = frozenset(("only", "just", "except", "but", "not", "instead", "least"))
_MORE = frozenset(("others", "more", "rest", *LISTINGS, "dependencies"))
_COPULAS = frozenset(("is", "are", "be", "been", "being"))
# "Foo is retired" tells of the past; that it will be, is being or has been is told by the first of these.
_COMING = frozenset(("will", "be", "being", "been", "to"))
_AROUND_COMING = (FILLERS | {"going"}) - {"that", "want", "need"}
_WEIGHTLESS = FILLERS | AGENTS | LISTINGS


def read_clause(clause: str, book: NameBook, *, is_subject: bool) -> Statement | None:
    """The clause's parts: CLAIMED if wholly understood, else UNCLEAR; None if it is about no package."""
    tokens = opened(clause)
    verb = _verb_of(tokens)
    if verb is None:
        return Statement(Stance.UNCLEAR, why="the words around the retirement are not understood")
    tokens, verb = _without_lead(tokens, verb)
    if _is_the_collection_itself(tokens, verb):
        return None
    tokens = up_to_tail(tokens, verb)
    whole = runs_of(tokens, book)
    tokens = _up_to_mark(tokens, verb, book)
    every = runs_of(tokens, book)
    if tokens[verb].low in _STRONG:
        every = _without_plain_words(every)
    kinds = kinds_among(tokens, every)
    runs = tuple(run for run in every if run not in kinds)
    pronoun = next((PRONOUNS[token.low] for token in tokens if token.low in PRONOUNS), "")
    if not pronoun and not runs:
        pronoun = _pointed_at(tokens, verb)
    listed = _listed_at(tokens, kinds, verb, pronoun=pronoun, named=bool(runs))
    nothing = not listed and not pronoun and not any(run.understood for run in runs)
    if nothing and _is_about_a_collection(tokens, verb):
        return None
    read = replace(
        _with_places(tokens),
        lists=bool(listed),
        pronoun=pronoun,
        intent=_is_intent(tokens, verb) or (is_subject and tokens[0].low in _HEADINGS),
        imperative=tokens[verb].low in _BASE and not any(token.low in AGENTS for token in tokens[:verb]),
    )
    # "All my packages, for example foo", "all my packages:".
    names_some = len(whole) > 1 or clause.rstrip().endswith(":")
    if any(name.text == ALL_OF_AUTHORS for run in whole for name in run.names) and names_some:
        return replace(read, names=texts_of(whole), why="it names some packages, and all")
    trouble = _trouble(read, tokens, runs, listed, verb, book=book, is_subject=is_subject)
    if trouble:
        names = _likely_names(tokens, runs, verb, book)
        if is_subject and not names:
            names = texts_of(run for run in runs if run.understood)
        return replace(read, names=names, why=trouble)
    return replace(read, stance=Stance.CLAIMED, names=texts_of(runs))


def topic_of(subject: str, book: NameBook) -> Statement | None:
    """The packages and places of a subject that speaks of no retirement, if it is wholly understood."""
    tokens = up_to_tail(opened(subject), 0)
    runs = runs_of(tokens, book)
    if any(_unknowns(tokens, runs)) or any(token.low in LISTINGS for token in tokens):
        return None
    return replace(_with_places(tokens), names=texts_of(runs))


def headed_by(subject: str, text: str, book: NameBook) -> Statement | None:
    """The packages before the colon of a subject, or anywhere in one, if they are surely some.

    A plain word is one only where the text has it too, as a name stands: without an article.
    """
    if _EXCEPTED.search(subject.lower()):
        return None
    head, colon, _ = subject.partition(":")
    topic = topic_of(head, book) if colon else None
    said = opened(_POSSESSIVE.sub(" ", head if topic is not None and topic.names else subject))
    runs = [
        replace(run, names=tuple(name for name in run.names if name.sure or _is_named(name.text, text)))
        for run in runs_of(up_to_tail(said, 0), book)
    ]
    named = [run for run in runs if run.names]
    if len(named) != 1:
        return None
    return replace(_with_places(said), names=texts_of(named))


def _is_named(word: str, text: str) -> bool:
    """Whether a text has the word as it would have a package's name."""
    before = (
        found[1] or ""
        for found in re.finditer(rf"(?:([\w'-]+)\s+)?(?<![\w-]){re.escape(word)}(?![\w-])", text)
    )
    articles = [low in _DETERMINERS for low in map(str.lower, before)]
    return bool(articles) and not any(articles)


def places_of(text: str) -> Statement:
    """The places alone that a text names."""
    return _with_places(tokens_of(text))


def _with_places(tokens: Sequence[Token]) -> Statement:
    named = tuple(dict.fromkeys(name for token in tokens for name in token.collections))
    kinds = {token.kind for token in tokens}
    return Statement(
        Stance.UNCLEAR,
        collections=named,
        everywhere=Kind.EVERYWHERE in kinds and not named,
        epel=Kind.EPEL in kinds,
        elsewhere=Kind.ELSEWHERE in kinds,
    )


def _verb_of(tokens: Sequence[Token]) -> int | None:
    every = [at for at, token in enumerate(tokens) if token.kind is Kind.WORD and token.low in VERBS]
    strong = [at for at in every if tokens[at].low in _STRONG]
    return next(iter(strong or every), None)


def _without_lead(tokens: tuple[Token, ...], verb: int) -> tuple[tuple[Token, ...], int]:
    """Leave out what stands before the sentence proper: "Hi all,", "After some thought,"."""
    person = max((at for at in range(verb) if tokens[at].low in _PERSONS), default=0)
    that = max((at for at in range(verb) if tokens[at].low == "that"), default=0)
    cut = 0
    if person and _only_leads(tokens[:person]):
        cut = person
    elif that > person and _only_introduces(tokens[:that]):
        cut = that + 1
    elif tokens[0].low in _LEADS:
        cut = next((at + 1 for at in range(verb) if tokens[at].text == ","), 0)
    return tokens[cut:], verb - cut


def _up_to_mark(tokens: tuple[Token, ...], verb: int, book: NameBook) -> tuple[Token, ...]:
    """Once verb, names and places have been told, a mark begins what is only added."""
    names = [run.end for run in runs_of(tokens, book) if run.understood]
    if _has_another_object(tokens, names, verb):
        return tokens
    places = [at for at, token in enumerate(tokens) if token.kind in PLACES]
    if not names or not places:
        return tokens
    end = max(verb + 1, names[0], places[0] + 1)
    while end < len(tokens) and (
        tokens[end].kind in PLACES or (tokens[end].low in _BETWEEN_PLACES and any(at > end for at in places))
    ):
        end += 1
    added = [token for token in tokens[end:] if token.kind is not Kind.ASIDE]
    if added and added[0].kind is Kind.WORD and added[0].low in _PREDICATES:
        return tokens[:end] if _is_harmless_predicate(added) else tokens
    while added and added[0].low in FILLERS:
        del added[0]
    if any(token.kind in PLACES or token.kind is Kind.ODD for token in added):
        return tokens
    more = any(
        token.low in _MORE and added[max(at - 1, 0)].low not in ("any", "no")
        for at, token in enumerate(added[:6])
    )
    if more or any(token.low in _HEDGES for token in added[:3]):
        return tokens
    if tokens[verb].low not in _STRONG and _is_of_something_else(added):
        return tokens
    return tokens if _may_go_on(added, book) else tokens[:end]


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
    if tokens[verb].low not in _GERUND | _BASE or not names or names[-1] > verb:
        return False
    after = [token for token in tokens[verb + 1 :] if token.low not in FILLERS]
    return bool(after) and after[0].kind in (Kind.WORD, Kind.NAME) and after[0].low not in PRONOUNS


def _without_plain_words(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Leave out words such as "time", packages though they are, beside names that can be nothing else."""
    plain = [run for run in runs if run.understood and not any(name.sure for name in run.names)]
    sure = any(name.sure for run in runs for name in run.names)
    known = {name.text.lower() for run in plain for name in run.names} & phrases.NO_NAMES
    return tuple(run for run in runs if not (sure and run in plain and run.names[0].text.lower() in known))


def _may_go_on(added: Sequence[Token], book: NameBook) -> bool:
    """Whether what is added may be more packages: "Retiring foo from EPEL 8 - bar", "..., bar and baz"."""
    if not added:
        return False
    joined = added[0].kind is Kind.MARK or added[0].low in ("and", "or")
    rest = added[1:] if joined else added
    if not rest or rest[0].low in PRONOUNS or rest[0].low in _PERSONS:
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


def _listed_at(
    tokens: Sequence[Token], kinds: Sequence[Run], verb: int, *, pronoun: str, named: bool
) -> list[int]:
    """Where it says that packages are named elsewhere; "retirements" say so by themselves."""
    found = [at for at, token in enumerate(tokens) if token.low in LISTINGS or counts_packages(tokens, at)]
    found += [run.start for run in kinds]
    if tokens[verb].low == "retirements":
        found.append(verb)
    colon = tokens[-1].text == ":"
    if pronoun == "them" and colon:
        found.append(len(tokens) - 1)
    elif not (found or pronoun or named):
        # "Package retirement", "I am retiring:": the packages are still to come.
        found = [at for at, token in enumerate(tokens) if token.low in ("package", "packages")]
        found += [len(tokens) - 1] if colon else []
    return found


def _trouble(
    read: Statement,
    tokens: Sequence[Token],
    runs: Sequence[Run],
    listed: Sequence[int],
    verb: int,
    *,
    book: NameBook,
    is_subject: bool,
) -> str:
    """Why the clause isn't wholly understood, or nothing."""
    doubts = [*_unknowns(tokens, runs)]
    if not doubts and runs:
        doubts = [*_about_names(tokens, runs[0], listed, verb, book=book, is_subject=is_subject)]
    if not (runs or read.lists or read.pronoun):
        doubts.append("it isn't said what is retired")
    if read.imperative and not is_subject:
        doubts.append("it isn't said who retires it")
    return doubts[0] if doubts else ""


def _unknowns(tokens: Sequence[Token], runs: Sequence[Run]) -> Iterator[str]:
    """What of the clause is neither name nor place nor a word of no weight."""
    if any(not run.understood for run in runs):
        yield "not all of it can be the name of a package"
    if len(runs) > 1:
        yield "the words around the names are not understood"
    if any(token.kind in (Kind.ODD, Kind.RHEL) or token.text == "?" for token in tokens):
        yield "something in it is neither a package nor a collection"
    if any(token.low.isdigit() and not counts_packages(tokens, at) for at, token in enumerate(tokens)):
        yield "a number in it is not understood"
    places = [at for at, token in enumerate(tokens) if token.kind in PLACES]
    between = tokens[places[0] : places[-1]] if places else ()
    if any(token.kind not in PLACES and token.low not in _BETWEEN_PLACES for token in between):
        yield "it names collections here and there"


def _about_names(
    tokens: Sequence[Token], run: Run, listed: Sequence[int], verb: int, *, book: NameBook, is_subject: bool
) -> Iterator[str]:
    """Why the names may be more, or others, than what the verb speaks of."""
    misplaced = _misplaced(tokens, run, verb, is_subject=is_subject)
    if misplaced:
        yield misplaced
    if tokens[verb].low not in _STRONG and any(
        _PART.search(name) and not book.knows(name) for name in texts_of([run])
    ):
        yield "it may be a part of a package"
    if any(verb < at < run.start for at in listed) and tokens[run.start - 1].low in _PARTED_FROM:
        yield "some of it may be meant"
    if is_a_thing(tokens, run):
        yield "what has an article may be no package"
    if means_a_group(tokens, run):
        yield "it may speak of a group of packages"
    more = any(token.low == "all" or token.low in PRONOUNS for token in tokens[run.end :])
    if more or any(at > run.start for at in listed if at != verb):
        yield "more packages are meant than are named"


def _misplaced(tokens: Sequence[Token], run: Run, verb: int, *, is_subject: bool) -> str:
    """Why the names can't be what the verb speaks of, or nothing."""
    form = tokens[verb].low
    if run.start > verb:
        passive = form in _PARTICIPLE and any(token.low in _COPULAS for token in tokens[:verb])
        named = any(token.text == ":" for token in tokens[verb : run.start])
        return "the names stand where none are expected" if passive and not named else ""
    between = [token for token in tokens[run.end : verb] if token.kind not in PLACES]
    if form in _NOUN or any(token.text in (":", "-") for token in between):
        return ""
    lows = {token.low for token in between}
    before = {token.low for token in tokens[: run.start]}
    told = not before & _PERSONS or before & {"announce", "announcing"}
    if form in _PARTICIPLE and told and lows & _COMING and lows <= _AROUND_COMING:
        return ""
    # "foo retired from epel10" may head a post; "John retired from EPEL" would, too.
    if form in _PARTICIPLE and is_subject and not between and run.names[0].text[:1].islower():
        return ""
    return "it may be somebody that retires"


def _likely_names(tokens: Sequence[Token], runs: Sequence[Run], verb: int, book: NameBook) -> tuple[str, ...]:
    """For a person who has to look: the names of an unclear clause that most likely are packages."""
    objects = [run for run in runs if run.understood and _is_object(tokens, run, verb)]
    behind = [run for run in objects if run.start > verb]
    known = [name.text for run in runs for name in run.names if name.sure and book.knows(name.text)]
    return tuple(dict.fromkeys([*texts_of(behind or objects), *known]))


def _is_object(tokens: Sequence[Token], run: Run, verb: int) -> bool:
    if run.start > verb and all(token.low in _WEIGHTLESS for token in tokens[verb + 1 : run.start]):
        return True
    after = tokens[run.end : run.end + 2]
    if len(after) > 1 and after[0].low in _PLACED_BY and after[1].kind in PLACES:
        return True
    between = tokens[run.end : verb]
    plain = all(t.low in FILLERS or t.kind in PLACES or t.text in (":", "-") for t in between)
    return run.end <= verb and plain and not _misplaced(tokens, run, verb, is_subject=False)


def _is_intent(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the writer speaks of doing it: "I", and nothing of weight between that and the verb."""
    person = max((at for at in range(verb) if tokens[at].low in _PERSONS), default=None)
    if person is None:
        return False
    return all(t.low in _WEIGHTLESS or t.kind is Kind.ASIDE for t in tokens[person:verb])


def _is_the_collection_itself(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the verb's object is a collection: "we retire EPEL 7 and all that is in it"."""
    after = [token for token in tokens[verb + 1 :] if token.low not in ("the", "our", "of")]
    end = 0
    while end < len(after) and (
        after[end].kind is Kind.COLLECTIONS or (end and after[end].low in ("and", ",", "/"))
    ):
        end += 1
    if not end:
        return False
    return (
        end == len(after)
        or after[end].kind in (Kind.ASIDE, Kind.MARK)
        or after[end].low in ("all", "as", "in", "on")
    )


def _pointed_at(tokens: Sequence[Token], verb: int) -> str:
    """The pronoun for which "the EPEL 9 package" or "both" stands as what is retired; or nothing."""
    after = [token for token in tokens[verb + 1 :] if token.low not in ("the", "my", "our", "this", "of")]
    named = [at for at, token in enumerate(after[:2]) if token.low in ("package", "branch")]
    if any(all(token.kind is Kind.COLLECTIONS for token in after[:at]) for at in named):
        return "it"
    if after and after[0].low == "both":
        return "both"
    before = [token for token in tokens[:verb] if token.kind not in PLACES]
    plain = tokens[verb].low in _PARTICIPLE and all(token.low in FILLERS for token in before)
    heads = [token.low for token in before if token.low in _POINTING] if plain else []
    return _POINTING[heads[-1]] if heads else ""


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


def _is_about_a_collection(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a whole collection is what is retired: "Retiring EPEL 7", "EPEL 7 will be retired"."""
    after = [token for token in tokens[verb + 1 :] if token.low not in ("the", "our", "of")]
    if after and after[0].kind in PLACES:
        return True
    return tokens[verb].low in _PARTICIPLE and any(token.kind in PLACES for token in tokens[:verb])
