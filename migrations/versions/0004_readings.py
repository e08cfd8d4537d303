# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each post's reading as a whole, and the version of the reader: a better one reads them again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    exact = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.add_column("posts", sa.Column("reading", exact))
    op.add_column("posts", sa.Column("reader", sa.Integer()))
