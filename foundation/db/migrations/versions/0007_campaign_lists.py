"""Lists of campaigns that the worker puts together, with their progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("campaign", sa.Column("progress", JSONB(), nullable=True))
    op.add_column("campaign", sa.Column("trouble", sa.Text(), nullable=True))
    op.add_column("campaign", sa.Column("order_key", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_campaign_order_key"), "campaign", ["order_key"])
