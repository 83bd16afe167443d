"""Seats in the browser: `web001`, `web002`, ... One user owns one at a time.

An `agent` row is a person's working life: calls, dispositions and call-backs point at it,
so it never passes to somebody else. Only the endpoint does, and only when no seat was
never used, its owner has no access any more and nothing of him is left at it: no valid
SIP password, no call that is open, no leg on the floor.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow
from foundation.ids import uuid7

ALLOTTING = 0x5365617473  # advisory lock: one hand gives seats out


# of the closed seats the one whose owner left longest ago; `offline` is the floor's word
_LEFT = text(
    """
    SELECT a.id, a.endpoint
      FROM agent a
      LEFT JOIN LATERAL (
           SELECT e.at, e.data->>'state' AS state FROM call_event e
            WHERE e.agent_id = a.id AND e.kind IN ('agent', 'supervisor')
            ORDER BY e.id DESC LIMIT 1) last
        ON true
     WHERE NOT a.active AND a.endpoint LIKE 'web%'
       AND coalesce(last.state, 'offline') = 'offline'
       AND NOT EXISTS (SELECT 1 FROM sip_credential s
                        WHERE s.agent_id = a.id AND s.expires_at > clock_timestamp())
       AND NOT EXISTS (SELECT 1 FROM attempt t
                        WHERE t.agent_id = a.id AND t.outcome IS NULL)
     ORDER BY last.at NULLS FIRST, a.endpoint
     LIMIT 1
       FOR UPDATE OF a
    """
)


class NoFreeSeat(ValueError):
    """Não há posição livre: tire o acesso de quem saiu (a posição vaga em dez minutos)."""


def endpoint(number: int) -> str:
    """SIP endpoint of a seat in the browser, as the switch names it.

    >>> endpoint(3)
    'web003'
    """
    return f"web{number:03d}"


async def allot(connection: AsyncConnection, user_id: UUID, name: str, pool: int) -> str:
    """Open the user's seat, or give him a free one; returns its endpoint.

    Raises NoFreeSeat.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ALLOTTING})
    mine = select(AgentRow.id, AgentRow.endpoint).where(AgentRow.user_id == user_id)
    own = (await connection.execute(mine)).first()
    seat = (own.endpoint if own else None) or await _free(connection, pool)
    if own is None:
        await connection.execute(
            insert(AgentRow).values(
                id=uuid7(), user_id=user_id, name=name, endpoint=seat, active=True
            )
        )
    else:
        opened = update(AgentRow).where(AgentRow.id == own.id)
        await connection.execute(opened.values(endpoint=seat, active=True))
    return seat


async def close(connection: AsyncConnection, user_id: UUID) -> None:
    """Nobody sits there any more; the seat stays the user's until another needs it."""
    closed = update(AgentRow).where(AgentRow.user_id == user_id).values(active=False)
    await connection.execute(closed)


async def _free(connection: AsyncConnection, pool: int) -> str:
    """The lowest seat that nobody had, else one that is wholly left. Raises NoFreeSeat."""
    taken = set(await connection.scalars(select(AgentRow.endpoint)))
    free = next((e for n in range(1, pool + 1) if (e := endpoint(n)) not in taken), None)
    if free is not None:
        return free
    left = (await connection.execute(_LEFT)).first()
    if left is None:
        raise NoFreeSeat
    given_up = update(AgentRow).where(AgentRow.id == left.id).values(endpoint=None)
    await connection.execute(given_up)
    return str(left.endpoint)
