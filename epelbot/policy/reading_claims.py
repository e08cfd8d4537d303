# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the sentences of a post say to what the post says: which packages leave which collections.

Statements add up only if they agree. What they leave open is filled in where there is one way to do it:
"it" from the subject, "the following" from the list, a collection from the one sentence that names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from epelbot.domain.post import Meaning, Reading, Reason
from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_clause import Stance, Statement, places_of
from epelbot.policy.reading_fields import fields_of
from epelbot.policy.reading_lists import ListedPackages, only_leads, packages_listed
from epelbot.policy.reading_names import NameBook
from epelbot.policy.reading_reasons import reason_in
from epelbot.policy.reading_statements import statements_of
from epelbot.policy.reading_text import Block
from epelbot.policy.reading_tokens import ALL_OF_AUTHORS
from epelbot.policy.reading_topic import headed_by, topic_of

_GIVING_UP = re.compile(
    rf"(?<![\w'-])(?:{'|'.join(map(re.escape, phrases.GIVING_UP))}|keep up with|look after|time for)"
    r"(?![\w'-])"
)
#: Packages of one post; of one that names more, a person decides.
MOST_PACKAGES = 200


@dataclass(frozen=True, slots=True)
class Claims:
    """All that a post says of retirements.

    ``announced`` are the subject's claims and ``told`` the text's, in reading order, with their names filled
    in; ``others`` claim nothing: doubts, questions, denials, and what isn't understood. ``topic`` is a
    form's packages and places, or a subject that speaks of no retirement.
    """

    subject: str
    topic: Statement | None = None
    sentences: tuple[str, ...] = ()
    announced: tuple[Statement, ...] = ()
    told: tuple[Statement, ...] = ()
    others: tuple[Statement, ...] = ()
    listed: ListedPackages = field(default_factory=ListedPackages)

    @property
    def every(self) -> tuple[Statement, ...]:
        """What is claimed, in reading order."""
        return (*self.announced, *self.told)


def claims_of(subject: str, blocks: Sequence[Block], book: NameBook) -> Claims:
    """Read a subject (empty where it is somebody else's) and the blocks of a text."""
    announced: Sequence[Statement] = statements_of(subject, book, is_subject=True)
    topic = fields_of(blocks, book) or (None if _claimed(announced) else _topic(subject, blocks, book))
    listed = packages_listed(blocks, book, is_open=any(one.lists and not one.names for one in announced))
    prose = [block for at, block in enumerate(blocks) if at not in listed.blocks]
    told: Sequence[Statement] = [
        one
        for at, block in enumerate(blocks)
        if at not in listed.blocks
        for one in _statements_in(block, book, after=blocks[at - 1] if at else None)
    ]
    announced, told = _same_letters(announced, told)
    every = [one.names for one in _claimed((*announced, *told))]
    known = topic.names if topic is not None and topic.names else next(iter(every), ())
    return Claims(
        subject,
        topic,
        (*(sentence for block in prose for sentence in block.sentences), *listed.remarks),
        tuple(_filled(one, known, listed) for one in announced if one.stance is Stance.CLAIMED),
        tuple(_filled(one, known, listed) for one in told if one.stance is Stance.CLAIMED),
        tuple(one for one in (*announced, *told) if one.stance is not Stance.CLAIMED),
        listed,
    )


def _topic(subject: str, blocks: Sequence[Block], book: NameBook) -> Statement | None:
    text = "\n".join(line for block in blocks for line in block.lines)
    return topic_of(subject, book) or headed_by(subject, text, book)


def _claimed(statements: Iterable[Statement]) -> list[Statement]:
    """Those that claim something of packages that they name."""
    return [one for one in statements if one.stance is Stance.CLAIMED and one.names]


def _same_letters(*groups: Sequence[Statement]) -> tuple[Sequence[Statement], ...]:
    """Make names that differ by the case of their letters one: a subject may be shouted."""
    forms: dict[str, str] = {}
    for name in (name for group in groups for one in group for name in one.names):
        known = forms.setdefault(name.lower(), name)
        if known.isupper() and not name.isupper():
            forms[name.lower()] = name
    return tuple(
        [replace(one, names=tuple(dict.fromkeys(forms[name.lower()] for name in one.names))) for one in group]
        for group in groups
    )


