"""Contract terms are found by their contract: an import that is undone looks for them."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index(
        op.f("ix_contract_terms_contract_id"), "contract_terms", ["contract_id"]
    )
