"""Requests that are done once, by the key of who sent them; where a creditor is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    name = "request_key"
    op.create_table(
        name,
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", JSONB(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f(f"fk_{name}_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f(f"pk_{name}")),
    )
    op.add_column("creditor", sa.Column("address", sa.Text(), nullable=True))
