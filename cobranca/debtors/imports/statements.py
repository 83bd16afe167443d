"""The statements that join staged rows with the database; `merge` runs them in order.

Parameters: `:creditor`, `:portfolio`, `:source`, `:now`, `:import`. Temporary tables:
`import_row` and `import_phone` as staged, then `import_debtor`, `import_contract`,
`import_chance` with the numbers whose chance the file tells, `import_address` with the
addresses that are new or other, `import_point` with numbers that are new, and
`import_diff` with what becomes of each good row. Columns `old_...` hold what the database
says before anything is written.
"""

from __future__ import annotations

# What is wrong with a row can only be seen beside the others and beside the database.
JUDGE = (
    """
    UPDATE import_row r SET fate = 'other_holder'
      FROM contract c JOIN debtor d ON d.id = c.debtor_id
     WHERE c.creditor_id = :creditor AND c.number = r.contract
       AND d.document_index <> r.document_index
    """,
    """
    UPDATE import_row r SET fate = 'closed'
      FROM contract c JOIN portfolio p ON p.id = c.portfolio_id
     WHERE r.fate IS NULL AND c.creditor_id = :creditor AND c.number = r.contract
       AND p.closed_at IS NOT NULL
    """,
    """
    UPDATE import_row r SET fate = 'other_holder_in_file', other_line = f.line
      FROM (SELECT DISTINCT ON (contract) contract, document_index, line
              FROM import_row WHERE fate IS NULL ORDER BY contract, line) f
     WHERE r.fate IS NULL AND f.contract = r.contract
       AND f.document_index <> r.document_index
    """,
    """
    UPDATE import_row r
       SET fate = CASE WHEN (r.amount, r.due_on) = (f.amount, f.due_on)
                       THEN 'repeated' ELSE 'contradicts' END,
           other_line = f.line
      FROM (SELECT DISTINCT ON (contract, instalment)
                   contract, instalment, line, amount, due_on
              FROM import_row WHERE fate IS NULL ORDER BY contract, instalment, line) f
     WHERE r.fate IS NULL AND f.contract = r.contract AND f.instalment = r.instalment
       AND r.line > f.line
    """,
    """
    UPDATE import_row r SET fate = 'before_contract'
      FROM (SELECT contract, max(contracted_on) AS since FROM import_row
             WHERE fate IS NULL OR fate = 'repeated' GROUP BY contract) f
      LEFT JOIN contract c ON c.creditor_id = :creditor AND c.number = f.contract
     WHERE r.fate IS NULL AND r.contract = f.contract
       AND r.due_on < coalesce(f.since, c.contracted_on)
    """,
    """
    UPDATE import_row r SET fate = 'contract_later'
      FROM contract c JOIN debt t ON t.contract_id = c.id
     WHERE r.fate IS NULL AND c.creditor_id = :creditor AND c.number = r.contract
       AND (EXISTS (SELECT FROM instalment n
                     WHERE n.debt_id = t.id AND n.due_on < r.contracted_on)
            OR EXISTS (SELECT FROM debt_fact p
                        WHERE p.debt_id = t.id AND p.kind = 'paid'
                          AND p.takes_effect < r.contracted_on))
    """,
    "UPDATE import_row SET fate = 'good' WHERE fate IS NULL",
    "ANALYZE import_row",  # every fate was blank: rows would be joined one by one
)

