"""What a campaign and the floor did in stretches of time, from PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.figures.abandonment import Rate
from dialer.figures.occupancy import Occupancy
from dialer.figures.stretches import Stretch

LOOK_BACK = timedelta(hours=2)  # who changed nothing for so long is not counted

_CALLS = text(
    """
    SELECT w.place, count(a.id) AS calls,
           count(a.answered_at) FILTER (WHERE a.answered_by IS DISTINCT FROM 'machine')
               AS answered,
           count(*) FILTER (WHERE a.abandoned) AS abandoned
      FROM unnest(CAST(:places AS int[]), CAST(:since AS timestamptz[]),
                  CAST(:until AS timestamptz[])) AS w (place, since, until)
      LEFT JOIN attempt a ON a.campaign_id = :campaign
                         AND a.placed_at >= w.since AND a.placed_at < w.until
     GROUP BY w.place
    """
)
_AGENTS = text(
    """
    SELECT w.place, s.state,
           sum(extract(epoch FROM least(s.until, w.until) - greatest(s.at, w.since)))
               AS seconds
      FROM unnest(CAST(:places AS int[]), CAST(:since AS timestamptz[]),
                  CAST(:until AS timestamptz[])) AS w (place, since, until)
     CROSS JOIN LATERAL (
           SELECT at, data->>'state' AS state,
                  lead(at, 1, w.until) OVER (
                      PARTITION BY coalesce(agent_id::text, data->>'endpoint')
                      ORDER BY id) AS until
             FROM call_event
            WHERE kind = 'agent' AND at >= w.since - CAST(:look_back AS interval)
              AND at < w.until) s
     WHERE s.until > w.since AND s.state <> 'offline'
     GROUP BY w.place, s.state
    """
)


@dataclass(frozen=True, slots=True)
class Effect:
    """`occupancy` is of all who were logged in: agents serve several campaigns."""

    seconds: float
    calls: int
    rate: Rate
    occupancy: Occupancy


async def effects(
    connection: AsyncConnection, campaign: UUID, stretches: Sequence[Stretch]
) -> dict[Stretch, Effect]:
    """Return the effect of each stretch."""
    values = {
        "places": list(range(len(stretches))),
        "since": [stretch.since for stretch in stretches],
        "until": [stretch.until for stretch in stretches],
    }
    busy: dict[int, dict[str, float]] = {}
    agents = values | {"look_back": LOOK_BACK}
    for row in await connection.execute(_AGENTS, agents):
        busy.setdefault(row.place, {})[row.state] = float(row.seconds)
    calls = await connection.execute(_CALLS, values | {"campaign": campaign})
    return {
        stretches[row.place]: Effect(
            seconds=stretches[row.place].seconds,
            calls=row.calls,
            rate=Rate(row.abandoned, row.answered),
            occupancy=_occupancy(busy.get(row.place, {})),
        )
        for row in calls
    }


def _occupancy(seconds: dict[str, float]) -> Occupancy:
    return Occupancy(
        busy_s=seconds.get("talking", 0.0) + seconds.get("wrap_up", 0.0),
        breaks_s=seconds.get("paused", 0.0),
        logged_in_s=sum(seconds.values()),
    )
