"""Creditors and portfolios that are closed, and the policy of contact that reads it.

The function of migration 0028, which also tells what is closed. And secrets that were
kept as answers to requests are forgotten.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

CONTACT_FACTS = """
CREATE FUNCTION contact_facts(
    of_turns bigint[], of_debtors uuid[], of_points text[], from_day date,
    right_now timestamptz
) RETURNS TABLE (
    kind text, debtor_id uuid, number text, day date, ours boolean, talked boolean,
    right_party boolean, name text, until timestamptz, creditor_id uuid, debt_id uuid,
    means text, closed text
) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $body$
#variable_conflict use_column
BEGIN
    IF cardinality(of_turns) > 0 THEN
        PERFORM pg_advisory_xact_lock(turn) FROM unnest(of_turns) AS t (turn);
    END IF;
    RETURN QUERY
    SELECT 'contact', a.debtor_id, CAST(a.number AS text), a.contact_day,
           a.direction = 'outbound',
           a.bridged_at IS NOT NULL AND coalesce(d.right_party, d.id IS NULL),
           coalesce(d.right_party, false), CAST(NULL AS text), CAST(NULL AS timestamptz),
           CAST(NULL AS uuid), CAST(NULL AS uuid), CAST(NULL AS text),
           CAST(NULL AS text)
      FROM (SELECT own.id, own.debtor_id, own.number, own.contact_day, own.direction,
                   own.bridged_at, own.outcome
              FROM attempt own
             WHERE own.debtor_id = ANY(of_debtors) AND own.contact_day >= from_day
             UNION
            SELECT other.id, other.debtor_id, other.number, other.contact_day,
                   other.direction, other.bridged_at, other.outcome
              FROM contact_point p JOIN attempt other ON other.contact_point_id = p.id
             WHERE p.value = ANY(of_points) AND other.contact_day >= from_day) a
      LEFT JOIN disposition d ON d.attempt_id = a.id
     WHERE a.outcome IS DISTINCT FROM 'not_sent'
     UNION ALL
    SELECT 'contact', c.debtor_id, CAST(c.point AS text), c.contact_day,
           c.direction = 'outbound', c.talked, c.right_party, NULL, NULL, NULL, NULL, NULL,
           NULL
      FROM contact c
     WHERE (c.debtor_id = ANY(of_debtors) OR c.point = ANY(of_points))
       AND c.contact_day >= from_day AND c.outcome IS DISTINCT FROM 'not_sent'
     UNION ALL
    SELECT 'suppression', s.debtor_id, CAST(s.number AS text), NULL, NULL, NULL, NULL,
           CAST(s.reason AS text), s.until, s.creditor_id, s.debt_id, CAST(s.means AS text),
           NULL
      FROM suppression s
     WHERE (s.debtor_id = ANY(of_debtors) OR s.number = ANY(of_points))
       AND (s.until IS NULL OR s.until > right_now)
     UNION ALL
    SELECT 'owed', c.debtor_id, NULL, max(i.due_on), NULL, NULL, NULL, NULL, NULL,
           c.creditor_id, d.id, NULL,
           CASE WHEN r.closed_at IS NOT NULL THEN 'creditor'
                WHEN p.closed_at IS NOT NULL THEN 'portfolio' END
      FROM contract c
      JOIN creditor r ON r.id = c.creditor_id
      JOIN portfolio p ON p.id = c.portfolio_id
      JOIN debt d ON d.contract_id = c.id AND d.status = 'open'
      JOIN instalment i ON i.debt_id = d.id
     WHERE c.debtor_id = ANY(of_debtors)
     GROUP BY c.debtor_id, c.creditor_id, d.id, r.closed_at, p.closed_at
     UNION ALL
    SELECT 'listed', NULL, CAST(l.number AS text), NULL, NULL, NULL, NULL,
           CAST(l.list_name AS text), NULL, NULL, NULL, NULL, NULL
      FROM do_not_call l WHERE l.number = ANY(of_points)
     UNION ALL
    SELECT 'closed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.id, NULL, NULL,
           'creditor'
      FROM creditor r WHERE r.closed_at IS NOT NULL;
END
$body$
"""


def upgrade() -> None:
    for table in ("creditor", "portfolio"):
        op.add_column(table, sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_creditor_closed",
        "creditor",
        ["id"],
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    # answers that held a webhook's secret: it is kept sealed, and nowhere else
    op.execute("UPDATE request_key SET answer = answer - 'secret' WHERE answer ? 'secret'")
    op.execute("DROP FUNCTION contact_facts(bigint[], uuid[], text[], date, timestamptz)")
    op.execute(CONTACT_FACTS)
