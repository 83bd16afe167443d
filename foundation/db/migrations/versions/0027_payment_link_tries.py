"""Wrong answers on the page of a payment link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    column = sa.Column("wrong", sa.Integer(), server_default="0", nullable=False)
    op.add_column("payment_link", column)
