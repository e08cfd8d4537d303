# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R2 in words: what ``epelbot verify-build`` says, as JSON and as text, and how a spec file is mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any

from epelbot.domain.build import RpmContents
from epelbot.domain.evidence import BuildChecked, Miss, RpmReadme
from epelbot.domain.verdict import Finding
from epelbot.policy.readme_words import faults, files_section, listed, shown, shown_problem, source_name
from epelbot.wording.json_views import finding_json

WIDTH = 80

# Rows of packages that a terminal shows; JSON has them all.
_MOST_ROWS = 30

_PLACES = frozenset({Miss.DOC_PACKAGE, Miss.DEBUG_PACKAGE, Miss.SOURCE_PACKAGE})
_MENDED_IN_THE_TEXT = frozenset({Miss.SILENT, Miss.EMPTY})

_HEADINGS = {
    "carries": "{build} is a final build.",
    "lacks": "{build} is not a final build.",
    "near-miss": "{build} is not a final build, but nearly.",
    "unreadable": "It can't be told whether {build} is a final build.",
}


_AS_FAR_AS_SEEN = (
    "That is as far as these files show. Every architecture needs it; 'epelbot verify-build {build}' asks "
    "Koji for all of them once it is built there."
)


def verify_build_json(check: BuildChecked, finding: Finding) -> dict[str, Any]:
    """DESIGN's keys of ``verify-build --json``, and ``epoch``, ``outcome``, ``summary``, ``without`` too."""
    return {
        "build": check.nvr,
        "epoch": check.epoch,
        "verdict": finding.verdict.value,
        "outcome": check.outcome,
        "summary": _heading(check),
        "rpms": [
            {
                "rpm": one.rpm,
                "arch": one.arch,
                "readme": None
                if one.path is None
                else {
                    "path": one.path,
                    "doc": one.doc,
                    "regular": one.regular,
                    "size": one.size,
                    "says_retired": one.says_retired,
                },
                "problem": _problem(one, check),
            }
            for one in check.readmes
        ],
        "without": list(check.without),
        "findings": [finding_json(finding)],
    }


def verify_build_text(check: BuildChecked, finding: Finding, *, of_files: bool = False) -> str:
    """The answer for a terminal of 80 columns, plain: the packages, the finding, and what to change.

    ``of_files``: only the RPM files that somebody had were looked at, not all that Koji has of the build.
    """
    parts = [_heading(check), *_packages(check), *_finding(finding), *spec_changes(check)]
    if of_files and check.outcome == "carries":
        parts += ["", *wrap(_AS_FAR_AS_SEEN.format(build=shown(check.nvr)), WIDTH, break_on_hyphens=False)]
    return "\n".join(part.rstrip() for part in parts) + "\n"


def spec_changes(check: BuildChecked, width: int = WIDTH) -> tuple[str, ...]:
    """Lines that show what to write into the spec file and the notice; none where nothing needs to change."""
    if not check.to_change:
        return ()
    notice, source = check.rules.name, source_name(check.nvr)
    first = next((one for one in check.readmes if one.misses and one.rpm in check.to_change), None)
    misses = first.misses if first is not None else ()
    if _MENDED_IN_THE_TEXT.issuperset(misses) and misses:
        return _example_of(check, width)
    sections = [
        (shown(files_section(name, source)), f"%doc {notice}") for name in check.to_change[:_MOST_ROWS]
    ]
    is_packaged = any(one.path is not None and not _is_aside(one) for one in check.readmes)
    is_new = Miss.NAME in misses or not is_packaged
    lines = (
        *((f"Source99: {notice}", "%prep", "cp -p %{SOURCE99} .") if is_new else ()),
        *(line for section in sections for line in section),
        "%changelog",
        "* DAY NAME <ADDRESS> - VERSION-RELEASE",
        "- Final build: the package leaves EPEL",
    )
    example = _example_of(check, width) if check.outcome == "lacks" else ()
    return ("", "In the spec file, for example:", *(f"  {line}" for line in lines), *example)


def _example_of(check: BuildChecked, width: int) -> tuple[str, ...]:
    name = shown(source_name(check.nvr)) or "This package"
    said = (
        f"{name} is {check.rules.words[0]}: nobody maintains it in EPEL any longer, so it gets no more "
        "fixes. WHY, AND WHAT TO USE INSTEAD."
    )
    return ("", f"In {check.rules.name}, for example:", *_wrapped(said, width=width))


def _heading(check: BuildChecked) -> str:
    return _HEADINGS[check.outcome].format(build=shown(check.nvr))


def _packages(check: BuildChecked) -> Iterator[str]:
    """A paragraph per kind of package, the architectures of one name together."""
    rows: dict[tuple[str, str], list[str]] = {}
    for one in check.readmes:
        said = _row(one, check)
        if said is not None:
            rows.setdefault((one.rpm, said), []).append(one.arch)
    if rows:
        yield ""
    for (name, said), archs in list(rows.items())[:_MOST_ROWS]:
        yield from _wrapped(f"{shown(name)} ({listed(map(shown, archs))})")
        yield from _wrapped(said, indent=6)
    if len(rows) > _MOST_ROWS:
        yield f"  ... and {len(rows) - _MOST_ROWS} more; --json lists them all"


def _row(readme: RpmReadme, check: BuildChecked) -> str | None:
    """What there is to say of one RPM; None for debug and source packages without anything of note."""
    if readme.path is None and readme.problem is None:
        return None if _is_aside(readme) else "no notice"
    if readme.problem is not None:
        return f"can't be read: {shown_problem(readme)}"
    path, problem = shown(readme.path or ""), _problem(readme, check)
    return f"{path}, {readme.size} bytes" if problem is None else f"{path} {problem}"


def _finding(finding: Finding) -> Iterable[str]:
    yield from ("", f"{finding.rule} final-build: {finding.verdict.value}")
    yield from _wrapped(f"found: {finding.measured}")
    yield from _wrapped(f"required: {finding.required}")
    if finding.remedy is not None:
        yield from _wrapped(f"to do: {finding.remedy}")


def _problem(readme: RpmReadme, check: BuildChecked) -> str | None:
    """What is wrong in an RPM. Where a notice doesn't count is no problem while others carry it."""
    if readme.problem is not None:
        return readme.problem
    if check.outcome == "carries" and _PLACES.issuperset(readme.misses):
        return None
    return faults(readme, check.rules) or None


def _is_aside(readme: RpmReadme) -> bool:
    rpm = RpmContents(readme.rpm, readme.arch)
    return rpm.is_source or rpm.is_debug


def _wrapped(text: str, indent: int = 2, width: int = WIDTH) -> list[str]:
    first, rest = " " * indent, " " * (indent + 2)
    return wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
