# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Named points at which the kill tests end a process, to show that nothing is lost or doubled there.

Set ``EPELBOT_FAULT=name`` (the first passing) or ``EPELBOT_FAULT=name:3`` (the third) and the process
kills itself with SIGKILL at that point, as a power cut would. Unset, a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

from epelbot.errors import ConfigError

#: Every point there is; the tests go through all of them, and an unknown name is refused.
POINTS = (
    "consume:before-commit",
    "consume:before-ack",
    "ingest:before-commit",
    "record:before-commit",
    "record:after-commit",
    "read:before-commit",
    "judge:after-claim",
    "judge:before-commit",
    "judge:after-commit",
    "tell:before-commit",
    "tell:after-commit",
    "deliver:before-send",
    "deliver:after-send",
    "deliver:after-mark",
)

_asked = os.environ.get("EPELBOT_FAULT", "")
# The names hold a colon themselves.
_name, _, _count = _asked.rpartition(":") if _asked.rpartition(":")[2].isdigit() else (_asked, "", "1")
_passings_left = int(_count)
if _name and _name not in POINTS:
    raise ConfigError(f"EPELBOT_FAULT: {_name!r} is no fault point; they are {', '.join(POINTS)}")


def fault_point(name: str) -> None:
    """Die here if the environment asks for it."""
    if name != _name:
        return
    global _passings_left  # noqa: PLW0603 -- a process dies once; its countdown is the process's own
    _passings_left -= 1
    if _passings_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
