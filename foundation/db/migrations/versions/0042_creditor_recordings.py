"""Recordings of creditors, spoken in the place of our own voice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "creditor_recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["creditor_id"],
            ["creditor.id"],
            name=op.f("fk_creditor_recording_creditor_id_creditor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creditor_recording")),
    )
    op.create_index(
        "ix_creditor_recording_prompt", "creditor_recording", ["creditor_id", "prompt"]
    )
    op.create_index(
        "uq_creditor_recording_spoken",
        "creditor_recording",
        ["creditor_id", "prompt"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
