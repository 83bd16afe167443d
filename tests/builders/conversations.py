"""Calls with debtors in a test's database: answered, ended, of a seat."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import document_index, seal_document
from cobranca.debtors.store import ContactPointRow, DebtorRow
from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow
from foundation.brasil.document import parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7

CPF = "52998224725"
BORN = date(1980, 3, 12)


async def a_call(
    connection: AsyncConnection,
    debtor: UUID | None,
    campaign: UUID | None = None,
    *,
    agent: UUID | None = None,
    outcome: str | None = "answered",
    ago_s: float = 60.0,
) -> UUID:
    """An attempt to the debtor's first number, a minute ago; `outcome` None: still open."""
    attempt, placed = uuid7(), datetime.now(UTC) - timedelta(seconds=ago_s)
    query = select(ContactPointRow.id, ContactPointRow.value)
    mine = query.where(ContactPointRow.debtor_id == debtor).order_by(ContactPointRow.value)
    point = (await connection.execute(mine)).first()
    row = {
        "id": attempt,
        "direction": "outbound" if debtor else "inbound",
        "campaign_id": campaign,
        "debtor_id": debtor,
        "contact_point_id": point.id if point else None,
        "number": point.value if point else "+5511900099999",
        "route": "trunk",
        "epoch": 1,
        "placed_at": placed,
        "contact_day": date(2026, 3, 10),
        "answered_at": placed + timedelta(seconds=5),
        "bridged_at": placed + timedelta(seconds=5) if agent else None,
        "ended_at": placed + timedelta(seconds=35) if outcome else None,
        "outcome": outcome,
        "agent_id": agent,
        "abandoned": False,
    }
    await connection.execute(insert(AttemptRow), row)
    return attempt


async def seat_id(connection: AsyncConnection, endpoint: str = "agent001") -> UUID:
    """The id of a seat."""
    query = select(AgentRow.id).where(AgentRow.endpoint == endpoint)
    found: UUID = (await connection.execute(query)).scalar_one()
    return found


async def known_person(connection: AsyncConnection, keys: Keys, debtor: UUID) -> None:
    """Give a debtor a document that opens, and a birth date."""
    document = parse_document(CPF)
    await connection.execute(
        update(DebtorRow)
        .where(DebtorRow.id == debtor)
        .values(
            document_sealed=seal_document(keys, document),
            document_index=document_index(keys, document),
            birth_date=BORN,
        )
    )
