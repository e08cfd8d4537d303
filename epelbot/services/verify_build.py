# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verify a build: read what R2 needs of its RPMs, and no more, and let the policy judge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from epelbot.domain.build import BuildContents
from epelbot.domain.evidence import BuildChecked
from epelbot.domain.nevra import NVR
from epelbot.domain.profile import ReadmeRules
from epelbot.errors import BadInput, PermanentError
from epelbot.policy.final_build import check_build
from epelbot.policy.readme_survey import README_LIMIT, TextNeeded, Unreadable, says_retired, texts_needed
from epelbot.ports import BuildContentsSource, RpmFiles
from epelbot.services.one_build import one_build

_NOTHING_KNOWN: Mapping[str, bool] = MappingProxyType({})


def verify_build(
    source: BuildContentsSource,
    nvr: NVR,
    epoch: int | None,
    rules: ReadmeRules,
    known_texts: Mapping[str, bool] = _NOTHING_KNOWN,
) -> BuildChecked:
    """What R2 finds in a build that the source holds.

    ``known_texts`` tells of digests whether their text says "retired" by the same ``rules.words``; these
    are not read again. An RPM or text that can't be read is part of the answer. Raises `NotThere` for a
    build that the source does not hold, `TransientError` while it does not answer.
    """
    contents = source.contents(nvr)
    texts = {
        needed.key: known_texts[needed.key]
        if needed.key in known_texts
        else _says_retired(source, nvr, needed, rules)
        for needed in texts_needed(contents, rules)
    }
    return check_build(contents, texts, rules, epoch)


def verify_files(files: RpmFiles, rules: ReadmeRules) -> BuildChecked:
    """What R2 finds in RPM files that are one build's, as far as one can tell.

    Raises `BadInput` if there are none or they are several builds', `NotThere` for a missing file.
    """
    build = one_build(files.builds())
    if build is not None:
        return verify_build(files, build, None, rules)
    unreadable = files.nameless()
    if not unreadable:
        raise BadInput("there are no RPM files; give RPM files, or the folder in which they lie")
    return check_build(BuildContents(unreadable[0].name, unreadable), {}, rules)


def _says_retired(
    source: BuildContentsSource, nvr: NVR, needed: TextNeeded, rules: ReadmeRules
) -> bool | Unreadable:
    """Read the text at the first place that gives it."""
    why = "its text was not read"
    for rpm, path in needed.places:
        try:
            return says_retired(source.text(nvr, rpm, path, README_LIMIT), rules.words)
        except PermanentError as error:
            why = str(error)
    return Unreadable(why)
