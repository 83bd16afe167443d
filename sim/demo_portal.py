"""The demonstration's debtor: somebody generated, who can be let in by his own link.

The same person at each start, with an e-mail address beside his telephone, so that both
simulated providers have something to deliver. Nothing is kept of the link but its id.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import open_document
from cobranca.debtors.store import ContactPointRow
from cobranca.portal import links
from foundation.brasil.document import formatted, parse_document
from foundation.crypto import Keys
from foundation.db.engine import connect
from foundation.home import Home
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from sim.demo import CREDITOR

HOURS = 24
BY = "demonstração"

# who owes one debt that can be split, has not agreed on it, and has a mobile telephone
# the last contract's: campaigns begin with the first, and he is to be seen waiting his turn
_WHO = text(
    """
    SELECT d.id, d.name, d.birth_date, d.document_sealed,
           (SELECT min(p.value) FROM contact_point p
             WHERE p.debtor_id = d.id AND p.kind = 'phone' AND p.line = 'mobile') AS phone
      FROM debtor d
      JOIN contract k ON k.debtor_id = d.id
      JOIN creditor c ON c.id = k.creditor_id
      JOIN debt b ON b.contract_id = k.id AND b.status = 'open'
      JOIN instalment i ON i.debt_id = b.id
     WHERE c.name = :creditor AND d.kind = 'person' AND d.birth_date IS NOT NULL
       AND d.uf IS NOT NULL
       AND EXISTS (SELECT 1 FROM contact_point p
                    WHERE p.debtor_id = d.id AND p.kind = 'phone' AND p.status = 'active'
                      AND p.line = 'mobile' AND substr(p.value, 8, 2) = '00')
       AND NOT EXISTS (SELECT 1 FROM agreement a WHERE a.debtor_id = d.id)
       AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.debtor_id = d.id)
     GROUP BY d.id, k.number
    HAVING sum(i.amount) BETWEEN 30000 AND 300000
     ORDER BY k.number DESC
     LIMIT 1
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who he is, and how he comes in."""

    debtor: UUID
    name: str
    document: str  # with its marks
    birth_date: date
    phone: str
    email: str
    link: str


async def visitor(settings: ProcessSettings, base: str) -> Visitor | None:
    """Make a fresh link for him; None when there are no such debtors (yet)."""
    engine, keys = connect(settings, pool_size=1), Keys.of(Home(settings.home))
    try:
        async with engine.begin() as connection:
            row = (await connection.execute(_WHO, {"creditor": CREDITOR})).first()
            if row is None:
                return None
            return await _let_in(connection, keys, row, base)
    finally:
        await engine.dispose()


async def _let_in(connection: AsyncConnection, keys: Keys, row: Any, base: str) -> Visitor:
    email = f"{_written(row.name)}@correio.example"
    point = {
        "id": uuid7(),
        "debtor_id": row.id,
        "kind": "email",
        "value": email,
        "source": BY,
        "score": 1.0,
        "status": "active",
        "tries": 0,
    }
    await connection.execute(insert(ContactPointRow).values(point).on_conflict_do_nothing())
    made = await links.make(
        connection, row.id, by=BY, now=datetime.now(UTC), lives=timedelta(hours=HOURS)
    )
    document = parse_document(open_document(keys, row.document_sealed))
    return Visitor(
        debtor=row.id,
        name=row.name,
        document=formatted(document),
        birth_date=row.birth_date,
        phone=row.phone,
        email=email,
        link=links.address(base, keys, made),
    )


def _written(name: str) -> str:
    """The name as people write it in an address.

    >>> _written("João d'Ávila")
    'joao.d.avila'
    """
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", ".", plain).strip(".")
