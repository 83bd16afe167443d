"""Who answered a call, as detectors say, with what they heard; reviewed by supervisors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"

ANSWERED = "ix_attempt_answered"


def upgrade() -> None:
    op.add_column("attempt", sa.Column("answered_by", sa.Text(), nullable=True))
    op.drop_index(ANSWERED, table_name="attempt")
    op.create_index(
        ANSWERED,
        "attempt",
        ["answered_at"],
        postgresql_include=["campaign_id", "abandoned", "answered_by"],
        postgresql_where=sa.text("direction = 'outbound' AND answered_at IS NOT NULL"),
    )
    name = "answer_verdict"
    op.create_table(
        name,
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("heard_s", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted", sa.Boolean(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f(f"fk_{name}_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"],
            ["user_account.id"],
            name=op.f(f"fk_{name}_reviewed_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("attempt_id", "detector", name=op.f(f"pk_{name}")),
    )
    op.create_index(
        f"ix_{name}_at", name, ["at"], postgresql_where=sa.text("detector = 'words'")
    )
    op.create_index(
        f"ix_{name}_to_review",
        name,
        ["at"],
        postgresql_where=sa.text("sampled AND reviewed_at IS NULL"),
    )
