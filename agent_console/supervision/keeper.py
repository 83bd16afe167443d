"""Keeps the supervisor's figures fresh while somebody looks, and tells them to all at once.

What is cheap is read every second, what costs more less often and beside (`slow`); however
many look, it is read once. When nobody looks nothing is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_console.live import FLOOR, LIVE, Live, LiveEvent
from agent_console.services import DATABASE, SETTINGS
from agent_console.supervision.alerts import Alert, Facts, Watched, alerts
from agent_console.supervision.checks import Check, last_check
from agent_console.supervision.figures import (
    AlertOut,
    CampaignFiguresOut,
    CheckOut,
    FiguresOut,
    MinutesOut,
    OccupanciesOut,
    OccupancyOut,
    RateOut,
    RatesOut,
    RobotDayOut,
    RobotSeatOut,
    RobotsOut,
)
from agent_console.supervision.meters import MeterReader
from agent_console.supervision.slow import Slow, SlowFigures
from agent_console.texts import TEXTS
from cobranca.contacts import robot_board
from cobranca.contacts.robot_board import RobotSeat
from dialer.adapters.violation_log import Noted, open_violations
from dialer.figures import feed
from dialer.figures.abandonment import Rate
from dialer.figures.feed import Brief
from dialer.figures.minutes import MINUTES, MinuteBook
from dialer.figures.occupancy import OccupancyBook
from dialer.state.words import subject, words
from foundation.clock import SAO_PAULO
from foundation.home import Home
from foundation.observability import get_logger

FIGURES, TROUBLE = "figures", "trouble"
EVERY_S = 1.0
LINKS = {"impossible": "/replay#violations"}  # where an alert is looked into
DATABASE_S = 5.0
HALF_HOUR = timedelta(minutes=30)
RECENT = timedelta(minutes=2)  # an ending is written within seconds

log = get_logger(__name__)


@dataclass(slots=True)
class _Quick:
    """What is read every second."""

    campaigns: list[Brief]
    half_hour: dict[UUID, Rate]
    leads: bool
    impossible: list[Noted]
    robots: list[RobotSeat]


class Keeper:
    """One per console. `figures` are at most EVERY_S old when read through `now`."""

    def __init__(
        self, engine: AsyncEngine, live: Live, recordings: Path, meters: MeterReader
    ) -> None:
        self._engine = engine
        self._live = live
        self._lock = asyncio.Lock()
        self._minutes = MinuteBook()
        self._minutes_until: datetime | None = None
        self._meters = meters
        self._slow = SlowFigures(engine, recordings, meters.read)
        self._book = OccupancyBook(_midnight(datetime.now(UTC)))
        self._seen = 0
        self._last: FiguresOut | None = None

    async def run(self) -> None:
        """Tell for ever, as long as somebody follows."""
        while True:
            if self._live.followed(FIGURES):
                await self._tell()
            await asyncio.sleep(EVERY_S)

    async def stop(self) -> None:
        """End what is under way."""
        await self._slow.stop()

    async def now(self) -> FiguresOut:
        """Figures at most EVERY_S old. Raises SQLAlchemyError, OSError, TimeoutError."""
        async with self._lock:
            at = datetime.now(UTC)
            if self._last is None or at - self._last.at >= timedelta(seconds=EVERY_S * 0.9):
                async with (
                    asyncio.timeout(DATABASE_S),
                    self._engine.connect() as connection,
                ):
                    self._last = await self._read(connection, at)
            return self._last

    async def _tell(self) -> None:
        try:
            figures = await self.now()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("figures_unread", why=type(error).__name__)
            self._live.tell(LiveEvent(TROUBLE, {"code": "database_unreachable"}))
            return
        self._live.tell(LiveEvent(FIGURES, figures.model_dump(mode="json")), keep=True)

    async def _read(self, connection: AsyncConnection, at: datetime) -> FiguresOut:
        quick = _Quick(
            campaigns=await feed.open_campaigns(connection),
            half_hour=await feed.rates(connection, at - HALF_HOUR),
            leads=await feed.dialer_leads(connection),
            impossible=await open_violations(connection),
            robots=await robot_board.seats(connection, at),
        )
        await self._read_minutes(connection, at)
        await self._read_changes(connection, at)
        campaigns = [one.id for one in quick.campaigns]
        slow = await self._slow.at(at, self._book.begin, campaigns)
        return self._figures(at, quick, slow)

    async def _read_minutes(self, connection: AsyncConnection, at: datetime) -> None:
        since = at - timedelta(minutes=MINUTES)
        if self._minutes_until is not None:
            since = max(since, self._minutes_until - RECENT)
        since = since.replace(second=0, microsecond=0)
        self._minutes.put(await feed.outcomes(connection, since), since)
        self._minutes_until = at

    async def _read_changes(self, connection: AsyncConnection, at: datetime) -> None:
        begin = _midnight(at)
        if begin != self._book.begin:
            self._book, self._seen = OccupancyBook(begin), 0
        for change in await feed.changes(connection, begin, self._seen):
            self._book.change(change.agent, change.state, change.at)
            self._seen = change.id

    def _figures(self, at: datetime, quick: _Quick, slow: Slow) -> FiguresOut:
        minutes = self._minutes.series(at)
        floor = self._live.kept(FLOOR)
        check = last_check(None if floor is None else floor.data, at)
        return FiguresOut(
            at=at,
            rates=RatesOut(
                half_hour=RateOut.of(sum(quick.half_hour.values(), Rate())),
                day=_sum(slow.day),
                month=_sum(slow.month),
            ),
            occupancy=OccupanciesOut(
                hour=OccupancyOut.of(self._book.between(at - timedelta(hours=1), at)),
                day=OccupancyOut.of(self._book.between(self._book.begin, at)),
            ),
            campaigns=[_campaign(one, quick, slow) for one in quick.campaigns],
            minutes=MinutesOut(start=minutes.start, outcomes=minutes.outcomes),
            robots=RobotsOut(
                seats=[RobotSeatOut.of(one) for one in quick.robots],
                day=None if slow.robots is None else RobotDayOut.of(slow.robots),
            ),
            alerts=self._alerts(at, quick, slow, check),
            check=check and _check(check),
        )

    def _alerts(
        self, at: datetime, quick: _Quick, slow: Slow, check: Check | None
    ) -> list[AlertOut]:
        floor = self._live.kept(FLOOR)
        told_s_ago = None
        if floor is not None:
            told_s_ago = (at - datetime.fromisoformat(floor.data["at"])).total_seconds()
        states = [entry.get("state") for entry in self._live.board.values()]
        facts = Facts(
            leads=quick.leads,
            bus=self._live.up,
            lacks=floor.data.get("lacks", ()) if floor else (),
            aside=floor.data.get("aside", ()) if floor else (),
            told_s_ago=told_s_ago,
            seated=sum(state not in ("offline", None) for state in states),
            campaigns=_watched(quick, slow),
            free_bytes=slow.free_bytes,
            disk_bytes=slow.disk_bytes,
            behind_s=slow.behind_s,
            check=check,
            impossible=[
                (words()["broken"][one.code], subject(one.kind, one.subject))
                for one in quick.impossible
            ],
            meters=self._meters.metered(slow.meters),
            steps=self._meters.steps(at.astimezone(SAO_PAULO).date(), slow.meters),
            minors=slow.minors,
        )
        return [_alert(alert) for alert in alerts(facts)]


def _watched(quick: _Quick, slow: Slow) -> list[Watched]:
    """Campaigns that need agents: the open ones, and others that rang in 24 hours."""
    open_ones = {one.id for one in quick.campaigns}
    closed = [one for one in slow.rang if one.id not in open_ones]
    return [
        Watched(one.name, one.status, (slow.day or {}).get(one.id, Rate()))
        for one in [*quick.campaigns, *closed]
        if one.has_agents
    ]


def _check(check: Check) -> CheckOut:
    return CheckOut(
        s_ago=round(check.s_ago, 1), late=check.late, violations=check.violations
    )


def _alert(alert: Alert) -> AlertOut:
    values, statuses = dict(alert.values), TEXTS.section("campaign_statuses")
    if "status" in values:
        values["status"] = statuses[values["status"]].lower()
    return AlertOut(
        code=alert.code,
        level=alert.level,
        text=TEXTS.section("alerts")[alert.code].format_map(values),
        todo=TEXTS.section("alerts_todo")[alert.code],
        link=LINKS.get(alert.code),
    )


def _campaign(one: Brief, quick: _Quick, slow: Slow) -> CampaignFiguresOut:
    rates = None
    if one.has_agents:
        rates = RatesOut(
            half_hour=RateOut.of(quick.half_hour.get(one.id, Rate())),
            day=_of(slow.day, one.id),
            month=_of(slow.month, one.id),
        )
    return CampaignFiguresOut(
        id=one.id,
        name=one.name,
        status=one.status,
        size=one.size,
        left=slow.left.get(one.id),
        rates=rates,
    )


def _sum(rates: Mapping[UUID, Rate] | None) -> RateOut | None:
    return None if rates is None else RateOut.of(sum(rates.values(), Rate()))


def _of(rates: Mapping[UUID, Rate] | None, campaign: UUID) -> RateOut | None:
    return None if rates is None else RateOut.of(rates.get(campaign, Rate()))


def _midnight(at: datetime) -> datetime:
    day = at.astimezone(SAO_PAULO).date()
    return datetime.combine(day, time(), SAO_PAULO).astimezone(UTC)


KEEPER = web.AppKey("keeper", Keeper)


def install_keeper(app: web.Application) -> None:
    """Have one keeper run as long as the application."""
    recordings = Home(app[SETTINGS].home).recordings_sealed
    app[KEEPER] = Keeper(app[DATABASE], app[LIVE], recordings, MeterReader(app[SETTINGS]))
    app.cleanup_ctx.append(_keeping)


async def _keeping(app: web.Application) -> AsyncGenerator[None]:
    keeping = asyncio.create_task(app[KEEPER].run(), name="keeper")
    yield
    keeping.cancel()
    await asyncio.wait({keeping})
    await app[KEEPER].stop()
