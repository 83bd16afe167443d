"""Slips that are paid late, and their Pix; which instalments of agreements are open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    for name, kind in (
        ("fine_percent", sa.BigInteger()),
        ("interest_per_day", sa.BigInteger()),
        ("late_from", sa.Date()),
        ("pix", sa.Text()),
        ("withdrawn_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("charge", sa.Column(name, kind, nullable=True))
    forgiven = sa.Column("forgiven", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("agreement_payment", forgiven)
    op.add_column("agreement", sa.Column("next_due", sa.Date(), nullable=True))
    op.execute(
        """
        UPDATE agreement SET next_due = (
            SELECT min(due_on) FROM agreement_instalment WHERE agreement_id = agreement.id)
        """
    )
    op.create_index("ix_agreement_state_next_due", "agreement", ["state", "next_due"])
