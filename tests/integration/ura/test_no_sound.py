"""A caller is led into a conversation whose sound never comes: it does not stay open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts.robot_store import RobotCallRow
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.integration.ura.scripted_switch import ScriptedSwitch
from tests.real_switch import eventually
from ura import talking
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.flow.prompts import prompts
from ura.owed_calls import OwedCalls
from ura.ports import Samples, VoiceFailed
from ura.speaking.speaker import Speaker
from ura.steps.case import Means
from ura.talking import Talks

OURS = OurNumber(number="551130000100", name="Central")


class Mute:
    """A Voice that nobody asks."""

    async def say(self, text: str, *, last: bool) -> Samples:
        raise VoiceFailed(text)


@asynccontextmanager
async def _ura(engine: AsyncEngine, settings: ProcessSettings) -> AsyncIterator[int]:
    home = Home(settings.home)
    owed = OwedCalls(home.root / "ura" / "owed", Keys.of(home))
    means = Means(
        engine=engine, keys=Keys.of(home), contact_clock=SystemClock,
        opening=OpeningHours(), owe=owed.owe,
    )  # fmt: skip
    ear, speaker = ScriptedRecogniser(()), Speaker(prompts(), Mute())
    talks = Talks(means, speaker, ear, lambda: False, owed)

    async def arrives(channel: AgiChannel) -> None:
        assert await talks.arrives(channel, OURS)

    async def talked(channel: AgiChannel) -> None:
        await talks.goes_on(channel)

    server = AgiServer({"inbound": arrives, "talked": talked}, 10)
    async with server.serving("127.0.0.1", 0) as port:
        yield port


async def _led(port: int) -> str:
    """A call that is led in; the name of its conversation."""
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    ok = b"200 result=1"
    await switch.dialogue(b"200 result=1 (5511900012345)", ok, ok)
    assert await switch.ended()
    await switch.close()
    return switch.heard[1].split('"')[1]


async def _ended(engine: AsyncEngine) -> list[Any]:
    query = select(RobotCallRow.outcome, RobotCallRow.hands_over).where(
        RobotCallRow.ended_at.is_not(None)
    )
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_who_hangs_up_before_the_sound_leaves_no_open_conversation(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "SOUND_S", 0.2)
    async with _ura(engine, settings) as port:
        await _led(port)

        async def over() -> bool:
            return await _ended(engine) == [("hung_up", False)]

        await eventually(over)
        assert await _ended(engine) == [("hung_up", False)]  # once, and for good


async def test_whose_sound_could_not_be_had_goes_to_a_person(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    async with _ura(engine, settings) as port:
        talk = await _led(port)
        switch = await ScriptedSwitch.connect(port)
        switch.begin(b"talked")
        async with asyncio.timeout(talking.SOUND_S / 2):  # at once, and not in time only
            await switch.dialogue(f"200 result=1 ({talk})".encode())
            assert await switch.ended()
        await switch.close()
        assert await _ended(engine) == [("broken", True)]
