"""What the last hours say of a campaign's calls and the floor, for what-if answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

RECENT = 2_000  # ended calls
LEAST = 30  # answered calls below which nothing is said
WRAP_UPS = timedelta(hours=4)

_CALLS = text(
    """
    SELECT count(*) AS ended, count(answered_at) AS answered,
           avg(extract(epoch FROM answered_at - placed_at)) AS ring_s,
           avg(extract(epoch FROM ended_at - bridged_at)) AS talk_s
      FROM (SELECT placed_at, answered_at, bridged_at, ended_at FROM attempt
             WHERE campaign_id = :campaign AND outcome IS NOT NULL
             ORDER BY placed_at DESC LIMIT :recent) newest
    """
)
_WRAP_UP = text(
    """
    SELECT avg(extract(epoch FROM until - at)) FROM (
        SELECT at, data->>'state' AS state,
               lead(at) OVER (PARTITION BY data->>'endpoint' ORDER BY id) AS until
          FROM call_event WHERE kind = 'agent' AND at >= :since) s
     WHERE state = 'wrap_up' AND until IS NOT NULL
    """
)


@dataclass(frozen=True, slots=True)
class FloorFacts:
    """Means of the newest calls; seconds and a share 0..1."""

    answered: int
    answer_share: float
    ring_s: float
    talk_s: float
    wrap_up_s: float

    @property
    def service_s(self) -> float:
        return self.talk_s + self.wrap_up_s


async def floor_facts(connection: AsyncConnection, campaign: UUID) -> FloorFacts | None:
    """Return them; None: too few people have answered yet."""
    values = {"campaign": campaign, "recent": RECENT}
    calls = (await connection.execute(_CALLS, values)).one()
    if calls.answered < LEAST or not calls.talk_s or not calls.ring_s:
        return None
    since = datetime.now(UTC) - WRAP_UPS
    wrap_up_s = await connection.scalar(_WRAP_UP, {"since": since})
    return FloorFacts(
        answered=calls.answered,
        answer_share=calls.answered / calls.ended,
        ring_s=max(0.1, float(calls.ring_s)),
        talk_s=float(calls.talk_s),
        wrap_up_s=float(wrap_up_s or 0.0),
    )
