"""Facts that only grow and say who noted them; one end an attempt, one call a debtor;
what was found broken.

Rows of before stay as they are: the uniqueness of ends holds for facts with an epoch.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"

_ONLY_ADDED = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON call_event
   FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.add_column("call_event", sa.Column("epoch", sa.BigInteger(), nullable=True))
    op.create_index(
        "uq_call_event_end",
        "call_event",
        ["attempt_id"],
        unique=True,
        postgresql_where=sa.text(
            "kind IN ('hungup', 'resolved', 'not_sent') AND epoch IS NOT NULL"
        ),
    )
    op.create_index(
        "ix_call_event_leading",
        "call_event",
        ["at"],
        postgresql_where=sa.text(
            "kind IN ('connection_lost', 'connection_restored', 'term_began', 'term_ended')"
        ),
    )
    op.create_index(
        "uq_attempt_one_call",
        "attempt",
        ["debtor_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL AND direction = 'outbound'"),
    )
    op.execute(_ONLY_ADDED)
    _violation()


def _violation() -> None:
    op.create_table(
        "violation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repair", sa.Text(), nullable=True),
        sa.Column("detail", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violation")),
    )
    op.create_index(
        "uq_violation_open",
        "violation",
        ["code", "subject"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(op.f("ix_violation_seen_at"), "violation", ["seen_at"])
