# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Digests and reminders: what a notice is about in time, how often it was told, whose mail a mail is."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


# Said here and not taken from the ledger: a migration means for good what it meant when it was written.
def exact(length: int | None = None) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("notices", sa.Column("due_on", sa.Date()))
    op.add_column("notices", sa.Column("at_once", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notices", sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notices", sa.Column("news", exact(64), nullable=False, server_default=""))
    op.add_column("notices", sa.Column("said", exact(64)))
    op.add_column("notices", sa.Column("told", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notices", sa.Column("paused_until", instant()))
    op.create_index(op.f("ix_notices_outbox_id"), "notices", ["outbox_id"])
    told = sa.text("paused_until IS NOT NULL AND withdrawn_at IS NULL")
    op.create_index("ix_notices_told", "notices", ["paused_until"], sqlite_where=told, postgresql_where=told)
    op.add_column("outbox", sa.Column("person", exact()))
    op.add_column("outbox", sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Until now every mail carried one notice, and "@package" stood for any package's alias.
    op.execute(
        """
        UPDATE notices SET person = '@package:' || (
            SELECT lower(package) FROM listings WHERE listings.id = notices.listing_id
        ) WHERE person = '@package'
        """
    )
    op.execute(
        """
        UPDATE outbox SET person = (
            SELECT max(person) FROM notices WHERE notices.outbox_id = outbox.id
        )
        """
    )
    # Whoever was told by the older epelbot is left alone for the first pause, a week, like everybody.
    mails = sa.table("outbox", sa.column("id"), sa.column("status"), sa.column("sent_at", instant()))
    notices = sa.table(
        "notices", sa.column("outbox_id"), sa.column("told"), sa.column("paused_until", instant())
    )
    connection = op.get_bind()
    for mail in connection.execute(sa.select(mails).where(mails.c.status == "sent")).all():
        connection.execute(
            notices.update()
            .where(notices.c.outbox_id == mail.id)
            .values(told=1, paused_until=mail.sent_at + timedelta(days=7))
        )
