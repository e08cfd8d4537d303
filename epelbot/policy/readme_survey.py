# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2, the looking: which file in each RPM of a build is its retired-notice, and whether enough RPMs have one.

Two steps, so that nothing is read here: `texts_needed` says which texts decide, `survey` judges with them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from epelbot.domain.build import BuildContents, RpmContents, RpmFile
from epelbot.domain.evidence import Miss, Outcome, RpmReadme
from epelbot.domain.profile import ReadmeRules
from epelbot.policy.near_names import is_near_name

#: Bytes of a notice that are read. Who has not said it by then did not mean to say it.
README_LIMIT = 64 * 1024

#: Notices per RPM that are read; a package with more, at as many paths, is up to something else.
NOTICES_PER_RPM = 8

#: The architecture of packages that are the same for all.
NOARCH = "noarch"

#: The architectures of source packages.
SOURCE_ARCHES = ("src", "nosrc")

# The 32-bit marks first: the little-endian one begins like the 16-bit one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextNeeded:
    """One text that decides. ``key`` is its digest (or RPM and path, where rpm recorded none).

    ``places`` are the RPMs ("name.arch") and paths where the same text stands; any of them will do.
    """

    key: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The answer for a text that none of its places gave; ``why`` is a phrase or sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is in a build, RPM by RPM, and what that amounts to.

    ``readmes`` covers all RPMs: binary packages first, then debug packages, then sources, each by name and
    architecture. ``binary`` are those that users install, ``counting`` those among them that count.
    ``lacking`` are the architectures that certainly don't have what they need, ``unknown`` those of which
    that can't be told. ``hints`` are the near misses that would have helped, the most helpful first.
    """

    build: str
    rules: ReadmeRules
    readmes: tuple[RpmReadme, ...]
    binary: tuple[RpmReadme, ...]
    counting: tuple[RpmReadme, ...]
    lacking: tuple[str, ...]
    unknown: tuple[str, ...]
    hints: tuple[RpmReadme, ...]

    @property
    def outcome(self) -> Outcome:
        """The answer; a certain "no" stands, whatever else could not be read."""
        if self.lacking or not self.counting:
            return "near-miss" if self.hints or self.carriers else "lacks"
        return "unreadable" if self.unknown else "carries"

    @property
    def carriers(self) -> tuple[RpmReadme, ...]:
        """The packages that carry the notice and count."""
        return tuple(one for one in self.counting if one.is_good)

    @property
    def without(self) -> tuple[RpmReadme, ...]:
        """The binary packages whose users would not see the notice."""
        return tuple(one for one in self.binary if one.says_retired is not True and not one.is_unknown)

    @property
    def unread(self) -> tuple[RpmReadme, ...]:
        """The binary packages of which something that matters could not be read."""
        return tuple(one for one in self.binary if one.is_unknown)


def texts_needed(contents: BuildContents, rules: ReadmeRules) -> tuple[TextNeeded, ...]:
    """The texts on which it depends, each once however many RPMs hold it; in the order of the RPMs' names."""
    places: dict[str, list[tuple[str, str]]] = {}
    for rpm, place in _placed(contents, rules):
        for file, misses in _notices(rpm, place, rules):
            if _depends_on_text(misses):
                places.setdefault(_key(rpm, file), []).append((str(rpm), file.path))
    return tuple(TextNeeded(key, tuple(found)) for key, found in places.items())


def says_retired(text: bytes, words: Iterable[str]) -> bool:
    """Whether the text has one of the words, as a whole word ("unretired" is none), any case.

    It is decoded by its byte order mark, else as UTF-8, else as Latin-1, which takes anything.
    """
    return _any_of(tuple(words)).search(_decoded(text)) is not None


def survey(contents: BuildContents, texts: Mapping[str, bool | Unreadable], rules: ReadmeRules) -> Survey:
    """Judge with the texts' answers (whether it says so), by `TextNeeded.key`; one left out was not read."""
    placed = _placed(contents, rules)
    readmes = tuple(_readme_of(rpm, place, texts, rules) for rpm, place in placed)
    found = tuple(zip(placed, readmes, strict=True))
    counting = tuple(readme for (_, place), readme in found if place is None)
    lacking, unknown = _architectures(counting, rules)
    return Survey(
        build=contents.build,
        rules=rules,
        readmes=readmes,
        binary=tuple(readme for (rpm, _), readme in found if not (rpm.is_source or rpm.is_debug)),
        counting=counting,
        lacking=lacking,
        unknown=unknown,
        hints=_hints(readmes, lacking, is_any_counting=bool(counting)),
    )


def _placed(contents: BuildContents, rules: ReadmeRules) -> list[tuple[RpmContents, Miss | None]]:
    """The RPMs in order, each with the reason why a notice in it doesn't count, if there is one.

    A ``-doc`` package counts if the build has no other binary package, or each of them has to have it.
    """
    rpms = sorted(contents.rpms, key=lambda rpm: (rpm.is_source, rpm.is_debug, rpm.name, rpm.arch))
    binary = [rpm for rpm in rpms if not (rpm.is_source or rpm.is_debug)]
    docs_count = rules.scope == "every" or all(map(_is_doc_package, binary))
    return [(rpm, _place(rpm, docs_count=docs_count)) for rpm in rpms]


def _place(rpm: RpmContents, *, docs_count: bool) -> Miss | None:
    if rpm.is_source:
        return Miss.SOURCE_PACKAGE
    if rpm.is_debug:
        return Miss.DEBUG_PACKAGE
    return Miss.DOC_PACKAGE if _is_doc_package(rpm) and not docs_count else None


