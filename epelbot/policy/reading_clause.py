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
from epelbot.policy.reading_edges import up_to_mark, without_lead
from epelbot.policy.reading_names import Name, NameBook
from epelbot.policy.reading_roles import (
    BASE,
    BETWEEN_PLACES,
    COPULAS,
    GERUND,
    NOUN,
    PARTICIPLE,
    PERSONS,
    PLACED_BY,
    STRONG,
    WEIGHTLESS,
)
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
    ``vague``: "drop it" may mean much else. ``why``: a phrase that tells what is in doubt.
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
    vague: bool = False
    why: str = ""


_HEADINGS = GERUND | NOUN
_POINTING = {"package": "it", "branch": "it", "component": "it", "both": "both", "packages": "them"}
_PART = re.compile(r"-(?:docs?|devel|libs?|static|common|data|debuginfo)\Z")
_PARTED_FROM = PLACED_BY | {"of"}
# "Foo is retired" tells of the past; that it will be, is being or has been is told by the first of these.
_COMING = frozenset(("will", "be", "being", "been", "to"))
_AROUND_COMING = (FILLERS | {"going"}) - {"that", "want", "need"}


def read_clause(clause: str, book: NameBook, *, is_subject: bool) -> Statement | None:
    """The clause's parts: CLAIMED if wholly understood, else UNCLEAR; None if it is about no package."""
    tokens = opened(clause)
    verb = _verb_of(tokens)
    if verb is None:
        return Statement(Stance.UNCLEAR, why="the words around the retirement are not understood")
    tokens, verb = without_lead(tokens, verb)
    if _is_about_the_writer(tokens, verb):
        return None
    if _is_the_collection_itself(tokens, verb):
        return None
    tokens = up_to_tail(tokens, verb)
    whole = runs_of(tokens, book)
    tokens = up_to_mark(tokens, verb, book)
    every = runs_of(tokens, book)
    if tokens[verb].low in STRONG:
        every = _without_plain_words(every)
    kinds = kinds_among(tokens, every)
    runs = tuple(run for run in every if run not in kinds)
    pointing = next((PRONOUNS[token.low] for token in tokens if token.low in PRONOUNS), "")
    pronoun = pointing or ("" if runs else _pointed_at(tokens, verb))
    listed = _listed_at(tokens, kinds, verb, pronoun=pronoun, named=bool(runs))
    nothing = not listed and not pronoun and not any(run.understood for run in runs)
    if nothing and _is_about_a_collection(tokens, verb):
        return None
    read = replace(
        with_places(tokens),
        lists=bool(listed),
        pronoun=pronoun,
        intent=_is_intent(tokens, verb) or (is_subject and tokens[0].low in _HEADINGS),
        vague=bool(pointing) and not runs and tokens[verb].low not in STRONG,
        imperative=tokens[verb].low in BASE and not any(token.low in AGENTS for token in tokens[:verb]),
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


def places_of(text: str) -> Statement:
    """The places alone that a text names."""
    return with_places(tokens_of(text))


def with_places(tokens: Sequence[Token]) -> Statement:
    """A statement of nothing but the places among the tokens."""
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
    strong = [at for at in every if tokens[at].low in STRONG]
    return next(iter(strong or every), None)


def _without_plain_words(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Leave out words such as "time", packages though they are, beside names that can be nothing else."""
    plain = [run for run in runs if run.understood and not any(name.sure for name in run.names)]
    sure = any(name.sure for run in runs for name in run.names)
    known = {name.text.lower() for run in plain for name in run.names} & phrases.NO_NAMES
    return tuple(run for run in runs if not (sure and run in plain and run.names[0].text.lower() in known))


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
    doubts = [*unknowns(tokens, runs)]
    if not doubts and runs:
        doubts = [*_about_names(tokens, runs[0], listed, verb, book=book, is_subject=is_subject)]
    if not (runs or read.lists or read.pronoun):
        doubts.append("it isn't said what is retired")
    if read.imperative and not is_subject:
        doubts.append("it isn't said who retires it")
    return doubts[0] if doubts else ""


def unknowns(tokens: Sequence[Token], runs: Sequence[Run]) -> Iterator[str]:
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
    if any(token.kind not in PLACES and token.low not in BETWEEN_PLACES for token in between):
        yield "it names collections here and there"


def _about_names(
    tokens: Sequence[Token], run: Run, listed: Sequence[int], verb: int, *, book: NameBook, is_subject: bool
) -> Iterator[str]:
    """Why the names may be more, or others, than what the verb speaks of."""
    misplaced = _misplaced(tokens, run, verb, is_subject=is_subject)
    if misplaced:
        yield misplaced
    if tokens[verb].low not in STRONG and any(
        _PART.search(name) and not book.knows(name) for name in texts_of([run])
    ):
        yield "it may be a part of a package"
    if tokens[verb].low not in STRONG and any(_is_a_person(name, book) for name in run.names):
        yield "it may be a person that leaves"
    first, *others = run.names
    if (
        run.start == 0
        and not first.sure
        and first.text[0].isupper()
        and any(o.text[0].islower() for o in others)
    ):
        yield "it may begin with a word that is no name"
    if any(verb < at < run.start for at in listed) and tokens[run.start - 1].low in _PARTED_FROM:
        yield "some of it may be meant"
    if is_a_thing(tokens, run):
        yield "what has an article may be no package"
    if means_a_group(tokens, run):
        yield "it may speak of a group of packages"
    more = any(token.low == "all" or token.low in PRONOUNS for token in tokens[run.end :])
    if more or any(at > run.start for at in listed if at != verb):
        yield "more packages are meant than are named"


def _is_a_person(name: Name, book: NameBook) -> bool:
    """Whether a plain word may be somebody's name, which is written with a capital letter."""
    return not name.sure and (name.text[:1].isupper() or bool(book.known))


def _misplaced(tokens: Sequence[Token], run: Run, verb: int, *, is_subject: bool) -> str:
    """Why the names can't be what the verb speaks of, or nothing."""
    form = tokens[verb].low
    if run.start > verb:
        passive = form in PARTICIPLE and any(token.low in COPULAS for token in tokens[:verb])
        named = any(token.text == ":" for token in tokens[verb : run.start])
        return "the names stand where none are expected" if passive and not named else ""
    between = [token for token in tokens[run.end : verb] if token.kind not in PLACES]
    if form in NOUN or any(token.text in (":", "-") for token in between):
        return ""
    lows = {token.low for token in between}
    before = {token.low for token in tokens[: run.start]}
    told = not before & PERSONS or before & {"announce", "announcing"}
    if form in PARTICIPLE and told and lows & _COMING and lows <= _AROUND_COMING:
        return ""
    # "foo retired from epel10" may head a post; "John retired from EPEL" would, too.
    if form in PARTICIPLE and is_subject and not between and run.names[0].text[:1].islower():
        return ""
    return "it may be somebody that retires"


def _likely_names(tokens: Sequence[Token], runs: Sequence[Run], verb: int, book: NameBook) -> tuple[str, ...]:
    """For a person who has to look: the names of an unclear clause that most likely are packages."""
    objects = [run for run in runs if run.understood and _is_object(tokens, run, verb)]
    behind = [run for run in objects if run.start > verb]
    known = [name.text for run in runs for name in run.names if name.sure and book.knows(name.text)]
    return tuple(dict.fromkeys([*texts_of(behind or objects), *known]))


def _is_object(tokens: Sequence[Token], run: Run, verb: int) -> bool:
    if run.start > verb and all(token.low in WEIGHTLESS for token in tokens[verb + 1 : run.start]):
        return True
    after = tokens[run.end : run.end + 2]
    if len(after) > 1 and after[0].low in PLACED_BY and after[1].kind in PLACES:
        return True
    between = tokens[run.end : verb]
    plain = all(t.low in FILLERS or t.kind in PLACES or t.text in (":", "-") for t in between)
    return run.end <= verb and plain and not _misplaced(tokens, run, verb, is_subject=False)


def _is_intent(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the writer speaks of doing it: "I", and nothing of weight between that and the verb."""
    person = max((at for at in range(verb) if tokens[at].low in PERSONS), default=None)
    if person is None:
        return False
    return all(t.low in WEIGHTLESS or t.kind is Kind.ASIDE for t in tokens[person:verb])


def _is_the_collection_itself(tokens: Sequence[Token], verb: int) -> bool:
    """Whether the verb's object is a collection: "we retire EPEL 7 and all that is in it"."""
    subject = [token for token in tokens[:verb] if token.kind not in PLACES and token.low not in WEIGHTLESS]
    if tokens[verb].low in PARTICIPLE and subject:
        return False
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


def _is_about_the_writer(tokens: Sequence[Token], verb: int) -> bool:
    """Whether it is the writer who retires: "I retired from my job", "I'm retiring in June"."""
    if not tokens[verb].low.startswith("retir") or not any(t.low in PERSONS for t in tokens[:verb]):
        return False
    after = [token for token in tokens[verb + 1 :] if token.kind is not Kind.ASIDE]
    from_job = len(after) > 1 and after[0].low == "from" and after[1].kind is Kind.WORD
    return from_job and not any(token.kind in PLACES for token in after)


def _pointed_at(tokens: Sequence[Token], verb: int) -> str:
    """The pronoun for which "the EPEL 9 package" or "both" stands as what is retired; or nothing."""
    after = [token for token in tokens[verb + 1 :] if token.low not in ("the", "my", "our", "this", "of")]
    named = [at for at, token in enumerate(after[:2]) if token.low in ("package", "branch")]
    if any(all(token.kind is Kind.COLLECTIONS for token in after[:at]) for at in named):
        return "it"
    if after and after[0].low == "both":
        return "both"
    before = [token for token in tokens[:verb] if token.kind not in PLACES]
    plain = tokens[verb].low in PARTICIPLE and all(token.low in FILLERS | {"going"} for token in before)
    heads = [token.low for token in before if token.low in _POINTING] if plain else []
    return _POINTING[heads[-1]] if heads else ""


def _is_about_a_collection(tokens: Sequence[Token], verb: int) -> bool:
    """Whether a whole collection is what is retired: "Retiring EPEL 7", "EPEL 7 will be retired"."""
    after = [token for token in tokens[verb + 1 :] if token.low not in ("the", "our", "of")]
    if after and after[0].kind in PLACES:
        return True
    return tokens[verb].low in PARTICIPLE and any(token.kind in PLACES for token in tokens[:verb])
