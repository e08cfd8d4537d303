# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The migrations lead from nothing, and from every revision with rows in it, to the tables of the code."""

from __future__ import annotations

import functools
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from epelbot.domain.calendar_words import PERSON, Event, Kind, Word
from epelbot.domain.evidence import AccessSeen
from epelbot.domain.people import PackageAccess
from epelbot.domain.retirement import State
from epelbot.errors import ConfigError, TransientError
from epelbot.ledger import (
    Ledger,
    calendar_words,
    evidence,
    health,
    inbox,
    listings,
    migrate,
    mutes,
    outbox,
    posts,
    tables,
    version,
)
from epelbot.ledger.export import export
from epelbot.ledger.inbox import Arrival
from epelbot.ledger.listings import Judged
from epelbot.shipped import migrations_folder
from tests.contract.ledgers import (
    NOW,
    at_once,
    drop_everything,
    excuse,
    post,
    recorded,
    seal,
    tagged,
    tell,
)

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ScriptDirectory(str(migrations_folder()))
#: From the oldest to the newest.
REVISIONS = [one.revision for one in SCRIPTS.walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A database without any table; on SQLite without even a file."""
    if request.param == "sqlite":
        ledger = Ledger(f"sqlite:///{tmp_path}/state/epelbot/ledger.db")
    else:
        ledger = Ledger(request.getfixturevalue("postgresql_url"))
        drop_everything(ledger)
    yield ledger
    ledger.close()


def fill(ledger: Ledger) -> None:
    """Something in every table, through the ledger's own functions."""
    with ledger.write() as connection:
        inbox.store(connection, [Arrival("a", "a.topic", b"\0\xff"), Arrival("b", "", b"?", "no JSON")], NOW)
        inbox.mark_recorded(connection, [inbox.claim_new(connection, 1)[0].seq])
        evidence.add(connection, [tagged(), recorded(AccessSeen(PackageAccess("ann")), major=None)])
        posts.keep(connection, post(text="I have no time for foo."), NOW)
        listings.learn_release(connection, "epel10.1", "epel10", "current", NOW)
        listings.touch(connection, [("foo", "epel9"), ("bar", "epel9")], NOW, whole=["epel9"])
        (lease,) = listings.claim(connection, NOW, "a worker", 60)
        said = Judged(lease, excuse(lease.package, state=State.ANNOUNCED), None, "rules")
        listings.keep(connection, [said], now=NOW)
        outbox.throw_stop(connection, stop=True, by="ann", reason="a trial", now=NOW)
        mutes.record(connection, "bob", muted=True, by="ann", reason="he asked", now=NOW)
        health.note(connection, "koji", NOW, "refused")
        health.made_at(connection, NOW)
        calendar_words.hold(connection)
        word = Word(Event(Kind.GA, 9, 9), NOW.date(), PERSON, NOW, "ann", "read on rhel-announce")
        calendar_words.add(connection, [word])
    for person in ("ann", "bob"):
        tell(ledger, lease.listing_id, "no final build", person)
    seal(ledger)


SQLITE_SHAPE = ["SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"]
POSTGRESQL_SHAPE = [
    """
    SELECT table_name || '.' || column_name,
        concat_ws(' ', data_type, character_maximum_length, collation_name, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'
    """,
    """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename != 'alembic_version'
    """,
    """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid != 'alembic_version'::regclass
    """,
]


def shape(ledger: Ledger) -> dict[str, str | list[str]]:
    """Everything that the engine itself says of the tables, also what Alembic does not compare."""
    with ledger.read() as connection:
        return {
            name: _compared(re.sub(r"\s+", " ", what))
            for query in (SQLITE_SHAPE if ledger.is_sqlite else POSTGRESQL_SHAPE)
            for name, what in connection.execute(sa.text(query))
        }


def _compared(sql: str) -> str | list[str]:
    # The order of a table's constraints says nothing; that of an index's columns does.
    return sorted(sql.removesuffix(" )").split(", ")) if sql.startswith("CREATE TABLE") else sql


def test_there_is_one_head_and_one_way_to_it() -> None:
    assert SCRIPTS.get_heads() == [REVISIONS[-1]]
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert version.newest_revision() == REVISIONS[-1]


def test_a_new_ledger_is_brought_to_the_head_and_again_is_no_harm(empty: Ledger) -> None:
    assert migrate.status(empty) == migrate.Status(None, REVISIONS[-1])
    with pytest.raises(ConfigError, match="not set up; run 'epelbot db upgrade'"):
        migrate.check(empty)
    assert not version.is_current(empty)
    for _ in range(2):
        assert migrate.upgrade(empty).up_to_date
        migrate.check(empty)
        assert version.is_current(empty)
    fill(empty)


def test_looking_at_a_ledger_makes_nothing_and_upgrading_makes_a_folder_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "epelbot"
    ledger = Ledger(f"sqlite:///{folder}/ledger.db")
    assert not migrate.status(ledger).up_to_date
    assert not version.is_current(ledger)
    assert not folder.exists()
    migrate.upgrade(ledger)
    ledger.close()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_alembic_finds_no_difference_from_the_tables_of_the_code(empty: Ledger) -> None:
    migrate.upgrade(empty)
    with empty.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_neither_does_the_engine_itself(empty: Ledger, tmp_path: Path) -> None:
    migrate.upgrade(empty)
    migrated = shape(empty)
    if empty.is_sqlite:
        made = Ledger(f"sqlite:///{tmp_path}/made.db")
        made.create()
    else:
        made = empty
        with made.write() as connection:
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)
    assert shape(made) == migrated
    made.close()


