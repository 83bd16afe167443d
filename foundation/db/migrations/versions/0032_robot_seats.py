"""Who took a call from the automatic conversation, and what was asked in each turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column(
        "robot_call", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("robot_call", sa.Column("taken_by", sa.Uuid(), nullable=True))
    op.add_column(
        "robot_turn", sa.Column("asked", sa.Text(), nullable=False, server_default="")
    )
    op.alter_column("robot_turn", "asked", server_default=None)
    op.create_foreign_key(
        op.f("fk_robot_call_taken_by_user_account"),
        "robot_call",
        "user_account",
        ["taken_by"],
        ["id"],
    )
