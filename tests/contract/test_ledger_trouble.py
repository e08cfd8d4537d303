# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a database is said in one sentence: wait, or mend this."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError

from epelbot.errors import ConfigError, TransientError
from epelbot.ledger import Ledger, inbox, listings, migrate
from epelbot.ledger.inbox import Arrival
from tests.contract.ledgers import NOW, clean, drop_everything

LOCKER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


Opens = Callable[..., Ledger]


@pytest.fixture
def opened() -> Iterator[Opens]:
    """Opens ledgers as `Ledger` does, and closes them at the end."""
    with contextlib.ExitStack() as stack:

        def open_one(url: str, **options: float) -> Ledger:
            return stack.enter_context(contextlib.closing(Ledger(url, **options)))

        yield open_one


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite ledger with a message in it."""
    path = tmp_path / "ledger.db"
    ledger = clean(Ledger(f"sqlite:///{path}"))
    store(ledger, "known")
    ledger.close()
    return path


def store(ledger: Ledger, message_id: str = "a", payload: bytes = b"{}") -> None:
    with ledger.write() as connection:
        inbox.store(connection, [Arrival(message_id, "a.topic", payload)], NOW)


def count(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return sum(inbox.counts(connection).values())


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuchengine://x/y", "postgresql+nosuchdriver://x/y", "mysql+pymysql://root@localhost/x"],
)
def test_a_url_that_means_nothing_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^database\.url cannot be used"):
        Ledger(url)


def test_a_password_is_never_shown(opened: Opens) -> None:
    ledger = opened("postgresql+psycopg://ann:secret@127.0.0.1:1/x")
    with pytest.raises(TransientError) as raised:
        store(ledger)
    assert "secret" not in str(raised.value)


# SQLite


def test_a_file_locked_by_another_process_is_waited_for_then_it_is_later(opened: Opens, file: Path) -> None:
    ledger = opened(f"sqlite:///{file}", busy_seconds=0.2)
    locker = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with locker:
        assert locker.stdout is not None
        assert locker.stdout.readline() == b"locked\n"
        with pytest.raises(TransientError, match="locked by another process"):
            store(ledger)
        assert count(ledger) == 1, "reading goes on"
        locker.communicate()
    store(ledger)
    assert count(ledger) == 2


def test_a_full_disk_is_later_and_leaves_nothing_half_written(opened: Opens, file: Path) -> None:
    ledger = opened(f"sqlite:///{file}")

    @sa.event.listens_for(ledger.engine, "connect")
    def fill_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=50")

    with pytest.raises(TransientError, match=r"no room for the database .*make room") as raised:
        store(ledger, payload=bytes(1_000_000))
    assert isinstance(raised.value.__cause__, DBAPIError)
    assert count(ledger) == 1
    store(ledger, "small")


def test_a_file_that_may_not_be_written_is_for_a_person(opened: Opens, file: Path) -> None:
    ledger = opened(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert count(ledger) == 1
    with pytest.raises(ConfigError, match="cannot be written"):
        store(ledger)


def test_a_file_that_is_not_there_is_not_made_by_looking_for_it(opened: Opens, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for look in (count, store):
        with pytest.raises(ConfigError, match=r"there is no such file; run 'epelbot db upgrade'"):
            look(opened(f"sqlite:///{path}"))
    assert not path.exists()
    with pytest.raises(ConfigError, match="its folder is missing"):
        count(opened(f"sqlite:///{tmp_path}/nowhere/ledger.db"))
    with pytest.raises(ConfigError, match=r"is a folder; let database\.url name a file"):
        count(opened(f"sqlite:///{tmp_path}"))


def test_a_file_whose_name_has_signs_of_a_url_is_that_file(opened: Opens, tmp_path: Path) -> None:
    ledger = opened(f"sqlite:///{tmp_path}/a b#c%d.db")
    migrate.upgrade(ledger)
    store(ledger)
    assert (tmp_path / "a b#c%d.db").stat().st_size > 0


def test_a_file_that_is_no_database_is_left_alone(opened: Opens, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann, this is no database. " * 100)
    before = path.read_bytes()
    for use in (count, store, migrate.upgrade):
        with pytest.raises(ConfigError, match="is no SQLite database"):
            use(opened(f"sqlite:///{path}"))
    assert path.read_bytes() == before


def test_a_damaged_file_asks_for_a_backup(opened: Opens, file: Path) -> None:
    damaged = bytearray(file.read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    file.write_bytes(damaged)
    with pytest.raises(ConfigError, match=r"is damaged .*backup"):
        count(opened(f"sqlite:///{file}"))


def test_a_place_where_nothing_can_be_made_is_a_wrong_setting(opened: Opens, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be made \(File exists\)"):
        migrate.upgrade(opened(f"sqlite:///{tmp_path}/file/ledger.db"))


def test_in_memory_readers_and_writers_take_turns(opened: Opens) -> None:
    ledger = opened("sqlite://")
    ledger.create()
    threads = [threading.Thread(target=store, args=(ledger, f"{number}")) for number in range(20)]
    for thread in threads:
        thread.start()
        count(ledger)
    for thread in threads:
        thread.join()
    assert count(ledger) == 20


# Both


def test_tables_that_are_not_there_are_for_the_operator_to_make(opened: Opens, ledger_url: str) -> None:
    ledger = opened(ledger_url)
    if ledger.is_sqlite:
        ledger.make_file()
    else:
        drop_everything(ledger)
    with pytest.raises(ConfigError, match="is not set up; run 'epelbot db upgrade'"):
        count(ledger)


def test_a_fault_of_our_own_stays_what_it_is(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.write() as connection:
        connection.execute(sa.text("INSERT INTO notices (id) VALUES (1)"))


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    with pytest.raises((ConfigError, TransientError, InternalError)), ledger.read() as connection:
        listings.touch(connection, [("foo", "epel9")], NOW)
    with ledger.read() as connection:
        assert listings.how_many(connection) == 0


def test_a_reader_sees_one_moment(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert sum(inbox.counts(connection).values()) == 0
        at_the_side = threading.Thread(target=store, args=(ledger,))
        at_the_side.start()
        at_the_side.join(timeout=30)
        assert sum(inbox.counts(connection).values()) == 0
    assert count(ledger) == 1


# PostgreSQL


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_server_that_is_away_is_later(opened: Opens, host: str) -> None:
    ledger = opened(f"postgresql+psycopg://ann@{host}:{closed_port()}/epelbot")
    for use in (count, store):
        with pytest.raises(TransientError, match=r"is not available .*; start it or wait") as raised:
            use(ledger)
        assert isinstance(raised.value.__cause__, OperationalError)


@pytest.mark.parametrize("stranger", [{"database": "nobody_of_this"}, {"username": "nobody_of_this"}])
def test_a_server_that_knows_nothing_of_us_needs_a_person(
    opened: Opens, postgresql_url: str, stranger: Any
) -> None:
    url = sa.make_url(postgresql_url).set(**stranger)
    with pytest.raises(ConfigError, match=r"does not let us in .*correct database\.url"):
        count(opened(url.render_as_string(hide_password=False)))


def cut(ledger: Ledger, connection: sa.Connection) -> None:
    """End somebody's connection from the server's side, as a restart does."""
    process = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with ledger.write() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})


def test_a_connection_cut_in_the_middle_is_later_and_the_next_one_works(postgresql_ledger: Ledger) -> None:
    def use() -> None:
        with postgresql_ledger.write() as connection:
            inbox.store(connection, [Arrival("lost", "a.topic", b"{}")], NOW)
            cut(postgresql_ledger, connection)
            inbox.store(connection, [Arrival("never", "a.topic", b"{}")], NOW)

    with pytest.raises(TransientError, match="is not available"):
        use()
    store(postgresql_ledger)
    assert count(postgresql_ledger) == 1


def test_a_connection_cut_before_the_commit_is_later(postgresql_ledger: Ledger) -> None:
    with pytest.raises(TransientError), postgresql_ledger.write() as connection:
        cut(postgresql_ledger, connection)


def test_a_connection_that_died_in_the_pool_is_not_handed_out(
    opened: Opens, postgresql_ledger: Ledger
) -> None:
    others = opened(postgresql_ledger.engine.url.render_as_string(hide_password=False))
    with others.read() as connection:
        process = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    with postgresql_ledger.write() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    assert count(others) == 0
    others.close()


def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(postgresql_ledger: Ledger) -> None:
    def touch(connection: sa.Connection, package: str) -> None:
        listings.touch(connection, [(package, "epel9")], NOW)

    def opposite() -> None:
        with postgresql_ledger.write() as connection:
            touch(connection, "b")
            meet.wait()
            touch(connection, "a")

    def watched() -> None:
        try:
            opposite()
        except TransientError as error:
            said.append(str(error))

    with postgresql_ledger.write() as connection:
        listings.touch(connection, [("a", "epel9"), ("b", "epel9")], NOW)
    said: list[str] = []
    meet = threading.Barrier(2, timeout=30)
    other = threading.Thread(target=watched)
    other.start()
    try:
        with postgresql_ledger.write() as connection:
            touch(connection, "a")
            meet.wait()
            touch(connection, "b")
    except TransientError as error:
        said.append(str(error))
    other.join(timeout=30)
    assert len(said) == 1
    assert re.search("deadlock", said[0])


def test_who_stops_in_the_middle_does_not_hold_its_locks_for_good(postgresql_ledger: Ledger) -> None:
    def stop() -> None:
        with postgresql_ledger.write() as connection:
            assert connection.scalar(sa.text("SHOW idle_in_transaction_session_timeout")) == "1min"
            connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '100ms'"))
            connection.execute(sa.text("LOCK TABLE inbox"))
            store(postgresql_ledger)

    with pytest.raises(TransientError, match="idle-in-transaction"):
        stop()
    assert count(postgresql_ledger) == 1