@pytest.mark.parametrize("before", [*REVISIONS])
def test_every_revision_goes_forward_with_rows_in_it(empty: Ledger, before: str) -> None:
    migrate.upgrade(empty, before)
    # The ledger's functions write today's tables; an older revision's rows are written by its own columns.
    newest = Ledger("sqlite://")
    newest.create()
    fill(newest)
    copied = copy_rows(newest, empty)
    assert copied
    assert migrate.upgrade(empty).up_to_date
    with empty.read() as connection:
        for name, number in copied.items():
            assert connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) == number  # noqa: S608 -- our own
    with empty.write() as connection:
        kept = listings.open_retirements(connection, None)
        assert [one.package for one in kept] in (["foo"], ["bar"])
    newest.close()


def copy_rows(source: Ledger, target: Ledger) -> dict[str, int]:
    """What fits of one ledger's rows into another that is behind; returns how many by table."""
    known = sa.MetaData()
    with source.read() as reading, target.write() as writing:
        known.reflect(writing)
        copied = {}
        for table in tables.metadata.sorted_tables:
            if table.name not in known.tables:
                continue
            columns = [column for column in table.columns if column.name in known.tables[table.name].columns]
            rows = [dict(row) for row in reading.execute(sa.select(*columns)).mappings()]
            assert rows, f"fill() writes nothing to {table.name}"
            old = sa.table(table.name, *(sa.column(column.name, column.type) for column in columns))
            writing.execute(old.insert(), rows)
            copied[table.name] = len(rows)
    return copied


def test_a_table_can_be_made_anew_while_others_refer_to_it(empty: Ledger) -> None:
    """Which is how SQLite changes a column; with references looked at, its rows would have to go first."""
    migrate.upgrade(empty)
    fill(empty)
    with empty.reshape() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("listings") as batch:
            batch.alter_column("last_error", new_column_name="error", existing_type=sa.Text())
    with empty.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM listings WHERE error IS NULL")) == 2
        assert connection.scalar(sa.text("SELECT count(*) FROM excuses, listings WHERE id = listing_id")) == 1


