# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables. Core only: the message path needs speed, and the reads are few and plain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    event,
    false,
    literal_column,
)
from sqlalchemy.types import TypeEngine

from epelbot.ledger.engines import is_postgresql

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both engines. Naive values are refused at this edge."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no zone, so it gets the UTC wall time; PostgreSQL gets the aware value."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a datetime without a time zone reached the ledger")
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again, as PostgreSQL's driver gives it in the session's zone."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """On SQLite straight from its text: three of four values that a judgement reads are instants."""
        if dialect.name == "sqlite":
            return _from_sqlite
        return super().result_processor(dialect, coltype)


def _from_sqlite(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Exact(TypeDecorator[str]):
    """A key, an identifier or JSON: what one engine would refuse (NUL, too long), both refuse.

    PostgreSQL compares and sorts it by bytes, as SQLite does, whatever the locale of the database is.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length
        self.impl = String(length).with_variant(String(length, collation="C"), "postgresql")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what PostgreSQL can't keep, on SQLite too."""
        del dialect
        if value is not None and "\0" in value:
            raise ValueError("a text with NUL reached the ledger")
        if value is not None and self.length is not None and len(value) > self.length:
            raise ValueError(f"a text of more than {self.length} characters reached the ledger")
        return value


class Prose(TypeDecorator[str]):
    """A text for people, which may quote what strangers sent: what can't be kept is shown as U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no UTF-8 can hold."""
        del dialect
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# SQLite numbers rows by itself only for a column of exactly its type INTEGER.
_RowId = BigInteger().with_variant(Integer(), "sqlite")

