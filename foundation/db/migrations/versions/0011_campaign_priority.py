"""Campaigns share agents by priority."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    column = sa.Column("priority", sa.Integer(), nullable=False, server_default="0")
    op.add_column("campaign", column)
    op.alter_column("campaign", "priority", server_default=None)
