"""The URA's process: FastAGI server, conversations, the clock of opening hours.

The only place that picks adapters.
"""

from __future__ import annotations

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.clock import Clock
from foundation.db.contact_clock import (
    ContactClockRow,
    SimulatedClockOnRealRoute,
    contact_clock,
)
from foundation.db.engine import connect
from foundation.health import CannotRun
from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_database
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.scripts.inbound import inbound
from ura.settings import UraSettings

DATABASE, LISTENER = "database", "fastagi"
CLOCK_AGAIN_S = 10.0  # the demonstration may move the clock when it starts
LOST = (DBAPIError, OSError, TimeoutError)

CALLS = Counter("acordo_ura_calls", "inbound calls", ["decided"], registry=REGISTRY)

log = get_logger(__name__)


class Ura:
    """What outlives a call."""

    def __init__(self, settings: UraSettings, clock: Clock) -> None:
        self._settings = settings
        self._opening = settings.ura.opening()
        self.clock = clock

    async def inbound(self, channel: AgiChannel) -> None:
        decided = await inbound(channel, self.clock.now(), self._opening)
        CALLS.labels(decided).inc()
        log.info("inbound_answered", decided=decided)

    async def follow_clock(self, own: Process, engine: AsyncEngine) -> None:
        """Keep in step with the compliance clock; without a database the last one holds."""
        while not await own.pause(CLOCK_AGAIN_S):
            try:
                self.clock = await _clock(engine, self._settings)
            except LOST as error:
                log.warning("database_lost", why=type(error).__name__)
                own.missing.lacks(DATABASE)
            else:
                own.missing.has(DATABASE)


async def _clock(engine: AsyncEngine, settings: UraSettings) -> Clock:
    async with engine.begin() as connection:
        try:
            return await contact_clock(connection, settings)
        except SimulatedClockOnRealRoute as error:
            raise CannotRun(str(error)) from None


async def main(own: Process, settings: UraSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(DATABASE)
    own.missing.lacks(LISTENER)
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, table=ContactClockRow.__tablename__)
        ura = Ura(settings, await _clock(engine, settings))
        own.missing.has(DATABASE)
        own.start(ura.follow_clock(own, engine), "clock")
        server = AgiServer({"inbound": ura.inbound}, settings.ura.calls)
        agi = settings.agi
        async with server.serving(agi.host, agi.port) as port:
            own.missing.has(LISTENER)
            log.info("fastagi_listening", listens=f"{agi.host}:{port}")
            await own.stopping.wait()
    finally:
        await engine.dispose()
