"""Rows for the desk's measurement: debtors by the million, with debts and a past.

Made in the database at once; those who are called get a document that opens.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import document_index, seal_document
from cobranca.debtors.store import ContactPointRow, DebtorRow
from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow
from foundation.brasil.document import complete_cpf, parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7

_PAST = (
    "INSERT INTO attempt (id, direction, debtor_id, contact_point_id, number, route, epoch,"
    " placed_at, contact_day, answered_at, bridged_at, ended_at, outcome, agent_id,"
    " abandoned) SELECT gen_random_uuid(), 'outbound', debtor_id, id, value, 'trunk', 0,"
    " now() - interval '9 days', DATE '2026-03-01', now() - interval '9 days',"
    " now() - interval '9 days', now() - interval '9 days' + interval '40 seconds',"
    " 'answered', :agent, false FROM contact_point",
    "INSERT INTO disposition (id, attempt_id, agent_id, code, right_party, note, at)"
    " SELECT gen_random_uuid(), id, agent_id, 'refused', true, 'sem acordo', ended_at"
    " FROM attempt",
    "ANALYZE",
)


async def a_past(connection: AsyncConnection) -> None:
    """One recorded call a debtor, by the first seat."""
    agent = await connection.scalar(select(AgentRow.id).limit(1))
    for statement in _PAST:
        values = {"agent": agent} if ":agent" in statement else {}
        await connection.execute(text(statement), values)


async def some_calls(connection: AsyncConnection, keys: Keys, count: int) -> list[UUID]:
    """Open calls to debtors from all over the table."""
    query = select(
        ContactPointRow.id, ContactPointRow.debtor_id, ContactPointRow.value
    ).order_by(ContactPointRow.id)
    points = list(await connection.execute(query.limit(count)))  # ids are random
    now = datetime.now(UTC)
    rows = []
    for serial, point in enumerate(points):
        document = parse_document(complete_cpf(f"{123456000 + serial:09d}"))
        await connection.execute(
            update(DebtorRow)
            .where(DebtorRow.id == point.debtor_id)
            .values(
                document_sealed=seal_document(keys, document),
                document_index=document_index(keys, document),
                birth_date=date(1980, 3, 12),
            )
        )
        rows.append(
            {"id": uuid7(), "direction": "outbound", "debtor_id": point.debtor_id,
             "contact_point_id": point.id, "number": point.value, "route": "trunk",
             "epoch": 0, "placed_at": now, "contact_day": date(2026, 3, 10),
             "answered_at": now, "abandoned": False}
        )  # fmt: skip
    await connection.execute(insert(AttemptRow), rows)
    return [UUID(str(row["id"])) for row in rows]