# The last line that says something of a debtor or a contract is right; blanks say nothing.
GATHER = (
    """
    CREATE TEMP TABLE import_debtor ON COMMIT DROP AS
    SELECT document_index,
           (array_agg(debtor_id ORDER BY line))[1] AS id,
           (array_agg(document_sealed ORDER BY line))[1] AS document_sealed,
           min(kind) AS kind,
           (array_agg(name ORDER BY line DESC))[1] AS name,
           (array_agg(birth_date ORDER BY line DESC)
              FILTER (WHERE birth_date IS NOT NULL))[1] AS birth_date,
           (array_agg(uf ORDER BY line DESC) FILTER (WHERE uf IS NOT NULL))[1] AS uf,
           min(line) AS line, 'new' AS state,
           NULL::text AS old_name, NULL::date AS old_birth_date, NULL::text AS old_uf,
           NULL::timestamptz AS old_updated_at
      FROM import_row WHERE fate IN ('good', 'repeated') GROUP BY document_index
    """,
    """
    UPDATE import_debtor i
       SET id = d.id, old_name = d.name, old_birth_date = d.birth_date, old_uf = d.uf,
           old_updated_at = d.updated_at,
           birth_date = coalesce(i.birth_date, d.birth_date), uf = coalesce(i.uf, d.uf),
           state = CASE WHEN d.name = i.name
                         AND coalesce(i.birth_date, d.birth_date)
                             IS NOT DISTINCT FROM d.birth_date
                         AND coalesce(i.uf, d.uf) IS NOT DISTINCT FROM d.uf
                        THEN 'same' ELSE 'changed' END
      FROM debtor d WHERE d.document_index = i.document_index
    """,
    """
    CREATE TEMP TABLE import_contract ON COMMIT DROP AS
    SELECT contract AS number,
           (array_agg(document_index ORDER BY line))[1] AS document_index,
           (array_agg(contract_id ORDER BY line))[1] AS id,
           (array_agg(debt_id ORDER BY line))[1] AS debt_id,
           (array_agg(product ORDER BY line DESC)
              FILTER (WHERE product IS NOT NULL))[1] AS product,
           (array_agg(contracted_on ORDER BY line DESC)
              FILTER (WHERE contracted_on IS NOT NULL))[1] AS contracted_on,
           min(line) AS line, 'new' AS state,
           NULL::text AS old_product, NULL::uuid AS old_portfolio_id,
           NULL::date AS old_contracted_on
      FROM import_row WHERE fate IN ('good', 'repeated') GROUP BY contract
    """,
    """
    UPDATE import_contract i
       SET id = c.id,
           debt_id = coalesce(t.id, i.debt_id),
           product = coalesce(i.product, c.product),
           contracted_on = coalesce(i.contracted_on, c.contracted_on),
           old_product = c.product, old_portfolio_id = c.portfolio_id,
           old_contracted_on = c.contracted_on,
           state = CASE WHEN c.portfolio_id = :portfolio
                         AND coalesce(i.product, c.product)
                             IS NOT DISTINCT FROM c.product
                         AND coalesce(i.contracted_on, c.contracted_on)
                             IS NOT DISTINCT FROM c.contracted_on
                        THEN 'same' ELSE 'changed' END
      FROM contract c LEFT JOIN debt t ON t.contract_id = c.id
     WHERE c.creditor_id = :creditor AND c.number = i.number
    """,
    "ANALYZE import_debtor",
    """
    CREATE TEMP TABLE import_chance ON COMMIT DROP AS
    SELECT DISTINCT ON (r.document_index, p.value)
           r.line, r.document_index, p.value, p.chance AS score, c.id AS old_id,
           s.score AS old_score
      FROM import_phone p JOIN import_row r USING (line)
      JOIN import_debtor d USING (document_index)
      LEFT JOIN contact_point c
             ON c.debtor_id = d.id AND c.kind = 'phone' AND c.value = p.value
      LEFT JOIN contact_score s ON s.contact_point_id = c.id
     WHERE r.fate IN ('good', 'repeated') AND p.chance IS NOT NULL
     ORDER BY r.document_index, p.value, r.line DESC
    """,
    """
    CREATE TEMP TABLE import_address ON COMMIT DROP AS
    SELECT * FROM (
      SELECT DISTINCT ON (r.document_index)
             r.line, r.document_index, r.street, r.district, r.city, r.uf, r.cep,
             a.debtor_id AS old_id, a.street AS old_street, a.district AS old_district,
             a.city AS old_city, a.uf AS old_uf, a.cep AS old_cep,
             a.told_at AS old_told_at
        FROM import_row r JOIN import_debtor d USING (document_index)
        LEFT JOIN debtor_address a ON a.debtor_id = d.id
       WHERE r.fate IN ('good', 'repeated') AND r.cep IS NOT NULL
       ORDER BY r.document_index, r.line DESC
    ) told
     WHERE (street, district, city, uf, cep) IS DISTINCT FROM
           (old_street, old_district, old_city, old_uf, old_cep)
    """,
    """
    CREATE TEMP TABLE import_point ON COMMIT DROP AS
    SELECT DISTINCT ON (r.document_index, p.value)
           r.line, r.document_index, d.id AS debtor_id,
           p.id, p.value, p.ddd, p.uf, p.zone, p.kind, p.score
      FROM import_phone p JOIN import_row r USING (line)
      JOIN import_debtor d USING (document_index)
     WHERE r.fate IN ('good', 'repeated')
       AND NOT EXISTS (SELECT FROM contact_point c
                        WHERE c.debtor_id = d.id AND c.kind = 'phone' AND c.value = p.value)
     ORDER BY r.document_index, p.value, r.line
    """,
    "ANALYZE import_contract",
    "ANALYZE import_chance",
    """
    CREATE TEMP TABLE import_diff ON COMMIT DROP AS
    SELECT r.line, r.contract, r.instalment, r.document_index, r.amount, r.due_on,
           n.id AS old_id, n.amount AS old_amount, n.due_on AS old_due_on,
           CASE WHEN n.id IS NULL THEN 'new'
                WHEN (n.amount, n.due_on) <> (r.amount, r.due_on)
                     OR d.state = 'changed' OR c.state = 'changed'
                     OR r.document_index IN (SELECT document_index FROM import_point)
                     OR r.document_index IN (SELECT document_index FROM import_address)
                     OR r.document_index IN (SELECT document_index FROM import_chance
                                              WHERE old_score IS DISTINCT FROM score)
                THEN 'changed' ELSE 'same' END AS what
      FROM import_row r
      JOIN import_debtor d USING (document_index)
      JOIN import_contract c ON c.number = r.contract
      LEFT JOIN instalment n ON n.debt_id = c.debt_id AND n.number = r.instalment
     WHERE r.fate = 'good'
    """,
    "ANALYZE import_diff",
)
COUNT = """
    SELECT what, count(*) AS rows FROM import_diff GROUP BY what
    UNION ALL
    SELECT fate, count(*) FROM import_row WHERE fate <> 'good' GROUP BY fate
    UNION ALL
    SELECT 'new_debtors', count(*) FROM import_debtor WHERE state = 'new'
    UNION ALL
    SELECT 'new_points', count(*) FROM import_point
"""

