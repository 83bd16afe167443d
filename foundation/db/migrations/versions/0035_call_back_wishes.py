"""Calls that debtors asked the automatic conversation for, until the dialer books them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "call_back_wish",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("became", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_call_back_wish_debtor_id_debtor")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_back_wish")),
    )
    op.create_index(op.f("ix_call_back_wish_debtor_id"), "call_back_wish", ["debtor_id"])
    op.create_index(
        "ix_call_back_wish_open",
        "call_back_wish",
        ["told_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
