"""The figures that cost a look at much of the database: read beside, never waited for.

Over a million debtors some of them take seconds. They are read on a connection of their
own, one look at a time, while the page goes on with the last ones.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_console.supervision.month import Month
from cobranca.compliance.meters.model import Reading
from cobranca.compliance.minors import minors_met
from cobranca.contacts import robot_board
from cobranca.contacts.robot_board import RobotDay
from dialer.figures import feed
from dialer.figures.abandonment import Rate
from dialer.figures.feed import Brief
from foundation.observability import get_logger

EVERY = timedelta(seconds=10)
FIRST_S = 3.0  # the first look is waited for, for so long
LONGEST_S = 120.0
TOO_OLD = timedelta(minutes=5)  # then they are said to be unknown
DAY = timedelta(hours=24)

ReadMeters = Callable[[AsyncConnection], Awaitable[list[Reading]]]

log = get_logger(__name__)


@dataclass(slots=True)
class Slow:
    """One look. `day`, `month` None: not read yet; who has no calls is not in them."""

    day: dict[UUID, Rate] | None = None
    month: dict[UUID, Rate] | None = None
    rang: list[Brief] = field(default_factory=list)  # campaigns that are in `day`
    left: dict[UUID, int] = field(default_factory=dict)
    meters: list[Reading] = field(default_factory=list)
    minors: list[str] = field(default_factory=list)  # names, of the last 24 hours
    robots: RobotDay | None = None  # None: not read yet
    behind_s: float = 0.0
    free_bytes: int = 0
    disk_bytes: int = 0  # 0: not looked yet


class SlowFigures:
    """The last look, and the one that is under way."""

    def __init__(self, engine: AsyncEngine, recordings: Path, meters: ReadMeters) -> None:
        self._meters = meters
        self._engine = engine
        self._recordings = recordings
        self._month = Month()
        self._last: Slow | None = None
        self._seen: datetime | None = None
        self._began: datetime | None = None
        self._looking: asyncio.Task[None] | None = None

    async def at(
        self, now: datetime, midnight: datetime, campaigns: Sequence[UUID]
    ) -> Slow:
        """The last look; begins another one when that one is old."""
        idle = self._looking is None or self._looking.done()
        if idle and (self._began is None or now - self._began >= EVERY):
            self._began = now
            looking = self._look(now, midnight, campaigns)
            self._looking = asyncio.create_task(looking, name="slow figures")
        if self._last is None and self._looking is not None:
            await asyncio.wait({self._looking}, timeout=FIRST_S)
        known = self._seen is not None and now - self._seen < TOO_OLD
        return self._last if self._last is not None and known else Slow()

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(
        self, now: datetime, midnight: datetime, campaigns: Sequence[UUID]
    ) -> None:
        try:
            async with (
                asyncio.timeout(LONGEST_S),
                self._engine.connect() as connection,
            ):
                disk = await asyncio.to_thread(shutil.disk_usage, self._recordings)
                day = await feed.rates(connection, now - DAY)
                self._last = Slow(
                    day=day,
                    rang=await feed.campaigns(connection, day),
                    month=await self._month.read(connection, now),
                    left=await feed.left(connection, campaigns),
                    meters=await self._meters(connection),
                    minors=await minors_met(connection, now - DAY),
                    robots=await robot_board.day(connection, midnight),
                    behind_s=await feed.worker_behind_s(connection),
                    free_bytes=disk.free,
                    disk_bytes=disk.total,
                )
                self._seen = now
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("slow_figures_unread", why=type(error).__name__)
