# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marks: up to when a source's history is in the ledger as a whole, so that a sweep can go on from there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from epelbot.ledger.engines import upsert
from epelbot.ledger.tables import about

_PREFIX = "swept:"


def reached(connection: Connection, mark: str) -> datetime | None:
    """Up to when all is known of what the mark names ("taggings epel9"); None if nothing is for certain."""
    value = connection.scalar(select(about.c.value).where(about.c.name == _PREFIX + mark))
    return None if value is None else datetime.fromisoformat(value)


def move(connection: Connection, mark: str, until: datetime) -> None:
    """Everything up to ``until`` is known from now on. Move it in the transaction that kept what is known."""
    statement = upsert(connection, about).values(name=_PREFIX + mark, value=until.isoformat())
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )
