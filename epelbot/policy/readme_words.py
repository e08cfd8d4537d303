# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2 in phrases: what was found in a build's RPMs, and what exactly to change in the spec file.

Names of files and packages come from RPMs that anyone may have made, so they are made harmless here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from epelbot.domain.evidence import Miss, RpmReadme
from epelbot.domain.nevra import NVR
from epelbot.domain.profile import ReadmeRules
from epelbot.policy.readme_survey import NOARCH, README_LIMIT, SOURCE_ARCHES, Survey

# Names in one phrase; a build may have hundreds of packages.
_MOST_NAMES = 6
_MOST_HINTS = 3
_LONGEST_NAME = 200
_LONGEST_PROBLEM = 500

_DOC_FOLDER = "/usr/share/doc/"


def required(rules: ReadmeRules) -> str:
    """What R2 wants."""
    where = "every binary package" if rules.scope == "every" else "a binary package of every architecture"
    return f"{rules.name}, flagged %doc and saying {any_word(rules)}, in {where}"


def why(survey: Survey) -> str:
    """What was measured."""
    notice = survey.rules.name
    match survey.outcome:
        case "carries":
            return _carries(survey)
        case "unreadable":
            where = f" for {listed(survey.unknown)}" if survey.carriers else ""
            return f"it can't be told whether the build carries {notice}{where}: {_unread(survey)}"
    if not survey.counting:
        hint = f"; {miss_phrase(survey.hints[0], survey.rules)}" if survey.hints else ""
        return f"the build has no binary package{hint}"
    said = f"no binary package has a {notice}" if survey.outcome == "lacks" else _near_miss(survey)
    return f"{said}; {_unread(survey)}" if survey.unread else said


def remedy(survey: Survey) -> str | None:
    """What to do, from the most helpful near miss; None when nothing is to be done."""
    match survey.outcome:
        case "carries":
            return None
        case "unreadable":
            return "fetch the RPMs again, or wait until Koji has them whole, and check again"
    if not survey.counting:
        return "check the built RPMs; if there are none, build at least one binary package"
    if survey.hints:
        steps = [_mend(miss, survey.hints[0], survey) for miss in survey.hints[0].misses]
    elif survey.carriers:
        steps = [f"list `%doc {survey.rules.name}` {_in_sections(survey)} too"]
    else:
        steps = [
            f"add a {survey.rules.name} that says {any_word(survey.rules)}",
            f"list it as `%doc {survey.rules.name}` {_in_sections(survey)}",
        ]
    return "; ".join([*dict.fromkeys(steps), "then raise the release and build again"])


def packages_to_change(survey: Survey) -> tuple[str, ...]:
    """The packages whose file lists have to change: as few as will do, the main package first."""
    if survey.hints and survey.hints[0] in survey.counting and survey.rules.scope == "any":
        return (survey.hints[0].rpm,)
    return _packages_in_need(survey)


def _packages_in_need(survey: Survey) -> tuple[str, ...]:
    """The packages that have to gain the notice if no near miss can be mended."""
    if survey.rules.scope == "every":
        return tuple(dict.fromkeys(one.rpm for one in survey.counting if not one.is_good))
    chosen: list[str] = []
    main = source_name(survey.build)
    for arch in survey.lacking:
        here = [one.rpm for one in survey.counting if one.arch in (arch, NOARCH)]
        if not any(name in chosen for name in here):
            chosen.append(min(here, key=lambda name: (name != main, name)))
    return tuple(chosen)


def files_section(package: str, source: str) -> str:
    """The heading of a package's file list in the spec file of that source package."""
    if package == source:
        return "%files"
    if source and package.startswith(f"{source}-"):
        return f"%files {package.removeprefix(f'{source}-')}"
    return f"%files -n {package}"


def source_name(build: str) -> str:
    """The source package of a build, empty where the build's name is none."""
    try:
        return NVR.parse(build).name
    except ValueError:
        return ""


def miss_phrase(readme: RpmReadme, rules: ReadmeRules) -> str:
    """What is wrong with a file, as a clause about it."""
    package = f"{readme.rpm}.{readme.arch}" if readme.arch in SOURCE_ARCHES else readme.rpm
    return f"{shown(readme.path or '')} in {shown(package)} {faults(readme, rules)}"


def faults(readme: RpmReadme, rules: ReadmeRules) -> str:
    """What is wrong with a file, without naming it."""
    return " and ".join(_fault(miss, rules) for miss in readme.misses)


def labels(readmes: Sequence[RpmReadme], among: Collection[RpmReadme]) -> tuple[str, ...]:
    """The packages' names, with the architecture where others of the same name are not among these."""
    here = {(one.rpm, one.arch) for one in readmes}
    split = {one.rpm for one in among if (one.rpm, one.arch) not in here}
    names = (f"{one.rpm}.{one.arch}" if one.rpm in split else one.rpm for one in readmes)
    return tuple(dict.fromkeys(map(shown, names)))


