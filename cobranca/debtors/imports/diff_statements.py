"""The statements that read what an import would change from its temporary tables.

Parameters: `:limit`, `:portfolio`, `:what`.
"""

from __future__ import annotations

from collections.abc import Mapping

_DEBTOR = """
    SELECT d.line, NULL AS contract, d.name, d.old_{field} AS old, d.{field} AS new,
           count(*) OVER () AS total
      FROM import_debtor d
     WHERE d.state = 'changed' AND d.old_{field} IS DISTINCT FROM d.{field}
     ORDER BY d.line LIMIT :limit
"""
_INSTALMENT = """
    SELECT x.line, x.contract, d.name, x.old_{field} AS old, x.{field} AS new,
           count(*) OVER () AS total
      FROM import_diff x JOIN import_debtor d USING (document_index)
     WHERE x.old_{field} <> x.{field} ORDER BY x.line LIMIT :limit
"""
FIELDS: Mapping[str, str] = {
    "amount": _INSTALMENT.format(field="amount"),
    "due_on": _INSTALMENT.format(field="due_on"),
    "name": _DEBTOR.format(field="name"),
    "birth_date": _DEBTOR.format(field="birth_date"),
    "uf": _DEBTOR.format(field="uf"),
    "address": """
        SELECT i.line, NULL AS contract, d.name,
               nullif(concat_ws(', ', i.old_street, nullif(i.old_district, ''), i.old_city,
                                i.old_uf, i.old_cep), '') AS old,
               concat_ws(', ', i.street, nullif(i.district, ''), i.city, i.uf,
                         i.cep) AS new,
               count(*) OVER () AS total
          FROM import_address i JOIN import_debtor d USING (document_index)
         WHERE d.state <> 'new' ORDER BY i.line LIMIT :limit
    """,
    "product": """
        SELECT c.line, c.number AS contract, d.name, c.old_product AS old, c.product AS new,
               count(*) OVER () AS total
          FROM import_contract c JOIN import_debtor d USING (document_index)
         WHERE c.state = 'changed' AND c.old_product IS DISTINCT FROM c.product
         ORDER BY c.line LIMIT :limit
    """,
    "contracted_on": """
        SELECT c.line, c.number AS contract, d.name, c.old_contracted_on AS old,
               c.contracted_on AS new, count(*) OVER () AS total
          FROM import_contract c JOIN import_debtor d USING (document_index)
         WHERE c.state = 'changed' AND c.old_contracted_on IS DISTINCT FROM c.contracted_on
         ORDER BY c.line LIMIT :limit
    """,
    "portfolio": """
        SELECT c.line, c.number AS contract, d.name, o.name AS old, p.name AS new,
               count(*) OVER () AS total
          FROM import_contract c JOIN import_debtor d USING (document_index)
          JOIN portfolio o ON o.id = c.old_portfolio_id
          JOIN portfolio p ON p.id = :portfolio
         WHERE c.old_portfolio_id <> p.id ORDER BY c.line LIMIT :limit
    """,
    "phone": """
        SELECT p.line, NULL AS contract, d.name, NULL AS old, p.value AS new,
               count(*) OVER () AS total
          FROM import_point p JOIN import_debtor d USING (document_index)
         WHERE d.state <> 'new' ORDER BY p.line LIMIT :limit
    """,
    "score": """
        SELECT i.line, NULL AS contract, d.name, i.old_score AS old, i.score AS new,
               count(*) OVER () AS total
          FROM import_chance i JOIN import_debtor d USING (document_index)
         WHERE i.old_id IS NOT NULL AND i.old_score IS DISTINCT FROM i.score
         ORDER BY i.line LIMIT :limit
    """,
}
ROWS = """
    SELECT x.line, x.contract, d.name, x.instalment, x.amount, x.due_on
      FROM import_diff x JOIN import_debtor d USING (document_index)
     WHERE x.what = :what ORDER BY x.line LIMIT :limit
"""

# Equal exactly when the same rows would do the same to the same values (but for chance).
FINGERPRINT = """
    WITH seen AS (
      SELECT md5(ROW(x.line, x.what, x.contract, x.instalment, x.amount, x.due_on,
                     x.old_amount, x.old_due_on, x.document_index, d.name, d.old_name,
                     d.birth_date, d.old_birth_date, d.uf, d.old_uf, c.product,
                     c.old_product, c.old_portfolio_id, c.contracted_on,
                     c.old_contracted_on)::text) AS sum
        FROM import_diff x JOIN import_debtor d USING (document_index)
        JOIN import_contract c ON c.number = x.contract
      UNION ALL
      SELECT md5(ROW('address', document_index, street, district, city, uf, cep,
                     old_street, old_district, old_city, old_uf, old_cep)::text)
        FROM import_address
      UNION ALL
      SELECT md5(ROW('phone', document_index, value)::text) FROM import_point
      UNION ALL
      SELECT md5(ROW('score', document_index, value, score, old_score)::text)
        FROM import_chance WHERE old_score IS DISTINCT FROM score
      UNION ALL
      SELECT md5(ROW('row', line, fate, other_line)::text)
        FROM import_row WHERE fate <> 'good'
    )
    SELECT concat_ws(':', count(*), bit_xor(('x' || left(sum, 16))::bit(64)),
                     bit_xor(('x' || right(sum, 16))::bit(64)))
      FROM seen
"""
