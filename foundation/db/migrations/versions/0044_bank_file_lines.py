"""What a bank's file tells, read once: each step takes the next of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.create_table(
        "bank_file_line",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["bank_file.id"],
            name=op.f("fk_bank_file_line_file_id_bank_file"),
        ),
        sa.PrimaryKeyConstraint("file_id", "part", "place", name=op.f("pk_bank_file_line")),
    )
