"""The campaign whose day is read."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders.portfolio import a_campaign, a_portfolio


@pytest.fixture
async def campaign(engine: AsyncEngine) -> UUID:
    async with engine.begin() as connection:
        await a_portfolio(connection)
        return await a_campaign(connection, ring_timeout_s=25.0, threshold_s=2.0)
