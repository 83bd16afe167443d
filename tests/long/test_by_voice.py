"""Ten people call over real SIP and speak; each conversation ends in the right record.

What they say is committed sound. A recogniser that knows it by ear stands in for a model
here; `test_spoken_conversations.py` has the same people, and all others, understood by the
real one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.callers.personas import personas
from sim.callers.voices import Lines, committed
from tests.builders.known_lines import KnownLines
from tests.integration.conversations.calls import over
from tests.integration.conversations.persons import persons
from tests.integration.conversations.spoken import (
    Cast,
    all_call,
    cast,
    record_of,
    turns_of,
    wanted_of,
)
from tests.real_switch import RealSwitch
from ura.adapters.audiosocket_channel import TalkServer
from ura.adapters.fastagi import AgiServer
from ura.app import Ura
from ura.flow.prompts import prompts
from ura.numbers import Numbers
from ura.owed_calls import OwedCalls
from ura.ports import Samples
from ura.settings import UraSettings
from ura.sound import tone
from ura.speaking.speaker import Speaker
from ura.steps.case import Means
from ura.talking import Talks

PIECE_S, INTO_S = 0.1, 0.05  # of what is said to a caller; short, for nobody listens
AT_ONCE = 10


class Tones:
    """A Voice that says everything in a tenth of a second."""

    async def say(self, text: str, *, last: bool) -> Samples:
        return tone((500.0,), PIECE_S)


@pytest.mark.timeout(300)
async def test_conversations_by_voice_end_in_the_right_record(
    engine: AsyncEngine,
    settings: ProcessSettings,
    real_switch: RealSwitch,
    tmp_path: Path,
) -> None:
    chosen = [persona for persona in personas() if persona.quick]
    assert len(chosen) >= 10
    roles = cast(chosen, await persons(engine, settings, len(chosen)))
    lines = Lines(tmp_path, tmp_path)
    async with a_listening_ura(engine, settings, real_switch, roles, lines):
        await all_call(real_switch, roles, lines, at_once=AT_ONCE, into_s=INTO_S)
        calls = await over(engine, [role.number for role in roles])
    for role in roles:
        call = calls[role.number]
        found = await record_of(engine, real_switch.home, role, call)
        told = f"{role.persona.name}\n{await turns_of(engine, call.id)}"
        assert found == wanted_of(role, found), told


@asynccontextmanager
async def a_listening_ura(
    engine: AsyncEngine,
    settings: ProcessSettings,
    switch: RealSwitch,
    roles: list[Cast],
    lines: Lines,
) -> AsyncIterator[None]:
    """The automatic conversation in this process, on the real switch."""
    known = {text: lines.line(voice, speed, text) for voice, speed, text in committed()}
    home = Home(settings.home)
    owed = OwedCalls(home.root / "ura" / "owed", Keys.of(home))
    means = Means(
        engine=engine,
        keys=Keys.of(home),
        contact_clock=SystemClock,
        opening=OpeningHours(),
        owe=owed.owe,
    )
    ours = UraSettings.model_validate(
        {"ura": {"talks_on": ",".join(role.number for role in roles)}}
    )
    ura = Ura(ours, SystemClock(), Numbers(engine, ours.ura))
    talks = Talks(
        means, Speaker(prompts(), Tones()), KnownLines(known), lambda: False, owed
    )
    ura.talks = talks
    agi, hearing = switch.settings.agi, switch.settings.hearing
    sounds = TalkServer(talks.talks, 100, expects=talks.expects)
    server = AgiServer({"inbound": ura.inbound, "talked": ura.talked}, 100)
    async with (
        sounds.serving(hearing.host, hearing.port),
        server.serving(agi.host, agi.port),
    ):
        yield
