"""Seats in the browser: `web001`, `web002`, ... One user owns one and keeps it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow
from foundation.ids import uuid7

ALLOTTING = 0x5365617473  # advisory lock: one hand gives seats out


class NoFreeSeat(ValueError):
    """Não há posição livre; aumente ACORDO_ASTERISK__ENDPOINTS e reinicie."""


def endpoint(number: int) -> str:
    """SIP endpoint of a seat in the browser, as the switch names it.

    >>> endpoint(3)
    'web003'
    """
    return f"web{number:03d}"


async def allot(connection: AsyncConnection, user_id: UUID, name: str, pool: int) -> str:
    """Open the user's seat, or the lowest that nobody owns; returns its endpoint.

    Raises NoFreeSeat.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ALLOTTING})
    opened = update(AgentRow).where(AgentRow.user_id == user_id).values(active=True)
    own = await connection.scalar(opened.returning(AgentRow.endpoint))
    if own is not None:
        return str(own)
    taken = set(await connection.scalars(select(AgentRow.endpoint)))
    free = next((e for n in range(1, pool + 1) if (e := endpoint(n)) not in taken), None)
    if free is None:
        raise NoFreeSeat
    await connection.execute(
        insert(AgentRow).values(
            id=uuid7(), user_id=user_id, name=name, endpoint=free, active=True
        )
    )
    return free


async def close(connection: AsyncConnection, user_id: UUID) -> None:
    """Nobody sits there any more; the seat stays the user's, as does its history."""
    closed = update(AgentRow).where(AgentRow.user_id == user_id).values(active=False)
    await connection.execute(closed)
