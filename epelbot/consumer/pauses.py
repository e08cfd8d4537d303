# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Growing pauses between attempts, so that many consumers don't knock on a server that is coming back."""

from __future__ import annotations

import random
from collections.abc import Iterator

_FIRST_SECONDS = 0.2
_LONGEST_SECONDS = 30.0


def growing_pauses() -> Iterator[float]:
    """Seconds to wait, without end: about 0.2, 0.4, 0.8 and so on to about 30, each up to half shorter."""
    pause = _FIRST_SECONDS
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 -- nobody gains from guessing a pause
        pause = min(2 * pause, _LONGEST_SECONDS)
