"""The statements by which an import is taken back; `undo` runs them in order.

Parameters: `:import`, `:applied_at`. The temporary table `undo_debtor` holds the debtors of
whom the import made or changed anything, and whether it made them themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

AFFECTED = """
    CREATE TEMP TABLE undo_debtor ON COMMIT DROP AS
    SELECT id, bool_or(made) AS made FROM (
      SELECT id, true AS made FROM debtor WHERE import_id = :import
      UNION ALL SELECT debtor_id, false FROM contract WHERE import_id = :import
      UNION ALL SELECT debtor_id, false FROM contact_point WHERE import_id = :import
      UNION ALL
      SELECT c.debtor_id, false FROM instalment n
        JOIN debt t ON t.id = n.debt_id JOIN contract c ON c.id = t.contract_id
       WHERE n.import_id = :import
      UNION ALL
      SELECT row_id, false FROM import_before
       WHERE import_id = :import AND kind IN ('debtor', 'address')
      UNION ALL
      SELECT c.debtor_id, false FROM import_before b JOIN contract c ON c.id = b.row_id
       WHERE b.import_id = :import AND b.kind = 'contract'
      UNION ALL
      SELECT c.debtor_id, false FROM import_before b JOIN instalment n ON n.id = b.row_id
        JOIN debt t ON t.id = n.debt_id JOIN contract c ON c.id = t.contract_id
       WHERE b.import_id = :import AND b.kind = 'instalment'
      UNION ALL
      SELECT p.debtor_id, false FROM import_before b JOIN contact_point p ON p.id = b.row_id
       WHERE b.import_id = :import AND b.kind = 'score'
    ) affected GROUP BY id
"""
# From here on nobody can add a row that points at one of them.
LOCK = (
    "SELECT 1 FROM debtor WHERE id IN (SELECT id FROM undo_debtor) ORDER BY id FOR UPDATE"
)

CHECKS: Mapping[str, str] = {
    "later_import": """
        SELECT count(DISTINCT u.id)
          FROM undo_debtor u JOIN contract c ON c.debtor_id = u.id
          JOIN debt t ON t.contract_id = c.id JOIN instalment n ON n.debt_id = t.id
          JOIN import_touch o ON o.instalment_id = n.id AND o.import_id <> :import
          JOIN debtor_import d ON d.id = o.import_id AND d.applied_at > :applied_at
    """,
    "changed": """
        SELECT count(DISTINCT id) FROM (
          SELECT id FROM debtor WHERE import_id = :import AND updated_at <> created_at
          UNION ALL
          SELECT b.row_id FROM import_before b LEFT JOIN debtor d ON d.id = b.row_id
           WHERE b.import_id = :import AND b.kind = 'debtor'
             AND (d.name, d.birth_date, d.uf, d.updated_at) IS DISTINCT FROM
                 (b.after->>'name', (b.after->>'birth_date')::date, b.after->>'uf',
                  (b.after->>'updated_at')::timestamptz)
          UNION ALL
          SELECT b.row_id FROM import_before b
            LEFT JOIN debtor_address a ON a.debtor_id = b.row_id
           WHERE b.import_id = :import AND b.kind = 'address'
             AND (a.street, a.district, a.city, a.uf, a.cep) IS DISTINCT FROM
                 (b.after->>'street', b.after->>'district', b.after->>'city',
                  b.after->>'uf', b.after->>'cep')
          UNION ALL
          SELECT d.id FROM debtor d JOIN debtor_address a ON a.debtor_id = d.id
           WHERE d.import_id = :import AND a.told_at <> d.created_at
          UNION ALL
          SELECT c.debtor_id FROM import_before b JOIN contract c ON c.id = b.row_id
           WHERE b.import_id = :import AND b.kind = 'contract'
             AND (c.product, c.portfolio_id) IS DISTINCT FROM
                 (b.after->>'product', (b.after->>'portfolio_id')::uuid)
          UNION ALL
          SELECT c.debtor_id FROM import_before b JOIN instalment n ON n.id = b.row_id
            JOIN debt t ON t.id = n.debt_id JOIN contract c ON c.id = t.contract_id
           WHERE b.import_id = :import AND b.kind = 'instalment'
             AND (n.amount, n.due_on) IS DISTINCT FROM
                 ((b.after->>'amount')::bigint, (b.after->>'due_on')::date)
          UNION ALL
          SELECT p.debtor_id FROM import_before b JOIN contact_point p ON p.id = b.row_id
            LEFT JOIN contact_score s ON s.contact_point_id = p.id
           WHERE b.import_id = :import AND b.kind = 'score'
             AND s.score IS DISTINCT FROM (b.after->>'score')::double precision
          UNION ALL
          SELECT debtor_id FROM contact_point
           WHERE import_id = :import AND (tries > 0 OR status <> 'active')
        ) changed
    """,
    "settled": """
        SELECT count(DISTINCT c.debtor_id)
          FROM contract c JOIN debt t ON t.contract_id = c.id
         WHERE c.import_id = :import AND t.status <> 'open'
    """,
}

# Each foreign key of another table to one of ours, and the column that dates its rows.
REFERENCES = """
    SELECT quote_ident(s.relname), quote_ident(a.attname), r.relname,
           (SELECT quote_ident(m.attname)
              FROM unnest(ARRAY['placed_at', 'made_at', 'booked_at', 'created_at', 'since',
                                'at']) WITH ORDINALITY wanted(name, place)
              JOIN pg_attribute m ON m.attrelid = k.conrelid AND m.attname = wanted.name
               AND NOT m.attisdropped
             ORDER BY place LIMIT 1)
      FROM pg_constraint k
      JOIN pg_class s ON s.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
     WHERE k.contype = 'f'
       AND r.relname IN ('debtor', 'contract', 'debt', 'instalment', 'contact_point')
       AND s.relname NOT IN ('debtor', 'contract', 'debt', 'instalment', 'contact_point',
                             'contact_score', 'debtor_address')
     ORDER BY s.relname, a.attname