def listed(names: Iterable[str], most: int = _MOST_NAMES, between: str = ", ") -> str:
    """At most that many names, and how many more there are."""
    every = tuple(names)
    more = len(every) - most
    return between.join(every) if more <= 0 else f"{between.join(every[:most])} and {more} more"


def any_word(rules: ReadmeRules) -> str:
    """One of the policy's words, for people."""
    return " or ".join(f'"{word}"' for word in rules.words)


def shown(text: str, longest: int = _LONGEST_NAME) -> str:
    """A name out of an RPM as people may safely see it: no control characters, not endless."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= longest else f"{text[:longest]}..."


def shown_problem(readme: RpmReadme) -> str:
    """Why an RPM or its notice can't be read, for people."""
    return shown(readme.problem or "", _LONGEST_PROBLEM).rstrip(".")


def _carries(survey: Survey) -> str:
    said = f"{survey.rules.name} is in {listed(labels(survey.carriers, survey.binary))}"
    if survey.without:
        said += f"; not in {listed(labels(survey.without, survey.binary))}, whose users won't see it"
    return f"{said}; {_unread(survey)}" if survey.unread else said


def _near_miss(survey: Survey) -> str:
    hints = dict.fromkeys(miss_phrase(one, survey.rules) for one in survey.hints)
    if not survey.carriers:
        return listed(hints, _MOST_HINTS, "; ")
    if survey.rules.scope == "every":
        missing = f"not in {listed(labels(survey.without, survey.binary))}"
    else:
        missing = f"in no package for {listed(survey.lacking)}"
    said = f"{survey.rules.name} is in {listed(labels(survey.carriers, survey.binary))}, but {missing}"
    return f"{said}: {listed(hints, _MOST_HINTS, '; ')}" if hints else said


def _unread(survey: Survey) -> str:
    first = survey.unread[0]
    told = f"{shown(first.rpm)}.{shown(first.arch)} can't be read ({shown_problem(first)})"
    more = len(survey.unread) - 1
    return f"{told}, nor can {more} more" if more else told


def _fault(miss: Miss, rules: ReadmeRules) -> str:
    return {
        Miss.SILENT: f"does not say {any_word(rules)}",
        Miss.LICENSE: "is flagged %license instead of %doc",
        Miss.NOT_DOC: "is not flagged %doc",
        Miss.EMPTY: "is empty",
        Miss.LINK: "is a symbolic link",
        Miss.GHOST: "is a %ghost, which is not in the package",
        Miss.DIRECTORY: "is a directory",
        Miss.SPECIAL: "is no regular file",
        Miss.NAME: f"is not named {rules.name}",
        Miss.DOC_PACKAGE: "does not count in a -doc package while the build has others",
        Miss.DEBUG_PACKAGE: "does not count in a debug package",
        Miss.SOURCE_PACKAGE: "does not count in the source package",
    }[miss]


def _mend(miss: Miss, readme: RpmReadme, survey: Survey) -> str:
    notice, path = survey.rules.name, shown(readme.path or "")
    section = f"under `{shown(files_section(readme.rpm, source_name(survey.build)))}`"
    as_text = f"package {notice} as a text file of its own {section}"
    in_sections = f"list `%doc {notice}` {_in_sections(survey)}"
    is_in_doc_folder = path.startswith(_DOC_FOLDER)
    return {
        Miss.SILENT: f"say {any_word(survey.rules)} in {notice}, in its first {README_LIMIT // 1024} KB",
        Miss.LICENSE: f"write `%doc {notice}` instead of `%license` {section}",
        Miss.NOT_DOC: f"flag it, as `%doc {path}` {section}"
        if is_in_doc_folder
        else f"list it as `%doc {notice}` {section}, instead of installing it as {path}",
        Miss.EMPTY: f"write into {notice} that the software is retired",
        Miss.LINK: f"{as_text}, not as a link",
        Miss.GHOST: f"list it as `%doc {notice}` {section}, without `%ghost`",
        Miss.DIRECTORY: f"{as_text}, not as a directory",
        Miss.SPECIAL: as_text,
        Miss.NAME: f"rename {path.rpartition('/')[2]} to {notice}, spelt exactly so",
        Miss.DOC_PACKAGE: in_sections,
        Miss.DEBUG_PACKAGE: in_sections,
        Miss.SOURCE_PACKAGE: in_sections,
    }[miss]


def _in_sections(survey: Survey) -> str:
    source = source_name(survey.build)
    sections = (f"`{shown(files_section(name, source))}`" for name in _packages_in_need(survey))
    where = f"under {listed(sections)}"
    return (
        f"{where}, for {listed(survey.lacking)}" if survey.carriers and survey.rules.scope == "any" else where
    )
