"""The compliance clock: one offset for all processes, never back, none on a real route."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.clock import DEFAULT_START, SAO_PAULO, SystemClock
from foundation.db.contact_clock import (
    SimulatedClockOnRealRoute,
    contact_clock,
    move_to_next_business_day,
)
from foundation.settings import ProcessSettings

A_MINUTE = timedelta(minutes=1)


def with_clock(
    settings: ProcessSettings, *, simulated: bool = True, start: datetime | None = None
) -> ProcessSettings:
    return settings.model_copy(
        update={
            "trunk": settings.trunk.model_copy(update={"simulated": simulated}),
            "clock": settings.clock.model_copy(update={"start": start}),
        }
    )


async def now(engine: AsyncEngine, settings: ProcessSettings) -> datetime:
    async with engine.begin() as connection:
        return (await contact_clock(connection, settings)).now()


async def test_the_first_start_is_tuesday_at_ten(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    first = await now(engine, with_clock(settings))
    assert timedelta(0) <= first - DEFAULT_START < A_MINUTE


async def test_a_start_without_zone_is_sao_paulos_time(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    wanted = datetime(2026, 5, 4, 9, 0)  # noqa: DTZ001
    first = await now(engine, with_clock(settings, start=wanted))
    assert timedelta(0) <= first - wanted.replace(tzinfo=SAO_PAULO) < A_MINUTE


async def test_later_starts_read_the_first_offset_whatever_they_ask(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    first = await now(engine, with_clock(settings))
    asked = datetime(2020, 1, 6, 10, 0, tzinfo=UTC)
    again = await now(engine, with_clock(settings, start=asked))
    assert timedelta(0) <= again - first < A_MINUTE


async def test_processes_that_start_at_once_agree(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    asked = [
        with_clock(settings, start=datetime(2026, 3, day, 10, 0, tzinfo=UTC))
        for day in (10, 11, 12, 13)
    ]
    told = await asyncio.gather(*(now(engine, one) for one in asked))
    assert max(told) - min(told) < A_MINUTE


async def test_old_state_moves_to_ten_of_the_next_business_day(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    friday = datetime(2026, 4, 17, 16, 0, tzinfo=SAO_PAULO)
    demo = with_clock(settings, start=friday)
    await now(engine, demo)
    days = []
    for _ in range(3):
        async with engine.begin() as connection:
            moved = (await move_to_next_business_day(connection, demo)).now()
        assert timedelta(0) <= await now(engine, demo) - moved < A_MINUTE
        local = moved.astimezone(SAO_PAULO)
        assert (local.hour, local.minute) == (10, 0)
        days.append(local.day)
    # after the weekend Monday 20; Tuesday 21 April is Tiradentes
    assert days == [20, 22, 23]


async def test_a_real_route_has_the_real_time_and_refuses_a_start(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    real = with_clock(settings, simulated=False)
    async with engine.begin() as connection:
        assert isinstance(await contact_clock(connection, real), SystemClock)
        assert isinstance(await move_to_next_business_day(connection, real), SystemClock)
    asked = with_clock(settings, simulated=False, start=DEFAULT_START)
    with pytest.raises(SimulatedClockOnRealRoute, match="rota simulada"):
        await now(engine, asked)
