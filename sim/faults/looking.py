"""What the database says of the floor and of the calls, for the watch and the judgement.

Read by the suite's own connections; none of what is asked here is asked by the product.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sim.faults.evidence import Attempt

_SEATS = text(
    """
    SELECT a.endpoint, e.id, e.data->>'state' AS state
      FROM agent a
      LEFT JOIN LATERAL (
           SELECT id, data FROM call_event
            WHERE agent_id = a.id AND kind = 'agent' ORDER BY id DESC LIMIT 1) e ON true
     WHERE a.active
    """
)
_MARK = text("SELECT coalesce(max(id), 0) FROM call_event")
_OPEN = text("SELECT id::text FROM attempt WHERE outcome IS NULL")
_SENT_SINCE = text(
    """
    SELECT e.attempt_id::text FROM call_event e JOIN attempt a ON a.id = e.attempt_id
     WHERE e.id > :mark AND e.kind = 'created' AND a.direction = 'outbound'
    """
)
_ATTEMPTS = text(
    """
    SELECT a.id::text AS id, a.number, a.direction, a.outcome,
           extract(epoch FROM a.placed_at) AS placed_at,
           extract(epoch FROM a.ended_at) AS ended_at,
           (SELECT count(*) FROM call_event e
             WHERE e.attempt_id = a.id AND e.kind IN ('hungup', 'resolved', 'not_sent')
           ) AS endings,
           EXISTS (SELECT 1 FROM call_event e
             WHERE e.attempt_id = a.id AND e.kind IN ('hungup', 'resolved')
               AND e.data->>'source' = 'cel') AS by_record
      FROM attempt a
    """
)


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent's last fact: `mark` changes with each one."""

    agent: str
    state: str
    mark: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the history of facts, and the attempts that were open then."""

    fact: int
    open: frozenset[str]


async def seats(engine: AsyncEngine) -> list[Seat]:
    """Where every agent with a seat stands; who never came in is offline."""
    async with engine.connect() as connection:
        return [
            Seat(row.endpoint, row.state or "offline", row.id or 0)
            for row in await connection.execute(_SEATS)
        ]


async def mark(engine: AsyncEngine) -> Mark:
    """Remember this instant."""
    async with engine.connect() as connection:
        fact = int((await connection.execute(_MARK)).scalar_one())
        open_ = frozenset((await connection.execute(_OPEN)).scalars())
    return Mark(fact, open_)


async def open_calls(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return len(list((await connection.execute(_OPEN)).scalars()))


async def dials_since(engine: AsyncEngine, at: Mark) -> bool:
    """Whether the network was asked for a call that was not open at the mark."""
    async with engine.connect() as connection:
        sent = (await connection.execute(_SENT_SINCE, {"mark": at.fact})).scalars()
        return any(attempt not in at.open for attempt in sent)


async def attempts(engine: AsyncEngine) -> list[Attempt]:
    """Every attempt, in and out."""
    async with engine.connect() as connection:
        return [
            Attempt(
                id=row.id,
                number=row.number.removeprefix("+"),
                placed_at=float(row.placed_at),
                ended_at=None if row.ended_at is None else float(row.ended_at),
                outcome=row.outcome,
                endings=row.endings,
                by_record=row.by_record,
                inbound=row.direction == "inbound",
            )
            for row in await connection.execute(_ATTEMPTS)
        ]
