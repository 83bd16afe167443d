"""The meters as pages and programs get them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.supervision.abandonment_steps import AbandonmentSteps
from agent_console.supervision.alerts import Metered
from cobranca.compliance.meters.model import Reading
from cobranca.compliance.meters.service import lines_of, read_meters
from cobranca.compliance.meters.telling import sentence, source, thing
from foundation.db.contact_clock import contact_day
from foundation.routes import read_routes
from foundation.settings import ProcessSettings


class ReadingOut(BaseModel):
    """Shares 0..1. `used`: of the line; `alarm`: the highest that is reached; `brake`:
    `stop`, or `slow` (one call for each free agent)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meter: str
    scope: str
    name: str
    used: float
    share: float
    calls: int
    alarm: float | None
    brake: str | None
    text: str
    source: str


class MeterReader:
    """Reads the meters of one installation; its routes and lines are those of its start."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._routes = read_routes(settings)
        self._lines = lines_of(settings.meters)
        self._steps = AbandonmentSteps()

    async def read(self, connection: AsyncConnection) -> list[Reading]:
        """Today's readings, the most used first."""
        today = await contact_day(connection)
        return await read_meters(connection, self._routes, self._lines, today)

    def metered(self, found: Sequence[Reading]) -> list[Metered]:
        """Those that a supervisor may have to know of."""
        return [
            Metered(one, sentence(one, self._lines))
            for one in found
            if one.alarm is not None or one.brake is not None
        ]

    def steps(self, day: date, found: Sequence[Reading]) -> list[tuple[float, str]]:
        """The early steps of the abandonment crossed on that day so far, and by whom."""
        crossed = self._steps.crossed(day, found)
        return [(step, thing(scope, name)) for (scope, name), step in crossed.items()]

    def out(self, reading: Reading) -> ReadingOut:
        return ReadingOut(
            meter=reading.meter,
            scope=reading.scope,
            name=reading.name,
            used=round(reading.used, 4),
            share=round(reading.share, 4),
            calls=reading.calls,
            alarm=reading.alarm,
            brake=reading.brake,
            text=sentence(reading, self._lines),
            source=source(reading),
        )
