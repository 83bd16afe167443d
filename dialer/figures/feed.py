"""Reads from PostgreSQL what the figures are made of. Each query stays within an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.agent import AgentState
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from dialer.figures.abandonment import Rate
from dialer.figures.month import HourRate, whole_hour
from foundation.db.leadership import LeadershipRow

_RATES = text(
    """
    SELECT a.campaign_id, count(*) AS answered, count(*) FILTER (WHERE a.abandoned) AS lost
      FROM attempt a
     WHERE a.direction = 'outbound' AND a.answered_at >= :since
       AND a.answered_by IS DISTINCT FROM 'machine'
     GROUP BY a.campaign_id
    """
)
_HOURS = text(
    """
    SELECT date_trunc('hour', a.answered_at, 'UTC') AS hour, a.campaign_id,
           count(*) AS answered, count(*) FILTER (WHERE a.abandoned) AS lost
      FROM attempt a
     WHERE a.direction = 'outbound' AND a.answered_at >= :since
       AND a.campaign_id IS NOT NULL AND a.answered_by IS DISTINCT FROM 'machine'
     GROUP BY 1, 2
    """
)
_AGENTLESS = text("SELECT id FROM campaign WHERE policy->>'mode' = 'agentless'")
_OUTCOMES = text(
    """
    SELECT date_trunc('minute', ended_at) AS minute, outcome, count(*) AS calls
      FROM attempt WHERE ended_at >= :since AND outcome IS NOT NULL GROUP BY 1, 2
    """
)
_CHANGES = text(
    """
    SELECT id, at, coalesce(agent_id::text, data->>'endpoint') AS agent,
           data->>'state' AS state
      FROM call_event
     WHERE kind = 'agent' AND at >= :since AND id > :after ORDER BY id
    """
)
_LEFT = text(
    """
    SELECT campaign_id, count(*) FILTER (WHERE state NOT IN ('done', 'closed')) AS left
      FROM campaign_debtor WHERE campaign_id = ANY(:campaigns) GROUP BY 1
    """
)
_OLDEST_DUE = text(
    """
    SELECT extract(epoch FROM clock_timestamp() - min(available_at))
      FROM outbox WHERE done_at IS NULL AND available_at <= clock_timestamp()
    """
)


@dataclass(frozen=True, slots=True)
class Brief:
    """A campaign that runs or is paused."""

    id: UUID
    name: str
    status: str
    size: int
    has_agents: bool  # by configuration


@dataclass(frozen=True, slots=True)
class StateChange:
    id: int  # grows; where to go on from
    agent: str
    state: AgentState
    at: datetime


async def rates(connection: AsyncConnection, since: datetime) -> dict[UUID, Rate]:
    """The abandonment rate of each campaign over calls answered since then."""
    agentless = set((await connection.execute(_AGENTLESS)).scalars())
    rows = await connection.execute(_RATES, {"since": since})
    return {
        row.campaign_id: Rate(row.lost, row.answered)
        for row in rows
        if row.campaign_id is not None and row.campaign_id not in agentless
    }


async def rates_by_hour(connection: AsyncConnection, since: datetime) -> list[HourRate]:
    """The same by the hour, from the begin of that of `since` on."""
    agentless = set((await connection.execute(_AGENTLESS)).scalars())
    rows = await connection.execute(_HOURS, {"since": whole_hour(since)})
    return [
        HourRate(row.hour, row.campaign_id, Rate(row.lost, row.answered))
        for row in rows
        if row.campaign_id not in agentless
    ]


async def outcomes(
    connection: AsyncConnection, since: datetime
) -> list[tuple[datetime, str, int]]:
    """Minute, outcome, ended calls."""
    rows = await connection.execute(_OUTCOMES, {"since": since})
    return [(row.minute, row.outcome, row.calls) for row in rows]


async def changes(
    connection: AsyncConnection, since: datetime, after: int
) -> list[StateChange]:
    """Agents' changes of state since then, those already seen (`after`) left out."""
    rows = await connection.execute(_CHANGES, {"since": since, "after": after})
    return [
        StateChange(row.id, row.agent, AgentState(row.state), row.at)
        for row in rows
        if row.agent is not None
    ]


async def open_campaigns(connection: AsyncConnection) -> list[Brief]:
    """Campaigns that run or are paused, the oldest first."""
    return await _briefs(connection, CampaignRow.status.in_(("running", "paused")))


async def campaigns(connection: AsyncConnection, wanted: Iterable[UUID]) -> list[Brief]:
    """Those campaigns, whatever became of them, the oldest first."""
    return await _briefs(connection, CampaignRow.id.in_(list(wanted)))


async def _briefs(connection: AsyncConnection, test: ColumnElement[bool]) -> list[Brief]:
    query = (
        select(
            CampaignRow.id,
            CampaignRow.name,
            CampaignRow.status,
            CampaignRow.size,
            CampaignRow.policy["mode"].astext.label("mode"),
        )
        .where(test)
        .order_by(CampaignRow.created_at)
    )
    return [
        Brief(row.id, row.name, row.status, row.size, row.mode != "agentless")
        for row in await connection.execute(query)
    ]


async def left(connection: AsyncConnection, campaigns: Sequence[UUID]) -> dict[UUID, int]:
    """How many debtors of each list have not had their turn."""
    rows = await connection.execute(_LEFT, {"campaigns": list(campaigns)})
    return {row.campaign_id: row.left for row in rows}


async def open_calls(connection: AsyncConnection) -> int:
    """Attempts that have not ended."""
    query = select(func.count()).where(AttemptRow.outcome.is_(None))
    return await connection.scalar(query) or 0


async def dialer_leads(connection: AsyncConnection) -> bool:
    query = select(func.count()).where(LeadershipRow.expires_at > func.clock_timestamp())
    return bool(await connection.scalar(query))


async def worker_behind_s(connection: AsyncConnection) -> float:
    """How long the oldest task that is due waits; 0 when none does."""
    return float(await connection.scalar(_OLDEST_DUE) or 0.0)
