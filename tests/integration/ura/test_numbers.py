"""Which of our numbers was called: the list, else the settings, also without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cobranca.inbound import service
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import OpeningHours
from ura.numbers import Numbers
from ura.settings import Ura

TALKS, LISTED = "551130000100", "551130000200"
NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
DAY = "00:00-24:00"
ALWAYS = OpeningHours.written(DAY, DAY, DAY, DAY, "")


@pytest.fixture
def numbers(engine: AsyncEngine) -> Numbers:
    return Numbers(engine, Ura(talks_on=f"+{TALKS}"))


async def test_the_list_comes_before_the_settings(
    numbers: Numbers, engine: AsyncEngine
) -> None:
    assert (await numbers.called(TALKS)).flow == "receptive"
    assert (await numbers.called(LISTED)).flow == "floor"
    wanted = OurNumber(number=TALKS, name="Azul", flow="floor", opening=ALWAYS)
    async with engine.begin() as connection:
        await service.put(connection, wanted, None, NOW)
    assert await numbers.called(TALKS) == wanted


async def test_a_listed_number_alone_asks_for_conversations(engine: AsyncEngine) -> None:
    numbers = Numbers(engine, Ura())
    assert not await numbers.talking()
    async with engine.begin() as connection:
        await service.put(connection, OurNumber(number=LISTED, name="x"), None, NOW)
    assert await numbers.talking()


async def test_without_a_database_calls_follow_the_settings() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    found = await Numbers(engine, Ura(talks_on=TALKS)).called(TALKS)
    await engine.dispose()
    assert (found.flow, found.opening) == ("receptive", OpeningHours())
