"""A console on real servers, and somebody logged in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.app import application
from agent_console.settings import ConsoleSettings
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation import bus
from foundation.bus import Bus
from foundation.home import Home
from tests.people import Browser, Client, a_user, log_in, quick_passwords


@pytest_asyncio.fixture
async def wire(valkey_url: str) -> AsyncIterator[Bus]:
    client = bus.connect(valkey_url)
    yield Bus(client)
    await client.aclose()


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = quick_passwords()
    yield made
    made.close()


@pytest.fixture
def console_settings(db_url: str, valkey_url: str, home: Home) -> ConsoleSettings:
    return ConsoleSettings.model_validate(
        {
            "home": home.root,
            "database_url": db_url,
            "redis_url": valkey_url,
            "console": {"requests_per_s": 10_000},
        }
    )


@pytest.fixture
def app(
    console_settings: ConsoleSettings,
    engine: AsyncEngine,
    wire: Bus,
    passwords: Passwords,
) -> web.Application:
    return application(console_settings, engine, wire, passwords)


@pytest_asyncio.fixture
async def client(app: web.Application) -> AsyncIterator[Client]:
    """A browser in which nobody is logged in."""
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest_asyncio.fixture
async def agent(client: Client, engine: AsyncEngine, passwords: Passwords) -> Browser:
    """The browser of a logged-in agent, "ana"."""
    await a_user(engine, passwords, "ana")
    return await log_in(client, "ana")


@pytest_asyncio.fixture
async def supervisor(client: Client, engine: AsyncEngine, passwords: Passwords) -> Browser:
    """The browser of a logged-in supervisor, "sonia"."""
    await a_user(engine, passwords, "sonia", Role.SUPERVISOR)
    return await log_in(client, "sonia")


@pytest_asyncio.fixture
async def admin(client: Client, engine: AsyncEngine, passwords: Passwords) -> Browser:
    """The browser of a logged-in administrator, "raiz"."""
    await a_user(engine, passwords, "raiz", Role.ADMIN)
    return await log_in(client, "raiz")
