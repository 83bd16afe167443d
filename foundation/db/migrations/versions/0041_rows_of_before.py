"""What a version before does not know to fill is filled for it.

While processes are exchanged, those of the version before still write campaigns, numbers
of the inbound and turns of the automatic conversation, without columns that came later.
"""

from __future__ import annotations

from alembic import op

revision = "0041"
down_revision = "0040"

FILLED = (
    ("campaign", "filter", "{}"),
    ("campaign", "size", "0"),
    ("campaign", "version", "1"),
    ("campaign", "priority", "0"),
    ("robot_turn", "asked", ""),
    ("inbound_number", "skill", ""),
    ("inbound_number", "priority", "0"),
)


def upgrade() -> None:
    for table, column, value in FILLED:
        op.alter_column(table, column, server_default=value)
