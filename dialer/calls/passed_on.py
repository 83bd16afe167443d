"""Reads which of an agent's conversations went on with somebody else, and with whom.

A line that falls keeps the debtor for the same agent for a while; then another takes the
call. It is the other's from then on: to record, and to be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# of an agent's latest facts, far more than one day's: those before are not looked at
_PASSED_ON = text(
    """
    WITH mine AS (
        SELECT attempt_id, max(at) AS at
          FROM (SELECT attempt_id, at, kind FROM call_event
                 WHERE agent_id = :agent ORDER BY id DESC LIMIT 6000) latest
         WHERE kind = 'joined' AND attempt_id IS NOT NULL AND at >= :begin
         GROUP BY attempt_id
    )
    SELECT mine.attempt_id AS attempt, taken.at, a.number, d.name AS debtor_name,
           coalesce(u.name, other.name) AS taker, p.zone
      FROM mine
      JOIN LATERAL (SELECT agent_id, at FROM call_event
                     WHERE attempt_id = mine.attempt_id AND kind = 'joined'
                     ORDER BY at DESC, id DESC LIMIT 1) taken ON taken.agent_id <> :agent
      JOIN attempt a ON a.id = mine.attempt_id
      JOIN agent other ON other.id = taken.agent_id
      LEFT JOIN user_account u ON u.id = other.user_id
      LEFT JOIN debtor d ON d.id = a.debtor_id
      LEFT JOIN contact_point p ON p.id = a.contact_point_id
     ORDER BY taken.at DESC LIMIT :most
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """`at`: when the other agent took it, real UTC."""

    attempt: UUID
    at: datetime
    number: str  # E.164; to be masked before it is shown
    debtor_name: str | None
    taker: str  # name of who has it, or had it last
    zone: str | None


async def passed_on(
    connection: AsyncConnection, agent: UUID, begin: datetime, *, limit: int = 10
) -> list[PassedOn]:
    """Return the agent's conversations since `begin` that others took, newest first."""
    values = {"agent": agent, "begin": begin, "most": limit}
    rows = await connection.execute(_PASSED_ON, values)
    return [PassedOn(**row._mapping) for row in rows]
