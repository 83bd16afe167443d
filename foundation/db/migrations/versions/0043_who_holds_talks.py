"""Which life of the URA leads a conversation; null: from before, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("robot_call", sa.Column("holder", sa.Uuid()))
    op.create_index(
        "ix_robot_call_open",
        "robot_call",
        ["holder"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
