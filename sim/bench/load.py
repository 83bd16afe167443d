"""Rows to dial, made in the database at once, and what became of them."""

from __future__ import annotations

from sqlalchemy import text

from foundation.db.engine import connect
from foundation.settings import ProcessSettings

_ROWS = (
    "INSERT INTO creditor (id, name) VALUES (gen_random_uuid(), 'Medida')",
    "INSERT INTO portfolio (id, creditor_id, name)"
    " SELECT gen_random_uuid(), id, 'Medida' FROM creditor",
    "INSERT INTO debtor (id, kind, name, document_sealed, document_index, created_at,"
    " updated_at) SELECT gen_random_uuid(), 'person', 'Devedor ' || g, '',"
    " int4send(g), now(), now() FROM generate_series(1, :debtors) g",
    "INSERT INTO contact_point (id, debtor_id, kind, value, ddd, uf, zone, line, source,"
    " score, status, tries) SELECT gen_random_uuid(), id, 'phone',"
    " '+551190' || lpad((row_number() OVER ())::text, 7, '0'), '11', 'SP',"
    " 'America/Sao_Paulo', 'mobile', 'medida', 0.5, 'active', 0 FROM debtor",
    "INSERT INTO contract (id, creditor_id, portfolio_id, debtor_id, number)"
    " SELECT gen_random_uuid(), c.id, p.id, d.id, d.name"
    " FROM creditor c, portfolio p, debtor d",
    "INSERT INTO debt (id, contract_id, status, created_at)"
    " SELECT gen_random_uuid(), id, 'open', now() FROM contract",
    "INSERT INTO instalment (id, debt_id, number, amount, due_on)"
    " SELECT gen_random_uuid(), id, n, 12345 + n, DATE '2026-01-05' + 30 * n"
    " FROM debt, generate_series(1, 2) n",
    "ANALYZE",
)
_DELAYS = (
    "SELECT 1000 * extract(epoch FROM bridged_at - answered_at) FROM attempt"
    " WHERE bridged_at IS NOT NULL ORDER BY 1"
)


async def a_list_of(settings: ProcessSettings, *, debtors: int) -> None:
    """Debtors with one simulated number and one open debt each, of creditor «Medida»."""
    engine = connect(settings, pool_size=1)
    try:
        async with engine.begin() as connection:
            for statement in _ROWS:
                values = {"debtors": debtors} if ":debtors" in statement else {}
                await connection.execute(text(statement), values)
    finally:
        await engine.dispose()


async def joined_delays_ms(settings: ProcessSettings) -> list[float]:
    """Milliseconds from Newstate Up to the bridge of every joined call, sorted."""
    engine = connect(settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            return [float(ms) for ms in (await connection.execute(text(_DELAYS))).scalars()]
    finally:
        await engine.dispose()
