"""The URA's process: FastAGI server, conversations, the clock of opening hours.

The only place that picks adapters.
"""

from __future__ import annotations

import asyncio
import gc
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
from foundation.db.skew import require_clock
from foundation.embedded.valkey import redis_url
from foundation.health import CannotRun
from foundation.home import Home
from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_database
from ura.adapters.audiosocket import AudioSocketServer
from ura.adapters.audiosocket_channel import TalkServer
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.adapters.recognisers import Recognisers
from ura.announcements import Announcements
from ura.answering.hearing import Samples
from ura.creditor_recordings import FRESH_S
from ura.keeping_place import Places
from ura.left_open import end_left_open, end_nobodys
from ura.lives import Lives
from ura.numbers import Numbers
from ura.scripts.answering import listen
from ura.scripts.inbound import NEXT, inbound
from ura.settings import UraSettings
from ura.talking import Talks
from ura.talking_means import live_voice, talks_of
from ura.told_hours import CLOSED, UNTOLD, ToldHours

DATABASE, LISTENER, HEARING = "database", "fastagi", "audiosocket"
POOL = 5  # connections to the database, where conversations are held
CLOCK_AGAIN_S = 10.0  # the demonstration may move the clock when it starts
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

CALLS = Counter("acordo_ura_calls", "inbound calls", ["decided"], registry=REGISTRY)
HEARD = Counter(
    "acordo_ura_heard", "answered calls listened to", ["who"], registry=REGISTRY
)

log = get_logger(__name__)


class Ura:
    """What outlives a call."""

    def __init__(self, settings: UraSettings, clock: Clock, numbers: Numbers) -> None:
        self._settings = settings
        self.clock = clock
        self.numbers = numbers
        self.talks: Talks | None = None  # once a voice is there
        folder = Home(settings.home).root / "voice"
        self.hours = ToldHours(folder, lambda: live_voice(settings))

    async def inbound(self, channel: AgiChannel) -> None:
        digits = channel.environment.get("agi_arg_1", "")
        ours, draining = await asyncio.gather(
            self.numbers.called(digits), self.numbers.draining()
        )
        if draining:
            await self._turn_away(channel)
            return

        async def talk() -> bool:
            if self.talks is None or ours.flow != "receptive":
                return False
            return await self.talks.arrives(channel, ours)

        decided = await inbound(channel, self.clock.now(), ours.opening, talk)
        if decided != "agent":  # after a conversation, too, he may ask for people
            await channel.set_variable(CLOSED, self.hours.played(ours.opening))
        CALLS.labels(decided).inc()
        log.info("inbound_answered", decided=decided)

    async def _turn_away(self, channel: AgiChannel) -> None:
        """All is about to stop: he hears that he should try again in some minutes."""
        await channel.set_variable(CLOSED, UNTOLD)
        await channel.set_variable(NEXT, "closed")
        CALLS.labels("draining").inc()
        log.info("inbound_turned_away")

    async def called(self, channel: AgiChannel) -> None:
        """Whom we called is there, and nobody is free for him."""
        if self.talks is not None and await self.talks.called(channel):
            CALLS.labels("called").inc()

    async def paying(self, channel: AgiChannel) -> None:
        """An agent sends the debtor in his call here, to pay."""
        if self.talks is not None and await self.talks.pays(channel):
            CALLS.labels("paying").inc()

    async def talked(self, channel: AgiChannel) -> None:
        """A conversation is over, or was cut: say where the caller goes."""
        if self.talks is not None:
            await channel.set_variable(NEXT, await self.talks.goes_on(channel))

    async def tell_hours(self, own: Process, engine: AsyncEngine) -> None:
        """Keep the hours of our numbers spoken; without a database those that are."""
        while not own.stopping.is_set():
            try:
                await self.hours.keep_up(engine, self._settings.ura.opening())
            except DATABASE_LOST as error:
                log.warning("hours_unread", why=type(error).__name__)
            await own.pause(CLOCK_AGAIN_S)

    async def keep_announcements(self, own: Process, engine: AsyncEngine) -> None:
        """Keep what creditors recorded for the switch; without a database what is there."""
        kept = Announcements(Home(self._settings.home).announcements)
        while not own.stopping.is_set():
            try:
                await kept.keep_up(engine)
            except DATABASE_LOST as error:
                log.warning("announcements_unread", why=type(error).__name__)
            await own.pause(FRESH_S)

    async def follow_clock(self, own: Process, engine: AsyncEngine) -> None:
        """Keep in step with the compliance clock; without a database the last one holds."""
        while not await own.pause(CLOCK_AGAIN_S):
            try:
                self.clock = await _clock(engine, self._settings)
                if self.talks is not None:
                    await self.talks.hand_in()
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


async def _serve(
    own: Process,
    settings: UraSettings,
    ura: Ura,
    ears: Ears,
    engine: AsyncEngine,
    lives: Lives,
) -> None:
    """Serve calls until the process is to stop."""
    agi, hearing, most = settings.agi, settings.hearing, settings.ura.calls
    conversations = {
        "inbound": ura.inbound,
        "called": ura.called,
        "paying": ura.paying,
        "keeps": Places(engine).keep,
        "talked": ura.talked,
    }
    talking = await ura.numbers.talking()
    async with talks_of(
        settings, engine, lambda: ura.clock, wanted=talking, holder=lives.own
    ) as talks:
        ura.talks = talks
        sounds: AudioSocketServer = AudioSocketServer(ears.hears, most)
        if talks is not None:
            sounds = TalkServer(talks.talks, most, expects=talks.expects, hears=ears.hears)
        async with (
            sounds.serving(hearing.host, hearing.port),
            AgiServer(conversations, most).serving(agi.host, agi.port) as port,
        ):
            gc.freeze()  # all that is here stays: nobody waits while it is searched
            own.missing.has(LISTENER)
            own.missing.has(HEARING)
            log.info("fastagi_listening", listens=f"{agi.host}:{port}")
            own.start(end_left_open(own, engine, lives), "left_open")
            own.start(end_nobodys(own, engine), "nobodys")
            await own.stopping.wait()


async def main(own: Process, settings: UraSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(DATABASE)
    own.missing.lacks(LISTENER)
    own.missing.lacks(HEARING)
    bus = Bus(connect_bus(redis_url(settings)))
    engine = connect(settings, pool_size=POOL)
    try:
        await reach_database(engine, table=ContactClockRow.__tablename__)
        await require_clock(engine)
        numbers = Numbers(engine, settings.ura)
        ura = Ura(settings, await _clock(engine, settings), numbers)
        own.missing.has(DATABASE)
        own.start(ura.follow_clock(own, engine), "clock")
        own.start(ura.tell_hours(own, engine), "hours")
        own.start(ura.keep_announcements(own, engine), "announcements")
        models = settings.cache / "models" / "whisper"
        async with Recognisers(models, settings.ura.recognisers) as recognisers:
            with Lives(Home(settings.home).root / "ura" / "lives") as lives:
                await _serve(own, settings, ura, Ears(recognisers, bus), engine, lives)
    finally:
        await bus.client.aclose()
        await engine.dispose()
