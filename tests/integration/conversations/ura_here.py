"""The automatic conversation in the test's own process, on the real switch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.real_switch import RealSwitch
from ura.adapters.audiosocket_channel import TalkServer
from ura.adapters.fastagi import AgiServer
from ura.app import Ura
from ura.flow.prompts import prompts
from ura.numbers import Numbers
from ura.owed_calls import OwedCalls
from ura.ports import Recogniser, Voice
from ura.settings import UraSettings
from ura.speaking.speaker import Speaker
from ura.steps.case import Means
from ura.talking import Talks


@asynccontextmanager
async def ura_here(
    engine: AsyncEngine,
    settings: ProcessSettings,
    switch: RealSwitch,
    numbers: Sequence[str],
    *,
    voice: Voice,
    recogniser: Recogniser,
) -> AsyncIterator[None]:
    """Talk with whoever calls these numbers, with a voice and an ear of the test's."""
    home = Home(settings.home)
    owed = OwedCalls(home.root / "ura" / "owed", Keys.of(home))
    means = Means(
        engine=engine,
        keys=Keys.of(home),
        contact_clock=SystemClock,
        opening=OpeningHours(),
        owe=owed.owe,
    )
    ours = UraSettings.model_validate({"ura": {"talks_on": ",".join(numbers)}})
    ura = Ura(ours, SystemClock(), Numbers(engine, ours.ura))
    talks = Talks(means, Speaker(prompts(), voice), recogniser, lambda: False, owed)
    ura.talks = talks
    agi, hearing = switch.settings.agi, switch.settings.hearing
    sounds = TalkServer(talks.talks, 100, expects=talks.expects)
    server = AgiServer({"inbound": ura.inbound, "talked": ura.talked}, 100)
    async with (
        sounds.serving(hearing.host, hearing.port),
        server.serving(agi.host, agi.port),
    ):
        yield
