"""What was said in the automatic conversation can be searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_index(
        "ix_robot_turn_said",
        "robot_turn",
        [sa.text("to_tsvector('portuguese'::regconfig, hypothesis)")],
        postgresql_using="gin",
    )
