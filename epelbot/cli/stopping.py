# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long work is asked to stop: at the next good moment first, the hard way then."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Iterator
from types import FrameType

_log = logging.getLogger("epelbot")

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; a second signal ends the process the hard way."""
    stop = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        asked = signal.Signals(number)
        _log.info("%s: finishing what is in hand", asked.name)
        stop.set()
        signal.signal(asked, before[asked])

    before = {number: signal.signal(number, ask) for number in _STOP_SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
