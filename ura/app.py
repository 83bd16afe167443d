"""The URA's process: FastAGI server, conversations, the clock of opening hours.

The only place that picks adapters.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.bus import ANSWERS, LOST, Bus
from foundation.bus import connect as connect_bus
from foundation.clock import Clock
from foundation.db.contact_clock import (
    ContactClockRow,
    SimulatedClockOnRealRoute,
    contact_clock,
)
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.health import CannotRun
from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_database
from ura.adapters.audiosocket import AudioSocketServer
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.adapters.recognisers import Recognisers
from ura.answering.hearing import Samples
from ura.scripts.answering import listen
from ura.scripts.inbound import inbound
from ura.settings import UraSettings

DATABASE, LISTENER, HEARING = "database", "fastagi", "audiosocket"
CLOCK_AGAIN_S = 10.0  # the demonstration may move the clock when it starts
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

CALLS = Counter("acordo_ura_calls", "inbound calls", ["decided"], registry=REGISTRY)
HEARD = Counter(
    "acordo_ura_heard", "answered calls listened to", ["who"], registry=REGISTRY
)

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
            except DATABASE_LOST as error:
                log.warning("database_lost", why=type(error).__name__)
                own.missing.lacks(DATABASE)
            else:
                own.missing.has(DATABASE)


class Ears:
    """Listens beside answered calls and tells the floor who it is."""

    def __init__(self, recognisers: Recognisers, bus: Bus) -> None:
        self._recognisers = recognisers
        self._bus = bus

    async def hears(self, call: UUID, sound: AsyncIterator[Samples]) -> None:
        verdict = await listen(call, sound, self._recognisers, self._tell)
        HEARD.labels(verdict.who).inc()

    async def _tell(self, verdict: Mapping[str, Any]) -> None:
        try:
            await self._bus.publish(ANSWERS, verdict)
        except LOST as error:  # it only would have helped
            log.warning("verdict_untold", why=type(error).__name__)


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
    own.missing.lacks(HEARING)
    bus = Bus(connect_bus(redis_url(settings)))
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, table=ContactClockRow.__tablename__)
        ura = Ura(settings, await _clock(engine, settings))
        own.missing.has(DATABASE)
        own.start(ura.follow_clock(own, engine), "clock")
        server = AgiServer({"inbound": ura.inbound}, settings.ura.calls)
        agi, hearing = settings.agi, settings.hearing
        models = settings.cache / "models" / "whisper"
        async with (
            Recognisers(models, settings.ura.recognisers) as recognisers,
            AudioSocketServer(Ears(recognisers, bus).hears, settings.ura.calls).serving(
                hearing.host, hearing.port
            ),
            server.serving(agi.host, agi.port) as port,
        ):
            own.missing.has(LISTENER)
            own.missing.has(HEARING)
            log.info("fastagi_listening", listens=f"{agi.host}:{port}")
            await own.stopping.wait()
    finally:
        await bus.client.aclose()
        await engine.dispose()
