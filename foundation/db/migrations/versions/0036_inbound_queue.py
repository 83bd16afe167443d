"""Whom a number's callers should be answered by, and how urgently; agents' skills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column(
        "inbound_number", sa.Column("skill", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "inbound_number",
        sa.Column("priority", sa.Integer(), nullable=False, server_default="0"),
    )
    for column in ("skill", "priority"):
        op.alter_column("inbound_number", column, server_default=None)
    op.create_table(
        "agent_skill",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_skill_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("agent_id", "skill", name=op.f("pk_agent_skill")),
    )
