# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is muted, on both engines: the last word on an account counts, and the log keeps every word."""

from __future__ import annotations

from sqlalchemy import func, select

from epelbot.ledger import Ledger, mutes
from epelbot.ledger.mutes import Mute
from epelbot.ledger.tables import mutes as table
from tests.contract.ledgers import NOW, later


def test_the_last_word_on_an_account_counts(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for second, (account, muted) in enumerate(
            [("bob", True), ("ann", True), ("ann", False), ("ann", True), ("bob", False)]
        ):
            mutes.record(
                connection, account, muted=muted, by="smooge", reason=f"word {second}", now=later(second)
            )
    with ledger.read() as connection:
        assert mutes.standing(connection) == [Mute("ann", "smooge", later(3), "word 3")]
        assert connection.scalar(select(func.count()).select_from(table)) == 5


def test_accounts_that_differ_in_case_are_two(ledger: Ledger) -> None:
    with ledger.write() as connection:
        mutes.record(connection, "Ann", muted=True, by="smooge", reason="she asked", now=NOW)
        mutes.record(connection, "ann", muted=False, by="smooge", reason="another", now=NOW)
    with ledger.read() as connection:
        assert [one.account for one in mutes.standing(connection)] == ["Ann"]
