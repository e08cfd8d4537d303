# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts that words play in a clause: verbs by their forms, persons, copulas, words around places."""

from __future__ import annotations

from epelbot.policy import reading_phrases as phrases
from epelbot.policy.reading_runs import AGENTS, FILLERS, LISTINGS

#: Verbs that say it by themselves; the others may mean much else.
STRONG = frozenset(
    (*phrases.RETIRE_BASE, *phrases.RETIRE_GERUND, *phrases.RETIRE_PARTICIPLE, *phrases.RETIRE_NOUN)
)
BASE = frozenset((*phrases.RETIRE_BASE, *phrases.DROP_BASE))
GERUND = frozenset((*phrases.RETIRE_GERUND, *phrases.DROP_GERUND))
PARTICIPLE = frozenset((*phrases.RETIRE_PARTICIPLE, *phrases.DROP_PARTICIPLE))
NOUN = frozenset((*phrases.RETIRE_NOUN, *phrases.DROP_NOUN))
PERSONS = frozenset(phrases.PERSONS) - {"my", "our"}
COPULAS = frozenset(("is", "are", "be", "been", "being"))
PLACED_BY = frozenset(("from", "in", "on", "for"))
BETWEEN_PLACES = frozenset(
    (",", "/", "&", "and", "from", "in", "for", "the", "both", "of", "branch", "branches")
)
WEIGHTLESS = FILLERS | AGENTS | LISTINGS
