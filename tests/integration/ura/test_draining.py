"""While calls run out, whoever calls is told to try again, and nothing begins with him."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from foundation.clock import SystemClock
from foundation.db.draining import order
from tests.integration.ura.scripted_switch import ScriptedSwitch
from ura.adapters.fastagi import AgiServer
from ura.app import Ura
from ura.numbers import Numbers
from ura.settings import UraSettings

DONE, DAY = b"200 result=1", "00:00-24:00"
OPEN = {"weekday": DAY, "saturday": DAY, "sunday": DAY, "holiday": DAY}


@pytest_asyncio.fixture
async def port(engine: AsyncEngine) -> AsyncIterator[int]:
    settings = UraSettings.model_validate({"ura": OPEN})
    ura = Ura(settings, SystemClock(), Numbers(engine, settings.ura))
    async with AgiServer({"inbound": ura.inbound}, 5).serving("127.0.0.1", 0) as port:
        yield port


async def decided(port: int, *answers: bytes) -> list[str]:
    """What the switch is told of a call that comes in, before anything is heard."""
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    await switch.dialogue(*answers)
    await switch.hear()
    await switch.close()
    return switch.heard


async def test_who_calls_while_calls_run_out_is_told_to_try_again(
    engine: AsyncEngine, port: int
) -> None:
    assert (await decided(port))[0] == 'SET VARIABLE ACORDO_NEXT "agent"'
    async with engine.begin() as connection:
        await order(connection, "teste", hold_s=60.0)
    assert await decided(port, DONE, DONE) == [
        'SET VARIABLE ACORDO_CLOSED "inbound_no_agent"',
        'SET VARIABLE ACORDO_NEXT "closed"',
        "",  # nothing else: the prompt is the dialplan's
    ]
    async with engine.begin() as connection:
        await order(connection, "teste", hold_s=0)
    assert (await decided(port))[0] == 'SET VARIABLE ACORDO_NEXT "agent"'


async def test_without_a_database_nobody_is_turned_away() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    settings = UraSettings()
    assert await Numbers(engine, settings.ura).draining() is False
    await engine.dispose()
