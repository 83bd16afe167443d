"""Indexes of the keys to debts: taking back an import looks at them for each row."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    for table in ("message", "portal_request"):
        op.create_index(op.f(f"ix_{table}_debt_id"), table, ["debt_id"])
