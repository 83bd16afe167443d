"""A debtor who owes, and a browser that nobody knows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.store import ContractRow, DebtRow
from foundation.crypto import Keys
from foundation.home import Home
from tests.builders.visits import Visitor, an_owing_person, come_in
from tests.builders.visits import a_link as link_for


@pytest.fixture
def keys(home: Home) -> Keys:
    return Keys.of(home)


@pytest_asyncio.fixture
async def debtor(engine: AsyncEngine, keys: Keys) -> UUID:
    async with engine.begin() as connection:
        return await an_owing_person(connection, keys)


@pytest_asyncio.fixture
async def debt(engine: AsyncEngine, debtor: UUID) -> UUID:
    query = select(DebtRow.id).join(ContractRow, ContractRow.id == DebtRow.contract_id)
    async with engine.connect() as connection:
        found = await connection.execute(query.where(ContractRow.debtor_id == debtor))
        name: UUID = found.scalar_one()
        return name


@pytest_asyncio.fixture
async def visitor(app: web.Application) -> AsyncIterator[Visitor]:
    server = TestServer(app)
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Visitor(client)


@pytest_asyncio.fixture
async def link(engine: AsyncEngine, keys: Keys, debtor: UUID) -> str:
    """Path of a fresh link of the debtor's."""
    return await link_for(engine, keys, debtor)


@pytest_asyncio.fixture
async def inside(visitor: Visitor, link: str) -> Visitor:
    """Identified, on the first page."""
    await come_in(visitor, link)
    assert (visitor.status, visitor.at) == (200, "/portal/dividas")
    return visitor


@pytest_asyncio.fixture
async def instalment(inside: Visitor, debt: UUID) -> str:
    """Path on which the first instalment of a fresh agreement is paid."""
    await inside.get(f"/portal/dividas/{debt}/negociar")
    page = await inside.post(f"/portal/dividas/{debt}/negociar", instalments="3")
    (offer,) = re.findall(r'href="(/portal/ofertas/[^"]+)"', page)
    await inside.get(offer)
    page = await inside.post(offer, agreed="yes")
    (path,) = re.findall(r'href="(/portal/pagar/[^"]+)"', page)
    return str(path)
