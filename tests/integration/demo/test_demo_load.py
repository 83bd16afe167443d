"""Demo data goes through the real import, and repeating it changes nothing."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import DebtorRow
from foundation.settings import ProcessSettings
from sim.demo import load


async def test_loading_twice_is_loading_once(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    first = await load(settings, debtors=300)
    again = await load(settings, debtors=300)
    assert (first.counts.new_debtors, first.counts.refused, first.warnings) == (300, 0, 0)
    assert (again.counts.new, again.counts.changed) == (0, 0)
    assert again.counts.same == first.counts.new
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(DebtorRow)) == 300
