"""A creditor's debtors in a running campaign, and seats."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from tests.builders.conversations import seat_id
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats

POLICY = ContactPolicy(simulated_route=True)


@dataclass(frozen=True)
class Place:
    debtors: list[UUID]
    campaign: UUID
    agent: UUID
    colleague: UUID


@pytest_asyncio.fixture
async def place(engine: AsyncEngine) -> Place:
    async with engine.begin() as connection:
        debtors = await a_portfolio(connection, debtors=3, phones=2)
        campaign = await a_campaign(connection)
        await some_seats(connection)
        return Place(
            debtors,
            campaign,
            await seat_id(connection),
            await seat_id(connection, "agent002"),
        )
