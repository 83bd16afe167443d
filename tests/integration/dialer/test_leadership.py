"""One leader at a time, by PostgreSQL's clock alone."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db.leadership import held_by, holds, renew, resign, take


async def test_nobody_takes_an_office_that_is_held(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        first = await take(connection, "floor", "a", lease_s=60)
        assert first is not None
        assert await take(connection, "floor", "b", lease_s=60) is None
        assert await take(connection, "floor", "a", lease_s=60) is None
        assert await holds(connection, first)


async def test_an_office_whose_lease_ran_out_goes_to_the_next_with_a_new_epoch(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        first = await take(connection, "floor", "a", lease_s=60)
        assert first is not None
        await connection.execute(text("UPDATE leadership SET expires_at = now()"))
        second = await take(connection, "floor", "b", lease_s=60)
        assert second is not None
        assert second.epoch == first.epoch + 1
        assert not await renew(connection, first, lease_s=60)
        assert not await holds(connection, first)
        assert await renew(connection, second, lease_s=60)


async def test_a_resigned_office_is_free_at_once(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        first = await take(connection, "floor", "a", lease_s=60)
        assert first is not None
        await resign(connection, first)
        assert await take(connection, "floor", "b", lease_s=60) is not None


async def test_the_lease_of_one_who_is_gone_is_not_waited_for(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        assert await held_by(connection, "floor") is None
        first = await take(connection, "floor", "a", lease_s=60)
        assert first is not None
        assert await held_by(connection, "floor") == "a"
        assert await take(connection, "floor", "b", lease_s=60, gone="c") is None
        second = await take(connection, "floor", "b", lease_s=60, gone="a")
        assert second is not None
        assert second.epoch == first.epoch + 1
        assert not await holds(connection, first)
