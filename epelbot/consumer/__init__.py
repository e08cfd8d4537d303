# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bus's face: our own consumer, and a callback for a plain ``fedora-messaging consume``.

Both take fedora-messaging's configuration file and store messages in the ledger's inbox before they are
acknowledged. pika lives in this room and nowhere else.
"""

from epelbot.consumer.broker import greet
from epelbot.consumer.bus import Bus, load_bus
from epelbot.consumer.callback import InboxCallback
from epelbot.consumer.loop import run_consumer
from epelbot.consumer.status import Status
from epelbot.consumer.writer import BatchLimits

__all__ = ["BatchLimits", "Bus", "InboxCallback", "Status", "greet", "load_bus", "run_consumer"]