def reading_of(claims: Claims, *, with_text: bool) -> Reading:
    """What the claims amount to; OTHER when they claim no retirement and nobody need look."""
    speaking = [one for one in claims.others if _is_worth_a_look(one)]
    if not claims.every and not speaking:
        return Reading(Meaning.OTHER, why="it announces no retirement")
    wanted = _wanted(claims)
    places = {place for some in wanted.values() for place in some}
    trouble = _trouble(claims, wanted, speaking, with_text=with_text)
    reason, category = _reason(claims) if with_text else (None, None)
    if trouble:
        said = [*claims.every, *speaking, *([claims.topic] if claims.topic is not None else [])]
        names = dict.fromkeys([*wanted, *(name for one in said for name in one.names), *claims.listed.names])
        places.update(place for one in said for place in one.collections)
        places.update(place for some in claims.listed.places.values() for place in some)
        return Reading(
            Meaning.UNSURE,
            tuple(name for name in names if name != ALL_OF_AUTHORS)[:MOST_PACKAGES],
            in_order(places),
            reason,
            category,
            trouble,
            leaning=Meaning.RETIREMENT if claims.every else None,
            all_of_authors=ALL_OF_AUTHORS in names,
        )
    if not places and not any(one.everywhere for one in claims.every):
        return Reading(Meaning.OTHER, why="it speaks of branches outside EPEL only")
    why = "its subject says so" if claims.announced else "its text says so"
    differ = len(set(wanted.values())) > 1
    return Reading(
        Meaning.RETIREMENT,
        tuple(name for name in wanted if name != ALL_OF_AUTHORS),
        in_order(places),
        reason,
        category,
        why,
        apart=tuple((name, in_order(own)) for name, own in wanted.items()) if differ else (),
        all_of_authors=ALL_OF_AUTHORS in wanted,
    )


def in_order(places: Iterable[str]) -> tuple[str, ...]:
    """Names of collections in the order of their releases."""
    return tuple(
        sorted(places, key=lambda name: [int(part) for part in name.removeprefix("epel").split(".")])
    )


def _statements_in(block: Block, book: NameBook, *, after: Block | None) -> Iterator[Statement]:
    shown = after is not None and after.lines[-1].endswith(":") and not only_leads(after.sentences[-1])
    doubt = "it is said in a list" if block.bulleted else "it may be an example, or somebody else's words"
    for sentence in block.sentences:
        for one in statements_of(sentence, book):
            if (block.bulleted or shown) and one.stance is Stance.CLAIMED:
                # A list tells what was talked about: a plan, an agenda, other people's work.
                yield replace(one, stance=Stance.DOUBTED, why=doubt)
            else:
                yield one


def _filled(claim: Statement, known: tuple[str, ...], listed: ListedPackages) -> Statement:
    """The claim with the names that it only points to; without any where they can't be told."""
    if claim.names:
        return claim
    if claim.lists and listed.names:
        return replace(claim, names=listed.names)
    if claim.pronoun and len(known) == {"it": 1, "both": 2}.get(claim.pronoun, len(known)):
        return replace(claim, names=known)
    return claim


def _wanted(claims: Claims) -> dict[str, frozenset[str]]:
    """The collections that each package is to leave; empty where none is named."""
    wanted: dict[str, set[str]] = {}
    default = _default(claims)
    for claim in claims.every:
        own = claim.collections
        if not (own or claim.everywhere or claim.elsewhere) and _may_share(claim, default):
            own = default.collections
        for name in claim.names:
            places = claims.listed.places.get(name, ()) if claim.lists else ()
            wanted.setdefault(name, set()).update(places or own)
    return {name: frozenset(places) for name, places in wanted.items()}


def _default(claims: Claims) -> Statement:
    """The first statement that names collections: others may mean the same ones."""
    spoken = (*claims.every, *([claims.topic] if claims.topic is not None else []))
    found = next((one for one in spoken if one.collections), None)
    if found is not None or any(one.epel or one.elsewhere or one.everywhere for one in spoken):
        return found or Statement(Stance.UNCLEAR)
    return _only_places(claims)