# What is about to be overwritten is kept, so that the import can be undone.
KEEP = (
    """
    INSERT INTO import_before (import_id, kind, row_id, before, after)
    SELECT :import, 'debtor', id,
           jsonb_build_object('name', old_name, 'birth_date', old_birth_date,
                              'uf', old_uf, 'updated_at', old_updated_at),
           jsonb_build_object('name', name, 'birth_date', birth_date, 'uf', uf,
                              'updated_at', CAST(:now AS timestamptz))
      FROM import_debtor WHERE state = 'changed' ORDER BY id
    """,
    """
    INSERT INTO import_before (import_id, kind, row_id, before, after)
    SELECT :import, 'contract', id,
           jsonb_build_object('product', old_product, 'portfolio_id', old_portfolio_id,
                              'contracted_on', old_contracted_on),
           jsonb_build_object('product', product, 'contracted_on', contracted_on,
                              'portfolio_id', CAST(:portfolio AS uuid))
      FROM import_contract WHERE state = 'changed' ORDER BY id
    """,
    """
    INSERT INTO import_before (import_id, kind, row_id, before, after)
    SELECT :import, 'instalment', old_id,
           jsonb_build_object('amount', old_amount, 'due_on', old_due_on),
           jsonb_build_object('amount', amount, 'due_on', due_on)
      FROM import_diff WHERE (old_amount, old_due_on) <> (amount, due_on) ORDER BY old_id
    """,
    """
    INSERT INTO import_before (import_id, kind, row_id, before, after)
    SELECT :import, 'score', old_id, jsonb_build_object('score', old_score),
           jsonb_build_object('score', score)
      FROM import_chance
     WHERE old_id IS NOT NULL AND old_score IS DISTINCT FROM score ORDER BY old_id
    """,
    """
    INSERT INTO import_before (import_id, kind, row_id, before, after)
    SELECT :import, 'address', d.id,
           jsonb_build_object('street', a.old_street, 'district', a.old_district,
                              'city', a.old_city, 'uf', a.old_uf, 'cep', a.old_cep,
                              'told_at', a.old_told_at),
           jsonb_build_object('street', a.street, 'district', a.district,
                              'city', a.city, 'uf', a.uf, 'cep', a.cep)
      FROM import_address a JOIN import_debtor d USING (document_index)
     WHERE d.state <> 'new' ORDER BY d.id
    """,
)

