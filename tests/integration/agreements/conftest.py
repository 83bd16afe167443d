"""A debt that can be negotiated."""

from __future__ import annotations

from uuid import UUID

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.publishing import publish
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import DebtRow
from tests.builders.agreements import AT, POLICY, TERMS
from tests.builders.portfolio import a_portfolio


@pytest_asyncio.fixture
async def debt(engine: AsyncEngine) -> UUID:
    """R$ 100.00, due on 5/1/2026, of a creditor with terms and a policy."""
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await register_terms(connection, read_terms(TERMS), AT)
        await publish(connection, POLICY, by="sonia", at=AT)
        found: UUID = (await connection.execute(select(DebtRow.id))).scalar_one()
        return found
