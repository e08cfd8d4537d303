# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to say that a package stays after all: answers in the thread of its announcement (R5, R6, R8)."""

from __future__ import annotations

import textwrap

from epelbot.domain.excuse import Excuse

_WIDTH = 72
_WHERE = "answer the announcement on the list, in its thread, from your @fedoraproject.org address"


def how_to_keep(excuse: Excuse) -> str:
    """For a new maintainer: the word that ends a paused retirement."""
    package, collection = excuse.package, excuse.collection
    return "\n\n".join(
        [
            _filled(f"How: {_WHERE}: by that the list knows that it is you. For example:"),
            f"  I maintain {package} in {collection} now; it stays.",
            _filled(
                "That ends the retirement. Until then it is paused, and nothing else is asked of you. If "
                f"{package} is to leave all the same, answer this mail, and the release manager decides."
            ),
        ]
    )


def ways_on(excuse: Excuse, how_to_build: str) -> str:
    """For the maintainer of a retirement that has stopped half-way: either way out of it."""
    package, collection = excuse.package, excuse.collection
    return "\n\n".join(
        [
            _filled(f"If it stays: {_WHERE}. For example:"),
            f"  I withdraw the retirement of {package} from {collection}; it stays.",
            f"If it leaves: make a build that tells its users so. {how_to_build}",
        ]
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
