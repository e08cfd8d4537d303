# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ledger on each engine, so that the same tests are passed on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from epelbot.ledger import Ledger
from tests.contract.ledgers import clean


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger of this engine may be."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger with all tables and no row."""
    opened = clean(Ledger(ledger_url))
    yield opened
    opened.close()


@pytest.fixture
def postgresql_ledger(postgresql_url: str) -> Iterator[Ledger]:
    """A ledger for what only a server can do."""
    opened = clean(Ledger(postgresql_url))
    yield opened
    opened.close()
