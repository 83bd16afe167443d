"""A day worked on the virtual floor and written into the product's tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from sim.replay.recorded import Wanted
from sim.world.baselines.ratio import Ratio
from sim.world.floor.engine import AnyPacer, Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts
from tests.builders.recorded_day import Recorder, write

BEGIN = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)  # 9:20 in São Paulo
DAY = Wanted(
    campaign=None, since=BEGIN - timedelta(hours=4), until=BEGIN + timedelta(hours=12)
)
FLOOR = FloorScenario(
    name="a day", about="", hours=1.0, target=0.03,
    shifts=Shifts(groups=(Group(agents=12, spread_s=120.0),), break_every_s=1500.0,
                  break_s=240.0),
    parts=(ListPart(share=1.0, p=0.3),),
)  # fmt: skip


async def lived(
    engine: AsyncEngine,
    campaign: UUID,
    floor: FloorScenario = FLOOR,
    pacer: AnyPacer | None = None,
) -> tuple[Recorder, ShiftResult]:
    """A day is worked and recorded."""
    recorder = Recorder(pacer or Ratio(3.0), BEGIN)
    shift = Floor(floor, recorder, 7, period_s=1.0).run()
    async with engine.begin() as connection:
        await write(connection, recorder, campaign)
    return recorder, shift
