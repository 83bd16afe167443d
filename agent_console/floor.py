"""Reads the state of the floor from PostgreSQL and the bus, for everybody who looks.

One reading a second at most, however many look. The database must answer; without the bus
the agents are unknown, and the page says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_console.contracts import CampaignOut, FloorOut
from dialer.calls.events import NetworkOutcome
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.bus import BOARD, LOST, Bus
from foundation.db.leadership import LeadershipRow
from foundation.observability import get_logger

HOURS = 24
KEEP_S = 1.0
DATABASE_S = 3.0
BUS_S = 1.0

log = get_logger(__name__)


class FloorUnreadable(RuntimeError):
    """The database does not answer."""


class FloorReader:
    """Keeps the last reading for a moment."""

    def __init__(self, engine: AsyncEngine, bus: Bus) -> None:
        self._engine = engine
        self._bus = bus
        self._lock = asyncio.Lock()
        self._last: tuple[float, FloorOut] | None = None

    async def read(self) -> FloorOut:
        """Return the floor, at most KEEP_S old. Raises FloorUnreadable."""
        async with self._lock:
            if self._last is not None and time.monotonic() - self._last[0] < KEEP_S:
                return self._last[1]
            floor = await self._read()
            self._last = (time.monotonic(), floor)
            return floor

    async def _read(self) -> FloorOut:
        now = datetime.now(UTC)
        try:
            async with asyncio.timeout(DATABASE_S), self._engine.connect() as connection:
                campaigns = await _campaigns(connection, now - timedelta(hours=HOURS))
                open_calls = await _open_calls(connection)
                leads = await _dialer_leads(connection)
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("database_lost", why=type(error).__name__)
            raise FloorUnreadable from error
        return FloorOut(
            at=now,
            hours=HOURS,
            dialer_leads=leads,
            agents=await self._agents(),
            open_calls=open_calls,
            campaigns=campaigns,
        )

    async def _agents(self) -> dict[str, int] | None:
        try:
            async with asyncio.timeout(BUS_S):
                board = await self._bus.table(BOARD)
        except LOST as error:
            log.warning("bus_lost", why=type(error).__name__)
            return None
        states = (seat.get("state") for seat in board.values() if isinstance(seat, dict))
        return dict(Counter(state for state in states if isinstance(state, str)))


async def _campaigns(connection: AsyncConnection, since: datetime) -> list[CampaignOut]:
    running = list(
        await connection.execute(
            select(CampaignRow.id, CampaignRow.name)
            .where(CampaignRow.status == "running")
            .order_by(CampaignRow.created_at)
        )
    )
    outcomes: dict[UUID, dict[str, int]] = defaultdict(dict)
    abandoned: Counter[UUID] = Counter()
    open_calls: Counter[UUID] = Counter()
    for row in await connection.execute(_figures([row.id for row in running], since)):
        if row.outcome is None:
            open_calls[row.campaign_id] = row.attempts
        else:
            outcomes[row.campaign_id][row.outcome] = row.attempts
            abandoned[row.campaign_id] += row.abandoned
    return [
        CampaignOut(
            name=row.name,
            open_calls=open_calls[row.id],
            attempts=sum(outcomes[row.id].values()),
            answered=outcomes[row.id].get(NetworkOutcome.ANSWERED, 0),
            abandoned=abandoned[row.id],
            outcomes=outcomes[row.id],
        )
        for row in running
    ]


def _figures(campaigns: list[UUID], since: datetime) -> Select[*tuple[Any, ...]]:
    lost = func.sum(case((AttemptRow.abandoned, 1), else_=0)).label("abandoned")
    return (
        select(
            AttemptRow.campaign_id,
            AttemptRow.outcome,
            func.count().label("attempts"),
            lost,
        )
        .where(AttemptRow.campaign_id.in_(campaigns), AttemptRow.placed_at >= since)
        .group_by(AttemptRow.campaign_id, AttemptRow.outcome)
    )


async def _open_calls(connection: AsyncConnection) -> int:
    query = select(func.count()).where(AttemptRow.outcome.is_(None))
    return await connection.scalar(query) or 0


async def _dialer_leads(connection: AsyncConnection) -> bool:
    query = select(func.count()).where(LeadershipRow.expires_at > func.clock_timestamp())
    return bool(await connection.scalar(query))
