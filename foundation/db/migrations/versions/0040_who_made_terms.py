"""Who registered a version of contract terms; null: a command, as all before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("contract_terms", sa.Column("made_by", sa.Text()))
