# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our consumer as a process of its own, to be killed, stopped and cut off by tests."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime

from epelbot import settings
from epelbot.consumer import BatchLimits, load_bus, run_consumer
from epelbot.ledger import Ledger
from epelbot.services.intake import Intake, following


def main() -> None:
    """Run with ``EPELBOT_DATABASE__URL`` and ``EPELBOT_BUS__CONFIG`` set, until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    # As the command does it: what matters of what pika says is in our own sentences.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    chosen = settings.load()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    intake = Intake(
        Ledger(chosen.database.url_with_password), following(chosen.bus), lambda: datetime.now(UTC)
    )
    limits = BatchLimits(chosen.bus.batch_messages, chosen.bus.batch_bytes)
    status = run_consumer(load_bus(chosen.bus.config), intake, stop, limits=limits)
    logging.getLogger(__name__).warning("%s, %d redelivered", status.taken, status.redelivered)


if __name__ == "__main__":
    main()
