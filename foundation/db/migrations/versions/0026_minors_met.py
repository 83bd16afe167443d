"""Verdicts on children by themselves: somebody must look at how each came into a list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index(
        "ix_verdict_minor",
        "verdict",
        ["id"],
        postgresql_where=sa.text("rule = 'minor'"),
    )
