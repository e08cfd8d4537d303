# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What epelbot remembers. SQLAlchemy lives in this room and nowhere else.

The functions of this room take an open transaction (a ``Connection``), so that a service decides what
happens together; `Ledger` opens one.
"""

from sqlalchemy import Connection

from epelbot.ledger.store import Ledger

__all__ = ["Connection", "Ledger"]
