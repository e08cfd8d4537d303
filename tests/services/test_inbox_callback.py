# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback under ``fedora-messaging consume``: returning means stored, and nothing goes in circles."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fedora_messaging.exceptions import HaltConsumer
from fedora_messaging.message import Message

from epelbot.consumer import InboxCallback
from epelbot.ledger import Ledger, inbox

TAG = "org.fedoraproject.prod.buildsys.tag"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    monkeypatch.setenv("EPELBOT_DATABASE__URL", url)
    made = Ledger(url)
    made.create()
    yield made
    made.close()


def test_a_message_is_stored_once_with_its_body(ledger: Ledger) -> None:
    callback = InboxCallback()
    message = Message(topic=TAG, body={"tag": "epel9", "name": "ünïcode"}, headers={"priority": 3})
    callback(message)
    callback(message)
    with ledger.read() as connection:
        (row,) = inbox.listed(connection, None, 10)
    assert row.id == message.id
    kept = json.loads(row.payload)
    assert kept["body"] == message.body
    assert kept["topic"] == TAG


def test_what_cannot_be_written_out_again_is_parked(ledger: Ledger) -> None:
    body: dict[str, object] = {}
    for _ in range(100_000):
        body = {"tag": body}
    InboxCallback()(Message(topic=TAG, body=body))
    with ledger.read() as connection:
        (row,) = inbox.listed(connection, None, 10)
    assert row.status == inbox.PARKED
    # Or taking it apart would be as deep.
    while body:
        body = body.pop("tag")  # type: ignore[assignment]


def test_while_the_database_is_away_it_waits_and_then_halts(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens on port 1.
    monkeypatch.setenv("EPELBOT_DATABASE__URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    started = time.monotonic()
    with pytest.raises(HaltConsumer) as caught:
        InboxCallback(patience=1.0)(Message(topic=TAG, body={"tag": "epel9"}))
    assert time.monotonic() - started > 0.2
    assert caught.value.requeue
    assert caught.value.exit_code == 3


def test_a_database_that_is_not_set_up_halts_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPELBOT_DATABASE__URL", f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(HaltConsumer) as caught:
        InboxCallback()(Message(topic=TAG, body={"tag": "epel9"}))
    assert caught.value.requeue
    assert caught.value.exit_code == 2
    assert caught.value.reason is not None
    assert "epelbot db upgrade" in caught.value.reason


def test_wrong_settings_are_shown_by_fedora_messaging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPELBOT_BUS__COLOUR", "red")
    with pytest.raises(ValueError, match="COLOUR"):
        InboxCallback()
