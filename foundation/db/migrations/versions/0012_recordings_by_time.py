"""Recordings in the order of their begin, and debtors by the begin of their name.

A worker of the version before leaves `began_at` out: then it is the moment of sealing,
some seconds after the call.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ACCENTED = "áàâãäåéèêëíìîïóòôõöúùûüçñýÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ"
_PLAIN = "aaaaaaeeeeiiiiooooouuuucnyaaaaaaeeeeiiiiooooouuuucny"
NAME_KEY = f"""
CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(translate(name, '{_ACCENTED}', '{_PLAIN}'))
"""
FILL = """
UPDATE recording SET began_at = coalesce(a.answered_at, a.placed_at)
  FROM attempt a WHERE a.id = recording.attempt_id
"""


def upgrade() -> None:
    now = sa.Column(
        "began_at",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.now(),
    )
    op.add_column("recording", now)
    op.execute(FILL)
    op.create_index("ix_recording_began_at_id", "recording", ["began_at", "id"])
    op.execute(NAME_KEY)
    op.create_index("ix_debtor_name_key", "debtor", [sa.text('name_key(name) COLLATE "C"')])
