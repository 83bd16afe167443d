"""Seats in browsers: short-lived SIP passwords, and the view that the switch reads.

The view shows each browser seat; one without a password that is valid now shows a random
one, so that the switch refuses it as a wrong password and not as a fault of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

VIEW = """
CREATE VIEW switch.ps_auths AS
SELECT agent.endpoint AS id,
       'userpass'::text AS auth_type,
       agent.endpoint AS username,
       CASE WHEN sip_credential.expires_at > clock_timestamp()
            THEN sip_credential.password
            ELSE gen_random_uuid()::text || gen_random_uuid()::text
       END AS password
FROM agent
LEFT JOIN sip_credential ON sip_credential.agent_id = agent.id
WHERE agent.active AND agent.endpoint LIKE 'web%'
"""


def upgrade() -> None:
    op.create_table(
        "sip_credential",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
            name=op.f("fk_sip_credential_agent_id_agent"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_sip_credential")),
    )
    op.execute("CREATE SCHEMA switch")
    op.execute(VIEW)
