# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sources answer, since when the others don't, and when the ledger was made."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import StatementError

from epelbot.ledger import Ledger, health
from epelbot.ledger.health import SourceHealth
from tests.contract.ledgers import NOW, later


def note(ledger: Ledger, at: float, error: str | None = None) -> SourceHealth:
    with ledger.write() as connection:
        health.note(connection, "koji", later(at), error)
        return health.all_of(connection)["koji"]


def test_a_source_fails_since_its_first_failure_and_until_it_answers(ledger: Ledger) -> None:
    assert note(ledger, 0) == SourceHealth("koji", NOW, None, None)
    assert note(ledger, 1, "timed out") == SourceHealth("koji", NOW, later(1), "timed out")
    assert note(ledger, 2, "refused\0") == SourceHealth("koji", NOW, later(1), "refused\ufffd")
    assert note(ledger, 3) == SourceHealth("koji", later(3), None, None)


def test_a_source_that_never_answered_fails_from_the_first_time_on(ledger: Ledger) -> None:
    assert note(ledger, 0, "refused") == SourceHealth("koji", None, NOW, "refused")
    assert note(ledger, 1, "refused") == SourceHealth("koji", None, NOW, "refused")


def test_the_day_the_ledger_was_made_is_written_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert health.made_at(connection, NOW) == NOW
        assert health.made_at(connection, later(86400)) == NOW
    with ledger.read() as connection:
        assert health.made_at(connection, later(86400)) == NOW


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="without a time zone"), ledger.write() as connection:
        health.note(connection, "koji", NOW.replace(tzinfo=None), None)
