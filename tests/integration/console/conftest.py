"""A supervisor and a campaign; an agent who is logged in, with a call of his own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest_asyncio
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import AgentRow
from foundation.bus import Bus
from foundation.crypto import Keys
from foundation.home import Home
from tests.builders.conversations import a_call, known_person
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.integration.console import calls
from tests.integration.console.own_desk import SEAT, Desk
from tests.people import Browser, Client, a_user, log_in


@pytest_asyncio.fixture
async def desk(
    agent: Browser, engine: AsyncEngine, wire: Bus, home: Home, app: web.Application
) -> AsyncIterator[Desk]:
    async with engine.begin() as connection:
        debtors = await a_portfolio(connection, debtors=2, phones=2)
        await known_person(connection, Keys.of(home), debtors[0])
        campaign = await a_campaign(connection)
        call = await a_call(connection, debtors[0], campaign, outcome=None)
        seat = await connection.scalar(select(AgentRow.id).where(AgentRow.endpoint == SEAT))
        assert seat is not None
    yield Desk(agent, engine, wire, seat, debtors, campaign, call)


@pytest_asyncio.fixture
async def sol(engine: AsyncEngine, client: Client, passwords: Passwords) -> Browser:
    """The browser of a logged-in supervisor, "sol"."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    return await log_in(client, "sol")


@pytest_asyncio.fixture
async def campaign(engine: AsyncEngine) -> UUID:
    """That runs, with nobody in it."""
    return await calls.a_campaign(engine, "Maio")