def test_on_sqlite_a_reference_that_a_change_leaves_leading_nowhere_undoes_it(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    migrate.upgrade(ledger)
    fill(ledger)

    def lose_rows() -> None:
        with ledger.reshape() as connection:
            connection.execute(sa.text("DELETE FROM listings"))

    with pytest.raises(ConfigError, match="could not be changed without losing rows"):
        lose_rows()
    with ledger.read() as connection:
        assert listings.how_many(connection) == 2
    ledger.close()


def test_several_processes_may_upgrade_at_once(empty: Ledger) -> None:
    url = empty.engine.url.render_as_string(hide_password=False)
    ledgers = [Ledger(url) for _ in range(3)]
    found = at_once(*[functools.partial(migrate.upgrade, ledger) for ledger in ledgers])
    assert all(status.up_to_date for status in found)
    for ledger in ledgers:
        ledger.close()


def test_a_ledger_that_is_behind_or_ahead_is_not_worked_with(empty: Ledger) -> None:
    migrate.upgrade(empty)
    set_revision(empty, "9999")
    assert not version.is_current(empty)
    for use in (migrate.check, migrate.upgrade):
        with pytest.raises(ConfigError, match="9999, which this epelbot does not know; install the newer"):
            use(empty)
    set_revision(empty, None)
    assert not version.is_current(empty)
    with pytest.raises(ConfigError, match="run 'epelbot db upgrade'"):
        migrate.check(empty)


def set_revision(ledger: Ledger, revision: str | None) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
        if revision is not None:
            insert = sa.text("INSERT INTO alembic_version (version_num) VALUES (:revision)")
            connection.execute(insert, {"revision": revision})


def test_on_postgresql_an_upgrade_gives_up_rather_than_stand_in_the_way(postgresql_url: str) -> None:
    ledger = Ledger(postgresql_url)
    drop_everything(ledger)
    with ledger.write() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('epelbot migrations'))"))
        with pytest.raises(TransientError, match="lock timeout"):
            migrate.upgrade(ledger)
    assert migrate.upgrade(ledger).up_to_date
    ledger.close()


def test_the_next_migration_is_drafted_in_plain_types(
    empty: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), folder)
    migrate.upgrade(empty)
    with empty.write() as connection:
        connection.execute(sa.text("DROP TABLE posts"))
    monkeypatch.setattr(migrate, "migrations_folder", lambda: folder)
    with empty.write() as connection:
        command.revision(migrate.alembic_config(connection), "Make posts", autogenerate=True, rev_id="9999")
    [draft] = folder.glob("versions/9999*.py")
    text = draft.read_text()
    assert "sa.DateTime(timezone=True)" in text
    assert "epelbot.ledger" not in text
    assert migrate.upgrade(empty) == migrate.Status("9999", "9999")
    with empty.write() as connection:
        posts.keep(connection, post(), NOW)


def test_the_wheel_holds_the_migrations() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["migrations"] == "epelbot/_migrations"
    assert {"env.py", "script.py.mako"} <= {path.name for path in (ROOT / "migrations").iterdir()}


def test_an_export_holds_every_table_and_row_of_one_moment(empty: Ledger) -> None:
    migrate.upgrade(empty)
    fill(empty)
    lines = export(empty)
    first = next(lines)
    with empty.write() as connection:
        inbox.store(connection, [Arrival("later", "a.topic", b"{}")], NOW)
    told = [json.loads(line) for line in [first, *lines]]
    assert {one["table"] for one in told} == {table.name for table in tables.metadata.sorted_tables}
    by_table: dict[str, list[Any]] = {}
    for one in told:
        by_table.setdefault(one["table"], []).append(one["row"])
    assert [row["id"] for row in by_table["inbox"]] == ["a", "b"]
    assert by_table["inbox"][0]["payload"] == "AP8="
    assert by_table["inbox"][0]["received_at"] == "2026-11-23T12:00:00Z"
    assert json.loads(by_table["posts"][0]["data"])["message_id"] == "one@example.org"


def test_who_was_told_before_there_were_reminders_is_left_alone_for_a_week(empty: Ledger) -> None:
    migrate.upgrade(empty, "0001")
    with empty.write() as connection:
        for statement in (
            """INSERT INTO listings (id, package, collection, generation, judged_generation, attempts, fence)
            VALUES (1, 'Foo', 'epel9', 1, 1, 0, 0)""",
            """INSERT INTO outbox (id, kind, dedup_key, about, recipient, subject, payload, status,
            created_at, sent_at, attempts, fence) VALUES (1, 'mail', 'k', 'a', 'r', 's', '{}', 'sent',
            '2026-11-01 00:00:00.000000', '2026-11-23 12:00:00.000000', 1, 1)""",
            """INSERT INTO notices (cause, person, listing_id, rule, created_at, outbox_id, data)
            VALUES ('c', '@package', 1, 'R2', '2026-11-01 00:00:00.000000', 1, '{}')""",
        ):
            connection.execute(sa.text(statement))
    migrate.upgrade(empty)
    with empty.read() as connection:
        row = connection.execute(sa.select(tables.notices)).one()
        mail = connection.execute(sa.select(tables.outbox)).one()
    assert (row.person, row.told, row.paused_until) == ("@package:foo", 1, NOW + timedelta(days=7))
    assert (mail.person, mail.digest) == ("@package:foo", False)
