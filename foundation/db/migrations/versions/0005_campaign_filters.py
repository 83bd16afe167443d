"""Campaigns from a filter, edited by several people; indexes of the supervisor's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def _campaign() -> None:
    op.add_column("campaign", sa.Column("filter", JSONB(), nullable=True))
    op.add_column("campaign", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column(
        "campaign", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("campaign", sa.Column("changed_at", sa.DateTime(timezone=True)))
    op.add_column("campaign", sa.Column("changed_by", sa.Text()))
    op.execute(
        """
        UPDATE campaign c
           SET filter = jsonb_build_object('creditor', c.creditor_id),
               size = (SELECT count(*) FROM campaign_debtor d WHERE d.campaign_id = c.id)
        """
    )
    op.alter_column("campaign", "filter", nullable=False)
    op.alter_column("campaign", "size", nullable=False)
    op.alter_column("campaign", "version", server_default=None)


def upgrade() -> None:
    _campaign()
    op.create_index(
        "ix_attempt_ended",
        "attempt",
        ["ended_at"],
        postgresql_include=["campaign_id", "outcome"],
    )
    op.create_index(
        "ix_attempt_answered",
        "attempt",
        ["answered_at"],
        postgresql_include=["campaign_id", "abandoned"],
        postgresql_where=sa.text("direction = 'outbound' AND answered_at IS NOT NULL"),
    )
    op.create_index(
        "ix_call_event_agent_change",
        "call_event",
        ["at"],
        postgresql_where=sa.text("kind = 'agent'"),
    )
    op.create_index("ix_contract_product", "contract", ["creditor_id", "product"])
    op.create_index("ix_recording_sealed_at", "recording", ["sealed_at"])
