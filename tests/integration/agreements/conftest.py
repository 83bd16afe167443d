"""A debt that can be negotiated."""

from __future__ import annotations

from uuid import UUID

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders.agreements import a_negotiable_debt


@pytest_asyncio.fixture
async def debt(engine: AsyncEngine) -> UUID:
    return await a_negotiable_debt(engine)
