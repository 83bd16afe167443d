"""Use cases of seats: make them, list them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow
from foundation.ids import uuid7


def endpoint(number: int) -> str:
    """SIP endpoint of a seat, as the switch names it.

    >>> endpoint(7)
    'agent007'
    """
    return f"agent{number:03d}"


async def create_seats(connection: AsyncConnection, count: int) -> int:
    """Make sure that seats 1 to `count` exist; returns how many are new."""
    rows = [
        {
            "id": uuid7(),
            "name": f"Atendente {number:03d}",
            "endpoint": endpoint(number),
            "active": True,
        }
        for number in range(1, count + 1)
    ]
    statement = insert(AgentRow).on_conflict_do_nothing().returning(AgentRow.id)
    return len(list(await connection.execute(statement, rows)))


async def seats(connection: AsyncConnection) -> list[tuple[str, str, bool]]:
    """Endpoint, name and whether active, of every seat."""
    query = select(AgentRow.endpoint, AgentRow.name, AgentRow.active).where(
        AgentRow.endpoint.is_not(None)
    )
    found = await connection.execute(query.order_by(AgentRow.endpoint))
    return [(str(r.endpoint), r.name, r.active) for r in found]
