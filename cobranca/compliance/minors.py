"""Children in lists of debtors: whom somebody meant to contact, and was refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.ids import first_uuid7

# the rule by its name in the statement: so the index of these verdicts alone answers
_MET = text(
    """
    SELECT d.name FROM debtor d
     WHERE d.id IN (SELECT debtor_id FROM verdict WHERE rule = 'minor' AND id >= :first)
     ORDER BY d.name
    """
)


async def minors_met(connection: AsyncConnection, since: datetime) -> list[str]:
    """Return the names of those for whom a contact was refused since then (real time)."""
    found = await connection.execute(_MET, {"first": first_uuid7(since)})
    return list(found.scalars())
