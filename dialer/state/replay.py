"""Read the facts of one instant: the floor as it was at any second of a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.open_attempts import facts_of, remembered
from dialer.calls.agent import Agent
from dialer.calls.story import begin, fold
from dialer.state.moment import CallThen, FloorThen, Noted, then

LONGEST = timedelta(hours=4)  # of a call, talk and music included
SHIFT = timedelta(hours=24)  # who said nothing for so long was not there
TERM = timedelta(days=7)  # how far back a leader's word is looked for

_CALLS = text(
    """
    SELECT a.id, a.campaign_id, a.direction, a.placed_at FROM attempt a
     WHERE a.placed_at <= :at AND a.placed_at > :since
       AND ((a.ended_at > :at AND a.ended_at < :until)
            OR a.outcome IS NULL)
    """
)
_AGENTS = text(
    """
    SELECT DISTINCT ON (coalesce(agent_id::text, data->>'endpoint'))
           data, at, attempt_id
      FROM call_event
     WHERE kind = 'agent' AND at <= :at AND at > :since
     ORDER BY coalesce(agent_id::text, data->>'endpoint'), id DESC
    """
)
_NOTES = text(
    """
    SELECT kind, at, epoch, data->>'holder' AS holder FROM call_event
     WHERE kind IN ('connection_lost', 'connection_restored', 'term_began', 'term_ended')
       AND at <= :at AND at > :since
     ORDER BY id
    """
)
_TURNS = text(
    """
    SELECT campaign_id, what->'status'->>1 AS status FROM campaign_change
     WHERE at <= :at AND what ? 'status' ORDER BY campaign_id, at, id
    """
)
_NAMES = text("SELECT id, name FROM campaign WHERE id = ANY(:ids)")
_PEOPLE = text(
    """
    SELECT a.endpoint, coalesce(u.name, a.name) AS name FROM agent a
      LEFT JOIN user_account u ON u.id = a.user_id
     WHERE a.endpoint = ANY(:seats)
    """
)


@dataclass(frozen=True, slots=True)
class Told:
    """A floor with the names of today."""

    floor: FloorThen
    people: dict[str, str]  # endpoint -> name
    campaigns: dict[UUID, str]  # id -> name


async def floor_at(connection: AsyncConnection, at: datetime) -> Told:
    """Return the floor of that instant (real UTC)."""
    calls = await _calls(connection, at)
    found = await connection.execute(_AGENTS, {"at": at, "since": at - SHIFT})
    agents: list[Agent] = [remembered(row).agent for row in found]
    noted = await connection.execute(_NOTES, {"at": at, "since": at - TERM})
    notes = [Noted(row.kind, row.at, row.epoch, row.holder) for row in noted]
    turns: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in await connection.execute(_TURNS, {"at": at}):
        turns[row.campaign_id].append(row.status)
    floor = then(at, agents, calls, notes, turns)
    seats = [agent.endpoint for agent in floor.agents]
    people = await connection.execute(_PEOPLE, {"seats": seats})
    named = {*floor.campaigns, *(c.campaign for c in floor.calls if c.campaign)}
    names = await connection.execute(_NAMES, {"ids": list(named)})
    return Told(
        floor=floor,
        people={row.endpoint: row.name for row in people},
        campaigns={row.id: row.name for row in names},
    )


async def _calls(connection: AsyncConnection, at: datetime) -> list[CallThen]:
    values = {"at": at, "since": at - LONGEST, "until": at + LONGEST}
    rows = list(await connection.execute(_CALLS, values))
    facts = await facts_of(connection, [row.id for row in rows], until=at)
    return [
        CallThen.of(
            fold(begin(str(row.id), inbound=row.direction == "inbound"), facts[row.id]),
            row.campaign_id,
            row.placed_at,
        )
        for row in rows
    ]
