"""Who calls a number outside its hours hears those of that number, on a real line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.inbound import service
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import OpeningHours
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura
from tests.real_switch import RealSwitch, eventually
from ura.adapters.espeak_voice import VOICE
from ura.speaking.hours_in_words import hours_in_words
from ura.speaking.recordings import file_name

pytestmark = pytest.mark.timeout(300)
OWN, USUAL = "551130000191", "551130000192"
NIGHTS = OpeningHours.written("20:00-24:00", "", "", "", "SP")  # it is ten in the morning
NEVER = OpeningHours.written("", "08:00-14:00", "", "", "SP")


async def test_each_number_tells_its_own_hours(
    engine: AsyncEngine,
    processes: Processes,
    real_switch: RealSwitch,
) -> None:
    async with engine.begin() as connection:
        for number, opening in ((OWN, NIGHTS), (USUAL, NEVER)):
            ours = OurNumber(number=number, name="x", flow="floor", opening=opening)
            await service.put(connection, ours, None, datetime.now(UTC))
    await a_ura(processes, real_switch, "551140041090")
    voice = real_switch.home.root.resolve() / "voice"
    told = []
    for number, opening in ((OWN, NIGHTS), (USUAL, NEVER)):
        said = voice / file_name(VOICE, hours_in_words(opening), last=True)

        async def spoken(file: Path = said) -> bool:
            return await asyncio.to_thread(file.is_file)

        await eventually(spoken)
        real_switch.far.cli(f"channel originate PJSIP/{number}@switch extension s@caller")

        async def heard(path: str = str(said.with_suffix(""))) -> bool:
            rows = real_switch.main.cli("core show channels concise").splitlines()
            return any("!closed!" in row and f"!Playback!{path}!" in row for row in rows)

        await eventually(heard)
        told.append(number)
        real_switch.main.cli("channel request hangup all")
    assert told == [OWN, USUAL]
