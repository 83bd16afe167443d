"""A seat may pass to another person; the row of who had it keeps his history."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.alter_column("agent", "endpoint", nullable=True)
    op.create_check_constraint(
        op.f("ck_agent_has_seat"), "agent", "endpoint IS NOT NULL OR NOT active"
    )
