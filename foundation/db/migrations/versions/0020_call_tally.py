"""Which number a debtor saw, and calls counted by day, route and that number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

COUNTS = ("calls", "unanswered", "short", "machines", "answered", "abandoned")


def upgrade() -> None:
    op.add_column("attempt", sa.Column("cli", sa.Text(), nullable=True))
    op.create_table(
        "call_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("cli", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("day", "route", "cli", name=op.f("pk_call_tally")),
    )
    op.execute(EARLIER)


# calls of the last month, so that the meters do not begin at nothing; days are debtors'
EARLIER = """
INSERT INTO call_tally
SELECT a.contact_day, a.route, '', count(*),
       count(*) FILTER (WHERE a.answered_at IS NULL),
       count(*) FILTER (WHERE a.ended_at - a.answered_at <= interval '6 s'),
       count(*) FILTER (WHERE a.ended_at - a.answered_at > interval '6 s'
                          AND d.code = 'answering_machine'),
       count(*) FILTER (WHERE a.answered_at IS NOT NULL
                          AND k.policy ->> 'mode' IS DISTINCT FROM 'agentless'),
       count(*) FILTER (WHERE a.abandoned)
  FROM attempt a
  LEFT JOIN campaign k ON k.id = a.campaign_id
  LEFT JOIN disposition d ON d.attempt_id = a.id
 WHERE a.direction = 'outbound' AND a.outcome <> 'not_sent'
   AND a.contact_day > (SELECT max(contact_day) FROM attempt) - 31
 GROUP BY 1, 2
"""