def _only_places(claims: Claims) -> Statement:
    """Where no claim says from where: the collections in which the writer says to stop with its packages."""
    names = tuple(dict.fromkeys(name for one in claims.every for name in one.names))
    told = [(sentence, places_of(sentence)) for sentence in (claims.subject, *claims.sentences)]
    places = {one.collections for _, one in told if one.collections}
    placed = [
        sentence
        for sentence, one in told
        if one.collections
        and _GIVING_UP.search(sentence.lower())
        and all(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", sentence) for name in names)
    ]
    if len(places) != 1 or not placed or any(one.elsewhere or one.everywhere for _, one in told):
        return Statement(Stance.UNCLEAR)
    return Statement(Stance.UNCLEAR, names, places.pop())


def _may_share(claim: Statement, default: Statement) -> bool:
    """Whether one claim's packages are among the other's: else they may leave other collections."""
    mine, theirs = set(claim.names), set(default.names)
    return mine <= theirs or theirs <= mine


def _trouble(
    claims: Claims, wanted: dict[str, frozenset[str]], speaking: Sequence[Statement], *, with_text: bool
) -> str:
    """Why this is no sure retirement, or nothing."""
    if not claims.every:
        return max(speaking, key=lambda one: bool(one.names)).why
    if not wanted:
        return "it isn't said which packages are meant"
    if all(one.vague for one in claims.every):
        return "it may be something else that goes"
    if len(wanted) > MOST_PACKAGES:
        return f"it names more than {MOST_PACKAGES} packages"
    if not with_text and any(one.imperative for one in claims.announced):
        return "the subject may be a request; the text will tell"
    doubts = (claims.listed.trouble, *_doubts(claims, wanted), _disagreement(claims, wanted))
    return next((doubt for doubt in doubts if doubt), "")


def _doubts(claims: Claims, wanted: dict[str, frozenset[str]]) -> Iterator[str]:
    """What the statements that claim nothing take away from those that do."""
    places = {place for some in wanted.values() for place in some}
    for one in claims.others:
        speaks_of_others = bool(one.collections) and places.isdisjoint(one.collections)
        if one.elsewhere and not (one.collections or one.everywhere or one.epel or one.intent):
            continue
        adds = not (set(one.names) <= set(wanted) and set(one.collections) <= places)
        harmless = {
            Stance.DENIED: speaks_of_others,
            Stance.UNCLEAR: not adds or not (one.names or one.intent),
        }
        if not harmless.get(one.stance, False):
            yield one.why


def _disagreement(claims: Claims, wanted: dict[str, frozenset[str]]) -> str:
    """Whether subject and text, or the packages among each other, differ in their collections."""
    if ALL_OF_AUTHORS in wanted and (len(wanted) > 1 or claims.listed.names):
        return "it names some packages, and all"
    every = set(wanted.values())
    if len(every) > 1:
        return "" if _each_has_its_own(claims, wanted) else "not all its packages leave the same collections"
    (places,) = every
    for part in (claims.announced, claims.told):
        named = {place for one in part for place in one.collections}
        if named and named != places:
            return "its subject and its text name different collections"
    everywhere = any(one.everywhere for one in claims.every)
    if everywhere and places:
        return "it names some collections, and all of them"
    if places or everywhere:
        return ""
    if any(one.epel for one in (*claims.every, *([claims.topic] if claims.topic is not None else []))):
        return "it doesn't say which release of EPEL"
    return "" if any(one.elsewhere for one in claims.every) else "it doesn't say which collection"


def _each_has_its_own(claims: Claims, wanted: dict[str, frozenset[str]]) -> bool:
    """Whether every claim, or entry of the list, says itself from where its packages go, and only once."""
    if any(one.everywhere or one.elsewhere for one in claims.every) or not all(wanted.values()):
        return False
    told: dict[str, set[frozenset[str]]] = {}
    for claim in claims.every:
        for name in claim.names:
            own = claims.listed.places.get(name, ()) if claim.lists else ()
            if own or claim.collections:
                told.setdefault(name, set()).add(frozenset(own or claim.collections))
    return all(told.get(name) == {places} for name, places in wanted.items())


def _is_worth_a_look(one: Statement) -> bool:
    """Whether a statement that claims nothing may still mean a retirement."""
    if one.stance is Stance.DOUBTED:
        return bool(one.names or one.pronoun or one.intent)
    return one.stance is Stance.UNCLEAR and bool(one.names or one.intent)


def _reason(claims: Claims) -> tuple[str | None, Reason | None]:
    found = reason_in(claims.sentences)
    return found if found[0] is not None else reason_in([claims.subject])