#: Raw messages, kept for good. Written by the intake, read by the recorder.
inbox = Table(
    "inbox",
    metadata,
    Column("seq", _RowId, primary_key=True, autoincrement=True),
    Column("id", Exact(64), nullable=False, unique=True),
    Column("topic", Prose, nullable=False),
    # Bytes, because PostgreSQL's text refuses NUL and a hostile body may hold one.
    Column("payload", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("status", Exact(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Prose),
)
#: Recorded rows are nearly all rows; the recorder and the operator ask for the others. A query has to repeat
#: this very condition, since neither engine concludes it from a parameter.
UNSETTLED = inbox.c.status != literal_column("'recorded'")
_PARTIAL = [Index("ix_inbox_unsettled", inbox.c.status, inbox.c.seq, sqlite_where=UNSETTLED)]

#: Append-only facts. A fact told again only confirms its row, in a way that no order of arrival changes.
evidence = Table(
    "evidence",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("key", Exact(64), nullable=False, unique=True),
    Column("kind", Exact(20), nullable=False),
    Column("package", Exact()),
    Column("major", Integer),
    Column("source", Exact(), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("learnt_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("data", Exact(), nullable=False),
    Index(None, "package", "major"),
    Index(None, "kind", "major", "happened_at"),
)

#: One row per listing: what the judge works on.
listings = Table(
    "listings",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("package", Exact(), nullable=False),
    Column("collection", Exact(10), nullable=False),
    # Raised with each piece of evidence; a judgement counts only for the generation it was made from.
    Column("generation", Integer, nullable=False),
    Column("judged_generation", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Prose),
    Column("lease_holder", Exact()),
    Column("lease_until", UtcDateTime),
    # Grows with each lease, so that a judge who overslept its lease can't write.
    Column("fence", Integer, nullable=False),
    Column("state", Exact(20)),
    Column("verdict", Exact(20)),
    UniqueConstraint("package", "collection"),
    Index(None, "due_at", "id"),
    Index(None, "collection", "state"),
)

#: What concerns a whole collection (a sync) raises this, so that no listing need be written.
collections = Table(
    "collections",
    metadata,
    Column("name", Exact(10), primary_key=True),
    Column("generation", Integer, nullable=False),
)

#: Which branch each stable tag belongs to, as Bodhi last told: how the leading minor is known.
releases = Table(
    "releases",
    metadata,
    Column("stable_tag", Exact(), primary_key=True),
    Column("branch", Exact(), nullable=False),
    Column("state", Exact(20)),
    Column("learnt_at", UtcDateTime, nullable=False),
)

#: One row per post on the lists we follow; its text has to be fetched before it can be read in full.
posts = Table(
    "posts",
    metadata,
    Column("hash", Exact(32), primary_key=True),
    Column("posted_at", UtcDateTime, nullable=False),
    Column("data", Exact(), nullable=False),
    Column("status", Exact(10), nullable=False),
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Prose),
    Column("lease_holder", Exact()),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False),
    # What the post was taken for, as a whole, and by which version of the reader.
    Column("reading", Exact()),
    Column("reader", Integer),
    Index(None, "due_at", "hash"),
)

#: The current excuse of each listing: a cache with an end.
excuses = Table(
    "excuses",
    metadata,
    Column("listing_id", ForeignKey("listings.id"), primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
    Column("flips_on", Date),
    # Calendar, profile and the code's own rules; a changed basis makes a listing due.
    Column("basis", Exact(64), nullable=False),
    Column("data", Exact(), nullable=False),
)

#: One row for each time that an excuse said something new.
excuse_history = Table(
    "excuse_history",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("listing_id", ForeignKey("listings.id"), nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
    Column("verdict", Exact(20), nullable=False),
    Column("state", Exact(20)),
    Column("data", Exact(), nullable=False),
    Index(None, "listing_id", "judged_at"),
)

#: One row per cause and person.
notices = Table(
    "notices",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("cause", Exact(), nullable=False),
    Column("person", Exact(), nullable=False),
    Column("listing_id", ForeignKey("listings.id"), nullable=False),
    Column("rule", Exact(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # The cause has gone: nothing more is said, and a mail still held is superseded.
    Column("withdrawn_at", UtcDateTime),
    # The mail that carries it, or carried it last.
    Column("outbox_id", ForeignKey("outbox.id")),
    Column("data", Exact(), nullable=False),
    # When it has to be done; whether it waits for no digest; whether nobody is reminded of it.
    Column("due_on", Date),
    Column("at_once", Boolean, nullable=False, server_default=false()),
    Column("once", Boolean, nullable=False, server_default=false()),
    # A digest of what is said, now and in the last mail. None there: not told yet, or by an older epelbot.
    Column("news", Exact(64), nullable=False, server_default=""),
    Column("said", Exact(64)),
    # In how many mails it has gone out, and until when nobody is reminded; None while no mail has gone out,
    # or the next one is on its way.
    Column("told", Integer, nullable=False, server_default="0"),
    Column("paused_until", UtcDateTime),
    UniqueConstraint("cause", "person"),
    Index(None, "listing_id"),
    Index(None, "outbox_id"),
)

#: What the teller asks for again and again; nearly all notices are sealed or gone.
UNSEALED = and_(notices.c.outbox_id.is_(None), notices.c.withdrawn_at.is_(None))
_PARTIAL.append(Index("ix_notices_unsealed", notices.c.id, sqlite_where=UNSEALED))
#: Told, standing, and may be told again.
TOLD = and_(notices.c.paused_until.is_not(None), notices.c.withdrawn_at.is_(None))
_PARTIAL.append(Index("ix_notices_told", notices.c.paused_until, sqlite_where=TOLD))

#: One row per effect on the outside world, whatever becomes of it.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("kind", Exact(10), nullable=False),
    Column("dedup_key", Exact(64), nullable=False, unique=True),
    Column("about", Prose, nullable=False),
    Column("recipient", Exact(), nullable=False),
    # Whom its notices are for, and whether it is that person's digest of the week.
    Column("person", Exact()),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("subject", Prose, nullable=False),
    Column("payload", Exact(), nullable=False),
    Column("status", Exact(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("last_error", Prose),
    Column("lease_holder", Exact()),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False),
    Index(None, "status", "due_at", "id"),
    Index(None, "sent_at"),
)

#: Whether each source answers.
source_health = Table(
    "source_health",
    metadata,
    Column("source", Exact(20), primary_key=True),
    Column("answered_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("error", Prose),
)

#: What sources and people said of RHEL's calendar: append-only, a newer word takes the place of an older.
calendar_words = Table(
    "calendar_words",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("kind", Exact(20), nullable=False),
    Column("major", Integer, nullable=False),
    Column("minor", Integer),
    # A word without a day takes the source's earlier one back.
    Column("day", Date),
    Column("source", Exact(20), nullable=False),
    Column("learnt_at", UtcDateTime, nullable=False),
    Column("author", Prose),
    Column("reason", Prose),
)

#: Switches that a person throws: today the one that stops all delivery.
switches = Table(
    "switches",
    metadata,
    Column("name", Exact(20), primary_key=True),
    Column("thrown", Boolean, nullable=False),
    Column("by", Prose, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Prose, nullable=False),
)

#: Who asked for no mail, and who took that back: append-only, the last word on an account counts.
mutes = Table(
    "mutes",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("account", Exact(), nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("by", Prose, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", Prose, nullable=False),
    Index(None, "account"),
)

#: Single values: when the ledger was made.
about = Table(
    "about",
    metadata,
    Column("name", Exact(40), primary_key=True),
    Column("value", Exact(), nullable=False),
)


@event.listens_for(metadata, "before_create")
def _partial_on_postgresql(_: MetaData, connection: Connection, **_options: Any) -> None:
    """Make the partial indexes so on PostgreSQL, too.

    Not where they are defined: to name an option of PostgreSQL loads its dialect (see `upsert`).
    """
    if is_postgresql(connection):
        for index in _PARTIAL:
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