def _is_doc_package(rpm: RpmContents) -> bool:
    return rpm.name.endswith("-doc")


def _notices(
    rpm: RpmContents, place: Miss | None, rules: ReadmeRules
) -> Iterator[tuple[RpmFile, tuple[Miss, ...]]]:
    """The files that are or were meant as the notice, each with what is wrong so far, by path.

    Of debug and source packages only the name matters: they don't count however well they carry it.
    """
    is_aside = place in (Miss.SOURCE_PACKAGE, Miss.DEBUG_PACKAGE)
    texts = 0
    meant = [
        file for file in rpm.files if file.name == rules.name or (not is_aside and is_near_name(file, rules))
    ]
    for file in sorted(meant, key=lambda file: file.path):
        name = () if file.name == rules.name else (Miss.NAME,)
        misses = (*(() if is_aside else _misses(file)), *name, *(() if place is None else (place,)))
        if _depends_on_text(misses):
            texts += 1
            if texts > NOTICES_PER_RPM:
                continue
        yield file, misses


def _misses(file: RpmFile) -> tuple[Miss, ...]:
    """What is wrong with the file itself."""
    if file.is_ghost:
        return (Miss.GHOST,)
    if file.is_directory:
        return (Miss.DIRECTORY,)
    if file.is_link:
        return (Miss.LINK,)
    if not file.is_regular:
        return (Miss.SPECIAL,)
    flag = () if file.is_doc else (Miss.LICENSE if file.is_license else Miss.NOT_DOC,)
    return flag if file.size else (*flag, Miss.EMPTY)


def _depends_on_text(misses: tuple[Miss, ...]) -> bool:
    return misses in ((), (Miss.DOC_PACKAGE,))


def _key(rpm: RpmContents, file: RpmFile) -> str:
    return file.digest or f"{rpm}:{file.path}"


def _readme_of(
    rpm: RpmContents, place: Miss | None, texts: Mapping[str, bool | Unreadable], rules: ReadmeRules
) -> RpmReadme:
    if rpm.problem is not None:
        return RpmReadme(rpm.name, rpm.arch, problem=rpm.problem)
    found = [_readme(rpm, file, misses, texts) for file, misses in _notices(rpm, place, rules)]
    return min(found, key=_by_use, default=RpmReadme(rpm.name, rpm.arch))


def _readme(
    rpm: RpmContents, file: RpmFile, misses: tuple[Miss, ...], texts: Mapping[str, bool | Unreadable]
) -> RpmReadme:
    says, problem = None, None
    if _depends_on_text(misses):
        answer = texts.get(_key(rpm, file), Unreadable("its text was not read"))
        if isinstance(answer, Unreadable):
            problem = answer.why
        else:
            says = answer
            misses = misses if says else (Miss.SILENT, *misses)
    return RpmReadme(
        rpm=rpm.name,
        arch=rpm.arch,
        path=file.path,
        doc=file.is_doc,
        regular=file.is_regular,
        size=file.size,
        digest=file.digest,
        says_retired=says,
        misses=misses,
        problem=problem,
    )


def _by_use(readme: RpmReadme) -> tuple[bool, bool, int, int]:
    """Good ones first, then what may be good, then the least that is to be mended."""
    worst = max((miss.rank for miss in readme.misses), default=-1)
    return not readme.is_good, not readme.is_unknown, worst, len(readme.misses)


def _architectures(
    counting: tuple[RpmReadme, ...], rules: ReadmeRules
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The architectures of the build that lack what they need, and those of which that can't be told.

    An architecture counts if a counting package is built for it; noarch only where there is no other. So
    a debug package alone makes none.
    """
    built = sorted({one.arch for one in counting if one.arch != NOARCH} or {one.arch for one in counting})
    lacking: list[str] = []
    unknown: list[str] = []
    for arch in built:
        here = [one for one in counting if one.arch in (arch, NOARCH)]
        if rules.scope == "any":
            is_met = any(one.is_good for one in here)
            is_open = any(one.is_unknown for one in here)
        else:
            is_met = all(one.is_good for one in here)
            is_open = all(one.is_good or one.is_unknown for one in here)
        if not is_met:
            (unknown if is_open else lacking).append(arch)
    return tuple(lacking), tuple(unknown)


def _hints(
    readmes: tuple[RpmReadme, ...], lacking: tuple[str, ...], *, is_any_counting: bool
) -> tuple[RpmReadme, ...]:
    """Near misses on an architecture that lacks it; noarch and source packages are for all of them."""
    found = [
        one
        for one in readmes
        if one.misses and (one.arch in (*lacking, NOARCH, *SOURCE_ARCHES) or not is_any_counting)
    ]
    return tuple(sorted(found, key=_by_use)) if lacking or not is_any_counting else ()


@lru_cache(maxsize=8)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    wanted = "|".join(r"\s+".join(map(re.escape, word.split())) for word in words)
    # Not \b: "_" belongs to no word here.
    return re.compile(rf"(?<![^\W_])(?:{wanted})(?![^\W_])", re.IGNORECASE)


def _decoded(text: bytes) -> str:
    for mark, encoding in _MARKS:
        if text.startswith(mark):
            return text.decode(encoding, "replace")
    try:
        # A text cut at the limit may end inside a letter.
        return codecs.getincrementaldecoder("utf-8-sig")().decode(text)
    except UnicodeDecodeError:
        return text.decode("latin-1")