"""
VALUES_OF_ALL_TIME = frozenset(("verdict", "campaign_debtor"))  # say nothing of a change

_OURS = {
    "contract": "JOIN contract o ON o.id = x.{column} AND o.import_id = :import",
    "contact_point": "JOIN contact_point o ON o.id = x.{column} AND o.import_id = :import",
    "debt": "JOIN debt t ON t.id = x.{column}"
    " JOIN contract o ON o.id = t.contract_id AND o.import_id = :import",
    "instalment": "JOIN instalment n ON n.id = x.{column} AND n.import_id = :import"
    " JOIN debt t ON t.id = n.debt_id JOIN contract o ON o.id = t.contract_id",
}


def counting(table: str, column: str, target: str, since: str | None) -> str:
    """Return the query that counts the debtors a table's rows speak of.

    Rows about a debtor that the import only changed count when they are newer than it;
    `since` is the column that says so. Names come quoted from the database's catalogue.
    """
    if target == "debtor":
        newer = f" OR x.{since} > :applied_at" if since else ""
        return (
            f"SELECT count(DISTINCT u.id) FROM {table} x"  # noqa: S608
            f" JOIN undo_debtor u ON u.id = x.{column} WHERE u.made{newer}"
        )
    joined = _OURS[target].format(column=column)
    return f"SELECT count(DISTINCT o.debtor_id) FROM {table} x {joined}"  # noqa: S608


RESTORE: Mapping[str, str] = {
    "points": "DELETE FROM contact_point WHERE import_id = :import",
    "instalments": "DELETE FROM instalment WHERE import_id = :import",
    "debts": "DELETE FROM debt WHERE contract_id IN"
    " (SELECT id FROM contract WHERE import_id = :import)",
    "contracts": "DELETE FROM contract WHERE import_id = :import",
    "debtors": "DELETE FROM debtor WHERE import_id = :import",
    "restored_debtors": """
        UPDATE debtor d
           SET name = b.before->>'name', birth_date = (b.before->>'birth_date')::date,
               uf = b.before->>'uf', updated_at = (b.before->>'updated_at')::timestamptz
          FROM import_before b
         WHERE b.import_id = :import AND b.kind = 'debtor' AND d.id = b.row_id
    """,
    "restored_addresses": """
        UPDATE debtor_address a
           SET street = b.before->>'street', district = b.before->>'district',
               city = b.before->>'city', uf = b.before->>'uf', cep = b.before->>'cep',
               told_at = (b.before->>'told_at')::timestamptz
          FROM import_before b
         WHERE b.import_id = :import AND b.kind = 'address' AND a.debtor_id = b.row_id
           AND b.before->>'cep' IS NOT NULL
    """,
    "restored_to_no_address": """
        DELETE FROM debtor_address a USING import_before b
         WHERE b.import_id = :import AND b.kind = 'address' AND a.debtor_id = b.row_id
           AND b.before->>'cep' IS NULL
    """,
    "restored_contracts": """
        UPDATE contract c
           SET product = b.before->>'product',
               contracted_on = (b.before->>'contracted_on')::date,
               portfolio_id = (b.before->>'portfolio_id')::uuid
          FROM import_before b
         WHERE b.import_id = :import AND b.kind = 'contract' AND c.id = b.row_id
    """,
    "restored_instalments": """
        UPDATE instalment n
           SET amount = (b.before->>'amount')::bigint,
               due_on = (b.before->>'due_on')::date
          FROM import_before b
         WHERE b.import_id = :import AND b.kind = 'instalment' AND n.id = b.row_id
    """,
    "restored_scores": """
        UPDATE contact_score s SET score = (b.before->>'score')::double precision
          FROM import_before b
         WHERE b.import_id = :import AND b.kind = 'score' AND s.contact_point_id = b.row_id
           AND b.before->>'score' IS NOT NULL
    """,
    "restored_to_no_score": """
        DELETE FROM contact_score s USING import_before b
         WHERE b.import_id = :import AND b.kind = 'score' AND s.contact_point_id = b.row_id
           AND b.before->>'score' IS NULL
    """,
    "journal": "DELETE FROM import_before WHERE import_id = :import",
    "touches": "DELETE FROM import_touch WHERE import_id = :import",
}
