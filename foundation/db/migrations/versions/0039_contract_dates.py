"""The day on which a contract was made, where somebody told it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("contract", sa.Column("contracted_on", sa.Date()))
    # a debt that goes is looked for in every table that names it
    op.create_index(op.f("ix_payment_errand_debt_id"), "payment_errand", ["debt_id"])
