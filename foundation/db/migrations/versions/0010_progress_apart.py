"""Progress of filling a list stands apart: the campaign's row is checked for each debtor.

A row that is updated twice a second while a million foreign keys are checked against it
grows a chain of versions, and each check walks along it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_column("campaign", "progress")
    op.create_table(
        "campaign_progress",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("progress", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_progress")),
    )
