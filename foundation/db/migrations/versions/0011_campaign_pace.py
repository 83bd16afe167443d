"""Campaigns share agents by priority, and remember who set what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

GUARD = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON campaign_change
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    column = sa.Column("priority", sa.Integer(), nullable=False, server_default="0")
    op.add_column("campaign", column)
    op.alter_column("campaign", "priority", server_default=None)
    name = "campaign_change"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("what", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f(f"fk_{name}_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_campaign_id_at", name, ["campaign_id", "at"])
    op.execute(GUARD)