# An id is read again after each insert: another writer may have been first.
WRITE = (
    """
    INSERT INTO debtor (id, kind, name, document_sealed, document_index, birth_date, uf,
                        created_at, updated_at, import_id)
    SELECT id, kind, name, document_sealed, document_index, birth_date, uf, :now, :now,
           :import
      FROM import_debtor WHERE state = 'new' ORDER BY id
    ON CONFLICT (document_index) DO NOTHING
    """,
    """
    UPDATE import_debtor i SET id = d.id
      FROM debtor d WHERE d.document_index = i.document_index AND d.id <> i.id
    """,
    """
    UPDATE debtor d
       SET name = i.name, birth_date = i.birth_date, uf = i.uf, updated_at = :now
      FROM import_debtor i WHERE i.state = 'changed' AND d.id = i.id
    """,
    """
    INSERT INTO debtor_address (debtor_id, street, district, city, uf, cep, told_at)
    SELECT d.id, a.street, a.district, a.city, a.uf, a.cep, :now
      FROM import_address a JOIN import_debtor d USING (document_index) ORDER BY d.id
    ON CONFLICT (debtor_id) DO UPDATE
       SET street = excluded.street, district = excluded.district, city = excluded.city,
           uf = excluded.uf, cep = excluded.cep, told_at = excluded.told_at
    """,
    """
    INSERT INTO contract (id, creditor_id, portfolio_id, debtor_id, number, product,
                          contracted_on, import_id)
    SELECT c.id, :creditor, :portfolio, d.id, c.number, c.product, c.contracted_on,
           :import
      FROM import_contract c JOIN import_debtor d USING (document_index)
     WHERE c.state = 'new' ORDER BY c.id
    ON CONFLICT (creditor_id, number) DO NOTHING
    """,
    """
    UPDATE import_contract i SET id = c.id
      FROM contract c
     WHERE c.creditor_id = :creditor AND c.number = i.number AND c.id <> i.id
    """,
    """
    UPDATE contract c
       SET portfolio_id = :portfolio, product = i.product,
           contracted_on = i.contracted_on
      FROM import_contract i WHERE i.state = 'changed' AND c.id = i.id
    """,
    """
    INSERT INTO debt (id, contract_id, status, created_at)
    SELECT debt_id, id, 'open', :now FROM import_contract ORDER BY debt_id
    ON CONFLICT (contract_id) DO NOTHING
    """,
    """
    UPDATE import_contract i SET debt_id = t.id
      FROM debt t WHERE t.contract_id = i.id AND t.id <> i.debt_id
    """,
    """
    INSERT INTO instalment AS n (id, debt_id, number, amount, due_on, import_id)
    SELECT r.instalment_id, c.debt_id, r.instalment, r.amount, r.due_on, :import
      FROM import_row r JOIN import_contract c ON c.number = r.contract
     WHERE r.fate = 'good' ORDER BY r.line
    ON CONFLICT (debt_id, number) DO UPDATE
       SET amount = excluded.amount, due_on = excluded.due_on
     WHERE (n.amount, n.due_on) <> (excluded.amount, excluded.due_on)
    """,
    """
    INSERT INTO contact_point (id, debtor_id, kind, value, ddd, uf, zone, line, source,
                               score, status, tries, import_id)
    SELECT p.id, d.id, 'phone', p.value, p.ddd, p.uf, p.zone, p.kind, :source, p.score,
           'active', 0, :import
      FROM import_point p JOIN import_debtor d USING (document_index) ORDER BY p.id
    ON CONFLICT (debtor_id, kind, value) DO NOTHING
    """,
    """
    INSERT INTO contact_score (contact_point_id, score)
    SELECT c.id, i.score
      FROM import_chance i JOIN import_debtor d USING (document_index)
      JOIN contact_point c
        ON c.debtor_id = d.id AND c.kind = 'phone' AND c.value = i.value
     WHERE i.old_score IS DISTINCT FROM i.score ORDER BY c.id
    ON CONFLICT (contact_point_id) DO UPDATE SET score = excluded.score
    """,
    """
    INSERT INTO import_touch (import_id, instalment_id)
    SELECT :import, n.id
      FROM import_diff x JOIN import_contract c ON c.number = x.contract
      JOIN instalment n ON n.debt_id = c.debt_id AND n.number = x.instalment
     ORDER BY n.id
    """,
)
REFUSED = """
    SELECT line, fate, other_line FROM import_row
     WHERE fate NOT IN ('good', 'repeated') AND line > :after ORDER BY line LIMIT 5000
"""
