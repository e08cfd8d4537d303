# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first tables: inbox, evidence, listings with their leases and excuses, posts, notices and outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


# Said here and not taken from the ledger: a migration means for good what it meant when it was written.
def exact(length: int | None = None) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def row_id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "about",
        sa.Column("name", exact(40), nullable=False),
        sa.Column("value", exact(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_about")),
    )
    op.create_table(
        "collections",
        sa.Column("name", exact(10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_collections")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("key", exact(64), nullable=False),
        sa.Column("kind", exact(20), nullable=False),
        sa.Column("package", exact()),
        sa.Column("major", sa.Integer()),
        sa.Column("source", exact(), nullable=False),
        sa.Column("happened_at", instant(), nullable=False),
        sa.Column("learnt_at", instant(), nullable=False),
        sa.Column("confirmed_at", instant(), nullable=False),
        sa.Column("data", exact(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("key", name=op.f("uq_evidence_key")),
    )
    op.create_index(op.f("ix_evidence_kind_major_happened_at"), "evidence", ["kind", "major", "happened_at"])
    op.create_index(op.f("ix_evidence_package_major"), "evidence", ["package", "major"])
    op.create_table(
        "inbox",
        sa.Column("seq", row_id(), nullable=False),
        sa.Column("id", exact(64), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", instant(), nullable=False),
        sa.Column("status", exact(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("id", name=op.f("uq_inbox_id")),
    )
    op.create_index(
        "ix_inbox_unsettled",
        "inbox",
        ["status", "seq"],
        sqlite_where=sa.text("status != 'recorded'"),
        postgresql_where=sa.text("status != 'recorded'"),
    )
    op.create_table(
        "listings",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("package", exact(), nullable=False),
        sa.Column("collection", exact(10), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("judged_generation", sa.Integer(), nullable=False),
        sa.Column("due_at", instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("lease_holder", exact()),
        sa.Column("lease_until", instant()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("state", exact(20)),
        sa.Column("verdict", exact(20)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("package", "collection", name=op.f("uq_listings_package_collection")),
    )
    op.create_index(op.f("ix_listings_collection_state"), "listings", ["collection", "state"])
    op.create_index(op.f("ix_listings_due_at_id"), "listings", ["due_at", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("kind", exact(10), nullable=False),
        sa.Column("dedup_key", exact(64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("recipient", exact(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", exact(), nullable=False),
        sa.Column("status", exact(12), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("due_at", instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", instant()),
        sa.Column("last_error", sa.Text()),
        sa.Column("lease_holder", exact()),
        sa.Column("lease_until", instant()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    op.create_index(op.f("ix_outbox_sent_at"), "outbox", ["sent_at"])
    op.create_index(op.f("ix_outbox_status_due_at_id"), "outbox", ["status", "due_at", "id"])
    op.create_table(
        "posts",
        sa.Column("hash", exact(32), nullable=False),
        sa.Column("posted_at", instant(), nullable=False),
        sa.Column("data", exact(), nullable=False),
        sa.Column("status", exact(10), nullable=False),
        sa.Column("due_at", instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("lease_holder", exact()),
        sa.Column("lease_until", instant()),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_posts")),
    )
    op.create_index(op.f("ix_posts_due_at_hash"), "posts", ["due_at", "hash"])
    op.create_table(
        "releases",
        sa.Column("stable_tag", exact(), nullable=False),
        sa.Column("branch", exact(), nullable=False),
        sa.Column("state", exact(20)),
        sa.Column("learnt_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("stable_tag", name=op.f("pk_releases")),
    )
    op.create_table(
        "source_health",
        sa.Column("source", exact(20), nullable=False),
        sa.Column("answered_at", instant()),
        sa.Column("failing_since", instant()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_health")),
    )
    op.create_table(
        "switches",
        sa.Column("name", exact(20), nullable=False),
        sa.Column("thrown", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switches")),
    )
    op.create_table(
        "excuse_history",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("listing_id", row_id(), nullable=False),
        sa.Column("judged_at", instant(), nullable=False),
        sa.Column("verdict", exact(20), nullable=False),
        sa.Column("state", exact(20)),
        sa.Column("data", exact(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listings.id"], name=op.f("fk_excuse_history_listing_id_listings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excuse_history")),
    )
    op.create_index(
        op.f("ix_excuse_history_listing_id_judged_at"), "excuse_history", ["listing_id", "judged_at"]
    )
    op.create_table(
        "excuses",
        sa.Column("listing_id", row_id(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("judged_at", instant(), nullable=False),
        sa.Column("flips_on", sa.Date()),
        sa.Column("basis", exact(64), nullable=False),
        sa.Column("data", exact(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_excuses_listing_id_listings")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_excuses")),
    )
    op.create_table(
        "notices",
        sa.Column("id", row_id(), nullable=False),
        sa.Column("cause", exact(), nullable=False),
        sa.Column("person", exact(), nullable=False),
        sa.Column("listing_id", row_id(), nullable=False),
        sa.Column("rule", exact(10), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("withdrawn_at", instant()),
        sa.Column("outbox_id", row_id()),
        sa.Column("data", exact(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_notices_listing_id_listings")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_notices_outbox_id_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("cause", "person", name=op.f("uq_notices_cause_person")),
    )
    op.create_index(op.f("ix_notices_listing_id"), "notices", ["listing_id"])
    op.create_index(
        "ix_notices_unsealed",
        "notices",
        ["id"],
        sqlite_where=sa.text("outbox_id IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("outbox_id IS NULL AND withdrawn_at IS NULL"),
    )
