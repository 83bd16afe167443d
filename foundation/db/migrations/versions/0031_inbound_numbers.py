"""Our numbers: for whom each answers, with what, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

TEXTS = ("number", "name", "flow", "weekday", "saturday", "sunday", "holiday", "uf")


def upgrade() -> None:
    op.create_table(
        "inbound_number",
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("creditor_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "flow IN ('receptive', 'floor')", name=op.f("ck_inbound_number_flow")
        ),
        sa.ForeignKeyConstraint(
            ["creditor_id"],
            ["creditor.id"],
            name=op.f("fk_inbound_number_creditor_id_creditor"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_inbound_number")),
    )
    op.create_index(
        op.f("ix_inbound_number_creditor_id"), "inbound_number", ["creditor_id"]
    )
